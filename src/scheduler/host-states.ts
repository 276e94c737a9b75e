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
    const now = this.#now();
    return Array.from(this.#entries.values(), (entry) => this.#current(entry, now));
  }

  /** Those of these providers that are hosts, in their order. */
  of(providers: readonly { readonly uuid: string }[]): HostState[] {
    this.#refresh();
    const now = this.#now();
    const states: HostState[] = [];
    for (const { uuid } of providers) {
      const entry = this.#entries.get(uuid);
      if (entry) states.push(this.#current(entry, now));
    }
    return states;
  }

  #current(entry: Entry, now: number): HostState {
    const { place, service, state } = entry;
    const up = service !== null && this.#periphery.services.isUp(service, now);
    if (state.row === place.row && state.up === up) return state;
    entry.state = new HostState(place.row, service, up, state.aggregates);
    return entry.state;
  }

  /** Makes the entries anew when hosts, services or aggregates came, went or changed. */
  #refresh(): void {
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
    for (const place of places.values()) {
      const { row } = place;
      const service = serviceOf.get(row.host) ?? null;
      const of = aggregatesOf.get(row.host) ?? NONE;
      const before = known.get(row.uuid)?.state;
      const same = before?.row === row && before.service === service && sameList(before.aggregates, of);
      const state = same ? before : new HostState(row, service, false, of);
      this.#entries.set(row.uuid, { place, service, state });
    }
    this.#from = { places, size, services: version, aggregates };
  }
}

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
