// `nova-manage service list`: the classic operators' table, from the database itself, whether the cloud runs or not.

import { existsSync } from "node:fs";
import { CommandError, statePaths } from "../../cli/command.ts";
import { systemClock } from "../../core/clock.ts";
import { randomIds } from "../../core/ids.ts";
import { LogBook } from "../../core/log.ts";
import { Peers } from "../../core/peers.ts";
import { endWithStatus } from "../ending.ts";
import { help, layoutOf } from "../help.ts";
import { type Arguments, type ParserSpec, parseArguments, UsageFailure } from "../options.ts";
import type { ProgramIo } from "../program.ts";

const PARSER: ParserSpec = {
  prog: "nova-manage",
  description: "Nova's services as its own tool shows them: :-) alive, XXX not heard of in time.",
  args: [
    { dest: "category", metavar: "service" },
    { dest: "action", metavar: "list" },
  ],
  options: [
    { names: ["-h", "--help"], kind: "flag", help: null },
    { names: ["--host"], metavar: "HOST", help: "Services of this host only." },
    { names: ["--service"], metavar: "BINARY", help: "Services of this name only: nova-compute." },
    { names: ["--rc"], metavar: "FILE", help: "Settings, of which SERVICE_DOWN_TIME counts." },
    { names: ["--state"], metavar: "DIR", help: "State directory of the cloud (env STACK_STATE)." },
    { names: ["--config-file", "--config-dir"], metavar: "PATH", help: null },
  ],
};

export async function novaManage(argv: readonly string[], io: ProgramIo): Promise<number> {
  if (/^(api_)?db$/.test(argv[0] ?? "")) {
    const { dbSync } = await import("../db-sync.ts");
    return dbSync("nova-manage", "nova", ["db sync", "api_db sync"])(argv, io);
  }
  if (argv.find((word) => !word.startsWith("-")) === "cell_v2") {
    return (await import("./cells.ts")).cellVerb(argv, io);
  }
  if (argv.find((word) => !word.startsWith("-")) === "project") {
    return (await import("./project.ts")).projectVerb(argv, io);
  }
  const network = await import("./network.ts");
  if (network.isNetworkVerb(argv)) return network.networkVerb(argv, io);
  return endWithStatus(io, [CommandError], async () => {
    if (argv.includes("-h") || argv.includes("--help")) {
      io.out(help(PARSER, layoutOf(io.env)));
      return 0;
    }
    const { args, extras } = parseArguments(PARSER, argv);
    if (extras.length > 0) throw new UsageFailure(PARSER, `unrecognized arguments: ${extras.join(" ")}`);
    if (args.text("category") !== "service" || args.text("action") !== "list") {
      throw new UsageFailure(PARSER, "there is: nova-manage service list");
    }
    io.out(await serviceList(args, io));
    return 0;
  });
}

async function serviceList(args: Arguments, { env }: ProgramIo): Promise<string> {
  const paths = statePaths({ values: { state: args.text("state") ?? undefined }, env });
  const path = paths.at("nova.db");
  if (!existsSync(path)) throw new CommandError(`there is no cloud in ${paths.root}`);
  const [{ settings }, { ProjectDatabase }, { makePeriphery }, { serviceTable }] = await Promise.all([
    import("./settings.ts"),
    import("../../db/open.ts"),
    import("../../compute/make-periphery.ts"),
    import("../../compute/manage/services.ts"),
  ]);
  const config = settings(paths.root, args.text("rc"), env);
  const db = new ProjectDatabase({ path, migrations: [] });
  try {
    const periphery = makePeriphery({
      db,
      clock: systemClock,
      ids: randomIds,
      log: new LogBook({ clock: systemClock }).logger("stack", "nova.manage"),
      config: (section) => config.values(section),
      endpoints: { base: () => null },
      peers: new Peers(),
    });
    return serviceTable(periphery, {
      host: args.text("host") ?? undefined,
      binary: args.text("service") ?? undefined,
    });
  } finally {
    db.close();
  }
}
