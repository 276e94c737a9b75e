// The explanation of a decision is the decision: asked for every rule of every service.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../core/clock.ts";
import { makeContext } from "../core/context.ts";
import { testLog } from "../core/test-log.ts";
import { declarations } from "../services.ts";
import { Enforcer } from "./enforcer.ts";
import { explain, type Step } from "./explain.ts";

const CALLERS = [
  makeContext({ requestId: "r", userId: "u1", projectId: "p1", roles: ["reader"] }),
  makeContext({ requestId: "r", userId: "u2", projectId: "p1", roles: ["member", "reader"] }),
  makeContext({ requestId: "r", userId: "u3", projectId: "p2", roles: ["admin"], isAdmin: true }),
  makeContext({ requestId: "r", userId: "u4", systemScope: "all", roles: ["reader"] }),
  makeContext({ requestId: "r", userId: "u5", domainId: "d1", roles: ["admin"], isAdmin: true }),
  makeContext({ requestId: "r", isServiceToken: true }),
];

const TARGETS = [
  {},
  { project_id: "p1", tenant_id: "p1", user_id: "u1", owner: "p1", visibility: "private" },
  { project_id: "p9", user_id: "u9", shared: true, target: { user: { id: "u4", domain_id: "d1" } } },
];

const projects = [...new Set(declarations.filter(({ policies }) => policies).map(({ project }) => project))];

test.each(projects)("%s: what is explained is what is decided", (project) => {
  const rules = declarations.filter((d) => d.project === project).flatMap(({ policies }) => policies ?? []);
  const clock = new FakeClock();
  const log = testLog(clock).book.logger("key", "policy");
  for (const enforced of [false, true]) {
    const switches = { enforceScope: enforced, enforceNewDefaults: enforced };
    const policy = new Enforcer({ rules, files: [], switches, clock, log });
    for (const { name } of rules) {
      for (const caller of CALLERS) {
        for (const target of TARGETS) {
          const { allowed } = explain(policy, name, target, caller);
          expect([name, caller.userId, allowed]).toEqual([
            name,
            caller.userId,
            policy.allows(name, target, caller),
          ]);
        }
      }
    }
  }
});

function texts(step: Step): unknown[] {
  return [step.text, step.allowed, ...(step.parts ?? []).map(texts)];
}

test("every rule that was reached is told, with where it stands and what was compared", async () => {
  const folder = mkdtempSync(join(tmpdir(), "policy-"));
  const file = join(folder, "policy.json");
  writeFileSync(
    file,
    '{\n"circle": "not rule:circle",\n"remote": "not http://x/",\n"owner": "user_id:%(user_id)s"\n}',
  );
  const clock = new FakeClock();
  const rules = [
    { name: "list", check: "rule:owner or role:%(role)s", legacy: "'u1':%(user_id)s", description: "" },
    { name: "owner", check: "!", description: "" },
  ];
  const log = testLog(clock).book.logger("key", "policy");
  const policy = new Enforcer({ rules, files: [file], clock, log });
  const caller = makeContext({ requestId: "r", userId: "u2", roles: ["reader"] });
  const step = explain(policy, "list", { user_id: "u1", role: "boss" }, caller);
  expect(texts(step)).toEqual([
    "rule:list",
    true,
    [
      "default",
      false,
      ["or", false, ["rule:owner", false, ["user_id:%(user_id)s", false]], ["role:%(role)s", false]],
    ],
    ["legacy default", true, ["'u1':%(user_id)s", true]],
  ]);
  const [owner, role] = step.parts![0]!.parts![0]!.parts!;
  expect(owner!.note).toBe(`${file}:4 "user_id:%(user_id)s"`);
  expect(owner!.parts![0]!.note).toBe("the caller's user_id is u2; %(user_id)s is u1");
  expect(role!.note).toBe("roles: reader; %(role)s is boss");
  for (const name of ["circle", "remote"]) {
    expect([explain(policy, name, {}, caller).allowed, policy.allows(name, {}, caller)]).toEqual([
      false,
      false,
    ]);
  }
  expect(explain(policy, "unheard", {}, caller).note).toBe("there is no such rule, and no rule default");
  rmSync(folder, { recursive: true });
});
