// The volume scheduler: which back end does what. Every message ends with the work handed on or with a state that says why
// not; both are written in one transaction, and a message that comes again finds that it is done. Authority: cinder/
// scheduler/manager.py of Zed.

import type { Handler } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { CloudError, messageOf } from "../../core/errors.ts";
import { backupHost } from "../backups/backups.ts";
import { releaseBackup, releaseSource } from "../backups/states.ts";
import type { Cinder } from "../cinder.ts";
import { volumeSchedulerSection } from "../config.ts";
import { NoValidBackend } from "../errors.ts";
import type { Action } from "../messages.ts";
import type { SnapshotRow, VolumeRow } from "../tables.ts";
import {
  type BackupArgs,
  backupTopic,
  type CreateVolumeSpec,
  type ExtendArgs,
  type GroupArgs,
  type ManageArgs,
  type ManageSnapshotArgs,
  type MigrateArgs,
  type MigrateOnBackendArgs,
  type RetypeArgs,
  type RetypeOnBackendArgs,
  SCHEDULER_TOPIC,
  type SnapshotArgs,
  volumeTopic,
} from "../topics.ts";
import { scheduleGroup } from "./groups.ts";
import { isOn, Placement } from "./placement.ts";
import type { PoolState } from "./pools.ts";

export class SchedulerManager {
  #cinder: Cinder;
  #placement: Placement;
  #maxAttempts: number;

  /** @throws Error for settings that name what there is not */
  constructor(cinder: Cinder) {
    this.#cinder = cinder;
    this.#placement = new Placement(cinder);
    this.#maxAttempts = cinder.context.config(volumeSchedulerSection).CINDER_SCHEDULER_MAX_ATTEMPTS;
  }

  handlers(): Record<string, Handler> {
    const bound = {
      create_volume: this.createVolume,
      extend_volume: this.extendVolume,
      retype: this.retype,
      migrate_volume: this.migrateVolume,
      create_snapshot: this.createSnapshot,
      manage_existing: this.manageExisting,
      manage_existing_snapshot: this.manageExistingSnapshot,
      create_group: this.createGroup,
      create_backup: this.createBackup,
    };
    return Object.fromEntries(
      Object.entries(bound).map(([name, method]) => [name, method.bind(this) as Handler]),
    );
  }

  /** Volumes that no message will ever place, because somebody emptied the queue, end in error. */
  recover(): void {
    const { bus } = this.#cinder.context;
    const awaited = new Set(
      (bus.waiting(SCHEDULER_TOPIC, "create_volume") as CreateVolumeSpec[]).map(({ volumeId }) => volumeId),
    );
    for (const { id } of this.#cinder.store.volumes.unplaced()) {
      if (awaited.has(id)) continue;
      this.#cinder.log.warning(null, `volume ${id}: nobody asks for a place for it any more`);
      this.#cinder.store.volumes.update(id, { status: "error" });
    }
  }

