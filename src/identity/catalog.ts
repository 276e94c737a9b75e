// The service catalog: which services there are and where, with the caller's project filled into the addresses.
// Authority: keystone/catalog/backends/sql.py and keystone/common/utils.py (format_url).

import type { EndpointFilters } from "./endpoint-filters.ts";
import type { IdentityStore } from "./store.ts";
import type { EndpointRow, ServiceRow } from "./tables.ts";

export interface CatalogEndpoint {
  id: string;
  interface: "public" | "internal" | "admin";
  region_id: string | null;
  region: string | null;
  url: string;
}

export interface CatalogService {
  id: string;
  type: string;
  name: string;
  endpoints: CatalogEndpoint[];
}

export class Catalog {
  #store: IdentityStore;
  #filters: EndpointFilters;
  #rows: { stamp: number; services: ServiceRow[]; endpoints: Map<string, EndpointRow[]> } | null = null;

  constructor(store: IdentityStore, filters: EndpointFilters) {
    this.#store = store;
    this.#filters = filters;
  }

  /**
   * Enabled services with their enabled endpoints. Addresses that need a project are left out when there is none. A
   * project for which endpoints were chosen sees those only, and only services that have one.
   */
  forProject(projectId: string | null, userId: string): CatalogService[] {
    const { services, endpoints } = this.#load();
    const chosen = projectId === null ? [] : this.#filters.endpointsOfProject(projectId);
    const chosenIds = chosen.length === 0 ? null : new Set(chosen.map((row) => row.id));
    const catalog: CatalogService[] = [];
    for (const service of services) {
      const shown: CatalogEndpoint[] = [];
      for (const row of endpoints.get(service.id) ?? []) {
        const url = chosenIds?.has(row.id) === false ? null : expandUrl(row.url, projectId, userId);
        if (url === null) continue;
        shown.push({
          id: row.id,
          interface: row.interface,
          region_id: row.region_id,
          region: row.region_id,
          url,
        });
      }
      if (chosenIds && shown.length === 0) continue;
      catalog.push({ id: service.id, type: service.type, name: service.name ?? "", endpoints: shown });
    }
    return catalog;
  }

  #load() {
    const stamp = this.#store.db.stamp();
    if (this.#rows?.stamp === stamp) return this.#rows;
    const endpoints = Map.groupBy(this.#store.endpoints.match({ enabled: true }), (row) => row.service_id);
    const services = this.#store.services.match({ enabled: true });
    this.#rows = { stamp, services, endpoints };
    return this.#rows;
  }
}

/**
 * Both `$(tenant_id)s` and `%(tenant_id)s`, by any of the three names of a project; `%%` is a percent sign.
 * Null when the address names a project and there is none, or names something unknown.
 */
export function expandUrl(url: string, projectId: string | null, userId: string): string | null {
  let complete = true;
  const expanded = url.replace(/%%|[$%]\(([^)]*)\)s/g, (found, name: string | undefined) => {
    if (found === "%%") return "%";
    if (name === "user_id") return userId;
    if (projectId !== null && (name === "project_id" || name === "tenant_id")) return projectId;
    complete = false;
    return "";
  });
  return complete ? expanded : null;
}
