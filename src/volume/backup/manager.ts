// What the backup service does on which message. Every handler looks at the state it finds: work that a crash cut short
// begins anew, work that was done is not done again. Authority: cinder/backup/manager.py of Zed.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Delivery, Handler } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import { attempt } from "../attempt.ts";
import { Limiter } from "../backend/limiter.ts";
import { importedFields, SWIFT_DRIVER } from "../backups/records.ts";
import { releaseSource } from "../backups/states.ts";
import type { Cinder } from "../cinder.ts";
import { volumeBackupSection } from "../config.ts";
import { BackupCancelled, BackupServiceNotFound, InvalidBackup } from "../errors-backups.ts";
import type { Action, Detail } from "../messages.ts";
import { fromMoment, toMoment } from "../moments.ts";
import { tellOfBackup } from "../notices.ts";
import type { BackupRow } from "../tables-backups.ts";
import {
  type BackupArgs,
  type BackupDevice,
  type ImportArgs,
  type RestoreArgs,
  volumeTopic,
} from "../topics.ts";
import { type ChunkSettings, writeChunks } from "./chunks.ts";
import { Repository } from "./repository.ts";
import { readBackups, type Stored } from "./restored.ts";
import { describeVolume, restoreDescription } from "./volume-meta.ts";

/** Whole volumes that are read or written at once. */
const AT_ONCE = 2;
/** For a copy of a volume's data by its back end. */
const DEVICE_SECONDS = 24 * 3600;

export class BackupManager {
  #cinder: Cinder;
  #dir: string;
  #limiter = new Limiter(AT_ONCE);
  #settings: ChunkSettings;
  #container: string;

