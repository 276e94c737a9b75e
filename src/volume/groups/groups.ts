// Groups of volumes: made, changed, deleted. Authority: cinder/group/api.py of Zed.

import { pyRepr } from "../../core/python.ts";
import { type Caller, enforce, sees, systemCaller, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidInput, InvalidVolume } from "../errors.ts";
import { GroupNotFound, InvalidGroup } from "../errors-groups.ts";
import type { VolumeRow } from "../tables.ts";
import type { GroupRow } from "../tables-groups.ts";
import { backendOf, type GroupArgs, SCHEDULER_TOPIC, type UpdateGroupArgs, volumeTopic } from "../topics.ts";
import { refuseFrozen } from "../volumes/frozen.ts";
import { findGroupType } from "./types.ts";

/** States in which a volume may leave a group, and join one. */
const LEAVING = ["available", "in-use", "error", "error_deleting"];
const JOINING = ["available", "in-use"];

/** @throws GroupNotFound, PolicyNotAuthorized */
export function findGroup(cinder: Cinder, caller: Caller, id: string): GroupRow {
  const row = cinder.store.groups.rows.get(id);
  if (!row || !sees(caller.context, row)) throw new GroupNotFound(id);
  enforce(caller, "group:get", targetOf(row));
  return row;
}

export interface NewGroup {
  name: string | null;
  description: string | null;
  /** Name or id. */
  groupType: string;
  /** Names or ids. */
  volumeTypes: readonly string[];
  availabilityZone: string | null;
}

/** In state `creating`; the scheduler chooses its back end. @throws a QuotaError */
export function createGroup(cinder: Cinder, caller: Caller, wanted: NewGroup): GroupRow {
  enforce(caller, "group:create");
  const groupType = findGroupType(cinder, caller, wanted.groupType);
  // Also those that are not the user's to see, as Cinder has it.
  const all = systemCaller({ ...caller.context, isAdmin: true });
  const typeIds = wanted.volumeTypes.map((name) => cinder.types.find(all, name).row.id);
  const zone = zoneOf(cinder, wanted.availabilityZone);
  return cinder.transaction(() => {
    const { name, description } = wanted;
    const row = insertGroup(cinder, caller, {
      name,
      description,
      group_type_id: groupType.id,
      availability_zone: zone,
    });
    cinder.store.groups.setVolumeTypes(row.id, typeIds);
    const args: GroupArgs = { groupId: row.id };
    cinder.context.bus.cast(caller.context, SCHEDULER_TOPIC, "create_group", args);
    return row;
  });
}

/** Counted and written down. Within a transaction. @throws a QuotaError */
export function insertGroup(
  cinder: Cinder,
  { context }: Caller,
  facts: Pick<GroupRow, "name" | "description" | "group_type_id"> & Partial<GroupRow>,
): GroupRow {
  const projectId = context.projectId ?? "";
  cinder.quotas.check(projectId, { groups: 1 }, { resource: "groups", sizeGb: 0 });
  const row = cinder.store.groups.rows.insert({
    ...facts,
    id: cinder.newId(),
    user_id: context.userId,
    project_id: projectId,
    status: "creating",
    replication_status: "disabled",
  });
  cinder.quotas.note(projectId);
  return row;
}

function zoneOf({ services, settings, log }: Cinder, wanted: string | null): string {
  const fallback = settings.CINDER_DEFAULT_AVAILABILITY_ZONE || settings.CINDER_AVAILABILITY_ZONE;
  const zone = wanted?.trim() || fallback;
  const known = [settings.CINDER_AVAILABILITY_ZONE, ...services.zones().map(({ name }) => name)];
  if (known.includes(zone)) return zone;
  if (!settings.CINDER_ALLOW_AVAILABILITY_ZONE_FALLBACK) {
    throw new InvalidInput(`Availability zone '${zone}' is invalid.`);
  }
  log.warning(null, `Availability zone '${zone}' not found, falling back to '${fallback}'.`);
  return fallback;
}

/** `deleting`, and its volumes with it when that was asked for. A group that lies nowhere is gone at once. */
export function deleteGroup(cinder: Cinder, caller: Caller, group: GroupRow, deleteVolumes: boolean): void {
  enforce(caller, "group:delete", targetOf(group));
  const { groups } = cinder.store;
  const { host } = group;
  if (host === null) {
    cinder.transaction(() => {
      groups.remove(group.id);
      cinder.quotas.note(group.project_id);
    });
    return;
  }
  refuseFrozen(cinder, host);
  cinder.transaction(() => {
    if (!deleteVolumes && !["available", "error"].includes(group.status)) {
      throw new InvalidGroup(
        `Group status must be available or error, but current status is: ${group.status}`,
      );
    }
    if (groups.snapshotsOf(group.id).length > 0) throw new InvalidGroup("Group has existing snapshots.");
    const members = groups.volumesOf(group.id);
    if (members.length > 0 && !deleteVolumes) {
      throw new InvalidGroup(
        `Group ${group.id} still contains volumes. The delete-volumes flag is required to delete it.`,
      );
    }
    for (const volume of members) refuseBusy(cinder, group, volume);
    if (groups.isSource({ groupId: group.id })) {
      throw new InvalidGroup(
        `Cannot delete group ${group.id}. Group must not be the source for an ongoing group or group snapshot creation.`,
      );
    }
    for (const volume of members) {
      // One that was never placed has nothing to be deleted on a back end.
      if (volume.host === null) cinder.store.volumes.remove(volume.id);
      else cinder.store.volumes.update(volume.id, { status: "deleting" });
    }
    groups.rows.update(group.id, { status: "deleting" });
    const args: GroupArgs = { groupId: group.id };
    cinder.context.bus.cast(caller.context, volumeTopic(host), "delete_group", args);
  });
}

