// The rules for host aggregates and availability zones. Authority: nova/compute/api.py, AggregateAPI, and
// nova/availability_zones.py of Zed. Placement's aggregates are kept in step, so that the scheduler can ask there.

import type { Clock } from "../core/clock.ts";
import { Conflict, Invalid, messageOf, NotFound } from "../core/errors.ts";
import type { Ids } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import { pyRepr } from "../core/python.ts";
import type { PlacementPublic } from "../placement/public.ts";
import type { ComputeNodes } from "./nodes.ts";
import type { AggregateFacts, ServiceDirectory, ZoneSource } from "./periphery.ts";
import { COMPUTE_BINARY } from "./services-table.ts";
import { SharedCache } from "./shared-cache.ts";
import type { PeripheryStore } from "./store-periphery.ts";

export class AggregateNotFound extends NotFound {
  constructor(id: string) {
    super(`Aggregate ${id} could not be found.`);
  }
}

export class AggregateNameExists extends Conflict {
  constructor(name: string) {
    super(`Aggregate ${name} already exists.`);
  }
}

export class AggregateHostExists extends Conflict {
  constructor(id: number, host: string) {
    super(`Aggregate ${id} already has host ${host}.`);
  }
}

export class HostNotInAggregate extends NotFound {
  constructor(id: string, host: string) {
    super(`Cannot remove host ${host} in aggregate ${id}`);
  }
}

export class UnknownComputeHost extends NotFound {
  constructor(host: string) {
    super(`Compute host ${host} could not be found.`);
  }
}

/** Nova's InvalidAggregateActionUpdate, -UpdateMeta and -Delete. */
export class AggregateChangeRefused extends Invalid {}

/** Nova's InvalidAggregateActionAdd, which the API answers with 409. */
export class AggregateHostRefused extends Conflict {
  constructor(id: number, reason: string) {
    super(`Cannot add host to aggregate ${id}. Reason: ${reason}.`);
  }
}

export interface Aggregate extends AggregateFacts {
  createdAtMs: number;
  updatedAtMs: number | null;
}

interface Known {
  all: Aggregate[];
  byHost: Map<string, Aggregate[]>;
}

const ZONE = "availability_zone";

export interface AggregateParts {
  store: PeripheryStore;
  services: ServiceDirectory;
  nodes: ComputeNodes;
  clock: Clock;
  ids: Ids;
  log: Logger;
  defaultZone: string;
  internalZone: string;
  /** Null in a cloud without placement. @throws PeerUnavailable while it is stopped */
  placement(): PlacementPublic | null;
}

export class Aggregates implements ZoneSource {
  #parts: AggregateParts;
  #known: SharedCache<Known>;

  constructor(parts: AggregateParts) {
    this.#parts = parts;
    this.#known = new SharedCache(parts.store.db, "aggregates", () => this.#read());
  }

  aggregates(): readonly Aggregate[] {
    return this.#known.get().all;
  }

  aggregatesOf(host: string): readonly Aggregate[] {
    return this.#known.get().byHost.get(host) ?? [];
  }

  zoneOf(host: string): string {
    for (const { metadata } of this.aggregatesOf(host)) {
      const zone = metadata[ZONE];
      if (zone !== undefined) return zone;
    }
    return this.#parts.defaultZone;
  }

  /** The zone shown for a service: only compute hosts are in one that users can name. */
  zoneOfService(service: { binary: string; host: string }): string {
    return service.binary === COMPUTE_BINARY ? this.zoneOf(service.host) : this.#parts.internalZone;
  }

