// The tables of cinder.db as drizzle knows them, continued: quotas, transfers, messages, groups and backups.

import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { flag, stamps } from "./tables.ts";

export const quotas = sqliteTable("quotas", {
  id: integer().primaryKey({ autoIncrement: true }),
  project_id: text().notNull(),
  resource: text().notNull(),
  /** -1: no limit. */
  hard_limit: integer(),
  ...stamps(),
});

export const quotaClasses = sqliteTable("quota_classes", {
  id: integer().primaryKey({ autoIncrement: true }),
  class_name: text().notNull(),
  resource: text().notNull(),
  hard_limit: integer(),
  ...stamps(),
});

/** What is counted, written down for those who read it by SQL; never what is enforced. */
export const quotaUsages = sqliteTable("quota_usages", {
  id: integer().primaryKey({ autoIncrement: true }),
  project_id: text().notNull(),
  resource: text().notNull(),
  in_use: integer().notNull().default(0),
  reserved: integer().notNull().default(0),
  ...stamps(),
});

/** Quota held for an operation that has not ended. */
export const reservations = sqliteTable("reservations", {
  id: integer().primaryKey({ autoIncrement: true }),
  uuid: text().notNull(),
  project_id: text().notNull(),
  resource: text().notNull(),
  delta: integer().notNull(),
  expire: text().notNull(),
  ...stamps(),
});

export const transfers = sqliteTable("transfers", {
  id: text().primaryKey(),
  volume_id: text().notNull(),
  display_name: text(),
  salt: text().notNull(),
  crypt_hash: text().notNull(),
  expires_at: text(),
  no_snapshots: flag(),
  source_project_id: text(),
  destination_project_id: text(),
  accepted: flag(),
  ...stamps(),
});

export const messages = sqliteTable("messages", {
  id: text().primaryKey(),
  project_id: text().notNull(),
  message_level: text().notNull(),
  request_id: text(),
  resource_type: text(),
  resource_uuid: text(),
  event_id: text().notNull(),
  detail_id: text(),
  action_id: text(),
  expires_at: text(),
  ...stamps(),
});

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

export const backups = sqliteTable("backups", {
  id: text().primaryKey(),
  user_id: text(),
  project_id: text(),
  volume_id: text().notNull(),
  host: text(),
  availability_zone: text(),
  display_name: text(),
  display_description: text(),
  container: text(),
  parent_id: text(),
  status: text().notNull(),
  fail_reason: text(),
  /** Prefix of the backup's objects. */
  service_metadata: text(),
  service: text(),
  /** GB. */
  size: integer(),
  object_count: integer(),
  temp_volume_id: text(),
  temp_snapshot_id: text(),
  num_dependent_backups: integer().notNull().default(0),
  snapshot_id: text(),
  data_timestamp: text(),
  restore_volume_id: text(),
  encryption_key_id: text(),
  ...stamps(),
});

export type TransferRow = typeof transfers.$inferSelect;
export type MessageRow = typeof messages.$inferSelect;
export type GroupRow = typeof groups.$inferSelect;
export type GroupSnapshotRow = typeof groupSnapshots.$inferSelect;
export type GroupTypeRow = typeof groupTypes.$inferSelect;
export type BackupRow = typeof backups.$inferSelect;
