// Who may ask what: every route of every service, asked by everybody. `personas/table.txt` has a line for each route and
// a column for each persona. Its cells are argued from the access rule: where one differs from what the rule's default
// gives, the line says why. STACK_RECORD_PERSONAS=1 writes the cells anew and keeps the reasons: for the reviewer to read.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Enforcer } from "../../src/policy/enforcer.ts";
import { declarations } from "../../src/services.ts";
import { headersFor } from "./apis.ts";
import { fillPath, routesByWindow } from "./personas/paths.ts";
import { bodyFor, headersBeside, keyOf, type Line, linesOf } from "./personas/requests.ts";
import {
  agrees,
  type Cell,
  type Cells,
  type Expected,
  expected,
  formatTable,
  parseTable,
  type Row,
} from "./personas/table.ts";
import { KNOWN, makeWorld, PERSONAS, type Persona, type World } from "./personas/world.ts";

const TABLE = join(import.meta.dir, "personas", "table.txt");
const RECORD = process.env["STACK_RECORD_PERSONAS"] === "1";
const MISSING = "5e8e5957-649f-477b-9e5b-f1f75b21c03c";
const READING = ["GET", "HEAD", "OPTIONS"];

/** The object store has no route table: its lines stand in the table alone. */
const OBJECT_STORE = "swift";

let world: World;
const text = readFileSync(TABLE, "utf8");
/** The names of the columns stand above every section, and are written anew. */
const isColumnHead = (line: string) => /^# +nobody /.test(line);
const head = text
  .split("\n")
  .filter((line) => line.startsWith("# ") && !isColumnHead(line))
  .join("\n");
const table = new Map(parseTable(text).map((row) => [keyOf(row), row]));
let lines: ReturnType<typeof linesOf>;
const found = new Map<string, Cells>();

beforeAll(async () => {
  world = await makeWorld();
  lines = routesByWindow(world).flatMap(([window, routes]) => linesOf(window, routes));
  await walk();
  if (RECORD) record();
}, 120_000);
afterAll(() => world[Symbol.asyncDispose]());

interface Asked extends Line {
  /** Of the API's version that has the route. */
  headers: Record<string, string>;
  body: unknown;
}

function asked(): Asked[] {
  const listed = lines.map((line) => ({
    ...line,
    headers: { ...headersFor(line.window)?.(line.route), ...headersBeside(world, line) },
    body: bodyFor(world, line),
  }));
  const objects = [...table.values()].filter((row) => row.window === OBJECT_STORE);
  return [
    ...listed,
    ...objects.map((row) => ({ ...row, headers: headersBeside(world, row), body: undefined })),
  ];
}

const enforcerOf = (window: string): Enforcer =>
  world.cloud.cloud.projects.policy(
    declarations.find((declaration) => declaration.window === window)!.project,
  );

const given = (line: Line): Record<Persona, Expected> => {
  const { target } = fillPath(world, line.window, line.path, MISSING);
  return expected(world, enforcerOf(line.window), { rule: line.rule, target });
};

/**
 * First all that only looks, then what is to be refused, on things that are there; at last what is allowed: an
 * administrator's on things that are not there, so that nobody loses a user or a role on the way; deletes at the end.
 */
async function walk(): Promise<void> {
  const all = asked();
  const cellOf = (line: Asked, persona: Persona): string =>
    (RECORD ? undefined : table.get(keyOf(line))?.cells[persona]) ?? given(line)[persona];
  const changing = all.filter((line) => !READING.includes(line.method));
  for (const line of all) {
    found.set(keyOf(line), {} as Cells);
    if (READING.includes(line.method))
      for (const persona of PERSONAS) await ask(line, persona, cellOf(line, persona));
  }
  for (const line of changing) {
    for (const persona of PERSONAS) {
      const wanted = cellOf(line, persona);
      if (wanted !== "ok") await ask(line, persona, wanted);
    }
  }
  const last = ({ method, path, rule }: Asked) =>
    method === "DELETE" ? 1000 - path.length : /force|unmanage/.test(rule) ? 1 : 0;
  for (const line of changing.toSorted((a, b) => last(a) - last(b))) {
    for (const persona of PERSONAS) {
      if (cellOf(line, persona) === "ok")
        await ask(line, persona, "ok", persona.endsWith("admin") && line.window !== OBJECT_STORE);
    }
  }
}

