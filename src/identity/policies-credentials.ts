// Keystone's rules: credentials, application credentials, trusts, OAuth and tokens (keystone/common/policies/*.py of Zed).

import type { PolicyRule } from "../policy/enforcer.ts";
import {
  ADMIN,
  ADMINISTRATOR,
  ANY_SCOPE,
  api,
  CREDENTIAL_OWNER,
  PROJECT,
  PROJECT_ADMINISTRATOR,
  SYSTEM_OR_PROJECT,
  SYSTEM_READER,
  SYSTEM_READS,
  TRUSTEE,
  TRUSTOR,
  UNSCOPED,
} from "./policy-kinds.ts";

export const credentialPolicies: readonly PolicyRule[] = [
  api(
    "list_credentials",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or ${CREDENTIAL_OWNER}`,
      legacy: ADMIN,
      scopes: SYSTEM_OR_PROJECT,
    },
    "List credentials.",
  ),
  api(
    "get_credential",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or ${CREDENTIAL_OWNER}`,
      legacy: ADMIN,
      scopes: SYSTEM_OR_PROJECT,
    },
    "Show a credential.",
  ),
  api(
    "create_credential",
    { check: `(${ADMIN}) or ${CREDENTIAL_OWNER}`, legacy: ADMIN, scopes: SYSTEM_OR_PROJECT },
    "Create a credential.",
  ),
  api(
    "update_credential",
    { check: `(${ADMIN}) or ${CREDENTIAL_OWNER}`, legacy: ADMIN, scopes: SYSTEM_OR_PROJECT },
    "Change a credential.",
  ),
  api(
    "delete_credential",
    { check: `(${ADMIN}) or ${CREDENTIAL_OWNER}`, legacy: ADMIN, scopes: SYSTEM_OR_PROJECT },
    "Delete a credential.",
  ),
  api(
    "ec2_get_credential",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or ${CREDENTIAL_OWNER}`,
      legacy: `${ADMIN} or (rule:owner and ${CREDENTIAL_OWNER})`,
      scopes: SYSTEM_OR_PROJECT,
    },
    "Show an EC2 key pair.",
  ),
  api(
    "ec2_list_credentials",
    {
      check: `(${ADMIN}) or (role:member and ${CREDENTIAL_OWNER})`,
      legacy: "rule:admin_or_owner",
      scopes: SYSTEM_OR_PROJECT,
    },
    "List a user's EC2 key pairs.",
  ),
  api(
    "ec2_create_credential",
    {
      check: `(${ADMIN}) or (role:member and ${CREDENTIAL_OWNER})`,
      legacy: "rule:admin_or_owner",
      scopes: SYSTEM_OR_PROJECT,
    },
    "Create an EC2 key pair.",
  ),
  api(
    "ec2_delete_credential",
    {
      check: `(${ADMIN}) or ${CREDENTIAL_OWNER}`,
      legacy: `${ADMIN} or (rule:owner and ${CREDENTIAL_OWNER})`,
      scopes: SYSTEM_OR_PROJECT,
    },
    "Delete an EC2 key pair.",
  ),
  api(
    "ec2tokens_validate",
    { check: "rule:service_or_admin", scopes: ANY_SCOPE },
    "Exchange an EC2 signature for a token.",
  ),
  api(
    "s3tokens_validate",
    { check: "rule:service_or_admin", scopes: ANY_SCOPE },
    "Exchange an S3 signature for a token.",
  ),
  api(
    "list_application_credentials",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or rule:owner`,
      legacy: "rule:admin_or_owner",
      scopes: SYSTEM_OR_PROJECT,
    },
    "List a user's application credentials.",
  ),
  api(
    "get_application_credential",
    {
      check: `(${ADMIN}) or ${SYSTEM_READER} or rule:owner`,
      legacy: "rule:admin_or_owner",
      scopes: SYSTEM_OR_PROJECT,
    },
    "Show an application credential.",
  ),
  api(
    "create_application_credential",
    { check: "user_id:%(user_id)s", scopes: PROJECT },
    "Create an application credential.",
  ),
  api(
    "delete_application_credential",
    { check: "rule:admin_or_owner", scopes: SYSTEM_OR_PROJECT },
    "Delete an application credential.",
  ),
  api(
    "list_access_rules",
    { check: `${SYSTEM_READER} or user_id:%(target.user.id)s`, scopes: SYSTEM_OR_PROJECT },
    "List a user's access rules.",
  ),
  api(
    "get_access_rule",
    { check: `${SYSTEM_READER} or user_id:%(target.user.id)s`, scopes: SYSTEM_OR_PROJECT },
    "Show an access rule.",
  ),
  api(
    "delete_access_rule",
    { check: "(role:admin and system_scope:all) or user_id:%(target.user.id)s", scopes: SYSTEM_OR_PROJECT },
    "Delete an access rule.",
  ),
  api("create_trust", { check: TRUSTOR, scopes: PROJECT }, "Create a trust."),
  api("list_trusts", SYSTEM_READS, "List trusts."),
  api(
    "list_trusts_for_trustor",
    { check: `(${ADMIN}) or (role:reader and system_scope:all or ${TRUSTOR})`, scopes: SYSTEM_OR_PROJECT },
    "List what a user trusted others with.",
  ),
  api(
    "list_trusts_for_trustee",
    { check: `(${ADMIN}) or (role:reader and system_scope:all or ${TRUSTEE})`, scopes: SYSTEM_OR_PROJECT },
    "List what a user is trusted with.",
  ),
  api(
    "get_trust",
    {
      check: `(${ADMIN}) or (role:reader and system_scope:all or ${TRUSTOR} or ${TRUSTEE})`,
      legacy: `${TRUSTOR} or ${TRUSTEE}`,
      scopes: SYSTEM_OR_PROJECT,
    },
    "Show a trust.",
  ),
  api(
    "list_roles_for_trust",
    {
      check: `(${ADMIN}) or (role:reader and system_scope:all or ${TRUSTOR} or ${TRUSTEE})`,
      legacy: `${TRUSTOR} or ${TRUSTEE}`,
      scopes: SYSTEM_OR_PROJECT,
    },
    "List a trust's roles.",
  ),
  api(
    "get_role_for_trust",
    {
      check: `(${ADMIN}) or (role:reader and system_scope:all or ${TRUSTOR} or ${TRUSTEE})`,
      legacy: `${TRUSTOR} or ${TRUSTEE}`,
      scopes: SYSTEM_OR_PROJECT,
    },
    "Show a trust's role.",
  ),
  api(
    "delete_trust",
    { check: `${ADMIN} or ${TRUSTOR}`, legacy: TRUSTOR, scopes: SYSTEM_OR_PROJECT },
    "Delete a trust.",
  ),
  api("list_consumers", SYSTEM_READS, "List OAuth consumers."),
  api("get_consumer", SYSTEM_READS, "Show a OAuth consumer."),
  api("create_consumer", ADMINISTRATOR, "Create a OAuth consumer."),
  api("update_consumer", ADMINISTRATOR, "Change a OAuth consumer."),
  api("delete_consumer", ADMINISTRATOR, "Delete a OAuth consumer."),
  api("authorize_request_token", PROJECT_ADMINISTRATOR, "Authorize an OAuth request token."),
  api("list_access_tokens", PROJECT_ADMINISTRATOR, "List a user's OAuth access tokens."),
  api("get_access_token", PROJECT_ADMINISTRATOR, "Show an OAuth access token."),
  api("delete_access_token", PROJECT_ADMINISTRATOR, "Delete an OAuth access token."),
  api("list_access_token_roles", PROJECT_ADMINISTRATOR, "List an OAuth access token's roles."),
  api("get_access_token_role", PROJECT_ADMINISTRATOR, "Show an OAuth access token's role."),
  api(
    "check_token",
    {
      check: `${ADMIN} or ${SYSTEM_READER} or rule:token_subject`,
      legacy: "rule:admin_or_token_subject",
      scopes: ANY_SCOPE,
    },
    "Check a token.",
  ),
  api(
    "validate_token",
    {
      check: `${ADMIN} or ${SYSTEM_READER} or rule:service_role or rule:token_subject`,
      legacy: "rule:service_admin_or_token_subject",
      scopes: ANY_SCOPE,
    },
    "Show a token.",
  ),
  api(
    "revoke_token",
    { check: `${ADMIN} or rule:token_subject`, legacy: "rule:admin_or_token_subject", scopes: ANY_SCOPE },
    "Revoke a token.",
  ),
  api(
    "revocation_list",
    { check: "rule:service_or_admin", scopes: SYSTEM_OR_PROJECT },
    "List revoked PKI tokens.",
  ),
  api(
    "list_revoke_events",
    { check: "rule:service_or_admin", scopes: SYSTEM_OR_PROJECT },
    "List what tokens are refused.",
  ),
  api("get_auth_catalog", UNSCOPED, "The catalog of the caller's token."),
  api("get_auth_projects", UNSCOPED, "The projects the caller may scope to."),
  api("get_auth_domains", UNSCOPED, "The domains the caller may scope to."),
  api("get_auth_system", UNSCOPED, "Whether the caller may scope to the system."),
];
