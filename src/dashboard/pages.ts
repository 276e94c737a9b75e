// The page and its script, style and picture. One HTML page serves every address: which view it is, the script decides.

import { gzipSync } from "node:zlib";
import { NotFound } from "../core/errors.ts";
import type { Route } from "../http/api.ts";
import { type Call, type Reply, text } from "../http/call.ts";
import type { Asset } from "./bundle.ts";
import { MOUNT } from "./wire.ts";

/** Views lie below these, as Horizon's do. */
const SECTIONS = ["auth", "project", "admin", "identity", "settings"];

/**
 * Nothing but our own script and style runs, nothing is loaded from or sent to elsewhere, nobody may frame the page.
 * `data:` pictures are those of forms' controls in the style.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const TYPES: Record<string, string> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

export function pageRoutes(): Route[] {
  async function page(status: number): Promise<Reply> {
    const { html } = await site();
    const headers = { ...HEADERS, "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" };
    return text(status, html, headers);
  }

  function showPage(): Promise<Reply> {
    return page(200);
  }

  /** An address typed wrong: the page says so, in its own words. Programs get the ordinary error. */
  async function showNoPage(call: Call): Promise<Reply> {
    if (!/\btext\/html\b/.test(call.header("accept") ?? "")) {
      throw new NotFound("The resource could not be found.");
    }
    return page(404);
  }

  async function showAsset(call: Call): Promise<Reply> {
    const { files } = await site();
    const found = files.get(call.param("name"));
    if (!found) throw new NotFound("No such file.");
    const headers = {
      ...HEADERS,
      "content-type": TYPES[found.name.split(".").at(-1)!]!,
      // The name changes with the content.
      "cache-control": "public, max-age=31536000, immutable",
      vary: "Accept-Encoding",
    };
    if (!/\bgzip\b/.test(call.header("accept-encoding") ?? "")) return text(200, found.text, headers);
    found.packed ??= gzipSync(found.text);
    return { status: 200, headers: { ...headers, "content-encoding": "gzip" }, body: found.packed };
  }

  return [
    { method: "GET", path: "/", handler: showPage, access: "public" },
    ...SECTIONS.flatMap((section): Route[] => [
      { method: "GET", path: `/${section}`, handler: showPage, access: "public" },
      { method: "GET", path: `/${section}/*`, handler: showPage, access: "public" },
    ]),
    { method: "GET", path: "/assets/:name", handler: showAsset, access: "public" },
    { method: "GET", path: "/:section", handler: showNoPage, access: "public" },
  ];
}

interface File extends Asset {
  /** Made when first asked for. */
  packed?: Uint8Array;
}

interface Site {
  html: string;
  files: ReadonlyMap<string, File>;
}

let made: Promise<Site> | null = null;

/** Made at the first request: run from source, the pages are built then. */
function site(): Promise<Site> {
  made ??= import("./assets.ts").then(({ assets }) => {
    return { html: pageHtml(assets), files: new Map(assets.map((file) => [file.name, { ...file }])) };
  });
  return made;
}

function pageHtml(files: readonly Asset[]): string {
  const address = (kind: string) => {
    const file = files.find(({ name }) => name.endsWith(`.${kind}`));
    if (!file) throw new Error(`the pages were built without a .${kind} file`);
    return `${MOUNT}/assets/${file.name}`;
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>stack dashboard</title>
<link rel="icon" type="image/svg+xml" href="${address("svg")}">
<link rel="stylesheet" href="${address("css")}">
<script type="module" src="${address("js")}"></script>
</head>
<body><noscript>The dashboard needs JavaScript.</noscript></body>
</html>
`;
}
