// The tables of glance.db as drizzle knows them. The authority is `migrations/`; a test compares the two.

import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ImageStatus, MemberStatus, TaskStatus, Visibility } from "./states.ts";

const flag = () => integer({ mode: "boolean" }).notNull().default(false);

/** Moments: UTC text, `2013-07-16 05:41:08.123000`. */
const stamps = () => ({
  created_at: text().notNull(),
  updated_at: text(),
  deleted_at: text(),
  deleted: flag(),
});

export const images = sqliteTable("images", {
  id: text().primaryKey(),
  name: text(),
  disk_format: text(),
  container_format: text(),
  /** Bytes. */
  size: integer(),
  /** Bytes the guest sees. */
  virtual_size: integer(),
  status: text().$type<ImageStatus>().notNull(),
  visibility: text().$type<Visibility>().notNull().default("shared"),
  /** MD5, hex. */
  checksum: text(),
  os_hash_algo: text(),
  os_hash_value: text(),
  /** GB. */
  min_disk: integer().notNull().default(0),
  /** MB. */
  min_ram: integer().notNull().default(0),
  /** A project's id; null is nobody's, and everybody's to see. */
  owner: text(),
  protected: flag(),
  os_hidden: flag(),
  ...stamps(),
});

export const imageProperties = sqliteTable("image_properties", {
  id: integer().primaryKey({ autoIncrement: true }),
  image_id: text().notNull(),
  name: text().notNull(),
  value: text(),
  ...stamps(),
});

export const imageTags = sqliteTable("image_tags", {
  id: integer().primaryKey({ autoIncrement: true }),
  image_id: text().notNull(),
  value: text().notNull(),
  ...stamps(),
});

export const imageLocations = sqliteTable("image_locations", {
  id: integer().primaryKey({ autoIncrement: true }),
  image_id: text().notNull(),
  /** A URL: `file:///STATE/images/ID`. */
  value: text().notNull(),
  /** `{"store": "file"}` and what the operator adds. */
  meta_data: text({ mode: "json" }).$type<Record<string, unknown>>().notNull().default({}),
  status: text().notNull().default("active"),
  ...stamps(),
});

export const imageMembers = sqliteTable("image_members", {
  id: integer().primaryKey({ autoIncrement: true }),
  image_id: text().notNull(),
  /** The project the image is shared with. */
  member: text().notNull(),
  can_share: flag(),
  status: text().$type<MemberStatus>().notNull().default("pending"),
  ...stamps(),
});

export const tasks = sqliteTable("tasks", {
  id: text().primaryKey(),
  type: text().notNull(),
  status: text().$type<TaskStatus>().notNull(),
  owner: text().notNull(),
  /** Set when the task ends. */
  expires_at: text(),
  image_id: text(),
  request_id: text(),
  user_id: text(),
  ...stamps(),
});

export const taskInfo = sqliteTable("task_info", {
  task_id: text().primaryKey(),
  input: text({ mode: "json" }).$type<Record<string, unknown>>(),
  result: text({ mode: "json" }).$type<Record<string, unknown>>(),
  message: text(),
});

export const registeredImages = sqliteTable("registered_images", {
  source: text().primaryKey(),
  image_id: text().notNull(),
});

/** Seconds since the epoch. */
const seconds = () => real().notNull();

export const cachedImages = sqliteTable("cached_images", {
  image_id: text().primaryKey(),
  last_accessed: seconds().default(0),
  last_modified: seconds().default(0),
  /** Bytes. */
  size: integer().notNull().default(0),
  hits: integer().notNull().default(0),
  checksum: text(),
});

export const queuedImages = sqliteTable("queued_images", {
  image_id: text().primaryKey(),
  queued_at: seconds(),
});

export type CachedImageRow = typeof cachedImages.$inferSelect;
export type ImageRow = typeof images.$inferSelect;
export type MemberRow = typeof imageMembers.$inferSelect;
export type TaskRow = typeof tasks.$inferSelect;
export type TaskInfoRow = typeof taskInfo.$inferSelect;
