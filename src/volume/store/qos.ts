// The SQL of QoS specs. A set is a row of its own whose value is its name; its specs are rows that name it.

import { and, eq, isNull } from "drizzle-orm";
import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import * as t from "../tables.ts";
import type { Pairs } from "./pairs.ts";
import { SoftRows } from "./soft-rows.ts";

export interface QosRecord {
  id: string;
  name: string;
  /** `back-end`, `front-end`, `both` */
  consumer: string;
  specs: Pairs;
  createdAt: string;
}

export class QosStore {
  #db: ProjectDatabase;
  #ids: Ids;
  #qos: SoftRows<typeof t.qualityOfServiceSpecs>;

  constructor(db: ProjectDatabase, clock: Clock, ids: Ids) {
    this.#db = db;
    this.#ids = ids;
    this.#qos = new SoftRows(db, clock, t.qualityOfServiceSpecs);
  }

  all(): QosRecord[] {
    const rows = this.#qos.list();
    return rows
      .filter((row) => row.specs_id === null)
      .map((root) => {
        const specs: Pairs = {};
        let consumer = "back-end";
        for (const row of rows) {
          if (row.specs_id !== root.id) continue;
          if (row.key === "consumer") consumer = row.value ?? "";
          else specs[row.key] = row.value ?? "";
        }
        return { id: root.id, name: root.value ?? "", consumer, specs, createdAt: root.created_at };
      });
  }

  get(id: string): QosRecord | null {
    return this.all().find((set) => set.id === id) ?? null;
  }

  insert(id: string, name: string, consumer: string, specs: Readonly<Pairs>): void {
    this.#db.transaction(() => {
      this.#qos.insert({ id, key: "QoS_Specs_Name", value: name });
      this.set(id, { consumer, ...specs });
    });
  }

  set(id: string, specs: Readonly<Record<string, string | null>>): void {
    const q = t.qualityOfServiceSpecs;
    this.#db.transaction(() => {
      for (const [key, value] of Object.entries(specs)) {
        const changed = this.#qos.updateWhere(and(eq(q.specs_id, id), eq(q.key, key)), { value });
        if (changed === 0) this.#qos.insert({ id: this.#ids.uuid(), specs_id: id, key, value });
      }
    });
  }

  removeKey(id: string, key: string): void {
    const q = t.qualityOfServiceSpecs;
    this.#qos.removeWhere(and(eq(q.specs_id, id), eq(q.key, key))!);
  }

  remove(id: string): void {
    const q = t.qualityOfServiceSpecs;
    this.#db.transaction(() => {
      this.#qos.removeWhere(eq(q.specs_id, id));
      this.#qos.removeWhere(and(eq(q.id, id), isNull(q.specs_id))!);
    });
  }
}
