// `stack seed FILE`, and `--seed FILE` of `up` and `run`: a cloud that holds what a file says.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type Command,
  CommandError,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  UsageError,
} from "./command.ts";
import { readCredentials } from "./credentials.ts";

export const seed: Command = {
  name: "seed",
  usage: "FILE.yaml",
  summary:
    "makes the projects, users, images, networks, servers, volumes and containers a file names; again is no harm",
  example: "stack seed course.yaml",
  options: STATE_OPTION,
  optionHelp: [STATE_HELP],
  async run(invocation) {
    const [file, ...more] = invocation.positionals;
    if (file === undefined || more.length > 0) throw new UsageError("seed from which file?");
    await seedFrom(invocation, file, invocation.out);
    return 0;
  },
};

/**
 * Whether a seed can be read, before a cloud is started for it.
 * @throws CommandError
 */
export async function checkSeed(file: string): Promise<void> {
  await read(file);
}

/** @throws CommandError */
export async function seedFrom(
  invocation: Pick<Invocation, "values" | "env">,
  file: string,
  out: (text: string) => void,
): Promise<void> {
  const document = await read(file);
  const { applySeed } = await import("../seed/apply.ts");
  await applySeed({
    seed: document,
    folder: dirname(resolve(file)),
    credentials: readCredentials(invocation, "admin", "admin"),
    told: (made, kind, name) => out(made ? `made ${kind} ${name}\n` : `${kind} ${name} is there\n`),
  });
}

async function read(file: string) {
  const { parseSeed } = await import("../seed/document.ts");
  const { DocumentError } = await import("../seed/yaml.ts");
  try {
    return parseSeed(readFileSync(file, "utf8"), file);
  } catch (error) {
    const known = error instanceof DocumentError || (error as NodeJS.ErrnoException).code !== undefined;
    if (known) throw new CommandError((error as Error).message, { cause: error });
    throw error;
  }
}
