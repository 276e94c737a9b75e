// Makes the pages' script and style from `ui/`. Runs as a Bun macro (see `assets.ts`): when the program is compiled, and
// when it is run from source; so what is served is never older than the source, and no generated file lies about.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

export interface Asset {
  /** With a hash of the content: `main-4fk2x9.js`. */
  name: string;
  text: string;
}

const UI = join(import.meta.dir, "../../ui");
const KINDS = new Set([".js", ".css"]);

export function bundle(): Asset[] {
  const folder = mkdtempSync(join(tmpdir(), "stack-ui-"));
  try {
    // A process of its own: `Bun.build` cannot be called while the bundler waits for this macro.
    const { exitCode, stderr } = Bun.spawnSync(
      [
        process.execPath,
        "build",
        join(UI, "main.tsx"),
        "--target=browser",
        "--production",
        "--entry-naming",
        "[name]-[hash].[ext]",
        "--outdir",
        folder,
      ],
      { stdin: "ignore", stdout: "ignore", stderr: "pipe" },
    );
    if (exitCode !== 0) throw new Error(`the pages cannot be built: ${stderr.toString()}`);
    const built = readdirSync(folder)
      .filter((name) => KINDS.has(extname(name)))
      .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
    const icon = readFileSync(join(UI, "icon.svg"), "utf8");
    return [...built, { name: `icon-${Bun.hash(icon).toString(36)}.svg`, text: icon }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
