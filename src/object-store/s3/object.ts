// Objects: read, written, copied, removed, one or many.
// Authority: swift/common/middleware/s3api/controllers/{obj,multi_delete}.py.

import { HTML, type SwiftReply } from "../answers.ts";
import { bytesOf } from "../conditional.ts";
import { DELETE_MARKER } from "../middleware/versions-requests.ts";
import { contentRange, parseRange, rangesFor } from "../range.ts";
import { appendName } from "../segments.ts";
import { parseHttpDate, TICKS_PER_SECOND } from "../timestamp.ts";
import { listFromCsv } from "../wire.ts";
import { applyAclHeader } from "./acl.ts";
import { parsed } from "./bucket.ts";
import { checkCopySource } from "./copy-source.ts";
import { invalidArgument, S3Error } from "./errors.ts";
import { s3Time } from "./listing.ts";
import { ETAG_SYSMETA, emptyReply, type S3Answer, toReply, xmlReply } from "./reply.ts";
import type { S3Request } from "./request.ts";
import { branch, childText, document, leaf } from "./xml.ts";

/** Names that `response-...` parameters change in the answer. */
const CHANGEABLE = [
  "content-type",
  "content-language",
  "expires",
  "cache-control",
  "content-disposition",
  "content-encoding",
];

export async function getObject(request: S3Request): Promise<SwiftReply> {
  return toReply(await read(request));
}

export async function headObject(request: S3Request): Promise<SwiftReply> {
  const answer = await read(request);
  const reply = { ...toReply(answer), body: null };
  const range = request.swift.header("range");
  const specs = range === null ? null : parseRange(range);
  if (!specs || answer.status !== 200) return reply;
  const length = Number(answer.headers["content-length"]);
  const ranges = rangesFor(specs, length);
  if (ranges.length === 0) throw new S3Error("InvalidRange");
  if (ranges.length > 1) return reply;
  const [one] = ranges;
  return {
    ...reply,
    status: 206,
    headers: {
      ...reply.headers,
      "content-range": contentRange(one!, length),
      "content-length": String(one!.end - one!.start),
    },
  };
}

async function read(request: S3Request): Promise<S3Answer> {
  for (const name of ["if-match", "if-none-match"]) {
    const value = request.headers.get(name);
    if (value === undefined) continue;
    // The tag that stands for a large object which came through Swift.
    const plain = listFromCsv(value)
      .map((etag) => etag.replace(/^(?:W\/)?"|"$/g, ""))
      .filter((etag) => etag.endsWith("-N"))
      .map((etag) => etag.slice(0, -2));
    request.headers.set(name, [value, ...plain].join(", "));
    if (!listFromCsv(request.headers.get("x-backend-etag-is-at")).includes(ETAG_SYSMETA))
      appendName(request.headers, "x-backend-etag-is-at", ETAG_SYSMETA);
  }
  const version = request.param("versionId");
  if (version !== null && version !== "null") await requireVersions(request, version);
  const answer = await request.ask({ query: version === null ? {} : { "version-id": version } });
  for (const name of CHANGEABLE) {
    const wanted = request.param(`response-${name}`);
    if (wanted !== null) answer.headers[name] = wanted;
  }
  return answer;
}

/** @throws S3Error NoSuchVersion where the bucket has never kept any */
async function requireVersions(request: S3Request, version: string): Promise<void> {
  const { sysmeta } = await request.bucketFacts();
  if (sysmeta["versions-container"]) return;
  throw new S3Error("NoSuchVersion", { info: { Key: request.key ?? "", VersionId: version } });
}

export async function putObject(request: S3Request): Promise<SwiftReply> {
  requireShortKey(request);
  const copies = request.headers.has("x-amz-copy-source");
  const range = request.headers.get("x-amz-copy-source-range");
  if (copies && range !== undefined)
    throw invalidArgument("x-amz-copy-source-range", range, "Illegal copy header");
  applyAclHeader(request);
  await checkCopySource(request);
  if (!request.headers.get("content-type")) request.headers.set("content-type", "binary/octet-stream");
  const answer = await request.ask();
  if (!copies) return emptyReply(200, answer.headers);
  return copied(answer, "CopyObjectResult");
}

/** The answer to a copy: when and what, in a document. */
export function copied(answer: S3Answer, name: string): SwiftReply {
  const { ETag: etag = "", ...headers } = answer.headers;
  const ticks = parseHttpDate(answer.headers["last-modified"] ?? "") ?? 0;
  const kept = Object.entries(headers).filter(
    ([header]) => !header.startsWith("x-amz-meta-") && header !== "content-length",
  );
  return {
    status: 200,
    headers: { ...Object.fromEntries(kept), "content-type": "application/xml" },
    body: document(name, [leaf("LastModified", s3Time(ticks * TICKS_PER_SECOND)), leaf("ETag", etag)]),
  };
}

/** @throws S3Error KeyTooLongError */
export function requireShortKey(request: S3Request): void {
  const limit = request.tools.limits.max_object_name_length;
  if (Buffer.byteLength(request.key ?? "") > limit) throw new S3Error("KeyTooLongError");
}

