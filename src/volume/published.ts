// The block storage service as other services of this cloud see it. Visibility and policy are those of the user they act for.

import type { RequestContext } from "../core/context.ts";
import type { Enforcer } from "../policy/enforcer.ts";
import { callerOf } from "./access.ts";
import type { Cinder } from "./cinder.ts";
import { findSnapshot, findVolume } from "./locate.ts";
import { fromMoment } from "./moments.ts";
import type { SnapshotInfo, VolumeInfo, VolumePublic } from "./public.ts";
import { createSnapshot, deleteSnapshot } from "./snapshots.ts";
import type { VolumeRecord } from "./store/volumes.ts";
import type { SnapshotRow, VolumeRow } from "./tables.ts";
import { beginDetaching, rollDetaching } from "./volumes/attach.ts";
import {
  completeAttachment,
  connectAttachment,
  deleteAttachment,
  findAttachment,
  reserveAttachment,
} from "./volumes/attachments.ts";
import { createVolume } from "./volumes/create.ts";
import { deleteVolume } from "./volumes/delete.ts";

export function publishedVolumes(cinder: Cinder, enforcer: Enforcer): VolumePublic {
  const caller = (context: RequestContext) => callerOf(context, enforcer);
  const find = (context: RequestContext, id: string) => findVolume(cinder, caller(context), id);
  const info = (row: VolumeRow) => infoOf(cinder, cinder.store.volumes.records([row])[0]!);
  const attachmentOf = (context: RequestContext, id: string) =>
    findAttachment(cinder, caller(context), id).attachment;
  return {
    show: (context, id) => info(find(context, id)),
    list: (context) =>
      cinder.store.volumes
        .records(cinder.store.volumes.ofProject(context.projectId ?? ""))
        .map((record) => infoOf(cinder, record)),
    listSnapshots: (context) => cinder.store.snapshots.ofProject(context.projectId ?? "").map(snapshotInfo),
    showSnapshot: (context, id) => snapshotInfo(findSnapshot(cinder, caller(context), id)),
    create(context, volume) {
      const known = volume.id === undefined ? null : cinder.store.volumes.get(volume.id);
      if (known) return info(find(context, known.id));
      return info(
        createVolume(cinder, caller(context), {
          ...(volume.id === undefined ? {} : { id: volume.id }),
          size: volume.sizeGb,
          name: volume.name ?? null,
          description: volume.description ?? null,
          metadata: volume.metadata ?? {},
          imageRef: volume.imageId ?? null,
          snapshotId: volume.snapshotId ?? null,
          sourceVolumeId: volume.sourceVolumeId ?? null,
          type: volume.volumeType ?? null,
          availabilityZone: volume.availabilityZone ?? null,
        }),
      );
    },
    delete: (context, id) => deleteVolume(cinder, caller(context), find(context, id)),
    createSnapshot(context, volumeId, { name, description, force }) {
      const request = { name, description: description ?? null, metadata: {}, force };
      return snapshotInfo(createSnapshot(cinder, caller(context), find(context, volumeId), request));
    },
    deleteSnapshot: (context, id) =>
      deleteSnapshot(cinder, caller(context), findSnapshot(cinder, caller(context), id)),
    createAttachment(context, volumeId, instanceUuid) {
      const row = reserveAttachment(cinder, caller(context), find(context, volumeId), instanceUuid, null);
      return { attachmentId: row.id };
    },
    async connectAttachment(context, attachmentId, connector) {
      const attachment = attachmentOf(context, attachmentId);
      const local = { local: true };
      return (await connectAttachment(cinder, caller(context), attachment, { ...connector }, local))
        .connection;
    },
    completeAttachment: (context, id) =>
      completeAttachment(cinder, caller(context), attachmentOf(context, id)),
    async deleteAttachment(context, id) {
      // Ended before: by an earlier attempt, or with its volume.
      if (!cinder.store.volumes.attachments.get(id)) return;
      await deleteAttachment(cinder, caller(context), attachmentOf(context, id), true);
    },
    beginDetaching: (context, id) => beginDetaching(cinder, caller(context), find(context, id)),
    rollDetaching: (context, id) => rollDetaching(cinder, caller(context), find(context, id)),
  };
}

function infoOf(cinder: Cinder, record: VolumeRecord): VolumeInfo {
  const { row, metadata, adminMetadata, imageMetadata, attachments } = record;
  return {
    id: row.id,
    name: row.display_name,
    description: row.display_description,
    status: row.status,
    sizeGb: row.size,
    bootable: row.bootable,
    multiattach: row.multiattach,
    readonly: adminMetadata["readonly"] === "True",
    availabilityZone: row.availability_zone ?? cinder.settings.CINDER_AVAILABILITY_ZONE,
    projectId: row.project_id ?? "",
    volumeType: cinder.store.types.get(row.volume_type_id)?.row.name ?? null,
    snapshotId: row.snapshot_id,
    metadata,
    createdAtMs: fromMoment(row.created_at),
    imageMetadata,
    attachments: attachments.map(({ id, instance_uuid, mountpoint, attach_mode }) => ({
      attachmentId: id,
      instanceUuid: instance_uuid,
      mountpoint,
      mode: attach_mode,
    })),
  };
}

function snapshotInfo(row: SnapshotRow): SnapshotInfo {
  return {
    id: row.id,
    name: row.display_name,
    description: row.display_description,
    volumeId: row.volume_id,
    status: row.status,
    sizeGb: row.volume_size,
    createdAtMs: fromMoment(row.created_at),
  };
}
