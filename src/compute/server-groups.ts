// The rules for server groups: servers that are to be on one host, or on different ones. Authority:
// nova/objects/instance_group.py and nova/api/openstack/compute/server_groups.py of Zed.

import type { Clock } from "../core/clock.ts";
import type { RequestContext } from "../core/context.ts";
import { Conflict, NotFound, OverQuota } from "../core/errors.ts";
import type { Ids } from "../core/ids.ts";
import type { GroupFacts, GroupSource, QuotaGate } from "./periphery.ts";
import type { PeripheryStore } from "./store-periphery.ts";
import type { InstanceGroupRow } from "./tables-periphery.ts";

export class InstanceGroupNotFound extends NotFound {
  constructor(uuid: string) {
    super(`Instance group ${uuid} could not be found.`);
  }
}

export class ServerGroupLimitExceeded extends OverQuota {
  constructor() {
    super("Quota exceeded, too many server groups.");
  }
}

export class GroupMemberLimitExceeded extends OverQuota {
  constructor() {
    super("Quota exceeded, too many servers in group");
  }
}

export interface ServerGroup extends GroupFacts {
  userId: string;
}

export class ServerGroups implements GroupSource {
  #store: PeripheryStore;
  #clock: Clock;
  #ids: Ids;
  #quotas: QuotaGate & { groupLimitReached(projectId: string, userId: string): boolean };

  constructor(parts: {
    store: PeripheryStore;
    clock: Clock;
    ids: Ids;
    quotas: QuotaGate & { groupLimitReached(projectId: string, userId: string): boolean };
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#quotas = parts.quotas;
  }

  find(context: RequestContext, uuid: string): ServerGroup | null {
    const group = this.#byUuid(uuid);
    if (!group) return null;
    return context.isAdmin || group.projectId === context.projectId ? group : null;
  }

  /** Whoever's it is. @throws InstanceGroupNotFound */
  get(uuid: string): ServerGroup {
    const group = this.#byUuid(uuid);
    if (!group) throw new InstanceGroupNotFound(uuid);
    return group;
  }

  /** Of one project, or all of them. */
  list(projectId: string | null, page: { offset: number; limit: number }): ServerGroup[] {
    const where = projectId === null ? {} : { project_id: projectId };
    return this.#store.groups
      .list(where, "ORDER BY id")
      .slice(page.offset, page.offset + page.limit)
      .map((row) => this.#facts(row));
  }

  /** @throws ServerGroupLimitExceeded */
  create(
    context: RequestContext,
    fields: { name: string; policy: string; rules: Record<string, number> },
  ): ServerGroup {
    const projectId = context.projectId ?? "";
    const userId = context.userId ?? "";
    const uuid = this.#ids.uuid();
    const created_at = this.#clock.now();
    this.#store.db.transaction(() => {
      if (this.#quotas.groupLimitReached(projectId, userId)) throw new ServerGroupLimitExceeded();
      const id = this.#store.groups.insert({
        uuid,
        name: fields.name,
        project_id: projectId,
        user_id: userId,
        created_at,
      });
      this.#store.groupPolicies.insert({
        group_id: id,
        policy: fields.policy,
        rules: fields.rules,
        created_at,
      });
    });
    return this.get(uuid);
  }

  /** Its servers stay. @throws InstanceGroupNotFound */
  delete(uuid: string): void {
    if (this.#store.groups.delete({ uuid }) === 0) throw new InstanceGroupNotFound(uuid);
  }

  ofInstance(instanceUuid: string): ServerGroup | null {
    const member = this.#store.groupMembers.first({ instance_uuid: instanceUuid });
    const row = member && this.#store.groups.first({ id: member.group_id });
    return row ? this.#facts(row) : null;
  }

  /** Server → uuid of its group. */
  ofInstances(instanceUuids: readonly string[]): Map<string, string> {
    const members = this.#store.groupMembers.listIn("instance_uuid", instanceUuids);
    const groups = new Map(
      this.#store.groups
        .listIn("id", [...new Set(members.map((member) => member.group_id))])
        .map((row) => [row.id, row.uuid]),
    );
    return new Map(
      members.flatMap((member) => {
        const uuid = groups.get(member.group_id);
        return uuid === undefined ? [] : [[member.instance_uuid, uuid] as const];
      }),
    );
  }

  addMember(context: RequestContext, groupUuid: string, instanceUuid: string): void {
    const row = this.#store.groups.first({ uuid: groupUuid });
    if (!row) throw new InstanceGroupNotFound(groupUuid);
    this.#store.db.transaction(() => {
      const taken = this.#store.groupMembers.first({ instance_uuid: instanceUuid });
      if (taken?.group_id === row.id) return;
      if (taken) throw new Conflict(`Instance ${instanceUuid} is already in another server group`);
      const limit = this.#quotas.limit(row.project_id, "server_group_members");
      const members = this.#livingMembers(row.id, context.userId);
      if (limit >= 0 && members >= limit) throw new GroupMemberLimitExceeded();
      this.#store.groupMembers.insert({
        group_id: row.id,
        instance_uuid: instanceUuid,
        created_at: this.#clock.now(),
      });
    });
  }

  removeMember(instanceUuid: string): void {
    this.#store.groupMembers.delete({ instance_uuid: instanceUuid });
  }

  /** Nova counts a group's members per user. */
  #livingMembers(groupId: number, userId: string | null): number {
    return this.#store.countMembers(groupId, userId);
  }

  #byUuid(uuid: string): ServerGroup | null {
    const row = this.#store.groups.first({ uuid });
    return row && this.#facts(row);
  }

  #facts(row: InstanceGroupRow): ServerGroup {
    const policy = this.#store.groupPolicies.first({ group_id: row.id });
    const members = this.#store.groupMembers
      .list({ group_id: row.id }, "ORDER BY id")
      .map((member) => member.instance_uuid);
    return {
      id: row.id,
      uuid: row.uuid,
      projectId: row.project_id ?? "",
      userId: row.user_id ?? "",
      name: row.name ?? "",
      policy: policy?.policy ?? "",
      rules: policy?.rules ?? {},
      members: this.#store.livingServers(members),
    };
  }
}
