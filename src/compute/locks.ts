// One thing at a time for one server, as Nova's `@utils.synchronized(instance.uuid)`. The locks belong to the database,
// not to a service object: what a stopped service still has in hand keeps its lock until it has ended.

import type { ProjectDatabase } from "../db/open.ts";

export class Locks {
  #tails = new Map<string, Promise<void>>();

  /** Runs `work` after everything that was asked for `key` before. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tails.set(key, promise);
    try {
      if (before) await before;
      return await work();
    } finally {
      resolve();
      if (this.#tails.get(key) === promise) this.#tails.delete(key);
    }
  }

  /** True when something runs or waits for `key`. */
  busy(key: string): boolean {
    return this.#tails.has(key);
  }
}

const locks = new WeakMap<ProjectDatabase, Locks>();

export function locksOf(db: ProjectDatabase): Locks {
  let found = locks.get(db);
  if (!found) {
    found = new Locks();
    locks.set(db, found);
  }
  return found;
}
