// The form of one verb of the client: `user-create`.

import type { ArgumentSpec, Arguments, OptionSpec } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import type { HttpSession } from "../session.ts";
import type { IdentityClient } from "./client.ts";

interface Described {
  name: string;
  help: string;
  args?: readonly ArgumentSpec[];
  options?: readonly OptionSpec[];
}

export interface Verb extends Described {
  run(client: IdentityClient, args: Arguments, io: ProgramIo): Promise<void>;
}

/** One that needs no credentials. */
export interface OpenVerb extends Described {
  open(session: HttpSession, authUrl: string | null, io: ProgramIo): Promise<void>;
}

export const ENABLED = "<true|false>";
