// The entry point: arguments in, exit status out. No top-level await: bytecode cannot hold it.

import { main } from "./cli/index.ts";

void main(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((status) => process.exit(status));
