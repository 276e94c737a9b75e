import { expect, test } from "bun:test";
import { cleanAcl, parseAccountAcl, parseAcl, referrerAllowed } from "./acl.ts";

test("OB-12 a read ACL is cleaned: names of the referrer designation, stars, blanks", () => {
  expect(cleanAcl("X-Container-Read", " .ref : * , .referer:.example.com,, a:b ")).toBe(
    ".r:*,.r:.example.com,a:b",
  );
  expect(cleanAcl("X-Container-Read", ".referrer:-*.thief.com")).toBe(".r:-.thief.com");
  expect(cleanAcl("X-Container-Read", ".rlistings,p:u")).toBe(".rlistings,p:u");
});

test("what is no ACL says why", () => {
  expect(() => cleanAcl("X-Container-Write", ".r:*")).toThrow("Referrers not allowed in write ACL: '.r:*'");
  expect(() => cleanAcl("X-Container-Read", ".unknown:x")).toThrow(
    "Unknown designator '.unknown' in ACL: '.unknown:x'",
  );
  expect(() => cleanAcl("X-Container-Read", ".r:")).toThrow(
    "No host/domain value after referrer designation in ACL: '.r:'",
  );
});

test("referrers: hosts, domains, negations in order", () => {
  const acl = parseAcl(".r:*,.r:-.thief.com,.r:good.thief.com,p:u,.rlistings");
  expect(acl.groups).toEqual(["p:u", ".rlistings"]);
  const allowed = (page: string | null) => referrerAllowed(page, acl.referrers);
  expect(allowed(null)).toBe(true);
  expect(allowed("http://www.example.com/a")).toBe(true);
  expect(allowed("http://www.thief.com/a")).toBe(false);
  expect(allowed("https://x@good.thief.com:8080/a")).toBe(true);
  expect(referrerAllowed("http://example.com", [".example.com"])).toBe(false);
  expect(referrerAllowed("http://a.example.com", [".example.com"])).toBe(true);
  expect(referrerAllowed("http://example.com", [])).toBe(false);
});

test("groups are unquoted, account ACLs are JSON objects", () => {
  expect(parseAcl("a%20b:c").groups).toEqual(["a b:c"]);
  expect(parseAccountAcl('{"admin":["a"]}')).toEqual({ admin: ["a"] });
  expect(parseAccountAcl("")).toEqual({});
  expect(parseAccountAcl("[]")).toBeNull();
  expect(parseAccountAcl("{")).toBeNull();
});
