// Records of backups: all that has to be known to find a backup's objects again, in another cloud or after a loss of the
// database. Base64 of JSON. Authority: cinder/objects/backup.py (encode_record, decode_record) and cinder/backup/api.py
// of Zed.

import { type Caller, enforce, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidInput } from "../errors.ts";
import { BackupServiceMissing, BackupServiceNotFound, InvalidBackup } from "../errors-backups.ts";
import { shownMoment } from "../moments.ts";
import type { BackupRow } from "../tables-backups.ts";
import { backupTopic, type ImportArgs } from "../topics.ts";
import { backupHost } from "./backups.ts";

/** The driver that keeps backups in the object store, as Cinder calls it. */
export const SWIFT_DRIVER = "cinder.backup.drivers.swift.SwiftBackupDriver";

/** Until the record says whose backup it is. */
const UNKNOWN_VOLUME = "00000000-0000-0000-0000-000000000000";
const MAX_TEXT = 255;

export interface BackupRecordText {
  backup_service: string | null;
  backup_url: string;
}

/** @throws InvalidBackup, BackupServiceNotFound */
export function exportRecord(cinder: Cinder, caller: Caller, row: BackupRow): BackupRecordText {
  enforce(caller, "backup:export-import", targetOf(row));
  if (row.status !== "available") {
    throw new InvalidBackup(`Backup status must be available and not ${row.status}.`);
  }
  backupHost(cinder, row);
  const metadata = cinder.store.backups.metadata.of(row.id);
  const stamp = (text: string | null) => (text === null ? null : `${shownMoment(text)?.slice(0, 19)}Z`);
  const record = {
    driver_info: {},
    ...row,
    metadata,
    created_at: stamp(row.created_at),
    updated_at: stamp(row.updated_at),
    deleted_at: stamp(row.deleted_at),
    data_timestamp: stamp(row.data_timestamp),
  };
  return { backup_service: row.service, backup_url: Buffer.from(JSON.stringify(record)).toString("base64") };
}

/** What is taken over of a record. */
export interface ImportedFields {
  id: string;
  volume_id: string | null;
  size: number;
  display_name: string | null;
  display_description: string | null;
  container: string | null;
  service_metadata: string | null;
  object_count: number;
  parent_id: string | null;
  snapshot_id: string | null;
  data_timestamp: string | null;
}

/**
 * A backup in state `creating` that has the record's id; the backup service fills it in.
 * @throws InvalidInput for what is no record, InvalidBackup for a backup that is there, a QuotaError
 */
export function importRecord(cinder: Cinder, caller: Caller, service: string, url: string): BackupRow {
  enforce(caller, "backup:backup-import");
  const host = importHost(cinder, service);
  const record = decode(url);
  const { id, size } = record;
  if (id === undefined) throw new InvalidInput("Provided backup record is missing an id");
  if (size === undefined) throw new InvalidInput("Provided backup record is missing size attribute");
  if (!isText(id) || id === "" || !isCount(size)) throw new InvalidInput("Can't parse backup record.");
  const { context } = caller;
  const projectId = context.projectId ?? "";
  return cinder.transaction(() => {
    const { store, quotas } = cinder;
    if (store.backups.get(id)) throw new InvalidBackup("Backup already exists in database.");
    const deltas = { backups: 1, backup_gigabytes: size };
    quotas.check(projectId, deltas, { resource: "backups", sizeGb: size });
    store.backups.forget(id);
    const row = store.backups.insert(
      {
        id,
        user_id: context.userId,
        project_id: projectId,
        volume_id: UNKNOWN_VOLUME,
        status: "creating",
        size,
      },
      {},
    );
    quotas.note(projectId);
    const args: ImportArgs = { backupId: id, service, record };
    cinder.context.bus.cast(context, backupTopic(host), "import_record", args);
    return row;
  });
}

function importHost(cinder: Cinder, service: string): string {
  try {
    return backupHost(cinder);
  } catch (error) {
    if (error instanceof BackupServiceNotFound) throw new BackupServiceMissing(service);
    throw error;
  }
}

function decode(url: string): Record<string, unknown> {
  let record: unknown;
  try {
    record = JSON.parse(Buffer.from(url, "base64").toString());
  } catch {
    throw new InvalidInput("Can't parse backup record.");
  }
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new InvalidInput("Can't parse backup record.");
  }
  return record as Record<string, unknown>;
}

const REQUIRED = [
  "display_name",
  "display_description",
  "container",
  "size",
  "service_metadata",
  "object_count",
  "id",
];

/** @throws InvalidBackup for a record without what it takes, or with values no record has */
export function importedFields(record: Readonly<Record<string, unknown>>): ImportedFields {
  const missing = REQUIRED.filter((name) => record[name] === undefined);
  if (missing.length > 0) {
    throw new InvalidBackup(
      `Driver successfully decoded imported backup data, but there are missing fields (${missing.join(", ")}).`,
    );
  }
  const text = (name: string): string | null => {
    const value = record[name] ?? null;
    if (value !== null && !isText(value)) throw new InvalidBackup(`the record's ${name} is not valid`);
    return value;
  };
  const count = (name: string): number => {
    const value = record[name] ?? 0;
    if (!isCount(value)) throw new InvalidBackup(`the record's ${name} is not valid`);
    return value;
  };
  return {
    id: text("id") ?? "",
    volume_id: text("volume_id"),
    size: count("size"),
    display_name: text("display_name"),
    display_description: text("display_description"),
    container: text("container"),
    service_metadata: text("service_metadata"),
    object_count: count("object_count"),
    parent_id: text("parent_id"),
    snapshot_id: text("snapshot_id"),
    data_timestamp: text("data_timestamp"),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0x7fffffff;
}
