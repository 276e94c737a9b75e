// The queue of what container synchronisation still has to pass on.

import type { ProjectDatabase } from "../../db/open.ts";
import type { ContainerRow, SyncChangeRow } from "../tables.ts";

export interface SyncSource {
  container_id: number;
  account: string;
  container: string;
  /** JSON. */
  metadata: string;
}

export class SyncChanges {
  #add;
  #addAll;
  #clear;
  #remove;
  #next;
  #sources;

  constructor({ raw }: ProjectDatabase) {
    this.#add = raw.query<null, [number, string, number, number]>(
      "INSERT INTO sync_change (container_id, name, timestamp, deleted) VALUES (?, ?, ?, ?)",
    );
    this.#addAll = raw.query<null, [number]>(
      `INSERT INTO sync_change (container_id, name, timestamp, deleted)
       SELECT container_id, name, created_at, 0 FROM object WHERE container_id = ? ORDER BY name`,
    );
    this.#clear = raw.query<null, [number]>("DELETE FROM sync_change WHERE container_id = ?");
    this.#remove = raw.query<null, [number]>("DELETE FROM sync_change WHERE id = ?");
    this.#next = raw.query<SyncChangeRow, [number, number, number]>(
      "SELECT * FROM sync_change WHERE container_id = ? AND id > ? ORDER BY id LIMIT ?",
    );
    this.#sources = raw.query<SyncSource, []>(
      `SELECT c.id AS container_id, a.name AS account, c.name AS container, c.metadata
       FROM container c JOIN account a ON a.id = c.account_id
       WHERE c.id IN (SELECT DISTINCT container_id FROM sync_change) ORDER BY c.id`,
    );
  }

  /** Notes a change, when the container is synchronised. Part of the transaction that makes the change. */
  note(container: ContainerRow, name: string, timestamp: number, deleted: boolean): void {
    if (container.metadata.includes('"x-container-sync-to"')) {
      this.#add.run(container.id, name, timestamp, deleted ? 1 : 0);
    }
  }

  /** Everything in the container shall be passed on (again). */
  restart(containerId: number): void {
    this.#clear.run(containerId);
    this.#addAll.run(containerId);
  }

  clear(containerId: number): void {
    this.#clear.run(containerId);
  }

  remove(id: number): void {
    this.#remove.run(id);
  }

  /** Oldest first. */
  next(containerId: number, afterId: number, limit: number): SyncChangeRow[] {
    return this.#next.all(containerId, afterId, limit);
  }

  /** Containers that have something to pass on. */
  sources(): SyncSource[] {
    return this.#sources.all();
  }
}
