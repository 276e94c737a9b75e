// Multipart uploads. Parts lie in the container BUCKET+segments as KEY/UPLOAD/NUMBER, beside a marker KEY/UPLOAD that
// keeps what the client said when it began; completing puts a static large object over them.
// Authority: swift/common/middleware/s3api/controllers/multi_upload.py.

import { randomUUID } from "node:crypto";
import type { SwiftReply } from "../answers.ts";
import type { ListingEntry } from "../listing.ts";
import { parseRange, rangesFor } from "../range.ts";
import { quote } from "../wire.ts";
import { applyAclHeader } from "./acl.ts";
import { checkCopySource } from "./copy-source.ts";
import { invalidArgument, noSuchUpload, S3Error } from "./errors.ts";
import { encoding, s3Time } from "./listing.ts";
import { copied, requireShortKey } from "./object.ts";
import { ETAG_SYSMETA, emptyReply, type S3Answer, xmlReply } from "./reply.ts";
import type { S3Request } from "./request.ts";
import {
  HAS_TYPE_SYSMETA,
  LISTED_ETAG,
  SEGMENTS_SUFFIX,
  TYPE_SYSMETA,
  UPLOAD_SYSMETA,
} from "./upload-names.ts";
import { branch, leaf } from "./xml.ts";

const MAX_UPLOADS = 1000;

/** @throws S3Error for a request that names no key */
export function requireKey(request: S3Request): string {
  if (request.key === null) throw new S3Error("InvalidRequest", { message: "A key must be specified" });
  return request.key;
}

/** What was said when the upload began, or of the object it has become. @throws S3Error NoSuchUpload */
export async function uploadInfo(request: S3Request, uploadId: string): Promise<S3Answer> {
  const bare = { range: null, "x-amz-copy-source": null, "if-match": null, "if-none-match": null };
  const bucket = request.bucket + SEGMENTS_SUFFIX;
  const marker = { method: "HEAD", bucket, key: `${request.key}/${uploadId}`, headers: bare };
  const found =
    (await missing(request.ask(marker))) ?? (await missing(request.ask({ method: "HEAD", headers: bare })));
  if (!found) throw noSuchUpload(uploadId);
  if (found.swift[UPLOAD_SYSMETA] !== undefined && found.swift[UPLOAD_SYSMETA] !== uploadId)
    throw noSuchUpload(uploadId);
  if (found.swift[UPLOAD_SYSMETA] === undefined && found.swift[HAS_TYPE_SYSMETA] === undefined)
    throw noSuchUpload(uploadId);
  return found;
}

/** Null where there is no such key or bucket. */
async function missing(asked: Promise<S3Answer>): Promise<S3Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof S3Error && (error.code === "NoSuchKey" || error.code === "NoSuchBucket"))
      return null;
    throw error;
  }
}

export async function initiateUpload(request: S3Request): Promise<SwiftReply> {
  const key = requireKey(request);
  const facts = await request.bucketFacts();
  requireShortKey(request);
  applyAclHeader(request);
  const uploadId = Buffer.from(randomUUID()).toString("base64url");
  const bucket = request.bucket + SEGMENTS_SUFFIX;
  const acls = {
    ...(facts.readAcl === null ? {} : { "x-container-read": facts.readAcl }),
    ...(facts.writeAcl === null ? {} : { "x-container-write": facts.writeAcl }),
  };
  try {
    await request.bucketFacts(bucket);
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== "NoSuchBucket") throw error;
    await request
      .ask({ method: "PUT", bucket, key: null, headers: acls, body: new Uint8Array(0) })
      .catch((failed: unknown) => {
        // Another upload was quicker.
        if (!(failed instanceof S3Error) || failed.code !== "BucketAlreadyOwnedByYou") throw failed;
      });
  }
  const type = request.headers.get("content-type");
  await request.ask({
    method: "PUT",
    bucket,
    key: `${key}/${uploadId}`,
    headers: {
      [HAS_TYPE_SYSMETA]: type ? "yes" : "no",
      ...(type ? { [TYPE_SYSMETA]: type } : {}),
      "content-type": "application/directory",
      etag: null,
      "transfer-encoding": null,
    },
    body: new Uint8Array(0),
  });
  return xmlReply("InitiateMultipartUploadResult", [
    leaf("Bucket", request.bucket),
    leaf("Key", key),
    leaf("UploadId", uploadId),
  ]);
}

