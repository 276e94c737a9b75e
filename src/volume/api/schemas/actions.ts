// Bodies of the actions on volumes and snapshots. Authority: cinder/api/schemas/{volume_actions,admin_actions,
// snapshot_actions,volume_image_metadata}.py of Zed.

import * as c from "./common.ts";

export const extend = c.body("os-extend", { new_size: c.volumeSize }, ["new_size"]);

export const attach = c.body(
  "os-attach",
  {
    instance_uuid: c.uuid,
    mountpoint: { type: "string", minLength: 1, maxLength: 255 },
    host_name: { type: "string", maxLength: 255 },
    mode: { type: "string", enum: ["rw", "ro"] },
  },
  ["mountpoint"],
  { anyOf: [{ required: ["instance_uuid"] }, { required: ["host_name"] }] },
);

export const detach = c.object(
  {
    "os-detach": {
      type: ["object", "null"],
      properties: { attachment_id: c.uuidOrNull },
      additionalProperties: false,
    },
  },
  ["os-detach"],
);

export const retype = c.body(
  "os-retype",
  {
    new_type: { type: "string" },
    migration_policy: { type: ["string", "null"], enum: ["on-demand", "never"] },
  },
  ["new_type"],
);

export const setBootable = c.body("os-set_bootable", { bootable: c.boolean }, ["bootable"]);

const UPLOAD = {
  image_name: c.text255,
  force: c.boolean,
  disk_format: { type: "string", enum: ["raw", "vmdk", "vdi", "qcow2", "vhd", "vhdx", "ploop"] },
  container_format: c.description,
};

export const uploadImage = [
  [0, c.body("os-volume_upload_image", UPLOAD, ["image_name"])],
  [
    1,
    c.body(
      "os-volume_upload_image",
      {
        ...UPLOAD,
        visibility: { type: "string", enum: ["community", "public", "private", "shared"] },
        protected: c.boolean,
      },
      ["image_name"],
    ),
  ],
] as const;

export const initializeConnection = c.body(
  "os-initialize_connection",
  { connector: { type: ["object", "string"] } },
  ["connector"],
);
export const terminateConnection = c.body(
  "os-terminate_connection",
  { connector: { type: ["string", "object", "null"] } },
  ["connector"],
);
export const updateReadonly = c.body("os-update_readonly_flag", { readonly: c.boolean }, ["readonly"]);
export const reimage = c.body("os-reimage", { image_id: c.uuid, reimage_reserved: c.boolean }, ["image_id"]);
export const setImageMetadata = c.body("os-set_image_metadata", { metadata: c.metadata }, ["metadata"]);
export const unsetImageMetadata = c.body("os-unset_image_metadata", { key: c.text255 }, ["key"]);

export const resetStatus = c.body("os-reset_status", {
  status: { type: ["string", "null"], format: "cinder_volume_status" },
  attach_status: { type: ["string", "null"], format: "cinder_attach_status" },
  migration_status: { type: ["string", "null"], format: "cinder_migration_status" },
});

export const forceDetach = c.body("os-force_detach", {
  connector: { type: ["string", "object", "null"] },
  attachment_id: { type: ["string", "null"] },
});

const MIGRATE = {
  host: { type: "string", maxLength: 255 },
  force_host_copy: c.boolean,
  lock_volume: c.boolean,
};

export const migrate = [
  [0, c.body("os-migrate_volume", MIGRATE, ["host"])],
  [
    16,
    c.body("os-migrate_volume", {
      ...MIGRATE,
      host: { type: ["string", "null"], maxLength: 255 },
      cluster: c.nameOrNull,
    }),
  ],
] as const;

export const completeMigration = c.body(
  "os-migrate_volume_completion",
  { new_volume: c.uuid, error: { type: ["string", "null", "boolean"] } },
  ["new_volume"],
);

export const resetSnapshotStatus = c.body(
  "os-reset_status",
  { status: { type: "string", format: "cinder_snapshot_status" } },
  ["status"],
);
export const reportSnapshotStatus = c.body(
  "os-update_snapshot_status",
  { status: { type: "string" }, progress: { format: "cinder_progress" } },
  ["status"],
);
