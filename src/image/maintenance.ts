// What `glance-manage` does to the database, with or without a running cloud beside it: rows that were deleted long ago are
// purged, metadata definitions are loaded, exported and cleared. Bringing the schema up to date is opening the database
// with `migrations`. Authority: glance/cmd/manage.py, glance/db/sqlalchemy/{api,metadata}.py of Zed.

import { and, asc, inArray, isNotNull, lt } from "drizzle-orm";
import type { Clock } from "../core/clock.ts";
import type { ProjectDatabase } from "../db/open.ts";
import { MetadefStore } from "./metadefs/store.ts";
import {
  type AssociationRow,
  type NamespaceRow,
  namespaces,
  type PropertySchema,
} from "./metadefs/tables.ts";
import { toMoment } from "./moments.ts";
import {
  imageLocations,
  imageMembers,
  imageProperties,
  images,
  imageTags,
  taskInfo,
  tasks,
} from "./tables.ts";

export interface PurgeOptions {
  /** Rows deleted longer ago than so many days go. */
  ageInDays: number;
  /** Most rows of each table; -1: all. */
  maxRows: number;
  /** `db purge_images_table`: the images themselves, which `db purge` leaves so that their ids are not used again. */
  imagesTable: boolean;
}

export interface Purged {
  table: string;
  rows: number;
}

const DAY_MS = 86_400_000;

/** @returns how many rows went, table by table in Glance's order */
export function purgeDeleted(db: ProjectDatabase, clock: Clock, options: PurgeOptions): Purged[] {
  const before = toMoment(clock.now() - options.ageInDays * DAY_MS);
  const limit = options.maxRows < 0 ? -1 : options.maxRows;
  type Table = typeof images | typeof tasks | typeof imageTags | typeof imageProperties;
  const purge = (name: string, table: Table | typeof imageMembers | typeof imageLocations): Purged => {
    const ids = db.orm
      .select({ id: table.id })
      .from(table)
      .where(and(isNotNull(table.deleted_at), lt(table.deleted_at, before)))
      .orderBy(asc(table.deleted_at))
      .limit(limit);
    const gone = db.orm.delete(table).where(inArray(table.id, ids)).returning({ id: table.id }).all();
    return { table: name, rows: gone.length };
  };
  return db.transaction(() => {
    if (options.imagesTable) return [purge("images", images)];
    const expired = db.orm
      .select({ id: tasks.id })
      .from(tasks)
      .where(and(isNotNull(tasks.deleted_at), lt(tasks.deleted_at, before)))
      .orderBy(asc(tasks.deleted_at))
      .limit(limit);
    const infos = db.orm.delete(taskInfo).where(inArray(taskInfo.task_id, expired)).returning().all();
    return [
      { table: "task_info", rows: infos.length },
      purge("image_properties", imageProperties),
      purge("image_tags", imageTags),
      purge("image_locations", imageLocations),
      purge("image_members", imageMembers),
      purge("tasks", tasks),
    ];
  });
}

/** One file of metadata definitions: a namespace with all it holds. */
export interface MetadefDocument {
  namespace: string;
  display_name?: string | null;
  description?: string | null;
  visibility?: "public" | "private";
  protected?: boolean;
  owner?: string;
  resource_type_associations?: { name: string; prefix?: string | null; properties_target?: string | null }[];
  properties?: Record<string, PropertySchema>;
  objects?: {
    name: string;
    description?: string | null;
    required?: string[];
    properties?: Record<string, PropertySchema>;
  }[];
  tags?: { name: string }[];
}

export interface LoadOptions {
  /** Add to namespaces that are there; they are skipped otherwise. */
  merge: boolean;
  /** While merging, what is loaded replaces what is there. */
  preferNew: boolean;
  /** Namespaces that are there are cleared first. */
  overwrite: boolean;
}

/** @returns false when the namespace was there and has been left alone */
export function loadMetadefs(
  db: ProjectDatabase,
  clock: Clock,
  document: MetadefDocument,
  { merge, preferNew, overwrite }: LoadOptions,
): boolean {
  const store = new MetadefStore(db);
  const now = toMoment(clock.now());
  const stamps = { created_at: now, updated_at: now };
  return db.transaction(() => {
    let row = store.namespace(document.namespace);
    if (row && overwrite) {
      store.namespaces.remove(row.id);
      row = null;
    }
    if (row && !merge) return false;
    const columns = {
      namespace: document.namespace,
      display_name: document.display_name ?? null,
      description: document.description ?? null,
      visibility: document.visibility ?? ("private" as const),
      protected: document.protected ?? false,
      owner: document.owner ?? "admin",
    };
    if (!row) row = store.namespaces.insert({ ...columns, ...stamps });
    else if (preferNew) store.namespaces.update(row.id, { ...columns, updated_at: now });
    const { id } = row;
    for (const fields of document.resource_type_associations ?? []) {
      const type =
        store.resourceType(fields.name) ??
        store.resourceTypes.insert({ name: fields.name, protected: true, ...stamps });
      const associated = store
        .associationsOf([id])
        .get(id)
        ?.some(({ name }) => name === fields.name);
      if (associated && !preferNew) continue;
      if (associated) store.removeAssociation(id, type.id);
      const { prefix = null, properties_target = null } = fields;
      store.insertAssociation({
        namespace_id: id,
        resource_type_id: type.id,
        prefix,
        properties_target,
        ...stamps,
      });
    }
    for (const [name, json_schema] of Object.entries(document.properties ?? {})) {
      const known = store.property(id, name);
      if (!known) store.properties.insert({ namespace_id: id, name, json_schema, ...stamps });
      else if (preferNew) store.properties.update(known.id, { json_schema, updated_at: now });
    }
    for (const { name, description = null, required = [], properties = {} } of document.objects ?? []) {
      const known = store.object(id, name);
      const values = { description, required, json_schema: properties };
      if (!known) store.objects.insert({ namespace_id: id, name, ...values, ...stamps });
      else if (preferNew) store.objects.update(known.id, { ...values, updated_at: now });
    }
    for (const { name } of document.tags ?? []) {
      if (!store.tag(id, name)) store.tags.insert({ namespace_id: id, name, ...stamps });
    }
    return true;
  });
}

/** All namespaces, as `loadMetadefs` takes them. */
export function exportMetadefs(db: ProjectDatabase): MetadefDocument[] {
  const store = new MetadefStore(db);
  const rows = db.orm.select().from(namespaces).orderBy(asc(namespaces.id)).all();
  const associations = store.associationsOf(rows.map(({ id }) => id));
  return rows.map((row) => documentOf(store, row, associations.get(row.id) ?? []));
}

function documentOf(
  store: MetadefStore,
  row: NamespaceRow,
  associations: readonly AssociationRow[],
): MetadefDocument {
  return {
    namespace: row.namespace,
    display_name: row.display_name,
    description: row.description,
    visibility: row.visibility,
    protected: row.protected,
    resource_type_associations: associations.map(({ name, prefix, properties_target }) => ({
      name,
      prefix,
      properties_target,
    })),
    properties: Object.fromEntries(
      store.listProperties(row.id).map(({ name, json_schema }) => [name, json_schema]),
    ),
    objects: store.listObjects(row.id).map(({ name, description, required, json_schema }) => ({
      name,
      description,
      ...(required && required.length > 0 ? { required } : {}),
      properties: json_schema ?? {},
    })),
    tags: store.listTags(row.id).map(({ name }) => ({ name })),
  };
}

/** Removes every namespace with all it holds. The resource types stay: without them nothing can be associated. */
export function unloadMetadefs(db: ProjectDatabase): void {
  db.orm.delete(namespaces).run();
}
