// The weighers by Nova's names.

import type { FilterSettings } from "../filters/filter.ts";
import { ServerGroupSoftAffinityWeigher, ServerGroupSoftAntiAffinityWeigher } from "./affinity.ts";
import { BuildFailureWeigher } from "./build-failure.ts";
import { IoOpsWeigher } from "./io-ops.ts";
import { MetricsWeigher } from "./metrics.ts";
import { CPUWeigher, DiskWeigher, RAMWeigher } from "./resources.ts";
import type { HostWeigher, WeigherClass } from "./weigher.ts";

export const WEIGHERS: Readonly<Record<string, WeigherClass>> = {
  RAMWeigher,
  CPUWeigher,
  DiskWeigher,
  IoOpsWeigher,
  MetricsWeigher,
  ServerGroupSoftAffinityWeigher,
  ServerGroupSoftAntiAffinityWeigher,
  BuildFailureWeigher,
};

/** `nova.scheduler.weights.all_weighers` stands for all of them. @throws Error that names an unknown one */
export function makeWeighers(names: readonly string[], settings: FilterSettings): HostWeigher[] {
  const last = names.map((name) => name.split(".").at(-1)!);
  const wanted = last.includes("all_weighers") ? Object.keys(WEIGHERS) : last;
  return wanted.map((name) => {
    const Class = WEIGHERS[name];
    if (!Class) throw new Error(`Scheduler weigher ${name} could not be found.`);
    return new Class(settings);
  });
}
