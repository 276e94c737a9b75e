// The SQL of volume types: extra specs, access, encryption, default types. Types are few and asked for with every
// request, so all of them are remembered until one changes.

import { and, eq, sql } from "drizzle-orm";
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import * as t from "../tables.ts";
import { once } from "./once.ts";
import { type Pairs, PairTable } from "./pairs.ts";
import { type Changes, SoftRows } from "./soft-rows.ts";

export interface VolumeTypeRecord {
  row: t.VolumeTypeRow;
  extraSpecs: Pairs;
  /** Who may use it when it is private. */
  projects: string[];
}

const CHANGES = new WeakMap<ProjectDatabase, { count: number }>();

/** One count for all stores over the same database. */
function changesOf(db: ProjectDatabase): { count: number } {
  const known = CHANGES.get(db) ?? { count: 0 };
  CHANGES.set(db, known);
  return known;
}

export class TypeStore {
  readonly rows: SoftRows<typeof t.volumeTypes>;
  #extraSpecs: PairTable;
  #access: SoftRows<typeof t.volumeTypeProjects>;
  #db: ProjectDatabase;
  #ids: Ids;
  #encryptionOf;
  #defaultOf;
  /** How often types were changed here, by any service of this process. */
  #changes: { count: number };
  #known = { changes: -1, foreign: -1, types: [] as VolumeTypeRecord[] };

