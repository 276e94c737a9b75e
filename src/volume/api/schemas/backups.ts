// Bodies of backups. Authority: cinder/api/schemas/backups.py and admin_actions.py of Zed.

import * as c from "./common.ts";

const NEW = {
  volume_id: c.uuid,
  container: c.nameOrNull,
  description: c.description,
  incremental: c.boolean,
  force: c.boolean,
  name: c.nameOrNull,
  snapshot_id: c.uuidOrNull,
};
const WITH_METADATA = { ...NEW, metadata: c.metadataOrNull };

export const createBackup = [
  [0, c.body("backup", NEW, ["volume_id"])],
  [43, c.body("backup", WITH_METADATA, ["volume_id"])],
  [51, c.body("backup", { ...WITH_METADATA, availability_zone: c.nullableString }, ["volume_id"])],
] as const;

/** Null is no object: nothing is changed. */
function optional(name: string, properties: Readonly<Record<string, object>>): object {
  const inner = { type: ["object", "null"], properties, additionalProperties: false };
  return c.object({ [name]: inner }, [name]);
}

const CHANGES = { name: c.nameOrNull, description: c.description };

export const updateBackup = [
  [0, optional("backup", CHANGES)],
  [43, optional("backup", { ...CHANGES, metadata: c.metadata })],
] as const;

export const restoreBackup = optional("restore", { name: c.nameOrNull, volume_id: c.uuidOrNull });

export const importRecord = c.body(
  "backup-record",
  {
    backup_service: { type: "string", minLength: 0, maxLength: 255 },
    backup_url: { type: "string", minLength: 1, format: "cinder_base64" },
  },
  ["backup_service", "backup_url"],
);

export const resetBackupStatus = c.body(
  "os-reset_status",
  { status: { type: "string", format: "cinder_backup_status" } },
  ["status"],
);
