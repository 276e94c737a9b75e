// The rules for consumers and what they hold. Authority: placement/objects/allocation.py and handlers/util.py of Zed.

import type { Clock } from "../core/clock.ts";
import { sqlSeconds } from "../core/times.ts";
import {
  CapacityExceeded,
  ConcurrentUpdate,
  ConstraintsViolated,
  InvalidInventory,
  PlacementError,
  ResourceClassNotFound,
} from "./errors.ts";
import { fitsUnits, type IndexState, type Provider, type ProviderIndex } from "./provider-index.ts";
import type { Resources } from "./public.ts";
import type { AllocationRow, ConsumerRow, PlacementStore, ProjectUsageRow } from "./store.ts";

/** Everything one consumer is to hold from now on. */
export interface Claim {
  consumerUuid: string;
  projectId: string;
  userId: string;
  /** Null: keep what is known. */
  consumerType: string | null;
  /** By provider. Empty: give everything back. */
  allocations: ReadonlyMap<string, Resources>;
  /** Undefined: not checked (before 1.28); null: the consumer must be new. */
  consumerGeneration?: number | null;
}

interface Taking {
  provider: Provider;
  classId: number;
  consumerUuid: string;
  used: number;
}

export class Allocations {
  #store: PlacementStore;
  #index: ProviderIndex;
  #clock: Clock;

  constructor(parts: { store: PlacementStore; index: ProviderIndex; clock: Clock }) {
    this.#store = parts.store;
    this.#index = parts.index;
    this.#clock = parts.clock;
  }

  consumer(uuid: string): ConsumerRow | null {
    return this.#store.consumer(uuid);
  }

  ofConsumer(uuid: string): AllocationRow[] {
    return this.#store.allocationsOf(uuid);
  }

  ofProvider(provider: Provider): AllocationRow[] {
    return this.#store.allocationsFrom(provider.id);
  }

  consumers(uuids: readonly string[]): Map<string, ConsumerRow> {
    return this.#store.consumers(uuids);
  }

  projectUsages(projectId: string, userId: string | null): ProjectUsageRow[] {
    return this.#store.projectUsages(projectId, userId);
  }

