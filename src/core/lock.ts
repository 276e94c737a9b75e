// Locks that the kernel drops with the process, however it ends: an exclusive transaction on an empty SQLite file
// (Bun has no flock).

import { Database } from "bun:sqlite";

export interface Lock {
  release(): void;
}

/** Null when another process holds it. The folder must exist. */
export function tryLock(path: string): Lock | null {
  const db = new Database(path, { create: true });
  try {
    db.run("PRAGMA busy_timeout = 0");
    db.run("BEGIN EXCLUSIVE");
    return { release: () => db.close(false) };
  } catch (error) {
    db.close(false);
    if ((error as { code?: string }).code === "SQLITE_BUSY") return null;
    throw error;
  }
}
