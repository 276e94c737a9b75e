// The pages `staticweb` makes: a folder's listing, and the one that says listings are off.

import type { ListingEntry } from "../listing.ts";
import { iso } from "../timestamp.ts";
import { quote } from "../wire.ts";
import type { Site } from "./staticweb.ts";

const DOCTYPE =
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">\n';

export function disabledPage(site: Site, label: string, prefix: string): string {
  const style =
    site.listingsCss === ""
      ? '  <style type="text/css">\n   h1 {font-size: 1em; font-weight: bold;}\n   p {font-size: 2}\n  </style>\n'
      : stylesheet(site, prefix);
  const index =
    site.index === ""
      ? ""
      : `<h1>Index File Not Found</h1> <p>The owner of this web site has set  <b>X-Container-Meta-Web-Index: ${escapeHtml(site.index)}</b>.  However, this file is not found.</p>`;
  return `${DOCTYPE}<html>\n<head>\n<title>Listing of ${escapeHtml(label)}</title>\n${style}</head>\n<body>  <h1>Web Listing Disabled</h1>   <p>The owner of this web site has disabled web listing.   <p>If you are the owner of this web site, you can enable   web listing by setting X-Container-Meta-Web-Listings.</p>${index} </body>\n</html>\n`;
}

export function listingPage(
  site: Site,
  label: string,
  prefix: string,
  rows: readonly ListingEntry[],
): string {
  const title = escapeHtml(label);
  const style =
    site.listingsCss === ""
      ? '  <style type="text/css">\n   h1 {font-size: 1em; font-weight: bold;}\n   th {text-align: left; padding: 0px 1em 0px 1em;}\n   td {padding: 0px 1em 0px 1em;}\n   a {text-decoration: none;}\n  </style>\n'
      : stylesheet(site, prefix);
  const parent =
    prefix === ""
      ? ""
      : '   <tr id="parent" class="item">\n    <td class="colname"><a href="../">../</a></td>\n    <td class="colsize">&nbsp;</td>\n    <td class="coldate">&nbsp;</td>\n   </tr>\n';
  const folders = rows
    .filter((row) => row.kind === "subdir")
    .map((row) => folderRow(row.name.slice(prefix.length)));
  const files = rows.map((row) => (row.kind === "object" ? fileRow(row, prefix) : ""));
  return `${DOCTYPE}<html>\n <head>\n  <title>Listing of ${title}</title>\n${style} </head>\n <body>\n  <h1 id="title">Listing of ${title}</h1>\n  <table id="listing">\n   <tr id="heading">\n    <th class="colname">Name</th>\n    <th class="colsize">Size</th>\n    <th class="coldate">Date</th>\n   </tr>\n${parent}${folders.join("")}${files.join("")}  </table>\n </body>\n</html>\n`;
}

function folderRow(name: string): string {
  return `   <tr class="item subdir">\n    <td class="colname"><a href="${quote(name)}">${escapeHtml(name)}</a></td>\n    <td class="colsize">&nbsp;</td>\n    <td class="coldate">&nbsp;</td>\n   </tr>\n`;
}

function fileRow(row: Extract<ListingEntry, { kind: "object" }>, prefix: string): string {
  const name = row.name.slice(prefix.length);
  const types = row.contentType
    .split("/")
    .map((part) => `type-${escapeHtml(part.toLowerCase())}`)
    .join(" ");
  const date = iso(row.lastModified).split(".")[0]!.replace("T", " ");
  return `   <tr class="item ${types}">\n    <td class="colname"><a href="${quote(name)}">${escapeHtml(name)}</a></td>\n    <td class="colsize">${humanSize(row.bytes)}</td>\n    <td class="coldate">${date}</td>\n   </tr>\n`;
}

function stylesheet(site: Site, prefix: string): string {
  const css = site.listingsCss;
  const href = /^(\/|https?:\/\/)/.test(css)
    ? quote(css, ":/")
    : `${"../".repeat(prefix.split("/").length - 1)}${quote(css)}`;
  return `  <link rel="stylesheet" type="text/css" href="${href}" />\n`;
}

/** swift.common.utils.human_readable */
function humanSize(bytes: number): string {
  let [value, index] = [bytes, -1];
  while (value > 1023 && index < 7) {
    value = Math.round(value / 1024);
    index++;
  }
  return index < 0 ? String(value) : `${value}${"KMGTPEZY"[index]}i`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#x27;");
}
