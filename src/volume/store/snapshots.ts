// The SQL of snapshots.

import { and, desc, eq, inArray, ne, type SQL, sql } from "drizzle-orm";
import type { Clock } from "../../core/clock.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import * as t from "../tables.ts";
import { type Pairs, PairTable } from "./pairs.ts";
import { type Changes, type NewRow, SoftRows } from "./soft-rows.ts";

export interface SnapshotRecord {
  row: t.SnapshotRow;
  metadata: Pairs;
}

export class SnapshotStore {
  readonly rows: SoftRows<typeof t.snapshots>;
  readonly metadata: PairTable;
  readonly imageMetadata: PairTable;
  #db: ProjectDatabase;

  constructor(db: ProjectDatabase, clock: Clock, imageMetadata: PairTable) {
    this.#db = db;
    this.rows = new SoftRows(db, clock, t.snapshots);
    this.metadata = new PairTable(db, clock, "snapshot_metadata", "snapshot_id");
    this.imageMetadata = imageMetadata;
  }

  get(id: string): t.SnapshotRow | null {
    return this.rows.get(id);
  }

  record(id: string): SnapshotRecord | null {
    const row = this.rows.get(id);
    return row ? { row, metadata: this.metadata.of(id) } : null;
  }

  records(rows: readonly t.SnapshotRow[]): SnapshotRecord[] {
    const metadata = this.metadata.ofMany(rows.map((row) => row.id));
    return rows.map((row) => ({ row, metadata: metadata.get(row.id) ?? {} }));
  }

  insert(row: NewRow<typeof t.snapshots>, metadata: Readonly<Pairs>): t.SnapshotRow {
    return this.#db.transaction(() => {
      const made = this.rows.insert(row);
      this.metadata.set(made.id, metadata);
      return made;
    });
  }

  update(id: string, changes: Changes<typeof t.snapshots>): t.SnapshotRow | null {
    return this.rows.update(id, changes);
  }

  /** Null when the snapshot is in none of these states. */
  updateFrom(
    id: string,
    from: readonly string[],
    changes: Changes<typeof t.snapshots>,
  ): t.SnapshotRow | null {
    return this.rows.updateFrom(id, t.snapshots.status, from, changes);
  }

  remove(id: string): boolean {
    return this.#db.transaction(() => {
      if (!this.rows.remove(id, { status: "deleted" })) return false;
      this.metadata.removeAll(id);
      this.imageMetadata.removeAll(id);
      return true;
    });
  }

  /** Newest first. */
  ofProject(projectId: string): t.SnapshotRow[] {
    const newest = [desc(t.snapshots.created_at), desc(t.snapshots.id)];
    return this.rows.list(eq(t.snapshots.project_id, projectId), ...newest);
  }

  /** Oldest first. */
  ofVolume(volumeId: string): t.SnapshotRow[] {
    return this.rows.list(eq(t.snapshots.volume_id, volumeId));
  }

  countOfVolume(volumeId: string): number {
    return this.rows.count(eq(t.snapshots.volume_id, volumeId));
  }

  /** Snapshots of a volume that belong to another project than `projectId`. */
  countOfOthers(volumeId: string, projectId: string | null): number {
    return this.rows.count(
      and(eq(t.snapshots.volume_id, volumeId), ne(t.snapshots.project_id, projectId ?? "")),
    );
  }

  /** Of volumes on a back end. */
  onBackend(backend: string, ...statuses: string[]): t.SnapshotRow[] {
    const there = sql`${t.snapshots.volume_id} IN (SELECT id FROM volumes WHERE deleted = 0 AND (host = ${backend} OR substr(host, 1, ${backend.length + 1}) = ${`${backend}#`}))`;
    return this.rows.list(and(there, inArray(t.snapshots.status, statuses)));
  }

  sumsOnBackend(backend: string, projectId: string): { count: number; sizeGb: number } {
    const row = this.#db.raw
      .query<{ count: number; sizeGb: number }, [string, string]>(
        `SELECT count(*) AS count, coalesce(sum(s.volume_size), 0) AS sizeGb FROM snapshots s JOIN volumes v ON v.id = s.volume_id
         WHERE s.deleted = 0 AND s.project_id = ?2 AND (v.host = ?1 OR substr(v.host, 1, length(?1) + 1) = ?1 || '#')`,
      )
      .get(backend, projectId);
    return row ?? { count: 0, sizeGb: 0 };
  }

  static hasPair(key: string, value: string): SQL {
    return sql`EXISTS (SELECT 1 FROM snapshot_metadata p WHERE p.snapshot_id = ${t.snapshots.id} AND p.deleted = 0 AND p.key = ${key} AND p.value = ${value})`;
  }

  static inZone(zone: string): SQL {
    return sql`${t.snapshots.volume_id} IN (SELECT id FROM volumes WHERE availability_zone = ${zone})`;
  }
}
