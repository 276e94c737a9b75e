// Asking the policy as Neutron does: about the action and about every attribute that is set on purpose; and which
// attributes a caller is shown. While the new defaults are not enforced an administrator is not asked about.
// Authority: neutron/policy.py and neutron/pecan_wsgi/hooks/policy_enforcement.py.

import type { Call } from "../../http/call.ts";
import { InvalidScope, PolicyNotAuthorized } from "../errors/common.ts";
import { policyNames } from "../policies.ts";
import { type AttributeMap, type Fields, isExplicit } from "./attributes.ts";

export type Action = "create" | "update" | "delete" | "get";

/** What the rules are asked about, beside the resource itself: the owner of its network, of its group. */
export type PolicyTarget = Record<string, unknown>;

/**
 * The token's scope counts only where no attribute is asked about: joined rules have none in Neutron.
 * @throws PolicyNotAuthorized, InvalidScope
 */
export function enforce(
  call: Call,
  action: Action,
  name: string,
  attributes: AttributeMap,
  target: PolicyTarget,
  changed: Fields,
): void {
  const rules = rulesFor(action, name, attributes, changed);
  // Neutron joins them two by two: ((rule:a and rule:b) and rule:c).
  let text = `rule:${rules[0]!.rule}`;
  if (rules.length === 1) return enforceRule(call, rules[0]!.rule, target);
  let allowed = call.allows(rules[0]!.rule, target, true);
  for (const { rule, inner } of rules.slice(1)) {
    const own =
      inner.length > 0
        ? `(rule:${rule} and ${inner.map((name) => `rule:${name}`).join(" and ")})`
        : `rule:${rule}`;
    text = `(${text} and ${own})`;
    allowed = allowed && [rule, ...inner].every((each) => call.allows(each, target, true));
  }
  if (!allowed) throw new PolicyNotAuthorized(text);
}

export function check(call: Call, rule: string, target: PolicyTarget): boolean {
  return call.allows(rule, target);
}

/** One rule alone. @throws PolicyNotAuthorized, InvalidScope */
export function enforceRule(call: Call, rule: string, target: PolicyTarget): void {
  const wrong = call.wrongScope(rule);
  if (wrong) throw new InvalidScope(`rule:${rule}`, wrong.wanted, wrong.given);
  if (!check(call, rule, target)) throw new PolicyNotAuthorized(`rule:${rule}`);
}

function rulesFor(
  action: Action,
  name: string,
  attributes: AttributeMap,
  changed: Fields,
): { rule: string; inner: string[] }[] {
  const main = `${action}_${name}`;
  const rules: { rule: string; inner: string[] }[] = [{ rule: main, inner: [] }];
  if (action !== "create" && action !== "update") return rules;
  for (const [attr, spec] of Object.entries(attributes)) {
    if (!spec.enforced || !Object.hasOwn(changed, attr)) continue;
    const value = changed[attr];
    if (action === "create" && !isExplicit(spec, value)) continue;
    rules.push({ rule: `${main}:${attr}`, inner: innerRules(`${main}:${attr}`, spec.subAttributes, value) });
  }
  return rules;
}

function innerRules(prefix: string, names: readonly string[] | undefined, value: unknown): string[] {
  if (Array.isArray(value)) {
    const keys = value.flatMap((entry) =>
      typeof entry === "object" && entry !== null ? Object.keys(entry) : [],
    );
    return keys.map((key) => `${prefix}:${key}`);
  }
  if (!names || typeof value !== "object" || value === null) return [];
  return names.filter((name) => Object.hasOwn(value, name)).map((name) => `${prefix}:${name}`);
}

const guarded = new Map<string, string[]>();

/** Attributes of a kind of resource whose showing has a rule of its own. */
function guardedAttributes(name: string): string[] {
  let list = guarded.get(name);
  if (!list) {
    const prefix = `get_${name}:`;
    list = [...policyNames]
      .filter((rule) => rule.startsWith(prefix))
      .map((rule) => rule.slice(prefix.length));
    guarded.set(name, list);
  }
  return list;
}

/** Takes away what the caller may not see. */
export function hideAttributes(call: Call, name: string, view: Fields, target: PolicyTarget): Fields {
  if (call.context.isAdmin) return view;
  const hidden = guardedAttributes(name).filter(
    (attr) => Object.hasOwn(view, attr) && !call.allows(`get_${name}:${attr}`, target),
  );
  if (hidden.length === 0) return view;
  return Object.fromEntries(Object.entries(view).filter(([attr]) => !hidden.includes(attr)));
}
