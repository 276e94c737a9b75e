// What v2.0 shows. Authority: keystone/token/providers/common.py and keystone/common/controller.py of Newton.

import { isoMicrosZ, isoSeconds } from "../../../core/times.ts";
import type { CatalogService } from "../../catalog.ts";
import type { EndpointRow, ProjectRow, RoleRow, ServiceRow, UserRow } from "../../tables.ts";
import type { TokenView } from "../../tokens/view.ts";

type View = Record<string, unknown>;

export function tenantView(row: ProjectRow): View {
  return { ...row.extra, description: row.description, enabled: row.enabled, id: row.id, name: row.name };
}

export function userView(row: UserRow): View {
  return {
    ...row.extra,
    enabled: row.enabled,
    id: row.id,
    name: row.name,
    username: row.name,
    ...(row.default_project_id === null ? {} : { tenantId: row.default_project_id }),
  };
}

export function roleView(row: RoleRow): View {
  return {
    ...row.extra,
    ...(row.description === null ? {} : { description: row.description }),
    id: row.id,
    name: row.name,
  };
}

export function serviceView(row: ServiceRow): View {
  return {
    ...row.extra,
    description: row.description,
    enabled: row.enabled,
    id: row.id,
    name: row.name ?? "",
    type: row.type,
  };
}

/** Rows of one endpoint, at least one. */
export function endpointView(id: string, rows: readonly EndpointRow[]): View {
  const [first] = rows;
  return {
    enabled: first?.enabled ?? true,
    id,
    region: first?.region_id ?? null,
    service_id: first?.service_id,
    ...Object.fromEntries(rows.map((row) => [`${row.interface}url`, row.url])),
  };
}

/** The body of POST /v2.0/tokens and of looking at a token. */
export function accessView(token: string, view: TokenView, catalog: readonly CatalogService[]): View {
  const { payload, user, project, roles, trust } = view;
  return {
    access: {
      token: {
        id: token,
        expires: isoSeconds(payload.expiresAtMs),
        issued_at: isoMicrosZ(payload.issuedAtMs),
        audit_ids: payload.auditIds,
        ...(project ? { tenant: tenantView(project) } : {}),
      },
      serviceCatalog: project ? serviceCatalog(catalog) : [],
      user: {
        id: user.id,
        name: user.name,
        username: user.name,
        roles: roles.map((role) => ({ name: role.name })),
        roles_links: [],
      },
      metadata: { is_admin: 0, roles: roles.map((role) => role.id) },
      ...(trust
        ? {
            trust: {
              id: trust.id,
              impersonation: trust.impersonation,
              trustee_user_id: trust.trustee_user_id,
              trustor_user_id: trust.trustor_user_id,
            },
          }
        : {}),
    },
  };
}

/** One entry a region and service, with an address for each side. */
interface RegionalEndpoint {
  service: CatalogService;
  region: string | null;
  urls: View;
  id: string;
}

function regional(catalog: readonly CatalogService[]): RegionalEndpoint[] {
  return catalog.flatMap((service) => {
    const regions = Map.groupBy(service.endpoints, (endpoint) => endpoint.region_id);
    return [...regions].map(([region, endpoints]) => ({
      service,
      region,
      urls: Object.fromEntries(
        endpoints.map(({ interface: side, url }) => [`${side}URL`, versioned(service.type, url)]),
      ),
      id: endpoints[0]!.id,
    }));
  });
}

/** Clients of v2.0 append their paths to the identity service's address in the catalog as it is. */
function versioned(serviceType: string, url: string): string {
  return serviceType === "identity" && !/\/v\d[\d.]*\/?$/.test(url) ? `${url.replace(/\/$/, "")}/v2.0` : url;
}

function serviceCatalog(catalog: readonly CatalogService[]): View[] {
  const services = Map.groupBy(regional(catalog), ({ service }) => service.type);
  return [...services].map(([type, endpoints]) => ({
    endpoints: endpoints.map(({ id, region, urls }) => ({ region, id, ...urls })),
    endpoints_links: [],
    name: endpoints[0]!.service.name,
    type,
  }));
}

/** GET /v2.0/tokens/{id}/endpoints; nothing for a token without a tenant. */
export function endpointListView(catalog: readonly CatalogService[]): View {
  if (catalog.length === 0) return {};
  const endpoints = regional(catalog).map(({ service, region, urls, id }) => ({
    id,
    name: service.name,
    type: service.type,
    region,
    ...urls,
  }));
  return { endpoints, endpoints_links: [] };
}
