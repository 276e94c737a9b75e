// A new volume: checked, counted, written down and handed to the scheduler. Authority: cinder/volume/flows/api/
// create_volume.py and cinder/volume/api.py (create) of Zed.

import { Invalid } from "../../core/errors.ts";
import type { ImageInfo } from "../../image/public.ts";
import { type Caller, enforce } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import {
  InvalidAvailabilityZone,
  InvalidInput,
  InvalidSnapshot,
  InvalidTypeAvailabilityZones,
  InvalidVolume,
} from "../errors.ts";
import { InvalidBackup } from "../errors-backups.ts";
import { InvalidGroup } from "../errors-groups.ts";
import { VolumeTypeNotFound } from "../errors-types.ts";
import { findSnapshot, findVolume } from "../locate.ts";
import { checkMetadata } from "../metadata-rules.ts";
import type { VolumeTypeRecord } from "../store/types.ts";
import type { SnapshotRow, VolumeRow } from "../tables.ts";
import type { BackupRow } from "../tables-backups.ts";
import type { GroupRow } from "../tables-groups.ts";
import { type CreateVolumeSpec, SCHEDULER_TOPIC } from "../topics.ts";
import { checkTypeSize, isMultiattach, zonesOf } from "../volume-types.ts";
import { bootSnapshot, checkImage, findImage } from "./image-source.ts";

export interface VolumeRequest {
  /** Chosen by another service; absent: made up. */
  id?: string;
  /** GB; null: as large as what it is made from. */
  size: number | string | null;
  name: string | null;
  description: string | null;
  metadata: Record<string, string>;
  imageRef?: string | null;
  snapshotId?: string | null;
  sourceVolumeId?: string | null;
  group?: GroupRow | null;
  /** What its content is restored from (3.47), and the state it shows meanwhile. */
  backup?: { row: BackupRow; shown: "creating" | "restoring-backup" } | null;
  /** Name or id; null: the source's, else the default. */
  type: string | null;
  availabilityZone: string | null;
  hints?: Record<string, unknown> | null;
  /** An image that is a snapshot of a volume-backed server stands for that snapshot (3.46). */
  novaImages?: boolean;
}

interface Sources {
  snapshot: SnapshotRow | null;
  volume: VolumeRow | null;
  image: ImageInfo | null;
  backup: BackupRow | null;
}

/** In state `creating`. @throws what is listed in `errors.ts`; a QuotaError */
export function createVolume(cinder: Cinder, caller: Caller, request: VolumeRequest): VolumeRow {
  const given = request.type ? cinder.types.find(caller, request.type) : null;
  const sources = findSources(cinder, caller, request);
  enforce(caller, sources.image ? "volume:create_from_image" : "volume:create");
  const size = request.size ?? sourceSize(sources);
  if (size !== null && (!/^[+-]?\d+$/.test(String(size).trim()) || Number(size) <= 0)) {
    throw new InvalidInput(
      `Invalid volume size provided for create request: ${size} (size argument must be an integer (or string representation of an integer) and greater than zero).`,
    );
  }
  if (size !== null) checkTypeSize(given ?? cinder.types.default(null), Number(size));
  checkGroupType(cinder, request.group ?? null, given);
  checkSourceType(cinder, sources, given);
  checkMetadata(request.metadata);
  checkOneSource(sources);
  checkSourceStates(sources, request.group ?? null);
  const sizeGb = checkSize(size, sources);
  if (sources.image) checkImage(sources.image, sizeGb);
  const type = given ?? typeOfSources(cinder, caller, sources);
  const zones = pickZones(cinder, request, sources, type);
  if (cinder.store.types.encryption(type.row.id)) throw new Invalid("Key manager error");
  const multiattach = isMultiattach(type.extraSpecs);
  if (multiattach) enforce(caller, "volume:multiattach");
  const { context } = caller;
  return cinder.transaction(() => {
    const row = insertVolume(cinder, caller, {
      id: request.id ?? cinder.newId(),
      sizeGb,
      type,
      zones,
      name: request.name,
      description: request.description,
      metadata: request.metadata,
      snapshotId: sources.snapshot?.id ?? null,
      sourceVolumeId: sources.volume?.id ?? null,
      groupId: request.group?.id ?? null,
      bootable: isBootable(cinder, sources),
      multiattach,
    });
    const spec: CreateVolumeSpec = {
      volumeId: row.id,
      imageId: sources.image?.id ?? null,
      snapshotId: sources.snapshot?.id ?? null,
      sourceVolumeId: sources.volume?.id ?? null,
      resourceBackend: backendOfSources(cinder, sources, request.group ?? null),
      availabilityZones: zones,
      hints: request.hints ?? {},
      backup: request.backup ? { id: request.backup.row.id, shown: request.backup.shown } : null,
    };
    cinder.context.bus.cast(context, SCHEDULER_TOPIC, "create_volume", spec);
    cinder.log.info(context, `Create volume request issued successfully: volume ${row.id}, ${sizeGb} GB`);
    return row;
  });
}

