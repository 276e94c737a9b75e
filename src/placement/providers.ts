// The rules for resource providers and what they have: inventories, traits, aggregates. Authority:
// placement/objects/resource_provider.py of Zed.

import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import { sqlSeconds } from "../core/times.ts";
import {
  CannotDeleteParent,
  ConcurrentUpdate,
  DuplicateProvider,
  InvalidCapacity,
  InventoryInUse,
  NoInventoryOfClass,
  ObjectActionError,
  PlacementError,
  ResourceClassNotFound,
  ResourceProviderInUse,
  ResourceProviderNotFound,
  TraitNotFound,
} from "./errors.ts";
import {
  capacityOf,
  type IndexState,
  type Provider,
  type ProviderIndex,
  providerOf,
  type Stock,
} from "./provider-index.ts";
import type { Inventory } from "./public.ts";
import type { PlacementStore } from "./store.ts";

/** placement/db/constants.py: MAX_INT */
export const MAX_INT = 0x7fff_ffff;

export class Providers {
  #store: PlacementStore;
  #index: ProviderIndex;
  #clock: Clock;
  #ids: Ids;
  #log: Logger;

  constructor(parts: { store: PlacementStore; index: ProviderIndex; clock: Clock; ids: Ids; log: Logger }) {
    this.#store = parts.store;
    this.#index = parts.index;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#log = parts.log;
  }

  find(uuid: string): Provider | null {
    return this.#index.current().byUuid.get(uuid) ?? null;
  }

  /** @throws ResourceProviderNotFound */
  get(uuid: string): Provider {
    const provider = this.find(uuid);
    if (!provider) throw new ResourceProviderNotFound(uuid);
    return provider;
  }

  state(): IndexState {
    return this.#index.current();
  }

