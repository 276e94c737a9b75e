// db_sync, db_version and the commands that clear out what has expired. Authority: keystone/cmd/cli.py of Zed; token_flush:
// of Pike, the last to have it.

import { existsSync } from "node:fs";
import { type ManageCommand, ManageError } from "./command.ts";

const STEPS = ["--expand", "--migrate", "--contract", "--check"] as const;

const STEP_HELP: Record<(typeof STEPS)[number], string> = {
  "--expand": "Add to the schema what a new release needs. Here: the whole step.",
  "--migrate": "Move the data to it. Here: nothing is left to do.",
  "--contract": "Remove what only the old release needed. Here: nothing is left to do.",
  "--check": "Tell whether the schema is up to date: status 0, or 2 when db_sync is needed.",
};

const dbSync: ManageCommand = {
  name: "db_sync",
  help: "Bring the schema of the database up to date; make the database when there is none.",
  args: [{ dest: "version", metavar: "version", optional: true, help: "Accepted; there are no downgrades." }],
  exclusive: STEPS,
  options: STEPS.map((name) => ({ names: [name], kind: "flag", help: STEP_HELP[name] })),
  async run({ args, io, paths, open }) {
    if (!args.flag("check")) {
      using _database = await open();
      return 0;
    }
    const { databasePath } = await import("./offline.ts");
    const path = databasePath(paths);
    if (!existsSync(path)) {
      io.err("Your database is not currently under version control. Your first step is to run ");
      io.err("`keystone-manage db_sync --expand`.\n");
      return 2;
    }
    const missing = await pending(path);
    if (missing.length === 0) {
      io.err("All db_sync commands are upgraded to the same version and up-to-date.\n");
      return 0;
    }
    io.err(
      "Your database is not up to date. Your first step is to run `keystone-manage db_sync --expand`.\n",
    );
    return 2;
  },
};

async function pending(path: string): Promise<string[]> {
  const [{ Database }, { pendingMigrations }, { migrations }] = await Promise.all([
    import("bun:sqlite"),
    import("../../db/migrate.ts"),
    import("../../identity/migrations/index.ts"),
  ]);
  const db = new Database(path, { readonly: true });
  try {
    return pendingMigrations(db, migrations);
  } finally {
    db.close();
  }
}

const dbVersion: ManageCommand = {
  name: "db_version",
  help: "Print how many changes the schema has seen.",
  async run({ io, paths }) {
    const [{ databasePath }, { migrations }] = await Promise.all([
      import("./offline.ts"),
      import("../../identity/migrations/index.ts"),
    ]);
    const path = databasePath(paths);
    if (!existsSync(path)) throw new ManageError("there is no database; see: keystone-manage db_sync");
    io.out(`${migrations.length - (await pending(path)).length}\n`);
    return 0;
  },
};

const tokenFlush: ManageCommand = {
  name: "token_flush",
  help: "Remove what is only kept until tokens have expired. Tokens themselves are nowhere stored.",
  async run({ open }) {
    using database = await open();
    const { store } = database.identity;
    const { identitySection } = await import("../../identity/config.ts");
    const config = database.config.values(identitySection);
    const seconds = config.KEYSTONE_TOKEN_EXPIRATION + config.KEYSTONE_ALLOW_EXPIRED_WINDOW;
    const now = Date.now();
    store.db.transaction(() => {
      store.pruneRevocations(now - (seconds + 60) * 1000);
      store.pruneRequestTokens(now);
    });
    return 0;
  },
};

const trustFlush: ManageCommand = {
  name: "trust_flush",
  help: "Remove trusts that have expired or were deleted.",
  options: [
    { names: ["--project-id"], metavar: "PROJECT_ID", help: "Only trusts for this project." },
    { names: ["--trustor-user-id"], metavar: "USER_ID", help: "Only trusts that this user gave." },
    { names: ["--trustee-user-id"], metavar: "USER_ID", help: "Only trusts that this user was given." },
    { names: ["--date"], metavar: "DD-MM-YYYY", help: "Only what ended before this day; default is now." },
  ],
  async run({ args, open }) {
    const beforeMs = dayMs(args.text("date"));
    using database = await open();
    const { store } = database.identity;
    store.db.transaction(() => {
      const rows = store.trusts.list();
      const ended = rows.filter(
        (row) =>
          (row.deleted_at !== null && row.deleted_at < beforeMs) ||
          (row.expires_at !== null && row.expires_at < beforeMs),
      );
      const wanted = ended.filter(
        (row) =>
          isOrAny(args.text("project_id"), row.project_id) &&
          isOrAny(args.text("trustor_user_id"), row.trustor_user_id) &&
          isOrAny(args.text("trustee_user_id"), row.trustee_user_id),
      );
      const going = new Set(wanted.map((row) => row.id));
      for (const row of wanted) {
        // A trust that a living one was made from is still asked about.
        if (rows.some((other) => other.redelegated_trust_id === row.id && !going.has(other.id))) continue;
        store.trusts.roles.removeAllOf(row.id);
        store.trusts.remove(row.id);
      }
    });
    return 0;
  },
};

function isOrAny(asked: string | null, value: string | null): boolean {
  return asked === null || asked === value;
}

/** Midnight UTC of the day; now without one. @throws ManageError */
function dayMs(text: string | null): number {
  if (text === null) return Date.now();
  const match = /^(\d\d)-(\d\d)-(\d{4})$/.exec(text);
  const ms = match ? Date.UTC(Number(match[3]), Number(match[2]) - 1, Number(match[1])) : Number.NaN;
  if (Number.isNaN(ms)) throw new ManageError(`'${text}' is no date, which would be DD-MM-YYYY`);
  return ms;
}

export const databaseCommands: readonly ManageCommand[] = [dbSync, dbVersion, tokenFlush, trustFlush];
