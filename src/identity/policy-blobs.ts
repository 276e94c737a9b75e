// Policy documents kept for others (deprecated since Queens), and to which endpoints they apply (OS-ENDPOINT-POLICY).
// Authority: keystone/policy and keystone/endpoint_policy.

import type { Ids } from "../core/ids.ts";
import { EntityNotFound, NotFoundHere, ValidationFailed } from "./errors.ts";
import type { IdentityStore } from "./store.ts";
import type { EndpointRow, PolicyAssociationRow, PolicyRow } from "./tables.ts";

export interface PolicyFields {
  id?: string;
  type?: string;
  blob?: string;
  [other: string]: unknown;
}

/** An endpoint, a service, or a service in a region. */
export interface PolicyPlace {
  endpointId?: string;
  serviceId?: string;
  regionId?: string;
}

export class PolicyBlobs {
  #store: IdentityStore;
  #ids: Ids;

  constructor(parts: { store: IdentityStore; ids: Ids }) {
    this.#store = parts.store;
    this.#ids = parts.ids;
  }

  /** @throws EntityNotFound */
  get(id: string): PolicyRow {
    const row = this.#store.policies.get(id);
    if (!row) throw new EntityNotFound("policy", id);
    return row;
  }

  list(filter: { type?: string } = {}): PolicyRow[] {
    return this.#store.policies.match(filter);
  }

  create(fields: PolicyFields & { type: string; blob: string }): PolicyRow {
    const { id: _id, links: _links, type, blob, ...extra } = fields;
    return this.#store.policies.insert({ id: this.#ids.hex(), type, blob, extra });
  }

  update(id: string, fields: PolicyFields): PolicyRow {
    const { id: asked, links: _links, type, blob, ...extra } = fields;
    if (asked !== undefined && asked !== id) throw new ValidationFailed("Cannot change policy ID");
    const before = this.get(id);
    return this.#store.policies.update(id, {
      ...(type === undefined ? {} : { type }),
      ...(blob === undefined ? {} : { blob }),
      ...(Object.keys(extra).length === 0 ? {} : { extra: { ...before.extra, ...extra } }),
    })!;
  }

  delete(id: string): void {
    if (!this.#store.policies.remove(id)) throw new EntityNotFound("policy", id);
  }

  /** @throws NotFoundHere */
  checkAssociation(policyId: string, place: PolicyPlace): void {
    if (this.#association(place)?.policy_id !== policyId) {
      throw new NotFoundHere("Could not find policy association.");
    }
  }

  /** A place has one policy: another one takes its place. */
  associate(policyId: string, place: PolicyPlace): void {
    this.#store.db.transaction(() => {
      const known = this.#association(place);
      if (known) this.#store.policyAssociations.update(known.id, { policy_id: policyId });
      else
        this.#store.policyAssociations.insert({
          id: this.#ids.hex(),
          policy_id: policyId,
          ...columns(place),
        });
    });
  }

  dissociate(policyId: string, place: PolicyPlace): void {
    const known = this.#association(place);
    if (known?.policy_id === policyId) this.#store.policyAssociations.remove(known.id);
  }

  /** The endpoint's own policy, else that of its service in its region or a region around it, else its service's. */
  forEndpoint(endpoint: EndpointRow): PolicyRow {
    const found = this.#associationFor(endpoint);
    if (found) return this.get(found.policy_id);
    throw new NotFoundHere(`No policy is associated with endpoint ${endpoint.id}.`);
  }

  endpointsOf(policyId: string): EndpointRow[] {
    return this.#store.endpoints.list().filter((row) => this.#associationFor(row)?.policy_id === policyId);
  }

  #associationFor(endpoint: EndpointRow): PolicyAssociationRow | null {
    const own = this.#association({ endpointId: endpoint.id });
    if (own) return own;
    const seen = new Set<string>();
    for (let regionId = endpoint.region_id; regionId !== null && !seen.has(regionId); ) {
      seen.add(regionId);
      const inRegion = this.#association({ serviceId: endpoint.service_id, regionId });
      if (inRegion) return inRegion;
      regionId = this.#store.regions.get(regionId)?.parent_region_id ?? null;
    }
    return this.#association({ serviceId: endpoint.service_id });
  }

  #association(place: PolicyPlace): PolicyAssociationRow | null {
    return this.#store.policyAssociations.match(columns(place))[0] ?? null;
  }
}

function columns(place: PolicyPlace) {
  return {
    endpoint_id: place.endpointId ?? null,
    service_id: place.serviceId ?? null,
    region_id: place.regionId ?? null,
  };
}