  /**
   * Replaces what these consumers hold: all of them or none. Generations of consumers and of the providers that are
   * taken from rise; a consumer that holds nothing is forgotten.
   * @throws ConcurrentUpdate for a consumer's generation, PlacementError for an unknown provider,
   *   ResourceClassNotFound, InvalidInventory and its kin when there is no room
   */
  replace(claims: readonly Claim[]): void {
    const state = this.#index.current();
    for (const claim of claims) this.#checkGeneration(claim);
    const before = new Map(
      claims.map((claim) => [claim.consumerUuid, this.#store.allocationsOf(claim.consumerUuid)]),
    );
    const takings = claims.flatMap((claim) => this.#takings(state, claim));
    checkRoom(state, takings, [...before.values()].flat());
    const now = this.#now();
    // Placement raises what a claim names, and, for a claim that gives everything back, what it held.
    const touched = new Set(takings.map((taking) => taking.provider));
    for (const claim of claims) {
      if (claim.allocations.size > 0) continue;
      for (const row of before.get(claim.consumerUuid) ?? []) {
        const provider = state.providers.get(row.providerId);
        if (provider) touched.add(provider);
      }
    }
    this.#store.db.transaction(() => {
      for (const claim of claims) this.#store.removeAllocations(claim.consumerUuid);
      for (const claim of claims) {
        if (claim.allocations.size === 0) this.#store.removeConsumer(claim.consumerUuid);
        else {
          const { consumerUuid: uuid, projectId, userId, consumerType: type } = claim;
          this.#store.putConsumer({ uuid, projectId, userId, type }, now);
        }
      }
      for (const { provider, classId, consumerUuid, used } of takings) {
        this.#store.addAllocation({ providerId: provider.id, classId, consumerUuid, used }, now);
      }
      for (const provider of touched) this.#store.raiseProviderGeneration(provider.id, now);
    });
    for (const rows of before.values()) for (const row of rows) giveBack(state, row);
    for (const { provider, classId, used } of takings) {
      provider.used.set(classId, (provider.used.get(classId) ?? 0) + used);
    }
    for (const provider of touched) {
      provider.generation++;
      provider.updatedAt = now;
    }
    this.#index.written();
  }

  /** Gives back everything a consumer holds; false when it holds nothing. Generations stay, as in Placement. */
  release(consumerUuid: string): boolean {
    const state = this.#index.current();
    const rows = this.#store.allocationsOf(consumerUuid);
    if (rows.length === 0) return false;
    this.#store.db.transaction(() => {
      this.#store.removeAllocations(consumerUuid);
      this.#store.removeConsumer(consumerUuid);
    });
    for (const row of rows) giveBack(state, row);
    this.#index.written();
    return true;
  }

  #checkGeneration(claim: Claim): void {
    const expected = claim.consumerGeneration;
    if (expected === undefined) return;
    const actual = this.#store.consumer(claim.consumerUuid)?.generation ?? null;
    if (actual === expected) return;
    throw new ConcurrentUpdate(
      actual === null
        ? `consumer generation conflict - expected null but got ${expected}`
        : `consumer generation conflict - expected ${actual} but got ${expected ?? "None"}`,
    );
  }

  #takings(state: IndexState, claim: Claim): Taking[] {
    const takings: Taking[] = [];
    for (const [uuid, resources] of claim.allocations) {
      const provider = state.byUuid.get(uuid);
      if (!provider) {
        throw new PlacementError(
          "invalid",
          `Allocation for resource provider '${uuid}' that does not exist.`,
        );
      }
      for (const [name, used] of Object.entries(resources)) {
        const classId = state.classes.byName.get(name);
        if (classId === undefined) throw new ResourceClassNotFound(name);
        takings.push({ provider, classId, consumerUuid: claim.consumerUuid, used });
      }
    }
    return takings;
  }

  #now(): string {
    return sqlSeconds(this.#clock.now());
  }
}

function giveBack(state: IndexState, row: AllocationRow): void {
  const provider = state.providers.get(row.providerId);
  if (!provider) return;
  const left = (provider.used.get(row.classId) ?? 0) - row.used;
  if (left > 0) provider.used.set(row.classId, left);
  else provider.used.delete(row.classId);
}

/** placement/objects/allocation.py, `_check_capacity_exceeded`: as if `freed` had been given back already. */
function checkRoom(state: IndexState, takings: readonly Taking[], freed: readonly AllocationRow[]): void {
  const names = [...new Set(takings.map(({ classId }) => state.classes.name(classId)))].join(", ");
  const empty = takings.find(({ provider }) =>
    takings.every(({ classId }) => !provider.inventories.has(classId)),
  );
  if (empty) throw new InvalidInventory(names, empty.provider.uuid);
  const usedOf = new Map<Provider, Map<number, number>>();
  const change = (provider: Provider, classId: number, by: number): number => {
    let used = usedOf.get(provider);
    if (!used) {
      used = new Map(provider.used);
      usedOf.set(provider, used);
    }
    const sum = (used.get(classId) ?? 0) + by;
    used.set(classId, sum);
    return sum;
  };
  for (const row of freed) {
    const provider = state.providers.get(row.providerId);
    if (provider) change(provider, row.classId, -row.used);
  }
  for (const { provider, classId, used } of takings) {
    const stock = provider.inventories.get(classId);
    const name = state.classes.name(classId);
    if (!stock) throw new InvalidInventory(name, provider.uuid);
    if (!fitsUnits(stock, used)) throw new ConstraintsViolated(name, provider.uuid);
    if (change(provider, classId, used) > (stock.total - stock.reserved) * stock.allocationRatio) {
      throw new CapacityExceeded(name, provider.uuid);
    }
  }
}
