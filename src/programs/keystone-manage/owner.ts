// --keystone-user and --keystone-group: whose the files become that a command writes.

import { chownSync, readFileSync } from "node:fs";
import type { Arguments, OptionSpec } from "../options.ts";
import type { ProgramIo } from "../program.ts";

export const OWNER_OPTIONS: readonly OptionSpec[] = [
  { names: ["--keystone-user"], metavar: "USER", help: "Whose the files become." },
  { names: ["--keystone-group"], metavar: "GROUP", help: "And which group's." },
];

/**
 * Does nothing unless both are named and the caller is root. The cloud runs as its owner and asks for no user keystone:
 * one that this machine does not have is told and passed over, so that the guides can be followed anywhere.
 */
export function giveTo(paths: readonly string[], args: Arguments, io: ProgramIo): void {
  const [user, group] = [args.text("keystone_user"), args.text("keystone_group")];
  if (user === null && group === null) return;
  const uid = user === null ? -1 : idOf("/etc/passwd", user);
  const gid = group === null ? -1 : idOf("/etc/group", group);
  if (uid === null) io.err(`Unknown user '${user}' in --keystone-user: the files stay yours\n`);
  if (gid === null) io.err(`Unknown group '${group}' in --keystone-group: the files stay yours\n`);
  if (uid === null || gid === null || process.getuid?.() !== 0) return;
  for (const path of paths) chownSync(path, uid, gid);
}

/** By name or number, from passwd(5) or group(5). */
function idOf(file: string, name: string): number | null {
  const rows = readFileSync(file, "utf8")
    .split("\n")
    .map((row) => row.split(":"));
  const row = rows.find((fields) => fields[0] === name || fields[2] === name);
  return row?.[2] === undefined ? null : Number(row[2]);
}
