// Listings of accounts and containers: what may be asked, and how rows are written as text, JSON and XML.
// Authority: swift/common/middleware/listing_formats.py, swift/common/request_helpers.py.

import { answer, Refusal, refuse } from "./answers.ts";
import { jsonString } from "./python-json.ts";
import type { SwiftRequest } from "./request.ts";
import { iso } from "./timestamp.ts";
import { isTrue } from "./wire.ts";

export interface SubdirEntry {
  kind: "subdir";
  /** With the delimiter at its end. */
  name: string;
}

export interface ObjectEntry {
  kind: "object";
  name: string;
  bytes: number;
  hash: string;
  contentType: string;
  /** Ticks. */
  lastModified: number;
  /** What middleware add: `version_id`, `is_latest`, `slo_etag`, `symlink_path`. */
  extra?: Record<string, string | boolean | number>;
}

export interface ContainerEntry {
  kind: "container";
  name: string;
  count: number;
  bytes: number;
  /** Ticks. */
  lastModified: number;
}

export type ListingEntry = SubdirEntry | ObjectEntry | ContainerEntry;

/** What of a listing is asked for. */
export interface ListingQuery {
  limit: number;
  marker: string;
  endMarker: string;
  /** Null: not given. */
  prefix: string | null;
  delimiter: string;
  /** Null: not given. */
  path: string | null;
  reverse: boolean;
  /** Show names behind a NUL (middleware only). */
  reserved: boolean;
}

/** @throws Refusal 400, 412 */
export function listingQuery(request: SwiftRequest, maxLimit: number): ListingQuery {
  const text = (name: string) => request.param(name) ?? "";
  const [marker, endMarker, prefix, delimiter, path] = [
    text("marker"),
    text("end_marker"),
    request.param("prefix"),
    text("delimiter"),
    request.param("path"),
  ];
  request.param("format");
  const given = text("limit");
  let limit = maxLimit;
  if (/^\d+$/.test(given)) {
    limit = Number(given);
    if (limit > maxLimit) throw refuse(412, `Maximum limit is ${maxLimit}`);
  }
  return {
    limit,
    marker,
    endMarker,
    prefix,
    delimiter,
    path,
    reverse: isTrue(text("reverse")),
    reserved: isTrue(request.header("x-backend-allow-reserved-names")),
  };
}

export type ListingType = "text/plain" | "application/json" | "application/xml" | "text/xml";

const BY_FORMAT: Record<string, ListingType> = {
  plain: "text/plain",
  json: "application/json",
  xml: "application/xml",
};
const TYPES: readonly ListingType[] = ["text/plain", "application/json", "application/xml", "text/xml"];

/** By `format=`, else by `Accept`. @throws Refusal 400, 406 */
export function listingType(request: SwiftRequest): ListingType {
  const format = request.param("format");
  if (format) return BY_FORMAT[format.toLowerCase()] ?? "text/plain";
  const accept = request.header("accept");
  if (!accept) return "text/plain";
  const best = bestMatch(accept, TYPES);
  if (best === null) throw new Refusal(answer(406));
  return best;
}

const TOKEN = `[^()<>@,;:"/\\[\\]?={}\\x00-\\x20\\x7f]+`;
const MEDIA = new RegExp(
  `^\\s*(${TOKEN})/(${TOKEN})((?:\\s*;\\s*(?:${TOKEN}\\s*=\\s*(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*")))*?\\s*)$`,
);

/** swob's Accept.best_match. @throws Refusal 400 */
export function bestMatch<T extends string>(accept: string, offered: readonly T[]): T | null {
  const wanted = accept.split(",").map((part) => {
    const m = MEDIA.exec(part);
    if (!m) throw refuse(400, "Invalid Accept header");
    const parameters = m[3]!.split(";").map((p) =>
      p
        .trim()
        .split("=")
        .map((s) => s.trim()),
    );
    const qualities = parameters.filter(([name]) => name === "q");
    const quality = qualities.length === 0 ? 1 : Number(qualities[0]![1]);
    if (qualities.length > 1 || Number.isNaN(quality)) throw refuse(400, "Invalid Accept header");
    return { type: m[1]!, subtype: m[2]!, quality, exact: m[1] !== "*" && m[2] !== "*" };
  });
  wanted.sort((a, b) => b.quality - a.quality || Number(b.exact) - Number(a.exact));
  for (const { type, subtype } of wanted) {
    const hit = offered.find((candidate) => {
      const [t, s] = candidate.split("/");
      return (type === "*" || type === t) && (subtype === "*" || subtype === s);
    });
    if (hit) return hit;
  }
  return null;
}

export function listingText(rows: readonly ListingEntry[]): string {
  return rows.length === 0 ? "" : `${rows.map((row) => row.name).join("\n")}\n`;
}

export function listingJson(rows: readonly ListingEntry[]): string {
  return `[${rows.map(rowJson).join(", ")}]`;
}

function rowJson(row: ListingEntry): string {
  if (row.kind === "subdir") return `{"subdir": ${jsonString(row.name)}}`;
  if (row.kind === "container") {
    return `{"name": ${jsonString(row.name)}, "count": ${row.count}, "bytes": ${row.bytes}, "last_modified": "${iso(row.lastModified)}"}`;
  }
  const { extra } = row;
  const more = extra
    ? Object.entries(extra)
        .map(
          ([key, value]) => `, ${jsonString(key)}: ${typeof value === "string" ? jsonString(value) : value}`,
        )
        .join("")
    : "";
  return `{"bytes": ${row.bytes}, "hash": ${jsonString(row.hash)}, "name": ${jsonString(row.name)}, "content_type": ${jsonString(row.contentType)}, "last_modified": "${iso(row.lastModified)}"${more}}`;
}

const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

export function accountXml(account: string, rows: readonly ListingEntry[]): string {
  const body = rows.map((row) =>
    row.kind === "container"
      ? `<container><name>${xmlText(row.name)}</name><count>${row.count}</count><bytes>${row.bytes}</bytes><last_modified>${iso(row.lastModified)}</last_modified></container>\n`
      : `<subdir name="${xmlAttribute(row.name)}" />\n`,
  );
  return `${XML_HEAD}<account name="${xmlAttribute(account)}">\n${body.join("")}</account>`;
}

export function containerXml(container: string, rows: readonly ListingEntry[]): string {
  if (rows.length === 0) return `${XML_HEAD}<container name="${xmlAttribute(container)}" />`;
  const body = rows.map((row) =>
    row.kind === "object"
      ? `<object><name>${xmlText(row.name)}</name><hash>${xmlText(row.hash)}</hash><bytes>${row.bytes}</bytes><content_type>${xmlText(row.contentType)}</content_type><last_modified>${iso(row.lastModified)}</last_modified></object>`
      : `<subdir name="${xmlAttribute(row.name)}"><name>${xmlText(row.name)}</name></subdir>`,
  );
  return `${XML_HEAD}<container name="${xmlAttribute(container)}">${body.join("")}</container>`;
}

function xmlText(text: string): string {
  return /[&<>]/.test(text)
    ? text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    : text;
}

function xmlAttribute(text: string): string {
  return xmlText(text)
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\t", "&#09;");
}
