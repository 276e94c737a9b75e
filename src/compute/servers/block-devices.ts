// The disks a new server asks for: from the request (block_device_mapping, version 1 and 2), from the image, from the
// flavor. Authority: nova/block_device.py and nova/compute/api.py (_check_and_transform_bdm, _validate_bdm) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { CloudError } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { VolumeInfo } from "../../volume/public.ts";
import { InvalidBdmFormat, InvalidBlockDevice, InvalidRequest, VolumeRefused } from "../errors.ts";
import type { Nova } from "../nova.ts";
import type { FlavorSnapshot } from "../tables.ts";

/** A disk as it will be a row of `block_device_mapping`. */
export interface DiskRequest {
  sourceType: "image" | "volume" | "snapshot" | "blank";
  destinationType: "local" | "volume";
  deviceName: string | null;
  deviceType: string | null;
  diskBus: string | null;
  guestFormat: string | null;
  /** 0 is the root disk; null or negative: not bootable. */
  bootIndex: number | null;
  deleteOnTermination: boolean;
  /** GB; of swap MB. */
  size: number | null;
  volumeType: string | null;
  imageId: string | null;
  volumeId: string | null;
  snapshotId: string | null;
  tag: string | null;
}

/** nova/objects/fields.py, DiskBus */
const DISK_BUSES = ["fdc", "ide", "sata", "scsi", "usb", "virtio", "xen", "lxc", "uml"];

const BLANK: DiskRequest = {
  sourceType: "blank",
  destinationType: "local",
  deviceName: null,
  deviceType: null,
  diskBus: null,
  guestFormat: null,
  bootIndex: null,
  deleteOnTermination: false,
  size: null,
  volumeType: null,
  imageId: null,
  volumeId: null,
  snapshotId: null,
  tag: null,
};

type Given = Record<string, unknown>;

const text = (value: unknown): string | null =>
  value === undefined || value === null || value === "" ? null : String(value);

function withDev(name: string | null): string | null {
  return name === null ? null : `/dev/${name.replace(/^\/dev\//, "")}`;
}

function number(value: unknown): number | null {
  return value === undefined || value === null || value === "" ? null : Number(value);
}

/** One entry of block_device_mapping_v2. `fromImage`: the request names an image as well. */
export function diskFromV2(given: Given, fromImage: boolean): DiskRequest | null {
  if (given["no_device"]) return null;
  const sourceType = given["source_type"] as DiskRequest["sourceType"] | undefined;
  const id = text(given["uuid"]);
  const destinationType =
    (given["destination_type"] as DiskRequest["destinationType"] | undefined) ??
    (sourceType === "blank" ? "local" : "volume");
  const volumeType = text(given["volume_type"]);
  if (sourceType === undefined) throw new InvalidBdmFormat("Some required fields are missing");
  if (sourceType === "blank" && id) throw new InvalidBdmFormat("Invalid device UUID.");
  if (sourceType !== "blank" && !id) throw new InvalidBdmFormat("Missing device UUID.");
  const bootIndex = number(given["boot_index"]);
  if (sourceType === "image" && destinationType === "local" && !(fromImage && bootIndex === 0)) {
    throw new InvalidBdmFormat("Mapping image to local is not supported.");
  }
  if (destinationType === "local" && volumeType) {
    throw new InvalidBdmFormat("Specifying a volume_type with destination_type=local is not supported.");
  }
  if (sourceType === "volume" && volumeType) {
    throw new InvalidBdmFormat("Specifying volume type to existing volume is not supported.");
  }
  return {
    ...BLANK,
    sourceType,
    destinationType,
    deviceName: withDev(text(given["device_name"])),
    deviceType: text(given["device_type"]),
    diskBus: text(given["disk_bus"]),
    guestFormat: text(given["guest_format"]),
    bootIndex,
    deleteOnTermination: boolFromString(given["delete_on_termination"] ?? false) === true,
    size: number(given["volume_size"]),
    volumeType,
    imageId: sourceType === "image" ? id : null,
    volumeId: sourceType === "volume" ? id : null,
    snapshotId: sourceType === "snapshot" ? id : null,
    tag: text(given["tag"]),
  };
}

const SWAP_OR_EPHEMERAL = /^(swap|ephemeral\d+)$/;

