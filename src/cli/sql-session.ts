// A SQL session over all databases of a cloud at once, under OpenStack's names, with MySQL's manners: `use nova;`,
// `show databases;`, `show tables;`, `describe instances;`, and its boxes around results. What is written here is
// honoured by the running services.

import { Database, type SQLQueryBindings } from "bun:sqlite";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { noDatabase, noTable, SqlError, sqlError, unknownDatabase } from "./sql-errors.ts";
import { drawResult, type ResultSet, type SqlLayout } from "./sql-layout.ts";
import { withoutLeadingComments } from "./sql-statements.ts";

/** The network API keeps its tables with nova's; both names lead there. */
const ALSO_KNOWN_AS: Record<string, string> = { neutron: "nova" };

const BUSY_TIMEOUT_MS = 5000;

/** Kept by the cloud for itself. */
const INTERNAL_TABLES = new Set(["stack_migrations", "bus_messages"]);

/** The server of the courses' transcripts. */
export const SERVER_VERSION = "10.3.20-MariaDB";

/** Accounts and their rights: the shell is the owner's of the state directory, so these change nothing. */
const ACCOUNTS = /^(grant|revoke|flush|create\s+user|drop\s+user|alter\s+user|set\s+password|set\s+names)\b/i;

export interface RunOptions {
  layout?: SqlLayout;
  skipNames?: boolean;
}

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

  /** Runs one statement and returns what to print. @throws SqlError */
  run(statement: string, options: RunOptions = {}): string {
    const sql = withoutLeadingComments(statement)
      .trim()
      .replace(/;+\s*$/, "");
    if (sql === "") return "";
    const startedAt = performance.now();
    const use = /^use\s+[`"]?(\w+)[`"]?$/i.exec(sql);
    if (use) return this.use(use[1]!);
    const count = this.#accepted(sql);
    if (count !== null) return changed(count, startedAt);
    try {
      const result = this.#catalogue(sql) ?? this.#execute(sql);
      if (typeof result === "number") return changed(result, startedAt);
      if (result.rows.length === 0)
        return options.layout === "tabs" ? "" : `Empty set ${elapsed(startedAt)}\n`;
      const text = drawResult(result, options.layout ?? "box", options.skipNames);
      if (options.layout === "tabs") return text;
      return `${text}${counted(result.rows.length)} in set ${elapsed(startedAt)}\n`;
    } catch (error) {
      throw sqlError(error, this.#current);
    }
  }

  /** The rows of a SELECT, as objects. @throws SqlError */
  rows(statement: string): Record<string, unknown>[] {
    try {
      return this.#db.query<Record<string, unknown>, SQLQueryBindings[]>(statement).all();
    } catch (error) {
      throw sqlError(error, this.#current);
    }
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

  /** @throws SqlError */
  use(name: string): string {
    if (!this.databases().includes(name)) throw unknownDatabase(name);
    this.#db.close();
    this.#db = this.#open(name);
    this.#current = name;
    return "Database changed\n";
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

  /**
   * What every installation begins with and this cloud has no need of: its databases are made by its services, and who
   * may read the state directory may read them. How many rows MySQL says these statements change; null for others.
   * @throws SqlError for what cannot be had here
   */
  #accepted(sql: string): number | null {
    if (/^create\s+(database|schema)\b/i.test(sql)) return 1;
    if (ACCOUNTS.test(sql)) return 0;
    const drop = /^drop\s+(?:database|schema)\s+(?:if\s+exists\s+)?[`"]?(\w+)/i.exec(sql);
    if (drop) {
      const reason = `the cloud keeps database '${drop[1]}'; see: stack cleanup`;
      throw new SqlError(1044, "42000", `Access denied: ${reason}`);
    }
    return null;
  }

  /** SHOW and DESCRIBE, and the functions that ask about the session. */
  #catalogue(sql: string): ResultSet | null {
    if (/^show\s+(databases|schemas)$/i.test(sql)) {
      return { names: ["Database"], rows: this.databases().map((name) => [name]) };
    }
    const tables =
      /^show\s+tables(?:\s+(?:from|in)\s+[`"]?(\w+)[`"]?)?(?:\s+like\s+['"]([^'"]*)['"])?$/i.exec(sql);
    if (tables) return this.#tables(tables[1] ?? this.#current, tables[2] ?? null);
    const describe =
      /^(?:describe|desc|explain|show\s+(?:full\s+)?(?:columns|fields)\s+(?:from|in))\s+[`"]?(?:(\w+)[`"]?\.[`"]?)?(\w+)[`"]?$/i.exec(
        sql,
      );
    if (describe) return this.#describe(describe[1] ?? this.#current, describe[2]!);
    if (/^select\s+database\(\s*\)$/i.test(sql)) return { names: ["DATABASE()"], rows: [[this.#current]] };
    if (/^select\s+(version\(\s*\)|@@version)$/i.test(sql)) {
      return { names: ["VERSION()"], rows: [[SERVER_VERSION]] };
    }
    return null;
  }

  #tables(database: string | null, like: string | null): ResultSet {
    if (database === null) throw noDatabase();
    if (!this.databases().includes(database)) throw unknownDatabase(database);
    const rows = this.#db
      .query<{ name: string }, [string]>(
        `SELECT name FROM "${database}".sqlite_master
         WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' AND name LIKE ? ORDER BY name`,
      )
      .all(like ?? "%")
      .filter((row) => !INTERNAL_TABLES.has(row.name));
    const head = `Tables_in_${database}${like === null ? "" : ` (${like})`}`;
    return { names: [head], rows: rows.map((row) => [row.name]) };
  }

  #describe(database: string | null, table: string): ResultSet {
    if (database === null) throw noDatabase();
    const rows = this.#db
      .query<{ name: string; type: string; notnull: number; pk: number; dflt_value: string | null }, []>(
        `PRAGMA "${database}".table_info("${table}")`,
      )
      .all();
    if (rows.length === 0) throw noTable(database, table);
    return {
      names: ["Field", "Type", "Null", "Key", "Default", "Extra"],
      rows: rows.map((row) => [
        row.name,
        row.type.toLowerCase(),
        row.notnull || row.pk ? "NO" : "YES",
        row.pk ? "PRI" : "",
        row.dflt_value,
        "",
      ]),
    };
  }

  /** The rows, or how many were changed. */
  #execute(sql: string): ResultSet | number {
    const statement = this.#db.query<unknown, SQLQueryBindings[]>(sql);
    const names = statement.columnNames;
    if (names.length > 0) return { names, rows: statement.values() as unknown[][] };
    return statement.run().changes;
  }
}

function counted(rows: number): string {
  return `${rows} row${rows === 1 ? "" : "s"}`;
}

function changed(rows: number, startedAt: number): string {
  return `Query OK, ${counted(rows)} affected ${elapsed(startedAt)}\n`;
}

function elapsed(startedAt: number): string {
  return `(${((performance.now() - startedAt) / 1000).toFixed(2)} sec)`;
}
