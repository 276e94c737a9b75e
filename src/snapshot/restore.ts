// Puts a copied state in the place of the present one. Either happens whole: what is to come lies ready in `restoring/`
// before anything is taken away, and a start after a crash in between goes on where it ended.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { entriesOf } from "./files.ts";

const READY = "restoring.json";
const FOLDER = "restoring";

interface Plan {
  entries: string[];
  /** Whether what is not among them goes away. */
  whole: boolean;
}

/** Where the state to come is to be put together; empty. */
export function stagingOf(root: string): string {
  const folder = join(root, FOLDER);
  rmSync(folder, { recursive: true, force: true });
  return folder;
}

/**
 * The state in the staging folder takes the place of the present one. The databases must be closed.
 * @param whole whether what the staging folder does not have goes away
 */
export function takeIn(root: string, whole: boolean): void {
  const plan: Plan = { entries: entriesOf(join(root, FOLDER)), whole };
  const ready = join(root, READY);
  writeFileSync(`${ready}.tmp`, JSON.stringify(plan), { mode: 0o600 });
  renameSync(`${ready}.tmp`, ready);
  finishRestore(root);
}

/** Ends what a crash has cut short; nothing to do otherwise. */
export function finishRestore(root: string): void {
  const ready = join(root, READY);
  if (!existsSync(ready)) return;
  const { entries, whole } = JSON.parse(readFileSync(ready, "utf8")) as Plan;
  const staged = join(root, FOLDER);
  for (const name of entries) {
    const source = join(staged, name);
    if (!existsSync(source)) continue; // it is in its place
    const target = join(root, name);
    rmSync(target, { recursive: true, force: true });
    if (name.endsWith(".db")) for (const end of ["-wal", "-shm"]) rmSync(`${target}${end}`, { force: true });
    renameSync(source, target);
  }
  if (whole) {
    const wanted = new Set(entries);
    for (const name of entriesOf(root)) {
      if (wanted.has(name)) continue;
      rmSync(join(root, name), { recursive: true, force: true });
      for (const end of ["-wal", "-shm"]) rmSync(join(root, `${name}${end}`), { force: true });
    }
  }
  rmSync(ready, { force: true });
  rmSync(staged, { recursive: true, force: true });
}
