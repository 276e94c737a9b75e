// Backups, as users handle them: found, made, changed, removed. Authority: cinder/backup/api.py of Zed.

import { type Caller, enforce, sees, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidSnapshot, InvalidVolume } from "../errors.ts";
import { BackupNotFound, BackupServiceNotFound, InvalidBackup } from "../errors-backups.ts";
import { findSnapshot, findVolume } from "../locate.ts";
import { checkMetadata } from "../metadata-rules.ts";
import type { SnapshotRow, VolumeRow } from "../tables.ts";
import type { BackupRow } from "../tables-backups.ts";
import { BACKUP_BINARY, type BackupArgs, backupTopic, SCHEDULER_TOPIC } from "../topics.ts";

export interface BackupRequest {
  volumeId: string;
  name: string | null;
  description: string | null;
  /** Null: the configured one. */
  container: string | null;
  incremental: boolean;
  /** Also of a volume in use. */
  force: boolean;
  snapshotId: string | null;
  metadata: Record<string, string>;
}

/** @throws BackupNotFound, PolicyNotAuthorized */
export function findBackup(cinder: Cinder, caller: Caller, id: string): BackupRow {
  const row = cinder.store.backups.get(id);
  if (!row || !sees(caller.context, row)) throw new BackupNotFound(id);
  enforce(caller, "backup:get", targetOf(row));
  return row;
}

/** In state `creating`; the volume, or the snapshot, is `backing-up`. @throws a QuotaError and what is listed here */
export function createBackup(cinder: Cinder, caller: Caller, request: BackupRequest): BackupRow {
  const volume = findVolume(cinder, caller, request.volumeId);
  enforce(caller, "backup:create", targetOf(volume));
  const { context } = caller;
  const projectId = context.projectId ?? "";
  const snapshot = request.snapshotId ? findSnapshot(cinder, caller, request.snapshotId) : null;
  checkSource(volume, snapshot, request.force);
  checkMetadata(request.metadata);
  const row = cinder.transaction(() => {
    const { quotas, store } = cinder;
    quotas.check(
      projectId,
      { backups: 1, backup_gigabytes: volume.size },
      { resource: "backups", sizeGb: volume.size },
    );
    const parent = request.incremental ? parentOf(cinder, projectId, volume, snapshot) : null;
    const now = store.backups.rows.now();
    const made = store.backups.insert(
      {
        id: cinder.newId(),
        user_id: context.userId,
        project_id: projectId,
        volume_id: volume.id,
        display_name: request.name,
        display_description: request.description,
        container: request.container,
        status: "creating",
        parent_id: parent?.id ?? null,
        size: volume.size,
        snapshot_id: snapshot?.id ?? null,
        created_at: now,
        data_timestamp: snapshot?.created_at ?? now,
      },
      request.metadata,
    );
    takeSource(cinder, volume, snapshot);
    quotas.note(projectId);
    const args: BackupArgs = { backupId: made.id };
    cinder.context.bus.cast(context, SCHEDULER_TOPIC, "create_backup", args);
    return made;
  });
  cinder.log.info(
    context,
    `Creating backup of volume ${volume.id} in container ${request.container ?? "None"}`,
  );
  return row;
}

function checkSource(volume: VolumeRow, snapshot: SnapshotRow | null, force: boolean): void {
  if (snapshot) {
    if (snapshot.volume_id !== volume.id) {
      throw new InvalidVolume(
        `Volume ${volume.id} does not match with snapshot.volume_id ${snapshot.volume_id}.`,
      );
    }
    if (snapshot.status !== "available") {
      throw new InvalidSnapshot(
        `Snapshot to be backed up must be available, but the current status is "${snapshot.status}".`,
      );
    }
    return;
  }
  if (!["available", "in-use"].includes(volume.status)) {
    throw new InvalidVolume(
      `Volume to be backed up must be available or in-use, but the current status is "${volume.status}".`,
    );
  }
  if (volume.status === "in-use" && !force) {
    throw new InvalidVolume("Backing up an in-use volume must use the force flag.");
  }
}

