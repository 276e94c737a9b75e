// Signatures of temporary URLs and forms. Authority: swift/common/digest.py.

import { createHmac, timingSafeEqual } from "node:crypto";
import { type Conf, confText } from "../pipeline/contract.ts";

const SUPPORTED = ["sha1", "sha256", "sha512"] as const;
export type Digest = (typeof SUPPORTED)[number];
const DEPRECATED: readonly Digest[] = ["sha1"];

/** @throws Error when none of the configured ones is supported */
export function allowedDigests(conf: Conf): { allowed: readonly Digest[]; deprecated: readonly Digest[] } {
  const wanted = confText(conf, "allowed_digests")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const allowed = wanted.length === 0 ? SUPPORTED : SUPPORTED.filter((digest) => wanted.includes(digest));
  if (allowed.length === 0) throw new Error("No valid digest algorithms are configured");
  return { allowed, deprecated: DEPRECATED.filter((digest) => allowed.includes(digest)) };
}

const BY_LENGTH: Record<number, Digest> = { 40: "sha1", 64: "sha256", 128: "sha512" };

/** Hex digits, or `sha512:BASE64`. Null when it is neither. */
export function parseSignature(text: string): { digest: string; hex: string } | null {
  const colon = text.indexOf(":");
  if (colon < 0) {
    const digest = BY_LENGTH[text.length];
    return digest && /^[0-9a-f]+$/i.test(text) ? { digest, hex: text } : null;
  }
  const base64 = text
    .slice(colon + 1)
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return null;
  return { digest: text.slice(0, colon), hex: Buffer.from(base64, "base64").toString("hex") };
}

export function hmacHex(digest: Digest, key: string, message: string): string {
  return createHmac(digest, key).update(message).digest("hex");
}

/** Takes the same time whatever differs. */
export function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

/** `X-Account-Meta-Temp-URL-Key` and its second. */
export function signingKeys(meta: Readonly<Record<string, string>>): string[] {
  return ["temp-url-key", "temp-url-key-2"].map((name) => meta[name]).filter((key) => key !== undefined);
}
