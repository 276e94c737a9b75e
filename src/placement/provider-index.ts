// Everything about providers, in memory: what they have, what is used of it, what they are marked with. Ten thousand
// of them are looked through for every server that is made, so the database is read only when something else than this
// service has written to it.
//
// Invariant: while `#stamp` is the database's stamp, the maps say what the tables say. A rule reads by `current`, writes
// the tables in one transaction, then changes the maps in the same way and calls `written`. When the transaction
// fails, the stamp no longer fits and the next `current` reads everything anew.

import { SHARES_VIA_AGGREGATE } from "./standards.ts";
import type { PlacementStore } from "./store.ts";
import type { InventoryRow, ResourceProviderRow } from "./tables.ts";

/** One inventory, with what is used of it. */
export interface Stock {
  total: number;
  reserved: number;
  minUnit: number;
  maxUnit: number;
  stepSize: number;
  allocationRatio: number;
  createdAt: string | null;
  updatedAt: string | null;
}

export interface Provider {
  readonly id: number;
  readonly uuid: string;
  name: string;
  generation: number;
  parentId: number | null;
  rootId: number;
  createdAt: string | null;
  updatedAt: string | null;
  /** By class id, in the order they were made. */
  readonly inventories: Map<number, Stock>;
  /** Sum of all allocations, by class id. */
  readonly used: Map<number, number>;
  /** Trait ids. */
  readonly traits: Set<number>;
  /** UUIDs. */
  readonly aggregates: Set<string>;
}

/** Two names of one thing. */
export class NameTable {
  readonly byId = new Map<number, string>();
  readonly byName = new Map<string, number>();

  set(id: number, name: string): void {
    this.delete(id);
    this.byId.set(id, name);
    this.byName.set(name, id);
  }

  delete(id: number): void {
    const name = this.byId.get(id);
    if (name !== undefined) this.byName.delete(name);
    this.byId.delete(id);
  }

  /** The name of an id that is known to exist. */
  name(id: number): string {
    return this.byId.get(id) ?? String(id);
  }
}

export class IndexState {
  readonly providers = new Map<number, Provider>();
  readonly byUuid = new Map<string, Provider>();
  readonly classes = new NameTable();
  readonly traits = new NameTable();
  /** How many providers have a parent: as long as there are none, trees need not be thought of. */
  nested = 0;
  /** Whether a provider shares what it has with others; null: not known. */
  #shares: boolean | null = null;

  /** Looked up for every server that is made, and hardly ever different. */
  get shares(): boolean {
    this.#shares ??= this.#anyShares();
    return this.#shares;
  }

  #anyShares(): boolean {
    const trait = this.traits.byName.get(SHARES_VIA_AGGREGATE);
    if (trait === undefined) return false;
    for (const provider of this.providers.values()) if (provider.traits.has(trait)) return true;
    return false;
  }

  /** The traits of a provider have changed. */
  traitsChanged(): void {
    this.#shares = null;
  }

  add(provider: Provider): void {
    this.providers.set(provider.id, provider);
    this.byUuid.set(provider.uuid, provider);
    if (provider.parentId !== null) this.nested++;
  }

  remove(provider: Provider): void {
    this.providers.delete(provider.id);
    this.byUuid.delete(provider.uuid);
    this.#shares = null;
    if (provider.parentId !== null) this.nested--;
  }

  setParent(provider: Provider, parentId: number | null): void {
    if (provider.parentId !== null) this.nested--;
    if (parentId !== null) this.nested++;
    provider.parentId = parentId;
  }

  /** The provider that holds the tree together; the provider itself when the table says nonsense. */
  root(provider: Provider): Provider {
    return this.providers.get(provider.rootId) ?? provider;
  }

  parent(provider: Provider): Provider | null {
    return provider.parentId === null ? null : (this.providers.get(provider.parentId) ?? null);
  }

  /** The provider and everything below it. */
  subtree(provider: Provider): Provider[] {
    if (this.nested === 0) return [provider];
    const children = new Map<number, Provider[]>();
    for (const each of this.providers.values()) {
      if (each.rootId !== provider.rootId || each.parentId === null) continue;
      const siblings = children.get(each.parentId);
      if (siblings) siblings.push(each);
      else children.set(each.parentId, [each]);
    }
    const found: Provider[] = [];
    const seen = new Set<Provider>();
    const waiting = [provider];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      found.push(next);
      waiting.push(...(children.get(next.id) ?? []));
    }
    return found;
  }
}

