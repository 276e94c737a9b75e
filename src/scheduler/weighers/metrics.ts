import type { FilterSettings } from "../filters/filter.ts";
import type { HostState } from "../host-state.ts";
import type { HostWeigher } from "./weigher.ts";

/** nova.conf: metrics/weight_of_unavailable */
const WEIGHT_OF_UNAVAILABLE = -10_000;

/** `name1=1.0 name2=-1.0` */
export function parseWeights(settings: readonly string[]): [string, number][] {
  return settings.flatMap((text): [string, number][] => {
    const [name, ratio] = text.split("=");
    const n = Number(ratio);
    return name && !Number.isNaN(n) ? [[name, n]] : [];
  });
}

/** What the hosts report, each metric times its ratio. */
export class MetricsWeigher implements HostWeigher {
  readonly name = "MetricsWeigher";
  readonly multiplierKey = "metrics_weight_multiplier";
  readonly multiplier: number;
  #weights: [string, number][];

  constructor(settings: FilterSettings) {
    this.multiplier = settings.METRICS_WEIGHT_MULTIPLIER;
    this.#weights = parseWeights(settings.METRICS_WEIGHT_SETTING);
  }

  applies(): boolean {
    return this.#weights.length > 0;
  }

  weigh(host: HostState): number {
    if (this.#weights.length === 0) return 0;
    const values = new Map(host.metrics.map(({ name, value }) => [name, value]));
    let sum = 0;
    for (const [name, ratio] of this.#weights) {
      const value = values.get(name);
      if (value === undefined) return WEIGHT_OF_UNAVAILABLE;
      sum += value * ratio;
    }
    return sum;
  }
}
