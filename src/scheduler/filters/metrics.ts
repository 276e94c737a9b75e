import type { HostState } from "../host-state.ts";
import { parseWeights } from "../weighers/metrics.ts";
import type { FilterSettings, HostFilter } from "./filter.ts";

/** Hosts that report every metric which the metrics weigher needs. */
export class MetricsFilter implements HostFilter {
  readonly name = "MetricsFilter";
  #names: string[];

  constructor(settings: FilterSettings) {
    this.#names = parseWeights(settings.METRICS_WEIGHT_SETTING).map(([name]) => name);
  }

  passes(host: HostState): boolean {
    const reported = new Set(host.metrics.map((metric) => metric.name));
    return this.#names.every((name) => reported.has(name));
  }
}