export interface NewVolumeFacts {
  id: string;
  sizeGb: number;
  type: VolumeTypeRecord;
  zones: readonly string[];
  name: string | null;
  description: string | null;
  metadata: Record<string, string>;
  snapshotId: string | null;
  sourceVolumeId: string | null;
  groupId: string | null;
  bootable: boolean;
  multiattach: boolean;
  /** Where it lies already: volumes of a group made from another. */
  host?: string;
}

/** Counts the volume and writes it down. Within a transaction. @throws a QuotaError */
export function insertVolume(cinder: Cinder, caller: Caller, facts: NewVolumeFacts): VolumeRow {
  const { context } = caller;
  const projectId = context.projectId ?? "";
  cinder.quotas.checkVolumeSize(projectId, facts.sizeGb);
  cinder.quotas.check(projectId, cinder.quotas.volumeDeltas(facts.type.row.id, 1, facts.sizeGb), {
    resource: "volumes",
    sizeGb: facts.sizeGb,
  });
  const row = cinder.store.volumes.insert(
    {
      id: facts.id,
      user_id: context.userId,
      project_id: projectId,
      size: facts.sizeGb,
      status: "creating",
      attach_status: "detached",
      display_name: facts.name,
      display_description: facts.description,
      volume_type_id: facts.type.row.id,
      availability_zone: facts.zones.length === 1 ? facts.zones[0]! : null,
      snapshot_id: facts.snapshotId,
      source_volid: facts.sourceVolumeId,
      group_id: facts.groupId,
      host: facts.host ?? null,
      bootable: facts.bootable,
      multiattach: facts.multiattach,
    },
    facts.metadata,
  );
  cinder.quotas.note(projectId);
  return row;
}

function findSources(cinder: Cinder, caller: Caller, request: VolumeRequest): Sources {
  const found: Sources = { snapshot: null, volume: null, image: null, backup: request.backup?.row ?? null };
  if (request.snapshotId) found.snapshot = findSnapshot(cinder, caller, request.snapshotId);
  if (request.sourceVolumeId) found.volume = findVolume(cinder, caller, request.sourceVolumeId);
  if (request.imageRef !== undefined && request.imageRef !== null) {
    const image = findImage(cinder, caller, request.imageRef);
    const snapshot = request.novaImages ? bootSnapshot(cinder, caller, image) : null;
    if (snapshot) found.snapshot = snapshot;
    else found.image = image;
  }
  return found;
}

function sourceSize({ snapshot, volume, backup }: Sources): number | null {
  return snapshot?.volume_size ?? volume?.size ?? backup?.size ?? null;
}

function checkGroupType(cinder: Cinder, group: GroupRow | null, type: VolumeTypeRecord | null): void {
  if (!group) return;
  if (!type) throw new InvalidInput("volume_type must be provided when creating a volume in a group.");
  if (!cinder.store.groups.volumeTypesOf(group.id).includes(type.row.id)) {
    throw new InvalidInput(
      `Invalid volume_type provided: ${type.row.id} (requested type must be supported by this group).`,
    );
  }
}

/** A source's data can only become a volume of another type on the same back end. */
function checkSourceType(cinder: Cinder, { volume, snapshot }: Sources, type: VolumeTypeRecord | null): void {
  if (!type) return;
  const possible = (sourceTypeId: string) => retypeIsPossible(cinder, sourceTypeId, type);
  if (volume && volume.volume_type_id !== type.row.id && !possible(volume.volume_type_id)) {
    throw new InvalidInput(
      `Invalid volume_type provided: ${type.row.id} (requested type is not compatible; either match source volume, or omit type argument).`,
    );
  }
  if (snapshot && snapshot.volume_type_id !== type.row.id && !possible(snapshot.volume_type_id)) {
    throw new InvalidInput(
      `Invalid volume_type provided: ${type.row.id} (requested type is not compatible; recommend omitting the type argument).`,
    );
  }
}

function retypeIsPossible(cinder: Cinder, sourceTypeId: string, type: VolumeTypeRecord): boolean {
  const services = cinder.services.list().filter(({ binary }) => binary === "cinder-volume");
  if (services.length === 1) return true;
  const name = "volume_backend_name";
  const source = cinder.store.types.get(sourceTypeId)?.extraSpecs[name];
  return source !== undefined && source === type.extraSpecs[name];
}

function checkOneSource(sources: Sources): void {
  if (Object.values(sources).filter((source) => source !== null).length > 1) {
    throw new InvalidInput("May specify only one of backup, imageRef, snapshot, source volume");
  }
}

