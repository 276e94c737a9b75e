// What a back end does for the backup service: hands out a volume's bytes, which do not change while they are read, and
// takes a backup's. Authority: cinder/volume/driver.py (get_backup_device) of Zed.

import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import type { DriverSnapshot, RawData } from "../drivers/driver.ts";
import { SnapshotNotFound, VolumeNotFound } from "../errors.ts";
import { BackupNotFound } from "../errors-backups.ts";
import type { VolumeRow } from "../tables.ts";
import type { BackupRow } from "../tables-backups.ts";
import type { BackupArgs, BackupDevice, VolumeArgs } from "../topics.ts";
import type { Backend } from "./backend.ts";

/** The bytes to back up. They are held until `releaseBackupDevice`. @throws what the driver does */
export async function backupDevice(
  backend: Backend,
  _context: RequestContext,
  { backupId }: BackupArgs,
  { signal }: Delivery,
): Promise<BackupDevice> {
  const backup = backend.cinder.store.backups.get(backupId);
  if (!backup) throw new BackupNotFound(backupId);
  await release(backend, backup);
  const { path, sizeBytes, dispose } = await backend.copies.run(() => rawData(backend, backup, signal));
  backend.held.set(backupId, dispose);
  return { path, sizeBytes };
}

async function rawData(backend: Backend, backup: BackupRow, signal: AbortSignal): Promise<RawData> {
  if (backup.snapshot_id !== null) {
    const found = backend.snapshot(backup.snapshot_id);
    if (!found) throw new SnapshotNotFound(backup.snapshot_id);
    return backend.driver.rawData(backend.driverSnapshot(found.snapshot, found.volume), signal);
  }
  const volume = backend.volume(backup.volume_id);
  if (!volume) throw new VolumeNotFound(backup.volume_id);
  if (volume.attach_status === "detached") {
    return backend.driver.rawData(backend.driverVolume(volume), signal);
  }
  // A server may be writing: what is read is a snapshot, which no one else sees.
  backend.cinder.store.backups.update(backup.id, { temp_snapshot_id: backup.id });
  const snapshot = snapshotFor(backend, backup, volume);
  await backend.driver.createSnapshot(snapshot, signal);
  return backend.driver.rawData(snapshot, signal);
}

export async function releaseBackupDevice(
  backend: Backend,
  _context: RequestContext,
  { backupId }: BackupArgs,
): Promise<void> {
  const backup = backend.cinder.store.backups.getAny(backupId);
  if (backup) await release(backend, backup);
}

async function release(backend: Backend, backup: BackupRow): Promise<void> {
  const dispose = backend.held.get(backup.id);
  backend.held.delete(backup.id);
  await dispose?.();
  if (backup.temp_snapshot_id === null) return;
  const volume = backend.volume(backup.volume_id);
  if (volume) await backend.driver.deleteSnapshot(snapshotFor(backend, backup, volume));
  backend.cinder.store.backups.update(backup.id, { temp_snapshot_id: null });
}

function snapshotFor(backend: Backend, backup: BackupRow, volume: VolumeRow): DriverSnapshot {
  return {
    dataId: backup.id,
    id: backup.id,
    volume: backend.driverVolume(volume),
    sizeGb: volume.size,
    format: volume.provider_location,
  };
}

/** The volume's content becomes that of a raw file; before that it is the old one, completely. */
export async function writeBackup(
  backend: Backend,
  _context: RequestContext,
  { volumeId, path }: VolumeArgs & { path: string },
  { signal }: Delivery,
): Promise<void> {
  const volume = backend.volume(volumeId);
  if (!volume) throw new VolumeNotFound(volumeId);
  const source = { path, format: "raw", trusted: true, imageId: "" };
  await backend.copies.run(() => backend.driver.overwrite(backend.driverVolume(volume), source, signal));
}
