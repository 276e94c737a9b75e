// Group commit. What arrives while the loop turns once is written in one transaction, what was written while the disk
// was busy is made durable by its next sync, and nobody is answered before that. The sync does not hold up the loop:
// the next requests are read and written meanwhile. Each piece of work stands alone: when one throws, the others are
// still done.

import type { ProjectDatabase } from "../../db/open.ts";

interface Job {
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

/** A job that is written and waits for the disk. */
interface Written {
  job: Job;
  result: unknown;
}

/** Changes to counters that the pieces of work of one transaction add up. */
export interface Tally {
  /** Writes what was added up. */
  flush(): void;
  /** Forgets it: the transaction was rolled back. */
  reset(): void;
}

const MAX_BATCH = 256;

export class Commits {
  #db: ProjectDatabase;
  #tally: Tally;
  #sync: (() => Promise<void>) | null;
  #queue: Job[] = [];
  #scheduled = false;
  #unsynced: Written[] = [];
  #syncing = false;
  #onCommit: () => void = () => {};

  /** @param sync makes what the database has written durable; null where a commit is as durable as it gets */
  constructor(db: ProjectDatabase, tally: Tally, sync: (() => Promise<void>) | null = null) {
    this.#db = db;
    this.#tally = tally;
    this.#sync = sync;
  }

  /** `listener` is called after every transaction, before anybody is answered. */
  onCommit(listener: () => void): void {
    this.#onCommit = listener;
  }

  /**
   * Runs `work` in a transaction, soon. Resolves with its result when that is durable; rejects with what it throws,
   * and then nothing of it has happened. `work` must be synchronous.
   */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as (value: unknown) => void, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#run());
    });
  }

  /** Resolves when everything written so far is durable. */
  async settled(): Promise<void> {
    if (this.#queue.length > 0 || this.#syncing) await this.write(() => {});
  }

  #run(): void {
    this.#scheduled = false;
    const jobs = this.#queue.splice(0, MAX_BATCH);
    if (this.#queue.length > 0) {
      this.#scheduled = true;
      setImmediate(() => this.#run());
    }
    if (jobs.length === 0) return;
    try {
      this.#transaction(jobs);
    } catch (error) {
      if (jobs.length === 1) jobs[0]!.reject(error);
      else this.#oneByOne(jobs);
    }
    if (this.#sync === null) resolveAll(this.#unsynced.splice(0));
    else if (!this.#syncing && this.#unsynced.length > 0) void this.#syncAll(this.#sync);
  }

  #oneByOne(jobs: readonly Job[]): void {
    for (const job of jobs) {
      try {
        this.#transaction([job]);
      } catch (error) {
        job.reject(error);
      }
    }
  }

  /** Sync after sync while there is something to sync. */
  async #syncAll(sync: () => Promise<void>): Promise<void> {
    this.#syncing = true;
    while (this.#unsynced.length > 0) {
      const written = this.#unsynced.splice(0);
      try {
        await sync();
        resolveAll(written);
      } catch (error) {
        for (const { job } of written) job.reject(error);
      }
    }
    this.#syncing = false;
  }

  #transaction(jobs: readonly Job[]): void {
    try {
      const results = this.#db.transaction(() => {
        const done = jobs.map((job) => job.work());
        this.#tally.flush();
        return done;
      });
      for (const [i, job] of jobs.entries()) this.#unsynced.push({ job, result: results[i] });
      this.#onCommit();
    } catch (error) {
      this.#tally.reset();
      throw error;
    }
  }
}

function resolveAll(written: readonly Written[]): void {
  for (const { job, result } of written) job.resolve(result);
}
