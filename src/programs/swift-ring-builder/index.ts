// `swift-ring-builder FILE [COMMAND ...]`: the operators' tool for rings. It works on files alone, as Swift's does: a
// path, or the name of one of the cloud's own (`object.builder`), whose object ring the running cloud reads again within
// seconds. Words and exit statuses are those of swift/cli/ringbuilder.py (0 done, 1 with warnings, 2 error).
//
// Ledger (against Swift 2.30; checked 2026-11-20)
//   Differs on purpose: a builder file is JSON, no Python pickle; ring files are Swift's own format.
//   Not here: dispersion, write_builder, set_info by one string, and increasing the partition power.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { statePaths } from "../../cli/command.ts";
import { RingBuilder } from "../../object-store/rings/builder.ts";
import {
  backupOf,
  loadBuilder,
  ringFileOf,
  ringFolder,
  saveBuilder,
  saveRing,
} from "../../object-store/rings/files.ts";
import { RingError } from "../../object-store/rings/ring.ts";
import { endWithStatus } from "../ending.ts";
import type { ProgramIo } from "../program.ts";
import { float, type RingCommand, Usage } from "./command.ts";
import { changeDevices, removeDevices } from "./devices.ts";
import { rebalance } from "./rebalance.ts";
import { describe, searchTable } from "./report.ts";
import { deviceOfOptions, formatDevice, parseAdd, parseSearch, parseWords, searchDevices } from "./search.ts";

const [DONE, WARNING, ERROR] = [0, 1, 2];

type Command = (command: RingCommand) => number | Promise<number>;

const COMMANDS: Readonly<Record<string, { usage: string; run: Command }>> = {
  create: { usage: "create <part_power> <replicas> <min_part_hours>", run: () => DONE },
  add: {
    usage:
      "add [r<region>]z<zone>-<ip>:<port>[R<r_ip>:<r_port>]/<device_name>_<meta> <weight> [...], or by --region --zone --ip --port --device --weight",
    run: add,
  },
  remove: { usage: "remove <search-value> [search-value ...] [--yes]", run: removeDevices },
  rebalance: { usage: "rebalance [--force]", run: rebalance },
  search: { usage: "search <search-value>", run: search },
  list_parts: { usage: "list_parts <search-value> [<search-value>] ..", run: listParts },
  set_weight: { usage: "set_weight <search-value> <new_weight> [...] [--yes]", run: changeDevices("weight") },
  set_region: { usage: "set_region <search-value> <region> [...] [--yes]", run: changeDevices("region") },
  set_zone: { usage: "set_zone <search-value> <zone> [...] [--yes]", run: changeDevices("zone") },
  set_info: { usage: "set_info --ip <ip> ... --change-ip <ip> ... [--yes]", run: changeDevices("info") },
  set_replicas: { usage: "set_replicas <replicas>", run: setReplicas },
  set_min_part_hours: { usage: "set_min_part_hours <hours>", run: setMinPartHours },
  set_overload: { usage: "set_overload <overload>[%]", run: setOverload },
  pretend_min_part_hours_passed: {
    usage: "pretend_min_part_hours_passed",
    run: ({ builder, file }) => {
      builder.pretendHoursPassed();
      saveBuilder(builder, file);
      return DONE;
    },
  },
  validate: {
    usage: "validate",
    run: ({ builder }) => {
      builder.validate();
      return DONE;
    },
  },
  write_ring: { usage: "write_ring", run: writeRing },
};

export function swiftRingBuilder(argv: readonly string[], io: ProgramIo): Promise<number> {
  return endWithStatus(io, [], async () => {
    const { state, words } = withoutState(argv);
    const [given, name, ...rest] = words;
    if (given === undefined || given === "-h" || given === "--help") {
      const usages = Object.values(COMMANDS).map(({ usage }) => `swift-ring-builder <builder_file> ${usage}`);
      io.out(
        `swift-ring-builder 1.3\n\nswift-ring-builder <builder_file>\n    Shows information about the ring and the devices within.\n${usages.join("\n")}\n\nExit codes: 0 = operation successful\n            1 = operation completed with warnings\n            2 = error\n`,
      );
      return DONE;
    }
    const path = resolved(given, state, io);
    const file = path.replace(/\.ring\.gz$/, ".builder");
    if (file !== path) io.out(`Note: using ${file} instead of ${path} as builder file\n`);
    const nowSeconds = Date.now() / 1000;
    try {
      if (name === "create") return create(file, rest, nowSeconds);
      if (!existsSync(file)) {
        io.out(`Ring Builder file does not exist: ${file}\n`);
        return ERROR;
      }
      const builder = loadBuilder(file);
      const ringFile = ringFileOf(file);
      if (name === undefined) {
        io.out(describe(builder, file, ringFile, nowSeconds));
        return DONE;
      }
      const command = COMMANDS[name];
      if (!command) {
        io.out(`Unknown command: ${name}\n`);
        return ERROR;
      }
      return await command.run({ builder, file, ringFile, words: rest, io, nowSeconds });
    } catch (error) {
      if (error instanceof Usage)
        io.out(`swift-ring-builder <builder_file> ${COMMANDS[name ?? ""]?.usage}\n`);
      else if (error instanceof RingError) io.out(`${error.message}\n`);
      else throw error;
      return ERROR;
    }
  });
}

function withoutState(argv: readonly string[]): { state: string | undefined; words: string[] } {
  const words = [...argv];
  const at = words.indexOf("--state");
  const [, state] = at < 0 ? [] : words.splice(at, 2);
  return { state, words };
}

