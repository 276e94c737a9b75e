// Command lines as Python 2.7's argparse reads them, which is what the programs of the time were written with: options
// by any unambiguous beginning, `--name=value`, options and arguments mixed, its error texts, exit status 2.

export type Value = string | number | boolean | null | readonly string[];

export interface OptionSpec {
  /** The first is shown in errors and usage. */
  names: readonly string[];
  /** Where the value goes; by default the first name without its dashes, `_` for `-`. */
  dest?: string;
  /** What stands for the value in help. */
  metavar?: string;
  /** Null: not shown. */
  help?: string | null;
  /**
   * `flag` takes no value; `optional` may have one, and is `bare` without; `append` may be given several times and is a
   * list. Default: `value`.
   */
  kind?: "value" | "flag" | "optional" | "append";
  bare?: Value;
  default?: Value;
  required?: boolean;
  choices?: readonly string[];
  /** Turns the text into the value. @throws Error with what is wrong with it */
  parse?(text: string): Value;
}

export interface ArgumentSpec {
  dest: string;
  metavar: string;
  help?: string;
  optional?: boolean;
  /** Takes all that is left, as a list: at least one, or none too. */
  many?: "some" | "any";
  choices?: readonly string[];
  /** Turns the text into the value. @throws Error with what is wrong with it */
  parse?(text: string): Value;
}

export interface ParserSpec {
  /** `keystone`, `keystone user-create`. */
  prog: string;
  description?: string;
  epilog?: string;
  options: readonly OptionSpec[];
  args?: readonly ArgumentSpec[];
  /** Options of which at most one may be given, by their first names. */
  exclusive?: readonly string[];
  /** The heading under which options and arguments are listed together. */
  group?: string;
  commands?: { metavar: string; list: readonly { name: string; help: string }[] };
}

/** A wrong command line: usage and text are printed, the exit status is 2. */
export class UsageFailure extends Error {
  override name = "UsageFailure";
  readonly parser: ParserSpec;

  constructor(parser: ParserSpec, message: string) {
    super(message);
    this.parser = parser;
  }
}

export class Arguments {
  readonly values: Record<string, Value>;

  constructor(values: Record<string, Value>) {
    this.values = values;
  }

  /** Null when it was not given. An empty text is a text. */
  text(dest: string): string | null {
    const value = this.values[dest];
    return value === null || value === undefined ? null : String(value);
  }

  /** For what must have been given. */
  required(dest: string): string {
    const value = this.text(dest);
    if (value === null) throw new TypeError(`no value for ${dest}`);
    return value;
  }

  flag(dest: string): boolean {
    return Boolean(this.values[dest]);
  }

  /** What an option gave that may be repeated, or an argument that takes several. */
  list(dest: string): readonly string[] {
    const value = this.values[dest];
    return Array.isArray(value) ? value : [];
  }
}

export interface Parsed {
  args: Arguments;
  /** The subcommand and all that follows it. */
  command: string[] | null;
  /** What nothing has asked for. */
  extras: string[];
}

export function destOf({ dest, names }: Pick<OptionSpec, "dest" | "names">): string {
  return (
    dest ??
    names
      .find((name) => name.startsWith("--"))!
      .replace(/^--/, "")
      .trim()
      .replaceAll("-", "_")
  );
}

