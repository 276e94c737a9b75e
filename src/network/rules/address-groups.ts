// Address groups: named sets of addresses for security group rules. Authority: neutron/db/address_group_db.py.

import { and, eq } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import {
  AddressesAlreadyExist,
  AddressesNotFound,
  AddressGroupInUse,
  AddressGroupNotFound,
} from "../errors/security-groups.ts";
import { formatCidr, parseCidr } from "../ip.ts";
import * as t from "../tables.ts";
import type { Access } from "./access.ts";
import type { Base } from "./base.ts";

export class AddressGroups {
  #base: Base;
  #access: Access;

  constructor(base: Base, access: Access) {
    this.#base = base;
    this.#access = access;
  }

  get(context: RequestContext, id: string): t.AddressGroupRow {
    const visible = this.#access.ownOrShared(context, "address_group", {
      id: t.addressGroups.id,
      project: t.addressGroups.project_id,
    });
    const row = this.#base.store.addressGroups.list(and(eq(t.addressGroups.id, id), visible), [], 1)[0];
    if (!row) throw new AddressGroupNotFound(id);
    return row;
  }

  create(fields: {
    project_id: string;
    name?: string;
    description?: string;
    addresses?: string[];
  }): t.AddressGroupRow {
    const { addresses = [], ...rest } = fields;
    return this.#base.store.addressGroups.insert({
      id: this.#base.ids.uuid(),
      ...rest,
      addresses: [...new Set(addresses.map(canonical))],
    });
  }

  update(
    context: RequestContext,
    id: string,
    changes: { name?: string; description?: string },
  ): t.AddressGroupRow {
    this.get(context, id);
    return this.#base.store.addressGroups.update(id, changes)!;
  }

  delete(context: RequestContext, id: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      this.get(context, id);
      if (store.rules.first({ address_group_id: id })) throw new AddressGroupInUse(id);
      store.rbac.removeWhere(
        and(eq(t.rbacPolicies.object_type, "address_group"), eq(t.rbacPolicies.object_id, id))!,
      );
      store.addressGroups.remove(id);
    });
  }

  add(context: RequestContext, id: string, addresses: readonly string[]): t.AddressGroupRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const row = this.get(context, id);
      const wanted = addresses.map(canonical);
      const known = wanted.filter((address) => row.addresses.includes(address));
      if (known.length > 0) throw new AddressesAlreadyExist(known, id);
      this.#base.changed();
      return store.addressGroups.update(id, { addresses: [...row.addresses, ...wanted] })!;
    });
  }

  take(context: RequestContext, id: string, addresses: readonly string[]): t.AddressGroupRow {
    const { store } = this.#base;
    return store.transaction(() => {
      const row = this.get(context, id);
      const wanted = addresses.map(canonical);
      const unknown = wanted.filter((address) => !row.addresses.includes(address));
      if (unknown.length > 0) throw new AddressesNotFound(unknown, id);
      this.#base.changed();
      return store.addressGroups.update(id, {
        addresses: row.addresses.filter((address) => !wanted.includes(address)),
      })!;
    });
  }
}

const canonical = (text: string) => formatCidr(parseCidr(text)!);
