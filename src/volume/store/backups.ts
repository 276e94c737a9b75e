// The SQL of backups.

import type { SQL } from "drizzle-orm";
import { and, desc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { Clock } from "../../core/clock.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import * as t from "../tables-backups.ts";
import { type Pairs, PairTable } from "./pairs.ts";
import { type Changes, type NewRow, SoftRows } from "./soft-rows.ts";

export interface BackupRecord {
  row: t.BackupRow;
  metadata: Pairs;
}

/** Cinder's column is that long. */
const MAX_REASON = 255;

export class BackupStore {
  readonly rows: SoftRows<typeof t.backups>;
  readonly metadata: PairTable;
  #db: ProjectDatabase;

  constructor(db: ProjectDatabase, clock: Clock) {
    this.#db = db;
    this.rows = new SoftRows(db, clock, t.backups);
    this.metadata = new PairTable(db, clock, "backup_metadata", "backup_id");
  }

  get(id: string): t.BackupRow | null {
    return this.rows.get(id);
  }

  /** Also one that is deleted. */
  getAny(id: string): t.BackupRow | null {
    return this.#db.orm.select().from(t.backups).where(eq(t.backups.id, id)).get() ?? null;
  }

  records(rows: readonly t.BackupRow[]): BackupRecord[] {
    const metadata = this.metadata.ofMany(rows.map((row) => row.id));
    return rows.map((row) => ({ row, metadata: metadata.get(row.id) ?? {} }));
  }

  insert(row: NewRow<typeof t.backups>, metadata: Readonly<Pairs>): t.BackupRow {
    return this.#db.transaction(() => {
      const made = this.rows.insert(row);
      this.metadata.set(made.id, metadata);
      return made;
    });
  }

  /** A deleted row with that id makes way: an imported backup keeps its id. */
  forget(id: string): void {
    this.#db.raw.query("DELETE FROM backups WHERE id = ? AND deleted = 1").run(id);
  }

  update(id: string, changes: Changes<typeof t.backups>): t.BackupRow | null {
    return this.rows.update(id, changes);
  }

  /** Null when the backup is in none of these states. */
  updateFrom(id: string, from: readonly string[], changes: Changes<typeof t.backups>): t.BackupRow | null {
    return this.rows.updateFrom(id, t.backups.status, from, changes);
  }

  fail(id: string, from: readonly string[], reason: string, status = "error"): t.BackupRow | null {
    return this.updateFrom(id, from, { status, fail_reason: reason.slice(0, MAX_REASON) });
  }

  remove(id: string): boolean {
    return this.#db.transaction(() => {
      const row = this.rows.get(id);
      if (!row || !this.rows.remove(id, { status: "deleted" })) return false;
      this.metadata.removeAll(id);
      if (row.parent_id !== null) this.#addDependent(row.parent_id, -1);
      return true;
    });
  }

  /** A backup that builds upon `id` is complete. */
  noteDependent(id: string): void {
    this.#addDependent(id, 1);
  }

  #addDependent(id: string, by: number): void {
    this.#db.raw
      .query(
        "UPDATE backups SET num_dependent_backups = max(0, num_dependent_backups + ?2) WHERE id = ?1 AND deleted = 0",
      )
      .run(id, by);
  }

  /** In any state. */
  hasChildren(id: string): boolean {
    return this.rows.count(eq(t.backups.parent_id, id)) > 0;
  }

  /** Of a volume in one project, whose data are the newest first. */
  ofVolume(volumeId: string, projectId: string | null): t.BackupRow[] {
    const where = and(eq(t.backups.volume_id, volumeId), eq(t.backups.project_id, projectId ?? ""));
    return this.rows.list(where, desc(t.backups.data_timestamp), desc(t.backups.id));
  }

  inStatus(...statuses: string[]): t.BackupRow[] {
    return this.rows.list(inArray(t.backups.status, statuses));
  }

  /** Those for which a driver holds a snapshot. */
  withSnapshot(): t.BackupRow[] {
    return this.rows.list(isNotNull(t.backups.temp_snapshot_id));
  }

  usage(projectId: string): { count: number; sizeGb: number } {
    const row = this.#db.raw
      .query<{ count: number; sizeGb: number }, [string]>(
        "SELECT count(*) AS count, coalesce(sum(size), 0) AS sizeGb FROM backups WHERE project_id = ? AND deleted = 0",
      )
      .get(projectId);
    return row ?? { count: 0, sizeGb: 0 };
  }

  static hasPair(key: string, value: string): SQL {
    return sql`EXISTS (SELECT 1 FROM backup_metadata p WHERE p.backup_id = ${t.backups.id} AND p.deleted = 0 AND p.key = ${key} AND p.value = ${value})`;
  }
}
