// Signatures of EC2 and S3 requests, as those services hand them over to be checked: AWS signature versions 0, 1, 2
// and 4. Authority: Amazon's "Signature Version 4 signing process" and python-keystoneclient 5.0, contrib/ec2/utils.py.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { AuthenticationFailed } from "./errors.ts";

/** What was signed, by the names the EC2 service sends. */
export interface SignedEc2Request {
  access: string;
  signature: string;
  verb: string;
  /** `host:port`, or the host alone. */
  host: string;
  path: string;
  params: Record<string, string>;
  headers: Record<string, string>;
  /** SHA-256 of the body in hex; version 4 only. */
  bodyHash: string;
}

/** @throws AuthenticationFailed; the host may have been signed with its port or without */
export function checkEc2Signature(request: SignedEc2Request, secret: string): void {
  if (request.signature === "") throw new AuthenticationFailed("EC2 signature not supplied");
  if (sameText(request.signature, ec2Signature(request, secret))) return;
  const host = request.host.replace(/:\d+$/, "");
  if (host !== request.host && sameText(request.signature, ec2Signature({ ...request, host }, secret)))
    return;
  throw new AuthenticationFailed("Invalid EC2 signature");
}

/** @throws AuthenticationFailed for a form that is not known */
export function ec2Signature(request: SignedEc2Request, secret: string): string {
  const { params } = request;
  switch (params["SignatureVersion"]) {
    case "0":
      return hmac("sha1", secret, `${params["Action"] ?? ""}${params["Timestamp"] ?? ""}`).toString("base64");
    case "1": {
      const names = Object.keys(params).sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
      return hmac("sha1", secret, names.map((name) => name + params[name]).join("")).toString("base64");
    }
    case "2": {
      const query = canonicalQuery({ ...params, SignatureMethod: "HmacSHA256" });
      const text = `${request.verb}\n${request.host}\n${request.path}\n${query}`;
      return hmac("sha256", secret, text).toString("base64");
    }
    default:
      return signature4(request, secret);
  }
}

/** What an S3 service sends: the text that was signed, in URL-safe Base64. @throws AuthenticationFailed */
export function checkS3Signature(token: string, signature: string, secret: string): void {
  const signed = Buffer.from(token, "base64url").toString("latin1");
  const expected = signed.startsWith("AWS4")
    ? s3Signature4(signed, secret)
    : hmac("sha1", secret, signed).toString("base64");
  if (!sameText(signature, expected)) throw new AuthenticationFailed("Credential signature mismatch");
}

function s3Signature4(signed: string, secret: string): string {
  const [algorithm, , scope, ...rest] = signed.split("\n");
  const [date, region, service, end] = scope?.split("/") ?? [];
  if (algorithm !== "AWS4-HMAC-SHA256" || rest.length !== 1 || end !== "aws4_request") {
    throw new AuthenticationFailed("Invalid EC2 signature");
  }
  if (service !== "s3" && service !== "iam" && service !== "sts")
    throw new AuthenticationFailed("wrong service");
  return hmac("sha256", key4(secret, date!, region!, service), Buffer.from(signed, "latin1")).toString("hex");
}

function signature4(request: SignedEc2Request, secret: string): string {
  const { params, headers, verb } = request;
  const authorization = headers["Authorization"];
  if (!authorization?.startsWith("AWS4-HMAC-SHA256") && params["X-Amz-Algorithm"] !== "AWS4-HMAC-SHA256") {
    throw new AuthenticationFailed("Unexpected signature format");
  }
  const field = (name: string) =>
    authorization === undefined
      ? (params[`X-Amz-${name}`] ?? "")
      : (authorization.split(`${name}=`)[1]?.split(",")[0] ?? "");
  const lower = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase().trim(), value.trim()]),
  );
  const signedHeaders = field("SignedHeaders");
  const headerRows = signedHeaders
    .split(";")
    .flatMap((name) => (lower.has(name) ? `${name}:${lower.get(name)}` : []));
  const query = verb.toUpperCase() === "POST" ? "" : canonicalQuery(params);
  const canonical = [
    verb.toUpperCase(),
    request.path,
    query,
    `${headerRows.join("\n")}\n`,
    signedHeaders,
    request.bodyHash,
  ].join("\n");
  const [, date = "", region = "", service = "", ...end] = field("Credential").split("/");
  const moment = headers["X-Amz-Date"] ?? params["X-Amz-Date"] ?? "";
  if (date === "" || !moment.startsWith(date)) throw new AuthenticationFailed("Request date mismatch error");
  const text = [
    "AWS4-HMAC-SHA256",
    moment,
    [date, region, service, ...end].join("/"),
    createHash("sha256").update(canonical).digest("hex"),
  ].join("\n");
  return hmac("sha256", key4(secret, date, region, service), text).toString("hex");
}

function key4(secret: string, date: string, region: string, service: string): Buffer {
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of [date, region, service]) key = hmac("sha256", key, part);
  return hmac("sha256", key, "aws4_request");
}

function canonicalQuery(params: Record<string, string>): string {
  return Object.keys(params)
    .sort()
    .map((name) => `${quote(name)}=${quote(params[name]!)}`)
    .join("&");
}

/** Python's `urllib.parse.quote` with nothing safe but letters, digits and `_.-~`. */
function quote(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (ch) => `%${ch.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(algorithm: "sha1" | "sha256", key: string | Uint8Array, data: string | Uint8Array): Buffer {
  return createHmac(algorithm, key).update(data).digest();
}

function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
