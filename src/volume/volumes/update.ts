// What users change of a volume without touching its data. Authority: cinder/volume/api.py of Zed.

import { type Caller, enforce, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { GlanceMetadataNotFound, InvalidVolume, VolumeMetadataNotFound } from "../errors.ts";
import { checkMetadata } from "../metadata-rules.ts";
import type { Pairs } from "../store/pairs.ts";
import type { VolumeRow } from "../tables.ts";

export interface VolumeChanges {
  name?: string | null;
  description?: string | null;
  bootable?: boolean;
  metadata?: Record<string, string>;
}

export function updateVolume(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  changes: VolumeChanges,
): void {
  enforce(caller, "volume:update", targetOf(volume));
  if (volume.status === "maintenance") {
    throw new InvalidVolume("The volume cannot be updated during maintenance.");
  }
  const { name, description, bootable, metadata } = changes;
  if (metadata !== undefined) checkMetadata(metadata);
  cinder.transaction(() => {
    cinder.store.volumes.update(volume.id, {
      ...(name === undefined ? {} : { display_name: name }),
      ...(description === undefined ? {} : { display_description: description }),
      ...(bootable === undefined ? {} : { bootable }),
    });
    if (metadata !== undefined) cinder.store.volumes.metadata.replace(volume.id, metadata);
  });
}

export function volumeMetadata(cinder: Cinder, caller: Caller, volume: VolumeRow): Pairs {
  enforce(caller, "volume:get_volume_metadata", targetOf(volume));
  return cinder.store.volumes.metadata.of(volume.id);
}

/** @param how `create` and `add` keep what is there */
export function setVolumeMetadata(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  metadata: Record<string, string>,
  how: "create" | "add" | "replace",
): Pairs {
  enforce(caller, `volume:${how === "create" ? "create" : "update"}_volume_metadata`, targetOf(volume));
  refuseBusy(volume, "Updating");
  checkMetadata(metadata);
  if (how === "replace") cinder.store.volumes.metadata.replace(volume.id, metadata);
  else cinder.transaction(() => cinder.store.volumes.metadata.set(volume.id, metadata));
  return cinder.store.volumes.metadata.of(volume.id);
}

export function deleteVolumeMetadata(cinder: Cinder, caller: Caller, volume: VolumeRow, key: string): void {
  if (!Object.hasOwn(volumeMetadata(cinder, caller, volume), key)) {
    throw new VolumeMetadataNotFound(volume.id, key);
  }
  enforce(caller, "volume:delete_volume_metadata", targetOf(volume));
  refuseBusy(volume, "Deleting");
  cinder.store.volumes.metadata.remove(volume.id, key);
}

export function setImageMetadata(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  metadata: Record<string, string>,
): Pairs {
  enforce(caller, "volume_extension:volume_image_metadata:set", targetOf(volume));
  refuseBusy(volume, "Updating");
  checkMetadata(metadata);
  cinder.transaction(() => cinder.store.volumes.imageMetadata.set(volume.id, metadata));
  return cinder.store.volumes.imageMetadata.of(volume.id);
}

export function unsetImageMetadata(cinder: Cinder, caller: Caller, volume: VolumeRow, key: string): void {
  enforce(caller, "volume_extension:volume_image_metadata:remove", targetOf(volume));
  refuseBusy(volume, "Deleting");
  if (!cinder.store.volumes.imageMetadata.remove(volume.id, key)) throw new GlanceMetadataNotFound(volume.id);
}

function refuseBusy(volume: VolumeRow, doing: "Updating" | "Deleting"): void {
  if (["maintenance", "uploading"].includes(volume.status)) {
    throw new InvalidVolume(
      `${doing} volume metadata is not allowed for volumes in ${volume.status} status.`,
    );
  }
}

export function setReadonly(cinder: Cinder, caller: Caller, volume: VolumeRow, readonly: boolean): void {
  enforce(caller, "volume:update_readonly_flag", targetOf(volume));
  if (volume.status !== "available") {
    throw new InvalidVolume(
      `Volume ${volume.id} status must be available to update readonly flag, but current status is: ${volume.status}.`,
    );
  }
  cinder.store.volumes.adminMetadata.set(volume.id, { readonly: readonly ? "True" : "False" });
}
