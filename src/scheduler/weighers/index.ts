// The weighers by Nova's names.

import type { FilterSettings } from "../filters/filter.ts";
import { ServerGroupSoftAffinityWeigher, ServerGroupSoftAntiAffinityWeigher } from "./affinity.ts";
import { BuildFailureWeigher } from "./build-failure.ts";
import { CrossCellWeigher, PCIWeigher } from "./constant.ts";
import { IoOpsWeigher } from "./io-ops.ts";
import { MetricsWeigher } from "./metrics.ts";
import { CPUWeigher, DiskWeigher, RAMWeigher } from "./resources.ts";
import type { HostWeigher, WeigherClass } from "./weigher.ts";

/** `nova.scheduler.weights.all_weighers` */
export const ALL_WEIGHERS = "all_weighers";

export const WEIGHERS: Readonly<Record<string, WeigherClass>> = {
  RAMWeigher,
  CPUWeigher,
  DiskWeigher,
  IoOpsWeigher,
  MetricsWeigher,
  ServerGroupSoftAffinityWeigher,
  ServerGroupSoftAntiAffinityWeigher,
  BuildFailureWeigher,
  PCIWeigher,
  CrossCellWeigher,
};

/** `nova.scheduler.weights.all_weighers` stands for all of them. @throws Error that names an unknown one */
export function makeWeighers(
  names: readonly string[],
  settings: FilterSettings,
  plugged: ReadonlyMap<string, HostWeigher> = new Map(),
): HostWeigher[] {
  const last = names.map((name) => (plugged.has(name) ? name : name.split(".").at(-1)!));
  const wanted = last.includes(ALL_WEIGHERS)
    ? [...Object.keys(WEIGHERS), ...last.filter((name) => plugged.has(name))]
    : last;
  return wanted.map((name) => {
    const own = plugged.get(name);
    if (own) return own;
    const Class = WEIGHERS[name];
    if (!Class) throw new Error(`Scheduler weigher ${name} could not be found.`);
    return new Class(settings);
  });
}
