// Keystone's rules with the defaults that hold while "secure RBAC" is not enforced: what a rule's former text allows is
// allowed too. Authority: keystone/common/policies/*.py of Zed.

import type { PolicyRule } from "../policy/enforcer.ts";

const ADMIN = "rule:admin_required";
const SYSTEM_READER = "(role:reader and system_scope:all)";
const SYSTEM_ADMIN = "(role:admin and system_scope:all)";
const ADMIN_OR_SYSTEM_READER = `${ADMIN} or ${SYSTEM_READER}`;
const ADMIN_OR_OWNER = "rule:admin_or_owner";
const ANYONE = "";

/** @param legacy the rule's former text */
function rule(name: string, description: string, check: string, legacy?: string): PolicyRule {
  return { name, description, check: legacy === undefined ? check : `(${check}) or (${legacy})` };
}

/** A rule of the identity API: `users` is `identity:users`. */
function api(name: string, description: string, check: string, legacy?: string): PolicyRule {
  return rule(`identity:${name}`, description, check, legacy);
}

/** list, get, create, update, delete of one kind of resource. */
function crud(noun: string, plural: string, what: string, read: string, write: string): PolicyRule[] {
  return [
    api(`list_${plural}`, `List ${what}s.`, read),
    api(`get_${noun}`, `Show a ${what}.`, read),
    api(`create_${noun}`, `Create a ${what}.`, write),
    api(`update_${noun}`, `Change a ${what}.`, write),
    api(`delete_${noun}`, `Delete a ${what}.`, write),
  ];
}

/** The kind read by administrators and system readers, written by administrators. */
function adminCrud(noun: string, plural: string, what: string): PolicyRule[] {
  return crud(noun, plural, what, ADMIN_OR_SYSTEM_READER, ADMIN);
}

function without(rules: PolicyRule[], ...names: string[]): PolicyRule[] {
  return rules.filter(({ name }) => !names.includes(name.replace("identity:", "")));
}

const base: PolicyRule[] = [
  rule("admin_required", "Administrator, in any project.", "role:admin or is_admin:True"),
  rule("service_role", "One of the cloud's own users.", "role:service"),
  rule("service_or_admin", "The cloud's own users and administrators.", `${ADMIN} or rule:service_role`),
  rule("owner", "The user acted upon.", "user_id:%(user_id)s"),
  rule("admin_or_owner", "An administrator, or the user acted upon.", `${ADMIN} or rule:owner`),
  rule("token_subject", "The user a token belongs to.", "user_id:%(target.token.user_id)s"),
  rule(
    "admin_or_token_subject",
    "An administrator, or the user a token belongs to.",
    `${ADMIN} or rule:token_subject`,
  ),
  rule(
    "service_admin_or_token_subject",
    "The cloud's own users, administrators, and the user a token belongs to.",
    "rule:service_or_admin or rule:token_subject",
  ),
];

const users: PolicyRule[] = [
  ...without(adminCrud("user", "users", "user"), "list_users", "get_user"),
  api(
    "list_users",
    "List users.",
    `${SYSTEM_READER} or (role:reader and domain_id:%(target.domain_id)s)`,
    ADMIN,
  ),
  api(
    "get_user",
    "Show a user.",
    `${SYSTEM_READER} or (role:reader and token.domain.id:%(target.user.domain_id)s) or user_id:%(target.user.id)s`,
    ADMIN_OR_OWNER,
  ),
  api(
    "list_user_projects",
    "List the projects a user has a role in.",
    `${SYSTEM_READER} or (role:reader and domain_id:%(target.user.domain_id)s) or user_id:%(target.user.id)s`,
    ADMIN_OR_OWNER,
  ),
];

const GROUP_READER = `${SYSTEM_READER} or (role:reader and domain_id:%(target.group.domain_id)s)`;

const groups: PolicyRule[] = [
  ...without(adminCrud("group", "groups", "group"), "list_groups", "get_group"),
  api("list_groups", "List groups.", GROUP_READER, ADMIN),
  api("get_group", "Show a group.", GROUP_READER, ADMIN),
  api("list_users_in_group", "List the members of a group.", GROUP_READER, ADMIN),
  api(
    "list_groups_for_user",
    "List the groups of a user.",
    `${SYSTEM_READER} or (role:reader and domain_id:%(target.user.domain_id)s) or rule:owner`,
    ADMIN_OR_OWNER,
  ),
  api(
    "check_user_in_group",
    "Check that a user is in a group.",
    `${SYSTEM_READER} or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.user.domain_id)s)`,
    ADMIN,
  ),
  api("add_user_to_group", "Add a user to a group.", ADMIN),
  api("remove_user_from_group", "Remove a user from a group.", ADMIN),
];

