// Makes the object store's commits durable, off the main thread. SQLite with `synchronous = NORMAL` writes a commit into
// the write-ahead log without a sync, and syncs the log itself before it moves anything from there into the database;
// with the log synced after each commit that is as durable as `FULL`, which would hold up everything else meanwhile.
// Authority: SQLite documentation, "Write-Ahead Logging" and `PRAGMA synchronous`.

import { type FileHandle, open } from "node:fs/promises";
import type { ProjectDatabase } from "../../db/open.ts";

/**
 * Pages of the log after which SQLite moves them into the database: 16 MiB. What is written again and again in between
 * is moved once.
 */
const CHECKPOINT_PAGES = 4096;

export class WalSync {
  #path: string;
  #handle: Promise<FileHandle> | null = null;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Null for a database in memory. */
  static of(db: ProjectDatabase): WalSync | null {
    if (db.path === ":memory:" || db.path === "") return null;
    db.raw.run("PRAGMA synchronous = NORMAL");
    db.raw.run(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    return new WalSync(`${db.path}-wal`);
  }

  /** Resolves when every commit so far is on the disk. */
  async sync(): Promise<void> {
    // The log is there once something was written, and stays as long as the database is open.
    this.#handle ??= open(this.#path, "r+");
    await (await this.#handle).datasync();
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    if (handle) await (await handle).close();
  }
}
