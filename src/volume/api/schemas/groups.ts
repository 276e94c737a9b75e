// Bodies of groups, group types, group snapshots and backups. Authority: cinder/api/schemas of Zed.

import * as c from "./common.ts";

export const createGroup = c.body(
  "group",
  {
    description: c.description,
    group_type: { type: "string", format: "cinder_group_type" },
    name: c.nameOrNull,
    volume_types: {
      type: "array",
      minItems: 1,
      items: { type: "string", maxLength: 255 },
      uniqueItems: true,
    },
    availability_zone: { type: ["string", "null"], format: "cinder_availability_zone" },
  },
  ["group_type", "volume_types"],
);

export const createGroupFromSource = c.body(
  "create-from-src",
  {
    description: c.description,
    name: c.nameOrNull,
    source_group_id: c.uuid,
    group_snapshot_id: c.uuid,
  },
  [],
  { oneOf: [{ required: ["group_snapshot_id"] }, { required: ["source_group_id"] }] },
);

export const updateGroup = c.body(
  "group",
  {
    description: c.description,
    name: c.nameOrNull,
    add_volumes: c.description,
    remove_volumes: c.description,
  },
  [],
  {
    anyOf: ["name", "description", "add_volumes", "remove_volumes"].map((name) => ({ required: [name] })),
  },
);

export const deleteGroup = c.body("delete", { "delete-volumes": c.boolean });
export const resetGroupStatus = c.body(
  "reset_status",
  { status: { type: "string", format: "cinder_group_status" } },
  ["status"],
);
const anything = { type: "object" };
export const enableReplication = c.object({ enable_replication: anything }, ["enable_replication"]);
export const disableReplication = c.object({ disable_replication: anything }, ["disable_replication"]);
export const failoverReplication = c.body("failover_replication", {
  allow_attached_volume: c.boolean,
  secondary_backend_id: c.nullableString,
});
export const listReplicationTargets = c.object({ list_replication_targets: anything }, [
  "list_replication_targets",
]);

export const createGroupSnapshot = c.body(
  "group_snapshot",
  { group_id: c.uuid, name: c.nameOrNull, description: c.description },
  ["group_id"],
);
export const resetGroupSnapshotStatus = c.body(
  "reset_status",
  { status: { type: "string", format: "cinder_group_snapshot_status" } },
  ["status"],
);

export const createGroupType = c.body(
  "group_type",
  { name: c.name, description: c.description, is_public: c.boolean, group_specs: c.metadataOrNull },
  ["name"],
);
export const updateGroupType = c.body("group_type", {
  name: c.nameOrNull,
  description: c.description,
  is_public: c.boolean,
});
const specs = {
  type: "object",
  patternProperties: {
    "^[a-zA-Z0-9-_:.]{1,255}$": { type: ["string", "null"], maxLength: 255 },
  },
  additionalProperties: false,
};
export const createGroupSpecs = c.object({ group_specs: specs }, ["group_specs"]);
export const updateGroupSpec = { ...specs, ...c.one };

const BACKUP = {
  volume_id: c.uuid,
  container: { type: ["string", "null"], minLength: 0, maxLength: 255 },
  description: c.description,
  incremental: c.boolean,
  force: c.boolean,
  name: c.nameOrNull,
  snapshot_id: c.uuidOrNull,
};
const WITH_METADATA = { ...BACKUP, metadata: c.metadataOrNull };
export const createBackup = [
  [0, c.body("backup", BACKUP, ["volume_id"])],
  [43, c.body("backup", WITH_METADATA, ["volume_id"])],
  [51, c.body("backup", { ...WITH_METADATA, availability_zone: c.nullableString }, ["volume_id"])],
] as const;

function nullableBody(name: string, properties: object): object {
  return c.object({ [name]: { type: ["object", "null"], properties, additionalProperties: false } }, [name]);
}
const BACKUP_CHANGES = { name: c.nameOrNull, description: c.description };
export const updateBackup = [
  [0, nullableBody("backup", BACKUP_CHANGES)],
  [43, nullableBody("backup", { ...BACKUP_CHANGES, metadata: c.metadata })],
] as const;
export const restoreBackup = nullableBody("restore", { name: c.nameOrNull, volume_id: c.uuidOrNull });
export const importBackup = c.body(
  "backup-record",
  {
    backup_service: { type: "string", minLength: 0, maxLength: 255 },
    backup_url: { type: "string", minLength: 1, format: "cinder_base64" },
  },
  ["backup_service", "backup_url"],
);
