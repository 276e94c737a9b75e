// The SQL of services and of what back ends say of themselves.

import { and, eq } from "drizzle-orm";
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import { toMoment } from "../moments.ts";
import * as t from "../tables.ts";
import { once } from "./once.ts";
import { type Changes, SoftRows } from "./soft-rows.ts";

export interface BackendReport {
  /** `HOST@BACKEND` */
  host: string;
  capabilities: Record<string, unknown>;
  updatedAt: string;
}

export class ServiceStore {
  readonly rows: SoftRows<typeof t.services>;
  #db: ProjectDatabase;
  #clock: Clock;
  #ids: Ids;
  #beat;
  #reports;

  constructor(db: ProjectDatabase, clock: Clock, ids: Ids) {
    this.#db = db;
    this.#clock = clock;
    this.#ids = ids;
    this.rows = new SoftRows(db, clock, t.services);
    this.#reports = once(() => db.orm.select().from(t.backendStats).orderBy(t.backendStats.host).prepare());
    this.#beat = once(() =>
      db.raw.query(
        "UPDATE services SET updated_at = ?3, report_count = report_count + 1 WHERE binary = ?1 AND host = ?2 AND deleted = 0 RETURNING id",
      ),
    );
  }

  list(): t.ServiceRow[] {
    return this.rows.list();
  }

  find(binary: string, host: string): t.ServiceRow | null {
    return this.rows.first(and(eq(t.services.binary, binary), eq(t.services.host, host)));
  }

  /** A sign of life; the row is made when it is missing, also when somebody has deleted it. */
  beat(binary: string, host: string, zone: string): void {
    const now = toMoment(this.#clock.now());
    if (this.#beat().all(binary, host, now).length > 0) return;
    this.rows.insert({
      uuid: this.#ids.uuid(),
      binary,
      host,
      topic: binary,
      availability_zone: zone,
      updated_at: now,
      replication_status: binary === "cinder-volume" ? "disabled" : "not-capable",
    });
  }

  /** `updated_at` is left alone: it is the sign of life. */
  change(id: number, changes: Changes<typeof t.services>): void {
    const row = this.rows.get(id);
    this.rows.update(id, { ...changes, updated_at: row?.updated_at ?? null, modified_at: this.rows.now() });
  }

  remove(id: number): void {
    this.rows.remove(id);
  }

  report(host: string, capabilities: Record<string, unknown>): void {
    const updated_at = toMoment(this.#clock.now());
    this.#db.orm
      .insert(t.backendStats)
      .values({ host, capabilities, updated_at })
      .onConflictDoUpdate({ target: t.backendStats.host, set: { capabilities, updated_at } })
      .run();
  }

  reports(): BackendReport[] {
    return this.#reports()
      .all()
      .map(({ host, capabilities, updated_at }) => ({ host, capabilities, updatedAt: updated_at }));
  }

  /** Back ends of this machine that are configured no more are forgotten. */
  forgetReports(keep: readonly string[], machine: string): void {
    for (const { host } of this.reports()) {
      if (host.startsWith(`${machine}@`) && !keep.includes(host)) {
        this.#db.orm.delete(t.backendStats).where(eq(t.backendStats.host, host)).run();
      }
    }
  }
}
