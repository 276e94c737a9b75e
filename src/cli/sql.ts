// `stack sql ["SELECT ..."]`: the operators' drills in SQL, one statement or a shell.

import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { messageOf } from "../core/errors.ts";
import {
  type Command,
  CommandError,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  statePaths,
} from "./command.ts";
import { SqlSession } from "./sql-session.ts";

export const sql: Command = {
  name: "sql",
  usage: '["STATEMENT; ..."]',
  summary: "all databases at once under OpenStack's names; writes are honoured by the running services",
  example: 'stack sql "select uuid, host from nova.instances where deleted = 0"',
  options: STATE_OPTION,
  optionHelp: [STATE_HELP],
  async run(invocation) {
    const folder = statePaths(invocation).root;
    if (!existsSync(folder)) throw new CommandError(`there is no cloud in ${folder}`);
    const session = new SqlSession(folder);
    try {
      const given = invocation.positionals.join(" ");
      if (given === "") return await shell(session, invocation);
      for (const statement of splitStatements(given)) invocation.out(session.run(statement));
      return 0;
    } catch (error) {
      throw new CommandError(`ERROR: ${messageOf(error)}`, { cause: error });
    } finally {
      session.close();
    }
  },
};

async function shell(session: SqlSession, { out, err }: Invocation): Promise<number> {
  const interactive = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, ...(interactive ? { output: process.stdout } : {}) });
  const prompt = () => (interactive ? `MariaDB [${session.current ?? "(none)"}]> ` : "");
  let pending = "";
  let failed = false;
  if (interactive) lines.setPrompt(prompt());
  if (interactive) lines.prompt();
  for await (const line of lines) {
    if (pending === "" && /^\s*(exit|quit|\\q)\s*;?\s*$/i.test(line)) break;
    pending += `${line}\n`;
    const statements = splitStatements(pending);
    const complete = /;\s*$/.test(pending.trimEnd());
    pending = complete ? "" : (statements.pop() ?? "");
    for (const statement of statements) {
      try {
        out(session.run(statement));
      } catch (error) {
        failed = true;
        err(`ERROR: ${messageOf(error)}\n`);
      }
    }
    if (interactive) {
      lines.setPrompt(pending === "" ? prompt() : "    -> ");
      lines.prompt();
    }
  }
  lines.close();
  if (pending.trim() !== "") out(session.run(pending));
  return failed && !interactive ? 1 : 0;
}

/** Splits at semicolons outside quotes and comments. */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let quote: string | null = null;
  for (let i = 0; i < text.length; i++) {
    const ch = text[i]!;
    if (quote !== null) {
      if (ch === quote) quote = null;
    } else if (ch === "'" || ch === '"' || ch === "`") quote = ch;
    else if (ch === "-" && text[i + 1] === "-") i = endOfLine(text, i);
    else if (ch === ";") {
      statements.push(text.slice(start, i));
      start = i + 1;
    }
  }
  statements.push(text.slice(start));
  return statements.filter((statement) => statement.trim() !== "");
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
