// What of a state directory is the cloud itself, and how it is copied: databases by SQLite, files that never change as
// further links, all others by reflink where the file system can, sparse where it cannot.

import { Database } from "bun:sqlite";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Conflict } from "../core/errors.ts";

/** Of this process or of this machine, or not the cloud's: neither kept nor taken away. */
const NOT_STATE = new Set([
  "lock",
  "lock-journal",
  "slot",
  "cloud.json",
  "control.sock",
  "log",
  // What the network services have on this host.
  "networks",
  "labs",
  "snapshots",
  "restoring",
  "restoring.json",
]);

/** Written once, renamed into place, never changed: a second link is a copy. */
const NEVER_CHANGED = /^(images(-.*)?|swift)$/;

/** What the guests and users keep, as opposed to what the services know of it. */
export const BULK = ["instances", "volumes", "swift", "backup", "image-cache", "conversion", "staging"];

/** Names of what is kept of a state directory, in order. */
export function entriesOf(root: string): string[] {
  return readdirSync(root)
    .filter((name) => !NOT_STATE.has(name) && !/\.db-(wal|shm|journal)$|^\./.test(name))
    .sort();
}

export interface CopyOptions {
  /** Leave these out. */
  without?: readonly string[];
}

/**
 * Copies a state directory as it is at this instant: nothing of this process runs meanwhile, so what is copied is what
 * `kill -9` would leave, of which the services lose nothing that was acknowledged.
 * @returns names of what was copied
 * @throws Conflict when there is no room, or for what cannot be copied
 */
export function copyState(from: string, to: string, { without = [] }: CopyOptions = {}): string[] {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const names = entriesOf(from).filter((name) => !without.includes(name));
  for (const name of names) {
    const [source, target] = [join(from, name), join(to, name)];
    if (name.endsWith(".db")) copyDatabase(source, target);
    else if (NEVER_CHANGED.test(name)) linkTree(source, target);
    else copyTree(source, target);
  }
  for (const path of databasesBelow(to)) settle(path);
  return names;
}

/** As of now, whoever else has the file open. */
function copyDatabase(source: string, target: string): void {
  const db = new Database(source, { readwrite: true });
  try {
    db.run("PRAGMA busy_timeout = 5000");
    db.run("VACUUM INTO ?", [target]);
  } finally {
    db.close();
  }
}

function linkTree(source: string, target: string): void {
  const linked = Bun.spawnSync(["cp", "-al", "--", source, target]);
  if (linked.success) return;
  // Another file system, or one without links.
  rmSync(target, { recursive: true, force: true });
  copyTree(source, target);
}

function copyTree(source: string, target: string): void {
  const copied = Bun.spawnSync(["cp", "-a", "--reflink=auto", "--sparse=always", "--", source, target]);
  if (!copied.success) throw new Conflict(`cannot copy ${source}: ${copied.stderr.toString().trim()}`);
}

/** Databases that lie deeper were copied as files, with what was not yet in them beside them. */
function databasesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".db") && existsSync(join(folder, `${name}-wal`)))
    .map((name) => join(folder, name));
}

function settle(path: string): void {
  const db = new Database(path);
  try {
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    db.close();
  }
}

/** Bytes, as files say their size; links count in each place. */
export function sizeOf(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    if (found?.isFile()) bytes += found.size;
  }
  return bytes;
}
