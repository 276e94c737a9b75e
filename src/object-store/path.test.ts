import { expect, test } from "bun:test";
import { parseEntityPath, reservedName, reservedParts, splitContainerObject, splitPath } from "./path.ts";

test("OB-15 a path names version, account, container and object, and the object keeps its slashes", () => {
  expect(parseEntityPath("/v1/AUTH_a/c/o//../p/")).toEqual({
    version: "v1",
    account: "AUTH_a",
    container: "c",
    object: "o//../p/",
  });
  expect(parseEntityPath("/v1/AUTH_a/")).toEqual({
    version: "v1",
    account: "AUTH_a",
    container: null,
    object: null,
  });
  expect(parseEntityPath("/")).toBeNull();
  expect(parseEntityPath("")).toBeNull();
});

// swift/test/unit/common/test_utils.py has these.
test.each([
  ["/a", 1, 1, false, ["a"]],
  ["/a", 1, 2, false, ["a", null]],
  ["/a/c", 2, 2, false, ["a", "c"]],
  ["/a/c/o", 3, 3, false, ["a", "c", "o"]],
  ["/a/c/o/r", 3, 3, true, ["a", "c", "o/r"]],
  ["/a/c", 2, 3, true, ["a", "c", null]],
  ["/a/c/", 2, 2, false, ["a", "c"]],
  ["/a/c/", 2, 3, false, ["a", "c", ""]],
  ["", 1, 1, false, null],
  ["/", 1, 1, false, null],
  ["//", 1, 1, false, null],
  ["//a", 1, 1, false, null],
  ["/a/c", 1, 1, false, null],
  ["//c", 1, 2, false, null],
  ["/a//", 2, 2, false, null],
  ["/a/c//", 2, 2, false, null],
  ["/a", 2, 2, false, null],
] as const)("split %s", (path, min, max, rest, parts) => {
  expect(splitPath(path, min, max, rest)).toEqual(parts as (string | null)[] | null);
});

test("the source of a copy", () => {
  expect(splitContainerObject("c/o/p")).toEqual({ container: "c", object: "o/p" });
  expect(splitContainerObject("/c/o")).toEqual({ container: "c", object: "o" });
  expect(splitContainerObject("c")).toBeNull();
});

test("names no client can say", () => {
  expect(reservedName("versions", "c")).toBe("\0versions\0c");
  expect(reservedParts("\0versions\0c")).toEqual(["versions", "c"]);
});
