// Sharing of single objects with single projects. Authority: neutron/db/rbac_db_mixin.py, rbac_db_models.py.

import { eq } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import { InvalidInput } from "../errors/common.ts";
import { DuplicateRbacPolicy, RbacPolicyInUse, RbacPolicyNotFound } from "../errors/extensions.ts";
import { NetworkNotFound } from "../errors/networks.ts";
import * as t from "../tables.ts";
import { type Access, EXTERNAL, SHARED } from "./access.ts";
import type { Base } from "./base.ts";
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
      const { project_id, ...values } = fields;
      if (store.rbac.first(values)) throw new DuplicateRbacPolicy();
      const row = store.rbac.insert({ id: ids.uuid(), ...fields });
      if (fields.object_type === "network" && fields.action === EXTERNAL) {
        store.networks.update(fields.object_id, { external: true });
      }
      return row;
    });
  }

  update(context: RequestContext, id: string, target: string | undefined): t.RbacPolicyRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const before = this.get(context, id);
      if (target === undefined || target === before.target_project) return before;
      this.#checkLoss(before);
      const { id: _, project_id: __, ...values } = before;
      if (store.rbac.first({ ...values, target_project: target })) throw new DuplicateRbacPolicy();
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
      }
    });
  }

  #checkOwner(context: RequestContext, fields: NewRbacPolicy): void {
    const { store } = this.#base;
    const owner = (() => {
      switch (fields.object_type) {
        case "network":
          return store.networks.get(fields.object_id);
        case "subnetpool":
          return store.pools.get(fields.object_id);
        case "address_scope":
          return store.scopes.get(fields.object_id);
        case "security_group":
          return store.groups.get(fields.object_id);
        case "address_group":
          return store.addressGroups.get(fields.object_id);
      }
    })();
    if (!owner) throw new NetworkNotFound(fields.object_id);
    if (context.isAdmin) return;
    if (owner.project_id !== context.projectId) {
      throw new InvalidInput(
        fields.object_type === "network"
          ? "Only admins can manipulate policies on networks they do not own"
          : "Only admins can manipulate policies on objects they do not own",
      );
    }
    if (fields.action === EXTERNAL) {
      throw new InvalidInput("Only admins can manipulate policies on networks they do not own");
    }
  }

  /** Nobody may be using what would no longer be shared. */
  #checkLoss(row: t.RbacPolicyRow): void {
    const { store } = this.#base;
    const network = row.object_type === "network" ? store.networks.get(row.object_id) : null;
    if (!network || row.action !== SHARED || row.target_project === network.project_id) return;
    try {
      this.#networks.checkUnshare(network, row.target_project);
    } catch (error) {
      throw new RbacPolicyInUse(row.object_id, messageOf(error));
    }
  }
}
