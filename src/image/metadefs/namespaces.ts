// The rules for metadata definition namespaces. Authority: glance/api/v2/metadef_namespaces.py and
// glance/db/sqlalchemy/metadef_api of Zed.

import type { Clock } from "../../core/clock.ts";
import { type Caller, isAdmin, notAuthorized, viewerOf } from "../access.ts";
import { Hidden } from "../errors.ts";
import { toMoment } from "../moments.ts";
import { DuplicateNamespace, NamespaceHidden, NamespaceNotFound, ProtectedDefinition } from "./errors.ts";
import type { MetadefStore, NamespaceQuery } from "./store.ts";
import type { NamespaceRow, PropertySchema } from "./tables.ts";

export interface NamespaceFields {
  namespace: string;
  display_name?: string;
  description?: string;
  visibility?: "public" | "private";
  protected?: boolean;
  owner?: string;
}

export interface AssociationFields {
  name: string;
  prefix?: string;
  properties_target?: string;
}

export interface ObjectFields {
  name: string;
  description?: string;
  required?: string[];
  properties?: Record<string, PropertySchema>;
}

/** What may come with a new namespace. */
export interface NamespaceContents {
  resource_type_associations?: AssociationFields[];
  properties?: Record<string, PropertySchema>;
  objects?: ObjectFields[];
  tags?: { name: string }[];
}

/** Asked of a namespace that exists, or of the caller's own project. @throws Hidden, Forbidden */
export function enforceMetadef(caller: Caller, rule: string, namespace: NamespaceRow | null): void {
  const target = namespace
    ? { project_id: namespace.owner, visibility: namespace.visibility }
    : { project_id: caller.context.projectId };
  if (caller.allows(rule, target)) return;
  if (rule === "get_metadef_namespace" || !caller.allows("get_metadef_namespace", target)) throw new Hidden();
  throw notAuthorized(rule);
}

export class Namespaces {
  readonly store: MetadefStore;
  readonly clock: Clock;

  constructor(store: MetadefStore, clock: Clock) {
    this.store = store;
    this.clock = clock;
  }

  /** @throws NamespaceNotFound when there is none, NamespaceHidden when the caller may not see it */
  get(caller: Caller, name: string): NamespaceRow {
    const row = this.store.namespace(name);
    if (!row) throw new NamespaceNotFound(name);
    const { projectId } = caller.context;
    if (isAdmin(caller) || row.visibility === "public" || row.owner === projectId) return row;
    throw new NamespaceHidden(name);
  }

  /** The same, in the words most calls use. @throws NamespaceHidden */
  find(caller: Caller, name: string): NamespaceRow {
    try {
      return this.get(caller, name);
    } catch (error) {
      throw error instanceof NamespaceNotFound ? new NamespaceHidden(name) : error;
    }
  }

  list(caller: Caller, query: Omit<NamespaceQuery, "marker"> & { marker: string | null }): NamespaceRow[] {
    enforceMetadef(caller, "get_metadef_namespaces", null);
    enforceMetadef(caller, "list_metadef_resource_types", null);
    const marker = query.marker === null ? null : this.get(caller, query.marker);
    return this.store
      .listNamespaces({ ...query, marker }, viewerOf(caller))
      .filter((row) =>
        caller.allows("get_metadef_namespace", { project_id: row.owner, visibility: row.visibility }),
      );
  }

  /** With everything it is given, or not at all. @throws DuplicateNamespace, Forbidden */
  create(caller: Caller, fields: NamespaceFields, fill: (row: NamespaceRow) => void): NamespaceRow {
    enforceMetadef(caller, "add_metadef_namespace", null);
    const now = toMoment(this.clock.now());
    return this.store.db.transaction(() => {
      if (this.store.namespace(fields.namespace)) throw new DuplicateNamespace(fields.namespace);
      const row = this.store.namespaces.insert({
        ...columns(fields),
        owner: fields.owner ?? caller.context.projectId ?? "",
        created_at: now,
        updated_at: now,
      });
      fill(row);
      return row;
    });
  }

  /** What is not given falls back to its default, as in Glance. */
  update(caller: Caller, name: string, fields: NamespaceFields): NamespaceRow {
    const row = this.find(caller, name);
    enforceMetadef(caller, "modify_metadef_namespace", row);
    if (fields.namespace !== name && this.store.namespace(fields.namespace)) {
      throw new DuplicateNamespace(fields.namespace);
    }
    const changes = { ...columns(fields), updated_at: toMoment(this.clock.now()) };
    const owner = fields.owner ?? caller.context.projectId ?? row.owner;
    return this.store.namespaces.update(row.id, { ...changes, owner }) ?? row;
  }

  /** All that belongs to it goes too. @throws ProtectedDefinition */
  delete(caller: Caller, name: string): void {
    const row = this.find(caller, name);
    enforceMetadef(caller, "delete_metadef_namespace", row);
    requireUnprotected(row);
    this.store.namespaces.remove(row.id);
  }
}

export function requireUnprotected(row: NamespaceRow): void {
  if (row.protected) throw new ProtectedDefinition("namespace", row.namespace);
}

function columns(fields: NamespaceFields) {
  return {
    namespace: fields.namespace,
    display_name: fields.display_name ?? null,
    description: fields.description ?? null,
    visibility: fields.visibility ?? ("private" as const),
    protected: fields.protected ?? false,
  };
}