const PROJECT_READER = `${SYSTEM_READER} or (role:reader and domain_id:%(target.project.domain_id)s) or project_id:%(target.project.id)s`;
const ADMIN_OR_MEMBER = `${ADMIN} or project_id:%(target.project.id)s`;

const projects: PolicyRule[] = [
  ...without(adminCrud("project", "projects", "project"), "list_projects", "get_project"),
  api(
    "list_projects",
    "List projects.",
    `${SYSTEM_READER} or (role:reader and domain_id:%(target.domain_id)s)`,
    ADMIN,
  ),
  api("get_project", "Show a project.", PROJECT_READER, ADMIN_OR_MEMBER),
  api("list_project_tags", "List a project's tags.", PROJECT_READER, ADMIN_OR_MEMBER),
  api("get_project_tag", "Check a project's tag.", PROJECT_READER, ADMIN_OR_MEMBER),
  api("update_project_tags", "Replace a project's tags.", ADMIN),
  api("create_project_tag", "Add a tag to a project.", ADMIN),
  api("delete_project_tags", "Remove all tags of a project.", ADMIN),
  api("delete_project_tag", "Remove a tag of a project.", ADMIN),
];

const domains: PolicyRule[] = [
  ...without(adminCrud("domain", "domains", "domain"), "get_domain"),
  api(
    "get_domain",
    "Show a domain.",
    `${ADMIN_OR_SYSTEM_READER} or token.domain.id:%(target.domain.id)s or token.project.domain.id:%(target.domain.id)s`,
  ),
  api("create_domain_config", "Set a domain's options.", ADMIN),
  api("get_domain_config", "Show a domain's options.", ADMIN_OR_SYSTEM_READER),
  api("get_security_compliance_domain_config", "Show what passwords must be.", ANYONE),
  api("update_domain_config", "Change a domain's options.", ADMIN),
  api("delete_domain_config", "Delete a domain's options.", ADMIN),
  api("get_domain_config_default", "Show the defaults of a domain's options.", ADMIN_OR_SYSTEM_READER),
];

/** In one domain: the actor, the place and, unless it is global, the role. */
function inDomain(role: "reader" | "admin"): string {
  const places = ["user", "group"].flatMap((actor) =>
    ["project.domain_id", "domain.id"].map(
      (place) =>
        `(role:${role} and domain_id:%(target.${actor}.domain_id)s and domain_id:%(target.${place})s)`,
    ),
  );
  return places.join(" or ");
}

const ROLE_IN_DOMAIN = "(domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)";

const grants: PolicyRule[] = [
  api(
    "list_grants",
    "List the roles granted on a project or domain.",
    `${SYSTEM_READER} or ${inDomain("reader")}`,
    ADMIN,
  ),
  api(
    "check_grant",
    "Check a grant.",
    `(${SYSTEM_READER} or ${inDomain("reader")}) and ${ROLE_IN_DOMAIN}`,
    ADMIN,
  ),
  api("create_grant", "Grant a role.", `(${inDomain("admin")}) and ${ROLE_IN_DOMAIN}`, ADMIN),
  api("revoke_grant", "Take a role away.", `(${inDomain("admin")}) and ${ROLE_IN_DOMAIN}`, ADMIN),
  ...["user", "group"].flatMap((actor) => [
    api(`list_system_grants_for_${actor}`, `List the system roles of a ${actor}.`, ADMIN_OR_SYSTEM_READER),
    api(`check_system_grant_for_${actor}`, `Check a system role of a ${actor}.`, ADMIN_OR_SYSTEM_READER),
    api(`create_system_grant_for_${actor}`, `Grant a system role to a ${actor}.`, ADMIN),
    api(`revoke_system_grant_for_${actor}`, `Take a system role from a ${actor}.`, ADMIN),
  ]),
];

const ASSIGNMENT_READER = `${SYSTEM_READER} or (role:reader and domain_id:%(target.domain_id)s and not None:%(target.domain_id)s)`;

const roles: PolicyRule[] = [
  ...adminCrud("role", "roles", "role"),
  ...adminCrud("domain_role", "domain_roles", "role of a domain"),
  api("list_role_assignments", "List role assignments.", ASSIGNMENT_READER, ADMIN),
  api(
    "list_role_assignments_for_tree",
    "List role assignments of a project and those below it.",
    ASSIGNMENT_READER,
    ADMIN,
  ),
  api("list_implied_roles", "List what a role implies.", ADMIN_OR_SYSTEM_READER),
  api("get_implied_role", "Show an implication.", ADMIN_OR_SYSTEM_READER),
  api("check_implied_role", "Check an implication.", ADMIN_OR_SYSTEM_READER),
  api("create_implied_role", "Make a role imply another.", ADMIN),
  api("delete_implied_role", "End an implication.", ADMIN),
  api("list_role_inference_rules", "List all implications.", ADMIN_OR_SYSTEM_READER),
];

