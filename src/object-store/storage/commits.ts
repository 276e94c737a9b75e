// Group commit. What arrives while the loop turns once is written in one transaction and made durable by one sync,
// and nobody is answered before that. Each piece of work stands alone: when one throws, the others are still done.

import type { ProjectDatabase } from "../../db/open.ts";

interface Job {
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
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
  #queue: Job[] = [];
  #scheduled = false;
  #onCommit: () => void = () => {};

  constructor(db: ProjectDatabase, tally: Tally) {
    this.#db = db;
    this.#tally = tally;
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
    if (this.#queue.length > 0) await this.write(() => {});
  }

  #run(): void {
    this.#scheduled = false;
    const jobs = this.#queue.splice(0, MAX_BATCH);
    if (this.#queue.length > 0) {
      this.#scheduled = true;
      setImmediate(() => this.#run());
    }
    if (jobs.length === 0) return;
    let results: unknown[];
    try {
      results = this.#transaction(jobs);
    } catch (error) {
      if (jobs.length === 1) jobs[0]!.reject(error);
      else this.#oneByOne(jobs);
      return;
    }
    for (const [i, job] of jobs.entries()) job.resolve(results[i]);
  }

  #oneByOne(jobs: readonly Job[]): void {
    for (const job of jobs) {
      let results: unknown[];
      try {
        results = this.#transaction([job]);
      } catch (error) {
        job.reject(error);
        continue;
      }
      job.resolve(results[0]);
    }
  }

  #transaction(jobs: readonly Job[]): unknown[] {
    try {
      const results = this.#db.transaction(() => {
        const done = jobs.map((job) => job.work());
        this.#tally.flush();
        return done;
      });
      this.#onCommit();
      return results;
    } catch (error) {
      this.#tally.reset();
      throw error;
    }
  }
}
