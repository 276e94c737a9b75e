// `cinder-manage host list`, `service list` and `db sync`, from the database itself, whether the cloud runs or not. Layout:
// cinder/cmd/manage.py of Zed, whose host list is still that of 2012.

import { existsSync } from "node:fs";
import { CommandError, statePaths } from "../../cli/command.ts";
import { systemClock } from "../../core/clock.ts";
import { randomIds } from "../../core/ids.ts";
import { fromMoment } from "../../volume/moments.ts";
import { dbSync } from "../db-sync.ts";
import { endWithStatus } from "../ending.ts";
import { help, layoutOf } from "../help.ts";
import { type ParserSpec, parseArguments, UsageFailure } from "../options.ts";
import type { ProgramIo } from "../program.ts";

const PARSER: ParserSpec = {
  prog: "cinder-manage",
  description: "The hosts and services of block storage; db sync makes its schema.",
  args: [
    { dest: "category", metavar: "{host,service,db}" },
    { dest: "action", metavar: "list" },
    { dest: "zone", metavar: "zone", optional: true },
  ],
  options: [
    { names: ["-h", "--help"], kind: "flag", help: null },
    { names: ["--rc"], metavar: "FILE", help: "Settings, of which CINDER_SERVICE_DOWN_TIME counts." },
    { names: ["--state"], metavar: "DIR", help: "State directory of the cloud (env STACK_STATE)." },
    { names: ["--config-file", "--config-dir"], metavar: "PATH", help: null },
  ],
};

export async function cinderManage(argv: readonly string[], io: ProgramIo): Promise<number> {
  if (argv.find((word) => !word.startsWith("-"))?.startsWith("db")) {
    return dbSync("cinder-manage", "cinder", ["db sync"])(argv, io);
  }
  return endWithStatus(io, [CommandError], async () => {
    if (argv.includes("-h") || argv.includes("--help")) {
      io.out(help(PARSER, layoutOf(io.env)));
      return 0;
    }
    const { args, extras } = parseArguments(PARSER, argv);
    if (extras.length > 0) throw new UsageFailure(PARSER, `unrecognized arguments: ${extras.join(" ")}`);
    const what = `${args.text("category")} ${args.text("action")}`;
    if (what !== "host list" && what !== "service list") {
      throw new UsageFailure(PARSER, "there is: cinder-manage host list, service list, db sync");
    }
    const paths = statePaths({ values: { state: args.text("state") ?? undefined }, env: io.env });
    const path = paths.at("cinder.db");
    if (!existsSync(path)) throw new CommandError(`there is no cloud in ${paths.root}`);
    const [{ ProjectDatabase }, { ServiceStore }] = await Promise.all([
      import("../../db/open.ts"),
      import("../../volume/store/services.ts"),
    ]);
    const db = new ProjectDatabase({ path, migrations: [] });
    try {
      const services = new ServiceStore(db, systemClock, randomIds).list();
      if (what === "host list") io.out(hostList(services, args.text("zone")));
      else io.out(serviceList(services, await downTimeMs(paths.root, args.text("rc"), io.env)));
      return 0;
    } finally {
      db.close();
    }
  });
}

interface Service {
  binary: string;
  host: string;
  availability_zone: string;
  disabled: boolean;
  updated_at: string | null;
  created_at: string;
}

function hostList(services: readonly Service[], zone: string | null): string {
  const zones = new Map<string, string>();
  for (const { host, availability_zone } of services) {
    if ((zone === null || availability_zone === zone) && !zones.has(host)) zones.set(host, availability_zone);
  }
  return [["host", "zone"] as const, ...zones]
    .map(([host, of]) => `${host.padEnd(25)}\t${of.padEnd(15)}\n`)
    .join("");
}

const WIDTHS = [16, 36, 16, 10, 5, 20, 12, 15, 36];
const HEADER = [
  ...["Binary", "Host", "Zone", "Status", "State", "Updated At"],
  ...["RPC Version", "Object Version", "Cluster"],
];
/** What cinder's services of Zed report. */
const [RPC_VERSION, OBJECT_VERSION] = ["3.17", "1.39"];

function serviceList(services: readonly Service[], downTime: number): string {
  const rows = services.map((service) => {
    const seen = service.updated_at ?? service.created_at;
    const up = Math.abs(systemClock.now() - fromMoment(seen)) <= downTime;
    return [
      service.binary,
      service.host,
      service.availability_zone,
      service.disabled ? "disabled" : "enabled",
      up ? ":-)" : "XXX",
      seen.slice(0, 19).replace("T", " "),
      RPC_VERSION,
      OBJECT_VERSION,
      "",
    ];
  });
  return [HEADER, ...rows]
    .map((cells) => `${cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0)).join(" ")}\n`)
    .join("");
}

async function downTimeMs(stateDir: string, rcFile: string | null, env: ProgramIo["env"]): Promise<number> {
  const [{ volumeSection }, { Config }, { readRc }, { readConfFiles }] = await Promise.all([
    import("../../volume/config.ts"),
    import("../../config/config.ts"),
    import("../../config/rc-file.ts"),
    import("../../config/conf-files.ts"),
  ]);
  const conf = readConfFiles(stateDir);
  const config = new Config({ sections: [volumeSection], env, rc: readRc({ rcFile, env }), conf });
  return config.values(volumeSection).CINDER_SERVICE_DOWN_TIME * 1000;
}
