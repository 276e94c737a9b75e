// The filters by Nova's names. A server's configuration names them; old module paths are understood by their last part.

import { DifferentHostFilter, SameHostFilter, SimpleCIDRAffinityFilter } from "./affinity-hints.ts";
import { AggregateImagePropertiesIsolation } from "./aggregate-image-properties.ts";
import { AggregateInstanceExtraSpecsFilter } from "./aggregate-instance-extra-specs.ts";
import { AggregateMultiTenancyIsolation } from "./aggregate-multitenancy.ts";
import { AllHostsFilter } from "./all-hosts.ts";
import { AvailabilityZoneFilter } from "./availability-zone.ts";
import { ComputeFilter } from "./compute.ts";
import { ComputeCapabilitiesFilter } from "./compute-capabilities.ts";
import {
  AggregateIoOpsFilter,
  AggregateNumInstancesFilter,
  IoOpsFilter,
  NumInstancesFilter,
} from "./counts.ts";
import type { FilterClass, FilterSettings, HostFilter } from "./filter.ts";
import { NUMATopologyFilter, PciPassthroughFilter } from "./hardware.ts";
import { ImagePropertiesFilter } from "./image-properties.ts";
import { IsolatedHostsFilter } from "./isolated-hosts.ts";
import { JsonFilter } from "./json.ts";
import { MetricsFilter } from "./metrics.ts";
import {
  AggregateCoreFilter,
  AggregateDiskFilter,
  AggregateRamFilter,
  CoreFilter,
  DiskFilter,
  RamFilter,
} from "./resources.ts";
import { RetryFilter } from "./retry.ts";
import { ServerGroupAffinityFilter, ServerGroupAntiAffinityFilter } from "./server-group.ts";
import { AggregateTypeAffinityFilter, TypeAffinityFilter } from "./type-affinity.ts";

/** Names of filters that Nova renamed; the filters are the same. */
const FORMER: Readonly<Record<string, FilterClass>> = {
  GroupAffinityFilter: ServerGroupAffinityFilter,
  GroupAntiAffinityFilter: ServerGroupAntiAffinityFilter,
};

export const FILTERS: Readonly<Record<string, FilterClass>> = {
  AllHostsFilter,
  AvailabilityZoneFilter,
  ComputeFilter,
  ComputeCapabilitiesFilter,
  ImagePropertiesFilter,
  ServerGroupAffinityFilter,
  ServerGroupAntiAffinityFilter,
  DifferentHostFilter,
  SameHostFilter,
  SimpleCIDRAffinityFilter,
  AggregateImagePropertiesIsolation,
  AggregateInstanceExtraSpecsFilter,
  AggregateMultiTenancyIsolation,
  AggregateTypeAffinityFilter,
  TypeAffinityFilter,
  NumInstancesFilter,
  AggregateNumInstancesFilter,
  IoOpsFilter,
  AggregateIoOpsFilter,
  IsolatedHostsFilter,
  JsonFilter,
  MetricsFilter,
  RetryFilter,
  RamFilter,
  AggregateRamFilter,
  CoreFilter,
  AggregateCoreFilter,
  DiskFilter,
  AggregateDiskFilter,
  NUMATopologyFilter,
  PciPassthroughFilter,
  ...FORMER,
};

/** @throws Error that names an unknown filter, so that the service refuses to start */
export function makeFilters(
  names: readonly string[],
  settings: FilterSettings,
  plugged: ReadonlyMap<string, HostFilter> = new Map(),
): HostFilter[] {
  return names.map((name) => {
    const own = plugged.get(name);
    if (own) return own;
    const Class = FILTERS[name.split(".").at(-1)!];
    if (!Class) throw new Error(`Scheduler Host Filter ${name} could not be found.`);
    return new Class(settings);
  });
}
