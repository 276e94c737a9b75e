// `glance-manage`: the operators' tool of the image service, on its database in the state directory, past the API and its
// policy, whether the cloud runs or not. Authority for commands, options, texts and exit statuses: glance/cmd/manage.py
// and glance/db/sqlalchemy/metadata.py of Zed.
//
// On purpose unlike it: --state names the state directory (env STACK_STATE); `db_sync` in one word says nothing, as in
// the guides, and `db sync` says what it did; expand does all that a new release needs, so that nothing is left for
// migrate and contract; settings come from stackrc, so files named with --config-file are not read.

import { existsSync } from "node:fs";
import { statePaths } from "../../cli/command.ts";
import type { StatePaths } from "../../core/paths.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import { endWithStatus } from "../ending.ts";
import { help, layoutOf } from "../help.ts";
import {
  type Arguments,
  type OptionSpec,
  type ParserSpec,
  parseArguments,
  UsageFailure,
} from "../options.ts";
import type { ProgramIo } from "../program.ts";
import { ManageError, metadefVerbs } from "./metadefs.ts";

/** What a command works with. */
export interface Manage {
  args: Arguments;
  io: ProgramIo;
  /** The database, brought up to date; made when there is none. */
  open(): Promise<ProjectDatabase>;
}

export interface ManageVerb {
  /** After `db`: `purge`. In one word: `db_purge`, where Glance has that too. */
  name: string;
  help: string;
  options?: readonly OptionSpec[];
  /** False: only as `db NAME`. */
  inOneWord?: boolean;
  /** The exit status. */
  run(manage: Manage): Promise<number>;
}

/** The newest revision of Zed's schema, which ours is. */
const HEAD = "wallaby_contract01";
/** glance/cmd/manage.py: what `db check` ends with when the first step is missing. */
const EXPAND_NEEDED = 3;

const VERSION: OptionSpec = {
  names: ["--version"],
  metavar: "<version>",
  help: "Accepted; there are no downgrades.",
};

/** How many changes the schema is behind; null: there is no database. */
async function pending(paths: StatePaths): Promise<number | null> {
  const path = databasePath(paths);
  if (!existsSync(path)) return null;
  const [{ Database }, { pendingMigrations }, { migrations }] = await Promise.all([
    import("bun:sqlite"),
    import("../../db/migrate.ts"),
    import("../../image/migrations/index.ts"),
  ]);
  const db = new Database(path, { readonly: true });
  try {
    return pendingMigrations(db, migrations).length;
  } finally {
    db.close();
  }
}

function databasePath(paths: StatePaths): string {
  return paths.at("glance.db");
}

function schemaVerbs(paths: StatePaths): ManageVerb[] {
  const bringUp = (done: string) => async (manage: Manage) => {
    if ((await pending(paths)) === 0) {
      manage.io.out("Database is up to date. No migrations needed.\n");
      return 0;
    }
    (await manage.open()).close();
    manage.io.out(done);
    return 0;
  };
  return [
    {
      name: "sync",
      help: "Bring the schema of the database up to date; make the database when there is none.",
      options: [VERSION],
      run: bringUp("Database is synced successfully.\n"),
    },
    {
      name: "upgrade",
      help: "The same, by its older name.",
      options: [VERSION],
      run: bringUp(`Upgraded database, current revision(s): ${HEAD}\n`),
    },
    {
      name: "expand",
      help: "Add to the schema what a new release needs. Here: the whole step.",
      run: bringUp(`Upgraded database to: ${HEAD}, current revision(s): ${HEAD}\n`),
    },
    ...["migrate", "contract"].map(
      (name): ManageVerb => ({
        name,
        help: "Nothing is left to do once the schema is expanded.",
        async run({ io }) {
          if ((await pending(paths)) !== 0) {
            const what = name === "migrate" ? "Data migration" : "Database contraction";
            throw new ManageError(
              `${what} did not run. ${what} cannot be run before database expansion. Run database expansion first ` +
                'using "glance-manage db expand"',
            );
          }
          io.out("Database is up to date. No migrations needed.\n");
          return 0;
        },
      }),
    ),
    {
      name: "version",
      help: "Print database's current migration level",
      async run({ io }) {
        io.out(
          (await pending(paths)) === 0
            ? `${HEAD}\n`
            : "Database is either not under migration control or under legacy migration control, please run " +
                '"glance-manage db sync" to place the database under alembic migration control.\n',
        );
        return 0;
      },
    },
    {
      name: "version_control",
      help: "Place a database under migration control",
      options: [VERSION],
      async run(manage) {
        (await manage.open()).close();
        manage.io.out(`Placed database under migration control at revision: ${HEAD}\n`);
        return 0;
      },
    },
    {
      name: "check",
      help: "Report any pending database upgrades: status 0, or 3 when there are some.",
      async run({ io }) {
        if ((await pending(paths)) === 0) {
          io.out("Database is up to date. No upgrades needed.\n");
          return 0;
        }
        io.out("Your database is not up to date. Your first step is to run `glance-manage db expand`.\n");
        return EXPAND_NEEDED;
      },
    },
  ];
}

