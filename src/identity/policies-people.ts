// Keystone's rules: users, groups, projects and domains (keystone/common/policies/*.py of Zed).

import type { PolicyRule } from "../policy/enforcer.ts";
import {
  ADMIN,
  ADMINISTRATOR,
  ANY_ADMINISTRATOR,
  ANY_SCOPE,
  api,
  OPEN,
  SYSTEM_READER,
  SYSTEM_READS,
} from "./policy-kinds.ts";

export const peoplePolicies: readonly PolicyRule[] = [
  api("create_user", ANY_ADMINISTRATOR, "Create a user."),
  api("update_user", ANY_ADMINISTRATOR, "Change a user."),
  api("delete_user", ANY_ADMINISTRATOR, "Delete a user."),
  api(
    "list_users",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.domain_id)s)`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "List users.",
  ),
  api(
    "get_user",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and token.domain.id:%(target.user.domain_id)s) or user_id:%(target.user.id)s`,
      legacy: "rule:admin_or_owner",
      scopes: ANY_SCOPE,
    },
    "Show a user.",
  ),
  api(
    "list_user_projects",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.user.domain_id)s) or user_id:%(target.user.id)s`,
      legacy: "rule:admin_or_owner",
      scopes: ANY_SCOPE,
    },
    "List the projects a user has a role in.",
  ),
  api("create_group", ANY_ADMINISTRATOR, "Create a group."),
  api("update_group", ANY_ADMINISTRATOR, "Change a group."),
  api("delete_group", ANY_ADMINISTRATOR, "Delete a group."),
  api(
    "list_groups",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.group.domain_id)s)`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "List groups.",
  ),
  api(
    "get_group",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.group.domain_id)s)`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "Show a group.",
  ),
  api(
    "list_users_in_group",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.group.domain_id)s)`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "List the members of a group.",
  ),
  api(
    "list_groups_for_user",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.user.domain_id)s) or user_id:%(user_id)s`,
      legacy: "rule:admin_or_owner",
      scopes: ANY_SCOPE,
    },
    "List the groups of a user.",
  ),
  api(
    "check_user_in_group",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.user.domain_id)s)`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "Check that a user is in a group.",
  ),
  api("add_user_to_group", ANY_ADMINISTRATOR, "Add a user to a group."),
  api("remove_user_from_group", ANY_ADMINISTRATOR, "Remove a user from a group."),
  api("create_project", ANY_ADMINISTRATOR, "Create a project."),
  api("update_project", ANY_ADMINISTRATOR, "Change a project."),
  api("delete_project", ANY_ADMINISTRATOR, "Delete a project."),
  api(
    "list_projects",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.domain_id)s)`,
      legacy: ADMIN,
      scopes: ANY_SCOPE,
    },
    "List projects.",
  ),
  api(
    "get_project",
    {
      check: `${SYSTEM_READER} or (role:reader and domain_id:%(target.project.domain_id)s) or project_id:%(target.project.id)s`,
      legacy: `${ADMIN} or project_id:%(target.project.id)s`,
      scopes: ANY_SCOPE,
    },
    "Show a project.",
  ),
  api(
    "list_project_tags",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.project.domain_id)s) or project_id:%(target.project.id)s`,
      legacy: `${ADMIN} or project_id:%(target.project.id)s`,
      scopes: ANY_SCOPE,
    },
    "List a project's tags.",
  ),
  api(
    "get_project_tag",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or (role:reader and domain_id:%(target.project.domain_id)s) or project_id:%(target.project.id)s`,
      legacy: `${ADMIN} or project_id:%(target.project.id)s`,
      scopes: ANY_SCOPE,
    },
    "Check a project's tag.",
  ),
  api("update_project_tags", ANY_ADMINISTRATOR, "Replace a project's tags."),
  api("create_project_tag", ANY_ADMINISTRATOR, "Add a tag to a project."),
  api("delete_project_tags", ANY_ADMINISTRATOR, "Remove all tags of a project."),
  api("delete_project_tag", ANY_ADMINISTRATOR, "Remove a tag of a project."),
  api("list_domains", SYSTEM_READS, "List domains."),
  api("create_domain", ADMINISTRATOR, "Create a domain."),
  api("update_domain", ADMINISTRATOR, "Change a domain."),
  api("delete_domain", ADMINISTRATOR, "Delete a domain."),
  api(
    "get_domain",
    {
      check: `${ADMIN} or ${SYSTEM_READER} or token.domain.id:%(target.domain.id)s or token.project.domain.id:%(target.domain.id)s`,
      legacy: `${ADMIN} or token.project.domain.id:%(target.domain.id)s`,
      scopes: ANY_SCOPE,
    },
    "Show a domain.",
  ),
  api("create_domain_config", ADMINISTRATOR, "Set a domain's options."),
  api("get_domain_config", SYSTEM_READS, "Show a domain's options."),
  api("get_security_compliance_domain_config", OPEN, "Show what passwords must be."),
  api("update_domain_config", ADMINISTRATOR, "Change a domain's options."),
  api("delete_domain_config", ADMINISTRATOR, "Delete a domain's options."),
  api("get_domain_config_default", SYSTEM_READS, "Show the defaults of a domain's options."),
];
