// Snapshots of all volumes of a group at once, and groups made from them or from other groups. Authority: cinder/group/
// api.py of Zed (create_group_snapshot, delete_group_snapshot, create_from_src).

import { type Caller, enforce, sees, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { GroupSnapshotNotFound, InvalidGroup, InvalidGroupSnapshot } from "../errors-groups.ts";
import { insertSnapshot } from "../snapshots.ts";
import type { SnapshotRow, VolumeRow } from "../tables.ts";
import type { GroupRow, GroupSnapshotRow } from "../tables-groups.ts";
import {
  backendOf,
  type CreateVolumeSpec,
  type GroupSnapshotArgs,
  VOLUME_BINARY,
  volumeTopic,
} from "../topics.ts";
import { insertVolume } from "../volumes/create.ts";
import { refuseFrozen } from "../volumes/frozen.ts";
import { findGroup, insertGroup } from "./groups.ts";

/** @throws GroupSnapshotNotFound, PolicyNotAuthorized */
export function findGroupSnapshot(cinder: Cinder, caller: Caller, id: string): GroupSnapshotRow {
  const row = cinder.store.groups.snapshots.get(id);
  if (!row || !sees(caller.context, row)) throw new GroupSnapshotNotFound(id);
  enforce(caller, "group:get_group_snapshot", targetOf(row));
  return row;
}

/** In state `creating`, with a snapshot for each volume of the group. @throws InvalidVolume, a QuotaError */
export function createGroupSnapshot(
  cinder: Cinder,
  caller: Caller,
  group: GroupRow,
  { name, description }: { name: string | null; description: string | null },
): GroupSnapshotRow {
  enforce(caller, "group:create_group_snapshot", targetOf(group));
  refuseFrozen(cinder, group.host);
  const { context } = caller;
  return cinder.transaction(() => {
    const row = cinder.store.groups.snapshots.insert({
      id: cinder.newId(),
      group_id: group.id,
      user_id: context.userId,
      project_id: context.projectId,
      name,
      description,
      status: "creating",
      group_type_id: group.group_type_id,
    });
    for (const volume of cinder.store.groups.volumesOf(group.id)) {
      insertSnapshot(cinder, caller, volume, {
        name,
        description,
        metadata: {},
        force: true,
        groupSnapshotId: row.id,
      });
    }
    const args: GroupSnapshotArgs = { groupSnapshotId: row.id };
    cinder.context.bus.cast(context, volumeTopic(group.host ?? ""), "create_group_snapshot", args);
    return row;
  });
}

export function deleteGroupSnapshot(cinder: Cinder, caller: Caller, row: GroupSnapshotRow): void {
  enforce(caller, "group:delete_group_snapshot", targetOf(row));
  const { groups, snapshots } = cinder.store;
  const host = groups.rows.get(row.group_id)?.host ?? null;
  refuseFrozen(cinder, host);
  cinder.transaction(() => {
    if (!["available", "error"].includes(row.status) || groups.isSource({ groupSnapshotId: row.id })) {
      throw new InvalidGroupSnapshot(
        "GroupSnapshot status must be available or error, and no Group can be currently using it as source for its creation.",
      );
    }
    if (host === null) {
      groups.snapshots.remove(row.id, { status: "deleted" });
      return;
    }
    groups.snapshots.update(row.id, { status: "deleting" });
    for (const { id } of groups.membersOf(row.id)) snapshots.update(id, { status: "deleting" });
    const args: GroupSnapshotArgs = { groupSnapshotId: row.id };
    cinder.context.bus.cast(caller.context, volumeTopic(host), "delete_group_snapshot", args);
  });
}

export function resetGroupSnapshotStatus(
  cinder: Cinder,
  caller: Caller,
  row: GroupSnapshotRow,
  status: string,
): void {
  enforce(caller, "group:reset_group_snapshot_status", targetOf(row));
  cinder.store.groups.snapshots.update(row.id, { status });
}

export interface GroupSource {
  name: string | null;
  description: string | null;
  groupSnapshotId: string | null;
  sourceGroupId: string | null;
}

/** `creating` until its volumes are made; they lie where their sources do. @throws InvalidGroup, a QuotaError */
export function createGroupFromSource(cinder: Cinder, caller: Caller, wanted: GroupSource): GroupRow {
  enforce(caller, "group:create");
  const { groups } = cinder.store;
  const snapshot =
    wanted.groupSnapshotId === null ? null : findGroupSnapshot(cinder, caller, wanted.groupSnapshotId);
  const source = findGroup(cinder, caller, snapshot?.group_id ?? wanted.sourceGroupId ?? "");
  refuseFrozen(cinder, source.host);
  const { name, description } = wanted;
  return cinder.transaction(() => {
    const row = insertGroup(cinder, caller, {
      name,
      description,
      group_type_id: source.group_type_id,
      availability_zone: source.availability_zone,
      host: source.host,
      group_snapshot_id: snapshot?.id ?? null,
      source_group_id: snapshot ? null : source.id,
    });
    refuseUnreachable(cinder, row);
    groups.setVolumeTypes(row.id, groups.volumeTypesOf(source.id));
    if (snapshot) copySnapshots(cinder, caller, row, groups.membersOf(snapshot.id));
    else copyVolumes(cinder, caller, row, groups.volumesOf(source.id));
    return row;
  });
}

function refuseUnreachable(cinder: Cinder, { id, host }: GroupRow): void {
  const service = host === null ? null : cinder.services.store.find(VOLUME_BINARY, backendOf(host));
  if (!service || service.disabled || !cinder.services.isUp(service)) {
    throw new InvalidGroup(`No valid host to create group ${id}.`);
  }
}

function copySnapshots(
  cinder: Cinder,
  caller: Caller,
  group: GroupRow,
  members: readonly SnapshotRow[],
): void {
  if (members.length === 0) throw new InvalidGroup("Group snapshot is empty. No group will be created.");
  for (const { id, volume_id, volume_size, volume_type_id } of members) {
    const origin = cinder.store.volumes.get(volume_id);
    copyVolume(cinder, caller, group, {
      sizeGb: volume_size,
      typeId: volume_type_id,
      origin,
      snapshotId: id,
    });
  }
}

function copyVolumes(cinder: Cinder, caller: Caller, group: GroupRow, members: readonly VolumeRow[]): void {
  if (members.length === 0) throw new InvalidGroup("Source Group is empty. No group will be created.");
  for (const origin of members) {
    copyVolume(cinder, caller, group, {
      sizeGb: origin.size,
      typeId: origin.volume_type_id,
      origin,
      snapshotId: null,
    });
  }
}

function copyVolume(
  cinder: Cinder,
  caller: Caller,
  group: GroupRow,
  from: { sizeGb: number; typeId: string; origin: VolumeRow | null; snapshotId: string | null },
): void {
  const { sizeGb, typeId, origin, snapshotId } = from;
  const type = cinder.store.types.get(typeId);
  const host = origin?.host ?? group.host;
  if (!type || host === null || !origin) throw new InvalidGroup("A volume of the source is gone.");
  const zones = origin.availability_zone === null ? [] : [origin.availability_zone];
  const volume = insertVolume(cinder, caller, {
    id: cinder.newId(),
    sizeGb,
    type,
    zones,
    name: null,
    description: null,
    metadata: {},
    snapshotId,
    sourceVolumeId: snapshotId === null ? origin.id : null,
    groupId: group.id,
    bootable: origin.bootable,
    multiattach: origin.multiattach,
    host,
  });
  const spec: CreateVolumeSpec = {
    volumeId: volume.id,
    imageId: null,
    snapshotId,
    sourceVolumeId: snapshotId === null ? origin.id : null,
    resourceBackend: host,
    availabilityZones: zones,
    hints: {},
  };
  cinder.context.bus.cast(caller.context, volumeTopic(host), "create_volume", spec);
}
