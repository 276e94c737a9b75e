// The tables of cinder.db as drizzle knows them, continued: backups.

import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { stamps } from "./tables.ts";

export const backups = sqliteTable("backups", {
  id: text().primaryKey(),
  user_id: text(),
  project_id: text(),
  volume_id: text().notNull(),
  /** Of the backup service that made it. */
  host: text(),
  availability_zone: text(),
  display_name: text(),
  display_description: text(),
  container: text(),
  /** The backup this one is the difference to. */
  parent_id: text(),
  status: text().notNull(),
  fail_reason: text(),
  /** What the names of its objects begin with. */
  service_metadata: text(),
  /** Cinder's name of the driver that made it. */
  service: text(),
  /** GB, of the volume. */
  size: integer().notNull().default(0),
  object_count: integer().notNull().default(0),
  temp_volume_id: text(),
  /** Set while the driver holds a snapshot of an attached volume for this backup. */
  temp_snapshot_id: text(),
  num_dependent_backups: integer().notNull().default(0),
  snapshot_id: text(),
  /** The moment its data are of. */
  data_timestamp: text(),
  restore_volume_id: text(),
  encryption_key_id: text(),
  ...stamps(),
});

export const backupMetadata = sqliteTable("backup_metadata", {
  backup_id: text().notNull(),
  id: integer().primaryKey({ autoIncrement: true }),
  key: text().notNull(),
  value: text(),
  ...stamps(),
});

export type BackupRow = typeof backups.$inferSelect;
