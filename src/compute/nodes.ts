// The compute nodes: read by every scheduling decision, written by every build. All services of the project share one
// copy in memory; what another process writes (`stack sql`) is seen at once.

import type { ProjectDatabase } from "../db/open.ts";
import { SharedCache } from "./shared-cache.ts";
import { TableRows } from "./store-rows.ts";
import { type ComputeNodeRow, computeNodes } from "./tables.ts";

type NewNode = typeof computeNodes.$inferInsert;

/** A node's place in memory: its row changes, the place does not until the table is read anew. */
export interface NodePlace {
  row: ComputeNodeRow;
}

export class ComputeNodes {
  #rows: TableRows<typeof computeNodes>;
  #byHost: SharedCache<Map<string, NodePlace>>;

  constructor(db: ProjectDatabase) {
    this.#rows = new TableRows(db, computeNodes);
    this.#byHost = new SharedCache(
      db,
      "compute_nodes",
      () => new Map(this.#rows.list({ deleted: 0 }, "ORDER BY id").map((row) => [row.host, { row }])),
    );
  }

  /** By host, oldest first: the same map, with the same places, as long as none came or went. */
  places(): ReadonlyMap<string, NodePlace> {
    return this.#byHost.get();
  }

  /** Oldest first. One node a host. */
  list(): ComputeNodeRow[] {
    return Array.from(this.#byHost.get().values(), ({ row }) => row);
  }

  ofHost(host: string): ComputeNodeRow | null {
    return this.#byHost.get().get(host)?.row ?? null;
  }

  insert(row: NewNode): ComputeNodeRow {
    const id = this.#rows.insert(row);
    const made = this.#rows.first({ id })!;
    this.#byHost.get().set(made.host, { row: made });
    return made;
  }

  /** Writes what differs. The row that was given out before stays as it was. */
  update(row: ComputeNodeRow, changes: Partial<ComputeNodeRow>, nowMs: number): ComputeNodeRow {
    const changed = Object.entries(changes).filter(
      ([name, value]) => row[name as keyof ComputeNodeRow] !== value,
    );
    if (changed.length === 0) return row;
    const values = { ...Object.fromEntries(changed), updated_at: nowMs };
    this.#rows.update({ id: row.id }, values);
    const made = { ...row, ...values };
    const place = this.#byHost.get().get(row.host);
    if (place) place.row = made;
    return made;
  }

  remove(row: ComputeNodeRow, nowMs: number): void {
    this.#rows.update({ id: row.id }, { deleted: row.id, deleted_at: nowMs });
    this.#byHost.get().delete(row.host);
  }
}
