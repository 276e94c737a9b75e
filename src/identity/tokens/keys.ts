// The key repository: files named by number, as `keystone-manage fernet_setup` and `fernet_rotate` keep them. The
// highest number is the primary key, which makes tokens; 0 is the next primary; all of them are accepted.
// Authority: Keystone's administrator guide, "Fernet - Frequently Asked Questions".

import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FernetKey, fernetKey } from "./fernet.ts";

/** Newest first: the primary key, then the others. */
export function loadKeys(folder: string): FernetKey[] {
  return keyNumbers(folder)
    .sort((a, b) => b - a)
    .map((n) => fernetKey(Buffer.from(readFileSync(join(folder, String(n)), "utf8"), "base64url")));
}

/** Makes the first two keys; does nothing when keys are there. */
export function setupKeys(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (keyNumbers(folder).length > 0) return;
  writeKey(folder, 0);
  writeKey(folder, 1);
}

/** The staged key becomes primary, a new one is staged. */
export function rotateKeys(folder: string): void {
  const numbers = keyNumbers(folder);
  renameSync(join(folder, "0"), join(folder, String(Math.max(...numbers) + 1)));
  writeKey(folder, 0);
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
