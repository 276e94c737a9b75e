// New and legacy defaults, scopes, former names, and files in more places than one: oslo.policy's `Enforcer`.

import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../core/clock.ts";
import { makeContext } from "../core/context.ts";
import { testLog } from "../core/test-log.ts";
import { Enforcer, type PolicySwitches } from "./enforcer.ts";
import type { PolicyRule } from "./rules.ts";

const RULES: PolicyRule[] = [
  { name: "context_is_admin", check: "role:admin", description: "" },
  {
    name: "things:create",
    check: "role:member and project_id:%(project_id)s",
    legacy: "project_id:%(project_id)s",
    description: "",
    formerly: ["things:make", "things"],
    scopes: ["project"],
  },
  { name: "things:list", check: "role:reader", description: "", formerly: ["things"] },
  { name: "things:move", check: "role:admin", description: "", scopes: ["system"] },
  { name: "things:touch", check: "is_admin:True", description: "" },
];

const OWN = { project_id: "p1" };
const reader = makeContext({ requestId: "req-1", projectId: "p1", roles: ["reader"] });
const member = makeContext({ requestId: "req-2", projectId: "p1", roles: ["member", "reader"] });
const admin = makeContext({ requestId: "req-3", projectId: "p1", roles: ["admin"], isAdmin: true });
const system = makeContext({ requestId: "req-4", systemScope: "all", roles: ["admin"], isAdmin: true });

function world(switches?: Partial<PolicySwitches>, legacyAdminPasses = false) {
  const folder = mkdtempSync(join(tmpdir(), "policy-"));
  const clock = new FakeClock();
  const log = testLog(clock);
  const policy = new Enforcer({
    rules: RULES,
    files: [join(folder, "policy.yaml"), join(folder, "policy.json")],
    folders: [join(folder, "policy.d")],
    switches: { enforceScope: false, enforceNewDefaults: false, ...switches },
    legacyAdminPasses,
    clock,
    log: log.book.logger("n-api", "nova.policy"),
  });
  const write = async (name: string, text: string) => {
    mkdirSync(join(folder, "policy.d"), { recursive: true });
    writeFileSync(join(folder, name), text);
    await clock.advance(1000);
  };
  const logged = () => log.lines.map(({ text }) => text.replaceAll(`${folder}/`, "")).join("\n");
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  return { policy, clock, folder, write, logged, [Symbol.dispose]: dispose };
}

test("the legacy default is allowed beside the new one, until the new ones are enforced or a file states the rule", async () => {
  using legacy = world();
  expect(legacy.policy.allows("things:create", OWN, reader)).toBe(true);
  await legacy.write("policy.yaml", "things:create: role:member");
  expect(legacy.policy.allows("things:create", OWN, reader)).toBe(false);
  using enforced = world({ enforceNewDefaults: true });
  expect(enforced.policy.allows("things:create", OWN, reader)).toBe(false);
  expect(enforced.policy.allows("things:create", OWN, member)).toBe(true);
});

test("a former name counts for every rule it became, the newer name first, the rule's own before all", async () => {
  using all = world();
  await all.write("policy.yaml", 'things: "!"');
  expect(all.policy.allows("things:create", OWN, member)).toBe(false);
  expect(all.policy.allows("things:list", {}, member)).toBe(false);
  await all.write("policy.yaml", 'things: "!"\nthings:make: "@"');
  expect(all.policy.allows("things:create", {}, member)).toBe(true);
  expect(all.policy.allows("things:list", {}, member)).toBe(false);
  await all.write("policy.yaml", 'things: "!"\nthings:list: "@"');
  expect(all.policy.allows("things:list", {}, member)).toBe(true);
  // As a generated file has it: the former name points at the new one and so says nothing.
  await all.write("policy.yaml", "things:make: rule:things:create");
  expect(all.policy.allows("things:create", OWN, reader)).toBe(true);
});

test("scopes are told apart only while they are enforced, and of the question's own rule", () => {
  using loose = world();
  expect(loose.policy.allows("things:move", {}, admin)).toBe(true);
  using strict = world({ enforceScope: true });
  expect(strict.policy.allows("things:move", {}, admin)).toBe(false);
  expect(strict.policy.allows("things:move", {}, system)).toBe(true);
  expect(strict.policy.allows("things:create", { project_id: null }, system)).toBe(false);
  expect(strict.policy.allows("things:list", {}, reader)).toBe(true);
  const domain = makeContext({ requestId: "req-5", domainId: "d1", roles: ["member"] });
  expect(strict.policy.allows("things:create", OWN, domain)).toBe(false);
});

test("the network service's administrators are not asked about, until the new defaults are enforced", () => {
  using legacy = world({ enforceScope: true }, true);
  expect(legacy.policy.allows("things:move", {}, admin)).toBe(true);
  expect(legacy.policy.allows("no such rule", {}, admin)).toBe(true);
  using enforced = world({ enforceNewDefaults: true }, true);
  expect(enforced.policy.allows("no such rule", {}, admin)).toBe(false);
});

