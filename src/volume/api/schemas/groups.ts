// Bodies of groups, group types and group snapshots. Authority: cinder/api/schemas of Zed.

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