  /** Sorted. A zone is there as long as one of its hosts is enabled, even if that host is down, as in Nova. */
  available(): string[] {
    return this.zones().available.filter((zone) => zone !== this.#parts.internalZone);
  }

  /** Both sorted; with the internal zone. */
  zones(): { available: string[]; unavailable: string[] } {
    const enabled = new Set<string>();
    const disabled = new Set<string>();
    for (const service of this.#parts.services.list()) {
      (service.disabled ? disabled : enabled).add(this.zoneOfService(service));
    }
    return {
      available: [...enabled].sort(),
      unavailable: [...disabled].filter((zone) => !enabled.has(zone)).sort(),
    };
  }

  /** @throws AggregateNotFound */
  get(id: string): Aggregate {
    const found = this.aggregates().find((aggregate) => String(aggregate.id) === id);
    if (!found) throw new AggregateNotFound(id);
    return found;
  }

  /** @throws AggregateNameExists */
  create(name: string, zone: string | null): Aggregate {
    const { store, ids, clock } = this.#parts;
    let id = 0;
    this.#write(() => {
      if (store.aggregates.first({ name })) throw new AggregateNameExists(name);
      id = store.aggregates.insert({ uuid: ids.uuid(), name, created_at: clock.now() });
      if (zone) this.#setMetadata(id, { [ZONE]: zone });
    });
    return this.get(String(id));
  }

  /** @throws AggregateNotFound, AggregateNameExists, AggregateChangeRefused */
  update(id: string, changes: { name?: string; zone?: string | null }): Aggregate {
    const aggregate = this.get(id);
    const { store, clock } = this.#parts;
    const refuse = (reason: string) =>
      new AggregateChangeRefused(`Cannot update aggregate ${aggregate.id}. Reason: ${reason}.`);
    if (changes.zone !== undefined) this.#checkZone(aggregate, changes.zone, refuse);
    this.#write(() => {
      const { name, zone } = changes;
      if (name !== undefined && name !== aggregate.name) {
        if (store.aggregates.first({ name })) throw new AggregateNameExists(name);
        store.aggregates.update({ id: aggregate.id }, { name, updated_at: clock.now() });
      }
      if (zone) {
        this.#setMetadata(aggregate.id, { [ZONE]: zone });
        store.aggregates.update({ id: aggregate.id }, { updated_at: clock.now() });
      }
    });
    return this.get(id);
  }

  /** Adds and changes; null removes. @throws AggregateNotFound, AggregateChangeRefused */
  setMetadata(id: string, metadata: Record<string, string | null>): Aggregate {
    const aggregate = this.get(id);
    if (Object.hasOwn(metadata, ZONE)) {
      this.#checkZone(
        aggregate,
        metadata[ZONE] ?? null,
        (reason) =>
          new AggregateChangeRefused(
            `Cannot update metadata of aggregate ${aggregate.id}. Reason: ${reason}.`,
          ),
      );
    }
    const { store, clock } = this.#parts;
    this.#write(() => {
      this.#setMetadata(aggregate.id, metadata);
      store.aggregates.update({ id: aggregate.id }, { updated_at: clock.now() });
    });
    return this.get(id);
  }

  /** @throws AggregateNotFound, AggregateChangeRefused when it has hosts */
  delete(id: string): void {
    const aggregate = this.get(id);
    if (aggregate.hosts.length > 0) {
      throw new AggregateChangeRefused(
        `Cannot remove host from aggregate ${aggregate.id}. Reason: Host aggregate is not empty.`,
      );
    }
    this.#write(() => this.#parts.store.aggregates.delete({ id: aggregate.id }));
  }

  /** @throws AggregateNotFound, UnknownComputeHost, AggregateHostExists, AggregateHostRefused */
  addHost(id: string, host: string): Aggregate {
    const { store, services, clock } = this.#parts;
    if (!services.find(COMPUTE_BINARY, host)) throw new UnknownComputeHost(host);
    const aggregate = this.get(id);
    const zone = aggregate.metadata[ZONE];
    if (zone !== undefined) {
      const others = this.#otherZones(aggregate, [host], zone);
      if (others.length > 0) {
        throw new AggregateHostRefused(
          aggregate.id,
          `One or more hosts already in availability zone(s) ${pyRepr(others)}`,
        );
      }
    }
    if (aggregate.hosts.includes(host)) throw new AggregateHostExists(aggregate.id, host);
    this.#write(() => {
      store.aggregateHosts.insert({ host, aggregate_id: aggregate.id, created_at: clock.now() });
    });
    this.#mirror([host]);
    return this.get(id);
  }

  /** @throws AggregateNotFound, HostNotInAggregate */
  removeHost(id: string, host: string): Aggregate {
    const { store } = this.#parts;
    const aggregate = this.#find(id, host);
    this.#write(() => store.aggregateHosts.delete({ host, aggregate_id: aggregate.id }));
    this.#mirror([host]);
    return this.get(id);
  }

  /** A host that leaves the cloud leaves its aggregates. */
  forgetHost(host: string): void {
    this.#write(() => this.#parts.store.aggregateHosts.delete({ host }));
  }

  /**
   * Brings placement's aggregates of these hosts, or of every host that is in an aggregate, in line with the tables.
   * A failure is logged and made good the next time.
   */
  #mirror(hosts: readonly string[]): void {
    const { nodes, log } = this.#parts;
    try {
      const placement = this.#parts.placement();
      if (!placement) return;
      for (const host of hosts) {
        const node = nodes.ofHost(host);
        const provider = node && placement.provider(node.uuid);
        if (!provider) continue;
        const wanted = this.aggregatesOf(host).map(({ uuid }) => uuid);
        const ours = new Set(this.aggregates().map(({ uuid }) => uuid));
        const foreign = provider.aggregates.filter((uuid) => !ours.has(uuid));
        const target = [...foreign, ...wanted];
        if (!sameMembers(target, provider.aggregates)) placement.setAggregates(node.uuid, target);
      }
    } catch (error) {
      log.warning(
        null,
        `Placement's aggregates of ${hosts.join(", ")} are not up to date: ${messageOf(error)}`,
      );
    }
  }

  /** After a start: a crash may have come between the two. */
  syncPlacement(): void {
    const hosts = [...this.#known.get().byHost.keys()];
    if (hosts.length > 0) this.#mirror(hosts);
  }

  #find(id: string, host: string): Aggregate {
    const aggregate = this.aggregates().find((each) => String(each.id) === id);
    if (!aggregate?.hosts.includes(host)) throw new HostNotInAggregate(id, host);
    return aggregate;
  }

  /** Nova's `is_safe_to_update_az` for a change of the aggregate itself. */
  #checkZone(aggregate: Aggregate, zone: string | null, refuse: (reason: string) => Error): void {
    if (!zone) throw refuse(`Aggregate ${aggregate.name} does not support empty named availability zone`);
    const others = this.#otherZones(aggregate, aggregate.hosts, zone);
    if (others.length > 0)
      throw refuse(`One or more hosts already in availability zone(s) ${pyRepr(others)}`);
    if (aggregate.metadata[ZONE] === zone) return;
    if (this.#parts.store.countServersOn(aggregate.hosts) > 0)
      throw refuse("One or more hosts contain instances in this zone");
  }

  #otherZones(aggregate: Aggregate, hosts: readonly string[], zone: string): string[] {
    const others = new Set<Aggregate>();
    for (const host of hosts) for (const each of this.aggregatesOf(host)) others.add(each);
    return [...others]
      .filter((each) => each.id !== aggregate.id)
      .map((each) => each.metadata[ZONE])
      .filter((other): other is string => other !== undefined && other !== zone);
  }

  #setMetadata(aggregateId: number, metadata: Record<string, string | null>): void {
    const { store, clock } = this.#parts;
    for (const [key, value] of Object.entries(metadata)) {
      if (value === null) store.aggregateMetadata.delete({ aggregate_id: aggregateId, key });
      else {
        store.aggregateMetadata.upsert({ aggregate_id: aggregateId, key, value, created_at: clock.now() }, [
          "aggregate_id",
          "key",
        ]);
      }
    }
  }

  #write(work: () => void): void {
    try {
      this.#parts.store.db.transaction(work);
    } finally {
      this.#known.forget();
    }
  }

  #read(): Known {
    const { store } = this.#parts;
    const hosts = new Map<number, string[]>();
    for (const row of store.aggregateHosts.list({}, "ORDER BY id")) {
      const list = hosts.get(row.aggregate_id);
      if (list) list.push(row.host);
      else hosts.set(row.aggregate_id, [row.host]);
    }
    const metadata = new Map<number, Record<string, string>>();
    for (const row of store.aggregateMetadata.list({}, "ORDER BY id")) {
      metadata.set(row.aggregate_id, { ...metadata.get(row.aggregate_id), [row.key]: row.value });
    }
    const all = store.aggregates.list({}, "ORDER BY id").map((row) => ({
      id: row.id,
      uuid: row.uuid,
      name: row.name,
      hosts: hosts.get(row.id) ?? [],
      metadata: metadata.get(row.id) ?? {},
      createdAtMs: row.created_at ?? 0,
      updatedAtMs: row.updated_at,
    }));
    const byHost = new Map<string, Aggregate[]>();
    for (const aggregate of all) {
      for (const host of aggregate.hosts) {
        const list = byHost.get(host);
        if (list) list.push(aggregate);
        else byHost.set(host, [aggregate]);
      }
    }
    return { all, byHost };
  }
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
