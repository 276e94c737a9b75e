// The command line: finds the command, parses its options, prints help, turns errors into exit statuses
// (0 done, 1 failed, 2 wrong usage).

import { parseArgs } from "node:util";
import { ConfigError } from "../config/config.ts";
import { StackrcError } from "../config/stackrc.ts";
import { CloudNotRunning, ControlError } from "../control/client.ts";
import { CloudError } from "../core/errors.ts";
import { findProgram, programs } from "../programs/index.ts";
import type { Program } from "../programs/program.ts";
import { VERSION } from "../version.ts";
import { attach } from "./attach.ts";
import { backup, restore } from "./backup.ts";
import { bus } from "./bus.ts";
import { type Command, CommandError, type Invocation, UsageError } from "./command.ts";
import { clouds, openrc } from "./credentials.ts";
import { doctor } from "./doctor.ts";
import { cleanup, down } from "./down.ts";
import { fault } from "./fault.ts";
import { health, metrics } from "./health.ts";
import { lab } from "./lab.ts";
import { logLevel, logs } from "./logs.ts";
import { net } from "./net.ts";
import { notifications } from "./notifications.ts";
import { plugin } from "./plugin.ts";
import { policy } from "./policy.ts";
import { probe } from "./probe.ts";
import { run } from "./run.ts";
import { seed } from "./seed.ts";
import { queues, restart, start, status, stop } from "./service.ts";
import { snapshot } from "./snapshot.ts";
import { sql } from "./sql.ts";
import { support } from "./support.ts";
import { trace } from "./trace.ts";
import { up } from "./up.ts";

export const commands: readonly Command[] = [
  up,
  attach,
  status,
  start,
  stop,
  restart,
  logs,
  logLevel,
  trace,
  notifications,
  health,
  metrics,
  probe,
  support,
  queues,
  bus,
  policy,
  openrc,
  clouds,
  run,
  seed,
  lab,
  fault,
  plugin,
  snapshot,
  backup,
  restore,
  sql,
  net,
  doctor,
  down,
  cleanup,
];

export async function main(
  argv: readonly string[],
  io: Pick<Invocation, "env" | "out" | "err">,
): Promise<number> {
  const [first, ...rest] = argv;
  try {
    if (first === "--version" || first === "version") {
      io.out(`stack ${VERSION}\n`);
      return 0;
    }
    if (first === "help" || first === "--help" || first === "-h") {
      const program = findProgram(rest[0] ?? "");
      if (program) io.out(helpForProgram(program));
      else io.out(rest[0] === undefined ? overview() : helpFor(find(rest[0])));
      return 0;
    }
    const program = findProgram(first ?? "");
    if (program) return await (await program.load())(rest, io);
    // `stack` and `stack --port 0` mean `stack up`.
    const named = first !== undefined && (!first.startsWith("-") || first === "-r");
    const command = named ? find(first) : up;
    const args = named ? rest : argv;
    if (args.includes("--help") || (args.includes("-h") && !command.passThrough)) {
      io.out(helpFor(command));
      return 0;
    }
    return await command.run({ ...io, ...parse(command, args) });
  } catch (error) {
    return report(error, io.err);
  }
}

function find(name: string): Command {
  const command = commands.find((c) => c.name === name || c.aliases?.includes(name));
  if (!command) throw new UsageError(`no command is called ${name}; see: stack help`);
  return command;
}

function parse(command: Command, args: readonly string[]): Pick<Invocation, "values" | "positionals"> {
  if (command.passThrough) return splitPassThrough(command, args);
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: command.options ?? {},
      allowPositionals: true,
      strict: true,
    });
    return { values: { ...values } as Invocation["values"], positionals };
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]}; see: stack help ${command.name}`);
  }
}

/** Options end at `--` or at the first word that is none; the rest is another program's. */
function splitPassThrough(
  command: Command,
  args: readonly string[],
): Pick<Invocation, "values" | "positionals"> {
  const options = command.options ?? {};
  let end = 0;
  while (end < args.length && args[end]!.startsWith("-") && args[end] !== "--") {
    const name = args[end]!.replace(/^--?/, "").split("=")[0]!;
    const takesValue = options[name]?.type === "string" && !args[end]!.includes("=");
    end += takesValue ? 2 : 1;
  }
  const rest = args.slice(args[end] === "--" ? end + 1 : end);
  const own = parse({ ...command, passThrough: false }, args.slice(0, end));
  return { values: own.values, positionals: [...rest] };
}

function report(error: unknown, err: (text: string) => void): number {
  if (error instanceof UsageError) {
    err(`stack: ${error.message}\n`);
    return 2;
  }
  const expected =
    error instanceof CommandError ||
    error instanceof CloudNotRunning ||
    error instanceof ControlError ||
    error instanceof ConfigError ||
    error instanceof StackrcError ||
    error instanceof CloudError;
  if (expected) err(`stack: ${error.message}\n`);
  else err(`stack: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return error instanceof ConfigError || error instanceof StackrcError ? 2 : 1;
}

function overview(): string {
  const width = Math.max(...[...commands, ...programs].map(({ name }) => name.length));
  const row = ({ name, summary }: Command | Program) => `  ${name.padEnd(width)}  ${summary}`;
  return `An OpenStack-compatible cloud in one executable.

Usage: stack [COMMAND] [options]

${commands.map(row).join("\n")}

Programs of the time, also by a link of their name to this one:

${programs.map(row).join("\n")}

stack help COMMAND tells more. Version ${VERSION}.
`;
}

function helpForProgram({ name, summary, example }: Program): string {
  return `Usage: stack ${name} ARGUMENTS

${summary[0]!.toUpperCase()}${summary.slice(1)}.
Its own help: stack ${name} --help

Example: ${example}
`;
}

function helpFor(command: Command): string {
  const width = Math.max(0, ...(command.optionHelp ?? []).map(([name]) => name.length));
  const options = (command.optionHelp ?? [])
    .map(([name, help]) => `  ${name.padEnd(width)}  ${help}\n`)
    .join("");
  return `Usage: stack ${command.name} ${command.usage}

${command.summary[0]!.toUpperCase()}${command.summary.slice(1)}.
${options === "" ? "" : `\n${options}`}
Example: ${command.example}
`;
}
