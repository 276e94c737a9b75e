// `glance-manage db_sync`, `cinder-manage db sync`, `nova-manage db sync` and `api_db sync`: the schema of a project's
// database, made or brought up to date; silent, and nothing the second time. The services do the same when they start.

import { mkdirSync } from "node:fs";
import { statePaths } from "../cli/command.ts";
import { ProjectDatabase } from "../db/open.ts";
import { declarations } from "../services.ts";
import { endWithStatus } from "./ending.ts";
import { type ParserSpec, parseArguments, UsageFailure } from "./options.ts";
import type { ProgramIo, ProgramMain } from "./program.ts";

/** @param forms the words that ask for it: `db sync`, `db_sync` */
export function dbSync(prog: string, project: string, forms: readonly string[]): ProgramMain {
  const parser: ParserSpec = {
    prog,
    args: [
      { dest: "category", metavar: forms[0]! },
      { dest: "action", metavar: "", optional: true },
      { dest: "version", metavar: "", optional: true },
    ],
    options: [
      { names: ["--state"], metavar: "DIR", help: "State directory of the cloud (env STACK_STATE)." },
      { names: ["--config-file", "--config-dir"], metavar: "PATH", help: null },
      { names: ["--local_cell", "--debug", "--bump-versions"], kind: "flag", help: null },
    ],
  };
  return (argv, io) =>
    endWithStatus(io, [], async () => {
      const { args } = parseArguments(parser, argv);
      const words = [args.text("category"), args.text("action")].filter((word) => word !== null);
      if (!forms.some((form) => words.join(" ").startsWith(form))) {
        throw new UsageFailure(parser, `there is: ${forms.map((form) => `${prog} ${form}`).join(", ")}`);
      }
      sync(project, args.text("state"), io);
      return 0;
    });
}

function sync(project: string, state: string | null, { env }: ProgramIo): void {
  const paths = statePaths({ values: { state: state ?? undefined }, env });
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  const db = new ProjectDatabase({ path: paths.at(`${project}.db`), migrations: [] });
  try {
    for (const declaration of declarations) {
      if ((declaration.database ?? declaration.project) === project) db.migrate(declaration.migrations ?? []);
    }
  } finally {
    db.close();
  }
}