  /** @throws Error for a chunk that is no multiple of a block */
  constructor(cinder: Cinder, dir: string) {
    const settings = cinder.context.config(volumeBackupSection);
    const [chunkBytes, blockBytes] = [
      settings.CINDER_BACKUP_SWIFT_OBJECT_SIZE,
      settings.CINDER_BACKUP_SWIFT_BLOCK_SIZE,
    ];
    if (chunkBytes % blockBytes !== 0) {
      throw new Error("CINDER_BACKUP_SWIFT_OBJECT_SIZE must be a multiple of CINDER_BACKUP_SWIFT_BLOCK_SIZE");
    }
    this.#cinder = cinder;
    this.#dir = dir;
    this.#settings = {
      chunkBytes,
      blockBytes,
      compression: settings.CINDER_BACKUP_COMPRESSION_ALGORITHM as ChunkSettings["compression"],
    };
    this.#container = settings.CINDER_BACKUP_SWIFT_CONTAINER;
  }

  handlers(): Record<string, Handler> {
    const bound = {
      create_backup: this.createBackup,
      restore_backup: this.restoreBackup,
      delete_backup: this.deleteBackup,
      import_record: this.importRecord,
      reset_status: this.resetStatus,
    };
    return Object.fromEntries(
      Object.entries(bound).map(([name, method]) => [
        name,
        tellOfBackup(this.#cinder, name, method.bind(this) as Handler),
      ]),
    );
  }

  /** `creating` → `available`, and the volume or snapshot is what it was. */
  async createBackup(context: RequestContext, { backupId }: BackupArgs, delivery: Delivery): Promise<void> {
    const { store } = this.#cinder;
    const backup = store.backups.get(backupId);
    if (backup?.status !== "creating") return;
    await this.#attempt(
      context,
      delivery,
      `Create backup ${backupId} of volume ${backup.volume_id}`,
      () => this.#limiter.run(() => this.#create(context, backupId, delivery.signal)),
      (error) => {
        releaseSource(this.#cinder, backup, "error_backing-up");
        if (error instanceof BackupCancelled) return;
        store.backups.fail(backupId, ["creating"], messageOf(error));
        this.#tell(context, backup, "backupCreate", "backupCreateDriverError");
      },
    );
  }

  async #create(context: RequestContext, backupId: string, signal: AbortSignal): Promise<void> {
    const { store, settings, context: service } = this.#cinder;
    const found = store.backups.get(backupId);
    if (!found) throw new BackupCancelled(backupId);
    const volume = store.volumes.get(found.volume_id);
    if (!volume?.host) throw new InvalidBackup(`Volume ${found.volume_id} could not be found.`);
    // Of an attempt that was cut short.
    if (found.service_metadata !== null) await this.#repositoryOf(found).remove(found.service_metadata);
    const stamp = new Date(service.clock.now()).toISOString().replace(/[-:T]/g, "").slice(0, 14);
    const zone = settings.CINDER_AVAILABILITY_ZONE;
    const prefix = `volume_${volume.id}/${stamp}/az_${zone}_backup_${backupId}`;
    const backup = store.backups.update(backupId, {
      host: service.machine.hostName,
      service: SWIFT_DRIVER,
      container: found.container ?? this.#container,
      service_metadata: prefix,
    });
    if (!backup) throw new BackupCancelled(backupId);
    const check = () => {
      signal.throwIfAborted();
      if (store.backups.get(backupId)?.status !== "creating") throw new BackupCancelled(backupId);
    };
    const repository = this.#repositoryOf(backup);
    try {
      await repository.prepare();
      const topic = volumeTopic(volume.host);
      const { bus } = service;
      const device = await bus.call<BackupDevice>(
        context,
        topic,
        "backup_device",
        { backupId },
        DEVICE_SECONDS,
      );
      let count: number;
      try {
        const parentRow = backup.parent_id === null ? null : store.backups.get(backup.parent_id);
        if (backup.parent_id !== null && parentRow === null) {
          throw new InvalidBackup(`The parent backup ${backup.parent_id} could not be found.`);
        }
        count = await writeChunks(
          {
            backup,
            prefix,
            repository,
            parent: parentRow && { backup: parentRow, repository: this.#repositoryOf(parentRow) },
            volumeMeta: describeVolume(this.#cinder, volume),
            settings: this.#settings,
            workPath: join(this.#dir, `hashes-${backupId}`),
            check,
            signal,
          },
          device,
        );
      } finally {
        await bus.call(context, topic, "release_backup_device", { backupId }, DEVICE_SECONDS);
      }
      check();
      this.#cinder.transaction(() => {
        const complete = store.backups.updateFrom(backupId, ["creating"], {
          status: "available",
          object_count: count,
          size: volume.size,
        });
        if (!complete) throw new BackupCancelled(backupId);
        if (backup.parent_id !== null) store.backups.noteDependent(backup.parent_id);
        releaseSource(this.#cinder, backup, "backing-up");
        this.#cinder.quotas.note(backup.project_id);
      });
      this.#cinder.log.info(context, `Create backup finished. backup: ${backupId}.`);
    } catch (error) {
      if (!signal.aborted) await this.#removeObjects(context, backup);
      throw error;
    }
  }

  /** What is left of a failed backup is of no use; the objects of a deleted one nobody else removes. */
  async #removeObjects(context: RequestContext, backup: BackupRow): Promise<void> {
    try {
      await this.#repositoryOf(backup).remove(backup.service_metadata ?? backup.id);
    } catch (error) {
      this.#cinder.log.warning(
        context,
        `objects of backup ${backup.id} could not be removed: ${messageOf(error)}`,
      );
    }
  }

  /** `restoring` → `available`, and so is the volume, with the backup's content. */
  async restoreBackup(
    context: RequestContext,
    { backupId, volumeId }: RestoreArgs,
    delivery: Delivery,
  ): Promise<void> {
    const { store } = this.#cinder;
    const backup = store.backups.get(backupId);
    if (backup?.status !== "restoring" || backup.restore_volume_id !== volumeId) return;
    const isNew = store.volumes.get(volumeId)?.status === "creating";
    await this.#attempt(
      context,
      delivery,
      `Restore backup ${backupId} to volume ${volumeId}`,
      () => this.#limiter.run(() => this.#restore(context, backup, volumeId, delivery.signal)),
      (error) => {
        const cancelled = error instanceof BackupCancelled;
        const status = isNew || cancelled ? "error" : "error_restoring";
        store.volumes.updateFrom(volumeId, ["restoring-backup", "creating"], { status });
        store.backups.updateFrom(backupId, ["restoring"], { status: "available" });
        if (!cancelled) this.#tell(context, backup, "backupRestore", "backupRestoreDriverError");
      },
    );
  }

  async #restore(
    context: RequestContext,
    backup: BackupRow,
    volumeId: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, context: service } = this.#cinder;
    const check = () => {
      signal.throwIfAborted();
      if (store.backups.get(backup.id)?.status !== "restoring") throw new BackupCancelled(backup.id);
    };
    check();
    const volume = store.volumes.get(volumeId);
    if (!volume?.host || !["restoring-backup", "creating"].includes(volume.status)) {
      throw new InvalidBackup(
        `Restore backup aborted, expected volume status restoring-backup,creating but got ${volume?.status ?? "deleted"}.`,
      );
    }
    const path = join(this.#dir, `restore-${backup.id}`);
    let meta: string | null;
    try {
      meta = await readBackups(this.#chainOf(backup), path, check);
      await service.bus.call(
        context,
        volumeTopic(volume.host),
        "write_backup",
        { volumeId, path },
        DEVICE_SECONDS,
      );
    } finally {
      await rm(path, { force: true });
    }
    this.#cinder.transaction(() => {
      if (meta !== null) restoreDescription(this.#cinder, volumeId, meta);
      noteSource(this.#cinder, backup, volumeId);
      store.volumes.updateFrom(volumeId, ["restoring-backup", "creating"], {
        status: "available",
        ...(volume.launched_at === null ? { launched_at: store.volumes.rows.now() } : {}),
      });
      store.backups.updateFrom(backup.id, ["restoring"], { status: "available" });
    });
    this.#cinder.log.info(context, `Finished restoring backup ${backup.id} to volume ${volumeId}.`);
  }

  /** The full backup first. @throws InvalidBackup when one is missing */
  #chainOf(backup: BackupRow): Stored[] {
    const chain: Stored[] = [];
    for (let row = backup; ; ) {
      if (chain.some((each) => each.backup.id === row.id)) {
        throw new InvalidBackup(`Backup ${row.id} builds upon itself.`);
      }
      if (row.service !== SWIFT_DRIVER || row.service_metadata === null) {
        throw new InvalidBackup(`Backup ${row.id} is not one of ${SWIFT_DRIVER}.`);
      }
      chain.unshift({ backup: row, repository: this.#repositoryOf(row) });
      if (row.parent_id === null) return chain;
      const parent = this.#cinder.store.backups.get(row.parent_id);
      if (!parent) throw new InvalidBackup(`The parent backup ${row.parent_id} could not be found.`);
      row = parent;
    }
  }

  /** `deleting` → gone, objects first. */
  async deleteBackup(context: RequestContext, { backupId }: BackupArgs, delivery: Delivery): Promise<void> {
    const { store, quotas } = this.#cinder;
    const backup = store.backups.get(backupId);
    if (backup?.status !== "deleting") return;
    await this.#attempt(
      context,
      delivery,
      `Delete backup ${backupId}`,
      async () => {
        if (backup.service_metadata !== null) {
          await this.#repositoryOf(backup).remove(backup.service_metadata);
        }
        this.#cinder.transaction(() => {
          store.backups.remove(backupId);
          quotas.note(backup.project_id);
        });
        this.#cinder.log.info(context, `Delete backup finished, backup ${backupId} deleted.`);
      },
      (error) => {
        store.backups.fail(backupId, ["deleting"], messageOf(error));
        this.#tell(context, backup, "backupDelete", "backupDeleteDriverError");
      },
    );
  }

  /** `creating` → `available`, with what the record says. */
  async importRecord(
    context: RequestContext,
    { backupId, service, record }: ImportArgs,
    delivery: Delivery,
  ): Promise<void> {
    const { store } = this.#cinder;
    if (store.backups.get(backupId)?.status !== "creating") return;
    await this.#attempt(
      context,
      delivery,
      `Import record ${backupId}`,
      async () => {
        if (!SWIFT_DRIVER.startsWith(service)) throw new BackupServiceNotFound(service);
        const { id, data_timestamp, volume_id, ...fields } = importedFields(record);
        this.#cinder.transaction(() => {
          store.backups.update(id, {
            ...fields,
            ...(volume_id === null ? {} : { volume_id }),
            data_timestamp: data_timestamp === null ? null : toMoment(fromMoment(data_timestamp)),
            service: SWIFT_DRIVER,
            host: this.#cinder.context.machine.hostName,
            availability_zone: this.#cinder.settings.CINDER_AVAILABILITY_ZONE,
            status: "available",
          });
          if (fields.parent_id !== null) store.backups.noteDependent(fields.parent_id);
        });
        this.#cinder.log.info(context, `Import record id ${backupId} metadata from driver finished.`);
      },
      (error) => store.backups.fail(backupId, ["creating"], messageOf(error)),
    );
  }

  resetStatus(context: RequestContext, { backupId, status }: BackupArgs & { status: string }): void {
    const backup = this.#cinder.store.backups.get(backupId);
    if (!backup || backup.service === null) return;
    this.#cinder.store.backups.update(backupId, { status });
    this.#cinder.log.info(context, `Reset backup ${backupId} to ${status}`);
  }

  #repositoryOf(backup: BackupRow): Repository {
    const { peers } = this.#cinder.context;
    return new Repository(peers, backup.project_id ?? "", backup.container ?? this.#container);
  }

  #tell(context: RequestContext, backup: BackupRow, action: Action, detail: Detail): void {
    const resource = { type: "VOLUME_BACKUP" as const, uuid: backup.id, projectId: backup.project_id };
    this.#cinder.messages.create(context, resource, action, detail);
  }

  /** See `attempt`; a cancelled backup is no failure. */
  #attempt(
    context: RequestContext,
    delivery: Delivery,
    what: string,
    work: () => Promise<void>,
    giveUp: (error: unknown) => void,
  ): Promise<void> {
    const wished = (error: unknown) => error instanceof BackupCancelled;
    return attempt(this.#cinder, { context, delivery, what, work, giveUp, wished });
  }
}

/** Which backup a volume's content came from, when it is not one of its own. */
function noteSource({ store }: Cinder, backup: BackupRow, volumeId: string): void {
  const before = store.volumes.metadata.of(volumeId)["src_backup_id"];
  if (backup.volume_id !== volumeId || (before !== undefined && before !== backup.id)) {
    store.volumes.metadata.set(volumeId, { src_backup_id: backup.id });
  }
}