export async function deleteObject(request: S3Request): Promise<SwiftReply> {
  const version = request.param("versionId");
  if (version !== null && version !== "null") {
    const { sysmeta } = await request.bucketFacts();
    if (!sysmeta["versions-container"]) return emptyReply(204, { "x-amz-version-id": version });
  }
  try {
    const { headers } = await remove(request, request.key!, version);
    return emptyReply(204, { ...headers, "content-type": HTML });
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== "NoSuchKey") throw error;
    await request.bucketFacts();
    return emptyReply(204);
  }
}

/** @throws S3Error, NoSuchKey too */
async function remove(request: S3Request, key: string, version: string | null): Promise<S3Answer> {
  let query: Record<string, string>;
  try {
    query = await request.manifestDeleteQuery(key, version);
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== "NoSuchKey") throw error;
    query = {};
  }
  if (version !== null) Object.assign(query, { "version-id": version, symlink: "get" });
  const answer = await request.ask({
    method: "DELETE",
    key,
    query,
    headers: { "content-type": null, accept: "application/json" },
  });
  if (query["multipart-manifest"] !== undefined && answer.status === 200) await requireAllDeleted(answer);
  if (answer.swift["x-object-current-version-id"] !== "null") return answer;
  return (await restoreNewest(request, key)) ?? answer;
}

const MAX_REPORT_BYTES = 16 * 1024 * 1024;

/** The report of a bulk delete must name no failure. @throws SegmentsLeft */
async function requireAllDeleted(answer: S3Answer): Promise<void> {
  const report = JSON.parse((await bytesOf(answer.body, MAX_REPORT_BYTES)).toString()) as {
    "Response Status": string;
    Errors: [string, string][];
  };
  if (report.Errors.length === 0) return;
  const lines = report.Errors.map(([name, status]) => `${name}: ${status}`);
  throw new SegmentsLeft([report["Response Status"], ...lines].join("\n"));
}

/** Parts of a large object that is gone could not be removed. */
class SegmentsLeft extends Error {
  override name = "SegmentsLeft";
}

/** The current version was removed: the one before it becomes current, as in S3. */
async function restoreNewest(request: S3Request, key: string): Promise<S3Answer | null> {
  const { listing = [] } = await request.ask({
    method: "GET",
    key: null,
    query: { prefix: key, versions: "true" },
  });
  for (const entry of listing) {
    if (entry.kind !== "object" || entry.name !== key) continue;
    if (entry.contentType === DELETE_MARKER) return null;
    try {
      return await request.ask({
        method: "PUT",
        key,
        query: { "version-id": String(entry.extra?.["version_id"] ?? "null") },
        headers: { "content-type": null, etag: null },
        body: new Uint8Array(0),
      });
    } catch (error) {
      if (!(error instanceof S3Error) || error.code !== "PreconditionFailed") throw error;
    }
  }
  return null;
}

const MAX_DELETE_BYTES = 10 * 1024 * 1024;

export async function deleteObjects(request: S3Request): Promise<SwiftReply> {
  const { maxMultiDeleteObjects } = request.settings;
  const limit = 2 * maxMultiDeleteObjects * request.tools.limits.max_object_name_length;
  const body = await request.body.document(Math.min(limit, MAX_DELETE_BYTES));
  if (body === null) throw new S3Error("MissingRequestBodyError");
  request.body.requireMd5(body);
  const root = parsed(body, "Delete");
  const doomed = root.children
    .filter((element) => element.name === "Object")
    .map((element) => ({ key: childText(element, "Key"), version: childText(element, "VersionId") }));
  if (doomed.length === 0) throw new S3Error("MalformedXML");
  if (doomed.some(({ key }) => !key)) throw new S3Error("UserKeyMustBeSpecified");
  if (doomed.length > maxMultiDeleteObjects) throw new S3Error("MalformedXML");
  const quiet = childText(root, "Quiet")?.toLowerCase() === "true";
  request.headers.delete("etag");
  const results: string[] = [];
  try {
    await request.ask({ method: "HEAD", key: null });
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== "AccessDenied") throw error;
    for (const { key, version } of doomed) results.push(failure(key!, version, error.code, error.message));
    return xmlReply("DeleteResult", results);
  }
  for (const { key, version } of doomed) {
    const failed = await removeOne(request, key!, version);
    if (failed !== null) results.push(failed);
    else if (!quiet) results.push(branch("Deleted", [leaf("Key", key)]));
  }
  return xmlReply("DeleteResult", results);
}

/** What went wrong, as an element; null: nothing. */
async function removeOne(request: S3Request, key: string, version: string | null): Promise<string | null> {
  try {
    await remove(request, key, version);
    return null;
  } catch (error) {
    if (error instanceof SegmentsLeft) return failure(key, null, "SLODeleteError", error.message);
    if (!(error instanceof S3Error)) throw error;
    return error.code === "NoSuchKey" ? null : failure(key, null, error.code, error.message);
  }
}

function failure(key: string, version: string | null, code: string, message: string): string {
  return branch("Error", [
    leaf("Key", key),
    ...(version === null ? [] : [leaf("VersionId", version)]),
    leaf("Code", code),
    leaf("Message", message),
  ]);
}
