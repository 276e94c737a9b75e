import { expect, test } from "bun:test";
import { decodePayload, decodeReceipt, encodePayload, encodeReceipt, type TokenPayload } from "./payload.ts";

const BASE = {
  userId: "8a9b",
  methods: ["password", "token"],
  issuedAtMs: 1_361_986_771_123,
  expiresAtMs: 1_362_073_171_123.456,
  auditIds: ["VcxU2JYqT8OzfUVvrjEITQ", "qNUTIJntTzO1-XUk5STybw"],
};

const PAYLOADS: TokenPayload[] = [
  { ...BASE, scope: { kind: "unscoped" } },
  { ...BASE, scope: { kind: "project", projectId: "263f" } },
  { ...BASE, scope: { kind: "domain", domainId: "default" } },
  { ...BASE, scope: { kind: "system" } },
  { ...BASE, scope: { kind: "project", projectId: "263f" }, delegation: { by: "trust", id: "1ff9" } },
  { ...BASE, scope: { kind: "unscoped" }, delegation: { by: "application_credential", id: "a" } },
  { ...BASE, scope: { kind: "unscoped" }, delegation: { by: "access_token", id: "o" } },
];

for (const payload of PAYLOADS) {
  test(`what goes in comes out: ${payload.scope.kind} ${payload.delegation?.by ?? ""}`, () => {
    expect(decodePayload(encodePayload(payload))).toEqual(payload);
  });
}

test("a receipt is no token, and a token no receipt", () => {
  const receipt = encodeReceipt(BASE);
  const { auditIds: _, ...fields } = BASE;
  expect(decodeReceipt(receipt)).toEqual(fields);
  expect(decodePayload(receipt)).toBeNull();
  expect(decodeReceipt(encodePayload(PAYLOADS[0]!))).toBeNull();
});

test("bytes of another kind are no token", () => {
  for (const bytes of [[], [0x7b], [0xff, 0xfe], [...Buffer.from('["t2"]')], [...Buffer.from("{}")]]) {
    expect(decodePayload(Uint8Array.from(bytes))).toBeNull();
    expect(decodeReceipt(Uint8Array.from(bytes))).toBeNull();
  }
});
