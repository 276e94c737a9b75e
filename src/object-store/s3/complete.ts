// Completing a multipart upload: the parts the client names become a static large object.

import { createHash } from "node:crypto";
import type { SwiftReply } from "../answers.ts";
import { bytesOf } from "../conditional.ts";
import { parsed } from "./bucket.ts";
import { S3Error } from "./errors.ts";
import { ETAG_SYSMETA, type S3Answer, xmlReply } from "./reply.ts";
import type { S3Request } from "./request.ts";
import {
  HAS_TYPE_SYSMETA,
  LISTED_ETAG,
  SEGMENTS_SUFFIX,
  TYPE_SYSMETA,
  UPLOAD_SYSMETA,
} from "./upload-names.ts";
import { locationOf, requireKey, uploadInfo } from "./uploads.ts";
import { childText, leaf } from "./xml.ts";

const MAX_BODY_BYTES = 2048 * 1024;
const MAX_REPORT_BYTES = 4 * 1024 * 1024;

const KEPT = ["content-encoding", "content-language", "content-disposition", "expires", "cache-control"];

interface Manifest {
  entries: { path: string; etag: string }[];
  /** MD5 of the parts' MD5s, and how many there are. */
  etag: string;
}

export async function completeUpload(request: S3Request): Promise<SwiftReply> {
  const key = requireKey(request);
  await request.bucketFacts();
  const uploadId = request.param("uploadId") ?? "";
  const info = await uploadInfo(request, uploadId);
  const body = await request.body.document(MAX_BODY_BYTES);
  if (body === null) throw new S3Error("InvalidRequest", { message: "You must specify at least one part" });
  checkMd5(request, body);
  const bucket = request.bucket + SEGMENTS_SUFFIX;
  const manifest = readManifest(body, `/${bucket}/${key}/${uploadId}`, uploadId);
  // The upload was completed before, and the client has not heard of it.
  if (info.swift[ETAG_SYSMETA] === manifest.etag) return result(request, key, manifest.etag);
  await putManifest(request, manifest, entityHeaders(info, uploadId), uploadId);
  try {
    await request.ask({
      method: "DELETE",
      bucket,
      key: `${key}/${uploadId}`,
      headers: { "content-type": null },
    });
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== "NoSuchKey") throw error;
  }
  return result(request, key, manifest.etag);
}

function checkMd5(request: S3Request, body: string): void {
  const expected = request.headers.get("etag");
  request.headers.delete("etag");
  if (request.headers.has("content-md5") && createHash("md5").update(body).digest("hex") !== expected) {
    throw new S3Error("BadDigest", { info: { ContentMD5: request.headers.get("content-md5")! } });
  }
}

/** @throws S3Error */
function readManifest(body: string, folder: string, uploadId: string): Manifest {
  const parts = parsed(body, "CompleteMultipartUpload").children.filter(({ name }) => name === "Part");
  if (parts.length === 0) throw new S3Error("MalformedXML");
  const hash = createHash("md5");
  let previous = 0;
  const entries = parts.map((part) => {
    const text = childText(part, "PartNumber")?.trim() ?? "";
    const given = childText(part, "ETag");
    if (!/^\d+$/.test(text) || given === null) throw new S3Error("MalformedXML");
    const number = Number(text);
    if (number <= previous) throw new S3Error("InvalidPartOrder", { info: { UploadId: uploadId } });
    previous = number;
    const etag = given.trim().replace(/^"|"$/g, "");
    if (!/^[0-9a-f]{32}$/.test(etag))
      throw new S3Error("InvalidPart", { info: { UploadId: uploadId, PartNumber: text } });
    hash.update(Buffer.from(etag, "hex"));
    return { path: `${folder}/${number}`, etag };
  });
  return { entries, etag: `${hash.digest("hex")}-${entries.length}` };
}

/** What the client said of the object when it began. */
function entityHeaders(info: S3Answer, uploadId: string): Record<string, string | null> {
  const headers: Record<string, string | null> = {
    accept: "application/json",
    "content-type": null,
    [UPLOAD_SYSMETA]: uploadId,
  };
  for (const [name, value] of Object.entries(info.swift))
    if (name.startsWith("x-object-meta-") || KEPT.includes(name)) headers[name] = value;
  const said = info.swift[HAS_TYPE_SYSMETA];
  const type =
    said === "yes" ? info.swift[TYPE_SYSMETA] : said === undefined ? info.swift["content-type"] : undefined;
  if (type) headers["content-type"] = type;
  return headers;
}

async function putManifest(
  request: S3Request,
  { entries, etag }: Manifest,
  headers: Record<string, string | null>,
  uploadId: string,
): Promise<void> {
  const { minSegmentSize } = request.settings;
  const tooSmall = `s3api requires that each segment be at least ${minSegmentSize} bytes`;
  const { env } = request.swift;
  env.sloManifestHook = (parts) =>
    parts
      .slice(0, -1)
      .flatMap((part) => (part.bytes < minSegmentSize ? [{ name: part.name, status: tooSmall }] : []));
  try {
    const answer = await request.ask({
      method: "PUT",
      query: { "multipart-manifest": "put" },
      headers: { ...headers, [ETAG_SYSMETA]: etag, [LISTED_ETAG]: `; s3_etag=${etag}` },
      body: Buffer.from(JSON.stringify(entries)),
      onRefusal: async (refused) => {
        if (refused.status !== 400) return;
        const faults = await faultsOf(refused);
        const has = (...texts: string[]) => faults.some(([, fault]) => texts.includes(fault));
        if (has(tooSmall)) throw new S3Error("EntityTooSmall", { message: tooSmall });
        if (has("Etag Mismatch", "404 Not Found"))
          throw new S3Error("InvalidPart", { info: { UploadId: uploadId } });
        if (faults.length > 0)
          throw new S3Error("InvalidRequest", {
            message: faults.map((fault) => fault.join(": ")).join("\n"),
          });
      },
    });
    // SLO answers a PUT without a body.
    if (answer.status !== 201) throw new S3Error("InternalError");
  } finally {
    env.sloManifestHook = null;
  }
}

async function faultsOf(answer: S3Answer): Promise<[string, string][]> {
  const text = (await bytesOf(answer.body, MAX_REPORT_BYTES)).toString();
  try {
    return (JSON.parse(text) as { Errors?: [string, string][] }).Errors ?? [];
  } catch {
    // Refused before any part was looked at: the text says why.
    return [["", text]];
  }
}

function result(request: S3Request, key: string, etag: string): SwiftReply {
  return xmlReply("CompleteMultipartUploadResult", [
    leaf("Location", locationOf(request)),
    leaf("Bucket", request.bucket),
    leaf("Key", key),
    leaf("ETag", `"${etag}"`),
  ]);
}
