// What create and rebuild check alike: image against flavor, metadata and files against quotas.
// Authority: nova/compute/api.py (_validate_flavor_image_nostatus, _check_metadata_properties_quota, ...) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { Invalid, OverQuota } from "../../core/errors.ts";
import type { ImageInfo } from "../../image/public.ts";
import {
  BootFromVolumeRequired,
  ImageNotActive,
  ImageUnacceptable,
  InvalidRequest,
  MetadataLimitExceeded,
} from "../errors.ts";
import type { Nova } from "../nova.ts";
import type { FlavorSnapshot } from "../tables.ts";
import type { DiskRequest } from "./block-devices.ts";

const GIB = 2 ** 30;

/** `zeroDiskAllowed`: policy `os_compute_api:servers:create:zero_disk_flavor`. */
export function checkImageAndFlavor(
  image: ImageInfo | null,
  flavor: FlavorSnapshot,
  root: DiskRequest | null,
  zeroDiskAllowed: boolean,
): void {
  if (!image) return;
  if (image.status !== "active") throw new ImageNotActive(image.id);
  const drive = image.properties["img_config_drive"] ?? "optional";
  if (drive !== "optional" && drive !== "mandatory") {
    throw new Invalid(`Image's config drive option '${drive}' is invalid`);
  }
  if (image.properties["cinder_encryption_key_id"] && root?.destinationType !== "volume") {
    throw new ImageUnacceptable(
      image.id,
      "Direct booting of an image uploaded from an encrypted volume is unsupported.",
    );
  }
  if (flavor.memory_mb < image.minRamMb) {
    throw new Invalid("Flavor's memory is too small for requested image.");
  }
  const minDisk = image.minDiskGb * GIB;
  if (root?.destinationType === "volume") {
    const size = (root.size ?? 0) * GIB;
    if (root.size !== null && minDisk > size) {
      throw new Invalid(
        `Volume is smaller than the minimum size specified in image metadata. Volume size is ${size} bytes, minimum size is ${minDisk} bytes.`,
      );
    }
    return;
  }
  const size = flavor.root_gb * GIB;
  if (size === 0) {
    if (!zeroDiskAllowed) throw new BootFromVolumeRequired();
    return;
  }
  if ((image.sizeBytes ?? 0) > size) {
    throw new Invalid(
      `Flavor's disk is too small for requested image. Flavor disk is ${size} bytes, image is ${image.sizeBytes} bytes.`,
    );
  }
  if (minDisk > size) {
    throw new Invalid(
      `Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is ${size} bytes, minimum size is ${minDisk} bytes.`,
    );
  }
}

export function checkMetadata(nova: Nova, context: RequestContext, metadata: Record<string, string>): void {
  const allowed = nova.quotas.limit(context.projectId, "metadata_items");
  if (allowed >= 0 && Object.keys(metadata).length > allowed) throw new MetadataLimitExceeded(allowed);
}

export interface InjectedFile {
  path: string;
  /** Base64. */
  contents: string;
}

export function checkFiles(nova: Nova, context: RequestContext, files: readonly InjectedFile[]): void {
  if (files.length === 0) return;
  const limit = (resource: string) => {
    const n = nova.quotas.limit(context.projectId, resource);
    return n < 0 ? Number.POSITIVE_INFINITY : n;
  };
  if (files.length > limit("injected_files")) throw new OverQuota("Personality file limit exceeded");
  const path = Math.max(...files.map((file) => file.path.length));
  const paths = limit("injected_file_path_bytes");
  if (path > paths) throw new OverQuota(`Personality file path exceeds maximum ${paths}`);
  const size = Math.max(...files.map((file) => Buffer.from(file.contents, "base64").length));
  const contents = limit("injected_file_content_bytes");
  if (size > contents) throw new OverQuota(`Personality file content exceeds maximum ${contents}`);
}

/** Kernel and ramdisk: those of the image, unless it says there are none. Both must exist. */
export function kernelAndRamdisk(
  nova: Nova,
  context: RequestContext,
  image: ImageInfo | null,
): { kernelId: string; ramdiskId: string } {
  const kernel = image?.properties["kernel_id"];
  if (!kernel || kernel === "nokernel") return { kernelId: "", ramdiskId: "" };
  const ramdisk = image?.properties["ramdisk_id"];
  const kernelId = nova.images.show(context, kernel).id;
  return { kernelId, ramdiskId: ramdisk ? nova.images.show(context, ramdisk).id : "" };
}

/** OS-DCF:diskConfig against what the image allows; null: what the image says. */
export function autoDiskConfig(image: ImageInfo | null, asked: boolean | null): boolean {
  const ofImage = image?.properties["auto_disk_config"]?.trim().toLowerCase();
  if (ofImage === "disabled" && asked) {
    throw new Invalid(`Requested image ${image?.id} has automatic disk resize disabled.`);
  }
  return asked ?? (ofImage === "true" || ofImage === "1" || ofImage === "on" || ofImage === "yes");
}

/** @throws InvalidRequest for a zone without a host that is up */
export function checkZone(nova: Nova, zone: string): void {
  if (!nova.zones.available().includes(zone)) {
    throw new InvalidRequest("The requested availability zone is not available");
  }
}
