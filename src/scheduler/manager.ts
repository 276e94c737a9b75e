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
  novaSection,
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
import { schedulerSection } from "./config.ts";
import type { SchedulerDriver } from "./drivers/driver.ts";
import { makeSchedulerDriver } from "./drivers/index.ts";
import type { HostState } from "./host-state.ts";
import { HostStates } from "./host-states.ts";
import type { SchedulingRequest } from "./request.ts";

const NOT_ENOUGH = "There are not enough hosts available.";

export class SchedulerManager {
  readonly store: NovaStore;
  readonly nodes: ComputeNodes;
  readonly settings: Values<typeof computeSection>;
  #context: ServiceContext;
  #actions: InstanceActions;
  #periphery: Pick<Periphery, "groups">;
  #driver: SchedulerDriver;
  #states: HostStates;
  #log: Logger;

  /** @throws Error for an unknown driver, filter or weigher */
  constructor(context: ServiceContext, periphery: Pick<Periphery, "services" | "zones" | "groups">) {
    this.#context = context;
    this.#periphery = periphery;
    this.store = new NovaStore(context.db);
    this.nodes = new ComputeNodes(context.db);
    this.#states = new HostStates(periphery);
    this.settings = context.config(computeSection);
    this.#actions = new InstanceActions(this.store, context.clock);
    this.#log = context.log.child("nova.scheduler.manager");
    const settings = {
      ...context.config(schedulerSection),
      DEFAULT_AVAILABILITY_ZONE: context.config(novaSection).DEFAULT_AVAILABILITY_ZONE,
    };
    // Without placement nobody else counts.
    const extra = this.#placementWanted() ? [] : ["RamFilter", "CoreFilter", "DiskFilter"];
    this.#driver = makeSchedulerDriver(settings.SCHEDULER_DRIVER, settings, extra);
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
  scheduleBuild(context: RequestContext, args: ScheduleBuild): void {
    for (const uuid of args.instanceUuids) {
      const instance = this.store.instance(uuid);
      // Placed by an earlier delivery, or being deleted.
      if (instance?.vm_state !== "building" || instance.task_state !== "scheduling") continue;
      if (instance.host !== null) continue;
      try {
        const spec = this.#specOf(uuid);
        const host = this.#place(context, instance, spec, args.retry);
        const message: BuildAndRun = { instanceUuid: uuid, order: args.order, retry: args.retry };
        this.store.db.transaction(() => {
          this.store.updateInstance(
            uuid,
            { host: host.host, node: host.node, scheduled_at: this.now() },
            this.now(),
          );
          this.#context.bus.cast(context, computeTopic(host.host), "build_and_run_instance", message);
        });
        reportUsage(this, { name: host.host });
      } catch (error) {
        this.#fail(context, instance, args.retry, error);
      }
    }
  }

  /** A host for a server that exists, its claim made. @throws NoValidHost */
  selectDestination(context: RequestContext, args: SelectDestination): Destination {
    const instance = this.store.instance(args.instanceUuid);
    if (!instance) throw new NoValidHost("");
    const flavors = this.store.flavorsOf(instance.uuid);
    const flavor = (args.flavorId === "new" ? flavors?.new : null) ?? flavors?.cur;
    if (!flavor || !flavors) throw new NoValidHost("");
    const spec = this.#specOf(instance.uuid);
    const request = this.#request(context, instance, flavor, spec, {
      ignoreHosts: new Set(args.ignoreHosts),
      targetHost: args.targetHost,
      force: args.force,
    });
    const hosts = this.#ordered(request);
    const migration = this.store.migrations.first({ uuid: args.consumerUuid });
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

  #place(context: RequestContext, instance: InstanceRow, spec: RequestSpec, retry: Retry | null): HostState {
    const flavor = this.store.flavorsOf(instance.uuid)?.cur;
    if (!flavor) throw new NoValidHost("");
    const request = this.#request(context, instance, flavor, spec, {
      ignoreHosts: new Set(retry?.hosts ?? []),
      targetHost: spec.forceHost ?? spec.requestedHost,
      targetNode: spec.forceNode ?? spec.requestedNode,
      force: spec.forceHost !== null || spec.forceNode !== null,
    });
    // What an interrupted delivery may have claimed must not stand in the way.
    this.#placement()?.allocate(elevated(context), consumerOf(instance), {});
    for (const host of this.#ordered(request)) {
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

  /** The hosts that will do, best first. @throws NoValidHost when placement has no candidate */
  #ordered(request: SchedulingRequest): Iterable<HostState> {
    const hosts = this.#candidates(request).filter(
      (host) =>
        !request.ignoreHosts.has(host.host) &&
        (request.targetHost === null || host.host === request.targetHost) &&
        (request.targetNode === null || host.node === request.targetNode),
    );
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
    if (!placement) return this.#states.of(this.nodes.list());
    const known = new Set(placement.candidates({ resources: request.resources }).map(({ uuid }) => uuid));
    if (known.size === 0) {
      this.#log.info(
        request.context,
        "Got no allocation candidates from the Placement API. This could be due to insufficient resources or a temporary occurrence as compute nodes start up.",
      );
      throw new NoValidHost("");
    }
    return this.#states.of(this.nodes.list().filter((row) => known.has(row.uuid)));
  }

  #request(
    context: RequestContext,
    instance: InstanceRow,
    flavor: FlavorSnapshot,
    spec: RequestSpec,
    wanted: Partial<Pick<SchedulingRequest, "ignoreHosts" | "targetHost" | "targetNode" | "force">>,
  ): SchedulingRequest {
    let flavorsByHost: Map<string, Set<number>> | null = null;
    return {
      context,
      instanceUuid: instance.uuid,
      projectId: instance.project_id ?? "",
      flavor,
      resources: resourcesOf(flavor, spec.bootsFromVolume),
      spec,
      ignoreHosts: wanted.ignoreHosts ?? new Set(),
      targetHost: wanted.targetHost ?? null,
      targetNode: wanted.targetNode ?? null,
      force: wanted.force ?? false,
      group: this.#groupOf(instance.uuid),
      currentHost: instance.host,
      hostsOf: (uuids) => this.#hostsOf(uuids),
      flavorsOn: (host) => {
        flavorsByHost ??= this.store.flavorsByHost();
        return flavorsByHost.get(host) ?? new Set();
      },
      index: instance.launch_index ?? 0,
    };
  }

  #groupOf(uuid: string): SchedulingRequest["group"] {
    const facts = this.#periphery.groups.ofInstance(uuid);
    if (!facts) return null;
    const members = new Map<string, number>();
    for (const row of this.store.instances.listIn(
      "uuid",
      facts.members.filter((member) => member !== uuid),
      "AND deleted = 0",
    )) {
      if (row.host !== null) members.set(row.host, (members.get(row.host) ?? 0) + 1);
    }
    return { facts, members };
  }

  #hostsOf(uuids: readonly string[]): Set<string> {
    const rows = this.store.instances.listIn("uuid", uuids, "AND deleted = 0");
    return new Set(rows.flatMap((row) => (row.host === null ? [] : [row.host])));
  }

  #specOf(uuid: string): RequestSpec {
    const row = this.store.requestSpecs.first({ instance_uuid: uuid });
    if (!row) throw new NoValidHost("");
    return row.spec as RequestSpec;
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
    if (!(error instanceof CloudError)) this.#log.error(context, `Scheduling ${instance.uuid} failed`, error);
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
