// How volumes and snapshots are found: by id, if the caller may see them.

import { type Caller, enforce, sees, targetOf } from "./access.ts";
import type { Cinder } from "./cinder.ts";
import { SnapshotNotFound, VolumeNotFound } from "./errors.ts";
import type { SnapshotRow, VolumeRow } from "./tables.ts";

/** @throws VolumeNotFound, also when the policy says no: that a volume exists is not told */
export function findVolume(cinder: Cinder, caller: Caller, id: string): VolumeRow {
  const row = cinder.store.volumes.get(id);
  if (!row || !sees(caller.context, row) || !caller.allows("volume:get", targetOf(row))) {
    throw new VolumeNotFound(id);
  }
  return row;
}

/** @throws SnapshotNotFound, PolicyNotAuthorized */
export function findSnapshot(cinder: Cinder, caller: Caller, id: string): SnapshotRow {
  const row = cinder.store.snapshots.get(id);
  if (!row || !sees(caller.context, row)) throw new SnapshotNotFound(id);
  enforce(caller, "volume:get_snapshot", targetOf(row));
  return row;
}
