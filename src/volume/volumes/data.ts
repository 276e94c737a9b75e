// What users and administrators do with a volume's data: extend, retype, migrate, revert, upload, write an image over it.
// Each is a change of state and a message, in one transaction. Authority: cinder/volume/api.py of Zed.

import { and, isNull, ne } from "drizzle-orm";
import { Conflict, Invalid } from "../../core/errors.ts";
import type { ImageInfo, NewImage } from "../../image/public.ts";
import { type Caller, enforce, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidHost, InvalidInput, InvalidSnapshot, InvalidVolume } from "../errors.ts";
import { InvalidVolumeType } from "../errors-types.ts";
import { migrationAllows } from "../states.ts";
import type { VolumeTypeRecord } from "../store/types.ts";
import { type SnapshotRow, type VolumeRow, volumes } from "../tables.ts";
import {
  backendOf,
  type ExtendArgs,
  type ReimageArgs,
  type RetypeArgs,
  type RevertArgs,
  SCHEDULER_TOPIC,
  type UploadArgs,
  volumeTopic,
} from "../topics.ts";
import { checkTypeSize, isMultiattach } from "../volume-types.ts";
import { endAttachment, noteAttached } from "./attach-states.ts";
import { checkImage } from "./image-source.ts";

/** @param attached since 3.42 also volumes in use */
export function extendVolume(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  newSizeGb: number,
  attached: boolean,
): void {
  enforce(caller, attached ? "volume:extend_attached_volume" : "volume:extend", targetOf(volume));
  const increase = newSizeGb - volume.size;
  if (increase <= 0) {
    throw new InvalidInput(
      `New size for extend must be greater than current size. (current: ${volume.size}, extended: ${newSizeGb}).`,
    );
  }
  const type = cinder.store.types.get(volume.volume_type_id);
  if (type) checkTypeSize(type, newSizeGb);
  const { context } = caller;
  cinder.transaction(() => {
    const expected = attached ? "in-use" : "available";
    const changed = cinder.store.volumes.updateFrom(volume.id, [expected], {
      status: "extending",
      previous_status: volume.status,
    });
    if (!changed) {
      throw new InvalidVolume(
        `Volume ${volume.id} status must be '{'status': '${expected}'}' to extend, currently ${volume.status}.`,
      );
    }
    cinder.quotas.checkVolumeSize(context.projectId ?? "", newSizeGb);
    const projectId = volume.project_id ?? "";
    const reservations = cinder.quotas.reserve(
      projectId,
      cinder.quotas.withType({ gigabytes: increase }, volume.volume_type_id),
      { resource: "volumes", sizeGb: increase },
    );
    cinder.quotas.note(projectId);
    const args: ExtendArgs = { volumeId: volume.id, newSizeGb, reservations };
    cinder.context.bus.cast(context, SCHEDULER_TOPIC, "extend_volume", args);
  });
  cinder.log.info(context, `Extend volume request issued successfully: volume ${volume.id}, ${newSizeGb} GB`);
}

export function retypeVolume(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  newType: string,
  migrationPolicy: "never" | "on-demand",
): void {
  enforce(caller, "volume:retype", targetOf(volume));
  const type = targetType(cinder, caller, newType);
  checkTypeSize(type, volume.size);
  const multiattach = isMultiattach(type.extraSpecs);
  if (volume.multiattach !== multiattach) {
    if (volume.status !== "available") {
      throw new InvalidInput(
        `Invalid volume_type passed, retypes affecting multiattach are only allowed on available volumes, the specified volume however currently has a status of: ${volume.status}.`,
      );
    }
    if (multiattach) enforce(caller, "volume:multiattach", targetOf(volume));
  }
  if (cinder.store.types.encryption(type.row.id)) throw new Invalid("Key manager error");
  const { context } = caller;
  cinder.transaction(() => {
    const projectId = volume.project_id ?? "";
    const reservations = cinder.quotas.reserve(projectId, typeDeltas(cinder, volume, type), {
      resource: "volumes",
      sizeGb: volume.size,
    });
    const changed =
      migrationAllows(volume.migration_status) && qosAllows(cinder, volume, type)
        ? cinder.store.volumes.updateFrom(
            volume.id,
            ["available", "in-use"],
            { status: "retyping", previous_status: volume.status },
            and(isNull(volumes.group_id), ne(volumes.volume_type_id, type.row.id)),
          )
        : null;
    if (!changed) {
      throw new InvalidVolume(
        "Retype needs volume to be in available or in-use state, not be part of an active migration or a consistency group, requested type has to be different that the one from the volume, and for in-use volumes front-end qos specs cannot change.",
      );
    }
    const args: RetypeArgs = {
      volumeId: volume.id,
      newTypeId: type.row.id,
      migrationPolicy,
      reservations,
    };
    cinder.context.bus.cast(context, SCHEDULER_TOPIC, "retype", args);
  });
  cinder.log.info(context, `Retype volume request issued successfully: volume ${volume.id}`);
}

