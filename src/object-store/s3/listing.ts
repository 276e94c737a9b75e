// Lists of objects: version 1, version 2, and of all versions.
// Authority: swift/common/middleware/s3api/controllers/bucket.py.

import type { SwiftReply } from "../answers.ts";
import type { ListingEntry, ObjectEntry } from "../listing.ts";
import { DELETE_MARKER } from "../middleware/versions-requests.ts";
import { parseTimestamp, TICKS_PER_SECOND } from "../timestamp.ts";
import { isTrue, quote } from "../wire.ts";
import { invalidArgument } from "./errors.ts";
import { xmlReply } from "./reply.ts";
import type { S3Request } from "./request.ts";
import { branch, leaf } from "./xml.ts";

type Kind = "version-1" | "version-2" | "object-versions";

export async function listObjects(request: S3Request): Promise<SwiftReply> {
  const limit = request.settings.maxBucketListing;
  const asked = request.numberParam("max-keys", limit);
  const maxKeys = Math.min(asked, limit);
  const encode = encoding(request);
  const { kind, query } = listingQuery(request);
  // One more than is shown tells whether there are more.
  const { listing = [] } = await request.ask({ query: { ...query, limit: String(maxKeys + 1) } });
  const truncated = maxKeys > 0 && listing.length > maxKeys;
  const page = listing.slice(0, maxKeys);
  const head = { request, encode, maxKeys: asked, truncated, last: page.at(-1)?.name ?? "" };
  const showOwner = kind !== "version-2" || isTrue(request.param("fetch-owner"));
  const owner = showOwner ? [leaf("ID", request.userId), leaf("DisplayName", request.userId)] : null;
  const entries = page.map((entry) => entryXml(entry, kind, encode, owner));
  switch (kind) {
    case "object-versions":
      return xmlReply("ListVersionsResult", [...versionsHead(head, page.at(-1)), ...entries]);
    case "version-2":
      return xmlReply("ListBucketResult", [...headTwo(head, page.length), ...entries]);
    default:
      return xmlReply("ListBucketResult", [...headOne(head), ...entries]);
  }
}

/** How names are written. @throws S3Error InvalidArgument */
export function encoding(request: S3Request): (name: string) => string {
  const type = request.param("encoding-type");
  if (type !== null && type !== "url")
    throw invalidArgument("encoding-type", type, "Invalid Encoding Method specified in Request");
  return type === "url" ? (name) => quote(name) : (name) => name;
}

function listingQuery(request: S3Request): { kind: Kind; query: Record<string, string> } {
  const query: Record<string, string> = {};
  const take = (param: string, name = param) => {
    const value = request.param(param);
    if (value !== null) query[name] = value;
  };
  take("prefix");
  take("delimiter");
  if (request.params.has("versions")) {
    query["versions"] = "true";
    const version = request.param("version-id-marker");
    take("key-marker", "marker");
    if (version !== null && version !== "") {
      if (query["marker"] === undefined) {
        throw invalidArgument(
          "version-id-marker",
          version,
          "A version-id marker cannot be specified without a key marker.",
        );
      }
      if (version !== "null" && parseTimestamp(version) === null)
        throw invalidArgument("version-id-marker", version, "Invalid version id specified");
      query["version_marker"] = version;
    }
    return { kind: "object-versions", query };
  }
  if (request.param("list-type") === "2") {
    take("start-after", "marker");
    const token = request.param("continuation-token");
    if (token !== null) query["marker"] = Buffer.from(token, "base64").toString();
    return { kind: "version-2", query };
  }
  take("marker");
  return { kind: "version-1", query };
}

interface Head {
  request: S3Request;
  encode: (name: string) => string;
  maxKeys: number;
  truncated: boolean;
  /** Name of the last entry shown. */
  last: string;
}

function text({ request, encode }: Head, element: string, param: string): string {
  const value = request.param(param);
  return leaf(element, value === null ? null : encode(value));
}

