// The SQL of quotas. What is in use is always counted, never remembered: one statement per kind of resource, over indexes
// that hold all that is counted. What operations under way hold besides is in `reservations`.

import { and, eq, inArray, type SQL } from "drizzle-orm";
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import { toMoment } from "../moments.ts";
import * as t from "../tables-more.ts";
import { once } from "./once.ts";
import { SoftRows } from "./soft-rows.ts";

export interface TypedSums {
  typeId: string;
  count: number;
  sizeGb: number;
}

interface Limit {
  resource: string;
  hard_limit: number | null;
}

export class QuotaStore {
  readonly limits: SoftRows<typeof t.quotas>;
  readonly classLimits: SoftRows<typeof t.quotaClasses>;
  #db: ProjectDatabase;
  #clock: Clock;
  #ids: Ids;
  #reservations: SoftRows<typeof t.reservations>;
  #volumes;
  #snapshots;
  #groups;
  #reserved;
  #ofProject;
  #ofClass;
  #usage;

  constructor(db: ProjectDatabase, clock: Clock, ids: Ids) {
    this.#db = db;
    this.#clock = clock;
    this.#ids = ids;
    this.limits = new SoftRows(db, clock, t.quotas);
    this.classLimits = new SoftRows(db, clock, t.quotaClasses);
    this.#reservations = new SoftRows(db, clock, t.reservations);
    this.#volumes = once(() =>
      db.raw.query<TypedSums, [string]>(
        `SELECT volume_type_id AS typeId, count(*) AS count, sum(size) AS sizeGb FROM volumes
       WHERE project_id = ? AND deleted = 0 AND use_quota = 1 AND (migration_status IS NULL OR migration_status NOT LIKE 'target:%')
       GROUP BY volume_type_id`,
      ),
    );
    this.#snapshots = once(() =>
      db.raw.query<TypedSums, [string]>(
        `SELECT volume_type_id AS typeId, count(*) AS count, sum(volume_size) AS sizeGb FROM snapshots
       WHERE project_id = ? AND deleted = 0 AND use_quota = 1 GROUP BY volume_type_id`,
      ),
    );
    this.#groups = once(() =>
      db.raw.query<{ count: number }, [string]>(
        "SELECT count(*) AS count FROM groups WHERE project_id = ? AND deleted = 0",
      ),
    );
    this.#reserved = once(() =>
      db.raw.query<{ resource: string; delta: number }, [string, string]>(
        "SELECT resource, sum(delta) AS delta FROM reservations WHERE project_id = ? AND deleted = 0 AND expire > ? AND delta > 0 GROUP BY resource",
      ),
    );
    this.#ofProject = once(() =>
      db.raw.query<Limit, [string]>(
        "SELECT resource, hard_limit FROM quotas WHERE project_id = ? AND deleted = 0",
      ),
    );
    this.#ofClass = once(() =>
      db.raw.query<Limit, [string]>(
        "SELECT resource, hard_limit FROM quota_classes WHERE class_name = ? AND deleted = 0",
      ),
    );
    this.#usage = once(() =>
      db.raw.query(
        `INSERT INTO quota_usages (project_id, resource, in_use, reserved, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (project_id, resource) WHERE deleted = 0
       DO UPDATE SET in_use = excluded.in_use, reserved = excluded.reserved, updated_at = ?5
       WHERE in_use <> excluded.in_use OR reserved <> excluded.reserved`,
      ),
    );
  }

  volumes(projectId: string): TypedSums[] {
    return this.#volumes().all(projectId);
  }

  snapshots(projectId: string): TypedSums[] {
    return this.#snapshots().all(projectId);
  }

  groups(projectId: string): number {
    return this.#groups().get(projectId)?.count ?? 0;
  }

  /** By resource. */
  reserved(projectId: string): Map<string, number> {
    const rows = this.#reserved().all(projectId, this.#now());
    return new Map(rows.map(({ resource, delta }) => [resource, delta]));
  }

  /** Ids by which the reservation is given back. */
  reserve(projectId: string, deltas: Readonly<Record<string, number>>, seconds: number): string[] {
    const expire = toMoment(this.#clock.now() + seconds * 1000);
    return Object.entries(deltas).map(([resource, delta]) => {
      const uuid = this.#ids.uuid();
      this.#reservations.insert({ uuid, project_id: projectId, resource, delta, expire });
      return uuid;
    });
  }

  /** Gives back, because the operation has ended one way or the other. Idempotent. */
  release(uuids: readonly string[]): void {
    if (uuids.length > 0) this.#reservations.removeWhere(inArray(t.reservations.uuid, [...uuids]));
  }

  projectLimits(projectId: string): Map<string, number> {
    return this.#limits(this.#ofProject().all(projectId));
  }

  classLimitsOf(name: string): Map<string, number> {
    return this.#limits(this.#ofClass().all(name));
  }

  #limits(rows: readonly Limit[]): Map<string, number> {
    return new Map(rows.map(({ resource, hard_limit }) => [resource, hard_limit ?? -1]));
  }

  setLimit(projectId: string, resource: string, limit: number): void {
    const where = and(eq(t.quotas.project_id, projectId), eq(t.quotas.resource, resource));
    if (this.limits.updateWhere(where, { hard_limit: limit }) === 0) {
      this.limits.insert({ project_id: projectId, resource, hard_limit: limit });
    }
  }

  setClassLimit(name: string, resource: string, limit: number): void {
    const where = and(eq(t.quotaClasses.class_name, name), eq(t.quotaClasses.resource, resource));
    if (this.classLimits.updateWhere(where, { hard_limit: limit }) === 0) {
      this.classLimits.insert({ class_name: name, resource, hard_limit: limit });
    }
  }

  removeLimits(projectId: string): void {
    this.limits.removeWhere(eq(t.quotas.project_id, projectId) as SQL);
  }

  /** Quotas, classes and usages follow a volume type that is renamed. */
  renameResource(from: string, to: string): void {
    this.limits.updateWhere(eq(t.quotas.resource, from), { resource: to });
    this.classLimits.updateWhere(eq(t.quotaClasses.resource, from), { resource: to });
    this.#db.raw
      .query("UPDATE quota_usages SET resource = ?2 WHERE resource = ?1 AND deleted = 0")
      .run(from, to);
  }

  /** Writes usages down. */
  note(projectId: string, usages: ReadonlyMap<string, { inUse: number; reserved: number }>): void {
    const now = this.#now();
    for (const [resource, { inUse, reserved }] of usages) {
      this.#usage().run(projectId, resource, inUse, reserved, now);
    }
  }

  #now(): string {
    return toMoment(this.#clock.now());
  }
}
