// How a volume or a snapshot comes back from being backed up.

import type { Cinder } from "../cinder.ts";
import type { BackupRow } from "../tables-backups.ts";

/** Within a transaction. @param previous what `previous_status` says then, as in Cinder */
export function releaseSource({ store }: Cinder, backup: BackupRow, previous: string): void {
  if (backup.snapshot_id !== null) {
    store.snapshots.updateFrom(backup.snapshot_id, ["backing-up"], { status: "available" });
    return;
  }
  const inUse = store.volumes.attachmentsOf(backup.volume_id).length > 0;
  store.volumes.updateFrom(backup.volume_id, ["backing-up"], {
    status: inUse ? "in-use" : "available",
    previous_status: previous,
  });
}

/** A volume that was to get a backup's content never came to be: the backup is free again. */
export function releaseBackup({ store }: Cinder, backupId: string, volumeId: string): void {
  const backup = store.backups.get(backupId);
  if (backup?.restore_volume_id !== volumeId) return;
  store.backups.updateFrom(backupId, ["restoring"], { status: "available" });
}