/** Placement's `Inventory.capacity`: a whole number. */
export function capacityOf(stock: Stock): number {
  return Math.trunc((stock.total - stock.reserved) * stock.allocationRatio);
}

/** Whether `amount` more can be taken (research_context.py, `_capacity_check_clause`). */
export function hasRoom(provider: Provider, classId: number, amount: number): boolean {
  const stock = provider.inventories.get(classId);
  if (!stock) return false;
  const used = provider.used.get(classId) ?? 0;
  return used + amount <= (stock.total - stock.reserved) * stock.allocationRatio && fitsUnits(stock, amount);
}

export function fitsUnits(stock: Stock, amount: number): boolean {
  return amount >= stock.minUnit && amount <= stock.maxUnit && amount % stock.stepSize === 0;
}

export function providerOf(row: ResourceProviderRow): Provider {
  return {
    id: row.id,
    uuid: row.uuid,
    name: row.name ?? "",
    generation: row.generation,
    parentId: row.parent_provider_id,
    rootId: row.root_provider_id ?? row.id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    inventories: new Map(),
    used: new Map(),
    traits: new Set(),
    aggregates: new Set(),
  };
}

function stockOf(row: InventoryRow): Stock {
  return {
    total: row.total,
    reserved: row.reserved,
    minUnit: row.min_unit,
    maxUnit: row.max_unit,
    stepSize: row.step_size,
    allocationRatio: row.allocation_ratio,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export class ProviderIndex {
  #store: PlacementStore;
  #state = new IndexState();
  #stamp: number | null = null;
  #foreign = 0;

  constructor(store: PlacementStore) {
    this.#store = store;
  }

  /** What the tables say now. */
  current(): IndexState {
    const { db } = this.#store;
    if (db.stamp() !== this.#stamp) {
      // One snapshot for all tables.
      db.transaction(() => {
        this.#state = this.#read();
        this.#foreign = db.foreignVersion();
        this.#stamp = db.stamp();
      });
    }
    return this.#state;
  }

  /** The state has been changed as the tables were, by this process alone. */
  written(): void {
    const { db } = this.#store;
    this.#stamp = db.foreignVersion() === this.#foreign ? db.stamp() : null;
  }

  /** Several changes as one: when one of them fails, none has happened, in the tables and in the maps. */
  together<T>(work: () => T): T {
    try {
      return this.#store.db.transaction(work);
    } catch (error) {
      this.#stamp = null;
      throw error;
    }
  }

  #read(): IndexState {
    const store = this.#store;
    const state = new IndexState();
    for (const row of store.classes.list()) state.classes.set(row.id, row.name);
    for (const row of store.traits.list()) state.traits.set(row.id, row.name);
    for (const row of store.allProviders()) state.add(providerOf(row));
    for (const row of store.allInventories()) {
      state.providers.get(row.resource_provider_id)?.inventories.set(row.resource_class_id, stockOf(row));
    }
    for (const row of store.allUsages()) state.providers.get(row.providerId)?.used.set(row.classId, row.used);
    for (const row of store.allProviderTraits()) state.providers.get(row.providerId)?.traits.add(row.traitId);
    for (const row of store.allProviderAggregates()) {
      if (row.uuid !== null) state.providers.get(row.providerId)?.aggregates.add(row.uuid);
    }
    return state;
  }
}
