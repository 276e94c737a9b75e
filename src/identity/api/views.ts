// What v3 shows of each resource. Authority: the Identity API v3 reference and keystone's `to_dict` of each model.

import { isoMicros, isoMicrosZ } from "../../core/times.ts";
import type { Call } from "../../http/call.ts";
import type { ApplicationCredential } from "../application-credentials.ts";
import type { CatalogService } from "../catalog.ts";
import type { Ec2Credential } from "../credentials.ts";
import type { Limit } from "../limits.ts";
import type {
  AccessRuleRow,
  AccessTokenRow,
  ConsumerRow,
  CredentialRow,
  EndpointGroupRow,
  EndpointRow,
  GroupRow,
  PolicyRow,
  ProjectRow,
  RegionRow,
  RegisteredLimitRow,
  RevocationEventRow,
  RoleRow,
  ServiceRow,
  TrustRow,
  UserRow,
} from "../tables.ts";
import type { TokenView } from "../tokens/view.ts";

export type View = Record<string, unknown>;

/** `http://host:5000/v3/users/ID` */
export function v3Url(call: Call, ...parts: string[]): string {
  return [`${call.baseUrl}/v3`, ...parts.map(encodeURIComponent)].join("/");
}

export function selfLink(call: Call, ...parts: string[]): { self: string } {
  return { self: v3Url(call, ...parts) };
}

/** `{"users": [...], "links": {...}}`. @param limit of what is shown, with `truncated` when there is more; 0: none */
export function collection(call: Call, key: string, items: readonly unknown[], limit = 0): View {
  const query = call.queryText === "" ? "" : `?${call.queryText}`;
  const cut = limit > 0 && items.length > limit;
  return {
    [key]: cut ? items.slice(0, limit) : items,
    links: { next: null, self: `${call.baseUrl}${call.path}${query}`, previous: null },
    ...(cut ? { truncated: true } : {}),
  };
}

/** What PATCH shows of a user or a project beside the fields themselves. */
export function withExtra(view: View, extra: Record<string, unknown>): View {
  return { ...view, extra };
}

function optionalTime(ms: number | null): string | null {
  return ms === null ? null : isoMicrosZ(ms);
}

export function userView(call: Call, row: UserRow): View {
  return {
    ...row.extra,
    ...(row.default_project_id === null ? {} : { default_project_id: row.default_project_id }),
    domain_id: row.domain_id,
    enabled: row.enabled,
    id: row.id,
    name: row.name,
    options: row.options,
    password_expires_at: row.password_expires_at === null ? null : isoMicros(row.password_expires_at),
    links: selfLink(call, "users", row.id),
  };
}

export function groupView(call: Call, row: GroupRow): View {
  return {
    ...row.extra,
    description: row.description,
    domain_id: row.domain_id,
    id: row.id,
    name: row.name,
    links: selfLink(call, "groups", row.id),
  };
}

export function projectView(call: Call, row: ProjectRow, tags: readonly string[]): View {
  return {
    ...row.extra,
    description: row.description,
    domain_id: row.is_domain ? null : row.domain_id,
    enabled: row.enabled,
    id: row.id,
    is_domain: row.is_domain,
    name: row.name,
    options: row.options,
    parent_id: row.parent_id,
    tags,
    links: selfLink(call, "projects", row.id),
  };
}

export function domainView(call: Call, row: ProjectRow, tags: readonly string[]): View {
  return {
    ...row.extra,
    description: row.description,
    enabled: row.enabled,
    id: row.id,
    name: row.name,
    options: row.options,
    tags,
    links: selfLink(call, "domains", row.id),
  };
}

export function roleView(call: Call, row: RoleRow): View {
  return {
    ...row.extra,
    description: row.description,
    domain_id: row.domain_id,
    id: row.id,
    name: row.name,
    options: row.options,
    links: selfLink(call, "roles", row.id),
  };
}

/** A role within an implication. */
export function roleReference(call: Call, row: RoleRow): View {
  return { id: row.id, links: selfLink(call, "roles", row.id), name: row.name };
}

