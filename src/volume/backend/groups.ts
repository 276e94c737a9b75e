// Groups on a back end. Its volumes and snapshots are taken one after the other: the drivers here know no moment that several
// volumes share. Authority: cinder/volume/manager.py of Zed (the "generic" functions for groups).

import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import type { GroupRow } from "../tables-groups.ts";
import type { GroupArgs, GroupSnapshotArgs, UpdateGroupArgs } from "../topics.ts";
import type { Backend } from "./backend.ts";
import { deleteVolume, removeSnapshot } from "./delete.ts";
import { takeSnapshot } from "./snapshots.ts";

function groupOf(backend: Backend, id: string, status: string): GroupRow | null {
  const group = backend.cinder.store.groups.rows.get(id);
  return group?.status === status ? group : null;
}

/** There is nothing to make: a group is what its volumes say they belong to. */
export function createGroup(backend: Backend, context: RequestContext, { groupId }: GroupArgs): void {
  const { cinder } = backend;
  const group = cinder.store.groups.rows.get(groupId);
  if (group?.status !== "creating") return;
  cinder.store.groups.rows.update(groupId, { status: "available" });
  cinder.log.info(context, `Created group ${groupId} successfully on ${backend.name}.`);
}

export function updateGroup(
  { cinder }: Backend,
  context: RequestContext,
  { groupId, addVolumes, removeVolumes }: UpdateGroupArgs,
): void {
  const { groups, volumes } = cinder.store;
  if (groups.rows.get(groupId)?.status !== "updating") return;
  cinder.transaction(() => {
    for (const id of addVolumes) volumes.update(id, { group_id: groupId });
    for (const id of removeVolumes) {
      if (volumes.get(id)?.group_id === groupId) volumes.update(id, { group_id: null });
    }
    groups.rows.update(groupId, { status: "available" });
  });
  cinder.log.info(context, `Updated group ${groupId} successfully.`);
}

/** Volumes first; a volume that cannot be deleted keeps its group, in error. */
export async function deleteGroup(
  backend: Backend,
  context: RequestContext,
  { groupId }: GroupArgs,
  delivery: Delivery,
): Promise<void> {
  const { cinder } = backend;
  const group = groupOf(backend, groupId, "deleting");
  if (!group) return;
  for (const { id } of cinder.store.groups.volumesOf(groupId)) {
    await deleteVolume(backend, context, { volumeId: id, cascade: false, unmanageOnly: false }, delivery);
  }
  cinder.transaction(() => {
    if (cinder.store.groups.volumesOf(groupId).length > 0) {
      cinder.store.groups.rows.update(groupId, { status: "error" });
      return;
    }
    cinder.store.groups.remove(groupId);
    cinder.quotas.note(group.project_id);
    cinder.log.info(context, `Deleted group ${groupId} successfully.`);
  });
}

export async function createGroupSnapshot(
  backend: Backend,
  context: RequestContext,
  { groupSnapshotId }: GroupSnapshotArgs,
  delivery: Delivery,
): Promise<void> {
  const { groups, snapshots } = backend.cinder.store;
  if (groups.snapshots.get(groupSnapshotId)?.status !== "creating") return;
  await backend.attempt(
    context,
    delivery,
    `Group snapshot ${groupSnapshotId}: create`,
    async () => {
      for (const member of groups.membersOf(groupSnapshotId)) {
        const found = backend.snapshot(member.id);
        if (found?.snapshot.status !== "creating") continue;
        await takeSnapshot(backend, context, found.snapshot, found.volume, delivery.signal);
      }
      groups.snapshots.updateFrom(groupSnapshotId, groups.snapshots.table.status, ["creating"], {
        status: "available",
      });
      backend.cinder.log.info(context, `Created group snapshot ${groupSnapshotId} successfully.`);
    },
    () => {
      for (const { id } of groups.membersOf(groupSnapshotId))
        snapshots.updateFrom(id, ["creating"], { status: "error" });
      groups.snapshots.update(groupSnapshotId, { status: "error" });
    },
  );
}

export async function deleteGroupSnapshot(
  backend: Backend,
  context: RequestContext,
  { groupSnapshotId }: GroupSnapshotArgs,
  delivery: Delivery,
): Promise<void> {
  const { groups, snapshots } = backend.cinder.store;
  if (groups.snapshots.get(groupSnapshotId)?.status !== "deleting") return;
  await backend.attempt(
    context,
    delivery,
    `Group snapshot ${groupSnapshotId}: delete`,
    async () => {
      for (const member of groups.membersOf(groupSnapshotId)) {
        const found = backend.snapshot(member.id);
        if (found) await removeSnapshot(backend, found.snapshot, found.volume);
      }
      groups.snapshots.remove(groupSnapshotId, { status: "deleted" });
      backend.cinder.log.info(context, `Deleted group snapshot ${groupSnapshotId} successfully.`);
    },
    () => {
      for (const { id } of groups.membersOf(groupSnapshotId)) {
        snapshots.updateFrom(id, ["deleting"], { status: "error_deleting" });
      }
      groups.snapshots.update(groupSnapshotId, { status: "error_deleting" });
    },
  );
}
