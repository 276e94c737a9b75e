// One SQLite file per OpenStack project (`keystone.db`, `nova.db`, ...), shared by the services of that project.
// WAL: an acknowledged write survives the death of the process at any instant; with `synchronous: "full"` also the
// loss of power (SQLite documentation, "Write-Ahead Logging" and `PRAGMA synchronous`).

import { Database } from "bun:sqlite";
import { type BunSQLiteDatabase, drizzle } from "drizzle-orm/bun-sqlite";
import { applyMigrations, type Migration } from "./migrate.ts";

export interface OpenOptions {
  /** A file path, or `:memory:`. */
  path: string;
  migrations: readonly Migration[];
  /** `normal` survives `kill -9`, `full` also a power cut (one fsync per commit). */
  synchronous?: "normal" | "full";
}

const BUSY_TIMEOUT_MS = 5000;

export class ProjectDatabase {
  /** For prepared statements where every microsecond counts, and for pragmas. */
  readonly raw: Database;
  /** For everything else. */
  readonly orm: BunSQLiteDatabase;
  readonly path: string;
  #dataVersion: () => number;
  #stamp: () => { own: number; foreign: number };

  constructor(options: OpenOptions) {
    this.path = options.path;
    this.raw = new Database(options.path, { create: true, strict: true });
    this.raw.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    this.raw.run("PRAGMA journal_mode = WAL");
    this.raw.run(`PRAGMA synchronous = ${options.synchronous ?? "normal"}`);
    this.raw.run("PRAGMA foreign_keys = ON");
    applyMigrations(this.raw, options.migrations);
    this.orm = drizzle(this.raw);
    const statement = this.raw.query<{ data_version: number }, []>("PRAGMA data_version");
    this.#dataVersion = () => statement.get()?.data_version ?? 0;
    const changes = this.raw.query<{ n: number }, []>("SELECT total_changes() AS n");
    this.#stamp = () => ({ own: changes.get()?.n ?? 0, foreign: this.#dataVersion() });
  }

  /**
   * Runs `work` in one transaction; nested calls become savepoints. `work` must be synchronous: since nothing else of
   * this process can run meanwhile, transactions of one process never meet.
   */
  transaction<T>(work: () => T): T {
    return this.raw.transaction(() => {
      const result = work();
      if (result instanceof Promise) throw new TypeError("a transaction must be synchronous");
      return result;
    })();
  }

  /** Changes whenever another process (`stack sql`) has written to the file. Costs about 2 µs. */
  foreignVersion(): number {
    return this.#dataVersion();
  }

  /**
   * A number that differs whenever any row of the file has changed, by whomever: the key of everything that is
   * remembered from the database. Costs about 4 µs.
   */
  stamp(): number {
    const { own, foreign } = this.#stamp();
    return own * 65_536 + (foreign % 65_536);
  }

  /** Tells other processes that have the file open that something beside it, which belongs to it, has changed. */
  touch(): void {
    const version =
      this.raw.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
    this.raw.run(`PRAGMA user_version = ${(version + 1) % 2 ** 31}`);
  }

  /** Applies what is missing of another set: several services may keep tables in one file. */
  migrate(migrations: readonly Migration[]): void {
    applyMigrations(this.raw, migrations);
  }

  close(): void {
    this.raw.close(false);
  }
}
