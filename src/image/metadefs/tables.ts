// The tables of metadata definitions as drizzle knows them. The authority is `../migrations/`; a test compares the two.

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

const id = () => integer().primaryKey({ autoIncrement: true });
const stamps = () => ({ created_at: text().notNull(), updated_at: text() });
const json = <T>() => text({ mode: "json" }).$type<T>();

/** A JSON schema of one property, as the client gave it. */
export type PropertySchema = Record<string, unknown>;

export const namespaces = sqliteTable("metadef_namespaces", {
  id: id(),
  namespace: text().notNull(),
  display_name: text(),
  description: text(),
  visibility: text().$type<"public" | "private">().notNull().default("private"),
  protected: integer({ mode: "boolean" }).notNull().default(false),
  owner: text().notNull(),
  ...stamps(),
});

export const objects = sqliteTable("metadef_objects", {
  id: id(),
  namespace_id: integer().notNull(),
  name: text().notNull(),
  description: text(),
  /** Names of properties. */
  required: json<string[]>(),
  json_schema: json<Record<string, PropertySchema> | null>().notNull().default({}),
  ...stamps(),
});

export const properties = sqliteTable("metadef_properties", {
  id: id(),
  namespace_id: integer().notNull(),
  name: text().notNull(),
  json_schema: json<PropertySchema>().notNull().default({}),
  ...stamps(),
});

export const tags = sqliteTable("metadef_tags", {
  id: id(),
  namespace_id: integer().notNull(),
  name: text().notNull(),
  ...stamps(),
});

export const resourceTypes = sqliteTable("metadef_resource_types", {
  id: id(),
  name: text().notNull(),
  protected: integer({ mode: "boolean" }).notNull().default(false),
  ...stamps(),
});

export const associations = sqliteTable(
  "metadef_namespace_resource_types",
  {
    resource_type_id: integer().notNull(),
    namespace_id: integer().notNull(),
    properties_target: text(),
    prefix: text(),
    ...stamps(),
  },
  (table) => [primaryKey({ columns: [table.resource_type_id, table.namespace_id] })],
);

export type NamespaceRow = typeof namespaces.$inferSelect;
export type ObjectRow = typeof objects.$inferSelect;
export type PropertyRow = typeof properties.$inferSelect;
export type TagRow = typeof tags.$inferSelect;
export type ResourceTypeRow = typeof resourceTypes.$inferSelect;
/** An association with the name of its resource type. */
export type AssociationRow = Omit<typeof associations.$inferSelect, "resource_type_id"> & { name: string };
