// The page with a guest's screen. One page under the names that noVNC's had over the years; what differs is how the
// URL hands over the token: `vnc_lite.html?path=%3Ftoken%3D...` today, `vnc_auto.html?token=...` in 2013.

import type { FetchApp } from "../../http/server.ts";
import { script } from "./script.ts";

const NAMES = new Set(["/vnc_lite.html", "/vnc_auto.html", "/vnc.html"]);
const SCRIPT = "/vnc.js";

/** Only our own script runs; a WebSocket may go nowhere but here. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>noVNC</title>
<link rel="icon" href="data:,">
<style>
html, body { margin: 0; height: 100%; background: #282828; color: #eee; font: 14px sans-serif; }
body { display: flex; flex-direction: column; }
#top { display: flex; padding: 4px 8px; background: #3a3a3a; }
#status { flex: 1; text-align: center; }
#screen { flex: 1; overflow: hidden; }
button { font: inherit; }
</style>
<script type="module" src="vnc.js"></script>
</head>
<body>
<div id="top"><div id="status" role="status">Connecting</div><button id="cad" type="button">Send CtrlAltDel</button></div>
<div id="screen"></div>
</body>
</html>
`;

export function pageApp(): FetchApp {
  return {
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method !== "GET" && request.method !== "HEAD") return new Response(null, { status: 405 });
      if (NAMES.has(pathname)) return answer(PAGE, "text/html; charset=utf-8");
      if (pathname === SCRIPT) return answer(script, "text/javascript; charset=utf-8");
      return new Response("Not Found\n", { status: 404, headers: { "content-type": "text/plain" } });
    },
  };
}

function answer(body: string, type: string): Response {
  return new Response(body, { headers: { ...HEADERS, "content-type": type } });
}
