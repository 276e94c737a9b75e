// `creating` → `available`: from nothing, an image, a snapshot or another volume. Authority: cinder/volume/flows/
// manager/create_volume.py of Zed.

import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { CloudError } from "../../core/errors.ts";
import { backupHost } from "../backups/backups.ts";
import { releaseBackup } from "../backups/states.ts";
import type { Cinder } from "../cinder.ts";
import { ImageUnacceptable, SnapshotNotFound, VolumeNotFound } from "../errors.ts";
import { InvalidBackup } from "../errors-backups.ts";
import { settleNewGroup } from "../groups/states.ts";
import type { Pairs } from "../store/pairs.ts";
import type { VolumeRow } from "../tables.ts";
import { backupTopic, type CreateVolumeSpec, type RestoreArgs, SCHEDULER_TOPIC } from "../topics.ts";
import { imageMetadataOf } from "../volumes/image-source.ts";
import type { Backend } from "./backend.ts";
import { imageSource } from "./image-data.ts";

/** How a volume begins, besides its data. */
interface Beginning {
  bootable: boolean;
  imageMetadata: Pairs;
}

export async function createVolume(
  backend: Backend,
  context: RequestContext,
  spec: CreateVolumeSpec,
  delivery: Delivery,
): Promise<void> {
  const volume = backend.volume(spec.volumeId);
  if (!volume || !["creating", "downloading"].includes(volume.status)) return;
  const { cinder } = backend;
  await backend.attempt(
    context,
    delivery,
    `Volume ${volume.id}: create`,
    async () => {
      const row = withFormat(backend, volume);
      const beginning = await fillVolume(backend, context, row, spec, delivery.signal);
      if (spec.backup) {
        handToBackup(cinder, context, volume, spec.backup);
        return;
      }
      cinder.transaction(() => {
        const { bootable, imageMetadata } = beginning;
        cinder.store.volumes.imageMetadata.replace(volume.id, imageMetadata);
        cinder.store.volumes.updateFrom(volume.id, ["creating", "downloading"], {
          status: "available",
          launched_at: cinder.store.volumes.rows.now(),
          ...(bootable ? { bootable: true } : {}),
        });
        settleNewGroup(cinder, volume.group_id);
      });
      cinder.log.info(context, `Created volume ${volume.id} successfully.`);
    },
    (error) => giveUp(backend, context, volume, spec, error),
  );
}

/** The volume is there, and empty; the backup service does the rest. @throws BackupServiceNotFound, InvalidBackup */
function handToBackup(
  cinder: Cinder,
  context: RequestContext,
  volume: VolumeRow,
  { id, shown }: NonNullable<CreateVolumeSpec["backup"]>,
): void {
  cinder.transaction(() => {
    const { store } = cinder;
    const backup = store.backups.get(id);
    const isOurs = backup?.status === "restoring" && backup.restore_volume_id === volume.id;
    // Handed over by an earlier delivery.
    if (isOurs && shown === "creating") return;
    const host = backupHost(cinder, backup);
    if (!isOurs) {
      const restoring = { status: "restoring", restore_volume_id: volume.id, host };
      if (!store.backups.updateFrom(id, ["available"], restoring)) {
        throw new InvalidBackup("Backup status must be available");
      }
    }
    store.volumes.updateFrom(volume.id, ["creating"], { status: shown, previous_status: volume.status });
    const args: RestoreArgs = { backupId: id, volumeId: volume.id };
    cinder.context.bus.cast(context, backupTopic(host), "restore_backup", args);
  });
  cinder.log.info(context, `Created volume ${volume.id} from backup ${id}; its data are being restored.`);
}

/** The format is written down before there is data in it. */
function withFormat(backend: Backend, volume: VolumeRow): VolumeRow {
  if (volume.provider_location !== null) return volume;
  const provider_location = backend.driver.formatFor(volume);
  return backend.cinder.store.volumes.update(volume.id, { provider_location }) ?? volume;
}

async function fillVolume(
  backend: Backend,
  context: RequestContext,
  row: VolumeRow,
  spec: CreateVolumeSpec,
  signal: AbortSignal,
): Promise<Beginning> {
  const volume = backend.driverVolume(row);
  const { driver, cinder } = backend;
  if (spec.snapshotId !== null) {
    const found = backend.snapshot(spec.snapshotId);
    if (!found) throw new SnapshotNotFound(spec.snapshotId);
    const snapshot = backend.driverSnapshot(found.snapshot, found.volume);
    await backend.copies.run(() => driver.createFromSnapshot(volume, snapshot, signal));
    const { bootable } = found.volume;
    return {
      bootable,
      imageMetadata: bootable ? cinder.store.snapshots.imageMetadata.of(found.snapshot.id) : {},
    };
  }
  if (spec.sourceVolumeId !== null) {
    const source = backend.volume(spec.sourceVolumeId);
    if (!source) throw new VolumeNotFound(spec.sourceVolumeId);
    await backend.copies.run(() => driver.createFromVolume(volume, backend.driverVolume(source), signal));
    const { bootable } = source;
    return { bootable, imageMetadata: bootable ? cinder.store.volumes.imageMetadata.of(source.id) : {} };
  }
  if (spec.imageId !== null) {
    const { image, source } = await imageSource(cinder, context, spec.imageId);
    cinder.store.volumes.update(row.id, { status: "downloading" });
    await backend.copies.run(() => driver.createFromData(volume, source, signal));
    return { bootable: true, imageMetadata: imageMetadataOf(image) };
  }
  await driver.create(volume);
  return { bootable: false, imageMetadata: {} };
}

/** What fails for reasons of this back end is tried on another; what is wrong with the source is wrong everywhere. */
function giveUp(
  backend: Backend,
  context: RequestContext,
  volume: VolumeRow,
  spec: CreateVolumeSpec,
  error: unknown,
): void {
  const { cinder } = backend;
  const hopeless =
    error instanceof ImageUnacceptable || (error instanceof CloudError && error.kind !== "unavailable");
  const bound = spec.resourceBackend !== null;
  if (error instanceof ImageUnacceptable) {
    backend.tellOfVolume(context, volume, "copyImageToVolume", "unknownError");
  } else backend.tellOfVolume(context, volume, "createVolumeFromBackend", "driverFailedCreate");
  if (hopeless || bound) {
    cinder.store.volumes.update(volume.id, { status: "error" });
    if (spec.backup) releaseBackup(cinder, spec.backup.id, volume.id);
    settleNewGroup(cinder, volume.group_id);
    return;
  }
  cinder.store.volumes.update(volume.id, {
    status: "creating",
    host: null,
    provider_location: null,
    scheduled_at: cinder.store.volumes.rows.now(),
  });
  const again: CreateVolumeSpec = { ...spec, tried: [...(spec.tried ?? []), backend.pool] };
  cinder.context.bus.cast(context, SCHEDULER_TOPIC, "create_volume", again);
}
