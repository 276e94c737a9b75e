// The few statements every table with an `id` needs, prepared once.

import {
  and,
  eq,
  getTableColumns,
  type InferInsertModel,
  type InferSelectModel,
  isNull,
  type SQL,
  sql,
} from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { ProjectDatabase } from "./open.ts";

export type IdTable = SQLiteTable & { id: SQLiteColumn };

export class Rows<T extends IdTable> {
  readonly table: T;
  #db: ProjectDatabase;
  #get;

  constructor(db: ProjectDatabase, table: T) {
    this.#db = db;
    this.table = table;
    this.#get = db.orm
      .select()
      .from(table as IdTable)
      .where(eq(table.id, sql.placeholder("id")))
      .prepare();
  }

  get(id: string | number): InferSelectModel<T> | null {
    return (this.#get.get({ id }) as InferSelectModel<T> | undefined) ?? null;
  }

  /** The rows for which `where` holds, in the table's order or that of `orderBy`. */
  list(where?: SQL, ...orderBy: SQL[]): InferSelectModel<T>[] {
    return this.#db.orm
      .select()
      .from(this.table as IdTable)
      .where(where)
      .orderBy(...orderBy)
      .all() as InferSelectModel<T>[];
  }

  /** The rows whose columns equal what is given; `undefined` asks nothing, `null` asks for NULL. */
  match(values: Partial<InferSelectModel<T>>, ...orderBy: SQL[]): InferSelectModel<T>[] {
    return this.list(this.#equal(values), ...orderBy);
  }

  removeMatching(values: Partial<InferSelectModel<T>>): number {
    const where = this.#equal(values);
    if (!where) throw new TypeError("refusing to remove every row");
    return this.removeWhere(where);
  }

  #equal(values: Partial<InferSelectModel<T>>): SQL | undefined {
    const columns = getTableColumns(this.table) as Record<string, SQLiteColumn>;
    const conditions: SQL[] = [];
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      conditions.push(value === null ? isNull(columns[name]!) : eq(columns[name]!, value));
    }
    return and(...conditions);
  }

  first(where: SQL): InferSelectModel<T> | null {
    const row = this.#db.orm
      .select()
      .from(this.table as IdTable)
      .where(where)
      .limit(1)
      .get();
    return (row as InferSelectModel<T> | undefined) ?? null;
  }

  count(where?: SQL): number {
    const row = this.#db.orm
      .select({ n: sql<number>`count(*)` })
      .from(this.table as IdTable)
      .where(where)
      .get();
    return row?.n ?? 0;
  }

  insert(row: InferInsertModel<T>): InferSelectModel<T> {
    return this.#db.orm.insert(this.table).values(row).returning().get() as InferSelectModel<T>;
  }

  /** Null when there is no such row. */
  update(id: string | number, changes: Partial<InferInsertModel<T>>): InferSelectModel<T> | null {
    if (Object.keys(changes).length === 0) return this.get(id);
    const rows = this.#db.orm
      .update(this.table)
      .set(changes as never)
      .where(eq(this.table.id, id))
      .returning()
      .all() as InferSelectModel<T>[];
    return rows[0] ?? null;
  }

  /** False when there was no such row. */
  remove(id: string | number): boolean {
    return (
      this.#db.orm.delete(this.table).where(eq(this.table.id, id)).returning({ id: this.table.id }).all()
        .length > 0
    );
  }

  removeWhere(where: SQL): number {
    return this.#db.orm.delete(this.table).where(where).returning({ id: this.table.id }).all().length;
  }
}
