// Fernet, the envelope of Keystone's tokens: encrypted and signed, so a token cannot be forged or read, and nothing
// has to be stored to recognise it. Authority: https://github.com/fernet/spec (version 0x80).

import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";

const VERSION = 0x80;
const HEADER_BYTES = 1 + 8 + 16;
const HMAC_BYTES = 32;

/** 32 bytes: 16 to sign with, 16 to encrypt with. */
export interface FernetKey {
  signing: Uint8Array;
  encryption: Uint8Array;
}

export function fernetKey(bytes: Uint8Array): FernetKey {
  if (bytes.length !== 32) throw new TypeError("a Fernet key has 32 bytes");
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) };
}

/**
 * @param nowMs stands in the clear, in whole seconds, as the format asks
 * @param iv 16 random bytes, used once; given only by tests
 */
export function encrypt(
  key: FernetKey,
  plain: Uint8Array,
  nowMs: number,
  iv = crypto.getRandomValues(new Uint8Array(16)),
): string {
  const cipher = createCipheriv("aes-128-cbc", key.encryption, iv);
  const head = Buffer.alloc(HEADER_BYTES);
  head[0] = VERSION;
  head.writeBigUInt64BE(BigInt(Math.floor(nowMs / 1000)), 1);
  head.set(iv, 9);
  const signed = Buffer.concat([head, cipher.update(plain), cipher.final()]);
  const hmac = createHmac("sha256", key.signing).update(signed).digest();
  return Buffer.concat([signed, hmac]).toString("base64url");
}

/** Null for a token that none of the keys has made. The `=` padding may be there or not. */
export function decrypt(keys: readonly FernetKey[], token: string): Uint8Array | null {
  const text = token.replace(/=+$/, "");
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null;
  const bytes = Buffer.from(text, "base64url");
  const bodyBytes = bytes.length - HEADER_BYTES - HMAC_BYTES;
  if (bodyBytes < 16 || bodyBytes % 16 !== 0 || bytes[0] !== VERSION) return null;
  const signed = bytes.subarray(0, -HMAC_BYTES);
  const given = bytes.subarray(-HMAC_BYTES);
  for (const key of keys) {
    const expected = createHmac("sha256", key.signing).update(signed).digest();
    if (!timingSafeEqual(expected, given)) continue;
    const decipher = createDecipheriv("aes-128-cbc", key.encryption, signed.subarray(9, HEADER_BYTES));
    try {
      return Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()]);
    } catch {
      return null; // signed by us, yet padded wrongly: nothing we made
    }
  }
  return null;
}
