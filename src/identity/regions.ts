// Regions, which may lie within each other. Authority: keystone/catalog/core.py.

import type { Ids } from "../core/ids.ts";
import { DuplicateEntry, EntityNotFound, ForbiddenBecause, ValidationFailed } from "./errors.ts";
import type { IdentityStore } from "./store.ts";
import type { RegionRow } from "./tables.ts";

export interface RegionFields {
  id?: string;
  description?: string | null;
  parent_region_id?: string | null;
  [other: string]: unknown;
}

export class Regions {
  #store: IdentityStore;
  #ids: Ids;

  constructor(parts: { store: IdentityStore; ids: Ids }) {
    this.#store = parts.store;
    this.#ids = parts.ids;
  }

  /** @throws EntityNotFound */
  get(id: string): RegionRow {
    const row = this.#store.regions.get(id);
    if (!row) throw new EntityNotFound("region", id);
    return row;
  }

  list(filter: { parent_region_id?: string } = {}): RegionRow[] {
    return this.#store.regions.match(filter);
  }

  create(fields: RegionFields): RegionRow {
    const { id: asked, links: _links, description, parent_region_id, ...extra } = fields;
    const id = asked || this.#ids.hex();
    return this.#store.db.transaction(() => {
      if (this.#store.regions.get(id)) throw new DuplicateEntry("region", `Duplicate ID, ${id}.`);
      if (parent_region_id != null) this.get(parent_region_id);
      return this.#store.regions.insert({
        id,
        description: description ?? "",
        parent_region_id: parent_region_id ?? null,
        extra,
      });
    });
  }

  update(id: string, fields: RegionFields): RegionRow {
    return this.#store.db.transaction(() => {
      const { id: _id, links: _links, description, parent_region_id, ...extra } = fields;
      if (parent_region_id != null) this.get(parent_region_id);
      const before = this.get(id);
      const changes: Partial<RegionRow> = {};
      if (description !== undefined) changes.description = description ?? "";
      if (parent_region_id !== undefined) {
        this.#refuseCircle(id, parent_region_id);
        changes.parent_region_id = parent_region_id;
      }
      if (Object.keys(extra).length > 0) changes.extra = { ...before.extra, ...extra };
      return this.#store.regions.update(id, changes)!;
    });
  }

  /** With the regions below it; not while one of them has endpoints. */
  delete(id: string): void {
    this.#store.db.transaction(() => {
      this.get(id);
      const family = this.#withChildren(id);
      if (family.some((member) => this.#store.endpoints.match({ region_id: member }).length > 0)) {
        throw new ForbiddenBecause(
          `Unable to delete region ${id} because it or its child regions have associated endpoints.`,
        );
      }
      for (const member of family.reverse()) this.#store.regions.remove(member);
    });
  }

  #withChildren(id: string): string[] {
    const family = [id];
    for (const member of family) {
      for (const child of this.#store.regions.match({ parent_region_id: member })) {
        if (!family.includes(child.id)) family.push(child.id);
      }
    }
    return family;
  }

  #refuseCircle(id: string, parentId: string | null): void {
    if (parentId === null || !this.#withChildren(id).includes(parentId)) return;
    throw new ValidationFailed(
      `The specified parent region ${parentId} would create a circular region hierarchy.`,
    );
  }
}