  /** @throws DuplicateProvider, ObjectActionError for the parent */
  create(fields: { name: string; uuid?: string; parentUuid?: string | null }): Provider {
    const state = this.#index.current();
    const uuid = fields.uuid ?? this.#ids.uuid();
    this.#refuseDuplicate(state, fields.name, uuid);
    const parent = this.#parentFor(state, "create", uuid, fields.parentUuid ?? null);
    const row = this.#store.db.transaction(() =>
      this.#store.insertProvider({ uuid, name: fields.name, parent }, this.#now()),
    );
    const provider = providerOf(row);
    state.add(provider);
    this.#index.written();
    return provider;
  }

  /**
   * New name, new parent. Without `reparenting` (before 1.37) only a provider that has no parent may be given one.
   * @throws ResourceProviderNotFound, DuplicateProvider, ObjectActionError
   */
  update(
    uuid: string,
    changes: { name?: string; parentUuid?: string | null },
    options: { reparenting: boolean },
  ): Provider {
    const provider = this.get(uuid);
    const state = this.#index.current();
    const name = changes.name ?? provider.name;
    if (name !== provider.name) this.#refuseDuplicate(state, name, null);
    const moved =
      changes.parentUuid === undefined ? null : this.#move(state, provider, changes.parentUuid, options);
    const updated_at = this.#now();
    this.#store.db.transaction(() => {
      this.#store.providers.update(provider.id, {
        name,
        updated_at,
        ...(moved ? { parent_provider_id: moved.parentId } : {}),
      });
      if (moved)
        this.#store.setRoot(
          moved.subtree.map((each) => each.id),
          moved.rootId,
        );
    });
    provider.name = name;
    provider.updatedAt = updated_at;
    if (moved) {
      state.setParent(provider, moved.parentId);
      for (const each of moved.subtree) each.rootId = moved.rootId;
    }
    this.#index.written();
    return provider;
  }

  /** @throws ResourceProviderNotFound, CannotDeleteParent, ResourceProviderInUse */
  delete(uuid: string): void {
    const provider = this.get(uuid);
    const state = this.#index.current();
    if (state.subtree(provider).length > 1) throw new CannotDeleteParent(uuid);
    if ([...provider.used.values()].some((used) => used > 0)) throw new ResourceProviderInUse();
    this.#store.db.transaction(() => this.#store.removeProvider(provider.id));
    state.remove(provider);
    this.#index.written();
  }

  /** @throws ConcurrentUpdate */
  checkGeneration(provider: Provider, generation: number, message: string): void {
    if (provider.generation !== generation) throw new ConcurrentUpdate(message);
  }

  /** Adds one inventory. @throws ResourceClassNotFound, ConcurrentUpdate when there is one of this class */
  addInventory(provider: Provider, className: string, inventory: Inventory): void {
    const classId = this.#classId(className);
    if (provider.inventories.has(classId)) {
      throw new ConcurrentUpdate(
        `Inventory for '${className}' on resource provider '${provider.uuid}' already exists.`,
      );
    }
    this.#write(provider, () => this.#put(provider, classId, inventory));
  }

  /** @throws ResourceClassNotFound, NoInventoryOfClass */
  updateInventory(provider: Provider, className: string, inventory: Inventory): void {
    const classId = this.#classId(className);
    if (!provider.inventories.has(classId)) throw new NoInventoryOfClass(className);
    this.#write(provider, () => this.#put(provider, classId, inventory));
    this.#warnIfOver(provider);
  }

  /** @throws ResourceClassNotFound, NoInventoryOfClass, InventoryInUse */
  deleteInventory(provider: Provider, className: string): void {
    const classId = this.#classId(className);
    this.#refuseInUse(provider, [classId]);
    if (!provider.inventories.has(classId)) {
      throw new PlacementError("not-found", `No inventory of class ${className} found for delete`);
    }
    this.#write(provider, () => this.#drop(provider, classId));
  }

  /** Makes the inventories exactly these. @throws ResourceClassNotFound, InventoryInUse */
  setInventories(provider: Provider, inventories: ReadonlyMap<string, Inventory>): void {
    const wanted = new Map([...inventories].map(([name, value]) => [this.#classId(name), value]));
    const gone = [...provider.inventories.keys()].filter((id) => !wanted.has(id));
    this.#refuseInUse(provider, gone);
    this.#write(provider, () => {
      const undo = gone.map((id) => this.#drop(provider, id));
      return [...undo, ...[...wanted].map(([id, value]) => this.#put(provider, id, value))];
    });
    this.#warnIfOver(provider);
  }

  /** Makes the traits exactly these; the generation stays when nothing changes. @throws TraitNotFound */
  setTraits(provider: Provider, names: readonly string[]): void {
    const state = this.#index.current();
    const wanted = new Set(
      names.map((name) => {
        const id = state.traits.byName.get(name);
        if (id === undefined) throw new TraitNotFound(name);
        return id;
      }),
    );
    const gone = [...provider.traits].filter((id) => !wanted.has(id));
    const fresh = [...wanted].filter((id) => !provider.traits.has(id));
    if (gone.length === 0 && fresh.length === 0) return;
    const now = this.#now();
    this.#write(provider, () => {
      for (const id of gone) this.#store.removeTrait(provider.id, id);
      for (const id of fresh) this.#store.addTrait(provider.id, id, now);
      return () => {
        for (const id of gone) provider.traits.delete(id);
        for (const id of fresh) provider.traits.add(id);
        state.traitsChanged();
      };
    });
  }

  /** Makes the aggregates exactly these. The generation rises since 1.19. */
  setAggregates(provider: Provider, uuids: readonly string[], options: { raise: boolean }): void {
    const wanted = new Set(uuids);
    const gone = [...provider.aggregates].filter((uuid) => !wanted.has(uuid));
    const fresh = [...wanted].filter((uuid) => !provider.aggregates.has(uuid));
    const now = this.#now();
    const work = () => {
      for (const uuid of gone) this.#store.removeAggregate(provider.id, uuid);
      for (const uuid of fresh) this.#store.addAggregate(provider.id, uuid, now);
      return () => {
        for (const uuid of gone) provider.aggregates.delete(uuid);
        for (const uuid of fresh) provider.aggregates.add(uuid);
      };
    };
    this.#write(provider, work, options.raise);
  }

  /** @throws InvalidCapacity: `reservedMayBeTotal` since 1.26 */
  static checkCapacity(
    provider: Provider,
    inventories: ReadonlyMap<string, Inventory>,
    reservedMayBeTotal: boolean,
  ): void {
    for (const [name, inventory] of inventories) {
      const capacity = capacityOf({ ...inventory, createdAt: null, updatedAt: null });
      if (capacity < 0 || (capacity === 0 && !reservedMayBeTotal)) {
        throw new InvalidCapacity(name, provider.uuid, reservedMayBeTotal);
      }
    }
  }

  /** Runs `work` in a transaction that also raises the generation; what it returns changes the index afterwards. */
  #write(provider: Provider, work: () => (() => void) | (() => void)[], raise = true): void {
    const now = this.#now();
    const changes = this.#store.db.transaction(() => {
      const result = work();
      if (raise) this.#store.raiseProviderGeneration(provider.id, now);
      return result;
    });
    for (const change of [changes].flat()) change();
    if (raise) {
      provider.generation++;
      provider.updatedAt = now;
    }
    this.#index.written();
  }

  #put(provider: Provider, classId: number, inventory: Inventory): () => void {
    const now = this.#now();
    const row = {
      resource_provider_id: provider.id,
      resource_class_id: classId,
      total: inventory.total,
      reserved: inventory.reserved,
      min_unit: inventory.minUnit,
      max_unit: inventory.maxUnit,
      step_size: inventory.stepSize,
      allocation_ratio: inventory.allocationRatio,
    };
    this.#store.putInventory(row, now);
    return () => {
      const before = provider.inventories.get(classId);
      const { total, reserved, minUnit, maxUnit, stepSize, allocationRatio } = inventory;
      const times = { createdAt: before?.createdAt ?? now, updatedAt: before ? now : null };
      const stock: Stock = { total, reserved, minUnit, maxUnit, stepSize, allocationRatio, ...times };
      provider.inventories.set(classId, stock);
    };
  }

  #drop(provider: Provider, classId: number): () => void {
    this.#store.removeInventory(provider.id, classId);
    return () => provider.inventories.delete(classId);
  }

  #classId(name: string): number {
    const id = this.#index.current().classes.byName.get(name);
    if (id === undefined) throw new ResourceClassNotFound(name);
    return id;
  }

  #refuseInUse(provider: Provider, classIds: readonly number[]): void {
    const inUse = classIds.filter((id) => (provider.used.get(id) ?? 0) > 0).sort((a, b) => a - b);
    if (inUse.length === 0) return;
    const { classes } = this.#index.current();
    throw new InventoryInUse(inUse.map((id) => classes.name(id)).join(", "), provider.uuid);
  }

  #warnIfOver(provider: Provider): void {
    for (const [id, stock] of provider.inventories) {
      if ((provider.used.get(id) ?? 0) <= capacityOf(stock)) continue;
      const name = this.#index.current().classes.name(id);
      this.#log.warning(null, `Resource provider ${provider.uuid} is now over-capacity for ${name}`);
    }
  }

  #refuseDuplicate(state: IndexState, name: string, uuid: string | null): void {
    const taken: string[] = [];
    if (uuid !== null && state.byUuid.has(uuid)) taken.push(`uuid: ${uuid}`);
    if (this.#store.providerNamed(name)) taken.push(`name: ${name}`);
    if (taken.length > 0) throw new DuplicateProvider(taken.join(", "));
  }

  #parentFor(state: IndexState, action: string, uuid: string, parentUuid: string | null): Provider | null {
    if (parentUuid === null) return null;
    if (parentUuid === uuid) {
      throw new ObjectActionError(
        action,
        "parent provider UUID cannot be same as UUID. Please set parent provider UUID to None if there is no parent.",
      );
    }
    const parent = state.byUuid.get(parentUuid);
    if (!parent) throw new ObjectActionError("create", "parent provider UUID does not exist.");
    return parent;
  }

  /** Where the provider and what is below it go. Null when its place stays the same. */
  #move(
    state: IndexState,
    provider: Provider,
    parentUuid: string | null,
    { reparenting }: { reparenting: boolean },
  ): { parentId: number | null; rootId: number; subtree: Provider[] } | null {
    if (parentUuid === null) {
      if (provider.parentId === null) return null;
      if (!reparenting)
        throw new ObjectActionError("update", "un-parenting a provider is not currently allowed.");
      return { parentId: null, rootId: provider.id, subtree: state.subtree(provider) };
    }
    const parent = state.byUuid.get(parentUuid);
    if (!parent) throw new ObjectActionError("create", "parent provider UUID does not exist.");
    if (provider.parentId !== null && provider.parentId !== parent.id && !reparenting) {
      throw new ObjectActionError("update", "re-parenting a provider is not currently allowed.");
    }
    const subtree = state.subtree(provider);
    if (subtree.includes(parent))
      throw new ObjectActionError("update", "creating loop in the provider tree is not allowed.");
    return { parentId: parent.id, rootId: parent.rootId, subtree };
  }

  #now(): string {
    return sqlSeconds(this.#clock.now());
  }
}
