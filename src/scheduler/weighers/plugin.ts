// A weigher in a file of the user's own.

import type { HostState } from "../host-state.ts";
import { items, placementRequest } from "../plugin-facts.ts";
import type { SchedulerPlugin } from "../plugins.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostWeigher } from "./weigher.ts";

export class PluginWeigher implements HostWeigher {
  readonly name: string;
  readonly multiplier: number;
  readonly multiplierKey: string;
  #plugin: SchedulerPlugin;
  #weights = new Map<HostState, number>();

  constructor(plugin: SchedulerPlugin) {
    this.#plugin = plugin;
    this.name = plugin.name;
    this.multiplierKey = `${plugin.name}_weight_multiplier`;
    const { multiplier } = plugin.shape.values;
    this.multiplier = typeof multiplier === "number" ? multiplier : 1;
  }

  /** @throws PluginFailed */
  async prepare(hosts: readonly HostState[], request: SchedulingRequest): Promise<void> {
    const answers = await this.#plugin.askEach(
      "weigh",
      items(hosts),
      placementRequest(request),
      request.context,
    );
    this.#weights = new Map(
      hosts.map((host, i): [HostState, number] => {
        const weight = answers[i];
        if (typeof weight !== "number" || !Number.isFinite(weight)) {
          throw this.#plugin.wrong(`weigh returned ${JSON.stringify(weight)}, which is no number`);
        }
        return [host, weight];
      }),
    );
  }

  weigh(host: HostState): number {
    return this.#weights.get(host) ?? 0;
  }
}
