import { describe, expect, test } from "bun:test";
import { applyRules, readRules } from "./mapping-rules.ts";

const ASSERTION = { UserName: "bwilliams", FirstName: "Bob", orgPersonType: "Admin;Tester", Groups: "a;b;c" };
const NAME = { local: [{ user: { name: "{0}" } }], remote: [{ type: "UserName" }] };

test("a rule whose remote side matches gives the local side, filled in", () => {
  const rules = readRules({
    rules: [
      {
        local: [{ user: { name: "{0} {1}", type: "local" } }, { group: { id: "0cd5e9" } }],
        remote: [
          { type: "FirstName" },
          { type: "UserName" },
          { type: "orgPersonType", any_one_of: ["Admin"] },
        ],
      },
      { local: [{ group: { id: "never" } }], remote: [{ type: "orgPersonType", not_any_of: ["Tester"] }] },
    ],
  });
  expect(applyRules(rules, ASSERTION)).toEqual({
    user: { name: "Bob bwilliams", type: "local" },
    group_ids: ["0cd5e9"],
    group_names: [],
    projects: [],
  });
});

describe("groups", () => {
  const groups = (remote: object) =>
    applyRules(
      readRules([NAME, { local: [{ groups: "{0}", domain: { id: "d" } }], remote: [remote] }]),
      ASSERTION,
    ).group_names;
  test.each([
    [{ type: "Groups" }, ["a", "b", "c"]],
    [{ type: "Groups", whitelist: ["a", "c", "z"] }, ["a", "c"]],
    [{ type: "Groups", blacklist: ["a"] }, ["b", "c"]],
    [{ type: "Groups", whitelist: ["[bc]"], regex: true }, ["b", "c"]],
    [{ type: "Groups", whitelist: ["b"] }, ["b"]],
  ])("%j", (remote, names) => {
    expect(groups(remote)).toEqual(names.map((name) => ({ name, domain: { id: "d" } })));
  });
});

test.each([
  [[], "the file holds no list of rules"],
  [[{ local: [], remote: [] }], "not a rule"],
  [[{ ...NAME, remote: [{ type: "Missing" }] }], "Could not map any federated user properties"],
  [
    [{ local: [{ user: { name: "{1}" } }], remote: NAME.remote }],
    "refers to a remote match that doesn't exist",
  ],
  [[{ local: [{ user: { type: "odd" } }], remote: NAME.remote }], "User type odd not supported"],
  [[{ local: [{ groups: "{0}" }], remote: NAME.remote }], "Both 'groups' and 'domain' keywords must be"],
])("%j is refused", (rules, message) => {
  expect(() => applyRules(readRules(rules), ASSERTION)).toThrow(message);
});
