// Volumes of servers on their host: made when the server is built, connected, attached, let go.

import type { Clock } from "../../core/clock.ts";
import type { RequestContext } from "../../core/context.ts";
import { CloudError, messageOf } from "../../core/errors.ts";
import type { ConnectionInfo, VolumeInfo } from "../../volume/public.ts";
import { BuildAborted } from "../errors.ts";
import type { BlockDeviceRow } from "../tables.ts";
import type { Compute } from "./compute.ts";
import type { TaskRun } from "./task.ts";

/** nova.conf: block_device_allocate_retries (60) times block_device_allocate_retries_interval (3 s). */
const VOLUME_WAIT_MS = 180_000;
const FIRST_LOOK_MS = 10;
const SLOWEST_LOOK_MS = 1000;

/** Makes what is missing and connects every volume of a server that is being built. @throws BuildAborted */
export async function connectVolumesForBuild(run: TaskRun<{ instanceUuid: string }>): Promise<void> {
  const { compute, instance } = run;
  for (const row of compute.store.blockDevicesOf(instance.uuid)) {
    if (row.destination_type !== "volume") continue;
    try {
      const ready = row.source_type === "volume" || row.attachment_id ? row : await makeVolume(run, row);
      await connectVolume(run, ready);
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause;
      throw new BuildAborted(instance.uuid, cause.message, { cause });
    }
  }
}

/** Its id is noted before it is made: a repeat of this task finds it, and a delete removes it. */
async function makeVolume(
  run: TaskRun<{ instanceUuid: string }>,
  row: BlockDeviceRow,
): Promise<BlockDeviceRow> {
  const { compute, context, instance } = run;
  const size = row.volume_size;
  if (!size)
    throw new BuildAborted(
      instance.uuid,
      "Block Device Mapping is Invalid: the size of a volume is missing.",
    );
  const id = row.volume_id ?? compute.context.ids.uuid();
  if (row.volume_id === null) {
    compute.store.blockDevices.update({ id: row.id }, { volume_id: id, updated_at: compute.now() });
  }
  compute.volumes.create(context, {
    id,
    sizeGb: size,
    name: "",
    description: "",
    ...(row.source_type === "image" && row.image_id ? { imageId: row.image_id } : {}),
    ...(row.source_type === "snapshot" && row.snapshot_id ? { snapshotId: row.snapshot_id } : {}),
    volumeType: row.volume_type,
    availabilityZone: compute.nova.CROSS_AZ_ATTACH ? null : instance.availability_zone,
  });
  const volume = await waitForVolume(compute, run, id);
  const { status } = volume;
  // Reserved for this very server: a crash came before that was noted.
  if (status !== "available" && attachmentOf(volume, instance.uuid) === null) {
    const seconds = Math.round(VOLUME_WAIT_MS / 1000);
    throw new BuildAborted(
      instance.uuid,
      `Volume ${id} did not finish being created even after we waited ${seconds} seconds or ${VOLUME_WAIT_MS / 3000 + 1} attempts. And its status is ${status}.`,
    );
  }
  return { ...row, volume_id: id };
}

async function waitForVolume(
  compute: Compute,
  run: TaskRun<{ instanceUuid: string }>,
  volumeId: string,
): Promise<VolumeInfo> {
  const clock: Clock = compute.context.clock;
  const endMs = clock.now() + VOLUME_WAIT_MS;
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, SLOWEST_LOOK_MS)) {
    const volume = compute.volumes.show(run.context, volumeId);
    if (!["creating", "downloading"].includes(volume.status) || clock.now() >= endMs) return volume;
    await clock.sleep(pause, run.delivery.signal);
    run.checkRunning();
  }
}

/** Reserves the volume unless that was done, makes its data reachable from this host, and keeps how. */
export async function connectVolume(
  run: TaskRun<{ instanceUuid: string }>,
  row: BlockDeviceRow,
): Promise<ConnectionInfo> {
  const { compute, context, instance, host } = run;
  const volumeId = row.volume_id!;
  let attachmentId = row.attachment_id;
  if (!attachmentId) {
    attachmentId = attachmentOf(compute.volumes.show(context, volumeId), instance.uuid);
    attachmentId ??= compute.volumes.createAttachment(context, volumeId, instance.uuid).attachmentId;
    compute.store.blockDevices.update({ id: row.id }, { attachment_id: attachmentId });
  }
  const connection = await compute.volumes.connectAttachment(context, attachmentId, {
    host: host.name,
    mountpoint: row.device_name ?? "",
  });
  compute.store.blockDevices.update(
    { id: row.id },
    { connection_info: connection, updated_at: compute.now() },
  );
  return connection;
}

/** The attachment a crash kept from being noted. */
function attachmentOf(volume: VolumeInfo, instanceUuid: string): string | null {
  return volume.attachments.find((a) => a.instanceUuid === instanceUuid)?.attachmentId ?? null;
}

/** The guest runs with them: `in-use`. */
export function completeVolumes(run: TaskRun<{ instanceUuid: string }>): void {
  for (const row of run.compute.store.blockDevicesOf(run.instance.uuid)) {
    if (row.destination_type === "volume" && row.attachment_id) {
      run.compute.volumes.completeAttachment(run.context, row.attachment_id);
    }
  }
}

/** The connections end; the volumes stay reserved for the server: before it is tried on another host. */
export function forgetConnections(compute: Compute, instanceUuid: string): void {
  for (const row of compute.store.blockDevicesOf(instanceUuid)) {
    if (row.connection_info !== null) {
      compute.store.blockDevices.update({ id: row.id }, { connection_info: null });
    }
  }
}

/**
 * Ends every attachment, deletes the volumes that are to go with the server, and forgets the rows. What fails is
 * logged: a server can always be deleted.
 */
export async function releaseVolumes(
  compute: Compute,
  context: RequestContext,
  instanceUuid: string,
  options: { keepRows?: boolean } = {},
): Promise<void> {
  for (const row of compute.store.blockDevicesOf(instanceUuid)) {
    if (row.destination_type === "volume" && row.volume_id) {
      await releaseVolume(compute, context, row).catch((error) =>
        compute.log.warning(
          context,
          `[instance: ${instanceUuid}] Ignoring failure of volume ${row.volume_id}: ${messageOf(error)}`,
        ),
      );
    }
    if (!options.keepRows) compute.store.removeBlockDevice(row, compute.now());
  }
}

async function releaseVolume(compute: Compute, context: RequestContext, row: BlockDeviceRow): Promise<void> {
  const attachmentId =
    row.attachment_id ?? attachmentOf(compute.volumes.show(context, row.volume_id!), row.instance_uuid ?? "");
  if (attachmentId) await compute.volumes.deleteAttachment(context, attachmentId);
  if (row.delete_on_termination) compute.volumes.delete(context, row.volume_id!);
}