/** The old form: `{"device_name": "vda", "volume_id": ..., "delete_on_termination": "0"}`. */
export function disksFromV1(
  given: readonly Given[],
  imageId: string | null,
  rootName: string | null,
): DiskRequest[] {
  const disks = given.flatMap((entry): DiskRequest[] => {
    if (entry["no_device"]) return [];
    const base = {
      ...BLANK,
      deviceName: withDev(text(entry["device_name"])),
      deleteOnTermination: boolFromString(entry["delete_on_termination"] ?? false) === true,
      size: number(entry["volume_size"]),
      bootIndex: -1,
    };
    const virtual = text(entry["virtual_name"]);
    if (virtual && SWAP_OR_EPHEMERAL.test(virtual)) {
      return [{ ...base, deleteOnTermination: true, guestFormat: virtual === "swap" ? "swap" : null }];
    }
    const snapshotId = text(entry["snapshot_id"]);
    if (snapshotId) return [{ ...base, sourceType: "snapshot", destinationType: "volume", snapshotId }];
    const volumeId = text(entry["volume_id"]);
    if (volumeId) return [{ ...base, sourceType: "volume", destinationType: "volume", volumeId }];
    throw new InvalidBdmFormat("Unrecognized legacy format.");
  });
  const root = disks.find(
    (disk) => disk.destinationType === "volume" && disk.deviceName === withDev(rootName ?? "vda"),
  );
  if (root) return disks.map((disk) => (disk === root ? { ...disk, bootIndex: 0 } : disk));
  return imageId === null ? disks : [imageDisk(imageId), ...disks];
}

export function imageDisk(imageId: string): DiskRequest {
  return {
    ...BLANK,
    sourceType: "image",
    imageId,
    deleteOnTermination: true,
    bootIndex: 0,
    deviceType: "disk",
  };
}

/** What the image itself prescribes: the snapshot of a server whose disks are volumes. */
export function disksFromImage(image: ImageInfo | null): DiskRequest[] {
  const given = image?.properties["block_device_mapping"];
  if (!given) return [];
  let entries: Given[];
  try {
    entries = JSON.parse(given) as Given[];
  } catch {
    throw new InvalidRequest("Invalid block_device_mapping in image properties.");
  }
  if (!Array.isArray(entries)) throw new InvalidRequest("Invalid block_device_mapping in image properties.");
  return entries.flatMap((entry): DiskRequest[] => {
    if (typeof entry !== "object" || entry === null || entry["no_device"]) return [];
    const source = String(entry["source_type"] ?? "snapshot") as DiskRequest["sourceType"];
    return [
      {
        ...BLANK,
        sourceType: source,
        destinationType: entry["destination_type"] === "local" ? "local" : "volume",
        deviceName: withDev(text(entry["device_name"])),
        deviceType: text(entry["device_type"]),
        diskBus: text(entry["disk_bus"]),
        guestFormat: text(entry["guest_format"]),
        bootIndex: number(entry["boot_index"]),
        deleteOnTermination: boolFromString(entry["delete_on_termination"] ?? false) === true,
        size: number(entry["volume_size"]),
        volumeType: text(entry["volume_type"]),
        imageId: text(entry["image_id"]),
        volumeId: text(entry["volume_id"]),
        snapshotId: text(entry["snapshot_id"]),
        tag: text(entry["tag"]),
      },
    ];
  });
}

export const isSwap = (disk: DiskRequest) =>
  disk.sourceType === "blank" && disk.destinationType === "local" && disk.guestFormat === "swap";
export const isEphemeral = (disk: DiskRequest) =>
  disk.sourceType === "blank" && disk.destinationType === "local" && disk.guestFormat !== "swap";

/** All disks of a server: the image's, those of the request, what the flavor adds. */
export function allDisks(
  requested: readonly DiskRequest[],
  image: ImageInfo | null,
  flavor: FlavorSnapshot,
  count: number,
): DiskRequest[] {
  const ofImage = disksFromImage(image);
  // The image's own root disk replaces the one that the request made of the image.
  const rootInImage = ofImage.some((disk) => disk.bootIndex === 0);
  const own = requested.filter(
    (disk) => !(rootInImage && disk.bootIndex === 0 && disk.sourceType === "image"),
  );
  const named = new Set(own.map((disk) => disk.deviceName).filter((name) => name !== null));
  const disks = [
    ...own,
    ...ofImage.filter((disk) => disk.deviceName === null || !named.has(disk.deviceName)),
  ];
  if (count > 1 && disks.some((disk) => disk.sourceType === "volume")) {
    throw new InvalidRequest("Cannot attach one or more volumes to multiple instances");
  }
  if (flavor.ephemeral_gb > 0 && !disks.some(isEphemeral)) disks.push(blankDisk(flavor.ephemeral_gb, null));
  if (flavor.swap > 0 && !disks.some(isSwap)) disks.push(blankDisk(flavor.swap, "swap"));
  return disks;
}

function blankDisk(size: number, guestFormat: string | null): DiskRequest {
  return { ...BLANK, deviceType: "disk", deleteOnTermination: true, bootIndex: -1, guestFormat, size };
}

