// The page and its script, style and picture. One HTML page serves every address: which view it is, the script decides.

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

/** A window with a prompt. */
const ICON: Asset = {
  name: "icon-1.svg",
  text: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2" y="4" width="28" height="24" rx="5" fill="#16324f"/><path d="m9 12 5 4-5 4" fill="none" stroke="#7fd4a8" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/><path d="M17 21h7" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>',
};

export function pageRoutes(): Route[] {
  async function showPage(): Promise<Reply> {
    const { html } = await site();
    const headers = { ...HEADERS, "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" };
    return text(200, html, headers);
  }

  async function showAsset(call: Call): Promise<Reply> {
    const { files } = await site();
    const found = files.get(call.param("name"));
    if (!found) throw new NotFound("No such file.");
    const type = TYPES[found.name.split(".").at(-1)!]!;
    return text(200, found.text, {
      ...HEADERS,
      "content-type": type,
      // The name changes with the content.
      "cache-control": "public, max-age=31536000, immutable",
    });
  }

  return [
    { method: "GET", path: "/", handler: showPage, access: "public" },
    ...SECTIONS.flatMap((section): Route[] => [
      { method: "GET", path: `/${section}`, handler: showPage, access: "public" },
      { method: "GET", path: `/${section}/*`, handler: showPage, access: "public" },
    ]),
    { method: "GET", path: "/assets/:name", handler: showAsset, access: "public" },
  ];
}

interface Site {
  html: string;
  files: ReadonlyMap<string, Asset>;
}

let made: Promise<Site> | null = null;

/** Made at the first request: run from source, the pages are built then. */
function site(): Promise<Site> {
  made ??= import("./assets.ts").then(({ assets }) => {
    const files = [...assets, ICON];
    return { html: pageHtml(files), files: new Map(files.map((file) => [file.name, file])) };
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
