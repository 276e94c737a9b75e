// A cloud in one file, for another disk or another machine: a tar archive of what a snapshot holds.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Conflict, Invalid } from "../core/errors.ts";
import { VERSION } from "../version.ts";
import { BULK, copyState } from "./files.ts";
import { stagingOf, takeIn } from "./restore.ts";

export interface BackupFacts {
  /** Of this format. */
  format: 1;
  version: string;
  /** ISO 8601. */
  createdAt: string;
  /** False: the services only, without what guests and users keep. */
  whole: boolean;
}

const FACTS = "backup.json";

/** Puts together what is to be packed, beside the state, so that images and objects are links. Nobody writes meanwhile. */
export function stageBackup(root: string, whole: boolean): string {
  const folder = join(root, "snapshots", ".backup");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  copyState(root, join(folder, "state"), whole ? {} : { without: BULK });
  const facts: BackupFacts = { format: 1, version: VERSION, createdAt: new Date().toISOString(), whole };
  writeFileSync(join(folder, FACTS), `${JSON.stringify(facts, null, 2)}\n`);
  return folder;
}

/** Packs what was put together and removes it. @throws Conflict */
export async function packBackup(folder: string, file: string): Promise<void> {
  const path = resolve(file);
  const part = `${path}.part`;
  try {
    await tar(["--sparse", "-czf", part, "-C", folder, FACTS, "state"]);
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Unpacks a backup beside the state; `takeIn` makes it the state.
 * @throws Invalid for a file that is no backup
 */
export async function unpackBackup(root: string, file: string): Promise<BackupFacts> {
  if (!existsSync(file)) throw new Invalid(`there is no file ${file}`);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const unpacked = join(root, "snapshots", ".restore");
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true, mode: 0o700 });
  try {
    await tar(["-xzf", resolve(file), "-C", unpacked]).catch((cause) => {
      throw new Invalid(`${file} is no backup of a cloud: ${(cause as Error).message}`, { cause });
    });
    const facts = readFacts(join(unpacked, FACTS));
    if (!facts) throw new Invalid(`${file} is no backup of a cloud`);
    renameSync(join(unpacked, "state"), stagingOf(root));
    return facts;
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

function readFacts(path: string): BackupFacts | null {
  if (!existsSync(path)) return null;
  const facts = JSON.parse(readFileSync(path, "utf8")) as BackupFacts;
  return facts.format === 1 ? facts : null;
}

/** What was unpacked becomes the state. The databases must be closed. */
export function takeBackupIn(root: string, { whole }: BackupFacts): void {
  takeIn(root, whole);
}

async function tar(args: string[]): Promise<void> {
  const child = Bun.spawn(["tar", ...args], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const [said, status] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (status !== 0) throw new Conflict(`tar: ${said.trim()}`);
}

/** A backup is written where there is a folder for it. */
export function folderExists(file: string): boolean {
  return existsSync(dirname(resolve(file)));
}