  createVolume(context: RequestContext, spec: CreateVolumeSpec): void {
    const volume = this.#cinder.store.volumes.get(spec.volumeId);
    // Placed by an earlier delivery, or deleted.
    if (volume?.status !== "creating" || volume.host !== null) return;
    this.#orElse(
      context,
      "create_volume",
      () => {
        const pool = this.#choose(context, volume, spec);
        this.#cinder.transaction(() => {
          this.#cinder.store.volumes.update(volume.id, {
            host: pool.id,
            availability_zone: pool.service.availability_zone,
            service_uuid: pool.service.uuid,
            scheduled_at: this.#cinder.store.volumes.rows.now(),
          });
          this.#send(context, pool.id, "create_volume", spec);
        });
        this.#cinder.log.debug(context, `volume ${volume.id}: chose ${pool.id}`);
      },
      () => {
        this.#cinder.store.volumes.update(volume.id, { status: "error" });
        if (spec.backup) releaseBackup(this.#cinder, spec.backup.id, volume.id);
        this.#tell(context, volume, "scheduleAllocateVolume");
      },
    );
  }

  #choose(context: RequestContext, volume: VolumeRow, spec: CreateVolumeSpec): PoolState {
    const tried = spec.tried ?? [];
    if (tried.length >= this.#maxAttempts) {
      throw new NoValidBackend(
        `Exceeded max scheduling attempts ${this.#maxAttempts} for resource ${volume.id}`,
      );
    }
    const { availabilityZones: zones, hints, resourceBackend } = spec;
    const pool = this.#placement
      .candidates(this.#placement.requestFor(context, volume, { zones, hints }))
      .find((each) => !tried.includes(each.id) && (resourceBackend === null || isOn(each, resourceBackend)));
    if (!pool) throw new NoValidBackend("No weighed backends available");
    return pool;
  }

  extendVolume(context: RequestContext, args: ExtendArgs): void {
    const volume = this.#cinder.store.volumes.get(args.volumeId);
    if (volume?.status !== "extending" || volume.host === null) return;
    const { host } = volume;
    this.#orElse(
      context,
      "extend_volume",
      () => {
        const request = this.#placement.requestFor(context, volume, {
          sizeGb: args.newSizeGb - volume.size,
          extendsAttached: volume.attach_status !== "detached",
        });
        this.#placement.on(host, request);
        this.#send(context, host, "extend_volume", args);
      },
      () => {
        this.#cinder.quotas.release(args.reservations);
        this.#cinder.store.volumes.update(volume.id, {
          status: volume.previous_status ?? "available",
          previous_status: null,
        });
        this.#cinder.quotas.note(volume.project_id);
        this.#tell(context, volume, "extendVolume");
      },
    );
  }

  retype(context: RequestContext, args: RetypeArgs): void {
    const volume = this.#cinder.store.volumes.get(args.volumeId);
    if (volume?.status !== "retyping" || volume.host === null) return;
    const { host } = volume;
    this.#orElse(
      context,
      "retype",
      () => {
        const request = this.#placement.requestFor(context, volume, {
          typeId: args.newTypeId,
          existsOn: host,
        });
        const pools = this.#placement.candidates(request);
        if (pools.length === 0) {
          throw new NoValidBackend(`No valid backends for volume ${volume.id} with type ${args.newTypeId}`);
        }
        const stays = pools.find((pool) => isOn(pool, host));
        if (!stays && args.migrationPolicy === "never") {
          throw new NoValidBackend(
            `Current backend not valid for volume ${volume.id} with type ${args.newTypeId}, migration not allowed`,
          );
        }
        const chosen: RetypeOnBackendArgs = {
          ...args,
          host: (stays ?? pools[0]!).id,
          dataId: this.#cinder.newId(),
        };
        this.#send(context, host, "retype", chosen);
      },
      () => {
        this.#cinder.quotas.release(args.reservations);
        this.#cinder.store.volumes.update(volume.id, { status: volume.previous_status ?? "available" });
        this.#cinder.quotas.note(volume.project_id);
      },
    );
  }

  migrateVolume(context: RequestContext, args: MigrateArgs): void {
    const volume = this.#cinder.store.volumes.get(args.volumeId);
    if (volume?.migration_status !== "starting" || volume.host === null) return;
    const { host } = volume;
    this.#orElse(
      context,
      "migrate_volume",
      () => {
        const pool = this.#placement.on(args.host, this.#placement.requestFor(context, volume));
        const chosen: MigrateOnBackendArgs = {
          volumeId: volume.id,
          host: pool.id,
          dataId: this.#cinder.newId(),
        };
        this.#send(context, host, "migrate_volume", chosen);
      },
      () =>
        this.#cinder.store.volumes.update(volume.id, {
          migration_status: "error",
          ...(volume.status === "maintenance" ? { status: volume.previous_status ?? "available" } : {}),
        }),
    );
  }

  createSnapshot(context: RequestContext, args: SnapshotArgs): void {
    const { snapshot, volume } = this.#snapshot(args.snapshotId);
    if (snapshot?.status !== "creating" || !volume?.host) return;
    this.#onItsBackend(context, "create_snapshot", snapshot, volume, args);
  }

  manageExistingSnapshot(context: RequestContext, args: ManageSnapshotArgs): void {
    const { snapshot, volume } = this.#snapshot(args.snapshotId);
    if (snapshot?.status !== "creating" || !volume?.host) return;
    this.#onItsBackend(context, "manage_existing_snapshot", snapshot, volume, args);
  }

  #onItsBackend(
    context: RequestContext,
    method: string,
    snapshot: SnapshotRow,
    volume: VolumeRow,
    args: unknown,
  ): void {
    const host = volume.host ?? "";
    this.#orElse(
      context,
      method,
      () => {
        const what = `snapshot ${snapshot.id}`;
        this.#placement.on(host, this.#placement.requestFor(context, volume, { what, existsOn: host }));
        this.#send(context, host, method, args);
      },
      () => this.#cinder.store.snapshots.update(snapshot.id, { status: "error" }),
    );
  }

  #snapshot(id: string): { snapshot: SnapshotRow | null; volume: VolumeRow | null } {
    const snapshot = this.#cinder.store.snapshots.get(id);
    return { snapshot, volume: snapshot ? this.#cinder.store.volumes.get(snapshot.volume_id) : null };
  }

  manageExisting(context: RequestContext, args: ManageArgs): void {
    const volume = this.#cinder.store.volumes.get(args.volumeId);
    if (volume?.status !== "managing" || volume.host === null) return;
    const { host } = volume;
    this.#orElse(
      context,
      "manage_existing",
      () => {
        // Its size is not known yet.
        const pool = this.#placement.on(host, this.#placement.requestFor(context, volume, { sizeGb: 0 }));
        this.#cinder.transaction(() => {
          this.#cinder.store.volumes.update(volume.id, { host: pool.id, service_uuid: pool.service.uuid });
          this.#send(context, pool.id, "manage_existing", args);
        });
      },
      () => this.#cinder.store.volumes.update(volume.id, { status: "error_managing" }),
    );
  }

  createGroup(context: RequestContext, args: GroupArgs): void {
    const group = this.#cinder.store.groups.rows.get(args.groupId);
    if (group?.status !== "creating" || group.host !== null) return;
    this.#orElse(
      context,
      "create_group",
      () => {
        const pool = scheduleGroup(this.#cinder, this.#placement, context, group);
        this.#cinder.transaction(() => {
          this.#cinder.store.groups.rows.update(group.id, { host: pool.id });
          this.#send(context, pool.id, "create_group", args);
        });
      },
      () => this.#cinder.store.groups.rows.update(group.id, { status: "error" }),
    );
  }

  createBackup(context: RequestContext, args: BackupArgs): void {
    const backup = this.#cinder.store.backups.get(args.backupId);
    if (backup?.status !== "creating") return;
    const { store } = this.#cinder;
    this.#orElse(
      context,
      "create_backup",
      () => {
        const volume = store.volumes.get(backup.volume_id);
        const host = backupHost(this.#cinder, volume);
        this.#cinder.transaction(() => {
          store.backups.update(backup.id, { host });
          this.#cinder.context.bus.cast(context, backupTopic(host), "create_backup", args);
        });
      },
      () => {
        releaseSource(this.#cinder, backup, "backing-up");
        store.backups.fail(backup.id, ["creating"], "Service not found for creating backup.");
        const resource = { type: "VOLUME_BACKUP" as const, uuid: backup.id, projectId: backup.project_id };
        this.#cinder.messages.create(context, resource, "backupCreate", "backupScheduleError");
      },
    );
  }

  #send(context: RequestContext, host: string, method: string, args: unknown): void {
    this.#cinder.context.bus.cast(context, volumeTopic(host), method, args);
  }

  #tell(context: RequestContext, volume: VolumeRow, action: Action): void {
    const resource = { type: "VOLUME" as const, uuid: volume.id, projectId: volume.project_id };
    this.#cinder.messages.create(context, resource, action, "noBackendAvailable");
  }

  /** Whatever goes wrong, what was asked for does not stay on its way for ever. */
  #orElse(context: RequestContext, method: string, work: () => void, giveUp: () => void): void {
    try {
      work();
    } catch (error) {
      const text = `Failed to schedule_${method}: ${messageOf(error)}`;
      this.#cinder.log.error(context, text, error instanceof CloudError ? undefined : error);
      this.#cinder.transaction(giveUp);
    }
  }
}
