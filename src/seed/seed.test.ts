import { expect, test } from "bun:test";
import { parseSeed } from "./document.ts";

test("a seed is read whole, and what is wrong in it is named with its place", () => {
  expect(parseSeed("", "s.yaml")).toEqual({});
  const text = "servers: [{ name: a, flavor: m1.tiny, image: tiny }]\nvolumes: [{ name: v, size: 1 }]\n";
  expect(parseSeed(text, "s.yaml").servers).toEqual([{ name: "a", flavor: "m1.tiny", image: "tiny" }]);
  expect(() => parseSeed("servers: [{ name: a }]", "s.yaml")).toThrow(
    "s.yaml: servers[0]: 'flavor' is a required property",
  );
  expect(() => parseSeed("volumes: [{ name: v, size: big }]", "s.yaml")).toThrow(
    "s.yaml: volumes[0].size: 'big' is not of type 'integer'",
  );
  expect(() => parseSeed("server: []", "s.yaml")).toThrow("'server' was unexpected");
  expect(() => parseSeed("a: [", "s.yaml")).toThrow("s.yaml: YAML Parse error");
});
