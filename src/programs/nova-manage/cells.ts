// `nova-manage cell_v2 VERB`. Authority: nova/cmd/manage.py (CellV2Commands) of Zed.

import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { CommandError, statePaths } from "../../cli/command.ts";
import type { Cell } from "../../compute/manage/cells.ts";
import { readConfFiles } from "../../config/conf-files.ts";
import { systemClock } from "../../core/clock.ts";
import { endWithStatus } from "../ending.ts";
import { help, layoutOf } from "../help.ts";
import { type Arguments, type ParserSpec, parseArguments, UsageFailure } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import { table } from "../table.ts";

const VERBS = [
  "list_cells",
  "list_hosts",
  "discover_hosts",
  "map_cell0",
  "simple_cell_setup",
  "create_cell",
  "verify_instance",
];

const PARSER: ParserSpec = {
  prog: "nova-manage cell_v2",
  description: "The cells of the cloud: cell0, and cell1 with every host.",
  args: [
    { dest: "category", metavar: "cell_v2" },
    { dest: "action", metavar: `{${VERBS.join(",")}}` },
  ],
  options: [
    { names: ["-h", "--help"], kind: "flag", help: null },
    { names: ["--verbose"], kind: "flag", help: "Every step, or what is masked otherwise." },
    { names: ["--strict"], kind: "flag", help: "Exit status 1 when there was no new host." },
    { names: ["--by-service", "--quiet", "--disabled"], kind: "flag", help: null },
    { names: ["--cell_uuid"], metavar: "UUID", help: "This cell only." },
    { names: ["--uuid"], metavar: "UUID", help: "The server to look for." },
    {
      names: ["--name", "--transport-url", "--database_connection"],
      metavar: "X",
      help: null,
    },
    { names: ["--state"], metavar: "DIR", help: "State directory of the cloud (env STACK_STATE)." },
    { names: ["--config-file", "--config-dir"], metavar: "PATH", help: null },
  ],
};

export function cellVerb(argv: readonly string[], io: ProgramIo): Promise<number> {
  return endWithStatus(io, [CommandError], async () => {
    if (argv.includes("-h") || argv.includes("--help")) {
      io.out(help(PARSER, layoutOf(io.env)));
      return 0;
    }
    const { args, extras } = parseArguments(PARSER, argv);
    if (extras.length > 0) throw new UsageFailure(PARSER, `unrecognized arguments: ${extras.join(" ")}`);
    const action = args.text("action") ?? "";
    if (!VERBS.includes(action)) {
      throw new UsageFailure(PARSER, `argument action: invalid choice: '${action}' (choose from ${VERBS})`);
    }
    return onTables(action, args, io);
  });
}

async function onTables(action: string, args: Arguments, { env, out }: ProgramIo): Promise<number> {
  const paths = statePaths({ values: { state: args.text("state") ?? undefined }, env });
  const path = paths.at("nova.db");
  if (!existsSync(path)) throw new CommandError(`there is no cloud in ${paths.root}`);
  const [{ ProjectDatabase }, { ComputeNodes }, { NovaStore }, manage] = await Promise.all([
    import("../../db/open.ts"),
    import("../../compute/nodes.ts"),
    import("../../compute/store.ts"),
    import("../../compute/manage/cells.ts"),
  ]);
  const cells = manage.cellsOf(whereabouts(paths.root));
  const [, own] = cells as [Cell, Cell];
  const wanted = args.text("cell_uuid");
  const db = new ProjectDatabase({ path, migrations: [] });
  try {
    const nodes = new ComputeNodes(db);
    if (wanted !== null && !cells.some(({ uuid }) => uuid === wanted)) {
      out(`Cell with uuid ${wanted} was not found.\n`);
      return 1;
    }
    switch (action) {
      case "list_cells": {
        const shown = args.flag("verbose") ? (url: string) => url : manage.masked;
        const rows = cells.map((cell) => [
          cell.name,
          cell.uuid,
          shown(cell.transportUrl),
          shown(cell.databaseConnection),
          cell.disabled,
        ]);
        out(table(["Name", "UUID", "Transport URL", "Database Connection", "Disabled"], rows));
        return 0;
      }
      case "list_hosts": {
        const hosts = nodes.list().filter(({ mapped }) => mapped > 0 && (wanted ?? own.uuid) === own.uuid);
        const rows = hosts.map(({ host }) => [own.name, own.uuid, host]);
        const options = { sortBy: "Hostname", ofNothing: "head" } as const;
        out(table(["Cell Name", "Cell UUID", "Hostname"], rows, options));
        return 0;
      }
      case "discover_hosts": {
        const { found, steps } = manage.discover(nodes, cells, {
          cellUuid: wanted,
          nowMs: systemClock.now(),
        });
        if (args.flag("verbose")) for (const step of steps) out(`${step}\n`);
        return args.flag("strict") && found === 0 ? 1 : 0;
      }
      case "verify_instance": {
        const [text, status] = manage.verifyInstance(new NovaStore(db), cells, args.text("uuid") ?? "");
        if (!args.flag("quiet")) out(`${text}\n`);
        return status;
      }
      case "create_cell":
        out(
          `The specified transport_url and/or database_connection combination already exists for another cell with uuid ${own.uuid}.\n`,
        );
        return 2;
      case "simple_cell_setup":
        out("Cell0 is already setup\n");
        out(
          manage.discover(nodes, cells, { cellUuid: null, nowMs: systemClock.now() }).found > 0
            ? `${own.uuid}\n`
            : "All hosts are already mapped to cell(s).\n",
        );
        return 0;
      default:
        out("Cell0 is already setup\n");
        return 0;
    }
  } finally {
    db.close();
  }
}

/** What nova.conf says, else what there is: the queue is in the cloud's own process. */
function whereabouts(root: string) {
  const nova = readConfFiles(root).get("nova.conf");
  const digest = createHash("sha256")
    .update(`cell1 ${realpathSync(root)}`)
    .digest("hex");
  return {
    cellUuid: `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`,
    transportUrl: nova?.get("DEFAULT")?.get("transport_url") ?? "fake:/",
    databaseConnection: nova?.get("database")?.get("connection") ?? `sqlite:///${root}/nova.db`,
  };
}
