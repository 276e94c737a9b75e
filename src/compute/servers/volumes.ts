// Volumes of servers, as the API accepts it. Authority: nova/compute/api.py (attach_volume, detach_volume,
// swap_volume) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { CloudError, Invalid, NotFound } from "../../core/errors.ts";
import type { VolumeInfo } from "../../volume/public.ts";
import { VolumeRefused } from "../errors.ts";
import { nextDeviceName } from "../manager/device-names.ts";
import type { Nova } from "../nova.ts";
import type { BlockDeviceRow, InstanceRow } from "../tables.ts";
import { accept, checkHostUp, checkRequest } from "./access.ts";

export class VolumeNotAttached extends NotFound {
  constructor(uuid: string, volumeId: string) {
    super(`Instance ${uuid} is not attached to volume ${volumeId}`);
  }
}

export interface AttachVolume {
  volumeId: string;
  device: string | null;
  tag: string | null;
  deleteOnTermination: boolean;
  /** 2.60 and later. */
  multiattach: boolean;
}

/** The new mapping; the guest sees the disk a little later. */
export async function attachVolume(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  wanted: AttachVolume,
): Promise<BlockDeviceRow> {
  const volume = nova.volumes.show(context, wanted.volumeId);
  checkRequest(context, instance, "attachVolume");
  const offloaded = instance.vm_state === "shelved_offloaded";
  checkNotAttached(nova, instance, volume.id, volume.multiattach);
  if (offloaded && wanted.tag !== null) {
    throw new Invalid("Tagged volume attachment is not supported for shelved-offloaded instances.");
  }
  if (volume.multiattach && !wanted.multiattach) {
    throw new Invalid("Multiattach volumes are only supported starting with compute API version 2.60.");
  }
  checkZone(nova, instance, volume);
  const others = nova.store.blockDevicesOf(instance.uuid);
  const deviceName = offloaded
    ? null
    : nextDeviceName(
        instance.root_device_name,
        others.map((row) => row.device_name),
        wanted.device,
      );
  const now = nova.now();
  const rowId = nova.store.blockDevices.insert({
    created_at: now,
    updated_at: now,
    uuid: nova.context.ids.uuid(),
    instance_uuid: instance.uuid,
    source_type: "volume",
    destination_type: "volume",
    volume_id: volume.id,
    volume_size: volume.sizeGb,
    device_name: deviceName,
    delete_on_termination: wanted.deleteOnTermination,
    tag: wanted.tag,
  });
  let attachmentId: string;
  try {
    attachmentId = nova.volumes.createAttachment(context, volume.id, instance.uuid).attachmentId;
  } catch (error) {
    nova.store.blockDevices.delete({ id: rowId });
    throw error;
  }
  const row = nova.store.blockDevices.first({ id: rowId })!;
  accept(nova, context, instance, {
    action: "attach_volume",
    also: () => nova.store.blockDevices.update({ id: rowId }, { attachment_id: attachmentId }),
    ...(offloaded ? {} : { method: "attach_volume", args: { bdmUuid: row.uuid } }),
  });
  if (offloaded) nova.volumes.completeAttachment(context, attachmentId);
  return nova.store.blockDevices.first({ id: rowId })!;
}

function checkZone(nova: Nova, instance: InstanceRow, volume: VolumeInfo): void {
  if (nova.settings.CROSS_AZ_ATTACH || !instance.host) return;
  const zone = nova.zones.zoneOf(instance.host);
  if (volume.availabilityZone === zone) return;
  throw new VolumeRefused(
    `Instance ${instance.uuid} and volume ${volume.id} are not in the same availability_zone. Instance is in ${zone}. Volume is in ${volume.availabilityZone}`,
  );
}

/** Cinder lets a volume be attached twice for the sake of migrations; users must not. */
function checkNotAttached(nova: Nova, instance: InstanceRow, volumeId: string, multiattach: boolean): void {
  const rows = nova.store.blockDevices.list({ volume_id: volumeId, deleted: 0 });
  if (rows.length === 0) return;
  if (!multiattach) {
    const uuids = rows.map((row) => row.instance_uuid).join(" ");
    throw new VolumeRefused(`volume ${volumeId} is already attached to instances: ${uuids}`);
  }
  if (rows.some((row) => row.instance_uuid === instance.uuid)) {
    throw new VolumeRefused(`volume ${volumeId} already attached`);
  }
}