const catalog: PolicyRule[] = [
  ...adminCrud("service", "services", "service"),
  ...adminCrud("endpoint", "endpoints", "endpoint"),
  ...crud("region", "regions", "region", ANYONE, ADMIN),
  ...adminCrud("endpoint_group", "endpoint_groups", "group of endpoints"),
  api("list_projects_associated_with_endpoint_group", "List who is shown a group.", ADMIN_OR_SYSTEM_READER),
  api("list_endpoints_associated_with_endpoint_group", "List a group's endpoints.", ADMIN_OR_SYSTEM_READER),
  api("get_endpoint_group_in_project", "Check that a project is shown a group.", ADMIN_OR_SYSTEM_READER),
  api("list_endpoint_groups_for_project", "List the groups a project is shown.", ADMIN_OR_SYSTEM_READER),
  api("add_endpoint_group_to_project", "Show a group of endpoints to a project.", ADMIN),
  api("remove_endpoint_group_from_project", "Hide a group of endpoints from a project.", ADMIN),
  api("list_projects_for_endpoint", "List who is shown an endpoint.", ADMIN_OR_SYSTEM_READER),
  api("check_endpoint_in_project", "Check that a project is shown an endpoint.", ADMIN_OR_SYSTEM_READER),
  api("list_endpoints_for_project", "List the endpoints a project is shown.", ADMIN_OR_SYSTEM_READER),
  api("add_endpoint_to_project", "Show an endpoint to a project.", ADMIN),
  api("remove_endpoint_from_project", "Hide an endpoint from a project.", ADMIN),
];

const policyBlobs: PolicyRule[] = [
  ...adminCrud("policy", "policies", "policy document"),
  ...["endpoint", "service", "region_and_service"].flatMap((place) => [
    api(`create_policy_association_for_${place}`, "Say where a policy holds.", ADMIN),
    api(`check_policy_association_for_${place}`, "Check where a policy holds.", ADMIN_OR_SYSTEM_READER),
    api(`delete_policy_association_for_${place}`, "End where a policy holds.", ADMIN),
  ]),
  api("get_policy_for_endpoint", "Show the policy of an endpoint.", ADMIN_OR_SYSTEM_READER),
  api("list_endpoints_for_policy", "List the endpoints of a policy.", ADMIN_OR_SYSTEM_READER),
];

const CREDENTIAL_OWNER = "user_id:%(target.credential.user_id)s";

const credentials: PolicyRule[] = [
  api("list_credentials", "List credentials.", `${SYSTEM_READER} or ${CREDENTIAL_OWNER}`, ADMIN),
  api("get_credential", "Show a credential.", `${SYSTEM_READER} or ${CREDENTIAL_OWNER}`, ADMIN),
  api("create_credential", "Create a credential.", CREDENTIAL_OWNER, ADMIN),
  api("update_credential", "Change a credential.", CREDENTIAL_OWNER, ADMIN),
  api("delete_credential", "Delete a credential.", CREDENTIAL_OWNER, ADMIN),
  api(
    "ec2_get_credential",
    "Show an EC2 key pair.",
    `${SYSTEM_READER} or ${CREDENTIAL_OWNER}`,
    `${ADMIN} or (rule:owner and ${CREDENTIAL_OWNER})`,
  ),
  api(
    "ec2_list_credentials",
    "List a user's EC2 key pairs.",
    `role:member and ${CREDENTIAL_OWNER}`,
    ADMIN_OR_OWNER,
  ),
  api(
    "ec2_create_credential",
    "Create an EC2 key pair.",
    `role:member and ${CREDENTIAL_OWNER}`,
    ADMIN_OR_OWNER,
  ),
  api(
    "ec2_delete_credential",
    "Delete an EC2 key pair.",
    CREDENTIAL_OWNER,
    `${ADMIN} or (rule:owner and ${CREDENTIAL_OWNER})`,
  ),
  api("ec2tokens_validate", "Exchange an EC2 signature for a token.", "rule:service_or_admin"),
  api("s3tokens_validate", "Exchange an S3 signature for a token.", "rule:service_or_admin"),
  api(
    "list_application_credentials",
    "List a user's application credentials.",
    `${SYSTEM_READER} or rule:owner`,
    ADMIN_OR_OWNER,
  ),
  api(
    "get_application_credential",
    "Show an application credential.",
    `${SYSTEM_READER} or rule:owner`,
    ADMIN_OR_OWNER,
  ),
  api("create_application_credential", "Create an application credential.", "rule:owner"),
  api("delete_application_credential", "Delete an application credential.", ADMIN_OR_OWNER),
  api("list_access_rules", "List a user's access rules.", `${SYSTEM_READER} or user_id:%(target.user.id)s`),
  api("get_access_rule", "Show an access rule.", `${SYSTEM_READER} or user_id:%(target.user.id)s`),
  api("delete_access_rule", "Delete an access rule.", `${SYSTEM_ADMIN} or user_id:%(target.user.id)s`),
];