export async function putPart(request: S3Request): Promise<SwiftReply> {
  const key = requireKey(request);
  await request.bucketFacts();
  const uploadId = request.param("uploadId");
  if (uploadId === null) {
    throw invalidArgument("ResourceType", "partNumber", "Unexpected query string parameter");
  }
  const { maxUploadPartNum } = request.settings;
  const text = request.param("partNumber") ?? "";
  const number = /^\s*\+?\d+\s*$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > maxUploadPartNum) {
    throw invalidArgument(
      "partNumber",
      text,
      `Part number must be an integer between 1 and ${maxUploadPartNum}, inclusive`,
    );
  }
  await uploadInfo(request, uploadId);
  const source = await checkCopySource(request);
  request.bucket += SEGMENTS_SUFFIX;
  request.key = `${key}/${uploadId}/${number}`;
  if (!source) {
    if (!request.headers.get("content-type")) request.headers.set("content-type", "binary/octet-stream");
    return emptyReply(200, (await request.ask()).headers);
  }
  const range = request.headers.get("x-amz-copy-source-range");
  if (range !== undefined) {
    const size = Number(source.headers["content-length"]);
    request.headers.set("range", copyRange(range, size));
    request.headers.delete("x-amz-copy-source-range");
  }
  // These would be taken over from the source.
  for (const name of [ETAG_SYSMETA, "x-object-sysmeta-slo-etag", "x-object-sysmeta-slo-size", LISTED_ETAG])
    request.headers.set(name, "");
  return copied(await request.ask(), "CopyPartResult");
}

/** @throws S3Error */
function copyRange(range: string, size: number): string {
  const specs = parseRange(range);
  if (specs?.length !== 1) {
    throw invalidArgument(
      "x-amz-source-range",
      range,
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    );
  }
  if (rangesFor(specs, size).length === 0) {
    throw invalidArgument(
      "x-amz-source-range",
      range,
      `Range specified is not valid for source object of size: ${size}`,
    );
  }
  return range;
}

interface Upload {
  key: string;
  id: string;
  ticks: number;
}

export async function listUploads(request: S3Request): Promise<SwiftReply> {
  if (request.key !== null) {
    throw new S3Error("InvalidRequest", {
      message: "Key is not expected for the GET method ?uploads subresource",
    });
  }
  await request.bucketFacts();
  const encode = encoding(request);
  const keyMarker = request.param("key-marker") ?? "";
  const idMarker = request.param("upload-id-marker") ?? "";
  const limit = request.numberParam("max-uploads", MAX_UPLOADS, MAX_UPLOADS);
  const prefix = request.param("prefix") ?? "";
  const delimiter = request.param("delimiter") ?? "";
  const start = keyMarker === "" ? "" : idMarker === "" ? `${keyMarker}/~` : `${keyMarker}/${idMarker}`;
  const { uploads, prefixes } = await findUploads(request, { start, prefix, delimiter, limit });
  const truncated = uploads.length >= limit;
  const shown = uploads.slice(0, limit);
  const last = shown.length > 1 ? shown.at(-1) : undefined;
  const owner = [leaf("ID", request.userId), leaf("DisplayName", request.userId)];
  return xmlReply("ListMultipartUploadsResult", [
    leaf("Bucket", request.bucket),
    leaf("KeyMarker", keyMarker),
    leaf("UploadIdMarker", idMarker),
    leaf("NextKeyMarker", last?.key ?? ""),
    leaf("NextUploadIdMarker", last?.id ?? ""),
    ...(request.params.has("delimiter") ? [leaf("Delimiter", delimiter)] : []),
    ...(request.params.has("prefix") ? [leaf("Prefix", prefix)] : []),
    leaf("MaxUploads", String(limit)),
    ...(request.params.has("encoding-type") ? [leaf("EncodingType", "url")] : []),
    leaf("IsTruncated", String(truncated)),
    ...shown.map(({ key, id, ticks }) =>
      branch("Upload", [
        leaf("Key", encode(key)),
        leaf("UploadId", id),
        branch("Initiator", owner),
        branch("Owner", owner),
        leaf("StorageClass", "STANDARD"),
        leaf("Initiated", s3Time(ticks)),
      ]),
    ),
    ...prefixes.map((name) => branch("CommonPrefixes", [leaf("Prefix", name)])),
  ]);
}