/** Null when the server has no such volume. */
export function mappingOf(nova: Nova, instance: InstanceRow, volumeId: string): BlockDeviceRow | null {
  return nova.store.blockDevicesOf(instance.uuid).find((row) => row.volume_id === volumeId) ?? null;
}

export async function detachVolume(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  volumeId: string,
): Promise<void> {
  nova.volumes.show(context, volumeId);
  const row = mappingOf(nova, instance, volumeId);
  if (!row) throw new VolumeNotAttached(instance.uuid, volumeId);
  if (row.boot_index === 0) throw new Invalid("Cannot detach a root device volume");
  checkRequest(context, instance, "detachVolume");
  if (instance.vm_state === "shelved_offloaded") {
    accept(nova, context, instance, { action: "detach_volume" });
    if (row.attachment_id) await nova.volumes.deleteAttachment(context, row.attachment_id);
    if (row.delete_on_termination) nova.volumes.delete(context, volumeId);
    nova.store.removeBlockDevice(row, nova.now());
    return;
  }
  checkHostUp(nova, instance);
  accept(nova, context, instance, {
    action: "detach_volume",
    also: () => nova.volumes.beginDetaching(context, volumeId),
    method: "detach_volume",
    args: { bdmUuid: row.uuid },
  });
}

/** Puts another volume in the place of one, with its data; the server's host does so a little later. */
export function swapVolume(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  oldId: string,
  newId: string,
): void {
  const { volumes } = nova;
  checkRequest(context, instance, "swapVolume");
  const [old, fresh] = [volumes.show(context, oldId), volumes.show(context, newId)];
  if (!old.attachments.some(({ instanceUuid }) => instanceUuid === instance.uuid)) {
    throw new VolumeRefused("Old volume is attached to a different instance.");
  }
  if (fresh.attachments.some(({ mountpoint }) => mountpoint !== null) || fresh.status === "in-use") {
    throw new VolumeRefused("New volume must be detached in order to swap.");
  }
  if (fresh.sizeGb < old.sizeGb) throw new VolumeRefused("New volume must be the same size or larger.");
  checkZone(nova, instance, fresh);
  const row = mappingOf(nova, instance, old.id);
  if (!row) throw new VolumeNotAttached(instance.uuid, old.id);
  beginDetaching(nova, context, old.id);
  let attachmentId: string | null = null;
  try {
    if (writersOf(old) > 1) {
      throw new Invalid(
        "Swapping multi-attach volumes with more than one read/write attachment is not supported.",
      );
    }
    checkNotAttached(nova, instance, fresh.id, fresh.multiattach);
    const made = volumes.createAttachment(context, fresh.id, instance.uuid).attachmentId;
    attachmentId = made;
    accept(nova, context, instance, {
      action: "swap_volume",
      method: "swap_volume",
      args: {
        bdmUuid: row.uuid,
        newVolumeId: fresh.id,
        newAttachmentId: made,
        oldAttachmentId: row.attachment_id,
      },
    });
  } catch (error) {
    volumes.rollDetaching(context, old.id);
    if (attachmentId !== null) void volumes.deleteAttachment(context, attachmentId);
    throw error;
  }
}

function beginDetaching(nova: Nova, context: RequestContext, volumeId: string): void {
  try {
    nova.volumes.beginDetaching(context, volumeId);
  } catch (error) {
    if (error instanceof CloudError && error.kind === "invalid")
      throw new VolumeRefused(`Invalid input received: ${error.message}`);
    throw error;
  }
}

/** Attachments whose mode is not known count as read/write. */
function writersOf({ multiattach, attachments }: VolumeInfo): number {
  return multiattach ? attachments.filter(({ mode }) => mode !== "ro").length : attachments.length;
}

/** 2.85: what may be changed of an attachment. */
export function setDeleteOnTermination(nova: Nova, row: BlockDeviceRow, value: boolean): void {
  nova.store.blockDevices.update({ id: row.id }, { delete_on_termination: value, updated_at: nova.now() });
}
