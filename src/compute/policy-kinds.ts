// What Nova's rules have in common: their defaults under "secure RBAC", beside them the former ones, and the scope of
// tokens that they are for (nova/policies/base.py of Zed).

import type { PolicyRule } from "../policy/enforcer.ts";

export type RuleKind = Pick<PolicyRule, "check" | "legacy" | "scopes">;

const FORMER_OWNER = "rule:admin_or_owner";
const scopes = ["project"] as const;

export const ADMIN: RuleKind = { check: "rule:context_is_admin", scopes };
export const MEMBER: RuleKind = { check: "rule:project_member_or_admin", scopes };
export const READER: RuleKind = { check: "rule:project_reader_or_admin", scopes };
/** The same, of rules that are older than the three roles. */
export const ADMIN_API: RuleKind = { ...ADMIN, legacy: "rule:admin_api" };
export const OWNER_ADMIN: RuleKind = { ...ADMIN, legacy: FORMER_OWNER };
export const OWNER_MEMBER: RuleKind = { ...MEMBER, legacy: FORMER_OWNER };
export const OWNER_READER: RuleKind = { ...READER, legacy: FORMER_OWNER };
export const OWN_USER: RuleKind = { check: "(rule:context_is_admin) or user_id:%(user_id)s", scopes };
export const ANYONE: RuleKind = { check: "@", scopes };
/** Nova asks nobody, so no scope is wrong. */
export const UNASKED: RuleKind = { check: "@" };

export function novaRule(
  name: string,
  kind: RuleKind,
  description: string,
  ...formerly: string[]
): PolicyRule {
  const full = name.includes("compute:") || name.startsWith("network:") ? name : `os_compute_api:${name}`;
  return { name: full, ...kind, description, ...(formerly.length > 0 ? { formerly } : {}) };
}
