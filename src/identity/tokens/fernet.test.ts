// The vectors are those of https://github.com/fernet/spec (generate.json, verify.json, invalid.json). Its two about the
// age of a token are left out: how long a token holds is told by its payload, not by its envelope.

import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { decrypt, encrypt, fernetKey } from "./fernet.ts";

const KEY = fernetKey(Buffer.from("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", "base64url"));
const NOW = Date.parse("1985-10-26T01:20:00-07:00");
const IV = Uint8Array.from({ length: 16 }, (_, i) => i);
const TOKEN =
  "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString());

test("makes the token of the specification", () => {
  expect(encrypt(KEY, Buffer.from("hello"), NOW, IV)).toBe(TOKEN.replace(/=+$/, ""));
});

test("reads the token of the specification, with its padding and without", () => {
  expect(text(decrypt([KEY], TOKEN))).toBe("hello");
  expect(text(decrypt([KEY], TOKEN.replace(/=+$/, "")))).toBe("hello");
});

const INVALID: Record<string, string> = {
  "incorrect mac":
    "rn9hs9yS0GVWjk4hH822VIwQUWz-_WZWCLzsD7SgV2IAAAAAHcCesAABAgMEBQYHCAkKCwwNDg8tNtXKRlVimf3hMAhjOASy",
  "too short": "91GVdgz7jmWR6vJiViEA4u-LhVMhCSr87INSeFwwkYAAAAAAHcCesAABAgMEBQYHCAkKCw==",
  "invalid base64":
    "%%%%%%%%%%%j-ztUarjDIfllJBmLiBMjfcmZesHVIhcAAAAAHcCesAABAgMEBQYHCAkKCwwNDg8tNtXKRlVimf3hMAhjOASy",
  "payload size not multiple of block size":
    "r-pDJRzyfnW4rYfh-gZek3qA3lnFG8fGaf0qgmZlPL8AAAAAHcCesAABAgMEBQYHCAkKCwwNDg8tNtXKRlVimf3hMAhjOAQ=",
  "payload padding error":
    "ApoqRxzlU8Z9-mPSV6ufXeIgKugRjI_-ugnnqqoCTjQAAAAAHcCesAABAgMEBQYHCAkKCwwNDg91rx5fbHkRnpZBxpOuEAjd",
  "incorrect IV":
    "fe5sCHPyF13H837yvtc65xAlWfXXP3fEUX_jMiB74EwAAAAAHcCesHV0d3ZxcHNyfXx_fnl4e3otNtXKRlVimf3hMAhjOASy",
};

for (const [reason, token] of Object.entries(INVALID)) {
  test(`refuses a token: ${reason}`, () => {
    expect(decrypt([KEY], token)).toBeNull();
  });
}

test("every byte of a token counts", () => {
  const bytes = Buffer.from(TOKEN, "base64url");
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes);
    changed[i]! ^= 1;
    expect(decrypt([KEY], changed.toString("base64url"))).toBeNull();
  }
});

test("signed by us, padded wrongly: refused, not an exception", () => {
  const bytes = Buffer.from(TOKEN, "base64url");
  const signed = Buffer.concat([bytes.subarray(0, 25), Buffer.alloc(16, 7)]);
  const hmac = createHmac("sha256", KEY.signing).update(signed).digest();
  expect(decrypt([KEY], Buffer.concat([signed, hmac]).toString("base64url"))).toBeNull();
});

test("a token of an older key is read as long as that key is there", () => {
  const other = fernetKey(crypto.getRandomValues(new Uint8Array(32)));
  expect(text(decrypt([other, KEY], TOKEN))).toBe("hello");
  expect(decrypt([other], TOKEN)).toBeNull();
});

test("a key has 32 bytes", () => {
  expect(() => fernetKey(new Uint8Array(31))).toThrow("32 bytes");
});
