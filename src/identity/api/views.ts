// What v3 shows of each resource. Authority: the Identity API v3 reference.

import { isoMicrosZ } from "../../core/times.ts";
import type { Call } from "../../http/call.ts";
import type { CatalogService } from "../catalog.ts";
import type { ProjectRow, UserRow } from "../tables.ts";
import type { TokenView } from "../tokens/provider.ts";

export function selfLink(call: Call, ...parts: string[]): { self: string } {
  return { self: `${call.baseUrl}/v3/${parts.map(encodeURIComponent).join("/")}` };
}

/** `{"users": [...], "links": {...}}` */
export function collection(call: Call, key: string, items: readonly unknown[]): Record<string, unknown> {
  const query = call.queryText === "" ? "" : `?${call.queryText}`;
  return {
    [key]: items,
    links: { next: null, self: `${call.baseUrl}${call.path}${query}`, previous: null },
  };
}

export function userView(call: Call, row: UserRow): Record<string, unknown> {
  return {
    ...row.extra,
    ...(row.default_project_id === null ? {} : { default_project_id: row.default_project_id }),
    domain_id: row.domain_id,
    enabled: row.enabled,
    id: row.id,
    name: row.name,
    options: row.options,
    password_expires_at: row.password_expires_at === null ? null : isoMicrosZ(row.password_expires_at),
    links: selfLink(call, "users", row.id),
  };
}

export function projectView(call: Call, row: ProjectRow, tags: readonly string[]): Record<string, unknown> {
  return {
    ...row.extra,
    description: row.description ?? "",
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

export function domainView(call: Call, row: ProjectRow, tags: readonly string[]): Record<string, unknown> {
  return {
    ...row.extra,
    description: row.description ?? "",
    enabled: row.enabled,
    id: row.id,
    name: row.name,
    options: row.options,
    tags,
    links: selfLink(call, "domains", row.id),
  };
}

/** The body of POST and GET /v3/auth/tokens. */
export function tokenView(view: TokenView, catalog: CatalogService[] | null): Record<string, unknown> {
  const { payload, user, userDomain, project, projectDomain, domain, roles } = view;
  const token: Record<string, unknown> = {
    methods: payload.methods,
    user: {
      domain: { id: userDomain.id, name: userDomain.name },
      id: user.id,
      name: user.name,
      password_expires_at: user.password_expires_at === null ? null : isoMicrosZ(user.password_expires_at),
    },
    audit_ids: payload.auditIds,
    expires_at: isoMicrosZ(payload.expiresAtMs),
    issued_at: isoMicrosZ(payload.issuedAtMs),
  };
  if (project) {
    token["project"] = {
      domain: { id: projectDomain!.id, name: projectDomain!.name },
      id: project.id,
      name: project.name,
    };
    token["is_domain"] = project.is_domain;
  }
  if (domain) token["domain"] = { id: domain.id, name: domain.name };
  if (payload.scope.kind === "system") token["system"] = { all: true };
  if (payload.scope.kind !== "unscoped") {
    token["roles"] = roles.map((role) => ({ id: role.id, name: role.name }));
    if (catalog) token["catalog"] = catalog;
  }
  return { token };
}
