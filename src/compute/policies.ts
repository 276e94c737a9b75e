// Nova's policy: the base rules, which others refer to, and all the others. Authority: nova/policies/*.py of Zed.

import type { PolicyRule } from "../policy/enforcer.ts";
import { actionPolicies } from "./policies-actions.ts";
import { peripheryPolicies } from "./policies-periphery.ts";
import { serverPolicies } from "./policies-servers.ts";
import { subresourcePolicies } from "./policies-subresources.ts";

const OWNER_OR_ADMIN = "is_admin:True or project_id:%(project_id)s";

const BASE: PolicyRule[] = [
  {
    name: "context_is_admin",
    check: "role:admin",
    legacy: "is_admin:True",
    description: "Who is an administrator, in any project.",
  },
  {
    name: "admin_or_owner",
    check: OWNER_OR_ADMIN,
    description: "The former default: an administrator, or the project itself.",
  },
  { name: "admin_api", check: "is_admin:True", description: "The former default of what administrators do." },
  {
    name: "project_member_api",
    check: "role:member and project_id:%(project_id)s",
    legacy: OWNER_OR_ADMIN,
    description: "A member of the project.",
  },
  {
    name: "project_reader_api",
    check: "role:reader and project_id:%(project_id)s",
    legacy: OWNER_OR_ADMIN,
    description: "A reader of the project.",
  },
  {
    name: "project_member_or_admin",
    check: "rule:project_member_api or rule:context_is_admin",
    legacy: OWNER_OR_ADMIN,
    description: "A member of the project, or an administrator.",
  },
  {
    name: "project_reader_or_admin",
    check: "rule:project_reader_api or rule:context_is_admin",
    legacy: OWNER_OR_ADMIN,
    description: "A reader of the project, or an administrator.",
  },
];

export const policies: readonly PolicyRule[] = [
  ...BASE,
  ...serverPolicies,
  ...actionPolicies,
  ...subresourcePolicies,
  ...peripheryPolicies,
];
