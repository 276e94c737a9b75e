// A SQL session over all databases of a cloud at once, under OpenStack's names, with MySQL's manners: `use nova;`,
// `show databases;`, `show tables;`, `describe instances;`, and its boxes around results. What is written here is
// honoured by the running services.

import { Database, type SQLQueryBindings } from "bun:sqlite";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The network API keeps its tables with nova's; both names lead there. */
const ALSO_KNOWN_AS: Record<string, string> = { neutron: "nova" };

const BUSY_TIMEOUT_MS = 5000;

/** Kept by the cloud for itself. */
const INTERNAL_TABLES = new Set(["stack_migrations", "bus_messages"]);

export class SqlSession {
  #folder: string;
  #db: Database;
  #current: string | null = null;

  constructor(folder: string) {
    this.#folder = folder;
    this.#db = this.#open(null);
  }

  /** The database chosen with `use`, for the prompt. */
  get current(): string | null {
    return this.#current;
  }

  /** Runs one statement and returns what to print. @throws the database's own error */
  run(statement: string): string {
    const sql = statement.trim().replace(/;+\s*$/, "");
    if (sql === "") return "";
    const use = /^use\s+[`"]?(\w+)[`"]?$/i.exec(sql);
    if (use) return this.#use(use[1]!);
    if (/^show\s+(databases|schemas)$/i.test(sql)) {
      return this.#box(
        ["Database"],
        this.databases().map((name) => [name]),
      );
    }
    if (/^show\s+tables$/i.test(sql)) return this.#showTables();
    const describe = /^(?:describe|desc|show\s+columns\s+from)\s+[`"]?(?:(\w+)\.)?(\w+)[`"]?$/i.exec(sql);
    if (describe) return this.#describe(describe[1] ?? this.#current, describe[2]!);
    return this.#execute(sql);
  }

  close(): void {
    this.#db.close();
  }

  databases(): string[] {
    const files = readdirSync(this.#folder)
      .filter((file) => file.endsWith(".db"))
      .map((file) => file.slice(0, -3));
    const aliases = Object.keys(ALSO_KNOWN_AS).filter((name) => files.includes(ALSO_KNOWN_AS[name]!));
    return [...new Set([...files, ...aliases])].sort();
  }

  #open(main: string | null): Database {
    const db = main === null ? new Database(":memory:") : new Database(this.#file(main));
    db.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    for (const name of this.databases()) db.run(`ATTACH ? AS "${name}"`, [this.#file(name)]);
    return db;
  }

  #file(name: string): string {
    const own = join(this.#folder, `${name}.db`);
    return existsSync(own) ? own : join(this.#folder, `${ALSO_KNOWN_AS[name] ?? name}.db`);
  }

  #use(name: string): string {
    if (!this.databases().includes(name)) throw new Error(`Unknown database '${name}'`);
    this.#db.close();
    this.#db = this.#open(name);
    this.#current = name;
    return "Database changed\n";
  }

  #showTables(): string {
    const name = this.#current;
    if (name === null) throw new Error("No database selected");
    const rows = this.#db
      .query<{ name: string }, []>(
        `SELECT name FROM "${name}".sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name`,
      )
      .all()
      .filter((row) => !INTERNAL_TABLES.has(row.name));
    return this.#box(
      [`Tables_in_${name}`],
      rows.map((row) => [row.name]),
    );
  }

  #describe(database: string | null, table: string): string {
    const schema = database === null ? "" : `"${database}".`;
    const rows = this.#db
      .query<{ name: string; type: string; notnull: number; pk: number; dflt_value: string | null }, []>(
        `PRAGMA ${schema}table_info("${table}")`,
      )
      .all();
    if (rows.length === 0)
      throw new Error(`Table '${database === null ? "" : `${database}.`}${table}' doesn't exist`);
    return this.#box(
      ["Field", "Type", "Null", "Key", "Default"],
      rows.map((row) => [
        row.name,
        row.type.toLowerCase(),
        row.notnull ? "NO" : "YES",
        row.pk ? "PRI" : "",
        row.dflt_value,
      ]),
    );
  }

  #execute(sql: string): string {
    const startedAt = performance.now();
    const statement = this.#db.query<unknown, SQLQueryBindings[]>(sql);
    const names = statement.columnNames;
    if (names.length > 0) return this.#box(names, statement.values() as unknown[][], startedAt);
    const { changes } = statement.run();
    return `Query OK, ${changes} row${changes === 1 ? "" : "s"} affected ${elapsed(startedAt)}\n`;
  }

  #box(
    names: readonly string[],
    rows: readonly (readonly unknown[])[],
    startedAt = performance.now(),
  ): string {
    if (rows.length === 0) return `Empty set ${elapsed(startedAt)}\n`;
    const count = `${rows.length} row${rows.length === 1 ? "" : "s"} in set ${elapsed(startedAt)}\n`;
    return mysqlBox(names, rows) + count;
  }
}

function elapsed(startedAt: number): string {
  return `(${((performance.now() - startedAt) / 1000).toFixed(2)} sec)`;
}

/** MySQL's client: numbers to the right, text to the left, NULL spelled out. */
export function mysqlBox(names: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((row) => row.map(cellText));
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]!.length)));
  const numeric = names.map((_, i) => rows.every((row) => row[i] === null || typeof row[i] === "number"));
  const rule = `+${widths.map((width) => "-".repeat(width + 2)).join("+")}+\n`;
  const line = (row: readonly string[], head = false) =>
    `|${row.map((cell, i) => ` ${numeric[i] && !head ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)} `).join("|")}|\n`;
  return rule + line(names, true) + rule + cells.map((row) => line(row)).join("") + rule;
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (value instanceof Uint8Array) return `0x${value.toHex()}`;
  return String(value);
}
