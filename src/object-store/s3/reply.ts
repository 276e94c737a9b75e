// Swift's answers in the form of the S3 API. Authority: swift/common/middleware/s3api/s3response.py.

import type { ReplyBody } from "../../http/call.ts";
import { HTML, type SwiftReply } from "../answers.ts";
import type { ListingEntry } from "../listing.ts";
import { DELETE_MARKER } from "../middleware/versions-requests.ts";
import { isTrue } from "../wire.ts";
import { document } from "./xml.ts";

const XML_TYPE = "application/xml";

/** Headers of both worlds; names in lower case, but for the one that clients insist on: `ETag`. */
export interface S3Answer {
  status: number;
  /** For the client. */
  headers: Record<string, string>;
  /** Swift's own. */
  swift: Readonly<Record<string, string>>;
  body: ReplyBody;
  listing: readonly ListingEntry[] | undefined;
  /** It is a static large object. */
  isSlo: boolean;
}

export const ETAG_SYSMETA = "x-object-sysmeta-s3api-etag";

const SAME = new Set([
  "content-length",
  "content-type",
  "content-range",
  "content-encoding",
  "content-disposition",
  "content-language",
  "last-modified",
  "x-robots-tag",
  "cache-control",
  "expires",
]);

export function s3Answer(reply: SwiftReply): S3Answer {
  const { headers: swift } = reply;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(swift)) {
    const pair = translated(name, value);
    if (pair) headers[pair[0]] = pair[1];
  }
  const isSlo = isTrue(swift["x-static-large-object"]);
  const own = swift[ETAG_SYSMETA];
  const plain = swift["etag"]?.replace(/^"|"$/g, "");
  // Clients take a tag with a dash for one that is not the MD5 of the whole.
  const etag = own || (plain !== undefined && isSlo ? `${plain}-N` : plain);
  if (etag !== undefined) headers["ETag"] = `"${etag}"`;
  return { status: reply.status, headers, swift, body: reply.body, listing: reply.listing, isSlo };
}

function translated(name: string, value: string): [string, string] | null {
  if (SAME.has(name)) return [name, value];
  if (name.startsWith("x-object-meta-")) return [metaName(name), value];
  if (name === "x-object-version-id") return ["x-amz-version-id", value];
  if (name === "x-copied-from-version-id") return ["x-amz-copy-source-version-id", value];
  if (name === "x-backend-content-type" && value === DELETE_MARKER) return ["x-amz-delete-marker", "true"];
  if (name === "access-control-expose-headers") {
    const names = [...value.split(", "), "x-amz-request-id", "x-amz-id-2"];
    return [name, names.map((header) => metaName(header)).join(", ")];
  }
  if (name === "access-control-allow-methods") {
    const methods = value.split(", ").filter((method) => method !== "COPY");
    return [name, methods.join(", ")];
  }
  return name.startsWith("access-control-") ? [name, value] : null;
}

/** Underscores, which Swift does not know in header names, are kept as `%5f`. */
function metaName(header: string): string {
  const prefix = "x-object-meta-";
  return header.startsWith(prefix)
    ? `x-amz-meta-${header.slice(prefix.length).replaceAll("%5f", "_")}`
    : header;
}

/** The answer for the client, with what Swift gave as its body. */
export function toReply(answer: S3Answer, status = answer.status): SwiftReply {
  return { status, headers: answer.headers, body: answer.body };
}

export function xmlReply(name: string, children: readonly string[]): SwiftReply {
  return { status: 200, headers: { "content-type": XML_TYPE }, body: document(name, children) };
}

export function emptyReply(status: number, headers: Record<string, string> = {}): SwiftReply {
  return { status, headers: { "content-type": HTML, ...headers }, body: null };
}
