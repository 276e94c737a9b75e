// Statements every table of this database needs: a row that is deleted stays, marked, and is not seen any more.

import { and, asc, eq, type InferInsertModel, type InferSelectModel, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Clock } from "../../core/clock.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import { toMoment } from "../moments.ts";
import { once } from "./once.ts";

export type SoftTable = SQLiteTable & {
  id: SQLiteColumn;
  deleted: SQLiteColumn;
  created_at: SQLiteColumn;
};

type Row<T extends SoftTable> = InferSelectModel<T>;
/** What may be given at the creation of a row; its stamps are set here. */
export type NewRow<T extends SoftTable> = Omit<
  InferInsertModel<T>,
  "created_at" | "deleted" | "deleted_at"
> & {
  created_at?: string;
};
export type Changes<T extends SoftTable> = Partial<InferInsertModel<T>>;

export class SoftRows<T extends SoftTable> {
  readonly table: T;
  readonly db: ProjectDatabase;
  #clock: Clock;
  #get;
  #all;
  /** Prepared once for each set of columns that is written. */
  #inserts = new Map<string, Statement>();
  #updates = new Map<string, Statement>();

  constructor(db: ProjectDatabase, clock: Clock, table: T) {
    this.db = db;
    this.table = table;
    this.#clock = clock;
    this.#get = once(() =>
      db.orm
        .select()
        .from(table as SoftTable)
        .where(and(eq(table.id, sql.placeholder("id")), eq(table.deleted, false)))
        .prepare(),
    );
    this.#all = once(() =>
      db.orm
        .select()
        .from(table as SoftTable)
        .where(eq(table.deleted, false))
        .orderBy(asc(table.created_at), asc(table.id))
        .prepare(),
    );
  }

  now(): string {
    return toMoment(this.#clock.now());
  }

  get(id: string | number): Row<T> | null {
    return (this.#get().get({ id }) as Row<T> | undefined) ?? null;
  }

  /** Those for which `where` holds, oldest first unless told otherwise. */
  list(where?: SQL, ...orderBy: SQL[]): Row<T>[] {
    if (where === undefined && orderBy.length === 0) return this.#all().all() as Row<T>[];
    const { created_at, id, deleted } = this.table;
    return this.db.orm
      .select()
      .from(this.table as SoftTable)
      .where(and(eq(deleted, false), where))
      .orderBy(...(orderBy.length > 0 ? orderBy : [asc(created_at), asc(id)]))
      .all() as Row<T>[];
  }

  first(where?: SQL): Row<T> | null {
    const row = this.db.orm
      .select()
      .from(this.table as SoftTable)
      .where(and(eq(this.table.deleted, false), where))
      .limit(1)
      .get();
    return (row as Row<T> | undefined) ?? null;
  }

  count(where?: SQL): number {
    const row = this.db.orm
      .select({ n: sql<number>`count(*)` })
      .from(this.table as SoftTable)
      .where(and(eq(this.table.deleted, false), where))
      .get();
    return row?.n ?? 0;
  }

  insert(row: NewRow<T>): Row<T> {
    const values: Record<string, unknown> = { created_at: this.now(), ...row };
    const statement = remembered(this.#inserts, "", values, (columns) =>
      this.db.orm
        .insert(this.table)
        .values(columns as never)
        .returning()
        .prepare(),
    );
    return statement.get(values) as Row<T>;
  }

  /** Null when there is no such row, or `where` does not hold for it. `updated_at` is set unless it is given. */
  update(id: string | number, changes: Changes<T>, where?: SQL): Row<T> | null {
    return where === undefined ? this.#change(id, changes) : this.#changeIf(id, changes, where);
  }

  /** Changes the row only while the column has one of these values. Null when it has not. */
  updateFrom(
    id: string | number,
    column: SQLiteColumn,
    from: readonly string[],
    changes: Changes<T>,
  ): Row<T> | null {
    return this.#change(id, changes, { column, from });
  }

  #change(
    id: string | number,
    changes: Changes<T>,
    condition?: { column: SQLiteColumn; from: readonly string[] },
  ): Row<T> | null {
    const values: Record<string, unknown> = { updated_at: this.now(), ...changes };
    const where =
      condition && sql`${condition.column} IN (SELECT value FROM json_each(${sql.placeholder(FROM)}))`;
    const statement = remembered(this.#updates, condition?.column.name ?? "", values, (columns) =>
      this.db.orm
        .update(this.table)
        .set(columns as never)
        .where(and(eq(this.table.id, sql.placeholder(ROW)), eq(this.table.deleted, false), where))
        .returning()
        .prepare(),
    );
    const given = { ...values, [ROW]: id, [FROM]: JSON.stringify(condition?.from ?? []) };
    return (statement.all(given)[0] as Row<T> | undefined) ?? null;
  }

  #changeIf(id: string | number, changes: Changes<T>, where: SQL): Row<T> | null {
    const rows = this.db.orm
      .update(this.table)
      .set({ updated_at: this.now(), ...changes } as never)
      .where(and(eq(this.table.id, id), eq(this.table.deleted, false), where))
      .returning()
      .all() as Row<T>[];
    return rows[0] ?? null;
  }

  /** How many rows were changed. */
  updateWhere(where: SQL | undefined, changes: Changes<T>): number {
    return this.db.orm
      .update(this.table)
      .set({ updated_at: this.now(), ...changes } as never)
      .where(and(eq(this.table.deleted, false), where))
      .returning({ id: this.table.id })
      .all().length;
  }

  /** False when there was no such row. */
  remove(id: string | number, changes: Changes<T> = {}): boolean {
    return this.#remove(eq(this.table.id, id), changes) > 0;
  }

  removeWhere(where: SQL, changes: Changes<T> = {}): number {
    return this.#remove(where, changes);
  }

  #remove(where: SQL, changes: Changes<T>): number {
    return this.db.orm
      .update(this.table)
      .set({ ...changes, deleted: true, deleted_at: this.now() } as never)
      .where(and(where, eq(this.table.deleted, false)))
      .returning({ id: this.table.id })
      .all().length;
  }
}

interface Statement {
  get(values: Record<string, unknown>): unknown;
  all(values: Record<string, unknown>): unknown[];
}

/** Names of placeholders beside the columns' own. */
const ROW = "row to change";
const FROM = "values to change from";

/** The statement that writes just these columns; those that are undefined are none. */
function remembered(
  statements: Map<string, Statement>,
  kind: string,
  values: Record<string, unknown>,
  // drizzle's types of what is prepared for a table that is a type parameter fit nothing.
  make: (columns: Record<string, unknown>) => unknown,
): Statement {
  const names = Object.keys(values).filter((name) => values[name] !== undefined);
  const key = [kind, ...names].join();
  const known = statements.get(key);
  if (known) return known;
  const made = make(Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]))) as Statement;
  statements.set(key, made);
  return made;
}
