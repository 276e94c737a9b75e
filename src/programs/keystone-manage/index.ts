// `keystone-manage`: the operators' tool of the identity service. It works on the state directory, past the API and its
// policy, whether the cloud runs or not; a running one sees what it has done. Authority for commands and options:
// keystone/cmd/cli.py of Zed, and of Icehouse for pki_setup, ssl_setup and token_flush.
//
// On purpose unlike it: --state names the state directory (env STACK_STATE); --keystone-user and --keystone-group may be
// left out by root too; settings come from stackrc, so files named with --config-file are not read.

import { statePaths } from "../../cli/command.ts";
import { CloudError } from "../../core/errors.ts";
import { endWithStatus } from "../ending.ts";
import { help, layoutOf } from "../help.ts";
import { type OptionSpec, type ParserSpec, parseArguments, UsageFailure } from "../options.ts";
import type { ProgramIo } from "../program.ts";
import { type ManageCommand, ManageError } from "./command.ts";

/** Keystone's own number in the Zed release. */
const VERSION = "22.0.0";

const path = (name: string): OptionSpec => ({
  names: [name],
  metavar: "PATH",
  help: "Accepted. Settings come from stackrc.",
});

const GLOBAL: readonly OptionSpec[] = [
  { names: ["-h", "--help"], kind: "flag", help: "Show this help." },
  { names: ["--state"], metavar: "DIR", help: "State directory of the cloud (env STACK_STATE)." },
  path("--config-dir"),
  path("--config-file"),
  { names: ["--version"], kind: "flag", help: "Show the version." },
  { names: ["--debug", "-d"], kind: "flag", help: null },
  { names: ["--nodebug", "--verbose", "-v", "--use-syslog", "--nouse-syslog"], kind: "flag", help: null },
  { names: ["--log-file", "--log-dir", "--log-config-append", "--log-date-format"], help: null },
];

async function commands(): Promise<readonly ManageCommand[]> {
  const modules = await Promise.all([
    import("./bootstrap.ts"),
    import("./db.ts"),
    import("./doctor.ts"),
    import("./keys.ts"),
    import("./mapping.ts"),
    import("./pki.ts"),
  ]);
  const [{ bootstrapCommand }, { databaseCommands }, { doctorCommand }, { keyCommands }] = modules;
  const list = [bootstrapCommand, ...databaseCommands, doctorCommand, ...keyCommands];
  return [...list, ...modules[4].mappingCommands, ...modules[5].pkiCommands].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

export function keystoneManage(argv: readonly string[], io: ProgramIo): Promise<number> {
  return endWithStatus(io, [ManageError, CloudError], () => run(argv, io));
}

async function run(argv: readonly string[], io: ProgramIo): Promise<number> {
  const list = await commands();
  const layout = layoutOf(io.env);
  const parser: ParserSpec = {
    prog: "keystone-manage",
    options: GLOBAL,
    commands: { metavar: "<command>", list },
  };
  const early = parseArguments(parser, argv, { lenient: true });
  if (early.args.flag("version")) {
    io.out(`${VERSION}\n`);
    return 0;
  }
  if (early.args.flag("help") || early.command?.[0] === "help") {
    const topic = list.find(({ name }) => name === early.command?.[1]);
    io.out(help(topic ? parserOf(topic) : parser, layout));
    return 0;
  }
  const { args, command: words, extras } = parseArguments(parser, argv);
  const [name, ...rest] = words ?? [];
  const command = list.find((candidate) => candidate.name === name);
  if (!command) {
    const choices = list.map((candidate) => `'${candidate.name}'`).join(", ");
    throw new UsageFailure(parser, `argument <command>: invalid choice: '${name}' (choose from ${choices})`);
  }
  const own = parserOf(command);
  if (rest.includes("-h") || rest.includes("--help")) {
    io.out(help(own, layout));
    return 0;
  }
  const parsed = parseArguments(own, rest);
  const unknown = [...extras, ...parsed.extras];
  if (unknown.length > 0) throw new UsageFailure(parser, `unrecognized arguments: ${unknown.join(" ")}`);
  const state = parsed.args.text("state") ?? args.text("state") ?? undefined;
  const paths = statePaths({ values: { state }, env: io.env });
  return command.run({
    args: parsed.args,
    io,
    paths,
    open: async () => (await import("./offline.ts")).openOffline(paths, io.env),
  });
}

function parserOf({
  name,
  help: description,
  options = [],
  args = [],
  exclusive,
}: ManageCommand): ParserSpec {
  return {
    prog: `keystone-manage ${name}`,
    description,
    options: [
      { names: ["-h", "--help"], kind: "flag", help: "Show this help." },
      ...options,
      { names: ["--state"], metavar: "DIR", help: null },
    ],
    args,
    exclusive,
  };
}
