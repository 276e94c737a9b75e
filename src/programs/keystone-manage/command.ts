// The form of one command of keystone-manage, and what each is handed.

import type { StatePaths } from "../../core/paths.ts";
import type { ArgumentSpec, Arguments, OptionSpec } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import type { Offline } from "./offline.ts";

export interface ManageCommand {
  name: string;
  help: string;
  options?: readonly OptionSpec[];
  args?: readonly ArgumentSpec[];
  /** Options of which at most one may be given. */
  exclusive?: readonly string[];
  /** The exit status. */
  run(manage: Manage): Promise<number>;
}

export interface Manage {
  args: Arguments;
  io: ProgramIo;
  paths: StatePaths;
  /** The database, opened and brought up to date; made when there is none. */
  open(): Promise<Offline>;
}

/** Something expected that ends the program with status 1; printed as it stands. */
export class ManageError extends Error {
  override name = "ManageError";
}
