// `nova-manage project quota PROJECT [--key KEY --value N]`: nova-manage of Folsom, in whose time volumes were nova's too, so
// their quotas are block storage's here. `project report PROJECT` is the Operations Guide's table of use and limits.

import { existsSync } from "node:fs";
import { CommandError, statePaths } from "../../cli/command.ts";
import type { Quotas } from "../../compute/quotas/quotas.ts";
import { systemClock } from "../../core/clock.ts";
import { CloudError } from "../../core/errors.ts";
import { randomIds } from "../../core/ids.ts";
import { LogBook } from "../../core/log.ts";
import { Peers } from "../../core/peers.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import type { Quotas as VolumeQuotas } from "../../volume/quotas.ts";
import type { CinderStore } from "../../volume/store/index.ts";
import { endWithStatus } from "../ending.ts";
import { help, layoutOf } from "../help.ts";
import { type Arguments, type ParserSpec, parseArguments, UsageFailure } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import { settings } from "./settings.ts";

const PARSER: ParserSpec = {
  prog: "nova-manage project",
  description: "What a project may have and has; --key and --value change one limit.",
  args: [
    { dest: "category", metavar: "project" },
    { dest: "action", metavar: "{quota,report}" },
    { dest: "given", metavar: "PROJECT", optional: true },
  ],
  options: [
    { names: ["-h", "--help"], kind: "flag", help: null },
    { names: ["--project"], metavar: "PROJECT", help: "The project's id." },
    { names: ["--key"], metavar: "KEY", help: "The limit to change: floating_ips." },
    { names: ["--value"], metavar: "N", help: "What it is from now on; -1: no limit." },
    { names: ["--rc"], metavar: "FILE", help: "Settings, of which the quotas count." },
    { names: ["--state"], metavar: "DIR", help: "State directory of the cloud (env STACK_STATE)." },
    { names: ["--config-file", "--config-dir"], metavar: "PATH", help: null },
  ],
};

/** In Folsom's order. */
const LISTED = [
  ...[
    "metadata_items",
    "volumes",
    "gigabytes",
    "ram",
    "security_group_rules",
    "instances",
    "security_groups",
  ],
  ...["injected_file_content_bytes", "floating_ips", "injected_files", "cores"],
];
const VOLUME_KEYS = ["volumes", "gigabytes"];

/** In the guide's order; `images` and `reservation_expire` are no quotas of a project. */
const REPORTED = [
  ...["instances", "ram", "cores", "floating_ips", "volumes", "gigabytes", "images", "security_groups"],
  ...["security_group_rules", "key_pairs", "metadata_items", "injected_files", "injected_file_content_bytes"],
  ...["injected_file_path_bytes", "reservation_expire"],
];
/** nova.conf: reservation_expire, seconds. */
const RESERVATION_EXPIRE = 86_400;

export function projectVerb(argv: readonly string[], io: ProgramIo): Promise<number> {
  return endWithStatus(io, [CommandError, CloudError], async () => {
    if (argv.includes("-h") || argv.includes("--help")) {
      io.out(help(PARSER, layoutOf(io.env)));
      return 0;
    }
    const { args, extras } = parseArguments(PARSER, argv);
    if (extras.length > 0) throw new UsageFailure(PARSER, `unrecognized arguments: ${extras.join(" ")}`);
    const action = args.text("action");
    const project = args.text("project") ?? args.text("given");
    if ((action !== "quota" && action !== "report") || project === null) {
      throw new UsageFailure(PARSER, "there is: nova-manage project quota PROJECT");
    }
    io.out(await onTables(action, project, args, io));
    return 0;
  });
}

interface Books {
  nova: Quotas;
  /** Null in a cloud without block storage. */
  cinder: VolumeQuotas | null;
  volumes: CinderStore | null;
  images(project: string): number;
}