const TRUSTOR = "user_id:%(target.trust.trustor_user_id)s";
const TRUSTEE = "user_id:%(target.trust.trustee_user_id)s";

const trusts: PolicyRule[] = [
  api("create_trust", "Create a trust.", TRUSTOR),
  api("list_trusts", "List trusts.", ADMIN_OR_SYSTEM_READER),
  api(
    "list_trusts_for_trustor",
    "List what a user trusted others with.",
    `${SYSTEM_READER} or ${TRUSTOR}`,
    ADMIN,
  ),
  api(
    "list_trusts_for_trustee",
    "List what a user is trusted with.",
    `${SYSTEM_READER} or ${TRUSTEE}`,
    ADMIN,
  ),
  api("get_trust", "Show a trust.", `${SYSTEM_READER} or ${TRUSTOR} or ${TRUSTEE}`, ADMIN),
  api("list_roles_for_trust", "List a trust's roles.", `${SYSTEM_READER} or ${TRUSTOR} or ${TRUSTEE}`, ADMIN),
  api("get_role_for_trust", "Show a trust's role.", `${SYSTEM_READER} or ${TRUSTOR} or ${TRUSTEE}`, ADMIN),
  api("delete_trust", "Delete a trust.", `${ADMIN} or ${TRUSTOR}`),
];

const oauth1: PolicyRule[] = [
  ...adminCrud("consumer", "consumers", "OAuth consumer"),
  api("authorize_request_token", "Authorize an OAuth request token.", ADMIN),
  api("list_access_tokens", "List a user's OAuth access tokens.", ADMIN),
  api("get_access_token", "Show an OAuth access token.", ADMIN),
  api("delete_access_token", "Delete an OAuth access token.", ADMIN),
  api("list_access_token_roles", "List an OAuth access token's roles.", ADMIN),
  api("get_access_token_role", "Show an OAuth access token's role.", ADMIN),
];

const limits: PolicyRule[] = [
  api("list_registered_limits", "List registered limits.", ANYONE),
  api("get_registered_limit", "Show a registered limit.", ANYONE),
  api("create_registered_limits", "Create registered limits.", ADMIN),
  api("update_registered_limit", "Change a registered limit.", ADMIN),
  api("delete_registered_limit", "Delete a registered limit.", ADMIN),
  api("get_limit_model", "Show how limits are enforced.", ANYONE),
  api("list_limits", "List limits.", ANYONE),
  api(
    "get_limit",
    "Show a limit.",
    `${ADMIN_OR_SYSTEM_READER} or domain_id:%(target.limit.domain.id)s or domain_id:%(target.limit.project.domain_id)s or (project_id:%(target.limit.project_id)s and not None:%(target.limit.project_id)s)`,
  ),
  api("create_limits", "Create limits.", ADMIN),
  api("update_limit", "Change a limit.", ADMIN),
  api("delete_limit", "Delete a limit.", ADMIN),
];

const tokens: PolicyRule[] = [
  api("check_token", "Check a token.", `${ADMIN_OR_SYSTEM_READER} or rule:token_subject`),
  api(
    "validate_token",
    "Show a token.",
    `${ADMIN_OR_SYSTEM_READER} or rule:service_role or rule:token_subject`,
  ),
  api("revoke_token", "Revoke a token.", "rule:admin_or_token_subject"),
  api("revocation_list", "List revoked PKI tokens.", "rule:service_or_admin"),
  api("list_revoke_events", "List what tokens are refused.", "rule:service_or_admin"),
  api("get_auth_catalog", "The catalog of the caller's token.", ANYONE),
  api("get_auth_projects", "The projects the caller may scope to.", ANYONE),
  api("get_auth_domains", "The domains the caller may scope to.", ANYONE),
  api("get_auth_system", "Whether the caller may scope to the system.", ANYONE),
];

export const policies: readonly PolicyRule[] = [
  ...base,
  ...users,
  ...groups,
  ...projects,
  ...domains,
  ...grants,
  ...roles,
  ...catalog,
  ...policyBlobs,
  ...credentials,
  ...trusts,
  ...oauth1,
  ...limits,
  ...tokens,
];
