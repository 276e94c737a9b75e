// A scheduler in a file of the user's own (`src/plugins/contract.d.ts`: SchedulerDriver). Authority for what a driver
// is asked and gets: nova/scheduler/driver.py and chance.py of Folsom.

import { NoValidHost } from "../../compute/scheduling/public.ts";
import type { RequestContext } from "../../core/context.ts";
import type { FilterProperties } from "../../plugins/contract.d.ts";
import { type CallOptions, PluginFailure } from "../../plugins/plugin-thread.ts";
import type { Effect, Failure } from "../../plugins/protocol.ts";
import type { HostState } from "../host-state.ts";
import {
  contextFacts,
  filterProperties,
  hostFacts,
  instanceProperties,
  instanceType,
  items,
  requestSpec,
} from "../plugin-facts.ts";
import type { SchedulerPlugin } from "../plugins.ts";
import type { SchedulingRequest } from "../request.ts";
import type { Placement, SchedulerDriver } from "./driver.ts";

const TOPIC = "compute";
const NO_VALID_HOST = "NoValidHost";
const SENT = ["runInstance", "prepResize", "liveMigration", "handleScheduleError"];

type Requests = readonly [SchedulingRequest, ...SchedulingRequest[]];

interface Sent {
  instance?: { uuid?: string };
  host?: unknown;
  dest?: unknown;
  requestSpec?: { instance_properties?: { launch_index?: unknown } };
}

export class PluginScheduler implements SchedulerDriver {
  readonly name: string;
  #plugin: SchedulerPlugin;
  /** The hosts it was told of, as they were then. */
  #told = new WeakSet<HostState>();

  constructor(plugin: SchedulerPlugin) {
    this.#plugin = plugin;
    this.name = plugin.name;
  }

  async place(
    requests: Requests,
    hosts: readonly HostState[],
    { order, retry }: Parameters<NonNullable<SchedulerDriver["place"]>>[2],
  ): Promise<Map<string, Placement>> {
    const [first] = requests;
    const run = {
      requestSpec: requestSpec(requests),
      adminPassword: order.adminPassword,
      injectedFiles: order.injectedFiles,
      requestedNetworks: order.networks,
      isFirstTime: retry === null,
      filterProperties: filterProperties(first, retry),
    };
    const effects = await this.#ask("scheduleRunInstance", first, hosts, run);
    return this.#placements(effects, first, hosts);
  }

  /** For a server that exists: where it is moved, or built again. */
  async select(request: SchedulingRequest, hosts: readonly HostState[]): Promise<HostState[]> {
    const effects = await this.#move(request, hosts);
    const placement = this.#placements(effects, request, hosts).get(request.instanceUuid);
    if (!placement) throw new NoValidHost("");
    if ("error" in placement) throw placement.error;
    return [placement.host];
  }

