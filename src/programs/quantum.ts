// `quantum`: what the client of the Network service was called until 2013. Its successor has kept every verb, so the
// command is handed over to it as it stands.

import type { ProgramIo } from "./program.ts";

const SUCCESSOR = "neutron";
/** A shell's status for a command that is not there. */
const NOT_FOUND = 127;

export async function quantum(argv: readonly string[], { env, err }: ProgramIo): Promise<number> {
  const client = Bun.which(SUCCESSOR, { PATH: env["PATH"] ?? "" });
  if (client === null) {
    err("quantum: its successor, neutron, is not installed on this host (Debian: python3-neutronclient)\n");
    return NOT_FOUND;
  }
  const child = Bun.spawn([client, ...argv], { env, stdio: ["inherit", "inherit", "inherit"] });
  return child.exited;
}
