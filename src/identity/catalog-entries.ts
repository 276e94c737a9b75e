// Services and their endpoints, as administrators list and change them.
// Authority: keystone/catalog/core.py and keystone/catalog/backends/sql.py.

import type { Ids } from "../core/ids.ts";
import { EntityNotFound, MissingAttribute, ValidationFailed } from "./errors.ts";
import type { IdentityStore } from "./store.ts";
import type { EndpointRow, ServiceRow } from "./tables.ts";

export type Side = "public" | "internal" | "admin";

export interface ServiceFields {
  type?: string;
  name?: string;
  description?: string | null;
  enabled?: boolean;
  [other: string]: unknown;
}

export interface EndpointFields {
  interface?: Side;
  region_id?: string | null;
  region?: string | null;
  service_id?: string;
  url?: string;
  enabled?: boolean;
  [other: string]: unknown;
}

/** One endpoint as v2.0 sees it: three addresses under one id. */
export interface LegacyEndpointFields {
  service_id: string;
  region: string | null;
  urls: Partial<Record<Side, string>>;
}

export class CatalogEntries {
  #store: IdentityStore;
  #ids: Ids;

  constructor(parts: { store: IdentityStore; ids: Ids }) {
    this.#store = parts.store;
    this.#ids = parts.ids;
  }

  /** @throws EntityNotFound */
  service(id: string): ServiceRow {
    const row = this.#store.services.get(id);
    if (!row) throw new EntityNotFound("service", id);
    return row;
  }

  services(filter: { type?: string; name?: string } = {}): ServiceRow[] {
    return this.#store.services.match(filter);
  }

  createService(fields: ServiceFields & { type: string }): ServiceRow {
    const { id: _id, links: _links, type, name, description, enabled, ...extra } = fields;
    return this.#store.services.insert({
      id: this.#ids.hex(),
      type,
      name: name ?? "",
      description: description ?? null,
      enabled: enabled ?? true,
      extra,
    });
  }

  updateService(id: string, fields: ServiceFields): ServiceRow {
    const before = this.service(id);
    const { id: _id, links: _links, type, name, description, enabled, ...extra } = fields;
    return this.#store.services.update(id, {
      ...(type === undefined ? {} : { type }),
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(enabled === undefined ? {} : { enabled }),
      ...(Object.keys(extra).length === 0 ? {} : { extra: { ...before.extra, ...extra } }),
    })!;
  }

  /** Its endpoints go too. */
  deleteService(id: string): void {
    if (!this.#store.services.remove(id)) throw new EntityNotFound("service", id);
  }

  /** @throws EntityNotFound */
  endpoint(id: string): EndpointRow {
    const row = this.#store.endpoints.get(id);
    if (!row) throw new EntityNotFound("endpoint", id);
    return row;
  }

  endpoints(filter: { interface?: Side; service_id?: string; region_id?: string } = {}): EndpointRow[] {
    return this.#store.endpoints.match(filter);
  }

  /** A region named by `region` is made when there is none. */
  createEndpoint(fields: EndpointFields & { interface: Side; service_id: string; url: string }): EndpointRow {
    const {
      id: _id,
      links: _links,
      interface: side,
      service_id,
      url,
      enabled,
      region,
      region_id,
      ...extra
    } = fields;
    checkUrl(url);
    return this.#store.db.transaction(() => {
      const regionId = this.#regionFor(region_id, region);
      this.#checkService(service_id);
      return this.#store.endpoints.insert({
        id: this.#ids.hex(),
        interface: side,
        service_id,
        url,
        enabled: enabled ?? true,
        region_id: regionId ?? null,
        extra,
      });
    });
  }

  updateEndpoint(id: string, fields: EndpointFields): EndpointRow {
    const {
      id: _id,
      links: _links,
      interface: side,
      service_id,
      url,
      enabled,
      region,
      region_id,
      ...extra
    } = fields;
    return this.#store.db.transaction(() => {
      const regionId = this.#regionFor(region_id, region);
      if (service_id !== undefined) this.#checkService(service_id);
      const before = this.endpoint(id);
      // An address that an administrator has set no longer follows the service from start to start.
      const moved = url !== undefined && url !== before.url ? { url, window: null } : {};
      return this.#store.endpoints.update(id, {
        ...moved,
        ...(side === undefined ? {} : { interface: side }),
        ...(service_id === undefined ? {} : { service_id }),
        ...(enabled === undefined ? {} : { enabled }),
        ...(regionId === undefined ? {} : { region_id: regionId }),
        ...(Object.keys(extra).length === 0 ? {} : { extra: { ...before.extra, ...extra } }),
      })!;
    });
  }

  deleteEndpoint(id: string): void {
    if (!this.#store.endpoints.remove(id)) throw new EntityNotFound("endpoint", id);
  }

  /** The id under which v2.0 shows the addresses given. @throws ValidationFailed, EntityNotFound */
  createLegacyEndpoint({ service_id, region, urls }: LegacyEndpointFields): string {
    for (const url of Object.values(urls)) checkUrl(url);
    return this.#store.db.transaction(() => {
      const regionId = this.#regionFor(undefined, region) ?? null;
      this.#checkService(service_id);
      const legacyId = this.#ids.hex();
      for (const [side, url] of Object.entries(urls) as [Side, string][]) {
        this.#store.endpoints.insert({
          id: this.#ids.hex(),
          legacy_endpoint_id: legacyId,
          interface: side,
          service_id,
          region_id: regionId,
          url,
        });
      }
      return legacyId;
    });
  }

  deleteLegacyEndpoint(legacyId: string): void {
    if (this.#store.endpoints.removeMatching({ legacy_endpoint_id: legacyId }) === 0) {
      throw new EntityNotFound("endpoint", legacyId);
    }
  }

  /** `region_id` must exist; `region` need not. */
  #regionFor(
    regionId: string | null | undefined,
    region: string | null | undefined,
  ): string | null | undefined {
    if (regionId == null && region != null) {
      if (!this.#store.regions.get(region)) this.#store.regions.insert({ id: region });
      return region;
    }
    if (regionId != null && !this.#store.regions.get(regionId)) {
      throw new MissingAttribute("endpoint region_id", "region table");
    }
    return regionId;
  }

  #checkService(id: string): void {
    if (!this.#store.services.get(id)) throw new MissingAttribute("endpoint service_id", "service table");
  }
}

/** What may stand in an address (keystone/common/utils.py, WHITELISTED_PROPERTIES). */
const FILLABLE =
  /[$%]\((?:tenant_id|project_id|user_id|public_bind_host|admin_bind_host|compute_host|admin_port|public_port|public_endpoint)\)s/g;

/** @throws ValidationFailed for an address with something else to fill in */
function checkUrl(url: string): void {
  const rest = url.replace(FILLABLE, "").replaceAll("%%", "");
  if (/[$]\(|%/.test(rest)) {
    throw new ValidationFailed(`Cannot create an endpoint with an invalid URL: ${url}.`);
  }
}
