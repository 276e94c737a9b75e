// The generated files, and whether they are fresh.

import { stackrcExample } from "../../src/config/example.ts";
import { declarations, sectionsOf } from "../../src/services.ts";
import { compatibility } from "./compatibility.ts";

const files: Record<string, () => string | Promise<string>> = {
  "stackrc.example": () => stackrcExample(sectionsOf(declarations)),
  "docs/compatibility.md": compatibility,
};

let stale = false;
for (const [path, make] of Object.entries(files)) {
  const text = await make();
  const file = Bun.file(path);
  const now = (await file.exists()) ? await file.text() : "";
  if (now === text) continue;
  stale = true;
  if (process.argv.includes("--check")) console.log(`${path} is not up to date; run scripts/generate`);
  else await Bun.write(path, text);
}
process.exit(stale && process.argv.includes("--check") ? 1 : 0);
