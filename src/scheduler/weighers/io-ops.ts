import type { FilterSettings } from "../filters/filter.ts";
import type { HostState } from "../host-state.ts";
import type { HostWeigher } from "./weigher.ts";

/** Servers with a task: by default the quietest host wins. */
export class IoOpsWeigher implements HostWeigher {
  readonly name = "IoOpsWeigher";
  readonly minimum = 0;
  readonly multiplierKey = "io_ops_weight_multiplier";
  readonly multiplier: number;

  constructor(settings: FilterSettings) {
    this.multiplier = settings.IO_OPS_WEIGHT_MULTIPLIER;
  }

  weigh(host: HostState): number {
    return host.numIoOps;
  }
}
