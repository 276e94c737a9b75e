// The tables of cinder.db as drizzle knows them, continued: groups of volumes, their types and snapshots.

import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { flag, stamps } from "./tables.ts";

export const groups = sqliteTable("groups", {
  id: text().primaryKey(),
  user_id: text(),
  project_id: text(),
  cluster_name: text(),
  host: text(),
  availability_zone: text(),
  name: text(),
  description: text(),
  status: text().notNull(),
  group_type_id: text().notNull(),
  group_snapshot_id: text(),
  source_group_id: text(),
  replication_status: text(),
  ...stamps(),
});

export const groupVolumeTypeMapping = sqliteTable("group_volume_type_mapping", {
  id: integer().primaryKey({ autoIncrement: true }),
  volume_type_id: text().notNull(),
  group_id: text().notNull(),
  ...stamps(),
});

export const groupSnapshots = sqliteTable("group_snapshots", {
  id: text().primaryKey(),
  group_id: text().notNull(),
  user_id: text(),
  project_id: text(),
  name: text(),
  description: text(),
  status: text().notNull(),
  group_type_id: text().notNull(),
  ...stamps(),
});

export const groupTypes = sqliteTable("group_types", {
  id: text().primaryKey(),
  name: text().notNull(),
  description: text(),
  is_public: flag(true),
  ...stamps(),
});

export const groupTypeSpecs = sqliteTable("group_type_specs", {
  id: integer().primaryKey({ autoIncrement: true }),
  key: text().notNull(),
  value: text(),
  group_type_id: text().notNull(),
  ...stamps(),
});

export type GroupRow = typeof groups.$inferSelect;
export type GroupSnapshotRow = typeof groupSnapshots.$inferSelect;
export type GroupTypeRow = typeof groupTypes.$inferSelect;