async function ask(line: Asked, persona: Persona, wanted: string, elsewhere = false): Promise<void> {
  const filled = fillPath(world, line.window, line.path, MISSING);
  const path = elsewhere ? line.path.replace(/:([A-Za-z_]\w*)/g, MISSING).replace("*", "/") : filled.path;
  const token = persona === "nobody" ? undefined : world.tokens[persona];
  const headers = { ...line.headers, ...(token === undefined ? {} : { "x-auth-token": token }) };
  const answer = await world.cloud.request(line.window, line.method, path, line.body, headers);
  // Whoever is let in is answered 404 where nothing is.
  const absent = wanted === "ok" && (!filled.complete || !READING.includes(line.method));
  found.get(keyOf(line))![persona] = cellFrom(answer.status, absent);
  if (process.env["STACK_SHOW_PERSONAS"] === keyOf(line))
    console.log(persona, path, answer.status, answer.text);
}

function cellFrom(status: number, absent: boolean): Cell {
  if (status >= 500 && status !== 501) return String(status);
  if (status === 401 || status === 403) return String(status);
  return status === 404 && !absent ? "404" : "ok";
}

function record(): void {
  const rows: Row[] = asked().map((line) => {
    const { window, method, path, rule } = line;
    const { target } = fillPath(world, window, path, MISSING);
    const row: Row = { window, method, path, rule, target, cells: found.get(keyOf(line))!, reason: "" };
    return differing(row).length > 0 ? { ...row, reason: table.get(keyOf(line))?.reason ?? "" } : row;
  });
  writeFileSync(TABLE, formatTable(head, rows));
}

/** The personas whose cell is not what the rule gives. */
function differing(row: Row): Persona[] {
  const rule = given(row);
  return PERSONAS.filter((persona) => !agrees(row.cells[persona], rule[persona]));
}

test("every route has its line, and no line is without a route", () => {
  expect(lines.map(keyOf).filter((key) => !table.has(key))).toEqual([]);
  const known = new Set(lines.map(keyOf));
  const objects = (key: string) => key.startsWith(`${OBJECT_STORE} `);
  expect([...table.keys()].filter((key) => !known.has(key) && !objects(key))).toEqual([]);
});

test("every cell is what the access rule gives, or the line says why it is not", () => {
  const problems: string[] = [];
  for (const [key, row] of table) {
    const rule = given(row);
    const other = differing(row);
    if (other.length > 0 && row.reason === "") {
      problems.push(`${key}: ${other.map((p) => `${p} ${row.cells[p]}, by the rule ${rule[p]}`).join("; ")}`);
    }
    if (other.length === 0 && row.reason !== "") problems.push(`${key}: a reason and nothing to give it for`);
    if (row.target !== fillPath(world, row.window, row.path, MISSING).target) problems.push(`${key}: target`);
  }
  expect(problems).toEqual([]);
});

describe("asked by everybody", () => {
  test.each(PERSONAS)("%s", (persona) => {
    const problems: string[] = [];
    for (const [key, row] of table) {
      const cell = found.get(key)?.[persona];
      if (cell !== row.cells[persona]) problems.push(`${key}: ${cell}, not ${row.cells[persona]}`);
    }
    expect(problems).toEqual([]);
  });
});

test("the walk lost nobody", async () => {
  for (const persona of KNOWN) {
    const answer = await world.cloud.request("key", "GET", "/v3/auth/projects", undefined, {
      "x-auth-token": world.tokens[persona],
    });
    expect([persona, answer.status]).toEqual([persona, 200]);
  }
});
