// Keystone's rules: roles, grants and assignments (keystone/common/policies/*.py of Zed).

import type { PolicyRule } from "../policy/enforcer.ts";
import { ADMIN, ADMINISTRATOR, ANY_SCOPE, api, SYSTEM_READER, SYSTEM_READS } from "./policy-kinds.ts";

export const rolePolicies: readonly PolicyRule[] = [
  api(
    "list_grants",
    {
      check: `(${ADMIN}) or (${SYSTEM_READER} or (role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s))`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "List the roles granted on a project or domain.",
  ),
  api(
    "check_grant",
    {
      check: `(${ADMIN}) or (${SYSTEM_READER} or ((role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s)) and (domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s))`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "Check a grant.",
  ),
  api(
    "create_grant",
    {
      check: `(${ADMIN}) or ((role:admin and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:admin and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s)) and (domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "Grant a role.",
  ),
  api(
    "revoke_grant",
    {
      check: `(${ADMIN}) or ((role:admin and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:admin and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s)) and (domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "Take a role away.",
  ),
  api("list_system_grants_for_user", SYSTEM_READS, "List the system roles of a user."),
  api("check_system_grant_for_user", SYSTEM_READS, "Check a system role of a user."),
  api("create_system_grant_for_user", ADMINISTRATOR, "Grant a system role to a user."),
  api("revoke_system_grant_for_user", ADMINISTRATOR, "Take a system role from a user."),
  api("list_system_grants_for_group", SYSTEM_READS, "List the system roles of a group."),
  api("check_system_grant_for_group", SYSTEM_READS, "Check a system role of a group."),
  api("create_system_grant_for_group", ADMINISTRATOR, "Grant a system role to a group."),
  api("revoke_system_grant_for_group", ADMINISTRATOR, "Take a system role from a group."),
  api("list_roles", SYSTEM_READS, "List roles."),
  api("get_role", SYSTEM_READS, "Show a role."),
  api("create_role", ADMINISTRATOR, "Create a role."),
  api("update_role", ADMINISTRATOR, "Change a role."),
  api("delete_role", ADMINISTRATOR, "Delete a role."),
  api("list_domain_roles", SYSTEM_READS, "List role of a domains."),
  api("get_domain_role", SYSTEM_READS, "Show a role of a domain."),
  api("create_domain_role", ADMINISTRATOR, "Create a role of a domain."),
  api("update_domain_role", ADMINISTRATOR, "Change a role of a domain."),
  api("delete_domain_role", ADMINISTRATOR, "Delete a role of a domain."),
  api(
    "list_role_assignments",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.domain_id)s and not None:%(target.domain_id)s)`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "List role assignments.",
  ),
  api(
    "list_role_assignments_for_tree",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.domain_id)s and not None:%(target.domain_id)s)`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "List role assignments of a project and those below it.",
  ),
  api("list_implied_roles", SYSTEM_READS, "List what a role implies."),
  api("get_implied_role", SYSTEM_READS, "Show an implication."),
  api("check_implied_role", SYSTEM_READS, "Check an implication."),
  api("create_implied_role", ADMINISTRATOR, "Make a role imply another."),
  api("delete_implied_role", ADMINISTRATOR, "End an implication."),
  api("list_role_inference_rules", SYSTEM_READS, "List all implications."),
];
