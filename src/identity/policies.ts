// Keystone's policy: the base rules, which others refer to, and all the others. Authority: keystone/common/policies/*.py of
// Zed.

import type { PolicyRule } from "../policy/enforcer.ts";
import { catalogPolicies } from "./policies-catalog.ts";
import { credentialPolicies } from "./policies-credentials.ts";
import { federationPolicies } from "./policies-federation.ts";
import { peoplePolicies } from "./policies-people.ts";
import { rolePolicies } from "./policies-roles.ts";

const BASE: PolicyRule[] = [
  {
    name: "admin_required",
    check: "role:admin or is_admin:1",
    description: "Administrator, in any project.",
  },
  { name: "service_role", check: "role:service", description: "One of the cloud's own users." },
  {
    name: "service_or_admin",
    check: "rule:admin_required or rule:service_role",
    description: "The cloud's own users and administrators.",
  },
  { name: "owner", check: "user_id:%(user_id)s", description: "The user acted upon." },
  {
    name: "admin_or_owner",
    check: "rule:admin_required or rule:owner",
    description: "An administrator, or the user acted upon.",
  },
  {
    name: "token_subject",
    check: "user_id:%(target.token.user_id)s",
    description: "The user a token belongs to.",
  },
  {
    name: "admin_or_token_subject",
    check: "rule:admin_required or rule:token_subject",
    description: "An administrator, or the user a token belongs to.",
  },
  {
    name: "service_admin_or_token_subject",
    check: "rule:service_or_admin or rule:token_subject",
    description: "The cloud's own users, administrators, and the user a token belongs to.",
  },
];

export const policies: readonly PolicyRule[] = [
  ...BASE,
  ...peoplePolicies,
  ...rolePolicies,
  ...catalogPolicies,
  ...credentialPolicies,
  ...federationPolicies,
];