const purge = (name: string, imagesTable: boolean, days: string): ManageVerb => ({
  name,
  help: `Purge deleted rows older than a given age from ${imagesTable ? "images table" : "glance tables"}.`,
  inOneWord: false,
  options: [
    {
      names: ["--age_in_days"],
      metavar: "AGE_IN_DAYS",
      default: days,
      help: "Purge deleted rows older than age in days",
    },
    {
      names: ["--max_rows"],
      metavar: "MAX_ROWS",
      default: "100",
      help: "Limit number of records to delete. All deleted rows will be purged if equals -1.",
    },
  ],
  async run({ args, io, open }) {
    const ageInDays = whole(args, "age_in_days");
    const maxRows = whole(args, "max_rows");
    if (ageInDays < 0) throw new ManageError("Must supply a non-negative value for age.");
    if (ageInDays >= Date.now() / 86_400_000) {
      throw new ManageError("Maximal age is count of days since epoch.");
    }
    if (maxRows < -1) throw new ManageError("Minimal rows limit is -1.");
    const [{ purgeDeleted }, { systemClock }] = await Promise.all([
      import("../../image/maintenance.ts"),
      import("../../core/clock.ts"),
    ]);
    const db = await open();
    try {
      for (const { table, rows } of purgeDeleted(db, systemClock, { ageInDays, maxRows, imagesTable })) {
        io.err(`Purging deleted rows older than ${ageInDays} day(s) from table ${table}\n`);
        io.err(`Deleted ${rows} row(s) from table ${table}\n`);
      }
    } finally {
      db.close();
    }
    return 0;
  },
});

/** @throws ManageError */
function whole(args: Arguments, dest: string): number {
  const text = args.required(dest);
  if (!/^-?\d+$/.test(text)) throw new ManageError(`Invalid int value for ${dest}: ${text}`);
  return Number(text);
}

const GLOBAL: readonly OptionSpec[] = [
  { names: ["-h", "--help"], kind: "flag", help: "Show this help." },
  { names: ["--state"], metavar: "DIR", help: "State directory of the cloud (env STACK_STATE)." },
  {
    names: ["--config-file", "--config-dir"],
    metavar: "PATH",
    help: "Accepted. Settings come from stackrc.",
  },
  { names: ["--debug", "-d", "--nodebug", "--verbose", "-v"], kind: "flag", help: null },
];

export function glanceManage(argv: readonly string[], io: ProgramIo): Promise<number> {
  return endWithStatus(io, [ManageError], () => run(argv, io));
}

async function run(argv: readonly string[], io: ProgramIo): Promise<number> {
  if (argv.length === 0) {
    io.out("glance-manage category action [<args>]\nAvailable categories:\n\tdb\n");
    return 2;
  }
  const stateOf = (args: Arguments) =>
    statePaths({ values: { state: args.text("state") ?? undefined }, env: io.env });
  const frame: ParserSpec = {
    prog: "glance-manage",
    options: GLOBAL,
    commands: { metavar: "{db}", list: [] },
  };
  const early = parseArguments(frame, argv, { lenient: true });
  const words = early.command ?? [];
  const list = [
    ...schemaVerbs(stateOf(early.args)),
    ...metadefVerbs,
    purge("purge", false, "30"),
    purge("purge_images_table", true, "180"),
  ];
  if (early.args.flag("help") || words.length === 0) {
    const commands = list.map((verb) => ({ name: `db ${verb.name}`, help: verb.help }));
    io.out(help({ ...frame, commands: { metavar: "<command>", list: commands } }, layoutOf(io.env)));
    return 0;
  }
  const isLegacy = words[0] !== "db";
  const name = isLegacy ? (/^db_(\w+)$/.exec(words[0]!)?.[1] ?? "") : (words[1] ?? "");
  const verb = list.find((one) => one.name === name && (!isLegacy || one.inOneWord !== false));
  if (!verb) {
    const choices = list.map((one) => `'${one.name}'`).join(", ");
    throw new UsageFailure(
      frame,
      `argument action: invalid choice: '${name || words[0]}' (choose from ${choices})`,
    );
  }
  const own: ParserSpec = {
    prog: `glance-manage ${isLegacy ? words[0] : `db ${name}`}`,
    description: verb.help,
    options: [...GLOBAL, ...(verb.options ?? [])],
    // The forms in one word took a version or a path without an option's name.
    args: [{ dest: "positional", metavar: "VALUE", many: "any" }],
  };
  const rest = words.slice(isLegacy ? 1 : 2);
  const { args, extras } = parseArguments(own, rest);
  if (extras.length > 0) throw new UsageFailure(own, `unrecognized arguments: ${extras.join(" ")}`);
  if (args.flag("help")) {
    io.out(help(own, layoutOf(io.env)));
    return 0;
  }
  const paths = args.text("state") === null ? stateOf(early.args) : stateOf(args);
  const chosen = schemaVerbs(paths).find((one) => one.name === name) ?? verb;
  const [path] = args.list("positional");
  if (path !== undefined && args.values["path"] === null) args.values["path"] = path;
  const quiet = words[0] === "db_sync";
  return chosen.run({
    args,
    io: quiet ? { ...io, out: () => {} } : io,
    open: async () => {
      const [{ ProjectDatabase }, { migrations }, { mkdirSync }] = await Promise.all([
        import("../../db/open.ts"),
        import("../../image/migrations/index.ts"),
        import("node:fs"),
      ]);
      mkdirSync(paths.root, { recursive: true, mode: 0o700 });
      return new ProjectDatabase({ path: databasePath(paths), migrations });
    },
  });
}
