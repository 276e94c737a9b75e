// The tables of nova.db that hold servers, as drizzle knows them. The authority is `migrations/0001-initial.sql`; a test
// compares the two. The other tables are in `tables-periphery.ts`.

import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { flag, jsonText, moment } from "./columns.ts";

/** A flavor as a server keeps it: changing or deleting the flavor later changes nothing here. */
export interface FlavorSnapshot {
  id: number;
  flavorid: string;
  name: string;
  memory_mb: number;
  vcpus: number;
  root_gb: number;
  ephemeral_gb: number;
  swap: number;
  rxtx_factor: number;
  disabled: boolean;
  is_public: boolean;
  description: string | null;
  extra_specs: Record<string, string>;
}

export interface InstanceFlavors {
  cur: FlavorSnapshot;
  old: FlavorSnapshot | null;
  new: FlavorSnapshot | null;
}

export const instances = sqliteTable("instances", {
  id: integer().primaryKey({ autoIncrement: true }),
  uuid: text().notNull(),
  name: text().notNull().default(""),
  created_at: moment().notNull(),
  updated_at: moment(),
  deleted_at: moment(),
  /** 0, or the row's id. */
  deleted: integer().notNull().default(0),
  user_id: text(),
  project_id: text(),
  image_ref: text(),
  kernel_id: text(),
  ramdisk_id: text(),
  hostname: text(),
  launch_index: integer(),
  key_name: text(),
  key_data: text(),
  power_state: integer(),
  vm_state: text(),
  task_state: text(),
  memory_mb: integer(),
  vcpus: integer(),
  root_gb: integer(),
  ephemeral_gb: integer(),
  host: text(),
  node: text(),
  instance_type_id: integer(),
  /** Base64, as it was sent. */
  user_data: text(),
  reservation_id: text(),
  scheduled_at: moment(),
  launched_at: moment(),
  terminated_at: moment(),
  /** What was asked for; the zone the server is in follows from its host. */
  availability_zone: text(),
  display_name: text(),
  display_description: text(),
  launched_on: text(),
  locked: flag(),
  /** `owner`, `admin` */
  locked_by: text(),
  os_type: text(),
  architecture: text(),
  vm_mode: text(),
  root_device_name: text(),
  default_ephemeral_device: text(),
  default_swap_device: text(),
  /** `True` or empty. */
  config_drive: text(),
  access_ip_v4: text(),
  access_ip_v6: text(),
  auto_disk_config: integer({ mode: "boolean" }),
  progress: integer(),
  /** 1 when nothing is left of a deleted server on its host. */
  cleaned: integer().notNull().default(0),
  hidden: flag(),
});

export const instanceExtra = sqliteTable("instance_extra", {
  id: integer().primaryKey({ autoIncrement: true }),
  instance_uuid: text().notNull(),
  flavor: jsonText<InstanceFlavors>().notNull(),
  keypairs: jsonText<unknown>(),
  trusted_certs: jsonText<string[]>(),
});

export const instanceInfoCaches = sqliteTable("instance_info_caches", {
  instance_uuid: text().primaryKey(),
  updated_at: moment(),
  network_info: jsonText<unknown[]>().notNull().default([]),
});

export const instanceMetadata = sqliteTable("instance_metadata", {
  id: integer().primaryKey({ autoIncrement: true }),
  instance_uuid: text().notNull(),
  key: text().notNull(),
  value: text(),
});

export const instanceSystemMetadata = sqliteTable("instance_system_metadata", {
  id: integer().primaryKey({ autoIncrement: true }),
  instance_uuid: text().notNull(),
  key: text().notNull(),
  value: text(),
});

export const instanceFaults = sqliteTable("instance_faults", {
  id: integer().primaryKey({ autoIncrement: true }),
  created_at: moment().notNull(),
  instance_uuid: text().notNull(),
  code: integer().notNull(),
  message: text(),
  details: text(),
  host: text(),
});

export const instanceActions = sqliteTable("instance_actions", {
  id: integer().primaryKey({ autoIncrement: true }),
  created_at: moment().notNull(),
  updated_at: moment(),
  action: text(),
  instance_uuid: text().notNull(),
  request_id: text(),
  user_id: text(),
  project_id: text(),
  start_time: moment(),
  finish_time: moment(),
  /** `Error` when it failed. */
  message: text(),
});

export const instanceActionsEvents = sqliteTable("instance_actions_events", {
  id: integer().primaryKey({ autoIncrement: true }),
  event: text(),
  action_id: integer().notNull(),
  start_time: moment(),
  finish_time: moment(),
  /** `Success`, `Error`; null while it goes on. */
  result: text(),
  traceback: text(),
  host: text(),
  details: text(),
});

