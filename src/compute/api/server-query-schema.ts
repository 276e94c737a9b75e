// The query parameters of server lists, at every microversion. Authority: nova/api/openstack/compute/schemas/servers.py
// of Zed.

import type { VersionedSchema } from "../../http/api.ts";
import * as p from "./parameter-types.ts";

export const IGNORED_SORT_KEYS = [
  "architecture",
  "cell_name",
  "cleaned",
  "default_ephemeral_device",
  "default_swap_device",
  "deleted",
  "deleted_at",
  "disable_terminate",
  "ephemeral_gb",
  "ephemeral_key_uuid",
  "id",
  "key_data",
  "launched_on",
  "locked",
  "memory_mb",
  "os_type",
  "reservation_id",
  "root_gb",
  "shutdown_terminate",
  "user_data",
  "vcpus",
  "vm_mode",
];

export const SORT_KEYS = [
  "access_ip_v4",
  "access_ip_v6",
  "auto_disk_config",
  "availability_zone",
  "config_drive",
  "created_at",
  "display_description",
  "display_name",
  "host",
  "hostname",
  "image_ref",
  "instance_type_id",
  "kernel_id",
  "key_name",
  "launch_index",
  "launched_at",
  "locked_by",
  "node",
  "power_state",
  "progress",
  "project_id",
  "ramdisk_id",
  "root_device_name",
  "task_state",
  "terminated_at",
  "updated_at",
  "user_id",
  "uuid",
  "vm_state",
];

/** Names of joined tables: known, so that they can be refused. */
export const JOINED = [
  "block_device_mapping",
  "services",
  "metadata",
  "system_metadata",
  "info_cache",
  "security_groups",
  "pci_devices",
];

function querySchema(minor: number) {
  const text = (...names: string[]) => Object.fromEntries(names.map((name) => [name, p.queryText]));
  const regex = (...names: string[]) => Object.fromEntries(names.map((name) => [name, p.queryRegex]));
  const sortKeys = minor >= 75 ? [...SORT_KEYS, "locked"] : [...SORT_KEYS, ...IGNORED_SORT_KEYS];
  return {
    type: "object",
    properties: {
      ...text(
        "user_id",
        "project_id",
        "tenant_id",
        "launch_index",
        "image_ref",
        "image",
        "vm_state",
        "task_state",
        "host",
        "uuid",
        "all_tenants",
        "soft_deleted",
        "deleted",
        "status",
        "sort_dir",
        ...JOINED,
      ),
      ...regex(
        "kernel_id",
        "ramdisk_id",
        "hostname",
        "key_name",
        "power_state",
        "node",
        "flavor",
        "reservation_id",
        "launched_at",
        "terminated_at",
        "availability_zone",
        "name",
        "display_name",
        "description",
        "display_description",
        "locked_by",
        "root_device_name",
        "config_drive",
        "access_ip_v4",
        "access_ip_v6",
        "auto_disk_config",
        "progress",
        "ip",
        "ip6",
        "created_at",
      ),
      sort_key: p.multi({ type: "string", enum: sortKeys }),
      "changes-since": p.queryMoment,
      ...p.pagination,
      ...(minor >= 26 ? regex("tags", "tags-any", "not-tags", "not-tags-any") : {}),
      ...(minor >= 66 ? { "changes-before": p.queryMoment } : {}),
      ...(minor >= 73 ? text("locked") : {}),
    },
    patternProperties: { "^_": p.queryText },
    additionalProperties: minor < 75,
  };
}

export const listServersQuery = [1, 26, 66, 73, 75].map(
  (minor) => [minor, querySchema(minor)] as const,
) as unknown as VersionedSchema;
