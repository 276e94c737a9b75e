// Which labs there are: the program's own, and those of a teacher: `*.yaml` in `STATE/labs` and in `--labs DIR`. A file
// of a teacher's replaces a lab of the same name.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "../cli/command.ts";
import { OWN_LABS } from "./embedded.ts";
import { type Lab, parseLab } from "./format.ts";

export interface FoundLab {
  lab: Lab;
  /** Null for one of the program's own. */
  file: string | null;
}

/** @throws DocumentError for a file that is no lab, CommandError for a folder that is not there */
export function allLabs(folders: readonly string[]): FoundLab[] {
  const found = new Map<string, FoundLab>();
  for (const [name, text] of Object.entries(OWN_LABS)) {
    const lab = parseLab(text, `${name}.yaml`);
    found.set(lab.name, { lab, file: null });
  }
  for (const folder of folders) {
    for (const name of filesOf(folder)) {
      const file = join(folder, name);
      const lab = parseLab(readFileSync(file, "utf8"), file);
      found.set(lab.name, { lab, file });
    }
  }
  const order = ({ lab }: FoundLab) => `${lab.row ?? "~"} ${lab.name}`;
  return [...found.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** By its name or its row. @throws CommandError, DocumentError */
export function findLab(name: string, folders: readonly string[]): FoundLab {
  const own = OWN_LABS[name];
  const teachers = folders.some((folder) => filesOf(folder).length > 0);
  if (own !== undefined && !teachers) return { lab: parseLab(own, `${name}.yaml`), file: null };
  const found = allLabs(folders).find(
    ({ lab }) => lab.name === name || lab.row?.toLowerCase() === name.toLowerCase(),
  );
  if (!found) throw new CommandError(`no lab is called ${name}; see: stack lab list`);
  return found;
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
}