test("switches and places that change with the configuration count at once", async () => {
  using all = world();
  await all.write("other.yaml", 'things:list: "!"');
  expect(all.policy.allows("things:create", OWN, reader)).toBe(true);
  expect(all.policy.allows("things:list", {}, reader)).toBe(true);
  const switches = { enforceScope: true, enforceNewDefaults: true };
  all.policy.configure({ files: [join(all.folder, "other.yaml")], switches });
  expect(all.policy.allows("things:create", OWN, reader)).toBe(false);
  expect(all.policy.allows("things:move", {}, admin)).toBe(false);
  expect(all.policy.allows("things:list", {}, reader)).toBe(false);
});

test("PO-02 context_is_admin in a file says who is an administrator", async () => {
  using all = world();
  expect(all.policy.withAdmin(admin)).toBe(admin);
  await all.write("policy.json", '{"context_is_admin": [["role:boss"]]}');
  expect(all.policy.withAdmin(admin).isAdmin).toBe(false);
  const boss = all.policy.withAdmin({ ...reader, roles: ["boss"] });
  expect(boss.isAdmin).toBe(true);
  expect(all.policy.allows("things:touch", {}, boss)).toBe(true);
});

test("files of policy.d add to the file, the later name wins, hidden ones are left out", async () => {
  using all = world();
  await all.write("policy.json", '{"things:list": "!", "things:touch": "!"}');
  await all.write("policy.d/20-list.yaml", 'things:list: "@"');
  await all.write("policy.d/10-list.yaml", "things:list: role:nobody");
  await all.write("policy.d/.30-list.yaml", "things:list: role:nobody");
  expect(all.policy.allows("things:list", {}, reader)).toBe(true);
  expect(all.policy.allows("things:touch", {}, admin)).toBe(false);
  rmSync(join(all.folder, "policy.d", "20-list.yaml"));
  await all.clock.advance(1000);
  expect(all.policy.allows("things:list", {}, reader)).toBe(false);
});

test("a reference to a rule that is not there is one to default; without that it allows nothing, and the log tells", async () => {
  using all = world();
  await all.write("policy.yaml", "a: role:x or\n  rule:gone");
  expect(all.policy.allows("a", {}, admin)).toBe(false);
  expect(all.logged()).toContain("policy.yaml:1: a: there is no rule gone");
  await all.write("policy.yaml", "a: rule:gone\ndefault: role:admin");
  expect(all.policy.allows("a", {}, admin)).toBe(true);
  expect(all.policy.allows("a", {}, member)).toBe(false);
});

test("remote checks allow nothing, also behind a not, and the log tells", async () => {
  using all = world();
  await all.write(
    "policy.yaml",
    'a: "http://127.0.0.1/%(id)s"\nb: "not https://x/"\nc: "role:admin or http://x/"',
  );
  expect(all.policy.allows("a", {}, admin)).toBe(false);
  expect(all.policy.allows("b", {}, admin)).toBe(false);
  expect(all.policy.allows("c", {}, admin)).toBe(true);
  expect(all.logged()).toContain(
    "policy.yaml:2: b: https://x/ is not asked: remote checks allow nothing here",
  );
});

const MISTAKES: readonly (readonly [name: string, text: string, line: number])[] = [
  ["a rule", '# first\nthings:list: "@"\nthings:touch: role:admin or\n', 3],
  ["a rule in JSON", '{\n  "things:list": [],\n  "things:touch": [["admin"]]\n}', 3],
  ["a comma that is missing", '{\n  "things:list": []\n  "things:touch": []\n}', 2],
  ["a bracket that is missing", '{\n  "things:list": [["role:admin"],\n  "things:touch": []\n}', 2],
  ["a quote that is missing", 'things:list: "@"\nthings:touch: "role:admin\nthings:move: "@"\n', 2],
  ["a list", "- a\n- b\n", 1],
];

for (const [name, text, line] of MISTAKES) {
  test(`a mistake is logged with its line: ${name}`, async () => {
    using all = world();
    await all.write("policy.json", text);
    expect(all.policy.allows("things:list", {}, makeContext({ requestId: "req-6" }))).toBe(false);
    expect(all.logged()).toContain(`Policy file policy.json is not used: policy.json:${line}: `);
  });
}

test("a place that cannot be looked at changes nothing and is logged once", async () => {
  using all = world();
  await all.write("policy.yaml", 'things:list: "!"');
  expect(all.policy.allows("things:list", {}, reader)).toBe(false);
  rmSync(join(all.folder, "policy.yaml"));
  symlinkSync("policy.yaml", join(all.folder, "policy.yaml"));
  for (let i = 0; i < 3; i++) {
    await all.clock.advance(1000);
    expect(all.policy.allows("things:list", {}, reader)).toBe(false);
  }
  expect(all.logged().match(/Policy files cannot be looked for/g)).toHaveLength(1);
});

test("rules() tells the text in force and where it stands", async () => {
  using all = world();
  await all.write("policy.yaml", "# mine\nthings: '!'\nown: '@'\n");
  const rows = all.policy.rules().map(({ name, source }) => [name, source]);
  const file = join(all.folder, "policy.yaml");
  expect(rows).toEqual([
    ["context_is_admin", { kind: "default" }],
    ["things:create", { kind: "file", file, line: 2, name: "things" }],
    ["things:list", { kind: "file", file, line: 2, name: "things" }],
    ["things:move", { kind: "default" }],
    ["things:touch", { kind: "default" }],
    ["things", { kind: "file", file, line: 2, name: "things" }],
    ["own", { kind: "file", file, line: 3, name: "own" }],
  ]);
});
