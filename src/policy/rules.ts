// What a service declares about each of its rules. oslo.policy's DocumentedRuleDefault with its DeprecatedRule
// (oslo.policy 4.0, policy.py).

export type ScopeType = "system" | "domain" | "project";

export interface PolicyRule {
  /** `os_compute_api:servers:create` */
  name: string;
  /** The default, in oslo.policy's language. */
  check: string;
  description: string;
  /**
   * The default before "secure RBAC". What it allows is allowed too, as long as neither a file states the rule nor
   * `enforce_new_defaults` is set.
   */
  legacy?: string;
  /** Former names: an override under one of them is honoured (Folsom's `compute:create`). */
  formerly?: readonly string[];
  /** Scopes of tokens that may use it while `enforce_scope` is set; absent: any. */
  scopes?: readonly ScopeType[];
}

/** How one project's rules are enforced: group `oslo_policy` of its configuration. */
export interface PolicySwitches {
  /** A token of another scope than the rule's is refused. */
  enforceScope: boolean;
  /** The legacy defaults do not count. */
  enforceNewDefaults: boolean;
}

/** The defaults as they always were. */
export const LEGACY: PolicySwitches = { enforceScope: false, enforceNewDefaults: false };
