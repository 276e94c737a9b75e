// What takes several steps on several hosts: building, moving, taking over, unshelving. Authority:
// nova/conductor/manager.py of Zed. The conductor holds nothing: every step it takes is a row and a message.

import type { Handler } from "../../core/bus.ts";
import { elevated, type RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { ServiceContext } from "../../core/service.ts";
import { imagePublic } from "../../image/public.ts";
import { InstanceActions } from "../actions.ts";
import { novaSection } from "../config.ts";
import { MaxRetriesExceeded, NoValidHost } from "../errors.ts";
import { locksOf } from "../locks.ts";
import { removeShelvedImage } from "../manager/images.ts";
import type { RebuildArgs } from "../manager/rebuild.ts";
import { NovaStore } from "../store.ts";
import type { InstanceRow, MigrationRow } from "../tables.ts";
import {
  type BuildInstances,
  type BuildOrder,
  computeTopic,
  type Destination,
  SCHEDULER_TOPIC,
  type SelectDestination,
} from "../topics.ts";

export interface MigrateServer {
  instanceUuid: string;
  migrationUuid: string;
  /** Only this host. */
  targetHost: string | null;
}

export interface LiveMigrateServer extends MigrateServer {
  blockMigration: boolean;
  /** Filters are not asked about the target. */
  force: boolean;
}

export interface EvacuateServer extends LiveMigrateServer {
  order: Pick<BuildOrder, "adminPassword" | "injectedFiles">;
  formerVmState: string;
}

export interface UnshelveServer {
  instanceUuid: string;
  targetHost: string | null;
}

interface Move {
  instance: InstanceRow;
  migration: MigrationRow;
}

interface MoveStep {
  wanted: Omit<SelectDestination, "instanceUuid">;
  /** Of the migration, once it has a destination. */
  status: string;
  /** Who goes on, and with what. */
  message(destination: Destination): [host: string, method: string, args: object];
  failed(error: unknown): void;
}

export class Conductor {
  readonly store: NovaStore;
  #context: ServiceContext;
  #actions: InstanceActions;
  #log: Logger;
  #maxAttempts: number;
  #locks: ReturnType<typeof locksOf>;

  constructor(context: ServiceContext) {
    this.#context = context;
    this.store = new NovaStore(context.db);
    this.#actions = new InstanceActions(this.store, context.clock);
    this.#log = context.log.child("nova.conductor.manager");
    this.#maxAttempts = context.config(novaSection).MAX_ATTEMPTS;
    this.#locks = locksOf(context.db);
  }

  handlers(): Record<string, Handler> {
    return {
      build_instances: (context: RequestContext, args: BuildInstances) => this.buildInstances(context, args),
      migrate_server: (context: RequestContext, args: MigrateServer) =>
        this.#oneAtATime(args, () => this.migrateServer(context, args)),
      live_migrate_server: (context: RequestContext, args: LiveMigrateServer) =>
        this.#oneAtATime(args, () => this.liveMigrate(context, args)),
      evacuate_server: (context: RequestContext, args: EvacuateServer) =>
        this.#oneAtATime(args, () => this.evacuate(context, args)),
      unshelve_instance: (context: RequestContext, args: UnshelveServer) =>
        this.#oneAtATime(args, () => this.unshelve(context, args)),
    } as Record<string, Handler>;
  }

  /** New servers, or one that failed on a host: on to the scheduler, unless it was tried often enough. */
  buildInstances(context: RequestContext, args: BuildInstances): void {
    const { retry } = args;
    if (retry && retry.attempts >= this.#maxAttempts) {
      for (const uuid of args.instanceUuids) {
        const reason = `Exceeded max scheduling attempts ${this.#maxAttempts} for instance ${uuid}. Last exception: ${retry.reason}`;
        this.#errorOut(context, uuid, new MaxRetriesExceeded(reason));
      }
      return;
    }
    this.#context.bus.cast(context, SCHEDULER_TOPIC, "schedule_build", args);
  }

  /** Resize and cold migration: a destination, then the source host begins. */
  async migrateServer(context: RequestContext, args: MigrateServer): Promise<void> {
    const move = this.#move(args, "resize_prep", ["accepted", "pre-migrating"]);
    if (!move || move.migration.dest_compute !== null) return;
    const { instance, migration } = move;
    const resize = migration.migration_type === "resize";
    const sameHost = resize && this.#sameHostAllowed();
    await this.#send(context, move, "cold_migrate", {
      wanted: {
        flavorId: resize ? "new" : "cur",
        ignoreHosts: sameHost || instance.host === null ? [] : [instance.host],
        targetHost: args.targetHost,
        force: false,
        consumerUuid: migration.uuid,
      },
      status: "pre-migrating",
      message: () => [
        instance.host ?? "",
        "resize_instance",
        { instanceUuid: instance.uuid, migrationUuid: migration.uuid },
      ],
      failed: (error) => this.#moveFailed(context, move, error),
    });
  }

  async liveMigrate(context: RequestContext, args: LiveMigrateServer): Promise<void> {
    const move = this.#move(args, "migrating", ["accepted"]);
    if (!move) return;
    const { instance, migration } = move;
    const { blockMigration } = args;
    await this.#send(context, move, "conductor_live_migrate_instance", {
      wanted: {
        flavorId: "cur",
        ignoreHosts: instance.host === null ? [] : [instance.host],
        targetHost: args.targetHost,
        force: args.force,
        consumerUuid: migration.uuid,
      },
      status: "queued",
      message: () => [
        instance.host ?? "",
        "live_migration",
        { instanceUuid: instance.uuid, migrationUuid: migration.uuid, blockMigration },
      ],
      failed: (error) => this.#moveFailed(context, move, error),
    });
  }

  /** The server's host is down: another builds it again under the same name, with its volumes and addresses. */
  async evacuate(context: RequestContext, args: EvacuateServer): Promise<void> {
    const move = this.#move(args, "rebuilding", ["accepted"]);
    if (!move) return;
    const { instance, migration } = move;
    const rebuild: RebuildArgs = {
      instanceUuid: instance.uuid,
      order: args.order,
      formerVmState: args.formerVmState,
      migrationUuid: migration.uuid,
    };
    await this.#send(context, move, "rebuild_server", {
      wanted: {
        flavorId: "cur",
        ignoreHosts: instance.host === null ? [] : [instance.host],
        targetHost: args.targetHost,
        force: args.force,
        consumerUuid: instance.uuid,
      },
      status: "pre-migrating",
      message: (destination) => [destination.host, "rebuild_instance", rebuild],
      failed: (error) => {
        this.#migration(migration, { status: "error" });
        this.#errorOut(context, instance.uuid, error);
      },
    });
  }

  async unshelve(context: RequestContext, args: UnshelveServer): Promise<void> {
    const instance = this.store.instance(args.instanceUuid);
    if (instance?.task_state !== "unshelving") return;
    if (instance.vm_state === "shelved" && instance.host !== null) {
      this.#startShelved(context, instance, instance.host);
      return;
    }
    if (instance.host !== null) return; // cast by an earlier delivery
    const event = this.#actions.beginEvent(context, instance.uuid, "conductor_unshelve_instance", null);
    try {
      const destination = await this.#select(context, {
        instanceUuid: instance.uuid,
        flavorId: "cur",
        ignoreHosts: [],
        targetHost: args.targetHost,
        force: false,
        consumerUuid: instance.uuid,
      });
      this.store.db.transaction(() => {
        this.store.updateInstance(
          instance.uuid,
          { host: destination.host, node: destination.node },
          this.#context.clock.now(),
        );
        this.#context.bus.cast(context, computeTopic(destination.host), "unshelve_instance", {
          instanceUuid: instance.uuid,
        });
      });
      this.#actions.endEvent(event);
    } catch (error) {
      this.#log.warning(context, `[instance: ${instance.uuid}] No valid host found for unshelve instance`);
      this.#actions.addFault(instance.uuid, null, error);
      this.store.updateInstance(instance.uuid, { task_state: null }, this.#context.clock.now());
      this.#actions.endEvent(event, error);
    }
  }

  /** Shelved but still on its host: it is only started, and its image goes. */
  #startShelved(context: RequestContext, instance: InstanceRow, host: string): void {
    this.store.db.transaction(() => {
      this.store.updateInstance(instance.uuid, { task_state: "powering-on" }, this.#context.clock.now());
      this.#context.bus.cast(context, computeTopic(host), "start_instance", { instanceUuid: instance.uuid });
    });
    const { peers } = this.#context;
    const parts = {
      store: this.store,
      log: this.#log,
      get images() {
        return peers.get(imagePublic);
      },
    };
    removeShelvedImage(parts, context, instance.uuid);
  }

  #sameHostAllowed(): boolean {
    return this.#context.config(novaSection).ALLOW_RESIZE_TO_SAME_HOST;
  }

  #oneAtATime(args: { instanceUuid: string }, work: () => Promise<void>): Promise<void> {
    return this.#locks.run(args.instanceUuid, work);
  }

  /** The server and its migration, when both are still as this step expects them. */
  #move(args: MigrateServer, task: string, statuses: readonly string[]): Move | null {
    const instance = this.store.instance(args.instanceUuid);
    const migration = this.store.migrations.first({ uuid: args.migrationUuid });
    if (!instance || !migration || instance.task_state !== task) return null;
    return statuses.includes(migration.status ?? "") ? { instance, migration } : null;
  }

  /** Finds the destination, notes it, and tells the host that goes on; the two last belong together. */
  async #send(context: RequestContext, { instance, migration }: Move, eventName: string, step: MoveStep) {
    const event = this.#actions.beginEvent(context, instance.uuid, eventName, null);
    try {
      const destination = await this.#select(context, { instanceUuid: instance.uuid, ...step.wanted });
      const [host, method, args] = step.message(destination);
      this.store.db.transaction(() => {
        const { host: dest_compute, node: dest_node } = destination;
        this.#migration(migration, { dest_compute, dest_node, status: step.status });
        this.#context.bus.cast(context, computeTopic(host), method, args);
      });
      this.#actions.endEvent(event);
    } catch (error) {
      step.failed(error);
      this.#actions.endEvent(event, error);
    }
  }

  #select(context: RequestContext, args: SelectDestination): Promise<Destination> {
    return this.#context.bus.call<Destination>(
      elevated(context),
      SCHEDULER_TOPIC,
      "select_destination",
      args,
    );
  }

  #migration(migration: MigrationRow, changes: Partial<MigrationRow>): void {
    this.store.migrations.update({ id: migration.id }, { ...changes, updated_at: this.#context.clock.now() });
  }

  /** Nothing has happened to the server yet: it is as it was, and the fault says why it stays. */
  #moveFailed(context: RequestContext, { instance, migration }: Move, error: unknown): void {
    this.#log.warning(
      context,
      `[instance: ${instance.uuid}] Setting instance to ${instance.vm_state} state: ${messageOf(error)}`,
    );
    this.store.db.transaction(() => {
      this.#migration(migration, { status: "error" });
      this.#actions.addFault(instance.uuid, null, error);
      this.store.updateInstance(instance.uuid, { task_state: null }, this.#context.clock.now());
      const flavors = this.store.flavorsOf(instance.uuid);
      if (flavors) this.store.setFlavors(instance.uuid, { cur: flavors.cur, old: null, new: null });
    });
  }

  #errorOut(context: RequestContext, uuid: string, error: unknown): void {
    const instance = this.store.instance(uuid);
    if (!instance) return;
    if (!(error instanceof NoValidHost))
      this.#log.warning(context, `[instance: ${uuid}] ${messageOf(error)}`);
    this.store.db.transaction(() => {
      this.store.updateInstance(uuid, { vm_state: "error", task_state: null }, this.#context.clock.now());
      this.#actions.addFault(uuid, null, error);
    });
  }
}
