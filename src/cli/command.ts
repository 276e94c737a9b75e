// The form of a command, and what all commands share: the state directory, tables, errors that end with a status.

import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { ParseArgsConfig } from "node:util";
import { ControlClient } from "../control/client.ts";
import { controlSocket, readCloudFile } from "../control/cloud-file.ts";
import { StatePaths } from "../core/paths.ts";

export interface Command {
  name: string;
  /** Other names: `-r` for attach. */
  aliases?: readonly string[];
  /** After the name: `SERVICE [-f]`. */
  usage: string;
  summary: string;
  example: string;
  options?: ParseArgsConfig["options"];
  /** Lines of help for the options, `--name VALUE` and what it does. */
  optionHelp?: readonly (readonly [string, string])[];
  /** Everything after the first word that is not an option belongs to another program. */
  passThrough?: boolean;
  run(invocation: Invocation): Promise<number>;
}

export interface Invocation {
  values: Record<string, string | boolean | string[] | undefined>;
  positionals: string[];
  env: Record<string, string | undefined>;
  out: (text: string) => void;
  err: (text: string) => void;
}

/** The command line was wrong: exit status 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Something expected went wrong: printed without a stack, exit status 1. */
export class CommandError extends Error {
  override name = "CommandError";
}

export const STATE_OPTION = { state: { type: "string" } } as const;
export const STATE_HELP = [
  "--state DIR",
  "state directory (default: /var/lib/stack for root, else ~/.local/share/stack)",
] as const;

export function stateDir({ values, env }: Pick<Invocation, "values" | "env">): string {
  const given = values["state"] ?? env["STACK_STATE"];
  if (typeof given === "string" && given !== "") return resolve(given);
  return process.getuid?.() === 0
    ? "/var/lib/stack"
    : join(env["XDG_DATA_HOME"] ?? join(homedir(), ".local/share"), "stack");
}

export function statePaths(invocation: Pick<Invocation, "values" | "env">): StatePaths {
  return new StatePaths(stateDir(invocation));
}

/** Where the log files of the cloud are, or would be. */
export function logFolder(invocation: Pick<Invocation, "values" | "env">): string {
  const paths = statePaths(invocation);
  return readCloudFile(paths)?.logDir ?? paths.at("log");
}

export function controlClient(invocation: Pick<Invocation, "values" | "env">): ControlClient {
  return new ControlClient(controlSocket(statePaths(invocation)));
}

/** Bare columns, as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
