// Devices that are there: removed, or given another weight, region, zone, address.

import type { BuilderDevice } from "../../object-store/rings/builder.ts";
import { saveBuilder } from "../../object-store/rings/files.ts";
import { RingError } from "../../object-store/rings/ring.ts";
import { float, type RingCommand, Usage } from "./command.ts";
import { formatDevice, parseSearch, parseWords, type Search, searchDevices } from "./search.ts";

const [DONE, ERROR] = [0, 2];

/** Several at once are done only when that was meant. @returns false when it is not done; it has been said why */
async function confirmed(
  { io }: RingCommand,
  found: readonly BuilderDevice[],
  yes: boolean,
  question: string,
  abort: string,
): Promise<boolean> {
  if (found.length === 0) {
    io.out("Search value matched 0 devices.\nThe on-disk ring builder is unchanged.\n");
    return false;
  }
  if (found.length === 1) return true;
  io.out(`Matched more than one device:\n${found.map((device) => `    ${formatDevice(device)}\n`).join("")}`);
  if (yes || (await answerTo(question)) === "y") return true;
  io.out(`${abort}\n`);
  return false;
}

async function answerTo(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  const ended = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
  try {
    return await Promise.race([reader.question(question), ended]);
  } finally {
    reader.close();
  }
}

export async function removeDevices(command: RingCommand): Promise<number> {
  const { builder, file, words, io } = command;
  const { args, options, byOptions, yes } = parseWords(words);
  if (byOptions ? args.length > 0 : args.length === 0) throw new Usage();
  const searches = byOptions ? [options] : args.map(parseSearch);
  const found = searches.flatMap((search) => searchDevices(builder.devices, search));
  const question = `Are you sure you want to remove these ${found.length} devices? (y/N) `;
  if (!(await confirmed(command, found, yes, question, "Aborting device removals"))) return ERROR;
  for (const device of found) {
    builder.remove(device.id);
    io.out(`${formatDevice(device)} marked for removal and will be removed next rebalance.\n`);
  }
  saveBuilder(builder, file);
  return DONE;
}

type Changed = "weight" | "region" | "zone" | "info";

export function changeDevices(what: Changed): (command: RingCommand) => Promise<number> {
  return async (command) => {
    const { builder, file, words, io } = command;
    const { args, options, byOptions, changes, yes } = parseWords(words);
    for (const { search, change } of pairs(what, args, byOptions ? options : null, changes)) {
      const found = searchDevices(builder.devices, search);
      const question = `Are you sure you want to update the ${what} for these ${found.length} devices? (y/N) `;
      if (!(await confirmed(command, found, yes, question, "Aborting device modifications"))) return ERROR;
      for (const device of found) {
        const before = formatDevice(device);
        builder.change(device.id, change);
        if (what === "info") io.out(`Device ${before} is now ${formatDevice(device)}\n`);
        else io.out(`${before} ${what} set to ${what === "weight" ? float(device.weight) : device[what]}\n`);
      }
    }
    saveBuilder(builder, file);
    return DONE;
  };
}

/** @throws Usage, RingError */
function pairs(
  what: Changed,
  args: readonly string[],
  options: Search | null,
  changes: Search,
): { search: Search; change: Search }[] {
  if (what === "info") {
    if (!options || args.length > 0 || Object.keys(changes).length === 0) throw new Usage();
    return [{ search: options, change: changes }];
  }
  const changeTo = (text: string): Search => {
    const value = Number(text);
    if (text.trim() === "" || Number.isNaN(value) || value < 0)
      throw new RingError(`Invalid ${what}: ${text}`);
    return { [what]: value };
  };
  if (options) {
    if (args.length !== 1) throw new Usage();
    return [{ search: options, change: changeTo(args[0]!) }];
  }
  if (args.length === 0 || args.length % 2 !== 0) throw new Usage();
  const found: { search: Search; change: Search }[] = [];
  for (let i = 0; i < args.length; i += 2)
    found.push({ search: parseSearch(args[i]!), change: changeTo(args[i + 1]!) });
  return found;
}
