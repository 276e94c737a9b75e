// Signature version 2: in the Authorization header, or in the query.
// Authority: swift/common/middleware/s3api/s3request.py; Amazon's "Signing and authenticating REST requests".

import { createHmac } from "node:crypto";
import type { SwiftRequest } from "../request.ts";
import type { S3Settings } from "./settings.ts";
import type { Signature } from "./signature.ts";
import { BAD_DATE, byName, checkSkew, dateMs, denied, paths, sameText, toBytes } from "./signature-parts.ts";

/** Sub-resources that are part of what version 2 signs. */
const SUB_RESOURCES = new Set([
  "acl",
  "delete",
  "lifecycle",
  "location",
  "logging",
  "notification",
  "partNumber",
  "policy",
  "requestPayment",
  "torrent",
  "uploads",
  "uploadId",
  "versionId",
  "versioning",
  "versions",
  "website",
  "response-cache-control",
  "response-content-disposition",
  "response-content-encoding",
  "response-content-language",
  "response-content-type",
  "response-expires",
  "cors",
  "tagging",
  "restore",
]);

export function headerV2(
  request: SwiftRequest,
  settings: S3Settings,
  nowMs: number,
  authorization: string,
  bucketInHost: string | null,
): Signature {
  const date = request.header("x-amz-date") ?? request.header("date");
  if (!date) throw denied(BAD_DATE);
  checkSkew(dateMs(date), settings, nowMs);
  const colon = authorization.lastIndexOf(":");
  if (!authorization.startsWith("AWS ") || colon < 0) throw denied();
  const signedDate = request.headers.has("x-amz-date") ? "" : date;
  return v2(request, authorization.slice(4, colon), authorization.slice(colon + 1), signedDate, bucketInHost);
}

const MAX_V2_EXPIRES = 2 ** 31;

export function queryV2(request: SwiftRequest, nowMs: number, bucketInHost: string | null): Signature {
  const { query } = request;
  const text = query.get("Expires") ?? "";
  const expires = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(expires)) throw denied();
  if (nowMs > expires * 1000) throw denied("Request has expired");
  if (expires >= MAX_V2_EXPIRES) throw denied(`Invalid date (should be seconds since epoch): ${text}`);
  const access = query.get("AWSAccessKeyId");
  const given = query.get("Signature");
  if (!access || !given) throw denied();
  return v2(request, access, given, text, bucketInHost);
}

function v2(
  request: SwiftRequest,
  accessKey: string,
  given: string,
  date: string,
  bucketInHost: string | null,
): Signature {
  const amz = new Map<string, string>();
  for (const [name, value] of request.env.rawHeaders()) {
    const key = name.toLowerCase().trim();
    if (!key.startsWith("x-amz-")) continue;
    amz.set(key, amz.has(key) ? `${amz.get(key)},${value.trim()}` : value.trim());
  }
  const { rawPath } = request.env;
  const params = [...request.query]
    .filter(([name]) => SUB_RESOURCES.has(name))
    .sort(byName)
    .map(([name, value]) => (value === "" ? name : `${name}=${value}`));
  const signs = (path: string) => {
    const resource = (bucketInHost === null ? "" : `/${bucketInHost}`) + path;
    return [
      request.method,
      request.header("content-md5")?.trim() ?? "",
      request.header("content-type")?.trim() ?? "",
      date,
      ...[...amz].sort(byName).map(([name, value]) => `${name}:${value}`),
      toBytes(params.length === 0 ? resource : `${resource}?${params.join("&")}`),
    ].join("\n");
  };
  // Some sign the path of a bucket with a slash behind it, which they do not send.
  const resources = /^\/[^/]+$/.test(rawPath) ? [rawPath, `${rawPath}/`] : [rawPath];
  const texts = resources.flatMap((resource) => paths(request, resource)).map(signs);
  return {
    accessKey,
    given,
    stringToSign: texts[0]!,
    canonicalRequest: null,
    chunkScope: null,
    payload: null,
    check: (secret) =>
      texts.some((text) =>
        sameText(given, createHmac("sha1", secret).update(text, "latin1").digest("base64")),
      ),
    signingKey: () => null,
  };
}
