// What `stack policy validate` says of a file, and what `generate` writes.

import { expect, test } from "bun:test";
import type { PolicyRule } from "./rules.ts";
import { samplePolicy } from "./sample.ts";
import { validatePolicy } from "./validate.ts";

const RULES: PolicyRule[] = [
  { name: "admin", check: "role:admin", description: "Who looks after it." },
  {
    name: "things:create",
    check: "role:member",
    legacy: "",
    description: "Create a thing.",
    formerly: ["things"],
    scopes: ["project"],
  },
];

test("a file without mistakes", () => {
  const text = '{"things": [], "mine": "user_id:%(user_id)s", "admin": "rule:mine", "default": "!"}';
  expect(validatePolicy(text, "policy.json", RULES)).toEqual({ problems: [], warnings: [], rules: 4 });
  expect(validatePolicy("# nothing\n", "policy.yaml", RULES)).toEqual({
    problems: [],
    warnings: [],
    rules: 0,
  });
});

test("every mistake is told with its line", () => {
  const text = 'admin: role:admin and\nthings: "@"\nthings:create: "(@"\n';
  const { problems } = validatePolicy(text, "policy.yaml", RULES);
  expect(problems.map((problem) => problem.split(": ").slice(0, 2).join(" "))).toEqual([
    "policy.yaml:1 admin",
    "policy.yaml:3 things:create",
  ]);
});

test("what does nothing is told as well", () => {
  const text = `admin: role:admin
thing: "@"
things: rule:gone
a: rule:b
b: not rule:a
things:create: https://x/
`;
  expect(validatePolicy(text, "policy.yaml", RULES).warnings.sort()).toEqual([
    "policy.yaml:1: admin: states the default; the legacy one no longer counts",
    "policy.yaml:2: thing: no service asks for a rule of this name",
    "policy.yaml:3: things: there is no rule gone",
    "policy.yaml:4: a: leads back to itself and allows nothing: rule:b",
    "policy.yaml:5: b: leads back to itself and allows nothing: not rule:a",
    "policy.yaml:6: things:create: https://x/ is not asked: remote checks allow nothing here",
  ]);
});

test("a sample states every rule with its default, commented out", () => {
  expect(samplePolicy("nova", RULES).split("\n\n").slice(1).join("\n\n")).toBe(`# Who looks after it.
#"admin": "role:admin"

# Create a thing.
# Intended scope(s): project
# Allowed as well, until the new defaults are enforced: ""
# Formerly: things
#"things:create": "role:member"
`);
});
