// What commands learn about a running cloud from its state directory.

import { readFileSync } from "node:fs";
import type { StatePaths } from "../core/paths.ts";

/** `cloud.json`: written when the cloud is ready, removed when it ends. */
export interface CloudFile {
  pid: number;
  version: string;
  startedAt: string;
  region: string;
  authUrl: string | null;
  sharedPort: number | null;
  /** Folder of the log files. */
  logDir: string;
}

/** Null when no cloud runs in the state directory; one that was killed has left its file. */
export function readCloudFile(paths: StatePaths): CloudFile | null {
  try {
    return JSON.parse(readFileSync(paths.at("cloud.json"), "utf8")) as CloudFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Unix socket paths are limited to 107 bytes (unix(7)); a longer one is replaced by a name made from it. */
export function controlSocket(paths: StatePaths): string {
  const path = paths.at("control.sock");
  if (Buffer.byteLength(path) <= 100) return path;
  const uid = process.getuid?.() ?? 0;
  return `/tmp/stack-${uid}-${Bun.hash(path).toString(36)}.sock`;
}