function targetType(cinder: Cinder, caller: Caller, nameOrId: string): VolumeTypeRecord {
  try {
    return cinder.types.find(caller, nameOrId);
  } catch (error) {
    if (!(error instanceof InvalidVolumeType)) throw error;
    throw new InvalidInput(`Invalid volume_type passed: ${nameOrId}.`);
  }
}

/** What a volume with its snapshots takes of another type's own quotas. */
function typeDeltas(cinder: Cinder, volume: VolumeRow, type: VolumeTypeRecord): Record<string, number> {
  const snapshots = cinder.store.snapshots.ofVolume(volume.id);
  const snapshotGb = cinder.settings.CINDER_NO_SNAPSHOT_GB_QUOTA
    ? 0
    : snapshots.reduce((sum, { volume_size }) => sum + volume_size, 0);
  const { name } = type.row;
  return {
    [`volumes_${name}`]: 1,
    [`gigabytes_${name}`]: volume.size + snapshotGb,
    ...(snapshots.length > 0 ? { [`snapshots_${name}`]: snapshots.length } : {}),
  };
}

/** QoS that the hypervisor applies cannot change under a running server. */
function qosAllows(cinder: Cinder, volume: VolumeRow, type: VolumeTypeRecord): boolean {
  if (volume.status !== "in-use") return true;
  const frontEnd = (typeId: string) => {
    const qosId = cinder.store.types.get(typeId)?.row.qos_specs_id;
    const qos = qosId ? cinder.store.qos.get(qosId) : null;
    return qos && qos.consumer !== "back-end" ? qos.id : null;
  };
  return frontEnd(volume.volume_type_id) === frontEnd(type.row.id);
}

export interface MigrateOptions {
  host: string;
  lockVolume: boolean;
}

/** @throws InvalidHost when no such back end is up, InvalidVolume */
export function migrateVolume(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  { host, lockVolume }: MigrateOptions,
): void {
  enforce(caller, "volume_extension:volume_admin_actions:migrate_volume", targetOf(volume));
  const service = cinder.services.list().find((row) => row.host === backendOf(host));
  if (!service || service.disabled || !cinder.services.isUp(service)) {
    throw new InvalidHost(`No available service named '${host}'`);
  }
  const { context } = caller;
  cinder.transaction(() => {
    const possible =
      migrationAllows(volume.migration_status) && cinder.store.snapshots.countOfVolume(volume.id) === 0;
    const locked = lockVolume && volume.status === "available";
    const changed = possible
      ? cinder.store.volumes.updateFrom(
          volume.id,
          ["available", "in-use"],
          {
            migration_status: "starting",
            previous_status: volume.status,
            ...(locked ? { status: "maintenance" } : {}),
          },
          and(isNull(volumes.group_id), ne(volumes.host, host)),
        )
      : null;
    if (!changed) {
      throw new InvalidVolume(
        `Volume ${volume.id} status must be available or in-use, must not be migrating, have snapshots, be replicated, be part of a group and destination host/cluster must be different than the current one`,
      );
    }
    cinder.context.bus.cast(context, SCHEDULER_TOPIC, "migrate_volume", { volumeId: volume.id, host });
  });
  cinder.log.info(context, `Migrate volume request issued successfully: volume ${volume.id} to ${host}`);
}

/** Ends a migration that Nova takes part in by copying. @returns the volume that remains */
export function completeMigration(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  newVolume: VolumeRow,
  error: boolean,
): string {
  const rule = "volume_extension:volume_admin_actions:migrate_volume_completion";
  enforce(caller, rule, targetOf(volume));
  if (volume.migration_status === null && newVolume.migration_status === null) {
    if (!error) moveAttachments(cinder, volume, newVolume);
    return newVolume.id;
  }
  if (volume.migration_status === null) throw new InvalidVolume("Source volume not mid-migration.");
  if (newVolume.migration_status === null) {
    throw new InvalidVolume("Destination volume not mid-migration.");
  }
  // Migrations here copy by themselves, so no volume is ever the target of another's.
  throw new InvalidVolume(
    `Destination has migration_status ${newVolume.migration_status}, expected target:${volume.id}.`,
  );
}

/** Nova has swapped the volumes of its servers. */
function moveAttachments(cinder: Cinder, from: VolumeRow, to: VolumeRow): void {
  cinder.transaction(() => {
    for (const old of cinder.store.volumes.attachmentsOf(from.id)) {
      endAttachment(cinder, from.id, old.id);
      const made = cinder.store.volumes.insertAttachment({
        id: cinder.newId(),
        volume_id: to.id,
        instance_uuid: old.instance_uuid,
        attach_status: "attaching",
      });
      const { attached_host: hostName, mountpoint } = old;
      noteAttached(cinder, made, { hostName, mountpoint, mode: "rw", complete: true });
    }
  });
}

