// House rules for what the services declare: every rule can be read, refers to rules that are there, and says what it is for.

import { expect, test } from "bun:test";
import { declarations } from "../services.ts";
import { leavesOf, parseRule } from "./parse.ts";
import type { PolicyRule } from "./rules.ts";
import { rulesInCircles } from "./validate.ts";

const projects = new Map<string, Map<string, PolicyRule>>();
for (const { project, policies } of declarations) {
  const rules = projects.get(project) ?? new Map<string, PolicyRule>();
  for (const rule of policies ?? []) rules.set(rule.name, rule);
  if (rules.size > 0) projects.set(project, rules);
}

test.each([...projects])("%s: the declared rules", (_project, rules) => {
  const wrong: string[] = [];
  for (const { name, check, legacy, description, formerly, scopes } of rules.values()) {
    for (const text of legacy === undefined ? [check] : [check, legacy]) {
      for (const leaf of leavesOf(parseRule(text))) {
        if (leaf.kind === "rule" && !rules.has(leaf.name))
          wrong.push(`${name}: there is no rule ${leaf.name}`);
        if (leaf.kind === "remote") wrong.push(`${name}: ${leaf.url}`);
      }
    }
    if (!/^[A-Z].+[.]$/.test(description)) wrong.push(`${name}: "${description}" is no sentence`);
    if (legacy === check) wrong.push(`${name}: the legacy default is the default`);
    if (formerly?.includes(name)) wrong.push(`${name}: was never called otherwise`);
    if (scopes?.length === 0) wrong.push(`${name}: is for no token`);
  }
  expect(wrong).toEqual([]);
  const expressions = [...rules.values()].map(
    ({ name, check }) => [name, { expression: parseRule(check) }] as const,
  );
  expect([...rulesInCircles(new Map(expressions))]).toEqual([]);
});
