// `stack sql ["SELECT ..."]`: the operators' drills in SQL, one statement or a shell.

import { existsSync } from "node:fs";
import {
  type Command,
  CommandError,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  statePaths,
} from "./command.ts";
import { SqlSession } from "./sql-session.ts";
import { perform, type ShellOptions, sqlShell } from "./sql-shell.ts";
import { splitStatements } from "./sql-statements.ts";

export const sql: Command = {
  name: "sql",
  usage: '["STATEMENT; ..."]',
  summary: "all databases at once under OpenStack's names; writes are honoured by the running services",
  example: 'stack sql "select uuid, host from nova.instances where deleted = 0"',
  options: STATE_OPTION,
  optionHelp: [STATE_HELP],
  run(invocation) {
    const given = invocation.positionals.join(" ");
    const options = { layout: "box", skipNames: false, force: false } as const;
    return runSql(invocation, { ...options, statements: given === "" ? null : given, database: null });
  },
};

export interface SqlRequest extends ShellOptions {
  /** Null: read them from standard input. */
  statements: string | null;
  /** The one in use at the start. */
  database: string | null;
}

/** @throws CommandError when there is no cloud, SqlError for an unknown database */
export async function runSql(
  invocation: Pick<Invocation, "values" | "env" | "out" | "err">,
  { statements, database, ...options }: SqlRequest,
): Promise<number> {
  const folder = statePaths(invocation).root;
  if (!existsSync(folder)) throw new CommandError(`there is no cloud in ${folder}`);
  const session = new SqlSession(folder);
  try {
    if (database !== null) session.use(database);
    if (statements === null) return await sqlShell(session, invocation, options);
    const split = splitStatements(`${statements}\n;`);
    return perform(session, split.statements, invocation, options, false) ? 0 : 1;
  } finally {
    session.close();
  }
}