  constructor(db: ProjectDatabase, clock: Clock, ids: Ids) {
    this.#db = db;
    this.#ids = ids;
    this.rows = new SoftRows(db, clock, t.volumeTypes);
    this.#extraSpecs = new PairTable(db, clock, "volume_type_extra_specs", "volume_type_id");
    this.#access = new SoftRows(db, clock, t.volumeTypeProjects);
    this.#changes = changesOf(db);
    this.#encryptionOf = once(() =>
      db.orm
        .select()
        .from(t.encryption)
        .where(
          and(eq(t.encryption.volume_type_id, sql.placeholder("typeId")), eq(t.encryption.deleted, false)),
        )
        .prepare(),
    );
    this.#defaultOf = once(() =>
      db.raw.query<{ id: string }, [string]>(
        "SELECT volume_type_id AS id FROM default_volume_types WHERE project_id = ? AND deleted = 0",
      ),
    );
  }

  /** Oldest first. */
  all(): readonly VolumeTypeRecord[] {
    const changes = this.#changes.count;
    const foreign = this.#db.foreignVersion();
    if (changes === this.#known.changes && foreign === this.#known.foreign) return this.#known.types;
    const types = this.#load();
    // What a transaction has changed itself may be rolled back.
    if (!this.#db.raw.inTransaction) this.#known = { changes, foreign, types };
    return types;
  }

  #load(): VolumeTypeRecord[] {
    const rows = this.rows.list();
    const specs = this.#extraSpecs.ofMany(rows.map((row) => row.id));
    const projects = new Map<string, string[]>();
    for (const { volume_type_id, project_id } of this.#access.list()) {
      projects.set(volume_type_id, [...(projects.get(volume_type_id) ?? []), project_id]);
    }
    return rows.map((row) => ({
      row,
      extraSpecs: specs.get(row.id) ?? {},
      projects: projects.get(row.id) ?? [],
    }));
  }

  get(id: string): VolumeTypeRecord | null {
    return this.all().find(({ row }) => row.id === id) ?? null;
  }

  byName(name: string): VolumeTypeRecord | null {
    return this.all().find(({ row }) => row.name === name) ?? null;
  }

  /** True when some type was ever made, deleted or not. */
  everMade(): boolean {
    return this.#db.orm.select({ id: t.volumeTypes.id }).from(t.volumeTypes).limit(1).get() !== undefined;
  }

  insert(
    row: { id: string; name: string; description: string | null; is_public: boolean },
    extraSpecs: Readonly<Record<string, string | null>>,
  ): void {
    this.#changed();
    this.#db.transaction(() => {
      this.rows.insert(row);
      this.#extraSpecs.set(row.id, extraSpecs);
    });
  }

  /** What is remembered no longer holds. */
  #changed(): void {
    this.#changes.count++;
  }

  setExtraSpecs(id: string, specs: Readonly<Record<string, string | null>>): void {
    this.#changed();
    this.#extraSpecs.set(id, specs);
  }

  /** False when there was no such key. */
  removeExtraSpec(id: string, key: string): boolean {
    this.#changed();
    return this.#extraSpecs.remove(id, key);
  }

  update(id: string, changes: Changes<typeof t.volumeTypes>): void {
    this.#changed();
    this.rows.update(id, changes);
  }

  remove(id: string): void {
    this.#changed();
    this.#db.transaction(() => {
      this.rows.remove(id);
      this.#extraSpecs.removeAll(id);
      this.#access.removeWhere(eq(t.volumeTypeProjects.volume_type_id, id));
      this.removeEncryption(id);
    });
  }

  isUsed(id: string): boolean {
    const used = this.#db.raw
      .query<{ n: number }, [string]>(
        `SELECT EXISTS (SELECT 1 FROM volumes WHERE volume_type_id = ?1 AND deleted = 0)
           OR EXISTS (SELECT 1 FROM group_volume_type_mapping WHERE volume_type_id = ?1 AND deleted = 0) AS n`,
      )
      .get(id);
    return used?.n === 1;
  }

  hasVolumes(id: string): boolean {
    const found = this.#db.raw
      .query<{ n: number }, [string]>(
        "SELECT EXISTS (SELECT 1 FROM volumes WHERE volume_type_id = ? AND deleted = 0) AS n",
      )
      .get(id);
    return found?.n === 1;
  }

  allow(typeId: string, projectId: string): void {
    this.#changed();
    this.#access.insert({ volume_type_id: typeId, project_id: projectId });
  }

  /** False when the project had no access. */
  disallow(typeId: string, projectId: string): boolean {
    this.#changed();
    return (
      this.#access.removeWhere(
        and(eq(t.volumeTypeProjects.volume_type_id, typeId), eq(t.volumeTypeProjects.project_id, projectId))!,
      ) > 0
    );
  }

  encryption(typeId: string): t.EncryptionRow | null {
    return this.#encryptionOf().get({ typeId }) ?? null;
  }

  setEncryption(
    typeId: string,
    values: Partial<Pick<t.EncryptionRow, "cipher" | "key_size" | "provider" | "control_location">>,
  ): void {
    const now = this.rows.now();
    const known = this.encryption(typeId);
    if (known) {
      this.#db.orm
        .update(t.encryption)
        .set({ ...values, updated_at: now })
        .where(eq(t.encryption.encryption_id, known.encryption_id))
        .run();
    } else {
      this.#db.orm
        .insert(t.encryption)
        .values({ ...values, encryption_id: this.#ids.uuid(), volume_type_id: typeId, created_at: now })
        .run();
    }
  }

  /** False when there was none. */
  removeEncryption(typeId: string): boolean {
    return (
      this.#db.orm
        .update(t.encryption)
        .set({ deleted: true, deleted_at: this.rows.now() })
        .where(and(eq(t.encryption.volume_type_id, typeId), eq(t.encryption.deleted, false)))
        .returning({ id: t.encryption.encryption_id })
        .all().length > 0
    );
  }

  defaultOf(projectId: string): string | null {
    return this.#defaultOf().get(projectId)?.id ?? null;
  }

  defaults(): { projectId: string; volumeTypeId: string }[] {
    return this.#db.orm
      .select({
        projectId: t.defaultVolumeTypes.project_id,
        volumeTypeId: t.defaultVolumeTypes.volume_type_id,
      })
      .from(t.defaultVolumeTypes)
      .where(eq(t.defaultVolumeTypes.deleted, false))
      .orderBy(t.defaultVolumeTypes.project_id)
      .all();
  }

  setDefault(projectId: string, typeId: string): void {
    const now = this.rows.now();
    this.#db.orm
      .insert(t.defaultVolumeTypes)
      .values({ project_id: projectId, volume_type_id: typeId, created_at: now })
      .onConflictDoUpdate({
        target: t.defaultVolumeTypes.project_id,
        set: { volume_type_id: typeId, updated_at: now, deleted: false, deleted_at: null },
      })
      .run();
  }

  unsetDefault(projectId: string): void {
    this.#db.orm
      .update(t.defaultVolumeTypes)
      .set({ deleted: true, deleted_at: this.rows.now() })
      .where(eq(t.defaultVolumeTypes.project_id, projectId))
      .run();
  }

  /** Null takes the specs away. */
  setQosOf(typeId: string, qosId: string | null): void {
    this.#changed();
    this.rows.update(typeId, { qos_specs_id: qosId });
  }

  typesWithQos(qosId: string): t.VolumeTypeRow[] {
    return this.rows.list(eq(t.volumeTypes.qos_specs_id, qosId));
  }
}
