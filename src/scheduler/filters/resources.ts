// The filters that counted resources before the placement service did. Removed from Nova in Train; here they serve
// clouds without placement, and the labs that turn their ratios.

import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

/** Enough memory, `ram_allocation_ratio` allowed for. */
export class RamFilter implements HostFilter {
  readonly name: string = "RamFilter";

  passes(host: HostState, { flavor }: SchedulingRequest): boolean {
    const limit = host.totalRamMb * this.ratio(host);
    const used = host.totalRamMb - host.freeRamMb;
    // One server may never be larger than the host itself.
    return flavor.memory_mb <= host.totalRamMb && limit - used >= flavor.memory_mb;
  }

  protected ratio(host: HostState): number {
    return host.ramRatio;
  }
}

export class AggregateRamFilter extends RamFilter {
  override readonly name = "AggregateRamFilter";

  protected override ratio(host: HostState): number {
    return host.aggregateNumber("ram_allocation_ratio", host.ramRatio);
  }
}

/** Enough CPUs, `cpu_allocation_ratio` allowed for. */
export class CoreFilter implements HostFilter {
  readonly name: string = "CoreFilter";

  passes(host: HostState, { flavor }: SchedulingRequest): boolean {
    const limit = host.vcpusTotal * this.ratio(host);
    return flavor.vcpus <= host.vcpusTotal && limit - host.vcpusUsed >= flavor.vcpus;
  }

  protected ratio(host: HostState): number {
    return host.cpuRatio;
  }
}

export class AggregateCoreFilter extends CoreFilter {
  override readonly name = "AggregateCoreFilter";

  protected override ratio(host: HostState): number {
    return host.aggregateNumber("cpu_allocation_ratio", host.cpuRatio);
  }
}

/** Enough disk, `disk_allocation_ratio` allowed for. */
export class DiskFilter implements HostFilter {
  readonly name: string = "DiskFilter";

  passes(host: HostState, { resources }: SchedulingRequest): boolean {
    const wanted = (resources["DISK_GB"] ?? 0) * 1024;
    const limit = host.totalDiskMb * this.ratio(host);
    const used = host.totalDiskMb - host.freeDiskMb;
    return limit - used >= wanted;
  }

  protected ratio(host: HostState): number {
    return host.diskRatio;
  }
}

export class AggregateDiskFilter extends DiskFilter {
  override readonly name = "AggregateDiskFilter";

  protected override ratio(host: HostState): number {
    return host.aggregateNumber("disk_allocation_ratio", host.diskRatio);
  }
}
