// The SQL of volumes with all that belongs to one: metadata, image metadata, attachments.

import { and, asc, desc, eq, inArray, isNull, not, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Clock } from "../../core/clock.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import type { AttachStatus } from "../states.ts";
import * as t from "../tables.ts";
import { once } from "./once.ts";
import { type Pairs, PairTable } from "./pairs.ts";
import { type Changes, type NewRow, SoftRows } from "./soft-rows.ts";

/** A volume with all that a view shows of it. */
export interface VolumeRecord {
  row: t.VolumeRow;
  metadata: Pairs;
  /** `readonly`, `attached_mode`: set by the service alone. */
  adminMetadata: Pairs;
  imageMetadata: Pairs;
  /** Not ended, oldest first. */
  attachments: t.AttachmentRow[];
}

export interface VolumeSums {
  count: number;
  sizeGb: number;
}

export class VolumeStore {
  readonly rows: SoftRows<typeof t.volumes>;
  readonly attachments: SoftRows<typeof t.volumeAttachment>;
  readonly metadata: PairTable;
  readonly adminMetadata: PairTable;
  readonly imageMetadata: PairTable;
  readonly snapshotImageMetadata: PairTable;
  #db: ProjectDatabase;
  #attachmentsOf;
  #summary;
  #summaryAll;

