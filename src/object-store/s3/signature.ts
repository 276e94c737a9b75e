// Signatures of S3 requests, versions 2 and 4, in the Authorization header or in the query (presigned).
// Authority: swift/common/middleware/s3api/s3request.py; Amazon's "Signature Version 4 signing process".

import { createHash } from "node:crypto";
import type { SwiftRequest } from "../request.ts";
import { quote } from "../wire.ts";
import { S3Error, type S3ErrorDetails } from "./errors.ts";
import type { S3Settings } from "./settings.ts";
import { byName, checkSkew, dateMs, denied, hmac256, paths, sameText, toBytes } from "./signature-parts.ts";
import { headerV2, queryV2 } from "./signature-v2.ts";

export interface Signature {
  accessKey: string;
  /** As sent. */
  given: string;
  stringToSign: string;
  /** Version 4 only. */
  canonicalRequest: string | null;
  /** Version 4 only: what chunks of the body are signed with beside the key. */
  chunkScope: { date: string; scope: string } | null;
  /** `X-Amz-Content-SHA256` of version 4 in a header; null: the body is not signed. */
  payload: string | null;
  check(secret: string): boolean;
  /** The key that signed, once `check` was true. Version 4 only. */
  signingKey(): Buffer | null;
}

/** Is it a request of the S3 API at all? */
export function isSigned(request: SwiftRequest): boolean {
  return (
    request.headers.has("authorization") ||
    (request.queryText !== "" &&
      (request.query.has("AWSAccessKeyId") || request.query.has("X-Amz-Credential")))
  );
}

/**
 * @param bucketInHost the bucket, where the host's name says it
 * @returns null when it is not signed in Amazon's way
 * @throws S3Error
 */
export function readSignature(
  request: SwiftRequest,
  settings: S3Settings,
  nowMs: number,
  bucketInHost: string | null,
): Signature | null {
  const authorization = request.header("authorization");
  if (request.query.has("X-Amz-Credential")) return queryV4(request, settings, nowMs);
  if (authorization?.startsWith("AWS4-HMAC-SHA256 "))
    return headerV4(request, settings, nowMs, authorization);
  if (request.query.has("AWSAccessKeyId")) return queryV2(request, nowMs, bucketInHost);
  if (authorization === null) return null;
  return headerV2(request, settings, nowMs, authorization, bucketInHost);
}

/** `20130524T000000Z` */
function amzDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

interface Credential {
  access: string;
  date: string;
  region: string;
  service: string;
  terminal: string;
}

function parseCredential(text: string): Credential {
  const [access, date, region, service, terminal, ...rest] = text.split("/");
  if (!access || terminal === undefined || rest.length > 0) throw denied();
  return { access, date: date!, region: region!, service: service!, terminal };
}

/** @returns the region the request was signed for. @throws S3Error */
function checkScope(
  credential: Credential,
  date: string,
  settings: S3Settings,
  refuse: (kind: "header" | "query", details: S3ErrorDetails) => S3Error,
  kind: "header" | "query",
): string {
  const { location } = settings;
  const inHeader = kind === "header";
  const where = inHeader
    ? "The authorization header is malformed"
    : "Error parsing the X-Amz-Credential parameter";
  const day = date.slice(0, 8);
  if (credential.date !== day) {
    throw refuse(kind, {
      message: `Invalid credential date "${credential.date}". This date is not the same as X-Amz-Date: "${day}".`,
    });
  }
  if (credential.region !== location && credential.region !== location.toLowerCase()) {
    const subject = inHeader ? "the region" : "the region";
    throw refuse(kind, {
      message: `${where}; ${subject} '${credential.region}' is wrong; expecting '${location}'`,
      info: { Region: location },
    });
  }
  if (credential.service !== "s3") {
    throw refuse(kind, {
      message: `${where}; incorrect service "${credential.service}". This endpoint belongs to "s3".`,
    });
  }
  if (credential.terminal !== "aws4_request") {
    throw refuse(kind, {
      message: `${where}; incorrect terminal "${credential.terminal}". This endpoint uses "aws4_request".`,
    });
  }
  return credential.region;
}

const malformed = (kind: "header" | "query", details: S3ErrorDetails) =>
  new S3Error(
    kind === "header" ? "AuthorizationHeaderMalformed" : "AuthorizationQueryParametersError",
    details,
  );

function headerV4(
  request: SwiftRequest,
  settings: S3Settings,
  nowMs: number,
  authorization: string,
): Signature {
  const ms = dateMs(request.header("x-amz-date") || request.header("date"));
  checkSkew(ms, settings, nowMs);
  const part = (name: string) => {
    const at = authorization.indexOf(`${name}=`);
    return at < 0
      ? ""
      : authorization
          .slice(at + name.length + 1)
          .split(",")[0]!
          .trim();
  };
  const credential = parseCredential(part("Credential"));
  const given = part("Signature");
  if (given === "") throw denied();
  const signedHeaders = part("SignedHeaders");
  if (signedHeaders === "") throw new S3Error("AuthorizationHeaderMalformed");
  const region = checkScope(credential, amzDate(ms), settings, malformed, "header");
  const payload = request.header("x-amz-content-sha256");
  if (payload === null) {
    throw new S3Error("InvalidRequest", {
      message: "Missing required header for this request: x-amz-content-sha256",
    });
  }
  return v4(request, { ms, region, access: credential.access, given, signedHeaders, payload });
}

