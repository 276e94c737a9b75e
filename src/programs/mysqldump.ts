// `mysqldump`: the databases of a cloud as SQL, as the operations guides back them up. Names and passwords are taken and
// not needed. Authority for options: mysqldump(1).

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { statePaths } from "../cli/command.ts";
import { dumpDatabase } from "../db/dump.ts";
import type { ProgramIo } from "./program.ts";

const HELP = `Usage: mysqldump [OPTIONS] database [tables]
   or: mysqldump [OPTIONS] --databases DB1 [DB2 DB3...]
   or: mysqldump [OPTIONS] --all-databases [OPTIONS]

  -A, --all-databases    every database of the cloud
  -B, --databases        several; the text says which is which
  -d, --no-data          no rows
  -t, --no-create-info   rows only
  -r, --result-file=FILE in place of standard output
      --opt, --single-transaction, -u NAME, -p[PASSWORD], -h HOST ...
                         taken and not needed
      --state=DIR        state directory of the cloud (env STACK_STATE)
`;

const FLAGS: Record<string, string> = {
  A: "all-databases",
  B: "databases",
  d: "no-data",
  t: "no-create-info",
};
const WITH_VALUE: Record<string, string> = { r: "result-file", u: "user", h: "host", P: "port", S: "socket" };
const LONG_WITH_VALUE = new Set([
  ...Object.values(WITH_VALUE),
  "state",
  "ignore-table",
  "default-character-set",
]);

export async function mysqldump(argv: readonly string[], io: ProgramIo): Promise<number> {
  const { options, words } = parse(argv);
  if (options.has("help") || (words.length === 0 && !options.has("all-databases"))) {
    io.out(HELP);
    return options.has("help") ? 0 : 1;
  }
  const folder = statePaths({ values: { state: options.get("state") }, env: io.env }).root;
  const known = existsSync(folder)
    ? readdirSync(folder).flatMap((file) => (file.endsWith(".db") ? [file.slice(0, -3)] : []))
    : [];
  const several = options.has("all-databases") || options.has("databases");
  const databases = options.has("all-databases") ? known.sort() : several ? words : words.slice(0, 1);
  const missing = databases.find((name) => !known.includes(name));
  if (missing !== undefined) {
    io.err(`mysqldump: Got error: 1049: "Unknown database '${missing}'" when selecting the database\n`);
    return 2;
  }
  const file = options.get("result-file");
  const target = file === undefined ? null : Bun.file(file).writer();
  const write = async (text: string) => {
    if (target) await target.write(text);
    else io.out(text);
  };
  await write(`-- MySQL dump 10.17  Distrib 10.3.20-MariaDB, of the databases in ${folder}\n`);
  for (const name of databases) {
    if (several) await write(`\nCREATE DATABASE IF NOT EXISTS \`${name}\`;\nUSE \`${name}\`;\n`);
    const dump = dumpDatabase(join(folder, `${name}.db`), {
      name,
      data: !options.has("no-data"),
      schema: !options.has("no-create-info"),
      tables: several ? [] : words.slice(1),
    });
    for (const piece of dump) await write(piece);
  }
  await write(`-- Dump completed on ${new Date().toISOString().slice(0, 19).replace("T", " ")}\n`);
  await target?.end();
  return 0;
}

/** Whatever is not known is taken as an option without a value: tuning of another server's dump. */
function parse(argv: readonly string[]): { options: Map<string, string>; words: string[] } {
  const options = new Map<string, string>();
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg.startsWith("--")) {
      const [name, value] = arg.slice(2).split(/=(.*)/s) as [string, string | undefined];
      options.set(name, value ?? (LONG_WITH_VALUE.has(name) ? (argv[++i] ?? "") : ""));
    } else if (/^-\w/.test(arg)) {
      const letter = arg[1]!;
      const valued = WITH_VALUE[letter];
      if (valued) options.set(valued, arg.length > 2 ? arg.slice(2) : (argv[++i] ?? ""));
      else options.set(FLAGS[letter] ?? letter, arg.slice(2));
    } else words.push(arg);
  }
  return { options, words };
}
