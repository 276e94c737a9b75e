// Where a started lab lives: a folder with the lab's own cloud, the student's folder, credentials and what was noted.
//   STATE/labs/NAME/{lab.json, cloud/, work/, bin/, openrc, openrc-admin, ...}

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CommandError } from "../cli/command.ts";
import { environmentOf, readCredentials, shellQuote } from "../cli/credentials.ts";
import { selfCommand } from "../cli/self.ts";
import { programs } from "../programs/index.ts";
import type { Lab } from "./format.ts";

/** What outlives a command. */
export interface LabNotes {
  name: string;
  /** ISO 8601. */
  startedAt: string;
  /** Of the lab file; null for one of the program's own. */
  file: string | null;
  variables: Record<string, string>;
  /** Steps that were seen done and need not stay so: their numbers, from 1. */
  seen: number[];
  /** By the number of the step. */
  answers: Record<string, string>;
}

export interface Account {
  user: string;
  project: string;
  password: string | null;
}

/** Nobody's credentials. */
export const NOBODY = "nobody";

export class LabHome {
  readonly root: string;

  /** @param folder `STATE/labs` */
  constructor(folder: string, name: string) {
    this.root = join(folder, name);
  }

  get cloud(): string {
    return join(this.root, "cloud");
  }

  get work(): string {
    return join(this.root, "work");
  }

  get rc(): string {
    return join(this.work, "stackrc");
  }

  get logs(): string {
    return join(this.cloud, "log");
  }

  exists(): boolean {
    return existsSync(join(this.root, "lab.json"));
  }

  /** @throws CommandError when the lab is not started */
  notes(): LabNotes {
    if (!this.exists()) throw new CommandError("this lab is not started; see: stack help lab");
    return JSON.parse(readFileSync(join(this.root, "lab.json"), "utf8")) as LabNotes;
  }

  note(notes: LabNotes): void {
    const path = join(this.root, "lab.json");
    writeFileSync(`${path}.tmp`, `${JSON.stringify(notes, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  }

  make(): void {
    mkdirSync(this.work, { recursive: true, mode: 0o700 });
    const bin = join(this.root, "bin");
    mkdirSync(bin, { recursive: true });
    const wrapper = (...args: string[]) =>
      `#!/bin/sh\nexec ${selfCommand(args).map(shellQuote).join(" ")} "$@"\n`;
    writeFileSync(join(bin, "stack"), wrapper(), { mode: 0o755 });
    // Where a package has the program, it is the better one.
    for (const { name } of programs) {
      if (Bun.which(name)) continue;
      writeFileSync(join(bin, name), wrapper(name), { mode: 0o755 });
    }
  }

  /**
   * Variables of a shell that works on the lab's cloud as somebody.
   * @throws CommandError for somebody the lab does not know
   */
  environment(
    lab: Lab,
    as: string,
    notes: Pick<LabNotes, "variables"> | null,
    env: Record<string, string | undefined>,
  ): Record<string, string> {
    const outside = Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !/^(OS_|STACK_)/.test(entry[0]),
    );
    return { ...Object.fromEntries(outside), ...this.exports(lab, as, notes, env["PATH"] ?? "") };
  }

  /** Of these, the ones that are the lab's. */
  exports(
    lab: Lab,
    as: string,
    notes: Pick<LabNotes, "variables"> | null,
    path: string,
  ): Record<string, string> {
    const account = accountOf(lab, as);
    const cloud = { values: { state: this.cloud }, env: {} };
    const credentials = account && readCredentials(cloud, account.user, account.project);
    const known = credentials && { ...credentials, password: account.password ?? credentials.password };
    return {
      PATH: [join(this.root, "bin"), path].join(delimiter),
      STACK_STATE: this.cloud,
      LAB: this.work,
      ...(known ? environmentOf(known) : {}),
      ...notes?.variables,
    };
  }

  /** `. FILE` makes a shell the lab's. */
  writeCredentials(lab: Lab, notes: LabNotes): void {
    const all = [studentOf(lab), "admin", "demo", ...Object.keys(lab.users ?? {})];
    for (const [i, as] of all.entries()) {
      const { PATH: _, ...exports } = this.exports(lab, as, notes, "");
      const lines = Object.entries(exports).map(([name, value]) => `export ${name}=${shellQuote(value)}\n`);
      const path = `export PATH=${shellQuote(join(this.root, "bin"))}:$PATH\n`;
      const file = join(this.root, i === 0 ? "openrc" : `openrc-${as}`);
      writeFileSync(file, `${path}${lines.join("")}`, { mode: 0o600 });
    }
  }
}

export function studentOf(lab: Lab): string {
  return lab.as ?? "demo";
}

/** Null: nobody. @throws CommandError */
export function accountOf(lab: Lab, as: string): Account | null {
  if (as === NOBODY) return null;
  const given = lab.users?.[as];
  if (given) {
    const seeded = lab.seed?.users?.find(({ name }) => name === given.user)?.password ?? null;
    return { user: given.user, project: given.project, password: given.password ?? seeded };
  }
  if (as === "admin" || as === "demo") return { user: as, project: as, password: null };
  throw new CommandError(`lab ${lab.name} has no user ${as}`);
}
