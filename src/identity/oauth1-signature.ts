// OAuth 1.0a signatures with HMAC-SHA1, as a consumer makes them and as they are checked. Authority: RFC 5849.

import { createHmac, timingSafeEqual } from "node:crypto";
import { AuthenticationFailed, ValidationFailed } from "./errors.ts";

/** `Authorization: OAuth oauth_consumer_key="...", ...` by name. */
export type OAuthParameters = Readonly<Record<string, string>>;

export interface SignedRequest {
  method: string;
  /** Scheme, host, port and path, as the client named them. */
  url: string;
  query: URLSearchParams;
  parameters: OAuthParameters;
}

/** @throws ValidationFailed when there is no such header */
export function parseAuthorization(header: string | null): OAuthParameters {
  const m = /^OAuth\s+(.*)$/is.exec(header ?? "");
  if (!m)
    throw new ValidationFailed("No Authorization headers found, cannot proceed with OAuth related calls.");
  const parameters: Record<string, string> = {};
  for (const part of m[1]!.split(",")) {
    const pair = /^\s*([\w.~%-]+)="([^"]*)"\s*$/.exec(part);
    if (pair) parameters[decodePercent(pair[1]!)] = decodePercent(pair[2]!);
  }
  return parameters;
}

export function signature(request: SignedRequest, consumerSecret: string, tokenSecret: string): string {
  const pairs: [string, string][] = [...request.query, ...Object.entries(request.parameters)]
    .filter(([name]) => name !== "realm" && name !== "oauth_signature")
    .map(([name, value]) => [encodePercent(name), encodePercent(value)]);
  pairs.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1));
  const normal = pairs.map(([name, value]) => `${name}=${value}`).join("&");
  const base = [
    request.method.toUpperCase(),
    encodePercent(baseUrl(request.url)),
    encodePercent(normal),
  ].join("&");
  return createHmac("sha1", `${encodePercent(consumerSecret)}&${encodePercent(tokenSecret)}`)
    .update(base)
    .digest("base64");
}

/** @throws AuthenticationFailed */
export function checkSignature(request: SignedRequest, consumerSecret: string, tokenSecret: string): void {
  const { oauth_signature_method: method, oauth_signature: given = "" } = request.parameters;
  const expected = Buffer.from(signature(request, consumerSecret, tokenSecret));
  const actual = Buffer.from(given);
  const same = expected.length === actual.length && timingSafeEqual(expected, actual);
  if (method !== "HMAC-SHA1" || !same) throw new AuthenticationFailed("Invalid signature");
}

function baseUrl(text: string): string {
  const url = new URL(text);
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** RFC 5849, 3.6: everything but letters, digits, `-._~`. */
function encodePercent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (ch) => `%${ch.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
