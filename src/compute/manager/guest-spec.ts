// From the rows to what a driver is told of a guest.

import type { RequestContext } from "../../core/context.ts";
import { CloudError, messageOf } from "../../core/errors.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { Vif } from "../../network/public.ts";
import type { ConnectionInfo } from "../../volume/public.ts";
import type { BlockDevice, GuestImage, GuestRef, GuestSpec, LocalDisk } from "../drivers/driver.ts";
import type { BlockDeviceRow, FlavorSnapshot, InstanceRow } from "../tables.ts";
import type { Compute } from "./compute.ts";

export function guestRef(instance: InstanceRow): GuestRef {
  return { uuid: instance.uuid, name: instance.name };
}

export interface SpecOptions {
  /** Default: the flavor it has. */
  flavor?: FlavorSnapshot;
  /** Default: from the rows that have a connection. */
  blockDevices?: readonly BlockDeviceRow[];
  vifs?: readonly Vif[];
  configDrive?: GuestSpec["configDrive"];
  /** The image must be there: for `spawn`. Otherwise a missing one is no obstacle. */
  imageNeeded?: boolean;
}

/** @throws ImageNotFound, Conflict when the image is needed and is not there */
export function guestSpec(
  compute: Compute,
  context: RequestContext,
  instance: InstanceRow,
  options: SpecOptions = {},
): GuestSpec {
  const { store } = compute;
  const flavor = options.flavor ?? store.flavorsOf(instance.uuid)?.cur;
  if (!flavor) throw new Error(`instance ${instance.uuid} has no flavor`);
  const rows = options.blockDevices ?? store.blockDevicesOf(instance.uuid);
  const bootsFromVolume = rootIsVolume(rows);
  return {
    ...guestRef(instance),
    displayName: instance.display_name ?? "",
    hostname: instance.hostname ?? "",
    projectId: instance.project_id ?? "",
    userId: instance.user_id ?? "",
    flavorName: flavor.name,
    vcpus: flavor.vcpus,
    memoryMb: flavor.memory_mb,
    rootGb: flavor.root_gb,
    extraSpecs: flavor.extra_specs,
    image: bootsFromVolume ? null : rootImage(compute, context, instance, options.imageNeeded ?? false),
    imageProperties: imagePropertiesOf(store.systemMetadataOf(instance.uuid)),
    bootsFromVolume,
    rootDeviceName: instance.root_device_name ?? "/dev/vda",
    localDisks: rows.flatMap(localDisk),
    blockDevices: rows.flatMap(blockDevice),
    vifs: options.vifs ?? vifsOf(compute, instance.uuid),
    configDrive: options.configDrive ?? null,
  };
}

/** The cards as the network service has them; none while it is stopped. */
export function vifsOf(compute: Compute, uuid: string): Vif[] {
  try {
    return compute.network.vifs(uuid);
  } catch (error) {
    compute.log.warning(null, `[instance: ${uuid}] network cards are unknown: ${messageOf(error)}`);
    return [];
  }
}

/**
 * Brings the data of these images onto this host, where the image service keeps it elsewhere.
 * @throws ImageNotFound, Conflict, Unavailable
 */
export async function fetchImages(
  { images }: Compute,
  context: RequestContext,
  ...ids: readonly (string | null)[]
): Promise<void> {
  for (const id of ids) if (id) await images.fetch(context, id);
}

/** Those an instance boots from; none when it boots from a volume. @throws as fetchImages */
export async function fetchRootImages(
  compute: Compute,
  context: RequestContext,
  { uuid, image_ref, kernel_id, ramdisk_id }: InstanceRow,
): Promise<void> {
  if (rootIsVolume(compute.store.blockDevicesOf(uuid))) return;
  await fetchImages(compute, context, image_ref || null, kernel_id, ramdisk_id);
}

function rootIsVolume(rows: readonly BlockDeviceRow[]): boolean {
  return rows.some((row) => row.boot_index === 0 && row.destination_type === "volume");
}

export function guestImage(
  compute: Compute,
  context: RequestContext,
  imageId: string,
  kernelId: string | null = null,
  ramdiskId: string | null = null,
): GuestImage {
  const { images } = compute;
  const image = images.show(context, imageId);
  const path = images.dataPath(context, imageId);
  return {
    id: image.id,
    path,
    diskFormat: image.diskFormat ?? "raw",
    containerFormat: image.containerFormat ?? "bare",
    sizeBytes: image.sizeBytes ?? 0,
    kernelPath: kernelId ? images.dataPath(context, kernelId) : null,
    ramdiskPath: ramdiskId ? images.dataPath(context, ramdiskId) : null,
    properties: image.properties,
  };
}

function rootImage(
  compute: Compute,
  context: RequestContext,
  instance: InstanceRow,
  needed: boolean,
): GuestImage | null {
  if (!instance.image_ref) return null;
  try {
    return guestImage(compute, context, instance.image_ref, instance.kernel_id, instance.ramdisk_id);
  } catch (error) {
    if (needed || !(error instanceof CloudError)) throw error;
    compute.log.info(context, `[instance: ${instance.uuid}] its image is not available: ${error.message}`);
    return null;
  }
}

const IMAGE_PREFIX = "image_";

/** What of the image is kept with a server: `image_hw_disk_bus` and so on in its system metadata. */
export function imagePropertiesOf(systemMetadata: Record<string, string>): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const [key, value] of Object.entries(systemMetadata)) {
    if (key.startsWith(IMAGE_PREFIX)) properties[key.slice(IMAGE_PREFIX.length)] = value;
  }
  return properties;
}

/** nova/utils.py, get_system_metadata_from_image: properties, and some base attributes, of at most 255 characters. */
export function systemMetadataOf(image: ImageInfo | null): Record<string, string> {
  if (!image) return {};
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(image.properties)) {
    if (value.length <= 255) kept[`${IMAGE_PREFIX}${key}`.slice(0, 255)] = value;
  }
  kept[`${IMAGE_PREFIX}min_ram`] = String(image.minRamMb);
  kept[`${IMAGE_PREFIX}min_disk`] = String(image.minDiskGb);
  if (image.diskFormat) kept[`${IMAGE_PREFIX}disk_format`] = image.diskFormat;
  if (image.containerFormat) kept[`${IMAGE_PREFIX}container_format`] = image.containerFormat;
  return kept;
}

function localDisk(row: BlockDeviceRow): LocalDisk[] {
  if (row.destination_type !== "local" || row.source_type !== "blank" || !row.device_name) return [];
  const swap = row.guest_format === "swap";
  return [
    {
      deviceName: row.device_name,
      sizeMb: (row.volume_size ?? 0) * (swap ? 1 : 1024),
      guestFormat: swap ? null : row.guest_format,
      kind: swap ? "swap" : "ephemeral",
      bus: row.disk_bus,
    },
  ];
}

function blockDevice(row: BlockDeviceRow): BlockDevice[] {
  const connection = row.connection_info as ConnectionInfo | null;
  if (row.destination_type !== "volume" || !connection || !row.volume_id) return [];
  return [toBlockDevice(row, connection)];
}

export function toBlockDevice(row: BlockDeviceRow, connection: ConnectionInfo): BlockDevice {
  return {
    volumeId: row.volume_id ?? "",
    connection,
    deviceName: row.device_name ?? "",
    bootIndex: row.boot_index !== null && row.boot_index >= 0 ? row.boot_index : null,
    deviceType: row.device_type === "cdrom" || row.device_type === "lun" ? row.device_type : "disk",
    bus: row.disk_bus,
    tag: row.tag,
  };
}