function refuseBusy(cinder: Cinder, group: GroupRow, volume: VolumeRow): void {
  if (volume.attach_status === "attached") {
    throw new InvalidGroup(`Volume in group ${group.id} is attached. Need to detach first.`);
  }
  if (cinder.store.snapshots.countOfVolume(volume.id) > 0) {
    throw new InvalidGroup("Volume in group still has dependent snapshots.");
  }
}

export interface GroupChanges {
  name: string | null;
  description: string | null;
  addVolumes: readonly string[];
  removeVolumes: readonly string[];
}

/** @throws InvalidGroup when nothing would change, InvalidVolume */
export function updateGroup(cinder: Cinder, caller: Caller, group: GroupRow, changes: GroupChanges): void {
  enforce(caller, "group:update", targetOf(group));
  const name = changes.name === group.name ? null : changes.name;
  const description = changes.description === group.description ? null : changes.description;
  const both = changes.addVolumes.filter((id) => changes.removeVolumes.includes(id));
  if (both.length > 0) {
    throw new InvalidVolume(`UUIDs ${pyRepr(both)} are in both add and remove volume list.`);
  }
  cinder.transaction(() => {
    const members = cinder.store.groups.volumesOf(group.id);
    const addVolumes = changes.addVolumes.filter((id) => !members.some((volume) => volume.id === id));
    for (const id of addVolumes) checkJoining(cinder, caller, group, id);
    const removeVolumes = [...changes.removeVolumes];
    for (const id of removeVolumes) checkLeaving(group, members, id);
    const moving = addVolumes.length > 0 || removeVolumes.length > 0;
    if (name === null && description === null && !moving) {
      throw new InvalidGroup(
        `Cannot update group ${group.id} because no valid name, description, add_volumes, or remove_volumes were provided.`,
      );
    }
    if (moving && group.status !== "available") throw new InvalidGroup("Group status must be available.");
    cinder.store.groups.rows.update(group.id, {
      ...(name === null ? {} : { name }),
      ...(description === null ? {} : { description }),
      status: moving ? "updating" : "available",
    });
    const args: UpdateGroupArgs = { groupId: group.id, addVolumes, removeVolumes };
    if (moving) cinder.context.bus.cast(caller.context, volumeTopic(group.host ?? ""), "update_group", args);
  });
}

function checkLeaving(group: GroupRow, members: readonly VolumeRow[], id: string): void {
  const volume = members.find((member) => member.id === id);
  const cannot = `Cannot remove volume ${id} from group ${group.id} because`;
  if (!volume) throw new InvalidVolume(`${cannot} it is not in the group.`);
  if (LEAVING.includes(volume.status)) return;
  throw new InvalidVolume(
    `${cannot} volume is in an invalid state: ${volume.status}. Valid states are: (${LEAVING.map(pyRepr).join(", ")}).`,
  );
}

function checkJoining(cinder: Cinder, { context }: Caller, group: GroupRow, id: string): void {
  const volume = cinder.store.volumes.get(id);
  const cannot = `Cannot add volume ${id} to group ${group.id} `;
  if (!volume || !sees(context, volume)) throw new InvalidVolume(`${cannot}because volume cannot be found.`);
  if (volume.group_id !== null) {
    throw new InvalidVolume(`${cannot}because it is already in group ${volume.group_id}.`);
  }
  if (volume.project_id !== group.project_id) {
    throw new InvalidVolume(`${cannot}as they belong to different projects.`);
  }
  if (!cinder.store.groups.volumeTypesOf(group.id).includes(volume.volume_type_id)) {
    throw new InvalidVolume(
      `${cannot}because volume type ${volume.volume_type_id} is not supported by the group.`,
    );
  }
  if (!JOINING.includes(volume.status)) {
    throw new InvalidVolume(
      `${cannot}because volume is in an invalid state: ${volume.status}. Valid states are: (${JOINING.map(pyRepr).join(", ")}).`,
    );
  }
  if (backendOf(volume.host ?? "") !== backendOf(group.host ?? "")) {
    throw new InvalidVolume("Volume is not local to this node.");
  }
}

export function resetGroupStatus(cinder: Cinder, caller: Caller, group: GroupRow, status: string): void {
  enforce(caller, "group:reset_status", targetOf(group));
  cinder.store.groups.rows.update(group.id, { status });
}
