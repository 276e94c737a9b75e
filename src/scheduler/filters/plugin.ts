// A filter in a file of the user's own.

import type { HostState } from "../host-state.ts";
import { items, placementRequest } from "../plugin-facts.ts";
import type { SchedulerPlugin } from "../plugins.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

export class PluginFilter implements HostFilter {
  readonly name: string;
  readonly oncePerRequest: boolean;
  #plugin: SchedulerPlugin;
  #passed: ReadonlySet<HostState> = new Set();

  constructor(plugin: SchedulerPlugin) {
    this.#plugin = plugin;
    this.name = plugin.name;
    this.oncePerRequest = plugin.shape.values["oncePerRequest"] === true;
  }

  /** @throws PluginFailed */
  async prepare(hosts: readonly HostState[], request: SchedulingRequest): Promise<void> {
    const answers = await this.#plugin.askEach(
      "passes",
      items(hosts),
      placementRequest(request),
      request.context,
    );
    for (const answer of answers) {
      if (typeof answer !== "boolean") {
        throw this.#plugin.wrong(
          `passes returned ${JSON.stringify(answer)}, which is neither true nor false`,
        );
      }
    }
    this.#passed = new Set(hosts.filter((_, i) => answers[i] === true));
  }

  passes(host: HostState): boolean {
    return this.#passed.has(host);
  }
}
