// Files that users write: where they are found and how their faults are told. `PluginThread` runs one.

import { existsSync } from "node:fs";
import { basename } from "node:path";

const SCRIPT = /\.(ts|js|mts|mjs)$/;

/** Says which file, and where in it: `/path/ip_scheduler.ts:12:5: Unexpected ;`. */
export class PluginError extends Error {
  override name = "PluginError";
}

/**
 * The file that a setting means: a path, a name in the plugin folder (with or without `.ts`), or an old Python path
 * whose module is there by name (`nova.scheduler.ip_scheduler.IPScheduler`). Null when there is no such file; a name
 * with an ending is a file's, and given whether or not it is there.
 */
export function findPlugin(name: string, folder: string): string | null {
  if (SCRIPT.test(name)) return name.startsWith("/") ? name : `${folder}/${name}`;
  const parts = name.split(/[.:]/);
  for (const candidate of [name, parts.at(-2), parts.at(-1)]) {
    if (candidate === undefined || !/^[\w-]+$/.test(candidate)) continue;
    for (const ending of ["ts", "js"]) {
      const path = `${folder}/${candidate}.${ending}`;
      if (existsSync(path)) return path;
    }
  }
  return null;
}

/** `ip_scheduler` of `/path/ip_scheduler.ts`: its module in the log. */
export function pluginName(path: string): string {
  return basename(path).replace(SCRIPT, "");
}
