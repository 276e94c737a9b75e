// The tables of keystone.db as drizzle knows them. The authority is `migrations/`; a test compares the two.

import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

const extra = () => text({ mode: "json" }).$type<Record<string, unknown>>().notNull().default({});
const options = extra;
const flag = (defaultValue: boolean) => integer({ mode: "boolean" }).notNull().default(defaultValue);

export const project = sqliteTable("project", {
  id: text().primaryKey(),
  name: text().notNull(),
  /** `<<keystone.domain.root>>` for a domain. */
  domain_id: text().notNull(),
  description: text(),
  enabled: flag(true),
  parent_id: text(),
  is_domain: flag(false),
  options: options(),
  extra: extra(),
});

export const projectTag = sqliteTable(
  "project_tag",
  { project_id: text().notNull(), name: text().notNull() },
  (t) => [primaryKey({ columns: [t.project_id, t.name] })],
);

export const user = sqliteTable("user", {
  id: text().primaryKey(),
  name: text().notNull(),
  domain_id: text().notNull(),
  enabled: flag(true),
  default_project_id: text(),
  /** PHC string; null for a user who cannot log in by password. */
  password: text(),
  password_created_at: integer(),
  password_expires_at: integer(),
  created_at: integer(),
  last_active_at: integer(),
  failed_auth_count: integer().notNull().default(0),
  failed_auth_at: integer(),
  options: options(),
  /** `email`, `description` and whatever else the client sent. */
  extra: extra(),
});

export const password = sqliteTable("password", {
  id: integer().primaryKey({ autoIncrement: true }),
  user_id: text().notNull(),
  password_hash: text(),
  self_service: flag(false),
  created_at: integer().notNull(),
});

export const group = sqliteTable("group", {
  id: text().primaryKey(),
  name: text().notNull(),
  domain_id: text().notNull(),
  description: text(),
  extra: extra(),
});

export const membership = sqliteTable(
  "user_group_membership",
  { user_id: text().notNull(), group_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.user_id, t.group_id] })],
);

export const role = sqliteTable("role", {
  id: text().primaryKey(),
  name: text().notNull(),
  domain_id: text(),
  description: text(),
  options: options(),
  extra: extra(),
});

export const impliedRole = sqliteTable(
  "implied_role",
  { prior_role_id: text().notNull(), implied_role_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.prior_role_id, t.implied_role_id] })],
);

export type AssignmentType =
  | "UserProject"
  | "GroupProject"
  | "UserDomain"
  | "GroupDomain"
  | "UserSystem"
  | "GroupSystem";

export const assignment = sqliteTable(
  "assignment",
  {
    type: text().$type<AssignmentType>().notNull(),
    actor_id: text().notNull(),
    target_id: text().notNull(),
    role_id: text().notNull(),
    inherited: flag(false),
  },
  (t) => [primaryKey({ columns: [t.type, t.actor_id, t.target_id, t.role_id, t.inherited] })],
);

export const region = sqliteTable("region", {
  id: text().primaryKey(),
  description: text().notNull().default(""),
  parent_region_id: text(),
  extra: extra(),
});

export const service = sqliteTable("service", {
  id: text().primaryKey(),
  type: text().notNull(),
  name: text(),
  description: text(),
  enabled: flag(true),
  extra: extra(),
});

export const endpoint = sqliteTable("endpoint", {
  id: text().primaryKey(),
  legacy_endpoint_id: text(),
  interface: text().$type<"public" | "internal" | "admin">().notNull(),
  region_id: text(),
  service_id: text().notNull(),
  url: text().notNull(),
  enabled: flag(true),
  window: text(),
  extra: extra(),
});

export const publishedEndpoint = sqliteTable("published_endpoint", { name: text().primaryKey() });

export const policy = sqliteTable("policy", {
  id: text().primaryKey(),
  type: text().notNull(),
  blob: text().notNull(),
  extra: extra(),
});

export const credential = sqliteTable("credential", {
  id: text().primaryKey(),
  user_id: text().notNull(),
  project_id: text(),
  blob: text().notNull(),
  type: text().notNull(),
  extra: extra(),
});

export const trust = sqliteTable("trust", {
  id: text().primaryKey(),
  trustor_user_id: text().notNull(),
  trustee_user_id: text().notNull(),
  project_id: text(),
  impersonation: integer({ mode: "boolean" }).notNull(),
  deleted_at: integer(),
  expires_at: real(),
  remaining_uses: integer(),
  redelegated_trust_id: text(),
  redelegation_count: integer().notNull().default(0),
  extra: extra(),
});

export const trustRole = sqliteTable(
  "trust_role",
  { trust_id: text().notNull(), role_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.trust_id, t.role_id] })],
);

export const revocationEvent = sqliteTable("revocation_event", {
  id: integer().primaryKey({ autoIncrement: true }),
  audit_id: text(),
  audit_chain_id: text(),
  user_id: text(),
  project_id: text(),
  domain_id: text(),
  role_id: text(),
  trust_id: text(),
  consumer_id: text(),
  access_token_id: text(),
  issued_before: integer().notNull(),
  revoked_at: integer().notNull(),
});

export const applicationCredential = sqliteTable("application_credential", {
  id: text().primaryKey(),
  name: text().notNull(),
  secret_hash: text().notNull(),
  user_id: text().notNull(),
  project_id: text(),
  description: text(),
  expires_at: real(),
  system: text(),
  unrestricted: flag(false),
});

export const applicationCredentialRole = sqliteTable(
  "application_credential_role",
  { application_credential_id: text().notNull(), role_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.application_credential_id, t.role_id] })],
);

