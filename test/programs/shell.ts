// A shell with the programs of the binary on its PATH, as links of their names: the way the courses call them.

import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { programs } from "../../src/programs/index.ts";
import { BINARY, type Outcome, run } from "../support/stack.ts";

export type Env = Record<string, string | undefined>;

export class ProgramShell {
  readonly state: string;
  readonly folder: string;
  /** What is exported in the shell besides PATH and STACK_STATE. */
  env: Env = {};
  #path: string;

  /** @param folder where the links go, and where commands run */
  constructor(state: string, folder: string) {
    this.state = state;
    this.folder = folder;
    const bin = join(folder, "bin");
    mkdirSync(bin, { recursive: true });
    for (const { name } of programs) symlinkSync(BINARY, join(bin, name));
    this.#path = `${bin}:${process.env["PATH"]}`;
  }

  /** Whatever the status. */
  try(script: string, options: { stdin?: string; env?: Env; shell?: string } = {}): Promise<Outcome> {
    return run([options.shell ?? "sh", "-c", script], {
      cwd: this.folder,
      env: {
        PATH: this.#path,
        HOME: this.folder,
        LANG: "C.UTF-8",
        STACK: BINARY,
        STACK_STATE: this.state,
        ...this.env,
        ...options.env,
      },
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    });
  }

  /** What it prints. @throws Error when it ends with another status than 0 */
  async sh(script: string, options: { stdin?: string; env?: Env; shell?: string } = {}): Promise<string> {
    const outcome = await this.try(script, options);
    if (outcome.status !== 0) {
      throw new Error(`${script} ended with ${outcome.status}: ${outcome.stderr}${outcome.stdout}`);
    }
    return outcome.stdout;
  }
}

/** The cells of a table's rows, without rules and head. */
export function rowsOf(table: string): string[][] {
  return table
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(1)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** A table's ids as references in the order of their appearance, so that whole texts can be compared. */
export function withoutIds(text: string): string {
  const known = new Map<string, string>();
  return text.replace(/\b[0-9a-f]{32}\b/g, (id) => {
    if (!known.has(id)) known.set(id, `id${known.size + 1}`.padEnd(32, "."));
    return known.get(id)!;
  });
}
