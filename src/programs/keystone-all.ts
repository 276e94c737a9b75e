// `keystone-all`: the identity service alone, from what `keystone-manage db_sync` has made, on ports 5000 and 35357.
// Options are those of `stack up`.

import type { ProgramIo } from "./program.ts";

export async function keystoneAll(argv: readonly string[], io: ProgramIo): Promise<number> {
  const { main } = await import("../cli/index.ts");
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    // Settings come from stackrc and --set; keystone.conf has no place here.
    if (/^--config-(dir|file)$/.test(argv[i]!)) i += 1;
    else if (!/^--config-(dir|file)=/.test(argv[i]!)) rest.push(argv[i]!);
  }
  const settings = ["--set", "ENABLED_SERVICES=key", "--set", "KEYSTONE_BOOTSTRAP=False"];
  const form = rest.includes("--detach") ? [] : ["--foreground"];
  return main(["up", ...form, ...settings, ...rest], io);
}
