// What is wrong with a policy, and what is hardly meant so.

import { readPolicyText, type Stated } from "./file.ts";
import { type Expression, leavesOf, parseRule, textOf } from "./parse.ts";
import type { PolicyRule } from "./rules.ts";

/** Rules that can be referred to, by name. */
export type Known = ReadonlyMap<string, { expression: Expression }>;

/** Checks that will never say yes: questions to other servers, references to rules that are not there. */
export function suspicions(
  stated: ReadonlyMap<string, Stated>,
  isKnown: (name: string) => boolean,
): string[] {
  const found: string[] = [];
  for (const [name, { expression, file, line }] of stated) {
    const at = `${file}:${line}: ${name}`;
    for (const leaf of leavesOf(expression)) {
      if (leaf.kind === "remote")
        found.push(`${at}: ${leaf.url} is not asked: remote checks allow nothing here`);
      if (leaf.kind === "rule" && !isKnown(leaf.name)) found.push(`${at}: there is no rule ${leaf.name}`);
    }
  }
  return found;
}

/** The rules that lead back to themselves. */
export function rulesInCircles(rules: Known): Set<string> {
  const next = new Map<string, string[]>();
  const namesIn = new Map<Expression, string[]>();
  for (const [name, { expression }] of rules) {
    const names =
      namesIn.get(expression) ??
      [...leavesOf(expression)].flatMap((leaf) => (leaf.kind === "rule" ? [leaf.name] : []));
    namesIn.set(expression, names);
    if (names.length > 0) {
      next.set(
        name,
        names.map((other) => (rules.has(other) ? other : "default")),
      );
    }
  }
  const circular = new Set<string>();
  // Only what another rule refers to can lie in a circle.
  for (const start of new Set([...next.values()].flat())) {
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (name === start) {
        circular.add(start);
        break;
      }
      if (seen.has(name)) continue;
      seen.add(name);
      open.push(...(next.get(name) ?? []));
    }
  }
  return circular;
}

export interface Verdict {
  /** The file would not be used. */
  problems: string[];
  /** It would be, but parts of it do nothing. */
  warnings: string[];
  /** How many rules it states. */
  rules: number;
}

/** Judges the text of a policy file against the rules of the services that may read it. */
export function validatePolicy(text: string, path: string, declared: readonly PolicyRule[]): Verdict {
  const { rules, problems } = readPolicyText(text, path);
  const current = new Map(declared.map((rule) => [rule.name, rule]));
  const former = new Set(declared.flatMap(({ formerly }) => formerly ?? []));
  const warnings = suspicions(rules, (name) => rules.has(name) || current.has(name));
  const used = new Set(
    [...rules.values()].flatMap(({ expression }) =>
      [...leavesOf(expression)].flatMap((leaf) => (leaf.kind === "rule" ? [leaf.name] : [])),
    ),
  );
  for (const [name, { rule, line }] of rules) {
    const at = `${path}:${line}: ${name}`;
    if (current.get(name)?.check === rule)
      warnings.push(`${at}: states the default; the legacy one no longer counts`);
    else if (!current.has(name) && !former.has(name) && !used.has(name) && name !== "default")
      warnings.push(`${at}: no service asks for a rule of this name`);
  }
  const all = new Map<string, { expression: Expression }>(
    declared.map(({ name, check }) => [name, { expression: parseRule(check) }]),
  );
  for (const [name, stated] of rules) all.set(name, stated);
  const circular = rulesInCircles(all);
  for (const [name, { expression, line }] of rules) {
    if (!circular.has(name)) continue;
    warnings.push(`${path}:${line}: ${name}: leads back to itself and allows nothing: ${textOf(expression)}`);
  }
  return { problems, warnings, rules: rules.size };
}
