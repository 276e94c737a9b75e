// Statements on one table by equality of columns, prepared at their first use and kept. For hot paths: what is read
// and written here costs one lookup and one SQLite step, without building SQL each time.

import type { Statement } from "bun:sqlite";
import { getTableColumns, getTableName, type InferInsertModel, type InferSelectModel } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { ProjectDatabase } from "../db/open.ts";

type Value = string | number | null;
type Where<T extends SQLiteTable> = Partial<InferSelectModel<T>>;

export class TableRows<T extends SQLiteTable> {
  readonly table: T;
  #db: ProjectDatabase;
  #name: string;
  #columns = new Map<string, SQLiteColumn>();
  /** Columns whose value in the code differs from the one in the file. */
  #converted: [string, SQLiteColumn][] = [];
  #prepared = new Map<string, Statement<Record<string, Value>, Value[]>>();

  constructor(db: ProjectDatabase, table: T) {
    this.table = table;
    this.#db = db;
    this.#name = getTableName(table);
    for (const [key, column] of Object.entries(getTableColumns(table)) as [string, SQLiteColumn][]) {
      if (key !== column.name) throw new TypeError(`${this.#name}.${key} must be called ${column.name}`);
      this.#columns.set(key, column);
      if (column.dataType !== "string" && column.dataType !== "number") this.#converted.push([key, column]);
    }
  }

  /** Returns the row's id (SQLite's rowid). */
  insert(row: InferInsertModel<T>): number {
    const names = given(row);
    const sql = () =>
      `INSERT INTO ${this.#name} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
    return Number(this.#statement(`i ${names}`, sql).run(...this.#values(row, names)).lastInsertRowid);
  }

  /** Inserts, or replaces the row that has the same unique key. */
  upsert(row: InferInsertModel<T>, key: readonly string[]): void {
    const names = given(row);
    const set = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`);
    const sql = () =>
      `INSERT INTO ${this.#name} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")}) ` +
      `ON CONFLICT (${key.join(", ")}) DO ${set.length === 0 ? "NOTHING" : `UPDATE SET ${set.join(", ")}`}`;
    this.#statement(`o ${names} ${key}`, sql).run(...this.#values(row, names));
  }

  /** Returns how many rows were changed. Nothing to change: 0, and no statement is run. */
  update(where: Where<T>, changes: Partial<InferInsertModel<T>>): number {
    const names = given(changes);
    if (names.length === 0) return 0;
    const [condition, values] = this.#where(where);
    const sql = () => `UPDATE ${this.#name} SET ${names.map((name) => `${name} = ?`).join(", ")}${condition}`;
    return this.#statement(`u ${names}${condition}`, sql).run(...this.#values(changes, names), ...values)
      .changes;
  }

  delete(where: Where<T>): number {
    const [condition, values] = this.#where(where);
    return this.#statement(`d${condition}`, () => `DELETE FROM ${this.#name}${condition}`).run(...values)
      .changes;
  }

  first(where: Where<T>, tail = ""): InferSelectModel<T> | null {
    const [condition, values] = this.#where(where);
    const sql = () => `SELECT * FROM ${this.#name}${condition} ${tail}`;
    const row = this.#statement(`s${condition} ${tail}`, sql).get(...values);
    return row === null || row === undefined ? null : this.decode(row);
  }

  /** `tail` is SQL that follows the condition: `ORDER BY id DESC`. Never made from input. */
  list(where: Where<T>, tail = ""): InferSelectModel<T>[] {
    const [condition, values] = this.#where(where);
    const sql = () => `SELECT * FROM ${this.#name}${condition} ${tail}`;
    return this.#statement(`s${condition} ${tail}`, sql)
      .all(...values)
      .map((row) => this.decode(row));
  }

  /** The rows whose `column` is one of `values`, in one statement however many there are. */
  listIn(
    column: keyof InferSelectModel<T> & string,
    values: readonly Value[],
    tail = "",
  ): InferSelectModel<T>[] {
    if (values.length === 0) return [];
    const sql = () =>
      `SELECT * FROM ${this.#name} WHERE ${column} IN (SELECT value FROM json_each(?)) ${tail}`;
    return this.#statement(`j${column} ${tail}`, sql)
      .all(JSON.stringify(values))
      .map((row) => this.decode(row));
  }

  count(where: Where<T>): number {
    const [condition, values] = this.#where(where);
    const row = this.#statement(
      `c${condition}`,
      () => `SELECT count(*) AS n FROM ${this.#name}${condition}`,
    ).get(...values);
    return Number(row?.["n"] ?? 0);
  }

  /** A row as SQLite gave it, as the code wants it; changed in place. */
  decode(row: Record<string, Value>): InferSelectModel<T> {
    const out = row as Record<string, unknown>;
    for (const [name, column] of this.#converted) {
      const value = out[name];
      if (value !== null && value !== undefined) out[name] = column.mapFromDriverValue(value);
    }
    return out as InferSelectModel<T>;
  }

  #values(row: object, names: readonly string[]): Value[] {
    return names.map((name) => {
      const value = (row as Record<string, unknown>)[name];
      return value === null ? null : (this.#columns.get(name)?.mapToDriverValue(value) as Value);
    });
  }

  #where(where: Where<T>): [string, Value[]] {
    const parts: string[] = [];
    const values: Value[] = [];
    for (const [name, value] of Object.entries(where)) {
      if (value === undefined) continue;
      if (value === null) parts.push(`${name} IS NULL`);
      else {
        parts.push(`${name} = ?`);
        values.push(this.#columns.get(name)?.mapToDriverValue(value) as Value);
      }
    }
    return [parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`, values];
  }

  #statement(key: string, sql: () => string): Statement<Record<string, Value>, Value[]> {
    let statement = this.#prepared.get(key);
    if (!statement) {
      statement = this.#db.raw.query(sql());
      this.#prepared.set(key, statement);
    }
    return statement;
  }
}

function given(row: object): string[] {
  return Object.keys(row).filter((name) => (row as Record<string, unknown>)[name] !== undefined);
}
