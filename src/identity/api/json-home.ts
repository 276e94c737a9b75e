// The JSON Home document: which resources v3 has and where, for clients that look before they ask. Names and relations
// are Keystone's (keystone/tests/unit/test_versions.py of Zed); of federation only what is kept is served and named.
// Authority for the form: draft-nottingham-json-home-03.

const BASE = "https://docs.openstack.org/api/openstack-identity/3";

/** Path → relation, of the core and of each extension. */
const RESOURCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "": {
    auth_catalog: "/auth/catalog",
    auth_domains: "/auth/domains",
    auth_projects: "/auth/projects",
    auth_system: "/auth/system",
    auth_tokens: "/auth/tokens",
    credentials: "/credentials",
    credential: "/credentials/{credential_id}",
    domains: "/domains",
    domain: "/domains/{domain_id}",
    domain_config: "/domains/{domain_id}/config",
    domain_config_group: "/domains/{domain_id}/config/{group}",
    domain_config_option: "/domains/{domain_id}/config/{group}/{option}",
    domain_config_default: "/domains/config/default",
    domain_config_default_group: "/domains/config/{group}/default",
    domain_config_default_option: "/domains/config/{group}/{option}/default",
    domain_group_roles: "/domains/{domain_id}/groups/{group_id}/roles",
    domain_group_role: "/domains/{domain_id}/groups/{group_id}/roles/{role_id}",
    domain_user_roles: "/domains/{domain_id}/users/{user_id}/roles",
    domain_user_role: "/domains/{domain_id}/users/{user_id}/roles/{role_id}",
    endpoints: "/endpoints",
    endpoint: "/endpoints/{endpoint_id}",
    groups: "/groups",
    group: "/groups/{group_id}",
    group_users: "/groups/{group_id}/users",
    group_user: "/groups/{group_id}/users/{user_id}",
    limits: "/limits",
    limit_model: "/limits/model",
    limit: "/limits/{limit_id}",
    policies: "/policies",
    policy: "/policies/{policy_id}",
    projects: "/projects",
    project: "/projects/{project_id}",
    project_group_roles: "/projects/{project_id}/groups/{group_id}/roles",
    project_group_role: "/projects/{project_id}/groups/{group_id}/roles/{role_id}",
    project_tags: "/projects/{project_id}/tags/{value}",
    project_user_roles: "/projects/{project_id}/users/{user_id}/roles",
    project_user_role: "/projects/{project_id}/users/{user_id}/roles/{role_id}",
    regions: "/regions",
    region: "/regions/{region_id}",
    registered_limits: "/registered_limits",
    registered_limit: "/registered_limits/{registered_limit_id}",
    role_assignments: "/role_assignments",
    role_inferences: "/role_inferences",
    roles: "/roles",
    role: "/roles/{role_id}",
    implied_roles: "/roles/{prior_role_id}/implies",
    implied_role: "/roles/{prior_role_id}/implies/{implied_role_id}",
    services: "/services",
    service: "/services/{service_id}",
    system_group_roles: "/system/groups/{group_id}/roles",
    system_group_role: "/system/groups/{group_id}/roles/{role_id}",
    system_user_roles: "/system/users/{user_id}/roles",
    system_user_role: "/system/users/{user_id}/roles/{role_id}",
    users: "/users",
    user: "/users/{user_id}",
    access_rules: "/users/{user_id}/access_rules",
    access_rule: "/users/{user_id}/access_rules/{access_rule_id}",
    application_credentials: "/users/{user_id}/application_credentials",
    application_credential: "/users/{user_id}/application_credentials/{application_credential_id}",
    user_groups: "/users/{user_id}/groups",
    user_change_password: "/users/{user_id}/password",
    user_projects: "/users/{user_id}/projects",
  },
  "OS-EC2": {
    ec2tokens: "/ec2tokens",
    user_credentials: "/users/{user_id}/credentials/OS-EC2",
    user_credential: "/users/{user_id}/credentials/OS-EC2/{credential_id}",
  },
  s3tokens: { s3tokens: "/s3tokens" },
  "OS-ENDPOINT-POLICY": {
    endpoint_policy: "/endpoints/{endpoint_id}/OS-ENDPOINT-POLICY/policy",
    policy_endpoints: "/policies/{policy_id}/OS-ENDPOINT-POLICY/endpoints",
    endpoint_policy_association: "/policies/{policy_id}/OS-ENDPOINT-POLICY/endpoints/{endpoint_id}",
    service_policy_association: "/policies/{policy_id}/OS-ENDPOINT-POLICY/services/{service_id}",
    region_and_service_policy_association:
      "/policies/{policy_id}/OS-ENDPOINT-POLICY/services/{service_id}/regions/{region_id}",
  },
  "OS-EP-FILTER": {
    endpoint_groups: "/OS-EP-FILTER/endpoint_groups",
    endpoint_group: "/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}",
    endpoints_in_endpoint_group: "/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}/endpoints",
    projects_associated_with_endpoint_group: "/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}/projects",
    endpoint_group_to_project_association:
      "/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}/projects/{project_id}",
    endpoint_projects: "/OS-EP-FILTER/endpoints/{endpoint_id}/projects",
    project_endpoint_groups: "/OS-EP-FILTER/projects/{project_id}/endpoint_groups",
    project_endpoints: "/OS-EP-FILTER/projects/{project_id}/endpoints",
    project_endpoint: "/OS-EP-FILTER/projects/{project_id}/endpoints/{endpoint_id}",
  },
  "OS-FEDERATION": {
    domains: "/auth/domains",
    projects: "/auth/projects",
    identity_providers: "/OS-FEDERATION/identity_providers",
    identity_provider: "/OS-FEDERATION/identity_providers/{idp_id}",
    identity_provider_protocols: "/OS-FEDERATION/identity_providers/{idp_id}/protocols",
    identity_provider_protocol: "/OS-FEDERATION/identity_providers/{idp_id}/protocols/{protocol_id}",
    identity_provider_protocol_auth:
      "/OS-FEDERATION/identity_providers/{idp_id}/protocols/{protocol_id}/auth",
    mappings: "/OS-FEDERATION/mappings",
    mapping: "/OS-FEDERATION/mappings/{mapping_id}",
    service_providers: "/OS-FEDERATION/service_providers",
    service_provider: "/OS-FEDERATION/service_providers/{sp_id}",
  },
  "OS-INHERIT": {
    domain_group_roles_inherited_to_projects:
      "/OS-INHERIT/domains/{domain_id}/groups/{group_id}/roles/inherited_to_projects",
    domain_group_role_inherited_to_projects:
      "/OS-INHERIT/domains/{domain_id}/groups/{group_id}/roles/{role_id}/inherited_to_projects",
    domain_user_roles_inherited_to_projects:
      "/OS-INHERIT/domains/{domain_id}/users/{user_id}/roles/inherited_to_projects",
    domain_user_role_inherited_to_projects:
      "/OS-INHERIT/domains/{domain_id}/users/{user_id}/roles/{role_id}/inherited_to_projects",
    project_group_role_inherited_to_projects:
      "/OS-INHERIT/projects/{project_id}/groups/{group_id}/roles/{role_id}/inherited_to_projects",
    project_user_role_inherited_to_projects:
      "/OS-INHERIT/projects/{project_id}/users/{user_id}/roles/{role_id}/inherited_to_projects",
  },
  "OS-OAUTH1": {
    access_tokens: "/OS-OAUTH1/access_token",
    authorize_request_token: "/OS-OAUTH1/authorize/{request_token_id}",
    consumers: "/OS-OAUTH1/consumers",
    consumer: "/OS-OAUTH1/consumers/{consumer_id}",
    request_tokens: "/OS-OAUTH1/request_token",
    user_access_tokens: "/users/{user_id}/OS-OAUTH1/access_tokens",
    user_access_token: "/users/{user_id}/OS-OAUTH1/access_tokens/{access_token_id}",
    user_access_token_roles: "/users/{user_id}/OS-OAUTH1/access_tokens/{access_token_id}/roles",
    user_access_token_role: "/users/{user_id}/OS-OAUTH1/access_tokens/{access_token_id}/roles/{role_id}",
  },
  "OS-OAUTH2": { token: "/OS-OAUTH2/token" },
  "OS-PKI": { revocations: "/auth/tokens/OS-PKI/revoked" },
  "OS-REVOKE": { events: "/OS-REVOKE/events" },
  "OS-SIMPLE-CERT": {
    ca_certificate: "/OS-SIMPLE-CERT/ca",
    certificates: "/OS-SIMPLE-CERT/certificates",
  },
  "OS-TRUST": {
    trusts: "/OS-TRUST/trusts",
    trust: "/OS-TRUST/trusts/{trust_id}",
    trust_roles: "/OS-TRUST/trusts/{trust_id}/roles",
    trust_role: "/OS-TRUST/trusts/{trust_id}/roles/{role_id}",
  },
};

