// Free memory, CPUs and disk: with positive multipliers servers are spread, with negative ones stacked.

import type { FilterSettings } from "../filters/filter.ts";
import type { HostState } from "../host-state.ts";
import type { HostWeigher } from "./weigher.ts";

export class RAMWeigher implements HostWeigher {
  readonly name = "RAMWeigher";
  readonly minimum = 0;
  readonly multiplierKey = "ram_weight_multiplier";
  readonly multiplier: number;

  constructor(settings: FilterSettings) {
    this.multiplier = settings.RAM_WEIGHT_MULTIPLIER;
  }

  weigh(host: HostState): number {
    return host.freeRamMb;
  }
}

export class CPUWeigher implements HostWeigher {
  readonly name = "CPUWeigher";
  readonly minimum = 0;
  readonly multiplierKey = "cpu_weight_multiplier";
  readonly multiplier: number;

  constructor(settings: FilterSettings) {
    this.multiplier = settings.CPU_WEIGHT_MULTIPLIER;
  }

  weigh(host: HostState): number {
    return host.vcpusTotal * host.cpuRatio - host.vcpusUsed;
  }
}

export class DiskWeigher implements HostWeigher {
  readonly name = "DiskWeigher";
  readonly minimum = 0;
  readonly multiplierKey = "disk_weight_multiplier";
  readonly multiplier: number;

  constructor(settings: FilterSettings) {
    this.multiplier = settings.DISK_WEIGHT_MULTIPLIER;
  }

  weigh(host: HostState): number {
    return host.freeDiskMb;
  }
}
