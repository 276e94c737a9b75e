// Images from servers as the API accepts them: createImage, createBackup. Authority: nova/compute/api.py (snapshot,
// backup, snapshot_volume_backed) and nova/compute/utils.py (create_image) of Zed.

import type { RequestContext } from "../../core/context.ts";
import type { NewImage } from "../../image/public.ts";
import { InvalidRequest } from "../errors.ts";
import { imagePropertiesOf } from "../manager/guest-spec.ts";
import type { Nova } from "../nova.ts";
import type { BlockDeviceRow, InstanceRow } from "../tables.ts";
import { accept, checkRequest } from "./access.ts";
import { fromVolume } from "./moves.ts";

/** Attributes of the image that are kept with a server beside its properties, and what is never inherited. */
const NOT_INHERITED = new Set([
  "min_ram",
  "min_disk",
  "disk_format",
  "container_format",
  "base_image_ref",
  "block_device_mapping",
  "bdm_v2",
  "root_device_name",
  "cinder_encryption_key_id",
  "cinder_encryption_key_deletion_policy",
  "img_signature",
  "img_signature_hash_method",
  "img_signature_key_type",
  "img_signature_certificate_uuid",
  "cache_in_nova",
  "bittorrent",
]);

function inherited(nova: Nova, instance: InstanceRow): Record<string, string> {
  const all = imagePropertiesOf(nova.store.systemMetadataOf(instance.uuid));
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => !NOT_INHERITED.has(key) && !key.startsWith("os_glance")),
  );
}

/** The queued image that a snapshot will fill. Returns its id. */
export function createQueuedImage(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  name: string,
  type: "snapshot" | "backup",
  extra: Record<string, string>,
): string {
  const kept = imagePropertiesOf(nova.store.systemMetadataOf(instance.uuid));
  const flavor = nova.store.flavorsOf(instance.uuid)?.cur;
  const formats = snapshotFormats(kept);
  const image: NewImage = {
    name,
    ...formats,
    visibility: "private",
    minRamMb: Number(kept["min_ram"] ?? 0),
    // A snapshot needs a disk as large as the one it was taken of.
    minDiskGb: Math.max(Number(kept["min_disk"] ?? 0), flavor?.root_gb ?? 0),
    properties: {
      ...inherited(nova, instance),
      base_image_ref: instance.image_ref ?? "",
      instance_uuid: instance.uuid,
      user_id: context.userId ?? "",
      image_type: type,
      image_location: "snapshot",
      image_state: "available",
      owner_id: instance.project_id ?? "",
      ...(instance.kernel_id ? { kernel_id: instance.kernel_id } : {}),
      ...(instance.ramdisk_id ? { ramdisk_id: instance.ramdisk_id } : {}),
      ...extra,
    },
  };
  return nova.images.create(context, image).id;
}

/** The format of the copy: that of the image, where a disk can have it; else qcow2. */
function snapshotFormats(
  image: Readonly<Record<string, string | undefined>>,
): Pick<NewImage, "diskFormat" | "containerFormat"> {
  const { disk_format: disk, container_format: container } = image;
  if (disk === "ami") return { diskFormat: "ami", containerFormat: "ami" };
  // What a container's file system is saved as.
  if (container === "docker") return { diskFormat: "raw", containerFormat: "docker" };
  return { diskFormat: disk === "raw" ? "raw" : "qcow2", containerFormat: "bare" };
}

/** Resolves to the image's id. */
export async function createImage(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  name: string,
  metadata: Record<string, string>,
): Promise<string> {
  checkRequest(context, instance, "snapshot", { lock: false });
  if (!nova.settings.SNAPSHOT_WITH_VOLUMES) checkNoVolumes(nova, instance);
  if (fromVolume(nova, instance.uuid)) return imageOfVolumes(nova, context, instance, name, metadata);
  const imageId = createQueuedImage(nova, context, instance, name, "snapshot", metadata);
  accept(nova, context, instance, {
    action: "createImage",
    task: "image_snapshot_pending",
    method: "snapshot_instance",
    args: { imageId },
  });
  return imageId;
}

/** The rule of the guides of 2013, kept as a switch: detach, take the snapshot, attach again. */
function checkNoVolumes(nova: Nova, instance: InstanceRow): void {
  const rows = nova.store.blockDevicesOf(instance.uuid);
  if (!rows.some((row) => row.destination_type === "volume" && row.boot_index !== 0)) return;
  throw new InvalidRequest(
    `Instance ${instance.uuid} has volumes attached: detach them before a snapshot is taken.`,
  );
}

export function createBackup(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  wanted: { name: string; backupType: string; rotation: number; metadata: Record<string, string> },
): string {
  checkRequest(context, instance, "backup", { lock: false });
  if (fromVolume(nova, instance.uuid)) {
    throw new InvalidRequest("Backup is not supported for volume-backed instances.");
  }
  const imageId = createQueuedImage(nova, context, instance, wanted.name, "backup", {
    ...wanted.metadata,
    backup_type: wanted.backupType,
  });
  accept(nova, context, instance, {
    action: "createBackup",
    task: "image_backup",
    method: "backup_instance",
    args: { imageId, backupType: wanted.backupType, rotation: wanted.rotation },
  });
  return imageId;
}

/** An image without data: it names snapshots of the volumes, from which a server is made again. */
async function imageOfVolumes(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  name: string,
  metadata: Record<string, string>,
): Promise<string> {
  const mapping = nova.store.blockDevicesOf(instance.uuid).map((row) => {
    if (row.destination_type !== "volume" || !row.volume_id) return mappingOf(row, {});
    const snapshot = nova.volumes.createSnapshot(context, row.volume_id, {
      name: `snapshot for ${name}`,
      force: true,
    });
    return mappingOf(row, {
      source_type: "snapshot",
      destination_type: "volume",
      snapshot_id: snapshot.id,
      volume_id: null,
      image_id: null,
    });
  });
  const kept = imagePropertiesOf(nova.store.systemMetadataOf(instance.uuid));
  const image = nova.images.create(context, {
    name,
    diskFormat: kept["disk_format"] ?? "qcow2",
    containerFormat: kept["container_format"] ?? "bare",
    visibility: "private",
    minDiskGb: Number(kept["min_disk"] ?? 0),
    minRamMb: Number(kept["min_ram"] ?? 0),
    properties: {
      ...inherited(nova, instance),
      ...metadata,
      root_device_name: instance.root_device_name ?? "/dev/vda",
      block_device_mapping: JSON.stringify(mapping),
      bdm_v2: "True",
    },
  });
  nova.actions.start(context, instance.uuid, "createImage");
  await nova.images.upload(context, image.id, nothing());
  return image.id;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function mappingOf(row: BlockDeviceRow, changes: Record<string, unknown>): Record<string, unknown> {
  return {
    source_type: row.source_type,
    destination_type: row.destination_type,
    guest_format: row.guest_format,
    device_type: row.device_type,
    disk_bus: row.disk_bus,
    boot_index: row.boot_index,
    device_name: row.device_name,
    delete_on_termination: row.delete_on_termination,
    snapshot_id: row.snapshot_id,
    volume_id: row.volume_id,
    volume_size: row.volume_size,
    volume_type: row.volume_type,
    image_id: row.image_id,
    no_device: null,
    tag: null,
    ...changes,
  };
}