export const rootDisk = (disks: readonly DiskRequest[]): DiskRequest | null =>
  disks.find((disk) => disk.bootIndex === 0) ?? null;

/**
 * Checks the disks against each other, the flavor and the volume service, and fills in their sizes.
 * @throws InvalidBlockDevice, InvalidBdmFormat, VolumeRefused
 */
export function checkDisks(
  nova: Nova,
  context: RequestContext,
  disks: readonly DiskRequest[],
  flavor: FlavorSnapshot,
  options: { multiattach: boolean; imageId: string | null },
): DiskRequest[] {
  const indexes = disks
    .map((disk) => disk.bootIndex)
    .filter((index): index is number => index !== null && index >= 0)
    .sort((a, b) => a - b);
  if (indexes.length === 0 || indexes.some((index, i) => index !== i)) {
    throw new InvalidBlockDevice(
      "Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping combination is not valid.",
    );
  }
  const checked = disks.map((disk) => checkDisk(nova, context, disk, flavor, options));
  const ephemeral = checked
    .filter(isEphemeral)
    .reduce((sum, disk) => sum + (disk.size ?? flavor.ephemeral_gb), 0);
  if (ephemeral > flavor.ephemeral_gb) {
    throw new InvalidBlockDevice(
      "Ephemeral disks requested are larger than the instance type allows. If no size is given in one block device mapping, flavor ephemeral size will be used.",
    );
  }
  const swaps = checked.filter(isSwap);
  if (swaps.length > 1) throw new InvalidBdmFormat("More than one swap drive requested.");
  if ((swaps[0]?.size ?? 0) > flavor.swap) {
    throw new InvalidBlockDevice("Swap drive requested is larger than instance type allows.");
  }
  const most = nova.settings.MAX_LOCAL_BLOCK_DEVICES;
  if (most >= 0 && checked.filter((disk) => disk.destinationType === "local").length > most) {
    throw new InvalidBlockDevice(
      "Block Device Mapping is Invalid: You specified more local devices than the limit allows",
    );
  }
  return checked;
}

function checkDisk(
  nova: Nova,
  context: RequestContext,
  disk: DiskRequest,
  flavor: FlavorSnapshot,
  options: { multiattach: boolean; imageId: string | null },
): DiskRequest {
  if (disk.diskBus && !DISK_BUSES.includes(disk.diskBus)) {
    throw new InvalidBlockDevice(
      `Block Device Mapping is invalid: The provided disk bus ${disk.diskBus} is not valid.`,
    );
  }
  if (disk.imageId !== null) {
    if (disk.imageId !== options.imageId)
      known(() => nova.images.show(context, disk.imageId!), "image", disk.imageId);
    if (disk.sourceType === "image" && disk.destinationType === "volume" && !disk.size) {
      throw new InvalidBlockDevice(
        "Images with destination_type 'volume' need to have a non-zero size specified",
      );
    }
    return disk;
  }
  if (disk.volumeId !== null) {
    const volume = known(() => nova.volumes.show(context, disk.volumeId!), "volume", disk.volumeId);
    checkAttachable(volume, options.multiattach);
    return { ...disk, size: volume.sizeGb };
  }
  if (disk.snapshotId !== null) {
    const snapshot = known(
      () => nova.volumes.showSnapshot(context, disk.snapshotId!),
      "snapshot",
      disk.snapshotId,
    );
    return { ...disk, size: disk.size ?? snapshot.sizeGb };
  }
  if (disk.destinationType === "volume" && !disk.size) {
    throw new InvalidBlockDevice(
      "Blank volumes (source: 'blank', dest: 'volume') need to have non-zero size",
    );
  }
  if (disk.size === null) return { ...disk, size: isSwap(disk) ? flavor.swap : flavor.ephemeral_gb };
  return disk;
}

export function known<T>(look: () => T, kind: "image" | "volume" | "snapshot", id: string): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof CloudError) || error.kind === "unavailable") throw error;
    throw new InvalidBlockDevice(`Block Device Mapping is Invalid: failed to get ${kind} ${id}.`);
  }
}

/** nova/volume/cinder.py, check_attach. @throws VolumeRefused */
export function checkAttachable(volume: VolumeInfo, multiattach: boolean): void {
  if (volume.multiattach) {
    if (!multiattach) {
      throw new VolumeRefused(
        "Multiattach volumes are only supported starting with compute API version 2.60.",
      );
    }
    if (volume.status === "in-use") return;
  }
  if (volume.status !== "available") {
    throw new VolumeRefused(
      `volume ${volume.id} status must be 'available'. Currently in '${volume.status}'`,
    );
  }
}
