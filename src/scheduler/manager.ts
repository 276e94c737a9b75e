// Choosing hosts: which hosts there are, which have room (placement), which the driver prefers, and the claim.
// Authority: nova/scheduler/manager.py of Zed.

import {
  type BuildAndRun,
  ComputeNodes,
  computeSection,
  computeTopic,
  consumerOf,
  type Destination,
  type FlavorSnapshot,
  holdForMove,
  InstanceActions,
  type InstanceRow,
  MaxRetriesExceeded,
  NoValidHost,
  NovaStore,
  type Periphery,
  type RequestSpec,
  type Retry,
  reportUsage,
  resourcesOf,
  type ScheduleBuild,
  type SelectDestination,
} from "../compute/scheduling/public.ts";
import type { Values } from "../config/keys.ts";
import type { Handler } from "../core/bus.ts";
import { elevated, type RequestContext } from "../core/context.ts";
import { CloudError, Conflict, messageOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { ServiceContext } from "../core/service.ts";
import { type PlacementPublic, placementPublic } from "../placement/public.ts";
import { PluginFailure } from "../plugins/plugin-thread.ts";
import { purposeOf, SchedulingRequests } from "./build-request.ts";
import type { Placement, SchedulerDriver } from "./drivers/driver.ts";
import type { HostState } from "./host-state.ts";
import { HostStates } from "./host-states.ts";
import type { SchedulingRequest } from "./request.ts";

interface Wanted {
  instance: InstanceRow;
  request: SchedulingRequest;
}

/** `trait:NAME=required` and `=forbidden` of the flavor; an image can only require (nova/scheduler/utils.py). */
function traitsOf({ flavor, spec }: SchedulingRequest) {
  const named = (properties: Readonly<Record<string, string>>, wanted: string) =>
    Object.entries(properties).flatMap(([key, value]) =>
      key.startsWith("trait:") && value === wanted ? [key.slice("trait:".length)] : [],
    );
  return {
    requiredTraits: [...named(flavor.extra_specs, "required"), ...named(spec.imageProperties, "required")],
    forbiddenTraits: named(flavor.extra_specs, "forbidden"),
  };
}

const NOT_ENOUGH = "There are not enough hosts available.";

export class SchedulerManager {
  readonly store: NovaStore;
  readonly nodes: ComputeNodes;
  readonly settings: Values<typeof computeSection>;
  #context: ServiceContext;
  #actions: InstanceActions;
  #requests: SchedulingRequests;
  #driver: SchedulerDriver;
  #states: HostStates;
  #log: Logger;

  constructor(
    context: ServiceContext,
    periphery: Pick<Periphery, "services" | "zones" | "groups">,
    driver: SchedulerDriver,
  ) {
    this.#context = context;
    this.store = new NovaStore(context.db);
    this.#requests = new SchedulingRequests(this.store, periphery);
    this.nodes = new ComputeNodes(context.db);
    this.#states = new HostStates(periphery, this.nodes, () => context.clock.now());
    this.settings = context.config(computeSection);
    this.#actions = new InstanceActions(this.store, context.clock);
    this.#log = context.log.child("nova.scheduler.manager");
    this.#driver = driver;
  }

  now(): number {
    return this.#context.clock.now();
  }

  handlers(): Record<string, Handler> {
    return {
      schedule_build: (context: RequestContext, args: ScheduleBuild) => this.scheduleBuild(context, args),
      select_destination: (context: RequestContext, args: SelectDestination) =>
        this.selectDestination(context, args),
    } as Record<string, Handler>;
  }

  /** New servers: each gets a host and goes there, or goes to ERROR; one's failure does not touch the others. */
  async scheduleBuild(context: RequestContext, args: ScheduleBuild): Promise<void> {
    const { retry } = args;
    const together: Wanted[] = [];
    for (const uuid of args.instanceUuids) {
      const instance = this.#unplaced(uuid);
      if (!instance) continue;
      try {
        const request = this.#requests.toBuild(context, instance, retry);
        // What an interrupted delivery may have claimed must not stand in the way.
        this.#placement()?.allocate(elevated(context), consumerOf(instance), {});
        if (this.#driver.place && !request.force) {
          together.push({ instance, request });
          continue;
        }
        const ordered = this.#ordered(request);
        // Not awaited without need: between choice and claim nobody else may choose.
        const hosts = ordered instanceof Promise ? await ordered : ordered;
        this.#send(context, args, instance, this.#claimBest(context, instance, hosts, request));
      } catch (error) {
        this.#fail(context, instance, retry, error);
      }
    }
    if (together.length > 0) await this.#placeTogether(context, args, together);
  }

  /** A driver that wants to see all servers of a request at once. */
  async #placeTogether(
    context: RequestContext,
    args: ScheduleBuild,
    wanted: readonly Wanted[],
  ): Promise<void> {
    const requests = wanted.map(({ request }) => request);
    const [first, ...rest] = requests;
    if (!first) return;
    let placed: ReadonlyMap<string, Placement> = new Map();
    let fault: unknown = new NoValidHost("");
    try {
      const hosts = this.#wanted(first);
      placed = (await this.#driver.place?.([first, ...rest], hosts, args)) ?? placed;
    } catch (error) {
      fault = error;
    }
    for (const { instance, request } of wanted) {
      const placement = placed.get(instance.uuid) ?? { error: fault };
      try {
        if ("error" in placement) throw placement.error;
        const host = this.#claimBest(context, instance, [placement.host], request);
        this.#send(context, args, instance, host, placement.launchIndex);
      } catch (error) {
        this.#fail(context, instance, args.retry, error);
      }
    }
  }

  /** Not placed by an earlier delivery, and not being deleted. */
  #unplaced(uuid: string): InstanceRow | null {
    const instance = this.store.instance(uuid);
    const waits = instance?.vm_state === "building" && instance.task_state === "scheduling";
    return waits && instance.host === null ? instance : null;
  }

  /** The host has the claim; it is told to build. */
  #send(
    context: RequestContext,
    args: ScheduleBuild,
    placed: InstanceRow,
    host: HostState,
    launchIndex: number | null = null,
  ): void {
    const { uuid } = placed;
    const message: BuildAndRun = { instanceUuid: uuid, order: args.order, retry: args.retry };
    const sent = this.store.db.transaction(() => {
      const instance = this.#unplaced(uuid);
      if (!instance) return false;
      const index = launchIndex === null ? {} : { launch_index: launchIndex };
      this.store.updateInstance(
        uuid,
        { host: host.host, node: host.node, scheduled_at: this.now(), ...index },
        this.now(),
      );
      this.#context.bus.cast(context, computeTopic(host.host), "build_and_run_instance", message);
      return true;
    });
    // Deleted while a plugin was thinking: who deletes a server gives back what it holds, but this came after.
    if (sent) reportUsage(this, { name: host.host });
    else this.#placement()?.allocate(elevated(context), consumerOf(placed), {});
  }

  /** A host for a server that exists, its claim made. @throws NoValidHost */
  async selectDestination(context: RequestContext, args: SelectDestination): Promise<Destination> {
    const instance = this.store.instance(args.instanceUuid);
    if (!instance) throw new NoValidHost("");
    const flavors = this.store.flavorsOf(instance.uuid);
    const flavor = (args.flavorId === "new" ? flavors?.new : null) ?? flavors?.cur;
    if (!flavor || !flavors) throw new NoValidHost("");
    const spec = this.#requests.specOf(instance.uuid);
    const migration = this.store.migrations.first({ uuid: args.consumerUuid });
    const request = this.#requests.of(context, instance, flavor, spec, {
      ignoreHosts: new Set(args.ignoreHosts),
      targetHost: args.targetHost,
      force: args.force,
      purpose: purposeOf(migration?.migration_type ?? null),
    });
    const ordered = this.#ordered(request);
    const hosts = ordered instanceof Promise ? await ordered : ordered;
    for (const host of hosts) {
      try {
        if (migration) {
          const source = instance.host ? this.nodes.ofHost(instance.host) : null;
          holdForMove(this.#placement(), context, instance, migration, {
            instance: { [host.uuid]: request.resources },
            migration: source ? { [source.uuid]: resourcesOf(flavors.cur, spec.bootsFromVolume) } : {},
          });
        } else this.#claim(context, instance, host, request);
        return { host: host.host, node: host.node };
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        this.#log.debug(context, `Unable to claim resources on ${host.host}: ${error.message}`);
      }
    }
    if (migration) this.#giveBackMove(context, instance, flavors.cur, spec, migration.uuid);
    throw new NoValidHost(NOT_ENOUGH);
  }

  /** The claim of a move failed everywhere: the server holds what it held. */
  #giveBackMove(
    context: RequestContext,
    instance: InstanceRow,
    flavor: FlavorSnapshot,
    spec: RequestSpec,
    migrationUuid: string,
  ): void {
    const migration = this.store.migrations.first({ uuid: migrationUuid });
    const source = instance.host ? this.nodes.ofHost(instance.host) : null;
    if (!migration || !source) return;
    holdForMove(this.#placement(), context, instance, migration, {
      instance: { [source.uuid]: resourcesOf(flavor, spec.bootsFromVolume) },
      migration: {},
    });
  }

  /** Claims the first of these hosts that will have it. @throws NoValidHost */
  #claimBest(
    context: RequestContext,
    instance: InstanceRow,
    hosts: Iterable<HostState>,
    request: SchedulingRequest,
  ): HostState {
    for (const host of hosts) {
      try {
        this.#claim(context, instance, host, request);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        this.#log.debug(context, `Unable to claim resources on ${host.host}: ${error.message}`);
        continue;
      }
      this.#log.debug(context, `[instance: ${instance.uuid}] Selected host: ${host}`);
      return host;
    }
    throw new NoValidHost(NOT_ENOUGH);
  }

  #claim(context: RequestContext, instance: InstanceRow, host: HostState, request: SchedulingRequest): void {
    this.#placement()?.allocate(elevated(context), consumerOf(instance), { [host.uuid]: request.resources });
  }

  /** The hosts with room that were not ruled out. @throws NoValidHost when placement has no candidate */
  #wanted(request: SchedulingRequest): HostState[] {
    const hosts = this.#candidates(request);
    if (request.ignoreHosts.size === 0 && request.targetHost === null && request.targetNode === null)
      return hosts;
    return hosts.filter(
      (host) =>
        !request.ignoreHosts.has(host.host) &&
        (request.targetHost === null || host.host === request.targetHost) &&
        (request.targetNode === null || host.node === request.targetNode),
    );
  }

  /** The hosts that will do, best first. @throws NoValidHost when placement has no candidate */
  #ordered(request: SchedulingRequest): Iterable<HostState> | Promise<Iterable<HostState>> {
    const hosts = this.#wanted(request);
    if (request.force) {
      const wanted = request.targetHost ?? request.targetNode;
      if (hosts.length === 0)
        this.#log.info(
          request.context,
          `No hosts matched due to not matching 'force_hosts' value of '${wanted}'`,
        );
      return hosts;
    }
    return this.#driver.select(request, hosts, this.#log);
  }

  #candidates(request: SchedulingRequest): HostState[] {
    const placement = this.#placement();
    if (!placement) return this.#states.all();
    const found = placement.candidates({ resources: request.resources, ...traitsOf(request) });
    if (found.length === 0) {
      this.#log.info(
        request.context,
        "Got no allocation candidates from the Placement API. This could be due to insufficient resources or a temporary occurrence as compute nodes start up.",
      );
      throw new NoValidHost("");
    }
    return this.#states.of(found);
  }

  #placementWanted(): boolean {
    return this.#context.endpoints.base("placement-api") !== null;
  }

  /** @throws NoValidHost while the placement service is stopped, as Nova's scheduler does */
  #placement(): PlacementPublic | null {
    if (!this.#placementWanted()) return null;
    const placement = this.#context.peers.find(placementPublic);
    if (!placement) {
      this.#log.warning(null, "Placement API service is not responding.");
      throw new NoValidHost("");
    }
    return placement;
  }

  /** ERROR with a fault that says why; nothing is held for the server. */
  #fail(context: RequestContext, instance: InstanceRow, retry: Retry | null, error: unknown): void {
    // What a plugin gave a server as its error was logged where it was given.
    if (!(error instanceof CloudError || error instanceof PluginFailure))
      this.#log.error(context, `Scheduling ${instance.uuid} failed`, error);
    else
      this.#log.warning(
        context,
        `[instance: ${instance.uuid}] Failed to compute_task_build_instances: ${error.message}`,
      );
    const fault =
      retry && error instanceof NoValidHost
        ? new MaxRetriesExceeded(
            `Exhausted all hosts available for retrying build failures for instance ${instance.uuid}.`,
          )
        : error;
    this.store.db.transaction(() => {
      this.store.updateInstance(
        instance.uuid,
        { vm_state: "error", task_state: null, host: null, node: null },
        this.now(),
      );
      this.#actions.addFault(instance.uuid, null, fault);
      const event = this.#actions.beginEvent(
        context,
        instance.uuid,
        "conductor_schedule_and_build_instances",
        null,
      );
      this.#actions.endEvent(event, fault);
    });
    try {
      this.#placement()?.allocate(elevated(context), consumerOf(instance), {});
    } catch (again) {
      this.#log.debug(context, `nothing to give back: ${messageOf(again)}`);
    }
  }
}
