// Address scopes: sets of subnet pools whose prefixes do not overlap. Authority: neutron/db/address_scope_db.py.

import { and, eq } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { AddressScopeInUse, AddressScopeNotFound, AddressScopeUpdateError } from "../errors/subnets.ts";
import type { IpVersion } from "../ip.ts";
import * as t from "../tables.ts";
import { type Access, SHARED } from "./access.ts";
import type { Base } from "./base.ts";

export class AddressScopes {
  #base: Base;
  #access: Access;

  constructor(base: Base, access: Access) {
    this.#base = base;
    this.#access = access;
  }

  get(context: RequestContext, id: string): t.AddressScopeRow {
    const visible = this.#access.ownOrShared(context, "address_scope", {
      id: t.addressScopes.id,
      project: t.addressScopes.project_id,
    });
    const row = this.#base.store.scopes.list(and(eq(t.addressScopes.id, id), visible), [], 1)[0];
    if (!row) throw new AddressScopeNotFound(id);
    return row;
  }

  owns(context: RequestContext, id: string): boolean {
    return context.isAdmin || this.#base.store.scopes.get(id)?.project_id === context.projectId;
  }

  create(fields: {
    project_id: string;
    name: string;
    ip_version: IpVersion;
    shared?: boolean;
  }): t.AddressScopeRow {
    const { store, ids } = this.#base;
    return store.transaction(() => {
      const { shared, ...rest } = fields;
      const row = store.scopes.insert({ id: ids.uuid(), ...rest });
      if (shared) this.#share(row);
      return row;
    });
  }

  update(
    context: RequestContext,
    id: string,
    changes: { name?: string; shared?: boolean },
  ): t.AddressScopeRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const before = this.get(context, id);
      const { shared, ...rest } = changes;
      const wasShared = this.#access.isShared("address_scope", id, null);
      if (wasShared && shared === false) {
        throw new AddressScopeUpdateError(id, "Shared address scope can't be unshared");
      }
      if (shared) this.#share(before);
      return Object.keys(rest).length > 0 ? store.scopes.update(id, rest)! : before;
    });
  }

  delete(context: RequestContext, id: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      this.get(context, id);
      if (store.pools.first({ address_scope_id: id })) throw new AddressScopeInUse(id);
      store.rbac.removeWhere(
        and(eq(t.rbacPolicies.object_type, "address_scope"), eq(t.rbacPolicies.object_id, id))!,
      );
      store.scopes.remove(id);
    });
  }

  /** The scope of a network's subnets of one address family, or null. */
  ofNetwork(networkId: string, version: IpVersion): string | null {
    const { store } = this.#base;
    for (const subnet of store.subnets.match({ network_id: networkId, ip_version: version })) {
      const scope = subnet.subnetpool_id && store.pools.get(subnet.subnetpool_id)?.address_scope_id;
      if (scope) return scope;
    }
    return null;
  }

  #share(scope: t.AddressScopeRow): void {
    const { store, ids } = this.#base;
    const values = {
      object_type: "address_scope" as const,
      object_id: scope.id,
      action: SHARED,
      target_project: "*",
    };
    if (!store.rbac.first(values))
      store.rbac.insert({ id: ids.uuid(), ...values, project_id: scope.project_id });
  }
}
