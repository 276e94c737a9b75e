// The entry point: arguments in, exit status out.

import { main } from "./cli/index.ts";

const status = await main(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
process.exit(status);