async function findUploads(
  request: S3Request,
  { start, prefix, delimiter, limit }: { start: string; prefix: string; delimiter: string; limit: number },
): Promise<{ uploads: Upload[]; prefixes: string[] }> {
  const uploads: Upload[] = [];
  const prefixes = new Set<string>();
  const bucket = request.bucket + SEGMENTS_SUFFIX;
  for (let marker = start; uploads.length < limit; ) {
    const page = await missing(
      request.ask({ bucket, query: { marker, ...(prefix === "" ? {} : { prefix }) } }),
    );
    const entries = page?.listing ?? [];
    if (entries.length === 0) break;
    marker = entries.at(-1)!.name;
    for (const entry of entries) {
      if (entry.kind !== "object" || /\/[0-9]+$/.test(entry.name)) continue;
      const slash = entry.name.lastIndexOf("/");
      const key = entry.name.slice(0, slash);
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      if (end >= 0) prefixes.add(key.slice(0, end + delimiter.length));
      else uploads.push({ key, id: entry.name.slice(slash + 1), ticks: entry.lastModified });
    }
  }
  return { uploads, prefixes: [...prefixes].sort() };
}

/** All that lies below an upload's marker. */
export async function partsOf(request: S3Request, uploadId: string): Promise<ListingEntry[]> {
  const bucket = request.bucket + SEGMENTS_SUFFIX;
  const prefix = `${request.key}/${uploadId}/`;
  const parts: ListingEntry[] = [];
  for (let marker = ""; ; marker = parts.at(-1)!.name) {
    const { listing = [] } = await request.ask({
      method: "GET",
      bucket,
      key: null,
      query: { prefix, delimiter: "/", marker },
    });
    if (listing.length === 0) return parts;
    parts.push(...listing);
  }
}

export async function listParts(request: S3Request): Promise<SwiftReply> {
  const key = requireKey(request);
  await request.bucketFacts();
  const encode = encoding(request);
  const uploadId = request.param("uploadId") ?? "";
  await uploadInfo(request, uploadId);
  const { maxPartsListing } = request.settings;
  const maxParts = request.numberParam("max-parts", Math.min(MAX_UPLOADS, maxPartsListing), maxPartsListing);
  const after = request.numberParam("part-number-marker", 0);
  const all = (await partsOf(request, uploadId))
    .flatMap((entry) => {
      const number = /\/(\d+)$/.exec(entry.name)?.[1];
      return entry.kind === "object" && number !== undefined && Number(number) > after
        ? [{ ...entry, number: Number(number) }]
        : [];
    })
    .sort((a, b) => a.number - b.number);
  const parts = all.slice(0, maxParts);
  const owner = [leaf("ID", request.userId), leaf("DisplayName", request.userId)];
  return xmlReply("ListPartsResult", [
    leaf("Bucket", request.bucket),
    leaf("Key", encode(key)),
    leaf("UploadId", uploadId),
    branch("Initiator", owner),
    branch("Owner", owner),
    leaf("StorageClass", "STANDARD"),
    leaf("PartNumberMarker", String(after)),
    leaf("NextPartNumberMarker", String(parts.at(-1)?.number ?? 0)),
    leaf("MaxParts", String(maxParts)),
    ...(request.params.has("encoding-type") ? [leaf("EncodingType", "url")] : []),
    leaf("IsTruncated", String(all.length > parts.length)),
    ...parts.map((part) =>
      branch("Part", [
        leaf("PartNumber", String(part.number)),
        leaf("LastModified", s3Time(part.lastModified)),
        leaf("ETag", `"${part.hash}"`),
        leaf("Size", String(part.bytes)),
      ]),
    ),
  ]);
}

export async function abortUpload(request: S3Request): Promise<SwiftReply> {
  const key = requireKey(request);
  await request.bucketFacts();
  const uploadId = request.param("uploadId") ?? "";
  await uploadInfo(request, uploadId);
  const bucket = request.bucket + SEGMENTS_SUFFIX;
  // A completed upload has no marker any more: NoSuchKey.
  await request.ask({ bucket, key: `${key}/${uploadId}` });
  for (const { name } of await partsOf(request, uploadId))
    await missing(request.ask({ method: "DELETE", bucket, key: name }));
  return emptyReply(204);
}

/** URL of the object, as the client would name it. */
export function locationOf(request: S3Request): string {
  const { swift } = request;
  // Old boto names the port twice.
  return swift.baseUrl.replace(/(:\d+):\d+/, "$1") + quote(swift.path);
}