  async #move(request: SchedulingRequest, hosts: readonly HostState[]): Promise<Effect[]> {
    const properties: FilterProperties = filterProperties(request, null);
    const spec = requestSpec([request]);
    const instance = instanceProperties(request);
    switch (request.purpose) {
      case "resize":
        return this.#ask("schedulePrepResize", request, hosts, {
          image: spec.image,
          requestSpec: spec,
          filterProperties: properties,
          instance,
          instanceType: instanceType(request.flavor),
          reservations: [],
        });
      case "live-migration":
        if (!this.#plugin.has("scheduleLiveMigration")) return this.#inheritedLiveMigration(request, hosts);
        return this.#ask("scheduleLiveMigration", request, hosts, {
          instance,
          dest: request.targetHost,
          blockMigration: false,
          requestSpec: spec,
          filterProperties: properties,
        });
      case "build":
        return this.#ask("scheduleRunInstance", request, hosts, {
          requestSpec: spec,
          adminPassword: null,
          injectedFiles: [],
          requestedNetworks: request.spec.networks,
          isFirstTime: false,
          filterProperties: properties,
        });
    }
  }

  /** The host that was asked for is the only one left; else the first that is up. */
  async #inheritedLiveMigration(request: SchedulingRequest, hosts: readonly HostState[]): Promise<Effect[]> {
    let up = hosts.filter((host) => host.alive).map(({ host }) => host);
    if (this.#plugin.has("hostsUp")) {
      const { value } = await this.#plugin.call(
        { ...this.#common(request, hosts), method: "hostsUp", args: [TOPIC] },
        [NO_VALID_HOST],
      );
      up = Array.isArray(value) ? value.map(String) : [];
    }
    const [dest] = up;
    if (dest === undefined) throw new NoValidHost("Is the appropriate service running?");
    return [{ name: "liveMigration", args: [null, { instance: { uuid: request.instanceUuid }, dest }] }];
  }

  async #ask(
    method: string,
    request: SchedulingRequest,
    hosts: readonly HostState[],
    args: object,
  ): Promise<Effect[]> {
    await this.#tell(request, hosts);
    try {
      const call = { ...this.#common(request, hosts), method, args: [args] };
      return (await this.#plugin.call(call, [NO_VALID_HOST])).effects;
    } catch (error) {
      if (error instanceof PluginFailure) throw new NoValidHost(error.message);
      throw error;
    }
  }

  /** `update_service_capabilities`, for a driver that wants to know. */
  async #tell({ context }: SchedulingRequest, hosts: readonly HostState[]): Promise<void> {
    if (!this.#plugin.has("updateServiceCapabilities")) return;
    const changed = hosts.filter((host) => !this.#told.has(host));
    if (changed.length === 0) return;
    await this.#plugin.call({
      method: "updateServiceCapabilities",
      each: items(changed),
      args: [TOPIC],
      log: context,
    });
    for (const host of changed) this.#told.add(host);
  }

  #common(
    request: SchedulingRequest,
    hosts: readonly HostState[],
  ): Pick<CallOptions, "context" | "log" | "values" | "effects" | "queries" | "errors" | "answer"> {
    const { context, spec } = request;
    return {
      context: contextFacts(context, spec),
      log: context,
      values: { hostsUp: hosts.filter((host) => host.alive).map(({ host }) => host) },
      effects: SENT,
      queries: ["hosts"],
      errors: [NO_VALID_HOST],
      answer: () => hosts.map(hostFacts),
    };
  }

  #placements(
    effects: readonly Effect[],
    { context }: SchedulingRequest,
    hosts: readonly HostState[],
  ): Map<string, Placement> {
    const byName = new Map(hosts.map((host) => [host.host, host]));
    const placed = new Map<string, Placement>();
    for (const { name, args } of effects) {
      if (name === "handleScheduleError") {
        const [, error, uuid] = args;
        placed.set(String(uuid), { error: this.#fault(context, error) });
        continue;
      }
      const { instance, host, dest, requestSpec } = (args[1] ?? {}) as Sent;
      const chosen = host ?? dest;
      const state = byName.get(String(chosen));
      const index = requestSpec?.instance_properties?.launch_index;
      const launchIndex =
        typeof index === "number" && Number.isSafeInteger(index) && index >= 0 ? index : null;
      const uuid = String(instance?.uuid);
      if (state) placed.set(uuid, { host: state, launchIndex });
      else
        placed.set(uuid, { error: this.#plugin.wrong(`${name} names no host with room: ${String(chosen)}`) });
    }
    return placed;
  }

  /** As `driver.handle_schedule_error`: a host that was not found is no surprise, anything else is told in full. */
  #fault(context: RequestContext, error: unknown): Error {
    const thrown = new PluginFailure(
      isFailure(error)
        ? error
        : { failure: true, name: "Error", message: String(error), stack: "", at: null },
    );
    if (thrown.name === NO_VALID_HOST) return new NoValidHost(thrown.message);
    this.#plugin.log.error(context, "Exception during scheduler.run_instance", thrown);
    return thrown;
  }
}

const isFailure = (value: unknown): value is Failure =>
  typeof value === "object" && value !== null && "failure" in value;
