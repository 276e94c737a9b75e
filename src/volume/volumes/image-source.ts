// Images as the beginning of volumes. Authority: cinder/api/v2/volumes.py (_image_uuid_from_ref),
// cinder/volume/volume_utils.py (check_image_metadata) and cinder/image/image_utils.py of Zed.

import { CloudError, Conflict, Invalid, NotFound } from "../../core/errors.ts";
import { isUuidLike } from "../../core/ids.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { Caller } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { ImageUnacceptable, InvalidInput } from "../errors.ts";
import { findSnapshot } from "../locate.ts";
import type { SnapshotRow } from "../tables.ts";

const GIB = 2 ** 30;

/**
 * By id, by name, or by an address that ends in an id.
 * @throws Invalid when there is none the caller may see, Conflict when several have the name
 */
export function findImage(cinder: Cinder, caller: Caller, reference: string): ImageInfo {
  const { context } = caller;
  const id = reference.split("/").at(-1) ?? "";
  if (isUuidLike(id)) {
    const found = unlessMissing(() => cinder.images.show(context, id));
    if (found) return found;
  }
  const named = cinder.images.list(context).filter(({ name }) => name === reference);
  if (named.length > 1) {
    throw new Conflict(`Multiple matches found for '${reference}', use an ID to be more specific.`);
  }
  if (named[0]) return named[0];
  throw new Invalid("Invalid image identifier or unable to access requested image.");
}

function unlessMissing<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof CloudError && error.kind !== "unavailable") return null;
    throw error;
  }
}

/** @throws InvalidInput, ImageUnacceptable */
export function checkImage(image: ImageInfo, sizeGb: number): void {
  if (image.status !== "active") throw new InvalidInput(`Image ${image.id} is not active.`);
  const imageGb = Math.ceil((image.sizeBytes ?? 0) / GIB);
  if (imageGb > sizeGb) {
    throw new InvalidInput(`Size of specified image ${imageGb}GB is larger than volume size ${sizeGb}GB.`);
  }
  if (sizeGb < image.minDiskGb) {
    throw new InvalidInput(
      `Volume size ${sizeGb}GB cannot be smaller than the image minDisk size ${image.minDiskGb}GB.`,
    );
  }
  const virtualGb = Math.ceil((image.virtualSizeBytes ?? 0) / GIB);
  if (virtualGb > sizeGb) {
    throw new ImageUnacceptable(
      image.id,
      `Image virtual size is ${virtualGb}GB and doesn't fit in a volume of size ${sizeGb}GB.`,
    );
  }
}

/**
 * The snapshot of the root volume, of an image that is a snapshot of a volume-backed server; null for other images.
 * @throws NotFound when that snapshot is gone
 */
export function bootSnapshot(cinder: Cinder, caller: Caller, image: ImageInfo): SnapshotRow | null {
  const id = bootSnapshotId(image.properties["block_device_mapping"]);
  if (id === null) return null;
  try {
    return findSnapshot(cinder, caller, id);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw new NotFound(`Nova specific image is found, but boot volume snapshot id:${id} not found.`);
  }
}

function bootSnapshotId(mapping: string | undefined): string | null {
  if (!mapping) return null;
  let entries: unknown;
  try {
    entries = JSON.parse(mapping);
  } catch {
    return null;
  }
  if (!Array.isArray(entries)) return null;
  for (const entry of entries as Record<string, unknown>[]) {
    if (entry?.["source_type"] === "snapshot" && entry["boot_index"] === 0) {
      const id = entry["snapshot_id"];
      return typeof id === "string" ? id : null;
    }
  }
  return null;
}

/** What a volume remembers of its image (get_volume_image_metadata). */
export function imageMetadataOf(image: ImageInfo): Record<string, string> {
  const core: Record<string, string | number | null> = {
    image_id: image.id,
    image_name: image.name || null,
    checksum: image.checksum,
    container_format: image.containerFormat,
    disk_format: image.diskFormat,
    min_disk: image.minDiskGb,
    min_ram: image.minRamMb,
    size: image.sizeBytes,
  };
  const all: Record<string, string> = { ...image.properties };
  for (const [key, value] of Object.entries(core)) if (value !== null) all[key] = String(value);
  return all;
}
