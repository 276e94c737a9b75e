// The catalog in a v2.0 token: finding endpoints by type, side and region (keystoneclient/service_catalog.py, 0.11).

import { EndpointNotFound } from "./errors.ts";

/** `publicURL`, `internalURL`, `adminURL`, `region`, `id`. */
export type CatalogEndpoint = Record<string, unknown>;

export interface CatalogEntry {
  type: string;
  name?: string;
  endpoints: readonly CatalogEndpoint[];
}

export interface EndpointQuery {
  type: string;
  /** `publicURL`, or `public`. */
  side: string;
  /** Only endpoints whose attribute has this value. */
  attribute?: { name: string; value: string } | null;
}

export class ServiceCatalog {
  readonly entries: readonly CatalogEntry[];
  #region: string | null;

  constructor(entries: readonly CatalogEntry[], region: string | null) {
    this.entries = entries;
    this.#region = region;
  }

  /** By service type, in the order of the catalog; of one region when one was asked for. */
  endpoints(type: string | null = null): Map<string, CatalogEndpoint[]> {
    const found = new Map<string, CatalogEndpoint[]>();
    for (const entry of this.entries) {
      if (type !== null && entry.type !== type) continue;
      const list = entry.endpoints.filter(({ region }) => !this.#region || region === this.#region);
      found.set(entry.type, list);
    }
    return found;
  }

  /** @throws EndpointNotFound */
  url({ type, side, attribute = null }: EndpointQuery): string {
    if (this.entries.length === 0) throw new EndpointNotFound("The service catalog is empty.");
    const name = side.includes("URL") ? side : `${side}URL`;
    const match = (this.endpoints(type).get(type) ?? []).find(
      (endpoint) =>
        typeof endpoint[name] === "string" && (!attribute || endpoint[attribute.name] === attribute.value),
    );
    if (match) return match[name] as string;
    const where = this.#region ? ` in ${this.#region} region` : "";
    throw new EndpointNotFound(`${side} endpoint for ${type} service${where} not found`);
  }
}
