// The states of all hosts, kept from decision to decision: what has not changed is not made again. 10,000 hosts cost a
// decision a few milliseconds.

import type {
  AggregateFacts,
  ComputeNodeRow,
  Periphery,
  ServiceRecord,
} from "../compute/scheduling/public.ts";
import { HostState } from "./host-state.ts";

const NONE: readonly AggregateFacts[] = [];

export class HostStates {
  #periphery: Pick<Periphery, "services" | "zones">;
  #known = new Map<string, HostState>();
  #aggregates: readonly AggregateFacts[] = NONE;
  #byHost = new Map<string, readonly AggregateFacts[]>();

  constructor(periphery: Pick<Periphery, "services" | "zones">) {
    this.#periphery = periphery;
  }

  /** As the tables have them now, in the order of `rows`. */
  of(rows: readonly ComputeNodeRow[]): HostState[] {
    const { services } = this.#periphery;
    const byHost = new Map<string, ServiceRecord>();
    for (const service of services.list("nova-compute")) byHost.set(service.host, service);
    this.#readAggregates();
    if (this.#known.size > 2 * rows.length + 100) this.#known.clear();
    return rows.map((row) => {
      const service = byHost.get(row.host) ?? null;
      const up = service !== null && services.isUp(service);
      const aggregates = this.#byHost.get(row.host) ?? NONE;
      const known = this.#known.get(row.host);
      if (
        known?.row === row &&
        known.service === service &&
        known.up === up &&
        known.aggregates === aggregates
      ) {
        return known;
      }
      const made = new HostState(row, service, up, aggregates);
      this.#known.set(row.host, made);
      return made;
    });
  }

  #readAggregates(): void {
    const aggregates = this.#periphery.zones.aggregates();
    if (aggregates === this.#aggregates) return;
    this.#aggregates = aggregates;
    const byHost = new Map<string, AggregateFacts[]>();
    for (const aggregate of aggregates) {
      for (const host of aggregate.hosts) {
        const list = byHost.get(host);
        if (list) list.push(aggregate);
        else byHost.set(host, [aggregate]);
      }
    }
    this.#byHost = byHost;
  }
}
