// The frame of a client of the time: options, a verb with its own options, help, completion, and how errors end it
// (novaclient/shell.py 2.17, glanceclient/shell.py 0.12).

import type { Env } from "./common-options.ts";
import { ClientError } from "./errors.ts";
import { help, layoutOf } from "./help.ts";
import {
  type ArgumentSpec,
  type Arguments,
  type OptionSpec,
  type ParserSpec,
  parseArguments,
  UsageFailure,
} from "./options.ts";
import type { ProgramIo } from "./program.ts";
import { Interrupted } from "./prompt.ts";

/** @typeParam Client what the verb talks to */
export interface ClientVerb<Client> {
  name: string;
  help: string;
  args?: readonly ArgumentSpec[];
  options?: readonly OptionSpec[];
  /** The exit status; nothing is 0. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most verbs have no status of their own
  run(client: Client, args: Arguments, io: ProgramIo): Promise<number | void>;
}

export interface ClientProgram<Client> {
  name: string;
  description: string;
  /** The client whose behaviour this is. */
  version: string;
  globals(env: Env): readonly OptionSpec[];
  /** The verbs, which can depend on the version of the API. */
  verbs(globals: Arguments): readonly ClientVerb<Client>[];
  /** @throws ClientError with what is missing */
  connect(globals: Arguments, io: ProgramIo): Promise<Client>;
  /** What follows when the verb has ended well. */
  finish?(client: Client, globals: Arguments, io: ProgramIo): void;
  /** What a wrong command line is answered with. */
  usage(failure: UsageFailure, columns: { columns: number }): string;
  /** What an error is told as, with a newline. */
  told(error: ClientError, globals: Arguments | null): string;
}

const HELP_VERB = { name: "help", help: "Display help about this program or one of its subcommands." };
const COMPLETION = ["bash-completion", "bash_completion"];

export async function runClient<Client>(
  program: ClientProgram<Client>,
  argv: readonly string[],
  io: ProgramIo,
): Promise<number> {
  const frame = new Frame(program, io);
  try {
    return (await frame.run(argv)) ?? 0;
  } catch (error) {
    if (error instanceof UsageFailure) {
      io.err(program.usage(error, layoutOf(io.env)));
      return 2;
    }
    if (error instanceof Interrupted) return 130;
    if (!(error instanceof ClientError)) throw error;
    io.err(program.told(error, frame.globals));
    return 1;
  }
}

class Frame<Client> {
  globals: Arguments | null = null;
  readonly #program: ClientProgram<Client>;
  readonly #io: ProgramIo;

  constructor(program: ClientProgram<Client>, io: ProgramIo) {
    this.#program = program;
    this.#io = io;
  }

  // biome-ignore lint/suspicious/noConfusingVoidType: as the verbs'
  async run(argv: readonly string[]): Promise<number | void> {
    const program = this.#program;
    const { out } = this.#io;
    const options = [
      { names: ["-h", "--help"], kind: "flag" as const, help: null },
      { names: ["--version"], kind: "flag" as const, help: "Show the version of the client." },
      ...program.globals(this.#io.env),
    ];
    const early = parseArguments({ prog: program.name, options, commands: NO_COMMANDS }, argv, {
      lenient: true,
    });
    if (early.args.flag("version")) {
      out(`${program.version}\n`);
      return;
    }
    const verbs = program.verbs(early.args);
    const parser: ParserSpec = {
      prog: program.name,
      description: program.description,
      epilog: `See "${program.name} help COMMAND" for help on a specific command.`,
      options,
      commands: { metavar: "<subcommand>", list: [...verbs, HELP_VERB].sort(byName) },
    };
    if (argv.length === 0 || early.args.flag("help")) return this.#print(parser);
    const { args, command, extras } = parseArguments(parser, argv);
    this.globals = args;
    const [name = "", ...rest] = command ?? [];
    if (name === "help") return this.#help(parser, verbs, rest);
    if (COMPLETION.includes(name)) return this.#complete(verbs);
    const verb = verbs.find((candidate) => candidate.name === name);
    if (!verb) {
      const choices = [...verbs, HELP_VERB].map((candidate) => `'${candidate.name}'`).join(", ");
      throw new UsageFailure(
        parser,
        `argument <subcommand>: invalid choice: '${name}' (choose from ${choices})`,
      );
    }
    const own = this.#parserOf(verb);
    if (rest.includes("-h") || rest.includes("--help")) return this.#print(own);
    const parsed = parseArguments(own, rest);
    const unknown = [...extras, ...parsed.extras];
    if (unknown.length > 0) throw new UsageFailure(parser, `unrecognized arguments: ${unknown.join(" ")}`);
    const client = await program.connect(args, this.#io);
    const status = await verb.run(client, parsed.args, this.#io);
    program.finish?.(client, args, this.#io);
    return status;
  }

  #parserOf({ name, help: text, options = [], args = [] }: ClientVerb<Client>): ParserSpec {
    return { prog: `${this.#program.name} ${name}`, description: text, options, args };
  }

  #print(parser: ParserSpec): void {
    this.#io.out(help(parser, layoutOf(this.#io.env)));
  }

  /** @throws ClientError for a verb that is not there */
  #help(parser: ParserSpec, verbs: readonly ClientVerb<Client>[], [name]: readonly string[]): void {
    if (name === undefined) return this.#print(parser);
    const verb = verbs.find((candidate) => candidate.name === name);
    if (verb) return this.#print(this.#parserOf(verb));
    if (name !== "help") throw new ClientError(`'${name}' is not a valid subcommand`);
    this.#print({ prog: `${this.#program.name} help`, description: HELP_VERB.help, options: [] });
  }

  #complete(verbs: readonly ClientVerb<Client>[]): void {
    const options = verbs.flatMap((verb) => (verb.options ?? []).flatMap(({ names }) => names));
    this.#io.out(`${[...new Set([...verbs.map(({ name }) => name), "help", ...options])].join(" ")}\n`);
  }
}

const NO_COMMANDS = { metavar: "<subcommand>", list: [] };

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
