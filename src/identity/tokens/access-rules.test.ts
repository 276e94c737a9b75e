import { expect, test } from "bun:test";
import { pathMatches, rulesAllow } from "./access-rules.ts";

// The pattern, what it matches, what it does not.
const PATTERNS: [string, string[], string[]][] = [
  ["/v2.1/servers", ["/v2.1/servers"], ["/v2.1/servers/1", "/v2x1/servers", "/v2.1/server"]],
  ["/v2.1/servers/*", ["/v2.1/servers/1"], ["/v2.1/servers", "/v2.1/servers/", "/v2.1/servers/1/ips"]],
  ["/v2.1/servers/{server_id}/ips", ["/v2.1/servers/1/ips"], ["/v2.1/servers/1/2/ips"]],
  ["/v2.1/**", ["/v2.1/servers", "/v2.1/servers/1/ips", "/v2.1/"], ["/v2/servers", "/v2.1"]],
  ["**", ["/", "/anything/at/all"], []],
  ["/a.b(c)", ["/a.b(c)"], ["/axb(c)", "/a.bc"]],
];

for (const [pattern, yes, no] of PATTERNS) {
  test(`${pattern} as a path of an access rule`, () => {
    expect(yes.filter((path) => !pathMatches(path, pattern))).toEqual([]);
    expect(no.filter((path) => pathMatches(path, pattern))).toEqual([]);
  });
}

test("service, method and path must all be named by one rule", () => {
  const rules = [
    { id: "1", user_id: "u", service: "compute", method: "GET", path: "/v2.1/servers" },
    { id: "2", user_id: "u", service: "image", method: "POST", path: "/v2/images" },
  ];
  const use = { serviceTypes: ["compute"], method: "GET", paths: ["/v2.1/servers"] };
  expect(rulesAllow(rules, use)).toBe(true);
  expect(rulesAllow(rules, { ...use, paths: ["/v2.1/servers", "/compute/v2.1/servers"] })).toBe(true);
  expect(rulesAllow(rules, { ...use, method: "POST" })).toBe(false);
  expect(rulesAllow(rules, { ...use, serviceTypes: ["image"] })).toBe(false);
  expect(rulesAllow(rules, { ...use, paths: ["/v2.1/flavors"] })).toBe(false);
});

test("whose the token is can be asked with any rules", () => {
  const use = { serviceTypes: ["identity"], method: "GET", paths: ["/v3/auth/tokens"] };
  expect(rulesAllow([], use)).toBe(true);
  expect(rulesAllow([], { ...use, method: "DELETE" })).toBe(false);
});