export const accessRule = sqliteTable("access_rule", {
  id: text().primaryKey(),
  service: text(),
  path: text(),
  method: text(),
  user_id: text().notNull(),
});

export const applicationCredentialAccessRule = sqliteTable(
  "application_credential_access_rule",
  { application_credential_id: text().notNull(), access_rule_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.application_credential_id, t.access_rule_id] })],
);

export const registeredLimit = sqliteTable("registered_limit", {
  id: text().primaryKey(),
  service_id: text().notNull(),
  region_id: text(),
  resource_name: text().notNull(),
  default_limit: integer().notNull(),
  description: text(),
});

export const limit = sqliteTable("limit", {
  id: text().primaryKey(),
  project_id: text(),
  domain_id: text(),
  registered_limit_id: text().notNull(),
  resource_limit: integer().notNull(),
  description: text(),
});

export const endpointGroup = sqliteTable("endpoint_group", {
  id: text().primaryKey(),
  name: text().notNull(),
  description: text(),
  /** `service_id`, `region_id`, `interface` and what each must be. */
  filters: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
});

export const projectEndpoint = sqliteTable(
  "project_endpoint",
  { endpoint_id: text().notNull(), project_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.endpoint_id, t.project_id] })],
);

export const projectEndpointGroup = sqliteTable(
  "project_endpoint_group",
  { endpoint_group_id: text().notNull(), project_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.endpoint_group_id, t.project_id] })],
);

export const policyAssociation = sqliteTable("policy_association", {
  id: text().primaryKey(),
  policy_id: text().notNull(),
  endpoint_id: text(),
  service_id: text(),
  region_id: text(),
});

export const domainConfig = sqliteTable(
  "whitelisted_config",
  {
    domain_id: text().notNull(),
    group: text().notNull(),
    option: text().notNull(),
    /** JSON. */
    value: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.domain_id, t.group, t.option] })],
);

export const consumer = sqliteTable("consumer", {
  id: text().primaryKey(),
  secret: text().notNull(),
  description: text(),
  extra: extra(),
});

export const requestToken = sqliteTable("request_token", {
  id: text().primaryKey(),
  request_secret: text().notNull(),
  verifier: text(),
  authorizing_user_id: text(),
  requested_project_id: text().notNull(),
  role_ids: text({ mode: "json" }).$type<string[]>(),
  consumer_id: text().notNull(),
  expires_at: integer(),
});

export const accessToken = sqliteTable("access_token", {
  id: text().primaryKey(),
  access_secret: text().notNull(),
  authorizing_user_id: text().notNull(),
  project_id: text().notNull(),
  role_ids: text({ mode: "json" }).$type<string[]>().notNull(),
  consumer_id: text().notNull(),
  expires_at: integer(),
});

export const identityProvider = sqliteTable("identity_provider", {
  id: text().primaryKey(),
  domain_id: text().notNull(),
  enabled: integer({ mode: "boolean" }).notNull(),
  description: text(),
  /** Minutes. */
  authorization_ttl: integer(),
});

export const idpRemoteId = sqliteTable("idp_remote_ids", {
  remote_id: text().primaryKey(),
  idp_id: text().notNull(),
});

export const federationProtocol = sqliteTable(
  "federation_protocol",
  {
    id: text().notNull(),
    idp_id: text().notNull(),
    mapping_id: text().notNull(),
    remote_id_attribute: text(),
  },
  (t) => [primaryKey({ columns: [t.id, t.idp_id] })],
);

export const mapping = sqliteTable("mapping", {
  id: text().primaryKey(),
  rules: text({ mode: "json" }).$type<unknown[]>().notNull(),
});

export const serviceProvider = sqliteTable("service_provider", {
  id: text().primaryKey(),
  auth_url: text().notNull(),
  sp_url: text().notNull(),
  description: text(),
  enabled: integer({ mode: "boolean" }).notNull(),
  relay_state_prefix: text().notNull(),
});

export type ProjectRow = typeof project.$inferSelect;
export type UserRow = typeof user.$inferSelect;
export type GroupRow = typeof group.$inferSelect;
export type RoleRow = typeof role.$inferSelect;
export type AssignmentRow = typeof assignment.$inferSelect;
export type RegionRow = typeof region.$inferSelect;
export type ServiceRow = typeof service.$inferSelect;
export type EndpointRow = typeof endpoint.$inferSelect;
export type PolicyRow = typeof policy.$inferSelect;
export type CredentialRow = typeof credential.$inferSelect;
export type TrustRow = typeof trust.$inferSelect;
export type RevocationEventRow = typeof revocationEvent.$inferSelect;
export type PasswordRow = typeof password.$inferSelect;
export type ApplicationCredentialRow = typeof applicationCredential.$inferSelect;
export type AccessRuleRow = typeof accessRule.$inferSelect;
export type RegisteredLimitRow = typeof registeredLimit.$inferSelect;
export type LimitRow = typeof limit.$inferSelect;
export type EndpointGroupRow = typeof endpointGroup.$inferSelect;
export type PolicyAssociationRow = typeof policyAssociation.$inferSelect;
export type DomainConfigRow = typeof domainConfig.$inferSelect;
export type ConsumerRow = typeof consumer.$inferSelect;
export type RequestTokenRow = typeof requestToken.$inferSelect;
export type AccessTokenRow = typeof accessToken.$inferSelect;
export type IdentityProviderRow = typeof identityProvider.$inferSelect;
export type ProtocolRow = typeof federationProtocol.$inferSelect;
export type MappingRow = typeof mapping.$inferSelect;
export type ServiceProviderRow = typeof serviceProvider.$inferSelect;