/** @throws UsageFailure */
export function parseArguments(
  parser: ParserSpec,
  argv: readonly string[],
  { lenient = false }: { lenient?: boolean } = {},
): Parsed {
  const values: Record<string, Value> = {};
  for (const option of parser.options) {
    values[destOf(option)] ??= option.default ?? (option.kind === "flag" ? false : null);
  }
  const seen = new Set<OptionSpec>();
  const positionals: string[] = [];
  const extras: string[] = [];
  let command: string[] | null = null;
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg === "--") {
      positionals.push(...argv.slice(i + 1));
      break;
    }
    const found = findOption(parser, arg);
    if (found === "argument") {
      if (parser.commands) {
        command = argv.slice(i);
        break;
      }
      positionals.push(arg);
      continue;
    }
    if (found === "unknown") {
      extras.push(arg);
      continue;
    }
    const { option, attached } = found;
    refuseTogether(parser, seen, option);
    seen.add(option);
    const next = argv[i + 1];
    const takesNext = attached === null && next !== undefined && next !== "--" && isArgument(parser, next);
    if (option.kind === "flag") {
      if (attached !== null) throw failure(parser, option, `ignored explicit argument '${attached}'`);
      values[destOf(option)] = true;
    } else if (attached !== null) give(parser, values, option, attached);
    else if (takesNext) {
      give(parser, values, option, next);
      i += 1;
    } else if (option.kind === "optional") values[destOf(option)] = option.bare ?? null;
    else throw failure(parser, option, "expected one argument");
  }
  for (const argument of parser.args ?? []) {
    const { dest, optional, many } = argument;
    if (many) {
      if (many === "some" && positionals.length === 0 && !lenient) {
        throw new UsageFailure(parser, "too few arguments");
      }
      values[dest] = positionals.splice(0).map((text) => String(convert(parser, argument, text)));
      continue;
    }
    const value = positionals.shift();
    if (value === undefined && !optional && !lenient) throw new UsageFailure(parser, "too few arguments");
    values[dest] = value === undefined ? null : convert(parser, argument, value);
  }
  if (!lenient) {
    if (parser.commands && command === null) throw new UsageFailure(parser, "too few arguments");
    const missing = parser.options.find((option) => option.required && !seen.has(option));
    if (missing) throw new UsageFailure(parser, `argument ${missing.names.join("/").trim()} is required`);
  }
  return { args: new Arguments(values), command, extras: [...extras, ...positionals] };
}

/** @throws UsageFailure */
function refuseTogether(parser: ParserSpec, seen: ReadonlySet<OptionSpec>, option: OptionSpec): void {
  const isExclusive = ({ names }: OptionSpec) => parser.exclusive?.includes(names[0]!);
  const other = isExclusive(option) && [...seen].find((one) => one !== option && isExclusive(one));
  if (other) throw failure(parser, option, `not allowed with argument ${other.names[0]}`);
}

/** @throws UsageFailure when several options begin so */
function findOption(
  parser: ParserSpec,
  arg: string,
): { option: OptionSpec; attached: string | null } | "argument" | "unknown" {
  if (!arg.startsWith("-") || arg === "-" || /^-\d+$|^-\d*\.\d+$/.test(arg)) return "argument";
  const exact = parser.options.find((option) => option.names.includes(arg));
  if (exact) return { option: exact, attached: null };
  const at = arg.indexOf("=");
  const name = at < 0 ? arg : arg.slice(0, at);
  const attached = at < 0 ? null : arg.slice(at + 1);
  const whole = parser.options.find((option) => option.names.includes(name));
  if (whole) return { option: whole, attached };
  if (name.startsWith("--")) {
    const matches = parser.options.flatMap((option) =>
      option.names.filter((candidate) => candidate.startsWith(name)).map((text) => ({ option, text })),
    );
    if (matches.length > 1) {
      const texts = matches.map(({ text }) => text).join(", ");
      throw new UsageFailure(parser, `ambiguous option: ${name} could match ${texts}`);
    }
    if (matches[0]) return { option: matches[0].option, attached };
  }
  return arg.includes(" ") ? "argument" : "unknown";
}

function isArgument(parser: ParserSpec, arg: string): boolean {
  return findOption(parser, arg) === "argument";
}

/** @throws UsageFailure */
function give(parser: ParserSpec, values: Record<string, Value>, option: OptionSpec, text: string): void {
  const dest = destOf(option);
  const value = convert(parser, option, text);
  if (option.kind !== "append") values[dest] = value;
  else values[dest] = [...(Array.isArray(values[dest]) ? values[dest] : []), String(value)];
}

/** @throws UsageFailure */
function convert(parser: ParserSpec, to: OptionSpec | ArgumentSpec, text: string): Value {
  const { choices, parse } = to;
  if (choices && !choices.includes(text)) {
    const list = choices.map((choice) => `'${choice}'`).join(", ");
    throw failure(parser, to, `invalid choice: '${text}' (choose from ${list})`);
  }
  if (!parse) return text;
  try {
    return parse(text);
  } catch (error) {
    throw failure(parser, to, (error as Error).message);
  }
}

function failure(parser: ParserSpec, to: OptionSpec | ArgumentSpec, message: string): UsageFailure {
  const name = "names" in to ? to.names.join("/").trim() : to.metavar;
  return new UsageFailure(parser, `argument ${name}: ${message}`);
}
