// The key repository: files named by number, as `keystone-manage fernet_setup` and `fernet_rotate` keep them. The
// highest number is the primary key, which makes tokens; 0 is the next primary; all of them are accepted.
// Authority: Keystone's administrator guide, "Fernet - Frequently Asked Questions".

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FernetKey, fernetKey } from "./fernet.ts";

/** keystone.conf [fernet_tokens] max_active_keys. */
export const MAX_ACTIVE_KEYS = 3;

/** Newest first: the primary key, then the others. */
export function loadKeys(folder: string): FernetKey[] {
  return keyNumbers(folder)
    .sort((a, b) => b - a)
    .map((n) => readKey(join(folder, String(n))))
    .filter((key) => key !== null);
}

/** Makes the first two keys; does nothing when keys are there. */
export function setupKeys(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (keyNumbers(folder).length > 0) return;
  writeKey(folder, 0);
  writeKey(folder, 1);
}

/** The staged key becomes primary, a new one is staged, and of the others only the newest are kept. */
export function rotateKeys(folder: string, maxActive = MAX_ACTIVE_KEYS): void {
  const numbers = keyNumbers(folder);
  const primary = Math.max(0, ...numbers) + 1;
  if (numbers.includes(0)) renameSync(join(folder, "0"), join(folder, String(primary)));
  else writeKey(folder, primary);
  writeKey(folder, 0);
  const kept = [primary, ...numbers.filter((n) => n !== 0)].sort((a, b) => b - a);
  for (const n of kept.slice(Math.max(1, maxActive - 1))) rmSync(join(folder, String(n)), { force: true });
}

/** Null for one that a rotation has removed meanwhile. */
function readKey(path: string): FernetKey | null {
  try {
    return fernetKey(Buffer.from(readFileSync(path, "utf8"), "base64url"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function keyNumbers(folder: string): number[] {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Written beside and renamed, so that no half-written key is ever read. */
function writeKey(folder: string, n: number): void {
  const path = join(folder, String(n));
  const key = Buffer.from(crypto.getRandomValues(new Uint8Array(32)));
  writeFileSync(`${path}.tmp`, `${key.toString("base64url")}=`, { mode: 0o600, flag: "w" });
  renameSync(`${path}.tmp`, path);
}
