// What puts pools in order. Weights are scaled to 0..1 over the pools compared, multiplied and added. Authority: cinder/
// scheduler/weights of Zed.

import { capacityFactors } from "../capacity.ts";
import type { PoolState } from "../pools.ts";
import { isThin, type PlacementRequest } from "../request.ts";

export interface WeigherSettings {
  capacityMultiplier: number;
  allocatedMultiplier: number;
  volumeNumberMultiplier: number;
  random: () => number;
}

export interface BackendWeigher {
  readonly name: string;
  readonly multiplier: number;
  weigh(pool: PoolState, request: PlacementRequest): number;
}

const WEIGHERS: Readonly<Record<string, (settings: WeigherSettings) => BackendWeigher>> = {
  CapacityWeigher: ({ capacityMultiplier }) => ({
    name: "CapacityWeigher",
    multiplier: capacityMultiplier,
    weigh: (pool, request) => capacityFactors(pool.sizes, isThin(request)).virtualFree,
  }),
  AllocatedCapacityWeigher: ({ allocatedMultiplier }) => ({
    name: "AllocatedCapacityWeigher",
    multiplier: allocatedMultiplier,
    weigh: (pool) => pool.allocatedGb,
  }),
  VolumeNumberWeigher: ({ volumeNumberMultiplier }) => ({
    name: "VolumeNumberWeigher",
    multiplier: volumeNumberMultiplier,
    weigh: (pool) => pool.volumes,
  }),
  ChanceWeigher: ({ random }) => ({ name: "ChanceWeigher", multiplier: 1, weigh: random }),
};

/** @throws Error that names an unknown one */
export function makeWeighers(names: readonly string[], settings: WeigherSettings): BackendWeigher[] {
  return names.map((name) => {
    const make = WEIGHERS[name];
    if (!make) throw new Error(`Scheduler Host Weigher ${name} could not be found.`);
    return make(settings);
  });
}

/** Best first; those that weigh the same keep their order. */
export function bestFirst(
  weighers: readonly BackendWeigher[],
  pools: readonly PoolState[],
  request: PlacementRequest,
): PoolState[] {
  const sums = pools.map(() => 0);
  for (const weigher of weighers) {
    const weights = pools.map((pool) => weigher.weigh(pool, request));
    const [min, max] = [Math.min(...weights), Math.max(...weights)];
    weights.forEach((weight, i) => {
      const scaled = max > min ? (weight - min) / (max - min) : 0;
      sums[i] = sums[i]! + scaled * weigher.multiplier;
    });
  }
  return pools
    .map((pool, i) => ({ pool, weight: sums[i]! }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ pool }) => pool);
}