function tail(head: Head): string[] {
  const { request, truncated } = head;
  return [
    ...(request.param("delimiter") ? [text(head, "Delimiter", "delimiter")] : []),
    ...(request.param("encoding-type") === "url" ? [leaf("EncodingType", "url")] : []),
    leaf("IsTruncated", String(truncated)),
  ];
}

function headOne(head: Head): string[] {
  const { request, encode, truncated, last, maxKeys } = head;
  return [
    leaf("Name", request.bucket),
    text(head, "Prefix", "prefix"),
    text(head, "Marker", "marker"),
    ...(truncated && request.params.has("delimiter") ? [leaf("NextMarker", encode(last))] : []),
    leaf("MaxKeys", String(maxKeys)),
    ...tail(head),
  ];
}

function headTwo(head: Head, count: number): string[] {
  const { request, truncated, last, maxKeys } = head;
  const token = request.param("continuation-token");
  return [
    leaf("Name", request.bucket),
    text(head, "Prefix", "prefix"),
    ...(truncated ? [leaf("NextContinuationToken", Buffer.from(last).toString("base64"))] : []),
    ...(token === null ? [] : [leaf("ContinuationToken", token)]),
    ...(request.params.has("start-after") ? [text(head, "StartAfter", "start-after")] : []),
    leaf("KeyCount", String(count)),
    leaf("MaxKeys", String(maxKeys)),
    ...tail(head),
  ];
}

function versionsHead(head: Head, last: ListingEntry | undefined): string[] {
  const { request, encode, truncated, maxKeys } = head;
  const version = last?.kind === "object" ? versionId(last) : "null";
  return [
    leaf("Name", request.bucket),
    text(head, "Prefix", "prefix"),
    text(head, "KeyMarker", "key-marker"),
    leaf("VersionIdMarker", request.param("version-id-marker")),
    ...(truncated ? [leaf("NextKeyMarker", encode(head.last)), leaf("NextVersionIdMarker", version)] : []),
    leaf("MaxKeys", String(maxKeys)),
    // An empty one is shown here, and nowhere else.
    ...(request.param("delimiter") === "" ? [leaf("Delimiter", "")] : []),
    ...tail(head),
  ];
}

function versionId(entry: ObjectEntry): string {
  return String(entry.extra?.["version_id"] ?? "null");
}

function entryXml(
  entry: ListingEntry,
  kind: Kind,
  encode: (name: string) => string,
  owner: readonly string[] | null,
): string {
  if (entry.kind !== "object") return branch("CommonPrefixes", [leaf("Prefix", encode(entry.name))]);
  const versions = kind === "object-versions";
  const marker = versions && entry.contentType === DELETE_MARKER;
  const latest = entry.extra?.["is_latest"] ?? true;
  return branch(versions ? (marker ? "DeleteMarker" : "Version") : "Contents", [
    leaf("Key", encode(entry.name)),
    ...(versions ? [leaf("VersionId", versionId(entry)), leaf("IsLatest", String(latest))] : []),
    leaf("LastModified", s3Time(entry.lastModified)),
    ...(marker ? [] : [leaf("ETag", listedEtag(entry)), leaf("Size", String(entry.bytes))]),
    ...(owner ? [branch("Owner", owner)] : []),
    ...(marker ? [] : [leaf("StorageClass", "STANDARD")]),
  ]);
}

function listedEtag({ hash, extra }: ObjectEntry): string {
  const own = extra?.["s3_etag"];
  if (own !== undefined) return String(own);
  const slo = extra?.["slo_etag"];
  if (slo !== undefined) return `"${String(slo).replace(/^"|"$/g, "")}-N"`;
  return /^".*"$/.test(hash) ? hash : `"${hash}"`;
}

/** Whole seconds, rounded up. @param ticks of 10 µs */
export function s3Time(ticks: number): string {
  return `${new Date(Math.ceil(ticks / TICKS_PER_SECOND) * 1000).toISOString().slice(0, 19)}.000Z`;
}
