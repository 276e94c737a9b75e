// Bodies of volumes, snapshots, attachments and their metadata. Authority: cinder/api/schemas/{volumes,snapshots,attachments,
// volume_metadata,volume_image_metadata,volume_manage,snapshot_manage,scheduler_hints}.py of Zed.

import * as c from "./common.ts";

const NEW = {
  name: c.trimmedName,
  description: c.trimmedDescription,
  display_name: c.trimmedName,
  display_description: c.trimmedDescription,
  volume_type: c.nameOrNull,
  metadata: c.metadataOrNull,
  snapshot_id: c.optionalUuid,
  source_volid: c.optionalUuid,
  consistencygroup_id: c.optionalUuid,
  size: c.volumeSizeOrNull,
  availability_zone: { type: ["string", "null"], minLength: 1, maxLength: 255 },
  multiattach: c.optionalBoolean,
  image_id: { type: ["string", "null"], minLength: 0, maxLength: 255 },
  imageRef: { type: ["string", "null"], minLength: 0, maxLength: 255 },
};

function create(properties: object, lenient: boolean): object {
  return c.object(
    {
      volume: { type: "object", properties, additionalProperties: lenient },
      "OS-SCH-HNT:scheduler_hints": { type: ["object", "null"] },
    },
    ["volume"],
  );
}

const WITH_GROUP = { ...NEW, group_id: { type: ["string", "null"], minLength: 0, maxLength: 255 } };
const WITH_BACKUP = { ...WITH_GROUP, backup_id: c.optionalUuid };

export const createVolume = [
  [0, create(NEW, true)],
  [13, create(WITH_GROUP, true)],
  [47, create(WITH_BACKUP, true)],
  [53, create(WITH_BACKUP, false)],
] as const;

const volumeIds = {
  oneOf: [
    { type: "string", format: "uuid" },
    { type: "array", items: c.uuid, uniqueItems: true },
  ],
};

export const schedulerHints = {
  type: "object",
  properties: {
    "OS-SCH-HNT:scheduler_hints": {
      type: ["object", "null"],
      properties: {
        local_to_instance: c.optionalUuid,
        different_host: volumeIds,
        same_host: volumeIds,
        query: { type: ["string", "object"] },
      },
      additionalProperties: true,
    },
  },
};

const CHANGES = {
  name: c.trimmedName,
  description: c.trimmedDescription,
  display_name: c.trimmedName,
  display_description: c.trimmedDescription,
  metadata: c.metadata,
};
const anyOf = (...names: string[]) => ({ anyOf: names.map((name) => ({ required: [name] })) });

export const updateVolume = [
  [0, c.body("volume", CHANGES)],
  [
    53,
    c.body(
      "volume",
      CHANGES,
      [],
      anyOf("name", "description", "display_name", "display_description", "metadata"),
    ),
  ],
] as const;

export const metadata = c.object({ metadata: c.metadata }, ["metadata"]);
export const metadataItem = c.object({ meta: { ...c.metadata, ...c.one } }, ["meta"]);

export const createSnapshot = c.body(
  "snapshot",
  {
    name: c.nameOrNull,
    display_name: c.nameOrNull,
    description: c.description,
    volume_id: c.uuidOrNull,
    force: c.boolean,
    metadata: c.metadataOrNull,
  },
  ["volume_id"],
);

export const updateSnapshot = c.body(
  "snapshot",
  {
    name: c.nameOrNull,
    description: c.description,
    display_name: c.nameOrNull,
    display_description: c.description,
  },
  [],
  anyOf("name", "description", "display_name", "display_description"),
);

const ATTACHMENT = {
  instance_uuid: c.uuid,
  connector: { type: ["object", "null"] },
  volume_uuid: c.uuid,
};

export const createAttachment = [
  [0, c.body("attachment", ATTACHMENT, ["volume_uuid"])],
  [
    54,
    c.body("attachment", { ...ATTACHMENT, mode: { type: "string", enum: ["rw", "ro"] } }, ["volume_uuid"]),
  ],
] as const;

export const updateAttachment = c.body("attachment", { connector: { type: "object", minProperties: 1 } }, [
  "connector",
]);

const MANAGED = {
  description: c.description,
  availability_zone: c.nameOrNull,
  bootable: c.boolean,
  volume_type: c.nameOrNull,
  name: c.nameOrNull,
  host: c.host,
  ref: { type: ["object", "string"] },
  metadata: c.metadataOrNull,
};

export const manageVolume = [
  [0, c.body("volume", MANAGED, ["ref"])],
  [16, c.body("volume", { ...MANAGED, cluster: c.nameOrNull }, ["ref"])],
] as const;

export const manageSnapshot = c.body(
  "snapshot",
  {
    description: c.description,
    metadata: c.metadataOrNull,
    name: c.nameOrNull,
    volume_id: c.uuid,
    ref: { type: ["object", "null", "string"] },
  },
  ["ref", "volume_id"],
);