/** To its latest snapshot (3.40). The caller's errors are conflicts. */
export function revertToSnapshot(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  snapshotId: unknown,
): void {
  const latest = cinder.store.snapshots.ofVolume(volume.id).at(-1);
  if (!latest) throw new Invalid(`Volume ${volume.id} doesn't have any snapshots.`);
  if (snapshotId !== latest.id) {
    throw new Invalid(
      `Specified snapshot ${snapshotId ?? "None"} is None or not the latest one of volume ${volume.id}.`,
    );
  }
  if (volume.size !== latest.volume_size) {
    throw new Invalid(
      `Can't revert volume ${volume.id} to its latest snapshot ${latest.id}. The volume size must be equal to the snapshot size.`,
    );
  }
  enforce(caller, "volume:revert_to_snapshot", targetOf(volume));
  startRevert(cinder, caller, volume, latest);
}

function startRevert(cinder: Cinder, { context }: Caller, volume: VolumeRow, snapshot: SnapshotRow): void {
  const why = `Can't revert volume ${volume.id} to its latest snapshot ${snapshot.id}.`;
  cinder.transaction(() => {
    if (!cinder.store.volumes.updateFrom(volume.id, ["available"], { status: "reverting" })) {
      throw new Conflict(new InvalidVolume(`${why} Volume's status must be 'available'.`).message);
    }
    if (!cinder.store.snapshots.updateFrom(snapshot.id, ["available"], { status: "restoring" })) {
      throw new Conflict(new InvalidSnapshot(`${why} Snapshot's status must be 'available'.`).message);
    }
    const args: RevertArgs = { volumeId: volume.id, snapshotId: snapshot.id };
    cinder.context.bus.cast(context, volumeTopic(volume.host ?? ""), "revert_to_snapshot", args);
  });
}

export interface UploadOptions {
  name: string;
  diskFormat: string;
  containerFormat: string;
  visibility: ImageInfo["visibility"] | null;
  protected: boolean | null;
  force: boolean;
}

/** Core properties of an image, which a volume's image metadata does not hand on (glance_core_properties). */
const CORE = [
  "checksum",
  "container_format",
  "disk_format",
  "image_name",
  "image_id",
  "min_disk",
  "min_ram",
  "name",
  "size",
];

/** The volume is `uploading`; the image is queued. */
export function uploadToImage(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  options: UploadOptions,
): { image: ImageInfo; volume: VolumeRow } {
  enforce(caller, "volume_extension:volume_actions:upload_image");
  if (options.visibility === "public") enforce(caller, "volume_extension:volume_actions:upload_public");
  const force = options.force && cinder.settings.CINDER_ENABLE_FORCE_UPLOAD;
  const { context } = caller;
  const states = force ? ["available", "in-use"] : ["available"];
  if (!states.includes(volume.status)) {
    throw new InvalidVolume(`Volume ${volume.id} status must be ${states.join(" or ")}`);
  }
  const image = cinder.images.create(context, imageOf(cinder, volume, options));
  const changed = cinder.transaction(() => {
    const row = cinder.store.volumes.updateFrom(volume.id, states, {
      status: "uploading",
      previous_status: volume.status,
    });
    const args: UploadArgs = { volumeId: volume.id, imageId: image.id };
    if (row) cinder.context.bus.cast(context, volumeTopic(volume.host ?? ""), "copy_volume_to_image", args);
    return row;
  });
  if (!changed) {
    cinder.images.delete(context, image.id);
    throw new InvalidVolume(`Volume ${volume.id} status must be ${states.join(" or ")}`);
  }
  return { image, volume: changed };
}

function imageOf(cinder: Cinder, volume: VolumeRow, options: UploadOptions): NewImage {
  const properties: Record<string, string> = {};
  for (const [key, value] of Object.entries(cinder.store.volumes.imageMetadata.of(volume.id))) {
    if (!CORE.includes(key) && !key.startsWith("os_glance")) properties[key] = value;
  }
  return {
    name: options.name,
    diskFormat: options.diskFormat,
    containerFormat: options.containerFormat,
    properties,
    ...(options.visibility === null ? {} : { visibility: options.visibility }),
  };
}

/** Since 3.68. The volume is `downloading`, then what it was. */
export function reimageVolume(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  imageId: string,
  reserved: boolean,
): void {
  enforce(
    caller,
    volume.status === "reserved" ? "volume:reimage_reserved" : "volume:reimage",
    targetOf(volume),
  );
  if (cinder.store.volumes.attachmentsOf(volume.id).length > 1) {
    throw new Conflict("Cannot re-image a volume which is attached to more than one server.");
  }
  const states = ["available", "error", ...(reserved ? ["reserved"] : [])];
  const { context } = caller;
  const image = cinder.images.show(context, imageId);
  cinder.transaction(() => {
    const changed = cinder.store.volumes.updateFrom(volume.id, states, {
      status: "downloading",
      previous_status: volume.status,
    });
    if (!changed) {
      throw new InvalidVolume(
        `Volume ${volume.id} status must be ${states.join(" or ")}, but current status is ${volume.status}.`,
      );
    }
    checkImage(image, volume.size);
    const args: ReimageArgs = { volumeId: volume.id, imageId };
    cinder.context.bus.cast(context, volumeTopic(volume.host ?? ""), "reimage", args);
  });
}
