// The entry point: arguments in, exit status out. No top-level await: bytecode cannot hold it.
//
// A link to the binary that is called as one of the programs is that program. Programs, also as `stack NAME`, start
// without the command line of the cloud, which is loaded for everything else.

import { findProgram, programOfLink } from "./programs/index.ts";

async function start(): Promise<number> {
  const io = {
    env: process.env,
    out: (text: string) => process.stdout.write(text),
    err: (text: string) => process.stderr.write(text),
  };
  const args = process.argv.slice(2);
  const linked = programOfLink(process.argv0);
  const program = linked ?? findProgram(args[0] ?? "");
  if (program) return (await program.load())(linked ? args : args.slice(1), io);
  const { main } = await import("./cli/index.ts");
  return main(args, io);
}

void start().then((status) => process.exit(status));
