// The SQL of metadata definitions.

import { and, asc, eq, inArray, or, type SQL } from "drizzle-orm";
import type { ProjectDatabase } from "../../db/open.ts";
import { afterMarker, orderBy, type SortKey } from "../../db/page.ts";
import { Rows } from "../../db/rows.ts";
import type { Viewer } from "../store-list.ts";
import * as t from "./tables.ts";

export type NamespaceSort =
  | "created_at"
  | "updated_at"
  | "namespace"
  | "display_name"
  | "owner"
  | "visibility"
  | "id";

export interface NamespaceQuery {
  visibility: "public" | "private" | null;
  /** Only those associated with one of these. */
  resourceTypes: readonly string[] | null;
  sortColumn: NamespaceSort;
  direction: "asc" | "desc";
  marker: t.NamespaceRow | null;
  limit: number;
}

export interface ContentQuery {
  sortColumn: "created_at" | "updated_at" | "name" | "id";
  direction: "asc" | "desc";
  marker: t.TagRow | t.ObjectRow | null;
  limit: number;
}

export class MetadefStore {
  readonly db: ProjectDatabase;
  readonly namespaces: Rows<typeof t.namespaces>;
  readonly objects: Rows<typeof t.objects>;
  readonly properties: Rows<typeof t.properties>;
  readonly tags: Rows<typeof t.tags>;
  readonly resourceTypes: Rows<typeof t.resourceTypes>;

  constructor(db: ProjectDatabase) {
    this.db = db;
    this.namespaces = new Rows(db, t.namespaces);
    this.objects = new Rows(db, t.objects);
    this.properties = new Rows(db, t.properties);
    this.tags = new Rows(db, t.tags);
    this.resourceTypes = new Rows(db, t.resourceTypes);
  }

  namespace(name: string): t.NamespaceRow | null {
    return this.namespaces.first(eq(t.namespaces.namespace, name));
  }

  listNamespaces(query: NamespaceQuery, viewer: Viewer): t.NamespaceRow[] {
    const { marker } = query;
    const keys: SortKey[] = [{ column: t.namespaces[query.sortColumn], direction: query.direction }];
    if (query.sortColumn !== "id") keys.push({ column: t.namespaces.id, direction: query.direction });
    return this.db.orm
      .select()
      .from(t.namespaces)
      .where(
        and(
          visibleTo(viewer),
          query.visibility === null ? undefined : eq(t.namespaces.visibility, query.visibility),
          query.resourceTypes === null ? undefined : this.#associatedWith(query.resourceTypes),
          marker
            ? afterMarker(
                keys,
                keys.map(({ column }) => marker[column.name as keyof t.NamespaceRow]),
              )
            : undefined,
        ),
      )
      .orderBy(...orderBy(keys))
      .limit(query.limit)
      .all();
  }

  #associatedWith(names: readonly string[]): SQL {
    const ids = this.db.orm
      .select({ id: t.associations.namespace_id })
      .from(t.associations)
      .innerJoin(t.resourceTypes, eq(t.resourceTypes.id, t.associations.resource_type_id))
      .where(inArray(t.resourceTypes.name, [...names]));
    return inArray(t.namespaces.id, ids);
  }

  object(namespaceId: number, name: string): t.ObjectRow | null {
    return this.objects.first(and(eq(t.objects.namespace_id, namespaceId), eq(t.objects.name, name))!);
  }

  listObjects(namespaceId: number, query?: ContentQuery): t.ObjectRow[] {
    if (!query) return this.objects.list(eq(t.objects.namespace_id, namespaceId), asc(t.objects.id));
    const { where, order } = paged(t.objects, query);
    return this.db.orm
      .select()
      .from(t.objects)
      .where(and(eq(t.objects.namespace_id, namespaceId), where))
      .orderBy(...order)
      .limit(query.limit)
      .all();
  }

  property(namespaceId: number, name: string): t.PropertyRow | null {
    return this.properties.first(
      and(eq(t.properties.namespace_id, namespaceId), eq(t.properties.name, name))!,
    );
  }

  listProperties(namespaceId: number): t.PropertyRow[] {
    return this.properties.list(eq(t.properties.namespace_id, namespaceId), asc(t.properties.id));
  }

  /** Names of tags differ by more than their case. */
  tag(namespaceId: number, name: string): t.TagRow | null {
    return this.tags.first(and(eq(t.tags.namespace_id, namespaceId), eq(t.tags.name, name))!);
  }

  listTags(namespaceId: number, query?: ContentQuery): t.TagRow[] {
    if (!query) return this.tags.list(eq(t.tags.namespace_id, namespaceId), asc(t.tags.id));
    const { where, order } = paged(t.tags, query);
    return this.db.orm
      .select()
      .from(t.tags)
      .where(and(eq(t.tags.namespace_id, namespaceId), where))
      .orderBy(...order)
      .limit(query.limit)
      .all();
  }

  resourceType(name: string): t.ResourceTypeRow | null {
    return this.resourceTypes.first(eq(t.resourceTypes.name, name));
  }

  /** namespace id → its associations. */
  associationsOf(namespaceIds: readonly number[]): Map<number, t.AssociationRow[]> {
    const found = new Map<number, t.AssociationRow[]>(namespaceIds.map((id) => [id, []]));
    if (namespaceIds.length === 0) return found;
    const rows = this.db.orm
      .select()
      .from(t.associations)
      .innerJoin(t.resourceTypes, eq(t.resourceTypes.id, t.associations.resource_type_id))
      .where(inArray(t.associations.namespace_id, [...namespaceIds]))
      .orderBy(asc(t.resourceTypes.id))
      .all();
    for (const row of rows) {
      const { resource_type_id: _, ...association } = row.metadef_namespace_resource_types;
      found.get(association.namespace_id)?.push({ ...association, name: row.metadef_resource_types.name });
    }
    return found;
  }

  insertAssociation(row: typeof t.associations.$inferInsert): void {
    this.db.orm.insert(t.associations).values(row).run();
  }

  removeAssociation(namespaceId: number, resourceTypeId: number): void {
    this.db.orm
      .delete(t.associations)
      .where(
        and(
          eq(t.associations.namespace_id, namespaceId),
          eq(t.associations.resource_type_id, resourceTypeId),
        ),
      )
      .run();
  }
}

function visibleTo(viewer: Viewer): SQL | undefined {
  if (viewer.isAdmin) return undefined;
  const forAll = eq(t.namespaces.visibility, "public");
  return viewer.projectId === null ? forAll : or(forAll, eq(t.namespaces.owner, viewer.projectId));
}

function paged(table: typeof t.objects | typeof t.tags, query: ContentQuery) {
  const keys: SortKey[] = [{ column: table[query.sortColumn], direction: query.direction }];
  if (query.sortColumn !== "id") keys.push({ column: table.id, direction: query.direction });
  const { marker } = query;
  const where = marker
    ? afterMarker(
        keys,
        keys.map(({ column }) => marker[column.name as keyof t.TagRow]),
      )
    : undefined;
  return { where, order: orderBy(keys) };
}
