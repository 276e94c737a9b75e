// Keystone's rules with the defaults that hold while "secure RBAC" is not enforced: what the deprecated rule allows is
// allowed too (keystone/common/policies/*.py of Zed).

import type { PolicyRule } from "../policy/enforcer.ts";

const ADMIN = "rule:admin_required";
const ADMIN_OR_SYSTEM_READER = "rule:admin_required or (role:reader and system_scope:all)";
const ADMIN_OR_OWNER = "rule:admin_required or rule:owner";
const TOKEN_SUBJECT = "rule:admin_required or rule:service_role or rule:token_subject";
const ANYONE = "";

function rule(name: string, check: string, description: string): PolicyRule {
  return { name, check, description };
}

/** list, get, create, update, delete of one kind of resource. */
function crud(noun: string, plural: string, check: { read: string; write: string }): PolicyRule[] {
  return [
    rule(`identity:list_${plural}`, check.read, `List ${plural}.`),
    rule(`identity:get_${noun}`, check.read, `Show a ${noun}.`),
    rule(`identity:create_${noun}`, check.write, `Create a ${noun}.`),
    rule(`identity:update_${noun}`, check.write, `Update a ${noun}.`),
    rule(`identity:delete_${noun}`, check.write, `Delete a ${noun}.`),
  ];
}

const admin = { read: ADMIN_OR_SYSTEM_READER, write: ADMIN };
const openToRead = { read: ANYONE, write: ADMIN };

export const policies: readonly PolicyRule[] = [
  rule("admin_required", "role:admin or is_admin:True", "Administrator, in any project."),
  rule("service_role", "role:service", "One of the cloud's own users."),
  rule("owner", "user_id:%(user_id)s", "The user acted upon."),
  rule("token_subject", "user_id:%(target.token.user_id)s", "The user a token belongs to."),

  ...crud("user", "users", admin).filter(({ name }) => name !== "identity:get_user"),
  rule("identity:get_user", `${ADMIN_OR_SYSTEM_READER} or user_id:%(target.user.id)s`, "Show a user."),
  rule("identity:list_user_projects", `${ADMIN_OR_OWNER}`, "List the projects a user has a role in."),

  ...crud("project", "projects", admin).filter(({ name }) => name !== "identity:get_project"),
  rule(
    "identity:get_project",
    `${ADMIN_OR_SYSTEM_READER} or project_id:%(target.project.id)s`,
    "Show a project.",
  ),
  rule(
    "identity:list_project_tags",
    `${ADMIN} or project_id:%(target.project.id)s`,
    "List a project's tags.",
  ),
  rule("identity:get_project_tag", `${ADMIN} or project_id:%(target.project.id)s`, "Check a project's tag."),
  rule("identity:update_project_tags", ADMIN, "Replace a project's tags."),
  rule("identity:create_project_tag", ADMIN, "Add a tag to a project."),
  rule("identity:delete_project_tags", ADMIN, "Remove all tags of a project."),
  rule("identity:delete_project_tag", ADMIN, "Remove a tag of a project."),

  ...crud("domain", "domains", admin).filter(({ name }) => name !== "identity:get_domain"),
  rule(
    "identity:get_domain",
    `${ADMIN_OR_SYSTEM_READER} or domain_id:%(target.domain.id)s or project_domain_id:%(target.domain.id)s`,
    "Show a domain.",
  ),

  ...crud("group", "groups", admin),
  rule(
    "identity:list_groups_for_user",
    `${ADMIN_OR_SYSTEM_READER} or rule:owner`,
    "List the groups of a user.",
  ),
  rule("identity:list_users_in_group", ADMIN_OR_SYSTEM_READER, "List the members of a group."),
  rule("identity:check_user_in_group", ADMIN_OR_SYSTEM_READER, "Check that a user is in a group."),
  rule("identity:add_user_to_group", ADMIN, "Add a user to a group."),
  rule("identity:remove_user_from_group", ADMIN, "Remove a user from a group."),

  ...crud("role", "roles", admin),
  rule("identity:list_role_assignments", ADMIN_OR_SYSTEM_READER, "List role assignments."),
  rule("identity:list_grants", ADMIN_OR_SYSTEM_READER, "List the roles granted on a project or domain."),
  rule("identity:check_grant", ADMIN_OR_SYSTEM_READER, "Check a grant."),
  rule("identity:create_grant", ADMIN, "Grant a role."),
  rule("identity:revoke_grant", ADMIN, "Take a role away."),
  rule("identity:list_system_grants_for_user", ADMIN_OR_SYSTEM_READER, "List a user's system roles."),
  rule("identity:check_system_grant_for_user", ADMIN_OR_SYSTEM_READER, "Check a user's system role."),
  rule("identity:create_system_grant_for_user", ADMIN, "Grant a system role to a user."),
  rule("identity:revoke_system_grant_for_user", ADMIN, "Take a system role from a user."),
  rule("identity:list_implied_roles", ADMIN_OR_SYSTEM_READER, "List what a role implies."),
  rule("identity:get_implied_role", ADMIN_OR_SYSTEM_READER, "Show an implication."),
  rule("identity:create_implied_role", ADMIN, "Make a role imply another."),
  rule("identity:delete_implied_role", ADMIN, "End an implication."),
  rule("identity:check_implied_role", ADMIN_OR_SYSTEM_READER, "Check an implication."),
  rule("identity:list_role_inference_rules", ADMIN_OR_SYSTEM_READER, "List all implications."),

  ...crud("service", "services", admin),
  ...crud("endpoint", "endpoints", admin),
  ...crud("region", "regions", openToRead),
  ...crud("policy", "policies", admin),
  ...crud("credential", "credentials", admin),

  rule("identity:validate_token", TOKEN_SUBJECT, "Show a token."),
  rule("identity:check_token", TOKEN_SUBJECT, "Check a token."),
  rule("identity:revoke_token", "rule:admin_required or rule:token_subject", "Revoke a token."),
  rule("identity:get_auth_catalog", ANYONE, "The catalog of the caller's token."),
  rule("identity:get_auth_projects", ANYONE, "The projects the caller may scope to."),
  rule("identity:get_auth_domains", ANYONE, "The domains the caller may scope to."),
  rule("identity:get_auth_system", ANYONE, "Whether the caller may scope to the system."),
];
