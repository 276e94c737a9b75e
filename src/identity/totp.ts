// Time-based one-time passwords (RFC 6238, SHA-1, six digits, 30 seconds), as keystone/auth/plugins/totp.py makes them.

import { createHmac, timingSafeEqual } from "node:crypto";

const STEP_SECONDS = 30;
const DIGITS = 6;

/** keystone.conf [totp] included_previous_windows. */
const PREVIOUS_WINDOWS = 1;

/** @param seed Base32, its padding may be missing; false when it is no Base32 */
export function totpMatches(seed: string, passcode: string, nowMs: number): boolean {
  const key = decodeBase32(seed);
  if (!key) return false;
  const step = Math.floor(nowMs / 1000 / STEP_SECONDS);
  for (let back = 0; back <= PREVIOUS_WINDOWS; back++) {
    const expected = Buffer.from(totp(key, step - back));
    const given = Buffer.from(passcode);
    if (expected.length === given.length && timingSafeEqual(expected, given)) return true;
  }
  return false;
}

/** RFC 4226 for one moving factor. */
export function totp(key: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = digest[digest.length - 1]! & 0x0f;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function decodeBase32(text: string): Uint8Array | null {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const ch of text.replace(/=+$/, "")) {
    const value = ALPHABET.indexOf(ch);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
      held &= (1 << bits) - 1;
    }
  }
  return Uint8Array.from(bytes);
}
