// Snapshots are taken, and volumes taken back to them. Authority: cinder/volume/manager.py (create_snapshot,
// revert_to_snapshot) of Zed.

import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import type { SnapshotRow, VolumeRow } from "../tables.ts";
import type { RevertArgs, SnapshotArgs } from "../topics.ts";
import type { Backend } from "./backend.ts";

export async function createSnapshot(
  backend: Backend,
  context: RequestContext,
  { snapshotId }: SnapshotArgs,
  delivery: Delivery,
): Promise<void> {
  const found = backend.snapshot(snapshotId);
  if (found?.snapshot.status !== "creating") return;
  const { snapshot, volume } = found;
  await backend.attempt(
    context,
    delivery,
    `Snapshot ${snapshotId} of volume ${volume.id}: create`,
    () => takeSnapshot(backend, context, snapshot, volume, delivery.signal),
    () => {
      backend.cinder.store.snapshots.update(snapshotId, { status: "error" });
      backend.tellOfSnapshot(context, snapshot, "snapshotCreate", "snapshotCreateError");
    },
  );
}

/** The snapshot is `available`, with a copy of the image metadata of its volume. */
export async function takeSnapshot(
  backend: Backend,
  context: RequestContext,
  snapshot: SnapshotRow,
  volume: VolumeRow,
  signal: AbortSignal,
): Promise<void> {
  const { store } = backend.cinder;
  const row =
    store.snapshots.update(snapshot.id, { provider_location: volume.provider_location }) ?? snapshot;
  await backend.copies.run(() => backend.driver.createSnapshot(backend.driverSnapshot(row, volume), signal));
  backend.cinder.transaction(() => {
    if (volume.bootable) {
      store.snapshots.imageMetadata.replace(snapshot.id, store.volumes.imageMetadata.of(volume.id));
    }
    store.snapshots.updateFrom(snapshot.id, ["creating"], { status: "available", progress: "100%" });
  });
  backend.cinder.log.info(context, `Created snapshot ${snapshot.id} of volume ${volume.id}.`);
}

export async function revertToSnapshot(
  backend: Backend,
  context: RequestContext,
  { volumeId, snapshotId }: RevertArgs,
  delivery: Delivery,
): Promise<void> {
  const volume = backend.volume(volumeId);
  const snapshot = backend.cinder.store.snapshots.get(snapshotId);
  if (volume?.status !== "reverting" || !snapshot) return;
  const { store } = backend.cinder;
  const release = () => store.snapshots.updateFrom(snapshotId, ["restoring"], { status: "available" });
  await backend.attempt(
    context,
    delivery,
    `Volume ${volumeId}: revert to snapshot ${snapshotId}`,
    async () => {
      const to = backend.driverSnapshot(snapshot, volume);
      await backend.copies.run(() =>
        backend.driver.revert(backend.driverVolume(volume), to, delivery.signal),
      );
      backend.cinder.transaction(() => {
        store.volumes.updateFrom(volumeId, ["reverting"], { status: "available" });
        release();
      });
      backend.cinder.log.info(context, `Volume ${volumeId} reverted to snapshot ${snapshotId} successfully.`);
    },
    () => {
      store.volumes.updateFrom(volumeId, ["reverting"], { status: "error" });
      release();
    },
  );
}
