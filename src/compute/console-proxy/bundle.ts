// Makes the script of the console's page. Runs as a Bun macro (see `script.ts`): when the program is compiled, and when
// it is run from source.

import { join } from "node:path";

export function pageScript(): string {
  const entry = join(import.meta.dir, "page/vnc.ts");
  // A process of its own: `Bun.build` cannot be called while the bundler waits for this macro.
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, "build", entry, "--target=browser", "--production"],
    { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
  if (exitCode !== 0) throw new Error(`the console's page cannot be built: ${stderr.toString()}`);
  return stdout.toString();
}
