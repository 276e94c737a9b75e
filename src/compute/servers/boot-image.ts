// What is known of the image a server boots from when the request names a volume, a snapshot, or an image that becomes
// one: the volume service keeps the image's attributes with the volume. Authority: nova/block_device.py
// (get_bdm_image_metadata, get_image_metadata_from_volume) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { Invalid } from "../../core/errors.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { VolumeInfo } from "../../volume/public.ts";
import { InvalidBlockDevice } from "../errors.ts";
import type { Nova } from "../nova.ts";
import { type DiskRequest, known, rootDisk } from "./block-devices.ts";

const GIB = 2 ** 30;

/** Null when nothing is known. @throws InvalidBlockDevice; Invalid for an image that cannot be booted */
export function bootImageOf(
  nova: Nova,
  context: RequestContext,
  disks: readonly DiskRequest[],
): ImageInfo | null {
  const root = rootDisk(disks);
  if (!root) return null;
  const { imageId, snapshotId } = root;
  if (imageId !== null) return known(() => nova.images.show(context, imageId), "image", imageId);
  const volumeId =
    snapshotId === null
      ? root.volumeId
      : known(() => nova.volumes.showSnapshot(context, snapshotId), "snapshot", snapshotId).volumeId;
  if (volumeId === null) return null;
  const volume = known(() => nova.volumes.show(context, volumeId), "volume", volumeId);
  if (!volume.bootable) throw new InvalidBlockDevice(`Block Device ${volumeId} is not bootable.`);
  return imageOfVolume(volume);
}

/** Active, as large as the volume; the formats are the former image's and say nothing of the volume. */
function imageOfVolume(volume: VolumeInfo): ImageInfo {
  const { image_id, image_name, size, checksum, container_format, disk_format, ...rest } =
    volume.imageMetadata;
  const { min_ram, min_disk, ...properties } = rest;
  return {
    id: image_id ?? "",
    name: image_name ?? null,
    status: "active",
    visibility: "private",
    owner: null,
    diskFormat: null,
    containerFormat: null,
    sizeBytes: volume.sizeGb * GIB,
    virtualSizeBytes: null,
    checksum: checksum ?? null,
    minDiskGb: wholeNumber(min_disk),
    minRamMb: wholeNumber(min_ram),
    protected: false,
    tags: [],
    properties,
    createdAtMs: volume.createdAtMs,
    updatedAtMs: volume.createdAtMs,
  };
}

function wholeNumber(text: string | undefined): number {
  const n = Number(text ?? 0);
  if (!Number.isSafeInteger(n)) throw new Invalid(`Volume image metadata has a bad number: ${text}`);
  return n;
}
