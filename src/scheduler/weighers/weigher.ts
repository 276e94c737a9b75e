// The contract of a weigher, and how weights are put together (nova/weights.py): each weigher's numbers are brought
// between 0 and 1, multiplied, and added up; the highest sum wins.

import type { FilterSettings, Steps } from "../filters/filter.ts";
import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";

export interface HostWeigher {
  readonly name: string;
  /** The least number that counts; lower ones are taken as this. Absent: the least that occurs. */
  readonly minimum?: number;
  /** What an aggregate's metadata may override is named by `multiplierKey`. */
  readonly multiplier: number;
  readonly multiplierKey: string;
  /** False when all hosts weigh the same for this request. */
  applies?(request: SchedulingRequest): boolean;
  /** Work to be done before the hosts are weighed one by one. */
  prepare?(hosts: readonly HostState[], request: SchedulingRequest): Promise<void>;
  weigh(host: HostState, request: SchedulingRequest): number;
}

export type WeigherClass = new (settings: FilterSettings) => HostWeigher;

export interface WeighedHost {
  host: HostState;
  weight: number;
}

/** The hosts with their weights, in the order given. */
export function* weighHosts(
  weighers: readonly HostWeigher[],
  hosts: readonly HostState[],
  request: SchedulingRequest,
): Steps<WeighedHost[]> {
  const weighed = hosts.map((host) => ({ host, weight: 0 }));
  if (weighed.length <= 1) return weighed;
  const raw = new Float64Array(hosts.length);
  for (const weigher of weighers) {
    if (weigher.applies?.(request) === false) continue;
    if (weigher.prepare) yield weigher.prepare(hosts, request);
    const floor = weigher.minimum ?? Number.NEGATIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    let least = weigher.minimum ?? Number.POSITIVE_INFINITY;
    for (let i = 0; i < raw.length; i++) {
      const value = Math.max(weigher.weigh(hosts[i]!, request), floor);
      raw[i] = value;
      if (value > most) most = value;
      if (value < least) least = value;
    }
    if (most === least) continue;
    for (let i = 0; i < raw.length; i++) {
      const entry = weighed[i]!;
      const { host } = entry;
      const multiplier =
        host.aggregates.length === 0
          ? weigher.multiplier
          : host.aggregateNumber(weigher.multiplierKey, weigher.multiplier);
      entry.weight += (multiplier * (raw[i]! - least)) / (most - least);
    }
  }
  return weighed;
}

/** Best first; hosts of equal weight keep their order. Sorted no further than the caller reads. */
export function* bestFirst(weighed: readonly WeighedHost[]): Generator<HostState> {
  let most = Number.NEGATIVE_INFINITY;
  for (const { weight } of weighed) if (weight > most) most = weight;
  for (const { host, weight } of weighed) if (weight === most) yield host;
  const others = weighed.filter(({ weight }) => weight !== most);
  for (const { host } of others.sort((a, b) => b.weight - a.weight)) yield host;
}
