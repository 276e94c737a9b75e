// The SQL of groups: their types with specs, the volume types they are for, their volumes and snapshots.

import { and, asc, eq, inArray } from "drizzle-orm";
import type { Clock } from "../../core/clock.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import { type SnapshotRow, snapshots, type VolumeRow, volumes } from "../tables.ts";
import * as t from "../tables-groups.ts";
import { PairTable } from "./pairs.ts";
import { SoftRows } from "./soft-rows.ts";

export class GroupStore {
  readonly rows: SoftRows<typeof t.groups>;
  readonly types: SoftRows<typeof t.groupTypes>;
  readonly specs: PairTable;
  readonly snapshots: SoftRows<typeof t.groupSnapshots>;
  #volumeTypes: SoftRows<typeof t.groupVolumeTypeMapping>;
  #db: ProjectDatabase;

  constructor(db: ProjectDatabase, clock: Clock) {
    this.#db = db;
    this.rows = new SoftRows(db, clock, t.groups);
    this.types = new SoftRows(db, clock, t.groupTypes);
    this.specs = new PairTable(db, clock, "group_type_specs", "group_type_id");
    this.snapshots = new SoftRows(db, clock, t.groupSnapshots);
    this.#volumeTypes = new SoftRows(db, clock, t.groupVolumeTypeMapping);
  }

  typeByName(name: string): t.GroupTypeRow | null {
    return this.types.first(eq(t.groupTypes.name, name));
  }

  isTypeUsed(typeId: string): boolean {
    return this.rows.count(eq(t.groups.group_type_id, typeId)) > 0;
  }

  /** Ids of the volume types a group is for. */
  volumeTypesOf(groupId: string): string[] {
    return this.#volumeTypes
      .list(eq(t.groupVolumeTypeMapping.group_id, groupId))
      .map(({ volume_type_id }) => volume_type_id);
  }

  setVolumeTypes(groupId: string, typeIds: readonly string[]): void {
    for (const volume_type_id of new Set(typeIds))
      this.#volumeTypes.insert({ group_id: groupId, volume_type_id });
  }

  /** Oldest first. */
  volumesOf(groupId: string): VolumeRow[] {
    return this.#db.orm
      .select()
      .from(volumes)
      .where(and(eq(volumes.group_id, groupId), eq(volumes.deleted, false)))
      .orderBy(asc(volumes.created_at), asc(volumes.id))
      .all();
  }

  /** The snapshots of volumes that a group snapshot consists of. */
  membersOf(groupSnapshotId: string): SnapshotRow[] {
    return this.#db.orm
      .select()
      .from(snapshots)
      .where(and(eq(snapshots.group_snapshot_id, groupSnapshotId), eq(snapshots.deleted, false)))
      .orderBy(asc(snapshots.created_at), asc(snapshots.id))
      .all();
  }

  snapshotsOf(groupId: string): t.GroupSnapshotRow[] {
    return this.snapshots.list(eq(t.groupSnapshots.group_id, groupId));
  }

  /** Groups that are being made from it. */
  isSource(id: { groupId?: string; groupSnapshotId?: string }): boolean {
    const { groupId, groupSnapshotId } = id;
    const from =
      groupId === undefined
        ? eq(t.groups.group_snapshot_id, groupSnapshotId ?? "")
        : eq(t.groups.source_group_id, groupId);
    return this.rows.count(and(from, inArray(t.groups.status, ["creating"]))) > 0;
  }

  remove(groupId: string): void {
    this.#db.transaction(() => {
      this.rows.remove(groupId, { status: "deleted" });
      this.#volumeTypes.removeWhere(eq(t.groupVolumeTypeMapping.group_id, groupId));
    });
  }

  removeType(typeId: string): void {
    this.#db.transaction(() => {
      this.types.remove(typeId);
      this.specs.removeAll(typeId);
    });
  }
}