export function regionView(call: Call, row: RegionRow): View {
  return {
    ...row.extra,
    description: row.description,
    id: row.id,
    parent_region_id: row.parent_region_id,
    links: selfLink(call, "regions", row.id),
  };
}

export function serviceView(call: Call, row: ServiceRow): View {
  return {
    ...row.extra,
    ...(row.description === null ? {} : { description: row.description }),
    enabled: row.enabled,
    id: row.id,
    name: row.name ?? "",
    type: row.type,
    links: selfLink(call, "services", row.id),
  };
}

export function endpointView(call: Call, row: EndpointRow): View {
  return {
    ...row.extra,
    enabled: row.enabled,
    id: row.id,
    interface: row.interface,
    region: row.region_id,
    region_id: row.region_id,
    service_id: row.service_id,
    url: row.url,
    links: selfLink(call, "endpoints", row.id),
  };
}

export function endpointGroupView(call: Call, row: EndpointGroupRow): View {
  return { ...row, links: selfLink(call, "OS-EP-FILTER", "endpoint_groups", row.id) };
}

export function policyView(call: Call, row: PolicyRow): View {
  return {
    ...row.extra,
    blob: row.blob,
    id: row.id,
    type: row.type,
    links: selfLink(call, "policies", row.id),
  };
}

export function credentialView(call: Call, row: CredentialRow): View {
  return {
    ...row.extra,
    blob: row.blob,
    id: row.id,
    project_id: row.project_id,
    type: row.type,
    user_id: row.user_id,
    links: selfLink(call, "credentials", row.id),
  };
}

export function ec2View(call: Call, row: Ec2Credential): View {
  return {
    ...ec2Fields(row),
    links: selfLink(call, "users", row.userId, "credentials", "OS-EC2", row.access),
  };
}

export function ec2Fields(row: Ec2Credential): View {
  return {
    user_id: row.userId,
    tenant_id: row.projectId,
    access: row.access,
    secret: row.secret,
    trust_id: row.trustId,
  };
}

/** A list shows no roles. */
export function trustView(call: Call, row: TrustRow, roles: readonly RoleRow[] | null): View {
  return {
    ...row.extra,
    deleted_at: optionalTime(row.deleted_at),
    expires_at: optionalTime(row.expires_at),
    id: row.id,
    impersonation: row.impersonation,
    project_id: row.project_id,
    redelegated_trust_id: row.redelegated_trust_id,
    redelegation_count: row.redelegation_count,
    remaining_uses: row.remaining_uses,
    trustee_user_id: row.trustee_user_id,
    trustor_user_id: row.trustor_user_id,
    ...(roles === null
      ? {}
      : {
          roles: roles.map((role) => roleView(call, role)),
          roles_links: { next: null, previous: null, self: v3Url(call, row.id, "roles") },
        }),
    links: selfLink(call, "OS-TRUST", "trusts", row.id),
  };
}

export function accessRuleFields(row: AccessRuleRow): View {
  return { id: row.id, service: row.service, path: row.path, method: row.method };
}

export function accessRuleView(call: Call, row: AccessRuleRow): View {
  return { ...accessRuleFields(row), links: selfLink(call, "access_rules", row.id) };
}

/** @param secret shown once, to the one who made it */
export function applicationCredentialView(
  call: Call,
  { row, roles, rules }: ApplicationCredential,
  secret?: string,
): View {
  return {
    description: row.description,
    expires_at: row.expires_at === null ? null : isoMicros(row.expires_at),
    id: row.id,
    name: row.name,
    project_id: row.project_id,
    roles: roles.map(({ id, name, domain_id, description, options, extra }) => ({
      ...extra,
      description,
      domain_id,
      id,
      name,
      options,
    })),
    ...(secret === undefined ? {} : { secret }),
    system: row.system,
    unrestricted: row.unrestricted,
    user_id: row.user_id,
    ...(rules.length === 0 ? {} : { access_rules: rules.map(accessRuleFields) }),
    links: selfLink(call, "application_credentials", row.id),
  };
}

export function registeredLimitView(call: Call, row: RegisteredLimitRow): View {
  return { ...row, links: selfLink(call, "registered_limits", row.id) };
}

