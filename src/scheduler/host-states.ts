// The states of all hosts, kept from decision to decision: what has not changed is not made again. 10,000 hosts cost a
// decision about a millisecond.

import type {
  AggregateFacts,
  ComputeNodes,
  NodePlace,
  Periphery,
  ServiceRecord,
} from "../compute/scheduling/public.ts";
import { HostState } from "./host-state.ts";

const NONE: readonly AggregateFacts[] = [];

interface Entry {
  uuid: string;
  place: NodePlace;
  service: ServiceRecord | null;
  state: HostState;
}

export class HostStates {
  #periphery: Pick<Periphery, "services" | "zones">;
  #nodes: ComputeNodes;
  #now: () => number;
  /** By the node's uuid, which is its provider's. */
  #entries = new Map<string, Entry>();
  /** The same by the provider's number. */
  #byProvider: (Entry | undefined)[] = [];
  #watched: { beats: number; now: number; until: number } | null = null;
  /** What the entries were made from. */
  #from: { places: unknown; size: number; services: unknown; aggregates: unknown } | null = null;

  constructor(periphery: Pick<Periphery, "services" | "zones">, nodes: ComputeNodes, now: () => number) {
    this.#periphery = periphery;
    this.#nodes = nodes;
    this.#now = now;
  }

  /** All hosts as the tables have them now, oldest first. */
  all(): HostState[] {
    this.#refresh();
    const known = [...this.#entries.values()].filter(isMapped);
    return known.map((entry) => this.#current(entry));
  }

  /** Those of these providers that are hosts, in their order. */
  of(providers: readonly { readonly id: number; readonly uuid: string }[]): HostState[] {
    this.#refresh();
    const states: HostState[] = [];
    const byProvider = this.#byProvider;
    for (let i = 0; i < providers.length; i++) {
      const { id, uuid } = providers[i]!;
      let entry = byProvider[id];
      if (entry === undefined || entry.uuid !== uuid) {
        entry = this.#entries.get(uuid);
        if (!entry) continue;
        byProvider[id] = entry;
      }
      if (isMapped(entry)) states.push(this.#current(entry));
    }
    return states;
  }

  #current(entry: Entry): HostState {
    const { place, state } = entry;
    return state.row === place.row ? state : this.#renew(entry, state.up);
  }

  #renew(entry: Entry, up: boolean): HostState {
    entry.state = new HostState(entry.place.row, entry.service, up, entry.state.aggregates);
    return entry.state;
  }

  /** Who is up is looked at when somebody gave a sign of life, and when the first may have been silent too long. */
  #watch(): void {
    const { services } = this.#periphery;
    const [now, beats] = [this.#now(), services.beats()];
    const since = this.#watched;
    if (since?.beats === beats && now >= since.now && now <= since.until) return;
    let until = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      const { service, state } = entry;
      const up = service !== null && services.isUp(service, now);
      if (up) until = Math.min(until, services.upUntil(service));
      if (state.up !== up) this.#renew(entry, up);
    }
    this.#watched = { beats, now, until };
  }

  #refresh(): void {
    this.#remake();
    this.#watch();
  }

  /** Makes the entries anew when hosts, services or aggregates came, went or changed. */
  #remake(): void {
    const places = this.#nodes.places();
    const { services, zones } = this.#periphery;
    const version = services.version();
    const aggregates = zones.aggregates();
    const { size } = places;
    const from = this.#from;
    if (
      from?.places === places &&
      from.size === size &&
      from.services === version &&
      from.aggregates === aggregates
    ) {
      return;
    }
    const serviceOf = new Map(services.list("nova-compute").map((service) => [service.host, service]));
    const aggregatesOf = byHost(aggregates);
    const known = this.#entries;
    this.#entries = new Map();
    this.#byProvider = [];
    this.#watched = null;
    for (const place of places.values()) {
      const { row } = place;
      const service = serviceOf.get(row.host) ?? null;
      const of = aggregatesOf.get(row.host) ?? NONE;
      const before = known.get(row.uuid)?.state;
      const same = before?.row === row && before.service === service && sameList(before.aggregates, of);
      const state = same ? before : new HostState(row, service, false, of);
      this.#entries.set(row.uuid, { uuid: row.uuid, place, service, state });
    }
    this.#from = { places, size, services: version, aggregates };
  }
}

/** One that no search has found yet gets no servers. */
const isMapped = ({ place }: Entry) => place.row.mapped !== 0;

const sameList = (a: readonly AggregateFacts[], b: readonly AggregateFacts[]) =>
  a.length === b.length && a.every((each, i) => each === b[i]);

function byHost(aggregates: readonly AggregateFacts[]): Map<string, readonly AggregateFacts[]> {
  const found = new Map<string, AggregateFacts[]>();
  for (const aggregate of aggregates) {
    for (const host of aggregate.hosts) {
      const list = found.get(host);
      if (list) list.push(aggregate);
      else found.set(host, [aggregate]);
    }
  }
  return found;
}
