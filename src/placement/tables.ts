// The tables of placement.db as drizzle knows them. The authority is `migrations/`; a test compares the two.

import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** `2013-07-16 05:41:08`, UTC. */
const stamps = () => ({ created_at: text(), updated_at: text() });

export const resourceClasses = sqliteTable("resource_classes", {
  id: integer().primaryKey(),
  name: text().notNull(),
  ...stamps(),
});

export const traits = sqliteTable("traits", {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull(),
  ...stamps(),
});

export const resourceProviders = sqliteTable("resource_providers", {
  id: integer().primaryKey(),
  uuid: text().notNull(),
  name: text(),
  generation: integer().notNull().default(0),
  root_provider_id: integer(),
  parent_provider_id: integer(),
  ...stamps(),
});

export const inventories = sqliteTable("inventories", {
  id: integer().primaryKey(),
  resource_provider_id: integer().notNull(),
  resource_class_id: integer().notNull(),
  total: integer().notNull(),
  reserved: integer().notNull(),
  min_unit: integer().notNull(),
  max_unit: integer().notNull(),
  step_size: integer().notNull(),
  allocation_ratio: real().notNull(),
  ...stamps(),
});

export const allocations = sqliteTable("allocations", {
  id: integer().primaryKey(),
  resource_provider_id: integer().notNull(),
  consumer_id: text().notNull(),
  resource_class_id: integer().notNull(),
  used: integer().notNull(),
  ...stamps(),
});

export const placementAggregates = sqliteTable("placement_aggregates", {
  id: integer().primaryKey({ autoIncrement: true }),
  uuid: text(),
  ...stamps(),
});

export const resourceProviderAggregates = sqliteTable(
  "resource_provider_aggregates",
  { resource_provider_id: integer().notNull(), aggregate_id: integer().notNull(), ...stamps() },
  (t) => [primaryKey({ columns: [t.resource_provider_id, t.aggregate_id] })],
);

export const resourceProviderTraits = sqliteTable(
  "resource_provider_traits",
  { trait_id: integer().notNull(), resource_provider_id: integer().notNull(), ...stamps() },
  (t) => [primaryKey({ columns: [t.trait_id, t.resource_provider_id] })],
);

export const projects = sqliteTable("projects", {
  id: integer().primaryKey({ autoIncrement: true }),
  external_id: text().notNull(),
  ...stamps(),
});

export const users = sqliteTable("users", {
  id: integer().primaryKey({ autoIncrement: true }),
  external_id: text().notNull(),
  ...stamps(),
});

export const consumerTypes = sqliteTable("consumer_types", {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull(),
  ...stamps(),
});

export const consumers = sqliteTable("consumers", {
  id: integer().primaryKey({ autoIncrement: true }),
  uuid: text().notNull(),
  project_id: integer().notNull(),
  user_id: integer().notNull(),
  generation: integer().notNull().default(0),
  consumer_type_id: integer(),
  ...stamps(),
});

export type ResourceClassRow = typeof resourceClasses.$inferSelect;
export type TraitRow = typeof traits.$inferSelect;
export type ResourceProviderRow = typeof resourceProviders.$inferSelect;
export type InventoryRow = typeof inventories.$inferSelect;
