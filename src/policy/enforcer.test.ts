import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../core/clock.ts";
import { makeContext } from "../core/context.ts";
import { PolicyNotAuthorized } from "../core/errors.ts";
import { testLog } from "../core/test-log.ts";
import { Enforcer, type PolicyRule } from "./enforcer.ts";

const RULES: PolicyRule[] = [
  { name: "context_is_admin", check: "role:admin", description: "" },
  { name: "admin_api", check: "is_admin:True", description: "" },
  { name: "admin_or_owner", check: "is_admin:True or project_id:%(project_id)s", description: "" },
  {
    name: "os_compute_api:os-flavor-manage:create",
    check: "rule:admin_api",
    description: "",
    formerly: ["compute_extension:flavormanage"],
  },
  { name: "os_compute_api:servers:create", check: "rule:admin_or_owner", description: "" },
];

const MANAGE = "os_compute_api:os-flavor-manage:create";
const member = makeContext({ requestId: "req-1", userId: "u1", projectId: "p1", roles: ["member"] });
const admin = makeContext({ requestId: "req-2", projectId: "p0", roles: ["admin"], isAdmin: true });

function world() {
  const folder = mkdtempSync(join(tmpdir(), "policy-"));
  const clock = new FakeClock();
  const log = testLog(clock);
  const [json, yaml] = [join(folder, "policy.json"), join(folder, "policy.yaml")];
  const make = () =>
    new Enforcer({ rules: RULES, files: [json, yaml], clock, log: log.book.logger("n-api", "nova.policy") });
  /** Writes the file and lets the time pass after which files are looked at again. */
  const write = async (path: string, text: string) => {
    writeFileSync(path, text);
    await clock.advance(1000);
  };
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  return { folder, clock, log, json, yaml, make, write, [Symbol.dispose]: dispose };
}

test("without a file the defaults hold", () => {
  using all = world();
  const policy = all.make();
  expect(policy.allows(MANAGE, {}, admin)).toBe(true);
  expect(policy.allows(MANAGE, {}, member)).toBe(false);
  expect(() => policy.authorize(MANAGE, {}, member)).toThrow(PolicyNotAuthorized);
  expect(policy.allows("os_compute_api:servers:create", { project_id: "p1" }, member)).toBe(true);
  expect(policy.allows("os_compute_api:servers:create", { project_id: "p2" }, member)).toBe(false);
});

test("a change of the file holds at once, without a restart, and under the old name", async () => {
  using all = world();
  const policy = all.make();
  await all.write(all.json, '{"compute_extension:flavormanage": []}');
  expect(policy.allows(MANAGE, {}, member)).toBe(true);
  await all.write(all.json, '{"compute_extension:flavormanage": [["rule:admin_api"]]}');
  expect(policy.allows(MANAGE, {}, member)).toBe(false);
  await all.write(all.json, `{"${MANAGE}": "@", "compute_extension:flavormanage": "!"}`);
  expect(policy.allows(MANAGE, {}, member)).toBe(true);
  rmSync(all.json);
  await all.clock.advance(1000);
  expect(policy.allows(MANAGE, {}, member)).toBe(false);
});

test("PO-01 nested lists, PO-02 admin, PO-03 owner and open actions in a file of 2013", async () => {
  using all = world();
  const policy = all.make();
  await all.write(
    all.json,
    JSON.stringify({
      context_is_admin: [["role:admin"]],
      admin_or_owner: [["is_admin:True"], ["project_id:%(project_id)s"]],
      default: [["rule:admin_or_owner"]],
      "compute:create": [],
      "compute_extension:accounts": [["rule:admin_api"]],
    }),
  );
  expect(policy.allows("compute:create", { project_id: "p2" }, member)).toBe(true);
  expect(policy.allows("compute_extension:accounts", { project_id: "p1" }, member)).toBe(false);
  expect(policy.allows("compute_extension:accounts", { project_id: "p1" }, admin)).toBe(true);
});

test("PO-04 the rule default stands for every action without one of its own", async () => {
  using all = world();
  const policy = all.make();
  expect(policy.allows("compute:unheard_of", { project_id: "p1" }, member)).toBe(false);
  await all.write(all.json, '{"default": [["rule:admin_or_owner"]]}');
  expect(policy.allows("compute:unheard_of", { project_id: "p1" }, member)).toBe(true);
  expect(policy.allows("compute:unheard_of", { project_id: "p2" }, member)).toBe(false);
});

test("YAML with comments; the first file that exists is used", async () => {
  using all = world();
  const policy = all.make();
  await all.write(all.yaml, `# open to all\n"${MANAGE}": "@"\n`);
  expect(policy.allows(MANAGE, {}, member)).toBe(true);
  await all.write(all.json, "{}");
  expect(policy.allows(MANAGE, {}, member)).toBe(false);
});

const BAD = [
  '{"a": ',
  '["role:admin"]',
  `{"${MANAGE}": "role:admin or"}`,
  `{"${MANAGE}": 7}`,
  '"text"',
  "\u0000",
];

for (const text of BAD) {
  test(`a file that makes no sense changes nothing and is logged: ${text}`, async () => {
    using all = world();
    const policy = all.make();
    await all.write(all.json, `{"${MANAGE}": "@"}`);
    expect(policy.allows(MANAGE, {}, member)).toBe(true);
    await all.write(all.json, text);
    expect(policy.allows(MANAGE, {}, member)).toBe(true);
    expect(all.log.lines.at(-1)?.text).toContain("policy.json is not used");
    await all.write(all.json, "{}");
    expect(policy.allows(MANAGE, {}, member)).toBe(false);
  });
}

test("a file that is bad from the start leaves the defaults", async () => {
  using all = world();
  await all.write(all.json, "{");
  const policy = all.make();
  expect(policy.allows(MANAGE, {}, admin)).toBe(true);
  expect(policy.allows(MANAGE, {}, member)).toBe(false);
});

test("rules that refer to each other in a circle allow nothing", async () => {
  using all = world();
  const policy = all.make();
  await all.write(all.json, '{"a": "rule:b", "b": "rule:a", "c": "not rule:c", "d": "not rule:a"}');
  for (const rule of ["a", "b", "c", "d"]) expect(policy.allows(rule, {}, admin)).toBe(false);
});

test("the static service token may do everything", () => {
  using all = world();
  const root = makeContext({ requestId: "req-3", isServiceToken: true });
  expect(all.make().allows("anything", {}, root)).toBe(true);
});
