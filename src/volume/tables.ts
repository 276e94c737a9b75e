// The tables of cinder.db as drizzle knows them: volumes, snapshots, attachments, types and services. The rest stands in
// `tables-more.ts`. The authority is `migrations/`; a test compares the two. Names are those of cinder/db/sqlalchemy/
// models.py, and of Folsom where the courses' queries use what has gone since (`volumes.instance_uuid`, `.mountpoint`).

import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const flag = (byDefault = false) => integer({ mode: "boolean" }).notNull().default(byDefault);

/** Moments: UTC text, `2013-07-16 05:41:08.123000`. */
export const stamps = () => ({
  created_at: text().notNull(),
  updated_at: text(),
  deleted_at: text(),
  deleted: flag(),
});

export const volumes = sqliteTable("volumes", {
  id: text().primaryKey(),
  /** The volume whose data this one took over by a migration. */
  _name_id: text(),
  user_id: text(),
  project_id: text(),
  snapshot_id: text(),
  cluster_name: text(),
  /** `HOST@BACKEND#POOL` */
  host: text(),
  /** GB. */
  size: integer().notNull().default(0),
  availability_zone: text(),
  status: text().notNull(),
  attach_status: text().notNull().default("detached"),
  migration_status: text(),
  previous_status: text(),
  scheduled_at: text(),
  launched_at: text(),
  terminated_at: text(),
  display_name: text(),
  display_description: text(),
  /** What the driver calls the data's format: `qcow2`, `raw`, ... */
  provider_location: text(),
  provider_id: text(),
  volume_type_id: text().notNull(),
  source_volid: text(),
  encryption_key_id: text(),
  group_id: text(),
  bootable: flag(),
  multiattach: flag(),
  replication_status: text(),
  use_quota: flag(true),
  service_uuid: text(),
  shared_targets: flag(),
  /** The server that has it, and as what: kept beside `volume_attachment` for those who look here, as in 2013. */
  instance_uuid: text(),
  attached_host: text(),
  mountpoint: text(),
  ...stamps(),
});

export const volumeAttachment = sqliteTable("volume_attachment", {
  id: text().primaryKey(),
  volume_id: text().notNull(),
  instance_uuid: text(),
  attached_host: text(),
  mountpoint: text(),
  attach_time: text(),
  detach_time: text(),
  attach_status: text().notNull(),
  attach_mode: text(),
  connection_info: text({ mode: "json" }).$type<Record<string, unknown>>(),
  connector: text({ mode: "json" }).$type<Record<string, unknown>>(),
  ...stamps(),
});

export const snapshots = sqliteTable("snapshots", {
  id: text().primaryKey(),
  user_id: text(),
  project_id: text(),
  volume_id: text().notNull(),
  group_snapshot_id: text(),
  status: text().notNull(),
  progress: text(),
  /** GB. */
  volume_size: integer().notNull().default(0),
  scheduled_at: text(),
  display_name: text(),
  display_description: text(),
  encryption_key_id: text(),
  volume_type_id: text().notNull(),
  provider_location: text(),
  provider_id: text(),
  use_quota: flag(true),
  ...stamps(),
});

/** The tables of key and value. `owner` is the column that names what they belong to. */
const pairs = () => ({
  id: integer().primaryKey({ autoIncrement: true }),
  key: text().notNull(),
  value: text(),
  ...stamps(),
});

export const volumeMetadata = sqliteTable("volume_metadata", { volume_id: text().notNull(), ...pairs() });
export const volumeAdminMetadata = sqliteTable("volume_admin_metadata", {
  volume_id: text().notNull(),
  ...pairs(),
});
export const snapshotMetadata = sqliteTable("snapshot_metadata", {
  snapshot_id: text().notNull(),
  ...pairs(),
});

/** Of the image a volume, or the volume of a snapshot, was made from. One of the two ids is set. */
export const volumeGlanceMetadata = sqliteTable("volume_glance_metadata", {
  volume_id: text(),
  snapshot_id: text(),
  ...pairs(),
});

export const volumeTypes = sqliteTable("volume_types", {
  id: text().primaryKey(),
  name: text().notNull(),
  description: text(),
  qos_specs_id: text(),
  is_public: flag(true),
  ...stamps(),
});

export const volumeTypeExtraSpecs = sqliteTable("volume_type_extra_specs", {
  volume_type_id: text().notNull(),
  ...pairs(),
});

export const volumeTypeProjects = sqliteTable("volume_type_projects", {
  id: integer().primaryKey({ autoIncrement: true }),
  volume_type_id: text().notNull(),
  project_id: text().notNull(),
  ...stamps(),
});

export const defaultVolumeTypes = sqliteTable("default_volume_types", {
  project_id: text().primaryKey(),
  volume_type_id: text().notNull(),
  ...stamps(),
});

export const encryption = sqliteTable("encryption", {
  encryption_id: text().primaryKey(),
  cipher: text(),
  key_size: integer(),
  provider: text(),
  control_location: text(),
  volume_type_id: text().notNull(),
  ...stamps(),
});

/** A set of specs is a row without `specs_id` whose `value` is its name; its specs are rows that name it. */
export const qualityOfServiceSpecs = sqliteTable("quality_of_service_specs", {
  id: text().primaryKey(),
  specs_id: text(),
  key: text().notNull(),
  value: text(),
  ...stamps(),
});

export const services = sqliteTable("services", {
  id: integer().primaryKey({ autoIncrement: true }),
  uuid: text().notNull(),
  cluster_name: text(),
  host: text().notNull(),
  binary: text().notNull(),
  topic: text().notNull(),
  report_count: integer().notNull().default(0),
  disabled: flag(),
  availability_zone: text().notNull().default("nova"),
  disabled_reason: text(),
  modified_at: text(),
  replication_status: text().notNull().default("disabled"),
  active_backend_id: text(),
  frozen: flag(),
  ...stamps(),
});

/** What each back end last said of itself; Cinder keeps this in the scheduler's memory. */
export const backendStats = sqliteTable("backend_stats", {
  /** `HOST@BACKEND` */
  host: text().primaryKey(),
  capabilities: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
  updated_at: text().notNull(),
});

export type VolumeRow = typeof volumes.$inferSelect;
export type NewVolumeRow = typeof volumes.$inferInsert;
export type AttachmentRow = typeof volumeAttachment.$inferSelect;
export type SnapshotRow = typeof snapshots.$inferSelect;
export type VolumeTypeRow = typeof volumeTypes.$inferSelect;
export type EncryptionRow = typeof encryption.$inferSelect;
export type ServiceRow = typeof services.$inferSelect;