export function limitFields({ registered_limit_id: _, ...limit }: Limit): View {
  return limit;
}

export function limitView(call: Call, limit: Limit): View {
  return { ...limitFields(limit), links: selfLink(call, "limits", limit.id) };
}

/** @param withSecret shown once, to the one who made it */
export function consumerView(call: Call, row: ConsumerRow, withSecret = false): View {
  return {
    ...row.extra,
    description: row.description,
    id: row.id,
    ...(withSecret ? { secret: row.secret } : {}),
    links: selfLink(call, "OS-OAUTH1", "consumers", row.id),
  };
}

export function accessTokenView(call: Call, row: AccessTokenRow): View {
  const base = ["users", row.authorizing_user_id, "OS-OAUTH1", "access_tokens", row.id];
  return {
    authorizing_user_id: row.authorizing_user_id,
    consumer_id: row.consumer_id,
    expires_at: optionalTime(row.expires_at),
    id: row.id,
    project_id: row.project_id,
    links: { roles: v3Url(call, ...base, "roles"), self: v3Url(call, ...base) },
  };
}

export function revocationView(row: RevocationEventRow): View {
  const names: [string, string | null][] = [
    ["user_id", row.user_id],
    ["role_id", row.role_id],
    ["domain_id", row.domain_id],
    ["project_id", row.project_id],
    ["audit_id", row.audit_id],
    ["audit_chain_id", row.audit_chain_id],
    ["OS-TRUST:trust_id", row.trust_id],
    ["OS-OAUTH1:consumer_id", row.consumer_id],
    ["OS-OAUTH1:access_token_id", row.access_token_id],
  ];
  return {
    ...Object.fromEntries(names.filter(([, value]) => value !== null)),
    issued_before: isoMicrosZ(row.issued_before),
    revoked_at: isoMicrosZ(row.revoked_at),
  };
}

function nameAndDomain(row: UserRow, domain: ProjectRow): View {
  return {
    domain: { id: domain.id, name: domain.name },
    id: row.id,
    name: row.name,
    password_expires_at: row.password_expires_at === null ? null : isoMicros(row.password_expires_at),
  };
}

/** The body of POST and GET /v3/auth/tokens. @param catalog null: not asked for */
export function tokenView(
  view: TokenView,
  catalog: CatalogService[] | null,
  serviceProviders: readonly View[] = [],
): View {
  const { payload, project, projectDomain, domain, trust, applicationCredential, accessToken } = view;
  const token: View = {
    methods: payload.methods,
    user: nameAndDomain(view.user, view.userDomain),
    audit_ids: payload.auditIds,
    expires_at: isoMicrosZ(payload.expiresAtMs),
    issued_at: isoMicrosZ(payload.issuedAtMs),
  };
  if (project) {
    token["project"] = {
      domain: { id: projectDomain?.id, name: projectDomain?.name },
      id: project.id,
      name: project.name,
    };
    if (!trust) token["is_domain"] = project.is_domain;
  }
  if (domain) token["domain"] = { id: domain.id, name: domain.name };
  if (payload.scope.kind === "system") token["system"] = { all: true };
  if (trust) {
    token["OS-TRUST:trust"] = {
      id: trust.id,
      trustor_user: { id: trust.trustor_user_id },
      trustee_user: { id: trust.trustee_user_id },
      impersonation: trust.impersonation,
    };
  }
  if (payload.scope.kind !== "unscoped" || trust) {
    token["roles"] = view.roles.map((role) => ({ id: role.id, name: role.name }));
    if (catalog) token["catalog"] = catalog;
  }
  if (serviceProviders.length > 0) token["service_providers"] = serviceProviders;
  if (accessToken) {
    token["OS-OAUTH1"] = { access_token_id: accessToken.id, consumer_id: accessToken.consumer_id };
  }
  if (applicationCredential) {
    const { row, rules } = applicationCredential;
    token["application_credential"] = {
      id: row.id,
      name: row.name,
      restricted: !row.unrestricted,
      ...(rules.length === 0 ? {} : { access_rules: rules.map(accessRuleFields) }),
    };
  }
  return { token };
}
