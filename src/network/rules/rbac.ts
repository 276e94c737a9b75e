// Sharing of single objects with single projects. Authority: neutron/db/rbac_db_mixin.py, rbac_db_models.py.

import { eq } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import { InvalidInput } from "../errors/common.ts";
import {
  DuplicateRbacPolicy,
  RbacPolicyInitError,
  RbacPolicyInUse,
  RbacPolicyNotFound,
} from "../errors/extensions.ts";
import { NetworkNotFound } from "../errors/networks.ts";
import * as t from "../tables.ts";
import { type Access, EXTERNAL, SHARED } from "./access.ts";
import { type Base, OWNER } from "./base.ts";
import type { Networks } from "./networks.ts";
import type { Quotas } from "./quotas.ts";

export const RBAC_ACTIONS: Record<t.RbacType, readonly string[]> = {
  network: [SHARED, EXTERNAL],
  subnetpool: [SHARED],
  address_scope: [SHARED],
  security_group: [SHARED],
  address_group: [SHARED],
};

export interface NewRbacPolicy {
  project_id: string;
  object_type: t.RbacType;
  object_id: string;
  target_project: string;
  action: string;
}

export class Rbac {
  #base: Base;
  #access: Access;
  #quotas: Quotas;
  #networks: Networks;

  constructor(base: Base, parts: { access: Access; quotas: Quotas; networks: Networks }) {
    this.#base = base;
    this.#access = parts.access;
    this.#quotas = parts.quotas;
    this.#networks = parts.networks;
  }

  visible(context: RequestContext) {
    return this.#access.own(context, t.rbacPolicies.project_id);
  }

  get(context: RequestContext, id: string): t.RbacPolicyRow {
    const row = this.#base.store.rbac.get(id);
    if (!row || (!context.isAdmin && row.project_id !== context.projectId)) {
      throw new RbacPolicyNotFound(id, "unknown");
    }
    return row;
  }

  create(context: RequestContext, fields: NewRbacPolicy): t.RbacPolicyRow {
    const { store, ids } = this.#base;
    return store.transaction(() => {
      this.#quotas.check(fields.project_id, "rbac_policy");
      if (!RBAC_ACTIONS[fields.object_type].includes(fields.action)) {
        throw new InvalidInput(
          `Invalid action '${fields.action}' for object type '${fields.object_type}'. Valid actions: ${RBAC_ACTIONS[fields.object_type].join(", ")}`,
        );
      }
      this.#checkOwner(context, fields);
      this.#checkScope(fields);
      const { project_id, ...values } = fields;
      if (store.rbac.first(values)) throw new DuplicateRbacPolicy();
      const row = store.rbac.insert({ id: ids.uuid(), ...fields });
      if (fields.object_type === "network" && fields.action === EXTERNAL) {
        store.networks.update(fields.object_id, { external: true });
      } else this.#bump(fields);
      return row;
    });
  }