  constructor(db: ProjectDatabase, clock: Clock) {
    this.#db = db;
    this.rows = new SoftRows(db, clock, t.volumes);
    this.attachments = new SoftRows(db, clock, t.volumeAttachment);
    this.metadata = new PairTable(db, clock, "volume_metadata", "volume_id");
    this.adminMetadata = new PairTable(db, clock, "volume_admin_metadata", "volume_id");
    this.imageMetadata = new PairTable(db, clock, "volume_glance_metadata", "volume_id");
    this.snapshotImageMetadata = new PairTable(db, clock, "volume_glance_metadata", "snapshot_id");
    this.#attachmentsOf = once(() =>
      db.orm
        .select()
        .from(t.volumeAttachment)
        .where(
          and(
            inArray(
              t.volumeAttachment.volume_id,
              sql`(SELECT value FROM json_each(${sql.placeholder("ids")}))`,
            ),
            eq(t.volumeAttachment.deleted, false),
          ),
        )
        .orderBy(asc(t.volumeAttachment.created_at), asc(t.volumeAttachment.id))
        .prepare(),
    );
    this.#summary = once(() =>
      db.raw.query<{ count: number; sizeGb: number }, [string]>(
        "SELECT count(*) AS count, coalesce(sum(size), 0) AS sizeGb FROM volumes WHERE deleted = 0 AND project_id = ?",
      ),
    );
    this.#summaryAll = once(() =>
      db.raw.query<{ count: number; sizeGb: number }, []>(
        "SELECT count(*) AS count, coalesce(sum(size), 0) AS sizeGb FROM volumes WHERE deleted = 0",
      ),
    );
  }

  get(id: string): t.VolumeRow | null {
    return this.rows.get(id);
  }

  record(id: string): VolumeRecord | null {
    const row = this.rows.get(id);
    return row ? (this.records([row])[0] ?? null) : null;
  }

  /** In the order given; four statements, however many. */
  records(rows: readonly t.VolumeRow[]): VolumeRecord[] {
    const ids = rows.map((row) => row.id);
    const metadata = this.metadata.ofMany(ids);
    const admin = this.adminMetadata.ofMany(ids);
    const image = this.imageMetadata.ofMany(ids);
    const attachments = this.#attachmentsByVolume(ids);
    return rows.map((row) => ({
      row,
      metadata: metadata.get(row.id) ?? {},
      adminMetadata: admin.get(row.id) ?? {},
      imageMetadata: image.get(row.id) ?? {},
      attachments: attachments.get(row.id) ?? [],
    }));
  }

  attachmentsOf(volumeId: string): t.AttachmentRow[] {
    return this.#attachmentsByVolume([volumeId]).get(volumeId) ?? [];
  }

  #attachmentsByVolume(ids: readonly string[]): Map<string, t.AttachmentRow[]> {
    const found = new Map<string, t.AttachmentRow[]>();
    if (ids.length === 0) return found;
    for (const row of this.#attachmentsOf().all({ ids: JSON.stringify(ids) })) {
      const list = found.get(row.volume_id);
      if (list) list.push(row);
      else found.set(row.volume_id, [row]);
    }
    return found;
  }

  insert(row: NewRow<typeof t.volumes>, metadata: Readonly<Pairs>): t.VolumeRow {
    return this.#db.transaction(() => {
      const made = this.rows.insert(row);
      this.metadata.set(made.id, metadata);
      return made;
    });
  }

  update(id: string, changes: Changes<typeof t.volumes>): t.VolumeRow | null {
    return this.rows.update(id, changes);
  }

  /** Changes the row only when it is in one of these states. Null when it is not. */
  updateFrom(
    id: string,
    from: readonly string[],
    changes: Changes<typeof t.volumes>,
    where?: SQL,
  ): t.VolumeRow | null {
    if (where === undefined) return this.rows.updateFrom(id, t.volumes.status, from, changes);
    return this.rows.update(id, changes, and(inArray(t.volumes.status, [...from]), where));
  }

  /** Marks the volume and all that belongs to it as deleted. False when there was none. */
  remove(id: string): boolean {
    return this.#db.transaction(() => {
      const gone = this.rows.remove(id, {
        status: "deleted",
        migration_status: null,
        instance_uuid: null,
        attached_host: null,
        mountpoint: null,
      });
      if (!gone) return false;
      this.metadata.removeAll(id);
      this.adminMetadata.removeAll(id);
      this.imageMetadata.removeAll(id);
      this.attachments.removeWhere(eq(t.volumeAttachment.volume_id, id), { attach_status: "deleted" });
      return true;
    });
  }

  summary(projectId: string | null): VolumeSums {
    const row = projectId === null ? this.#summaryAll().get() : this.#summary().get(projectId);
    return row ?? { count: 0, sizeGb: 0 };
  }

  /** Every key of the metadata of those volumes with its distinct values. */
  distinctMetadata(projectId: string | null): Record<string, string[]> {
    const rows = this.#db.raw
      .query<{ key: string; value: string }, [string | null]>(
        `SELECT DISTINCT m.key, m.value FROM volume_metadata m JOIN volumes v ON v.id = m.volume_id
         WHERE m.deleted = 0 AND v.deleted = 0 AND (?1 IS NULL OR v.project_id = ?1) ORDER BY m.key, m.value`,
      )
      .all(projectId);
    const found = new Map<string, string[]>();
    for (const { key, value } of rows) found.set(key, [...(found.get(key) ?? []), value]);
    return Object.fromEntries(found);
  }

  /** Newest first. */
  ofProject(projectId: string): t.VolumeRow[] {
    const newest = [desc(t.volumes.created_at), desc(t.volumes.id)];
    return this.rows.list(
      and(eq(t.volumes.project_id, projectId), VolumeStore.noMigrationTargets),
      ...newest,
    );
  }

  /** The volumes that lie on a back end: `HOST@BACKEND`, with any pool. */
  onBackend(backend: string, ...statuses: string[]): t.VolumeRow[] {
    return this.rows.list(
      and(
        onBackend(t.volumes.host, backend),
        statuses.length > 0 ? inArray(t.volumes.status, statuses) : undefined,
      ),
    );
  }

  /** Those of a back end whose migration has begun. */
  migratingFrom(backend: string): t.VolumeRow[] {
    return this.rows.list(
      and(onBackend(t.volumes.host, backend), inArray(t.volumes.migration_status, ["starting", "migrating"])),
    );
  }

  /** `creating`, and no back end has been chosen. */
  unplaced(): t.VolumeRow[] {
    return this.rows.list(and(isNull(t.volumes.host), eq(t.volumes.status, "creating")));
  }

  /** How the data of this id is kept; null when no volume has it. */
  formatOfData(dataId: string): string | null {
    const row = this.#db.raw
      .query<{ format: string | null }, [string]>(
        `SELECT provider_location AS format FROM volumes WHERE id = ?1 AND deleted = 0 AND _name_id IS NULL
         UNION ALL SELECT provider_location FROM volumes WHERE _name_id = ?1 AND deleted = 0`,
      )
      .get(dataId);
    return row?.format ?? null;
  }

  /** The state of the volume with the data of this id; null when there is none. */
  statusOfData(dataId: string): string | null {
    const row = this.#db.raw
      .query<{ status: string }, [string]>(
        "SELECT status FROM volumes WHERE coalesce(_name_id, id) = ?1 AND deleted = 0",
      )
      .get(dataId);
    return row?.status ?? null;
  }

  /** Volumes and their GB by `HOST@BACKEND#POOL`. */
  allocated(): Map<string, VolumeSums> {
    const rows = this.#db.raw
      .query<{ host: string; count: number; sizeGb: number }, []>(
        "SELECT host, count(*) AS count, coalesce(sum(size), 0) AS sizeGb FROM volumes WHERE deleted = 0 AND host IS NOT NULL GROUP BY host",
      )
      .all();
    return new Map(rows.map(({ host, ...sums }) => [host, sums]));
  }

  /** Volumes and GB, of one project or all, on a back end. */
  sumsOnBackend(backend: string, projectId: string | null): VolumeSums {
    const row = this.#db.raw
      .query<VolumeSums, [string, string | null]>(
        `SELECT count(*) AS count, coalesce(sum(size), 0) AS sizeGb FROM volumes WHERE deleted = 0
         AND (host = ?1 OR substr(host, 1, length(?1) + 1) = ?1 || '#') AND (?2 IS NULL OR project_id = ?2)`,
      )
      .get(backend, projectId);
    return row ?? { count: 0, sizeGb: 0 };
  }

  insertAttachment(row: NewRow<typeof t.volumeAttachment>): t.AttachmentRow {
    return this.attachments.insert(row);
  }

  updateAttachment(id: string, changes: Changes<typeof t.volumeAttachment>): t.AttachmentRow | null {
    return this.attachments.update(id, changes);
  }

  /** Ends an attachment: a row that stays, marked. */
  removeAttachment(id: string): boolean {
    return this.attachments.remove(id, { attach_status: "detached", detach_time: this.attachments.now() });
  }

  /**
   * Writes into the volume's own row which server has it, where and as what: the newest attachment that is complete.
   * Called within the transaction that changed an attachment.
   */
  noteAttachments(volumeId: string): void {
    const attached = this.attachmentsOf(volumeId).findLast(
      (attachment) => attachment.attach_status === ("attached" satisfies AttachStatus),
    );
    this.#db.orm
      .update(t.volumes)
      .set({
        instance_uuid: attached?.instance_uuid ?? null,
        attached_host: attached?.attached_host ?? null,
        mountpoint: attached?.mountpoint ?? null,
      })
      .where(eq(t.volumes.id, volumeId))
      .run();
  }

  /** What non-administrators do not see: the target of a migration. */
  static readonly noMigrationTargets: SQL = or(
    isNull(t.volumes.migration_status),
    not(sql`${t.volumes.migration_status} LIKE 'target:%'`),
  )!;

  /** Condition on volumes: some pair of the table matches. */
  static hasPair(
    table: "volume_metadata" | "volume_admin_metadata" | "volume_glance_metadata",
    key: string,
    value: string,
  ): SQL {
    return sql`EXISTS (SELECT 1 FROM ${sql.identifier(table)} p WHERE p.volume_id = ${t.volumes.id} AND p.deleted = 0 AND p.key = ${key} AND p.value = ${value})`;
  }
}

/** `HOST@BACKEND` matches `HOST@BACKEND#POOL` as well. */
export function onBackend(column: typeof t.volumes.host, backend: string): SQL {
  return or(eq(column, backend), sql`substr(${column}, 1, ${backend.length + 1}) = ${`${backend}#`}`)!;
}

/** Of what belongs to a volume, that volume being the project's. */
export function ofProjectsVolumes(column: SQLiteColumn, projectId: string | null): SQL {
  return sql`${column} IN (SELECT id FROM volumes WHERE deleted = 0 AND project_id = ${projectId ?? ""})`;
}
