import type { FilterSettings } from "../filters/filter.ts";
import type { HostState } from "../host-state.ts";
import type { HostWeigher } from "./weigher.ts";

/** Hosts on which builds failed lately come last. */
export class BuildFailureWeigher implements HostWeigher {
  readonly name = "BuildFailureWeigher";
  readonly multiplierKey = "build_failure_weight_multiplier";
  readonly multiplier: number;

  constructor(settings: FilterSettings) {
    this.multiplier = -settings.BUILD_FAILURE_WEIGHT_MULTIPLIER;
  }

  weigh(host: HostState): number {
    return host.failedBuilds;
  }
}
