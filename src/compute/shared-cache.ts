// What the services of the compute project remember of rarely changed tables, together: one copy per database, whoever
// of them writes.

import type { ProjectDatabase } from "../db/open.ts";

interface Entry {
  value: unknown;
  foreign: number;
}

const caches = new WeakMap<ProjectDatabase, Map<string, Entry>>();

export class SharedCache<T> {
  #db: ProjectDatabase;
  #name: string;
  #read: () => T;
  #entries: Map<string, Entry>;
  /** Looked at within the present synchronous work, in which no other process's writing need be seen. */
  #fresh = false;

  /** `name` tells tables apart; `read` makes the value from the tables. */
  constructor(db: ProjectDatabase, name: string, read: () => T) {
    this.#db = db;
    this.#name = name;
    this.#read = read;
    this.#entries = caches.get(db) ?? new Map();
    caches.set(db, this.#entries);
  }

  /** The value as the tables have it: read anew after `forget`, and when another process wrote to the file. */
  get(): T {
    const entry = this.#entries.get(this.#name);
    if (entry && this.#fresh) return entry.value as T;
    const foreign = this.#db.foreignVersion();
    this.#fresh = true;
    queueMicrotask(() => {
      this.#fresh = false;
    });
    if (entry && entry.foreign === foreign) return entry.value as T;
    const value = this.#read();
    this.#entries.set(this.#name, { value, foreign });
    return value;
  }

  /** One of us changed the tables. */
  forget(): void {
    this.#entries.delete(this.#name);
  }
}
