// The SQL shell: a banner and a prompt at a terminal, one statement after the other from a file or a pipe.

import { createInterface } from "node:readline/promises";
import type { Invocation } from "./command.ts";
import { SqlError } from "./sql-errors.ts";
import type { SqlLayout } from "./sql-layout.ts";
import { SERVER_VERSION, type SqlSession } from "./sql-session.ts";
import { type Split, type Statement, splitStatements } from "./sql-statements.ts";

export interface ShellOptions {
  layout: SqlLayout;
  skipNames: boolean;
  /** Goes on after a statement that failed. */
  force: boolean;
}

const EXIT = /^\s*(exit|quit|\\q)\s*;?\s*$/i;
const HELP = /^\s*(help|\\h|\?)\s*;?\s*$/i;

const BANNER = `Welcome to the MariaDB monitor.  Commands end with ; or \\g.
Your MariaDB connection id is 1
Server version: ${SERVER_VERSION} (SQLite in the state directory of this cloud)

Type 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.

`;

const HELP_TEXT = `
show databases; show tables; use NAME; describe TABLE;
select ...; update ...; insert ...; delete ...;   \\G instead of ; shows a row line by line
exit

`;

export async function sqlShell(
  session: SqlSession,
  { out, err }: Pick<Invocation, "out" | "err">,
  options: ShellOptions,
): Promise<number> {
  const interactive = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, ...(interactive ? { output: process.stdout } : {}) });
  const prompt = (pending: string) => {
    if (!interactive) return;
    lines.setPrompt(pending === "" ? `MariaDB [${session.current ?? "(none)"}]> ` : "    -> ");
    lines.prompt();
  };
  if (interactive) out(BANNER);
  prompt("");
  let pending = "";
  let failed = false;
  for await (const line of lines) {
    if (pending === "" && EXIT.test(line)) break;
    if (pending === "" && HELP.test(line)) out(HELP_TEXT);
    else {
      const { statements, rest }: Split = splitStatements(`${pending}${line}\n`);
      pending = rest;
      // `use nova` needs no semicolon.
      if (/^\s*use\s+\S+\s*$/i.test(pending)) {
        statements.push({ text: pending, vertical: false });
        pending = "";
      }
      failed = !perform(session, statements, { out, err }, options, interactive) || failed;
      if (failed && !interactive && !options.force) break;
    }
    prompt(pending);
  }
  lines.close();
  if (interactive) out("Bye\n");
  else if (pending !== "" && !(failed && !options.force)) {
    failed = !perform(session, [{ text: pending, vertical: false }], { out, err }, options, false) || failed;
  }
  return failed && !interactive ? 1 : 0;
}

/** False when a statement has failed; those after it are left out then, unless there is somebody to see it. */
export function perform(
  session: SqlSession,
  statements: readonly Statement[],
  { out, err }: Pick<Invocation, "out" | "err">,
  { layout, skipNames, force }: ShellOptions,
  interactive: boolean,
): boolean {
  let ok = true;
  for (const { text, vertical } of statements) {
    try {
      const answer = session.run(text, { layout: vertical ? "vertical" : layout, skipNames });
      if (!interactive && layout === "tabs" && /^(Query OK|Database changed)/.test(answer)) continue;
      out(interactive && answer !== "Database changed\n" && answer !== "" ? `${answer}\n` : answer);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      err(`${error.message}\n`);
      ok = false;
      if (!interactive && !force) break;
    }
  }
  return ok;
}