  update(context: RequestContext, id: string, target: string | undefined): t.RbacPolicyRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const before = this.get(context, id);
      if (target === undefined || target === before.target_project) return before;
      this.#checkLoss(before, target);
      const { id: _, project_id: __, ...values } = before;
      if (store.rbac.first({ ...values, target_project: target })) throw new DuplicateRbacPolicy();
      this.#bump(before);
      return store.rbac.update(id, { target_project: target })!;
    });
  }

  delete(context: RequestContext, id: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      const row = this.get(context, id);
      this.#checkLoss(row);
      store.rbac.removeWhere(eq(t.rbacPolicies.id, id));
      const left = store.rbac.match({ object_type: "network", object_id: row.object_id, action: EXTERNAL });
      if (row.object_type === "network" && row.action === EXTERNAL && left.length === 0) {
        store.networks.update(row.object_id, { external: false });
      } else this.#bump(row);
    });
  }

  #ownerOf(entry: Pick<t.RbacPolicyRow, "object_type" | "object_id">): { project_id: string | null } | null {
    const { store } = this.#base;
    switch (entry.object_type) {
      case "network":
        return store.networks.get(entry.object_id);
      case "subnetpool":
        return store.pools.get(entry.object_id);
      case "address_scope":
        return store.scopes.get(entry.object_id);
      case "security_group":
        return store.groups.get(entry.object_id);
      case "address_group":
        return store.addressGroups.get(entry.object_id);
    }
  }

  #checkOwner(context: RequestContext, fields: NewRbacPolicy): void {
    const owner = this.#ownerOf(fields);
    if (!owner) throw new NetworkNotFound(fields.object_id);
    if (context.isAdmin) return;
    if (owner.project_id !== context.projectId) {
      throw new InvalidInput(
        fields.object_type === "network"
          ? "Only admins can manipulate policies on networks they do not own"
          : "Only admins can manipulate policies on objects they do not own",
      );
    }
  }

  /** With whom it is shared is part of what a resource's revision counts. */
  #bump({ object_type, object_id }: Pick<t.RbacPolicyRow, "object_type" | "object_id">): void {
    const { store } = this.#base;
    if (object_type === "network") store.networks.update(object_id, {});
    else if (object_type === "subnetpool") store.pools.update(object_id, {});
    else if (object_type === "security_group") store.groups.update(object_id, {});
  }

  /** A pool in an address scope may only be shared with who may use the scope. */
  #checkScope(fields: NewRbacPolicy): void {
    const { store } = this.#base;
    const scope =
      fields.object_type === "subnetpool" ? store.pools.get(fields.object_id)?.address_scope_id : null;
    if (!scope) return;
    const open = store.rbac.match({ object_type: "address_scope", object_id: scope });
    if (!open.some(({ target_project: target }) => target === "*" || target === fields.target_project)) {
      throw new RbacPolicyInitError(
        fields.object_id,
        "target project doesn't have access to associated address scope.",
      );
    }
  }

  /** neutron/db/external_net_db.py, _validate_ext_not_in_use_by_tenant. @param next whom it would be for then */
  #checkExternal(row: t.RbacPolicyRow, network: t.NetworkRow, next: string | undefined): void {
    const { store } = this.#base;
    const target = row.target_project;
    const targets = store.rbac
      .match({ object_type: "network", object_id: network.uuid, action: EXTERNAL })
      .map((entry) => entry.target_project);
    if (target !== "*" && targets.includes("*")) return;
    if (target === "*" && network.is_default) {
      throw new RbacPolicyInUse(network.uuid, "Default external networks must be shared to everyone.");
    }
    const served = new Set([...targets.filter((project) => project !== "*"), ...(next ? [next] : [])]);
    const gateways = store.ports.match({ network_id: network.uuid, device_owner: OWNER.routerGateway });
    const users = store.routers
      .among(
        "id",
        gateways.map((port) => port.device_id),
      )
      .map((router) => router.project_id ?? "");
    if (target === "*" ? users.some((user) => !served.has(user)) : users.includes(target)) {
      throw new RbacPolicyInUse(
        network.uuid,
        "There are routers attached to this network that depend on this policy for access.",
      );
    }
  }

  /** Nobody may be using what would no longer be shared. */
  #checkLoss(row: t.RbacPolicyRow, next?: string): void {
    const { store } = this.#base;
    if (row.object_type !== "network") {
      this.#checkUsers(row, row.object_type);
      return;
    }
    const network = store.networks.get(row.object_id);
    if (network && row.action === EXTERNAL) this.#checkExternal(row, network, next);
    if (!network || row.action !== SHARED || row.target_project === network.project_id) return;
    try {
      this.#networks.checkUnshare(network, row.target_project);
    } catch (error) {
      throw new RbacPolicyInUse(row.object_id, messageOf(error));
    }
  }

  /** neutron/objects/rbac_db.py, _validate_rbac_policy_delete */
  #checkUsers(row: t.RbacPolicyRow, type: Exclude<t.RbacType, "network">): void {
    const { store } = this.#base;
    const target = row.target_project;
    if (this.#ownerOf(row)?.project_id === target) return;
    const { object_type, object_id } = row;
    const targets = store.rbac
      .match({ object_type, object_id, action: SHARED })
      .map((entry) => entry.target_project);
    if (target !== "*" && targets.includes("*")) return;
    const users = store.bindings.usersOf(type, object_id);
    const lost = target === "*" ? [...users].some((user) => !targets.includes(user)) : users.has(target);
    if (lost) throw new RbacPolicyInUse(object_id, `project_id=${target}`);
  }
}
