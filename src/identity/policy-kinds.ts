// What Keystone's rules have in common (keystone/common/policies/base.py of Zed).

import type { PolicyRule } from "../policy/enforcer.ts";

export type RuleKind = Pick<PolicyRule, "check" | "legacy" | "scopes">;

export const ADMIN = "rule:admin_required";
export const SYSTEM_READER = "(role:reader and system_scope:all)";
export const CREDENTIAL_OWNER = "user_id:%(target.credential.user_id)s";
export const TRUSTOR = "user_id:%(target.trust.trustor_user_id)s";
export const TRUSTEE = "user_id:%(target.trust.trustee_user_id)s";

export const ANY_SCOPE = ["system", "domain", "project"] as const;
export const SYSTEM_OR_PROJECT = ["system", "project"] as const;
export const PROJECT = ["project"] as const;

export const ADMINISTRATOR: RuleKind = { check: ADMIN, scopes: SYSTEM_OR_PROJECT };
export const ANY_ADMINISTRATOR: RuleKind = { check: ADMIN, scopes: ANY_SCOPE };
export const PROJECT_ADMINISTRATOR: RuleKind = { check: ADMIN, scopes: PROJECT };
export const SYSTEM_READS: RuleKind = {
  check: `${ADMIN} or ${SYSTEM_READER}`,
  legacy: ADMIN,
  scopes: SYSTEM_OR_PROJECT,
};
export const OPEN: RuleKind = { check: "", scopes: ANY_SCOPE };
export const UNSCOPED: RuleKind = { check: "" };

/** A rule of the identity API: `list_users` is `identity:list_users`. */
export function api(name: string, kind: RuleKind, description: string): PolicyRule {
  return { name: `identity:${name}`, ...kind, description };
}
