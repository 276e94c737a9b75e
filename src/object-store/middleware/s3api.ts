// s3api: Amazon's S3 over containers and objects, for requests that are signed as Amazon's are. Each is made of Swift
// requests, which go down the rest of the pipeline; `s3token` or `tempauth` there vouch for the signature.
// Authority: swift/common/middleware/s3api/s3api.py.
//
// Ledger (against Swift 2.30, Zed; checked 2026-11-20)
//   More than Swift: bodies in signed chunks (`aws-chunked`) with trailing check sums are taken; chunk signatures are
//   checked.
//   With `s3_acl = true` a bucket is made together with its ACL, where Swift makes it first; an ACL put on a large object
//   copies its manifest, where Swift copies its data.
//   Differs on purpose: an underscore in the name of metadata shows as `%5f` in Swift's API, where Swift has `=5F`, which
//   is no header's name in HTTP. A part of a copy and a completed upload answer when they are done, without blanks that keep the
//   connection alive: nothing takes long here.

import type { SwiftReply } from "../answers.ts";
import type { ListingEntry } from "../listing.ts";
import type { App, BuiltinFilter } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { errorReply, S3Error } from "../s3/errors.ts";
import { operate } from "../s3/operations.ts";
import { S3Request } from "../s3/request.ts";
import { type S3Settings, s3Settings } from "../s3/settings.ts";
import { isSigned } from "../s3/signature.ts";
import { listFromCsv } from "../wire.ts";

export const s3api: BuiltinFilter = {
  name: "s3api",
  factory(rest, conf, tools) {
    const settings = s3Settings(conf);
    const next = withS3Etags(rest);
    tools.registerInfo("s3api", {
      max_bucket_listing: settings.maxBucketListing,
      max_parts_listing: settings.maxPartsListing,
      max_upload_part_num: settings.maxUploadPartNum,
      max_multi_delete_objects: settings.maxMultiDeleteObjects,
      allow_multipart_uploads: settings.allowMultipartUploads,
      min_segment_size: settings.minSegmentSize,
      s3_acl: settings.s3Acl,
    });

    async function answered(request: SwiftRequest): Promise<SwiftReply | null> {
      try {
        const s3 = S3Request.read(request, { next, tools, settings });
        if (s3 && settings.s3Acl) await s3.authenticate();
        return s3 && (await operate(s3));
      } catch (error) {
        if (!(error instanceof S3Error)) tools.log.error(request, "S3 request failed", error);
        const refusal = error instanceof S3Error ? error : new S3Error("InternalError");
        const reply = errorReply(refusal, request.env.transId);
        return request.method === "HEAD" ? { ...reply, body: null } : reply;
      }
    }

    const concerns = (request: SwiftRequest) => request.method === "OPTIONS" || isSigned(request);

    async function s3apiApp(request: SwiftRequest): Promise<SwiftReply> {
      const preflight = preflightReply(request, settings);
      if (preflight) return preflight;
      const reply = isSigned(request) ? await answered(request) : null;
      if (!reply) return next(request);
      reply.headers["x-amz-id-2"] = request.env.transId;
      reply.headers["x-amz-request-id"] = request.env.transId;
      return reply;
    }
    return when(concerns, s3apiApp, next);
  },
};

const METHODS = "GET, HEAD, PUT, POST, DELETE, OPTIONS";

/** A browser asks whether a page may send an S3 request; it has no signature yet. */
function preflightReply(request: SwiftRequest, { preflightOrigins }: S3Settings): SwiftReply | null {
  const origin = request.header("origin");
  if (request.method !== "OPTIONS" || !origin || preflightOrigins.length === 0) return null;
  const wanted = listFromCsv(request.header("access-control-request-headers")?.toLowerCase());
  const signed = request.query.has("AWSAccessKeyId") || request.query.has("X-Amz-Credential");
  const signs = wanted.includes("authorization") && !/^\/v1(\.0)?\//.test(request.path);
  if (!signed && !signs) return null;
  if (!preflightOrigins.includes("*") && !preflightOrigins.includes(origin))
    return { status: 401, headers: { allow: METHODS }, body: null };
  const headers: Record<string, string> = {
    allow: METHODS,
    "access-control-allow-origin": origin,
    "access-control-allow-methods": METHODS,
    vary: "Origin, Access-Control-Request-Headers",
  };
  if (wanted.length > 0) headers["access-control-allow-headers"] = wanted.join(", ");
  return { status: 200, headers, body: null };
}

/** A listing shows the tag S3 gave an object beside Swift's own. */
function withS3Etags(next: App): App {
  const concerns = ({ method, entity }: SwiftRequest) =>
    method === "GET" && entity?.container != null && entity.object === null;

  async function s3EtagsShown(request: SwiftRequest): Promise<SwiftReply> {
    const reply = await next(request);
    return reply.listing ? { ...reply, listing: reply.listing.map(withS3Etag) } : reply;
  }
  return when(concerns, s3EtagsShown, next);
}

function withS3Etag(entry: ListingEntry): ListingEntry {
  if (entry.kind !== "object" || !entry.hash.includes("s3_etag=")) return entry;
  const [etag, ...parameters] = entry.hash.split(";").map((part) => part.trim());
  const tag = parameters.find((parameter) => parameter.startsWith("s3_etag="))!;
  const rest = parameters.filter((parameter) => parameter !== tag);
  return {
    ...entry,
    hash: [etag, ...rest].join("; "),
    extra: { ...entry.extra, s3_etag: `"${tag.slice("s3_etag=".length)}"` },
  };
}
