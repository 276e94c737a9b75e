// What the rest of the cloud gets of the placement service: `public.ts`, kept.

import { findCandidates } from "./candidates.ts";
import type { Placement } from "./manager.ts";
import { hasRoom, type IndexState, type Provider } from "./provider-index.ts";
import type { CandidateQuery, Inventory, PlacementPublic, ProviderInfo, Resources } from "./public.ts";

/** What the compute service's own allocations are for (nova: `CONSUMER_TYPE`). */
const CONSUMER_TYPE = "INSTANCE";

export function placementInside(placement: Placement): PlacementPublic {
  const { providers, allocations, names, index } = placement;

  function info(provider: Provider): ProviderInfo {
    const state = index.current();
    const inventories: Record<string, Inventory> = {};
    const usages: Record<string, number> = {};
    for (const [id, stock] of provider.inventories) {
      const { createdAt, updatedAt, ...inventory } = stock;
      const name = state.classes.name(id);
      inventories[name] = inventory;
      usages[name] = provider.used.get(id) ?? 0;
    }
    return {
      uuid: provider.uuid,
      name: provider.name,
      generation: provider.generation,
      inventories,
      usages,
      traits: [...provider.traits].map((id) => state.traits.name(id)),
      aggregates: [...provider.aggregates],
    };
  }

  return {
    ensureProvider(_, { uuid, name, inventories, traits }) {
      const provider = index.together(() => {
        const known = providers.find(uuid);
        const provider = known ?? providers.create({ uuid, name });
        if (known && known.name !== name) providers.update(uuid, { name }, { reparenting: false });
        for (const trait of traits) if (trait.startsWith("CUSTOM_")) names.ensureTrait(trait);
        for (const className of Object.keys(inventories)) {
          if (className.startsWith("CUSTOM_") && !index.current().classes.byName.has(className)) {
            names.createClass(className);
          }
        }
        if (!sameInventories(index.current(), provider, inventories)) {
          providers.setInventories(provider, new Map(Object.entries(inventories)));
        }
        providers.setTraits(provider, traits);
        return provider;
      });
      return info(provider);
    },

    removeProvider(_, uuid) {
      if (providers.find(uuid)) providers.delete(uuid);
    },

    provider(uuid) {
      const provider = providers.find(uuid);
      return provider && info(provider);
    },

    candidates(query) {
      return candidates(index.current(), query);
    },

    allocate(_, consumer, wanted) {
      allocations.replace([
        {
          consumerUuid: consumer.uuid,
          projectId: consumer.projectId,
          userId: consumer.userId,
          consumerType: CONSUMER_TYPE,
          allocations: new Map(
            Object.entries(wanted)
              .map(([uuid, resources]) => [uuid, positive(resources)] as const)
              .filter(([, resources]) => Object.keys(resources).length > 0),
          ),
        },
      ]);
    },

    allocations(consumerUuid) {
      const state = index.current();
      const held: Record<string, Resources> = {};
      for (const row of allocations.ofConsumer(consumerUuid)) {
        const uuid = state.providers.get(row.providerId)?.uuid;
        if (uuid === undefined) continue;
        held[uuid] = { ...held[uuid], [state.classes.name(row.classId)]: row.used };
      }
      return held;
    },

    setAggregates(providerUuid, aggregates) {
      providers.setAggregates(providers.get(providerUuid), aggregates, { raise: true });
    },
  };
}

/** An amount of nothing is no allocation: a flavor without a disk. */
function positive(resources: Resources): Resources {
  return Object.fromEntries(Object.entries(resources).filter(([, amount]) => amount > 0));
}

function sameInventories(
  state: IndexState,
  provider: Provider,
  wanted: Readonly<Record<string, Inventory>>,
): boolean {
  if (provider.inventories.size !== Object.keys(wanted).length) return false;
  for (const [name, inventory] of Object.entries(wanted)) {
    const stock = provider.inventories.get(state.classes.byName.get(name) ?? -1);
    if (!stock) return false;
    const keys = ["total", "reserved", "minUnit", "maxUnit", "stepSize", "allocationRatio"] as const;
    if (keys.some((key) => stock[key] !== inventory[key])) return false;
  }
  return true;
}

function candidates(state: IndexState, query: CandidateQuery): readonly Provider[] {
  const ids = (table: { byName: ReadonlyMap<string, number> }, wanted: readonly string[]) =>
    wanted.map((name) => table.byName.get(name) ?? -1);
  const required = ids(state.traits, query.requiredTraits ?? []);
  const forbidden = ids(state.traits, query.forbiddenTraits ?? []);
  const memberOf = (query.memberOf ?? []).map((any) => new Set(any));
  const resources: [number, number][] = Object.entries(query.resources)
    .filter(([, amount]) => amount > 0)
    .map(([name, amount]) => [state.classes.byName.get(name) ?? -1, amount]);
  const limit = query.limit ?? Number.POSITIVE_INFINITY;
  const found: Provider[] = [];
  if (state.nested === 0 && !state.shares) {
    const one = query.inTree === undefined ? null : state.byUuid.get(query.inTree);
    if (one === undefined) return [];
    // Ten thousand times for every server: no iterator, no pair is made in here.
    const marked = required.length + forbidden.length + memberOf.length > 0;
    const classIds = resources.map(([id]) => id);
    const amounts = resources.map(([, amount]) => amount);
    next: for (const provider of one ? [one] : state.providers.values()) {
      if (found.length >= limit) break;
      for (let i = 0; i < classIds.length; i++) {
        if (!hasRoom(provider, classIds[i]!, amounts[i]!)) continue next;
      }
      if (marked) {
        for (const id of required) if (!provider.traits.has(id)) continue next;
        for (const id of forbidden) if (provider.traits.has(id)) continue next;
        for (const any of memberOf) if (!overlap(any, provider.aggregates)) continue next;
      }
      found.push(provider);
    }
    return found;
  }
  const { requests } = findCandidates(state, {
    groups: [
      {
        suffix: "",
        resources: new Map(resources),
        requiredTraits: required.map((id) => new Set([id])),
        forbiddenTraits: new Set(forbidden),
        memberOf,
        forbiddenAggregates: new Set(),
        inTree: query.inTree ?? null,
      },
    ],
    limit: null,
    isolate: false,
    rootRequired: new Set(),
    rootForbidden: new Set(),
    sameSubtrees: [],
    nestedAware: true,
  });
  const anchors = new Set(requests.map((request) => request.anchor));
  return [...anchors].slice(0, limit);
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const item of a) if (b.has(item)) return true;
  return false;
}
