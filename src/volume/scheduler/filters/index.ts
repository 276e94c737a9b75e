// The filters by Cinder's names.

import { DifferentBackendFilter, InstanceLocalityFilter, SameBackendFilter } from "./affinity.ts";
import { AvailabilityZoneFilter } from "./availability-zone.ts";
import { CapabilitiesFilter } from "./capabilities.ts";
import { CapacityFilter } from "./capacity.ts";
import type { BackendFilter } from "./filter.ts";
import { JsonFilter } from "./json.ts";

const FILTERS: Readonly<Record<string, new () => BackendFilter>> = {
  AvailabilityZoneFilter,
  CapacityFilter,
  CapabilitiesFilter,
  DifferentBackendFilter,
  SameBackendFilter,
  InstanceLocalityFilter,
  JsonFilter,
};

/** @throws Error that names an unknown one */
export function makeFilters(names: readonly string[]): BackendFilter[] {
  return names.map((name) => {
    const Class = FILTERS[name];
    if (!Class) throw new Error(`Scheduler Host Filter ${name} could not be found.`);
    return new Class();
  });
}
