// The table of who may ask what, as text that a person can review: `[WINDOW]`, then a line a route:
//   METHOD PATH RULE TARGET and a cell for each persona, then `# REASON` where a cell is not what the rule gives.
// TARGET tells what the path names: `ours`, of the first project; `shared`, everybody's; `nothing`, which there is not;
// `-`, no parameter. A cell: `ok` is let in, whatever then comes of the request; 401, 403 and 404 are refused.

import type { Enforcer } from "../../../src/policy/enforcer.ts";
import type { Target } from "../../../src/policy/parse.ts";
import type { PathOf } from "./paths.ts";
import type { Line } from "./requests.ts";
import { KNOWN, PERSONAS, type Persona, type World } from "./world.ts";

export type Cell = "ok" | "401" | "403" | "404" | (string & {});
export type Cells = Record<Persona, Cell>;

export interface Row extends Line {
  target: PathOf["target"];
  cells: Cells;
  /** Empty unless a cell differs from what the rule gives. */
  reason: string;
}

export function parseTable(text: string): Row[] {
  const rows: Row[] = [];
  let window = "";
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const section = /^\[(.+)\]$/.exec(line);
    if (section) {
      window = section[1]!;
      continue;
    }
    const mark = line.indexOf(" # ");
    const [method = "", path = "", rule = "", target = "", ...cells] = (mark < 0 ? line : line.slice(0, mark))
      .trim()
      .split(/\s+/);
    if (cells.length !== PERSONAS.length) throw new Error(`not ${PERSONAS.length} cells: ${line}`);
    rows.push({
      window,
      method,
      path,
      rule,
      target: target as Row["target"],
      cells: Object.fromEntries(PERSONAS.map((persona, i) => [persona, cells[i]])) as Cells,
      reason: mark < 0 ? "" : line.slice(mark + 3).trim(),
    });
  }
  return rows;
}

export function formatTable(head: string, rows: readonly Row[]): string {
  const lines = [head.trimEnd()];
  for (const [window, own] of Map.groupBy(rows, (row) => row.window)) {
    const width = (of: (row: Row) => string) => Math.max(...own.map((row) => of(row).length));
    const [paths, rules] = [width((row) => row.path), width((row) => row.rule)];
    lines.push("", `[${window}]`);
    lines.push(
      `${"#".padEnd(7 + paths + 1 + rules + 1 + 7)} ${PERSONAS.map((p) => p.slice(0, 8)).join(" ")}`,
    );
    for (const row of own) {
      const cells = PERSONAS.map((persona) => row.cells[persona].padEnd(Math.min(persona.length, 8))).join(
        " ",
      );
      const fixed = `${row.method.padEnd(6)} ${row.path.padEnd(paths)} ${row.rule.padEnd(rules)} ${row.target.padEnd(7)}`;
      lines.push(`${fixed} ${cells}${row.reason === "" ? "" : ` # ${row.reason}`}`.trimEnd());
    }
  }
  return `${lines.join("\n")}\n`;
}

/** `no`: 403, or 404 where a service hides what is not one's own. */
export type Expected = "ok" | "401" | "no";

/** What the rule of a line gives, by the defaults it has: the argument for the table's cells. */
export function expected(
  world: World,
  enforcer: Enforcer,
  { rule, target }: Pick<Row, "rule" | "target">,
): Record<Persona, Expected> {
  const open = rule === "public";
  const given = { nobody: "401", expired: "401", disabled: "401" } as Record<Persona, Expected>;
  if (open) for (const persona of PERSONAS) given[persona] = "ok";
  for (const persona of KNOWN) {
    const facts = world.facts[persona];
    const own = { project_id: facts.projectId, tenant_id: facts.projectId, user_id: facts.userId };
    const context = { ...facts, requestId: "req-x", globalRequestId: null, remoteAddress: null };
    const targets: Record<Row["target"], Target> = {
      ours: world.owned,
      shared: { ...own, ...world.shared },
      nothing: own,
      "-": own,
    };
    const allowed =
      open ||
      rule === "token" ||
      (rule in SWIFT_ROLES
        ? facts.projectId === world.projectId && facts.roles.some((role) => SWIFT_ROLES[rule]!.includes(role))
        : enforcer.allows(rule, targets[target], context));
    given[persona] = allowed ? "ok" : "no";
  }
  return given;
}

/** The object store asks keystoneauth, not a policy: operator_roles of proxy-server.conf (project_reader_roles is empty). */
const SWIFT_ROLES: Readonly<Record<string, readonly string[]>> = {
  "swift:operator": ["member", "admin", "swiftoperator"],
};

export function agrees(cell: Cell, given: Expected): boolean {
  return given === "no" ? cell === "403" || cell === "404" : cell === given;
}