export const blockDeviceMapping = sqliteTable("block_device_mapping", {
  id: integer().primaryKey({ autoIncrement: true }),
  created_at: moment().notNull(),
  updated_at: moment(),
  deleted_at: moment(),
  deleted: integer().notNull().default(0),
  uuid: text().notNull(),
  instance_uuid: text(),
  /** `image`, `volume`, `snapshot`, `blank` */
  source_type: text(),
  /** `local`, `volume` */
  destination_type: text(),
  guest_format: text(),
  device_type: text(),
  disk_bus: text(),
  boot_index: integer(),
  device_name: text(),
  delete_on_termination: flag(),
  snapshot_id: text(),
  volume_id: text(),
  /** GB; of a swap disk MB. */
  volume_size: integer(),
  volume_type: text(),
  image_id: text(),
  no_device: integer({ mode: "boolean" }),
  connection_info: jsonText<unknown>(),
  tag: text(),
  attachment_id: text(),
});

export const migrations = sqliteTable("migrations", {
  id: integer().primaryKey({ autoIncrement: true }),
  created_at: moment().notNull(),
  updated_at: moment(),
  deleted: integer().notNull().default(0),
  uuid: text().notNull(),
  instance_uuid: text(),
  source_compute: text(),
  dest_compute: text(),
  source_node: text(),
  dest_node: text(),
  dest_host: text(),
  old_instance_type_id: integer(),
  new_instance_type_id: integer(),
  status: text(),
  /** `migration`, `resize`, `live-migration`, `evacuation` */
  migration_type: text(),
  hidden: flag(),
  memory_total: integer(),
  memory_processed: integer(),
  memory_remaining: integer(),
  disk_total: integer(),
  disk_processed: integer(),
  disk_remaining: integer(),
  user_id: text(),
  project_id: text(),
  disk_info: jsonText<Record<string, unknown>>(),
});

export const tags = sqliteTable("tags", { resource_id: text().notNull(), tag: text().notNull() }, (t) => [
  primaryKey({ columns: [t.resource_id, t.tag] }),
]);

export const consoleAuthTokens = sqliteTable("console_auth_tokens", {
  id: integer().primaryKey({ autoIncrement: true }),
  created_at: moment().notNull(),
  /** SHA-256, hex. */
  token_hash: text().notNull(),
  console_type: text().notNull(),
  host: text().notNull(),
  port: integer().notNull(),
  internal_access_path: text(),
  instance_uuid: text().notNull(),
  /** Seconds since the epoch. */
  expires: integer().notNull(),
  access_url_base: text(),
});

export const requestSpecs = sqliteTable("request_specs", {
  id: integer().primaryKey({ autoIncrement: true }),
  instance_uuid: text().notNull(),
  spec: jsonText<unknown>().notNull(),
});

export const computeNodes = sqliteTable("compute_nodes", {
  id: integer().primaryKey({ autoIncrement: true }),
  created_at: moment().notNull(),
  updated_at: moment(),
  deleted_at: moment(),
  deleted: integer().notNull().default(0),
  uuid: text().notNull(),
  service_id: integer(),
  host: text().notNull(),
  hypervisor_hostname: text().notNull(),
  vcpus: integer().notNull(),
  memory_mb: integer().notNull(),
  local_gb: integer().notNull(),
  vcpus_used: integer().notNull(),
  memory_mb_used: integer().notNull(),
  local_gb_used: integer().notNull(),
  hypervisor_type: text().notNull(),
  hypervisor_version: integer().notNull(),
  free_ram_mb: integer(),
  free_disk_gb: integer(),
  current_workload: integer(),
  running_vms: integer(),
  cpu_info: text().notNull(),
  disk_available_least: integer(),
  host_ip: text(),
  supported_instances: text(),
  metrics: text(),
  stats: text().notNull().default("{}"),
  numa_topology: text(),
  ram_allocation_ratio: real(),
  cpu_allocation_ratio: real(),
  disk_allocation_ratio: real(),
  mapped: integer().notNull().default(0),
});

export type InstanceRow = typeof instances.$inferSelect;
export type InstanceExtraRow = typeof instanceExtra.$inferSelect;
export type InstanceFaultRow = typeof instanceFaults.$inferSelect;
export type InstanceActionRow = typeof instanceActions.$inferSelect;
export type InstanceActionEventRow = typeof instanceActionsEvents.$inferSelect;
export type BlockDeviceRow = typeof blockDeviceMapping.$inferSelect;
export type MigrationRow = typeof migrations.$inferSelect;
export type ConsoleAuthTokenRow = typeof consoleAuthTokens.$inferSelect;
export type ComputeNodeRow = typeof computeNodes.$inferSelect;
