// `deleting` → gone. Authority: cinder/volume/manager.py (delete_volume, delete_snapshot) of Zed.

import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { InvalidSnapshot } from "../errors.ts";
import type { SnapshotRow, VolumeRow } from "../tables.ts";
import type { DeleteSnapshotArgs, DeleteVolumeArgs } from "../topics.ts";
import type { Backend } from "./backend.ts";

const GOING = ["deleting", "unmanaging", "error_managing_deleting"];

export async function deleteVolume(
  backend: Backend,
  context: RequestContext,
  { volumeId, cascade, unmanageOnly }: DeleteVolumeArgs,
  delivery: Delivery,
): Promise<void> {
  const volume = backend.volume(volumeId);
  if (!volume || !GOING.includes(volume.status)) return;
  const { cinder } = backend;
  await backend.attempt(
    context,
    delivery,
    `Volume ${volumeId}: delete`,
    async () => {
      if (cascade) await deleteSnapshotsOf(backend, volume);
      // Of a volume that was never managed there is nothing here.
      await backend.exports?.end(backend.driverVolume(volume).dataId);
      const never = volume.status === "error_managing_deleting" || volume.provider_location === null;
      if (unmanageOnly) await backend.driver.unmanage(backend.driverVolume(volume));
      else if (!never) await backend.driver.delete(backend.driverVolume(volume));
      cinder.transaction(() => {
        cinder.store.volumes.remove(volumeId);
        cinder.quotas.note(volume.project_id);
      });
      cinder.log.info(context, `${unmanageOnly ? "Unmanaged" : "Deleted"} volume ${volumeId} successfully.`);
    },
    () =>
      cinder.store.volumes.update(volumeId, {
        status: unmanageOnly ? "error_unmanaging" : "error_deleting",
      }),
  );
}

async function deleteSnapshotsOf(backend: Backend, volume: VolumeRow): Promise<void> {
  for (const snapshot of backend.cinder.store.snapshots.ofVolume(volume.id)) {
    if (snapshot.status !== "deleting") {
      throw new InvalidSnapshot(
        `Snapshot ${snapshot.id} was found in state ${snapshot.status} rather than 'deleting' during cascade delete.`,
      );
    }
    await removeSnapshot(backend, snapshot, volume);
  }
}

/** Data and row. */
export async function removeSnapshot(
  backend: Backend,
  snapshot: SnapshotRow,
  volume: VolumeRow,
): Promise<void> {
  const { cinder } = backend;
  if (snapshot.provider_location !== null) {
    await backend.driver.deleteSnapshot(backend.driverSnapshot(snapshot, volume));
  }
  cinder.transaction(() => {
    cinder.store.snapshots.remove(snapshot.id);
    cinder.quotas.note(snapshot.project_id);
  });
}

export async function deleteSnapshot(
  backend: Backend,
  context: RequestContext,
  { snapshotId, unmanageOnly }: DeleteSnapshotArgs,
  delivery: Delivery,
): Promise<void> {
  const found = backend.snapshot(snapshotId);
  if (!found || !["deleting", "unmanaging"].includes(found.snapshot.status)) return;
  const { snapshot, volume } = found;
  const { cinder } = backend;
  await backend.attempt(
    context,
    delivery,
    `Snapshot ${snapshotId} of volume ${volume.id}: delete`,
    async () => {
      if (unmanageOnly) {
        await backend.driver.unmanageSnapshot(backend.driverSnapshot(snapshot, volume));
        cinder.transaction(() => {
          cinder.store.snapshots.remove(snapshotId);
          cinder.quotas.note(snapshot.project_id);
        });
      } else await removeSnapshot(backend, snapshot, volume);
      cinder.log.info(
        context,
        `${unmanageOnly ? "Unmanaged" : "Deleted"} snapshot ${snapshotId} of volume ${volume.id}.`,
      );
    },
    () => {
      cinder.store.snapshots.update(snapshotId, { status: "error_deleting" });
      backend.tellOfSnapshot(context, snapshot, "snapshotDelete", "snapshotDeleteError");
    },
  );
}