/** A bare name that is not here is one of the cloud's. */
function resolved(given: string, state: string | undefined, { env }: ProgramIo): string {
  if (given.includes("/") || existsSync(given)) return given;
  const folder = ringFolder(statePaths({ values: { state }, env }));
  return existsSync(folder) ? join(folder, given) : given;
}

function create(file: string, words: readonly string[], nowSeconds: number): number {
  const [power, replicas, hours] = words.map(Number);
  if (power === undefined || replicas === undefined || hours === undefined) throw new Usage();
  const builder = RingBuilder.create(power, replicas, hours);
  saveBuilder(builder, backupOf(file, nowSeconds));
  saveBuilder(builder, file);
  return DONE;
}

function add({ builder, file, words, io }: RingCommand): number {
  const { args, options, byOptions } = parseWords(words);
  if (args.length === 0 ? !byOptions : args.length % 2 !== 0 || byOptions) throw new Usage();
  const wanted = byOptions ? [deviceOfOptions(options)] : [];
  for (let i = 0; i < args.length; i += 2) {
    const { device, named } = parseAdd(args[i]!, args[i + 1]!);
    if (!named) io.err(`WARNING: No region specified for ${args[i]}. Defaulting to region 1.\n`);
    wanted.push(device);
  }
  for (const device of wanted) {
    const same = builder.devices.find(
      (other) => other.ip === device.ip && other.port === device.port && other.device === device.device,
    );
    if (same) {
      io.out(
        `Device ${same.id} already uses ${same.ip}:${same.port}/${same.device}.\nThe on-disk ring builder is unchanged.\n\n`,
      );
      return ERROR;
    }
    const added = builder.add(device);
    io.out(`Device ${formatDevice(added)} with ${float(added.weight)} weight got id ${added.id}\n`);
  }
  saveBuilder(builder, file);
  return DONE;
}

function search({ builder, words, io }: RingCommand): number {
  const { args, options, byOptions } = parseWords(words);
  if (byOptions ? args.length > 0 : args.length !== 1) throw new Usage();
  const found = searchDevices(builder.devices, byOptions ? options : parseSearch(args[0]!));
  io.out(found.length === 0 ? "No matching devices found\n" : searchTable(builder, found));
  return found.length === 0 ? ERROR : DONE;
}

function listParts({ builder, file, words, io }: RingCommand): number {
  const { args, options, byOptions } = parseWords(words);
  if (args.length === 0 && !byOptions) throw new Usage();
  const rows = builder.state.replica2part2dev;
  if (rows.length === 0) {
    io.out(`Specified builder file "${file}" is not rebalanced yet. Please rebalance first.\n`);
    return ERROR;
  }
  const searches = byOptions ? [options] : args.map(parseSearch);
  const ids = new Set(searches.flatMap((one) => searchDevices(builder.devices, one)).map(({ id }) => id));
  const matches = Array.from({ length: builder.parts }, (_, part) => ({
    part,
    count: rows.filter((row) => ids.has(row[part] ?? -1)).length,
  }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  if (matches.length === 0) {
    io.out("No matching devices found\n");
    return ERROR;
  }
  const lines = matches.map(
    ({ part, count }) => `${String(part).padStart(9)}   ${String(count).padStart(7)}`,
  );
  io.out(`Partition   Matches\n${lines.join("\n")}\n`);
  return DONE;
}

function setReplicas({ builder, file, words, io }: RingCommand): number {
  const replicas = Number(words[0] ?? Number.NaN);
  if (Number.isNaN(replicas)) throw new Usage();
  if (replicas < 1) throw new RingError("Replica count must be at least 1.");
  builder.state.replicas = replicas;
  builder.state.version++;
  io.out(
    `The replica count is now ${replicas.toFixed(6)}.\nThe change will take effect after the next rebalance.\n`,
  );
  saveBuilder(builder, file);
  return DONE;
}

function setMinPartHours({ builder, file, words, io }: RingCommand): number {
  if (!/^\d+$/.test(words[0] ?? "")) throw new Usage();
  builder.state.min_part_hours = Number(words[0]);
  io.out(`The minimum number of hours before a partition can be reassigned is now set to ${words[0]}\n`);
  saveBuilder(builder, file);
  return DONE;
}

function setOverload({ builder, file, words, io }: RingCommand): number {
  const text = words[0] ?? "";
  const percent = text.endsWith("%");
  const value = Number(text.replace(/%$/, "") || Number.NaN) * (percent ? 0.01 : 1);
  if (Number.isNaN(value)) throw new Usage();
  if (value < 0) throw new RingError("Overload must be non-negative.");
  const excessive = value > 1 && !percent;
  if (excessive) io.out("!?! Warning overload is greater than 100% !?!\n");
  builder.state.overload = value;
  io.out(
    `The overload factor is now ${(value * 100).toFixed(2)}% (${value.toFixed(6)})\nThe change will take effect after the next rebalance.\n`,
  );
  saveBuilder(builder, file);
  return excessive ? WARNING : DONE;
}

function writeRing({ builder, ringFile, io, nowSeconds }: RingCommand): number {
  if (builder.state.devs.length === 0) throw new RingError("Unable to write empty ring.");
  if (builder.state.replica2part2dev.length === 0) {
    io.out(
      'Warning: Writing a ring with no partition assignments but with devices; did you forget to run "rebalance"?\n',
    );
  }
  saveRing(builder.ring(), backupOf(ringFile, nowSeconds));
  saveRing(builder.ring(), ringFile);
  return DONE;
}
