// Security groups. Authority: neutron/db/securitygroups_db.py.

import { and, asc, eq, inArray, or } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import {
  SecurityGroupCannotRemoveDefault,
  SecurityGroupCannotUpdateDefault,
  SecurityGroupConflict,
  SecurityGroupInUse,
  SecurityGroupNotFound,
} from "../errors/security-groups.ts";
import * as t from "../tables.ts";
import type { Access } from "./access.ts";
import type { Base } from "./base.ts";
import type { Quotas } from "./quotas.ts";

const DEFAULT_NAME = "default";
const DEFAULT_DESCRIPTION = "Default security group";
const ETHERTYPES = ["IPv4", "IPv6"] as const;

export interface NewSecurityGroup {
  project_id: string;
  user_id?: string | null;
  name: string;
  description?: string;
  stateful?: boolean;
}

export class SecurityGroups {
  #base: Base;
  #access: Access;
  #quotas: Quotas;

  constructor(base: Base, parts: { access: Access; quotas: Quotas }) {
    this.#base = base;
    this.#access = parts.access;
    this.#quotas = parts.quotas;
  }

  /** @throws SecurityGroupNotFound also for one the caller may not see */
  get(context: RequestContext, id: string): t.SecurityGroupRow {
    const row = this.#base.store.groups.list(
      and(eq(t.securityGroups.uuid, id), this.#visible(context)),
      [],
      1,
    )[0];
    if (!row) throw new SecurityGroupNotFound(id);
    return row;
  }

  /** By id or by name among the project's own and those shared with it. @throws SecurityGroupNotFound, Conflict */
  find(projectId: string, nameOrId: string): t.SecurityGroupRow[] {
    return this.#base.store.groups.list(
      and(
        or(eq(t.securityGroups.uuid, nameOrId), eq(t.securityGroups.name, nameOrId)),
        eq(t.securityGroups.project_id, projectId),
      ),
    );
  }

  create(context: RequestContext, fields: NewSecurityGroup): t.SecurityGroupRow {
    const { store } = this.#base;
    return store.transaction(() => {
      this.ensureDefault(context, fields.project_id);
      this.#quotas.check(fields.project_id, "security_group");
      this.#quotas.check(fields.project_id, "security_group_rule", ETHERTYPES.length);
      return this.#insert({ ...fields, is_default: false });
    });
  }

  update(
    context: RequestContext,
    id: string,
    changes: { name?: string; description?: string; stateful?: boolean },
  ): t.SecurityGroupRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const before = this.get(context, id);
      const { stateful } = changes;
      if (stateful !== undefined && stateful !== before.stateful && store.bindings.groupInUse(before.id)) {
        throw new SecurityGroupInUse(id);
      }
      if (before.name === DEFAULT_NAME && changes.name !== undefined)
        throw new SecurityGroupCannotUpdateDefault();
      const row = store.groups.update(id, changes)!;
      this.#base.changed();
      return row;
    });
  }

  delete(context: RequestContext, id: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      const row = this.get(context, id);
      if (store.bindings.groupInUse(row.id)) throw new SecurityGroupInUse(id);
      if (row.name === DEFAULT_NAME && !context.isAdmin) throw new SecurityGroupCannotRemoveDefault();
      store.rbac.removeWhere(
        and(eq(t.rbacPolicies.object_type, "security_group"), eq(t.rbacPolicies.object_id, id))!,
      );
      store.groups.remove(id);
      this.#base.changed();
    });
  }

  /**
   * The project's default group, made at its first need: everything out, in from its own members.
   * @param force also for a project that is not the caller's
   */
  ensureDefault(context: RequestContext, projectId: string, force = false): t.SecurityGroupRow {
    const { store } = this.#base;
    const existing = store.groups.first({ project_id: projectId, is_default: true });
    if (existing) return existing;
    if (!force && projectId !== context.projectId && !context.isAdmin) {
      throw new SecurityGroupNotFound(DEFAULT_NAME);
    }
    return store.transaction(() =>
      this.#insert({
        project_id: projectId,
        user_id: context.userId,
        name: DEFAULT_NAME,
        description: DEFAULT_DESCRIPTION,
        is_default: true,
      }),
    );
  }

  /** The groups a port names, which must be the project's or shared with it; all stateful or none. */
  resolveForPort(context: RequestContext, ids: readonly string[], projectId: string): t.SecurityGroupRow[] {
    const rows = this.#base.store.groups.among("uuid", [...new Set(ids)]);
    const allowed = rows.filter(
      (row) =>
        context.isAdmin ||
        row.project_id === projectId ||
        this.#access.isShared("security_group", row.uuid, projectId),
    );
    const missing = [...new Set(ids)].filter((id) => !allowed.some((row) => row.uuid === id));
    if (missing.length > 0) throw new SecurityGroupNotFound(missing.join(", "));
    if (new Set(allowed.map((row) => row.stateful)).size > 1) {
      throw new SecurityGroupConflict(
        "Cannot apply both stateful and stateless security groups on the same port at the same time",
      );
    }
    return allowed;
  }

  rulesOf(groupIds: readonly number[]): Map<number, t.SecurityGroupRuleRow[]> {
    const found = new Map<number, t.SecurityGroupRuleRow[]>();
    if (groupIds.length === 0) return found;
    const rows = this.#base.store.rules.list(inArray(t.securityGroupRules.parent_group_id, [...groupIds]), [
      asc(t.securityGroupRules.id),
    ]);
    for (const row of rows) {
      const list = found.get(row.parent_group_id);
      if (list) list.push(row);
      else found.set(row.parent_group_id, [row]);
    }
    return found;
  }

  #visible(context: RequestContext) {
    return this.#access.ownOrShared(context, "security_group", {
      id: t.securityGroups.uuid,
      project: t.securityGroups.project_id,
    });
  }

  #insert(fields: NewSecurityGroup & { is_default: boolean }): t.SecurityGroupRow {
    const { store, ids } = this.#base;
    const group = store.groups.insert({
      uuid: ids.uuid(),
      project_id: fields.project_id,
      user_id: fields.user_id ?? null,
      name: fields.name,
      description: fields.description ?? "",
      stateful: fields.stateful ?? true,
      is_default: fields.is_default,
      revision_number: 1,
    });
    const base = { parent_group_id: group.id, project_id: fields.project_id };
    for (const ethertype of ETHERTYPES) {
      if (fields.is_default) {
        store.rules.insert({
          uuid: ids.uuid(),
          ...base,
          ethertype,
          direction: "ingress",
          group_id: group.id,
        });
      }
      store.rules.insert({ uuid: ids.uuid(), ...base, ethertype, direction: "egress" });
    }
    if (fields.is_default) {
      for (const rule of store.defaultRules.list()) {
        store.rules.insert({
          uuid: ids.uuid(),
          ...base,
          ethertype: rule.cidr?.includes(":") ? "IPv6" : "IPv4",
          direction: "ingress",
          protocol: rule.protocol,
          from_port: rule.from_port === -1 ? null : rule.from_port,
          to_port: rule.to_port === -1 ? null : rule.to_port,
          cidr: rule.cidr,
        });
      }
    }
    this.#base.changed();
    return group;
  }
}