const MAX_EXPIRES = 604_800;

function queryV4(request: SwiftRequest, settings: S3Settings, nowMs: number): Signature {
  const { query } = request;
  const text = query.get("X-Amz-Expires");
  if (text === undefined) throw denied();
  const expires = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  const wrong =
    Number.isNaN(expires) || BigInt(text.trim()) >= 2n ** 63n
      ? "X-Amz-Expires should be a number"
      : expires < 0
        ? "X-Amz-Expires must be non-negative"
        : expires > MAX_EXPIRES
          ? "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
          : null;
  if (wrong !== null) throw malformed("query", { message: wrong });
  const ms = dateMs(query.get("X-Amz-Date") ?? request.header("x-amz-date") ?? request.header("date"));
  if (ms + expires * 1000 < nowMs) throw denied("Request has expired");
  const algorithm = query.get("X-Amz-Algorithm");
  if (algorithm !== "AWS4-HMAC-SHA256") {
    throw new S3Error("InvalidArgument", {
      info: { ArgumentName: "X-Amz-Algorithm", ArgumentValue: algorithm ?? "" },
    });
  }
  const credential = parseCredential(query.get("X-Amz-Credential") ?? "");
  const given = query.get("X-Amz-Signature");
  if (!given) throw denied();
  const signedHeaders = query.get("X-Amz-SignedHeaders");
  if (signedHeaders === undefined) throw new S3Error("AuthorizationHeaderMalformed");
  const region = checkScope(credential, amzDate(ms), settings, malformed, "query");
  return v4(request, { ms, region, access: credential.access, given, signedHeaders, payload: null });
}

interface V4 {
  ms: number;
  region: string;
  access: string;
  given: string;
  signedHeaders: string;
  payload: string | null;
}

const MUST_BE_SIGNED = ["x-amz-copy", "x-amz-acl", "x-amz-grant", "x-amz-meta"];

function v4(request: SwiftRequest, { ms, region, access, given, signedHeaders, payload }: V4): Signature {
  const date = amzDate(ms);
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const query = canonicalQuery(request);
  const headers = headersToSign(request, new Set(signedHeaders.split(";")));
  const canonical = (path: string) =>
    [request.method.toUpperCase(), path, query, ...headers, payload ?? "UNSIGNED-PAYLOAD"].join("\n");
  const toSign = (canonicalRequest: string) => {
    const hash = createHash("sha256").update(canonicalRequest, "latin1").digest("hex");
    return ["AWS4-HMAC-SHA256", date, scope, hash].join("\n");
  };
  const canonicals = paths(request, toBytes(quote(request.path, "/"))).map(canonical);
  let key: Buffer | null = null;
  return {
    accessKey: access,
    given,
    stringToSign: toSign(canonicals[0]!),
    canonicalRequest: canonicals[0]!,
    chunkScope: { date, scope },
    payload,
    check(secret) {
      const derived = scope
        .split("/")
        .reduce((last: Buffer, piece) => hmac256(last, piece), Buffer.from(`AWS4${secret}`));
      const fits = (text: string) => sameText(given, hmac256(derived, toSign(text)).toString("hex"));
      if (!canonicals.some(fits)) return false;
      key = derived;
      return true;
    },
    signingKey: () => key,
  };
}

function canonicalQuery({ query }: SwiftRequest): string {
  return [...query]
    .filter(([name]) => name !== "Signature" && name !== "X-Amz-Signature")
    .map(([name, value]): [string, string] => [quote(name, ""), quote(value, "")])
    .sort(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** A line for each, an empty one, and their names. @throws S3Error */
function headersToSign(request: SwiftRequest, signed: ReadonlySet<string>): string[] {
  const values = new Map<string, string>();
  for (const [name, value] of request.env.rawHeaders()) {
    const key = name.toLowerCase().trim();
    const folded = value.trim().split(/\s+/).join(" ");
    values.set(key, values.has(key) ? `${values.get(key)},${folded}` : folded);
  }
  for (const name of values.keys()) {
    if (!signed.has(name) && MUST_BE_SIGNED.some((prefix) => name.startsWith(prefix))) {
      throw new S3Error("AccessDenied", {
        message: "There were headers present in the request which were not signed",
        info: { HeadersNotSigned: name },
      });
    }
  }
  const names = [...signed].sort();
  if (names.some((name) => !values.has(name))) throw new S3Error("SignatureDoesNotMatch");
  return [...names.map((name) => `${name}:${values.get(name)}`), "", names.join(";")];
}

/** What a refused signature is answered with, for the client to compare. */
export function mismatch(signature: Signature): S3Error {
  const hex = (text: string) =>
    Buffer.from(text, "latin1")
      .toString("hex")
      .replace(/(..)(?!$)/g, "$1 ");
  const { canonicalRequest, stringToSign } = signature;
  return new S3Error("SignatureDoesNotMatch", {
    info: {
      AWSAccessKeyId: signature.accessKey,
      StringToSign: stringToSign,
      SignatureProvided: signature.given,
      StringToSignBytes: hex(stringToSign),
      ...(canonicalRequest === null
        ? {}
        : { CanonicalRequest: canonicalRequest, CanonicalRequestBytes: hex(canonicalRequest) }),
    },
  });
}
