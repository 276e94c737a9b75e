// What marks a cloud's domains: made at the first use, kept in the state directory.

import { randomUUID } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";

const UUID = /^[0-9a-f-]{36}$/;

/** Several hosts of one cloud may ask at the same time. */
export async function cloudIdOf(stateDir: string): Promise<string> {
  const known = await knownCloudId(stateDir);
  if (known !== null) return known;
  await mkdir(join(stateDir, "libvirt"), { recursive: true, mode: 0o700 });
  try {
    const file = await open(path(stateDir), "wx", 0o600);
    try {
      const id = randomUUID();
      await file.writeFile(id);
      await file.sync();
      return id;
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const other = await knownCloudId(stateDir);
    if (other !== null) return other;
    throw new Error(`${path(stateDir)} is no cloud id; remove it when no guests are left`);
  }
}

/** Null for a cloud that never had guests. */
export async function knownCloudId(stateDir: string): Promise<string | null> {
  const text = await readFile(path(stateDir), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return UUID.test(text) ? text : null;
}

function path(stateDir: string): string {
  return join(stateDir, "libvirt", "cloud-id");
}
