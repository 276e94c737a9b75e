// The vectors of RFC 6238, appendix B, for SHA-1; their eight digits end in our six.

import { expect, test } from "bun:test";
import { totp, totpMatches } from "./totp.ts";

const KEY = Buffer.from("12345678901234567890");
const SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

const VECTORS: [seconds: number, code: string][] = [
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [1_111_111_111, "14050471"],
  [1_234_567_890, "89005924"],
  [2_000_000_000, "69279037"],
  [20_000_000_000, "65353130"],
];

for (const [seconds, code] of VECTORS) {
  test(`the code at ${seconds} s`, () => {
    expect(totp(KEY, Math.floor(seconds / 30))).toBe(code.slice(2));
    expect(totpMatches(SEED, code.slice(2), seconds * 1000)).toBe(true);
  });
}

test("a code holds for its window and the next", () => {
  const at = 1_111_111_110_000;
  const code = totp(KEY, at / 30_000);
  expect(totpMatches(SEED, code, at + 29_999)).toBe(true);
  expect(totpMatches(SEED, code, at + 59_999)).toBe(true);
  expect(totpMatches(SEED, code, at + 60_000)).toBe(false);
  expect(totpMatches(SEED, code, at - 1)).toBe(false);
});

test("a seed that is no Base32 fits no code", () => {
  expect(totpMatches("not base 32!", "000000", 0)).toBe(false);
  expect(totpMatches(SEED, "", 59_000)).toBe(false);
});
