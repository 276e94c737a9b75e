// A backup becomes a volume's content: of a new volume, or of one that is there. Authority: cinder/backup/api.py (restore)
// of Zed.

import { type Caller, enforce, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidVolume } from "../errors.ts";
import { InvalidBackup } from "../errors-backups.ts";
import { findVolume } from "../locate.ts";
import type { VolumeRow } from "../tables.ts";
import type { BackupRow } from "../tables-backups.ts";
import { backupTopic, type RestoreArgs } from "../topics.ts";
import { createVolume } from "../volumes/create.ts";
import { backupHost } from "./backups.ts";

export interface RestoreRequest {
  /** Null: a new volume. */
  volumeId: string | null;
  /** Of a new volume. */
  name: string | null;
}

/**
 * The backup is `restoring`. A new volume is `creating` until it is there; a volume that is overwritten is
 * `restoring-backup`. @throws InvalidBackup, InvalidVolume, BackupServiceNotFound, a QuotaError
 */
export function restoreBackup(
  cinder: Cinder,
  caller: Caller,
  backup: BackupRow,
  { volumeId, name }: RestoreRequest,
): VolumeRow {
  enforce(caller, "backup:restore", targetOf(backup));
  if (backup.status !== "available") throw new InvalidBackup("Backup status must be available");
  return volumeId === null
    ? restoreToNew(cinder, caller, backup, name ?? `restore_backup_${backup.id}`)
    : restoreTo(cinder, caller, backup, findVolume(cinder, caller, volumeId));
}

function restoreToNew(cinder: Cinder, caller: Caller, backup: BackupRow, name: string): VolumeRow {
  return cinder.transaction(() => {
    const host = backupHost(cinder, backup);
    const volume = createVolume(cinder, caller, {
      size: backup.size,
      name,
      description: "auto-created_from_restore_from_backup",
      metadata: {},
      type: null,
      availabilityZone: null,
      backup: { row: backup, shown: "restoring-backup" },
    });
    begin(cinder, backup, volume, host);
    return volume;
  });
}

function restoreTo(cinder: Cinder, caller: Caller, backup: BackupRow, volume: VolumeRow): VolumeRow {
  return cinder.transaction(() => {
    if (volume.status !== "available") {
      throw new InvalidVolume("Volume to be restored to must be available");
    }
    if (backup.size > volume.size) {
      throw new InvalidVolume(
        `volume size ${volume.size} is too small to restore backup of size ${backup.size}.`,
      );
    }
    const host = backupHost(cinder, backup);
    begin(cinder, backup, volume, host);
    const restoring = { status: "restoring-backup", previous_status: volume.status };
    cinder.store.volumes.updateFrom(volume.id, ["available"], restoring);
    const args: RestoreArgs = { backupId: backup.id, volumeId: volume.id };
    cinder.context.bus.cast(caller.context, backupTopic(host), "restore_backup", args);
    cinder.log.info(caller.context, `Overwriting volume ${volume.id} with restore of backup ${backup.id}`);
    return volume;
  });
}

/** Within a transaction. @throws InvalidBackup when another request was faster */
function begin(cinder: Cinder, backup: BackupRow, volume: VolumeRow, host: string): void {
  const begun = cinder.store.backups.updateFrom(backup.id, ["available"], {
    status: "restoring",
    restore_volume_id: volume.id,
    host,
  });
  if (!begun) throw new InvalidBackup("Backup status must be available");
}