/** Parameters that an extension defines. */
const EXTENSION_OF: Readonly<Record<string, string>> = {
  access_token_id: "OS-OAUTH1",
  consumer_id: "OS-OAUTH1",
  idp_id: "OS-FEDERATION",
  mapping_id: "OS-FEDERATION",
  protocol_id: "OS-FEDERATION",
  sp_id: "OS-FEDERATION",
  request_token_id: "OS-OAUTH1",
  endpoint_group_id: "OS-EP-FILTER",
  trust_id: "OS-TRUST",
};

/** Parameters whose relation has another name. */
const RELATION_OF: Readonly<Record<string, string>> = {
  group: "config_group",
  option: "config_option",
  prior_role_id: "role_id",
  implied_role_id: "role_id",
  value: "tag_value",
};

const EXPERIMENTAL = /^\/(registered_)?limits\b/;

/** Every path template of the document. */
export function jsonHomePaths(): string[] {
  return Object.values(RESOURCES).flatMap((resources) => Object.values(resources));
}

/** @param prefix stands before every path: `/v3` when the document is asked for at the root */
export function jsonHome(prefix: string): Record<string, unknown> {
  const resources: Record<string, unknown> = {};
  for (const [extension, relations] of Object.entries(RESOURCES)) {
    for (const [name, path] of Object.entries(relations)) {
      resources[relation(extension, "rel", name)] = resource(`${prefix}${path}`, path);
    }
  }
  return { resources };
}

function relation(extension: string, kind: "rel" | "param", name: string): string {
  return extension === "" ? `${BASE}/${kind}/${name}` : `${BASE}/ext/${extension}/1.0/${kind}/${name}`;
}

function resource(href: string, path: string): Record<string, unknown> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!);
  const hints = EXPERIMENTAL.test(path) ? { hints: { status: "experimental" } } : {};
  if (names.length === 0) return { href, ...hints };
  const vars = names.map((name) => [
    name,
    relation(EXTENSION_OF[name] ?? "", "param", RELATION_OF[name] ?? name),
  ]);
  return { "href-template": href, "href-vars": Object.fromEntries(vars), ...hints };
}