/** The backup with the newest data that is older than the snapshot's. @throws InvalidBackup */
function parentOf(
  cinder: Cinder,
  projectId: string,
  volume: VolumeRow,
  snapshot: SnapshotRow | null,
): BackupRow {
  const newest = cinder.store.backups.ofVolume(volume.id, projectId);
  const older = newest.find(
    ({ data_timestamp }) => !snapshot || (data_timestamp ?? "") < snapshot.created_at,
  );
  const parent = older ?? newest[0];
  if (!parent) throw new InvalidBackup("No backups available to do an incremental backup.");
  if (parent.status !== "available") {
    throw new InvalidBackup("The parent backup must be available for incremental backup.");
  }
  return parent;
}

function takeSource({ store }: Cinder, volume: VolumeRow, snapshot: SnapshotRow | null): void {
  if (snapshot) store.snapshots.update(snapshot.id, { status: "backing-up" });
  else store.volumes.update(volume.id, { status: "backing-up", previous_status: volume.status });
}

export function updateBackup(
  cinder: Cinder,
  caller: Caller,
  id: string,
  changes: { name?: string | null; description?: string | null; metadata?: Record<string, string> },
): BackupRow {
  const row = findBackup(cinder, caller, id);
  enforce(caller, "backup:update", targetOf(row));
  const { name, description, metadata } = changes;
  return cinder.transaction(() => {
    if (metadata !== undefined) {
      checkMetadata(metadata);
      cinder.store.backups.metadata.replace(id, metadata);
    }
    const changed = cinder.store.backups.update(id, {
      ...(name === undefined ? {} : { display_name: name }),
      ...(description === undefined ? {} : { display_description: description }),
    });
    return changed ?? row;
  });
}

/** In state `deleting`. @throws InvalidBackup, BackupServiceNotFound */
export function deleteBackup(cinder: Cinder, caller: Caller, row: BackupRow, force = false): void {
  enforce(caller, "backup:delete", targetOf(row));
  const { context } = caller;
  cinder.transaction(() => {
    const now = cinder.store.backups.get(row.id) ?? row;
    if (!force && !["available", "error"].includes(now.status)) {
      throw new InvalidBackup("Backup status must be available or error");
    }
    if (cinder.store.backups.hasChildren(row.id)) {
      throw new InvalidBackup("Incremental backups exist for this backup.");
    }
    const host = backupHost(cinder, row);
    cinder.store.backups.update(row.id, { status: "deleting", host });
    const args: BackupArgs = { backupId: row.id };
    cinder.context.bus.cast(context, backupTopic(host), "delete_backup", args);
  });
  cinder.log.info(context, `Delete backup with id: ${row.id}`);
}

/** What administrators do when a state is wrong: `available` or `error`. */
export function resetBackupStatus(cinder: Cinder, caller: Caller, row: BackupRow, status: string): void {
  enforce(caller, "volume_extension:backup_admin_actions:reset_status", targetOf(row));
  cinder.transaction(() => {
    const host = backupHost(cinder, row);
    cinder.store.backups.update(row.id, { host });
    const args = { backupId: row.id, status };
    cinder.context.bus.cast(caller.context, backupTopic(host), "reset_status", args);
  });
}

/** The host of a backup service that is up. @throws BackupServiceNotFound */
export function backupHost(cinder: Cinder, row: { availability_zone: string | null } | null = null): string {
  const zone = row?.availability_zone ?? null;
  const service = cinder.services
    .list()
    .find(
      (each) =>
        each.binary === BACKUP_BINARY &&
        !each.disabled &&
        cinder.services.isUp(each) &&
        (zone === null || each.availability_zone === zone),
    );
  if (!service) throw new BackupServiceNotFound();
  return service.host;
}