function checkSourceStates({ snapshot, volume, backup }: Sources, group: GroupRow | null): void {
  const text = (what: string, states: string[]) =>
    `Originating ${what} status must be one of '${states.join(", ")}' values`;
  if (snapshot && snapshot.status !== "available") {
    throw new InvalidSnapshot(text("snapshot", ["available"]));
  }
  if (volume && !["available", "in-use"].includes(volume.status)) {
    throw new InvalidVolume(text("source volume", ["available", "in-use"]));
  }
  if (backup && backup.status !== "available") throw new InvalidBackup(text("backup", ["available"]));
  if (group && !["available", "creating"].includes(group.status)) {
    throw new InvalidGroup(text("group", ["available", "creating"]));
  }
}

function checkSize(size: number | string | null, { volume, snapshot, backup }: Sources): number {
  const sizeGb = size === null ? Number.NaN : Number(size);
  if (!Number.isInteger(sizeGb) || sizeGb <= 0) {
    throw new InvalidInput(`Volume size '${size ?? "None"}' must be an integer and greater than 0`);
  }
  if (volume && sizeGb < volume.size) {
    throw new InvalidInput(
      `Volume size '${sizeGb}'GB cannot be smaller than original volume size  ${volume.size}GB. They must be >= original volume size.`,
    );
  }
  if (snapshot && sizeGb < snapshot.volume_size) {
    throw new InvalidInput(
      `Volume size '${sizeGb}'GB cannot be smaller than the snapshot size ${snapshot.volume_size}GB. They must be >= original snapshot size.`,
    );
  }
  if (backup && sizeGb < backup.size) {
    throw new InvalidInput(
      `Volume size '${sizeGb}'GB cannot be smaller than the backup size ${backup.size}GB. It must be >= backup size.`,
    );
  }
  return sizeGb;
}

function typeOfSources(
  cinder: Cinder,
  caller: Caller,
  { volume, snapshot, image }: Sources,
): VolumeTypeRecord {
  const wanted =
    volume?.volume_type_id ?? snapshot?.volume_type_id ?? image?.properties["cinder_img_volume_type"];
  if (!wanted) return cinder.types.default(caller.context.projectId);
  const byId = cinder.store.types.get(wanted);
  if (byId) return byId;
  if (volume || snapshot) throw new VolumeTypeNotFound(wanted);
  return cinder.types.find(caller, wanted);
}

function pickZones(
  cinder: Cinder,
  request: VolumeRequest,
  { snapshot, volume }: Sources,
  type: VolumeTypeRecord,
): string[] {
  const { settings } = cinder;
  const known = new Set(cinder.services.zones().map(({ name }) => name));
  known.add(settings.CINDER_AVAILABILITY_ZONE);
  const typeZones = zonesOf(type.extraSpecs);
  const safe = typeZones === null ? [...known] : typeZones.filter((zone) => known.has(zone));
  if (typeZones !== null && safe.length === 0) throw new InvalidTypeAvailabilityZones(typeZones);
  const snapshotZone = snapshot
    ? (cinder.store.volumes.get(snapshot.volume_id)?.availability_zone ?? null)
    : null;
  const fallback = settings.CINDER_DEFAULT_AVAILABILITY_ZONE || settings.CINDER_AVAILABILITY_ZONE;
  let zone = request.group?.availability_zone ?? request.availabilityZone;
  zone ??= snapshotZone ?? volume?.availability_zone ?? null;
  if (zone === null && typeZones === null) zone = fallback;
  if (zone !== null && !safe.includes(zone)) {
    if (!settings.CINDER_ALLOW_AVAILABILITY_ZONE_FALLBACK) throw new InvalidAvailabilityZone(zone);
    cinder.log.warning(null, `Availability zone '${zone}' not found, falling back to '${fallback}'.`);
    zone = fallback;
  }
  if (zone !== null && settings.CINDER_CLONED_VOLUME_SAME_AZ) {
    if (snapshotZone !== null && snapshotZone !== zone) {
      throw new InvalidInput("Volume must be in the same availability zone as the snapshot");
    }
    if (volume?.availability_zone && volume.availability_zone !== zone) {
      throw new InvalidInput("Volume must be in the same availability zone as the source volume");
    }
  }
  return zone === null ? safe : [zone];
}

function isBootable(cinder: Cinder, { volume, snapshot }: Sources): boolean {
  if (volume) return volume.bootable;
  return snapshot ? (cinder.store.volumes.get(snapshot.volume_id)?.bootable ?? false) : false;
}

function backendOfSources(
  cinder: Cinder,
  { snapshot, volume }: Sources,
  group: GroupRow | null,
): string | null {
  if (group) return group.host;
  if (snapshot) return cinder.store.volumes.get(snapshot.volume_id)?.host ?? null;
  return volume?.host ?? null;
}
