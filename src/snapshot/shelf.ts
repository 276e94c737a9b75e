// The snapshots of a cloud: `STATE/snapshots/NAME/{snapshot.json, state/}`.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Conflict, NotFound } from "../core/errors.ts";
import { VERSION } from "../version.ts";
import { copyState, sizeOf } from "./files.ts";
import { stagingOf, takeIn } from "./restore.ts";

export interface SnapshotFacts {
  name: string;
  /** ISO 8601. */
  createdAt: string;
  version: string;
  /** What its files say; links to images and objects included. */
  bytes: number;
}

const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

/**
 * @throws Conflict for a name that is taken or is none
 * @param root the state directory; nobody else may write to it meanwhile
 */
export function saveSnapshot(root: string, name: string): SnapshotFacts {
  if (!NAME.test(name))
    throw new Conflict(`a snapshot's name has letters, digits, "_", "." and "-", not "${name}"`);
  const folder = join(root, "snapshots", name);
  if (existsSync(folder))
    throw new Conflict(`there is a snapshot ${name}; see: stack snapshot delete ${name}`);
  const making = `${folder}.part`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  try {
    const state = join(making, "state");
    copyState(root, state);
    const facts = { name, createdAt: new Date().toISOString(), version: VERSION, bytes: sizeOf(state) };
    writeFileSync(join(making, "snapshot.json"), `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
    renameSync(making, folder);
    return facts;
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
}

export function listSnapshots(root: string): SnapshotFacts[] {
  const folder = join(root, "snapshots");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "snapshot.json")))
    .map((name) => JSON.parse(readFileSync(join(folder, name, "snapshot.json"), "utf8")) as SnapshotFacts)
    .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

/** @throws NotFound */
export function deleteSnapshot(root: string, name: string): void {
  rmSync(found(root, name), { recursive: true });
}

/** The snapshot stays; the databases must be closed. @throws NotFound, Conflict */
export function restoreSnapshot(root: string, name: string): void {
  copyState(join(found(root, name), "state"), stagingOf(root));
  takeIn(root, true);
}

/** @throws NotFound */
export function found(root: string, name: string): string {
  const folder = join(root, "snapshots", name);
  if (!NAME.test(name) || !existsSync(join(folder, "snapshot.json"))) {
    throw new NotFound(`there is no snapshot ${name}; see: stack snapshot list`);
  }
  return folder;
}
