// `mysql`: the SQL shell as the installation guides start it. Names and passwords are taken and not asked for: who may
// read the state directory may read the databases. Authority for options: mysql(1).

import { CommandError } from "../../cli/command.ts";
import { runSql, type SqlRequest } from "../../cli/sql.ts";
import { SqlError } from "../../cli/sql-errors.ts";
import { isSystemError } from "../errors.ts";
import type { ProgramIo } from "../program.ts";
import { askPassword } from "../prompt.ts";

const HELP = `Usage: mysql [OPTIONS] [database]

  -u, --user=NAME        taken and not needed
  -p, --password[=NAME]  the same; asked for at a terminal when it has no value
  -h, --host=NAME, -P, --port=N
                         taken and not needed: the databases are those of the state directory
  -D, --database=NAME    the database to use
  -e, --execute=TEXT     run these statements and end
  -B, --batch            tab-separated, without boxes
  -N, --skip-column-names
  -t, --table            boxes (the default)
  -E, --vertical         a line for each column
  -f, --force            go on after an error
  -V, --version
      --state=DIR        state directory of the cloud (env STACK_STATE)
`;

/** Letter → long name, of options with a value. */
const WITH_VALUE: Record<string, string> = {
  u: "user",
  h: "host",
  P: "port",
  D: "database",
  e: "execute",
  S: "socket",
};

const FLAGS: Record<string, string> = {
  B: "batch",
  s: "silent",
  N: "skip-column-names",
  t: "table",
  E: "vertical",
  f: "force",
  V: "version",
  I: "help",
  "?": "help",
};

const LONG = new Set([
  ...Object.values(WITH_VALUE),
  ...Object.values(FLAGS),
  "password",
  "state",
  "protocol",
  "default-character-set",
]);

class UnknownOption extends Error {}

export async function mysql(argv: readonly string[], io: ProgramIo): Promise<number> {
  try {
    const values = parse(argv);
    if (values.has("help")) {
      io.out(HELP);
      return 0;
    }
    if (values.has("version")) {
      io.out("mysql  Ver 15.1 Distrib 10.3.20-MariaDB\n");
      return 0;
    }
    if (values.get("password") === null && process.stdin.isTTY) await askPassword("Enter password: ");
    const request: SqlRequest = {
      statements: values.get("execute") ?? null,
      database: values.get("database") ?? null,
      layout: values.has("vertical") ? "vertical" : values.has("batch") ? "tabs" : "box",
      skipNames: values.has("skip-column-names"),
      force: values.has("force"),
    };
    return await runSql({ ...io, values: { state: values.get("state") ?? undefined } }, request);
  } catch (error) {
    if (error instanceof UnknownOption) {
      io.err(`mysql: ${error.message}\n`);
      return 2;
    }
    if (!(error instanceof SqlError || error instanceof CommandError || isSystemError(error))) throw error;
    io.err(`${error.message}\n`);
    return 1;
  }
}

/** Long names; null for what has no value. @throws UnknownOption */
function parse(argv: readonly string[]): Map<string, string | null> {
  const values = new Map<string, string | null>();
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg.startsWith("--")) {
      const [name, value] = splitAt(arg.slice(2));
      if (!LONG.has(name)) throw new UnknownOption(`unknown option '${arg}'`);
      const needsNext = value === null && ([...Object.values(WITH_VALUE), "state"].includes(name) as boolean);
      values.set(name, needsNext ? (argv[++i] ?? null) : value);
    } else if (arg.startsWith("-") && arg.length > 1) {
      const letter = arg[1]!;
      const attached = arg.slice(2);
      if (letter === "p") values.set("password", attached === "" ? null : attached);
      else if (WITH_VALUE[letter])
        values.set(WITH_VALUE[letter], attached === "" ? (argv[++i] ?? null) : attached);
      else {
        for (const flag of arg.slice(1)) {
          const name = FLAGS[flag];
          if (!name) throw new UnknownOption(`unknown option '-${flag}'`);
          values.set(name, null);
        }
      }
    } else values.set("database", arg);
  }
  return values;
}

function splitAt(text: string): [string, string | null] {
  const at = text.indexOf("=");
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}
