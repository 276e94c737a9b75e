// Which file the settings are read from: the one that is named, else what lies in the current folder.

import { existsSync, readFileSync } from "node:fs";
import { type ParsedRc, parseStackrc } from "./stackrc.ts";

const RC_FILES = ["stackrc", "local.conf", "localrc"];

/** Null when none is named and none is there. @throws StackrcError, or what reading a named file throws */
export function readRc(options: {
  rcFile: string | null;
  env: Record<string, string | undefined>;
}): ParsedRc | null {
  const path = options.rcFile ?? RC_FILES.find((name) => existsSync(name));
  if (path === undefined) return null;
  return parseStackrc(readFileSync(path, "utf8"), path, options.env);
}