async function onTables(
  action: "quota" | "report",
  project: string,
  args: Arguments,
  { env }: ProgramIo,
): Promise<string> {
  const paths = statePaths({ values: { state: args.text("state") ?? undefined }, env });
  if (!existsSync(paths.at("nova.db"))) throw new CommandError(`there is no cloud in ${paths.root}`);
  const { ProjectDatabase } = await import("../../db/open.ts");
  const open: ProjectDatabase[] = [];
  const database = (name: string): ProjectDatabase | null => {
    const path = paths.at(`${name}.db`);
    if (!existsSync(path)) return null;
    const db = new ProjectDatabase({ path, migrations: [] });
    open.push(db);
    return db;
  };
  try {
    const books = await booksOf(database, paths.root, args.text("rc"), env);
    const [key, value] = [args.text("key"), args.text("value")];
    if (key !== null) set(books, project, key, value);
    return action === "quota" ? listing(books, project) : report(books, project);
  } finally {
    for (const db of open) db.close();
  }
}

async function booksOf(
  database: (name: string) => ProjectDatabase | null,
  stateDir: string,
  rcFile: string | null,
  env: ProgramIo["env"],
): Promise<Books> {
  const [{ makePeriphery }, { CinderStore }, { Quotas: VolumeQuotas }, { volumeSection }, images] =
    await Promise.all([
      import("../../compute/make-periphery.ts"),
      import("../../volume/store/index.ts"),
      import("../../volume/quotas.ts"),
      import("../../volume/config.ts"),
      Promise.all([import("../../image/store-usage.ts"), import("../../image/store.ts")]),
    ]);
  const [{ Usage }, { ImageStore }] = images;
  const config = settings(stateDir, rcFile, env, [volumeSection]);
  const [nova, cinder, glance] = [database("nova"), database("cinder"), database("glance")];
  if (!nova) throw new CommandError("there is no nova.db");
  const { quotas } = makePeriphery({
    db: nova,
    clock: systemClock,
    ids: randomIds,
    log: new LogBook({ clock: systemClock }).logger("stack", "nova.manage"),
    config: (section) => config.values(section),
    endpoints: { base: () => null },
    peers: new Peers(),
  });
  const store = cinder && new CinderStore(cinder, systemClock, randomIds);
  const usage = glance && new Usage(new ImageStore(glance));
  return {
    nova: quotas,
    cinder: store && new VolumeQuotas(store, config.values(volumeSection)),
    volumes: store,
    images: (project) => usage?.images(project) ?? 0,
  };
}

function set({ nova, volumes }: Books, project: string, key: string, value: string | null): void {
  const limit = value === "unlimited" ? -1 : Number(value ?? Number.NaN);
  if (!Number.isSafeInteger(limit) || limit < -1) throw new CommandError(`${value} is not a limit`);
  if (!LISTED.includes(key)) {
    throw new CommandError(`${key} is not a valid quota key. Valid options are: ${LISTED.join(", ")}.`);
  }
  if (!VOLUME_KEYS.includes(key)) nova.set(project, null, { [key]: limit }, { force: true });
  else if (volumes) volumes.quotas.setLimit(project, key, limit);
  else throw new CommandError("there is no block storage in this cloud");
}

function limitsOf({ nova, cinder }: Books, project: string): Map<string, number> {
  return new Map([...Object.entries(nova.limits(project)), ...(cinder?.limits(project) ?? [])]);
}

function listing(books: Books, project: string): string {
  const limits = limitsOf(books, project);
  return LISTED.map((name) => `${name}: ${shown(limits.get(name) ?? -1)}\n`).join("");
}

function report(books: Books, project: string): string {
  const limits = limitsOf(books, project);
  const used = new Map<string, number>([["images", books.images(project)]]);
  for (const [name, { inUse }] of Object.entries(books.nova.state(project))) used.set(name, inUse);
  for (const [name, { inUse }] of books.cinder?.usages(project) ?? []) used.set(name, inUse);
  limits.set("reservation_expire", RESERVATION_EXPIRE);
  const rows = REPORTED.map((name) => {
    const [has, limit] = [used.get(name) ?? 0, limits.get(name) ?? -1];
    const share = limit > 0 ? `${Math.floor((100 * has) / limit)}%` : "-";
    return [name, String(has), shown(limit), share];
  });
  const table = [["Resource", "Used", "Limit", "%"], ...rows];
  return table
    .map(([name, ...cells]) => `${name!.padEnd(28)}${cells.map((cell) => cell.padStart(10)).join("")}\n`)
    .join("");
}

const shown = (limit: number) => (limit < 0 ? "unlimited" : String(limit));
