// The tables of nova.db beside the servers, as drizzle knows them. The authority is `migrations/0002-periphery.sql`; a
// test compares the two.

import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { flag, jsonText, moment } from "./columns.ts";

const id = () => integer().primaryKey({ autoIncrement: true });
const stamps = () => ({ created_at: moment(), updated_at: moment() });
/** Classic tables have them; rows here are removed, so they stay as they are. */
const deletion = () => ({ deleted_at: moment(), deleted: integer().notNull().default(0) });

export const flavors = sqliteTable("flavors", {
  id: id(),
  ...stamps(),
  name: text().notNull(),
  memory_mb: integer().notNull(),
  vcpus: integer().notNull(),
  root_gb: integer(),
  ephemeral_gb: integer(),
  flavorid: text().notNull(),
  /** MB */
  swap: integer().notNull(),
  rxtx_factor: real(),
  vcpu_weight: integer(),
  disabled: flag(),
  is_public: integer({ mode: "boolean" }).notNull().default(true),
  description: text(),
});

export const flavorExtraSpecs = sqliteTable("flavor_extra_specs", {
  id: id(),
  ...stamps(),
  flavor_id: integer().notNull(),
  key: text().notNull(),
  value: text(),
});

export const flavorProjects = sqliteTable("flavor_projects", {
  id: id(),
  ...stamps(),
  flavor_id: integer().notNull(),
  project_id: text().notNull(),
});

export const keyPairs = sqliteTable("key_pairs", {
  id: id(),
  ...stamps(),
  ...deletion(),
  name: text().notNull(),
  user_id: text().notNull(),
  fingerprint: text(),
  public_key: text(),
  /** `ssh`, `x509` */
  type: text().notNull().default("ssh"),
});

export const quotas = sqliteTable("quotas", {
  id: id(),
  ...stamps(),
  ...deletion(),
  project_id: text().notNull(),
  resource: text().notNull(),
  hard_limit: integer(),
});

export const projectUserQuotas = sqliteTable("project_user_quotas", {
  id: id(),
  ...stamps(),
  ...deletion(),
  user_id: text().notNull(),
  project_id: text().notNull(),
  resource: text().notNull(),
  hard_limit: integer(),
});

export const quotaClasses = sqliteTable("quota_classes", {
  id: id(),
  ...stamps(),
  ...deletion(),
  class_name: text().notNull(),
  resource: text().notNull(),
  hard_limit: integer(),
});

export const quotaUsages = sqliteTable("quota_usages", {
  id: id(),
  ...stamps(),
  ...deletion(),
  project_id: text().notNull(),
  user_id: text().notNull(),
  /** `instances`, `cores`, `ram` */
  resource: text().notNull(),
  in_use: integer().notNull(),
  reserved: integer().notNull().default(0),
  until_refresh: integer(),
});

export const services = sqliteTable("services", {
  id: id(),
  ...stamps(),
  ...deletion(),
  uuid: text().notNull(),
  host: text(),
  /** `nova-compute` */
  binary: text(),
  topic: text(),
  report_count: integer().notNull().default(0),
  disabled: flag(),
  disabled_reason: text(),
  last_seen_up: moment(),
  forced_down: flag(),
  version: integer().notNull().default(0),
});

export const aggregates = sqliteTable("aggregates", {
  id: id(),
  ...stamps(),
  ...deletion(),
  uuid: text().notNull(),
  name: text().notNull(),
});

export const aggregateHosts = sqliteTable("aggregate_hosts", {
  id: id(),
  ...stamps(),
  host: text().notNull(),
  aggregate_id: integer().notNull(),
});

export const aggregateMetadata = sqliteTable("aggregate_metadata", {
  id: id(),
  ...stamps(),
  aggregate_id: integer().notNull(),
  key: text().notNull(),
  value: text().notNull(),
});

export const instanceGroups = sqliteTable("instance_groups", {
  id: id(),
  ...stamps(),
  user_id: text(),
  project_id: text(),
  uuid: text().notNull(),
  name: text(),
});

export const instanceGroupPolicy = sqliteTable("instance_group_policy", {
  id: id(),
  ...stamps(),
  policy: text(),
  rules: jsonText<Record<string, number>>(),
  group_id: integer().notNull(),
});

export const instanceGroupMember = sqliteTable("instance_group_member", {
  id: id(),
  ...stamps(),
  instance_uuid: text().notNull(),
  group_id: integer().notNull(),
});

export const s3Images = sqliteTable("s3_images", { id: id(), created_at: moment(), uuid: text().notNull() });

export type FlavorRow = typeof flavors.$inferSelect;
export type KeyPairRow = typeof keyPairs.$inferSelect;
export type ServiceRow = typeof services.$inferSelect;
export type AggregateRow = typeof aggregates.$inferSelect;
export type InstanceGroupRow = typeof instanceGroups.$inferSelect;
