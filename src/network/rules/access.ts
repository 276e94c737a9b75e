// Who sees what: a project sees its own, what was shared with it or with everybody, and nova-network networks that
// belong to nobody. Authority: neutron/db/rbac_db_models.py and neutron/db/_model_query.py.

import { eq, isNull, or, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { RequestContext } from "../../core/context.ts";
import { grantedTo, onNetworkOf } from "../store/conditions.ts";
import type { NetworkStore } from "../store/store.ts";
import * as t from "../tables.ts";

export const SHARED = "access_as_shared";
export const EXTERNAL = "access_as_external";

export class Access {
  #store: NetworkStore;

  constructor(store: NetworkStore) {
    this.#store = store;
  }

  /** The caller's own rows; undefined for an administrator, who sees all. */
  own(context: RequestContext, projectColumn: SQLiteColumn): SQL | undefined {
    return context.isAdmin ? undefined : eq(projectColumn, context.projectId ?? "");
  }

  /** The caller's own rows of a kind and those shared with it. */
  ownOrShared(
    context: RequestContext,
    type: t.RbacType,
    columns: { id: SQLiteColumn; project: SQLiteColumn },
  ): SQL | undefined {
    if (context.isAdmin) return undefined;
    return or(
      eq(columns.project, context.projectId ?? ""),
      grantedTo(type, columns.id, context.projectId, null),
    );
  }

  networks(context: RequestContext): SQL | undefined {
    if (context.isAdmin) return undefined;
    return or(
      eq(t.networks.project_id, context.projectId ?? ""),
      isNull(t.networks.project_id),
      grantedTo("network", t.networks.uuid, context.projectId, null),
    );
  }

  /** Subnets of the caller and of networks shared with it; an external network's stay hidden. */
  subnets(context: RequestContext): SQL | undefined {
    if (context.isAdmin) return undefined;
    return or(
      eq(t.subnets.project_id, context.projectId ?? ""),
      grantedTo("network", t.subnets.network_id, context.projectId),
      onNetworkOf(t.subnets.network_id, null),
    );
  }

  /** Ports of the caller, and all ports on its networks. */
  ports(context: RequestContext): SQL | undefined {
    if (context.isAdmin) return undefined;
    const projectId = context.projectId ?? "";
    return or(eq(t.ports.project_id, projectId), onNetworkOf(t.ports.network_id, projectId));
  }

  /** True when the object is shared with everybody or with this project. */
  isShared(type: t.RbacType, objectId: string, projectId: string | null): boolean {
    return this.sharedAmong(type, [objectId], projectId).has(objectId);
  }

  /** Which of the objects are shared with everybody or with this project. */
  sharedAmong(type: t.RbacType, objectIds: readonly string[], projectId: string | null): Set<string> {
    if (objectIds.length === 0) return new Set();
    return this.#store.bindings.sharedAmong(type, objectIds, projectId);
  }

  /** Whether a network's row is open to a project without being its own. */
  networkIsShared(network: t.NetworkRow, projectId: string | null): boolean {
    return network.project_id === null || this.isShared("network", network.uuid, projectId);
  }
}
