// The tables of cinder.db as drizzle knows them, continued: quotas, transfers and messages.

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

export type TransferRow = typeof transfers.$inferSelect;
export type MessageRow = typeof messages.$inferSelect;
