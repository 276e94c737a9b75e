// The statements every table of the network service needs: by its key, by equality of columns, by any condition. Those
// without a condition made at run time are prepared at their first use and kept. Resources count their revisions here.

import type { SQLQueryBindings, Statement } from "bun:sqlite";
import {
  and,
  eq,
  getTableColumns,
  getTableName,
  type InferInsertModel,
  type InferSelectModel,
  isNull,
  type SQL,
  sql,
} from "drizzle-orm";
import { type SQLiteColumn, SQLiteSyncDialect, type SQLiteTable } from "drizzle-orm/sqlite-core";
import type { ProjectDatabase } from "../../db/open.ts";

type Row<T extends SQLiteTable> = InferSelectModel<T>;
type Values<T extends SQLiteTable> = Partial<Row<T>>;

/** The times of creation and change are filled in. */
type NewRow<T extends SQLiteTable> = Omit<InferInsertModel<T>, "created_at" | "updated_at"> & {
  created_at?: string;
};

interface Prepared {
  all(values: Record<string, unknown>): unknown[];
}

/** So many statements with conditions made at run time are kept prepared, of each table. */
const MOST_LISTS = 32;

const dialect = new SQLiteSyncDialect();

export class ResourceRows<T extends SQLiteTable> {
  readonly table: T;
  readonly columns: Record<string, SQLiteColumn>;
  #db: ProjectDatabase;
  #key: SQLiteColumn;
  #now: () => string;
  #prepared = new Map<string, Prepared>();
  /** By their text, the one used last at the end. */
  #lists = new Map<string, Statement<unknown, SQLQueryBindings[]>>();
  /** `SELECT` every column `FROM` the table. */
  #head: string;

  /**
   * @param key the column the resource is named by: `id` or `uuid`
   * @param now the time as the tables keep it
   */
  constructor(db: ProjectDatabase, table: T, key: string, now: () => string) {
    this.table = table;
    this.columns = getTableColumns(table) as Record<string, SQLiteColumn>;
    this.#db = db;
    this.#key = this.columns[key]!;
    this.#now = now;
    const names = Object.values(this.columns).map((column) => `"${column.name}"`);
    this.#head = `SELECT ${names.join(", ")} FROM "${getTableName(table)}"`;
  }

  get(key: string | number): Row<T> | null {
    return this.first({ [this.#key.name]: key } as Values<T>);
  }

  /** The first row whose columns equal what is given; null asks for NULL. */
  first(values: Values<T>): Row<T> | null {
    return this.match(values)[0] ?? null;
  }

  /** The rows whose columns equal what is given, oldest first. */
  match(values: Values<T>): Row<T>[] {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    const signature = given.map(([name, value]) => (value === null ? `${name} null` : name)).join();
    let statement = this.#prepared.get(signature);
    if (!statement) {
      const conditions = given.map(([name, value]) =>
        value === null
          ? isNull(this.columns[name]!)
          : eq(this.columns[name]!, sql.placeholder(name) as unknown as string),
      );
      statement = this.#select(and(this.#alive(), ...conditions)).prepare() as Prepared;
      this.#prepared.set(signature, statement);
    }
    return statement.all(Object.fromEntries(given)) as Row<T>[];
  }

  /** The rows whose `column` is one of `values`. */
  among(column: string, values: readonly (string | number)[]): Row<T>[] {
    if (values.length === 0) return [];
    const signature = `in ${column}`;
    let statement = this.#prepared.get(signature);
    if (!statement) {
      const listed = sql`${this.columns[column]!} IN (SELECT value FROM json_each(${sql.placeholder("values")}))`;
      statement = this.#select(and(this.#alive(), listed)).prepare() as Prepared;
      this.#prepared.set(signature, statement);
    }
    return statement.all({ values: JSON.stringify(values) }) as Row<T>[];
  }

  list(where?: SQL, orderBy: SQL[] = [], limit?: number): Row<T>[] {
    const condition = and(this.#alive(), where);
    const tail = sql.join([
      ...(condition ? [sql` WHERE ${condition}`] : []),
      ...(orderBy.length > 0 ? [sql` ORDER BY ${sql.join(orderBy, sql`, `)}`] : []),
      ...(limit === undefined ? [] : [sql` LIMIT ${limit}`]),
    ]);
    const { sql: text, params } = dialect.sqlToQuery(tail);
    const columns = Object.entries(this.columns);
    return this.#list(text)
      .values(...(params as SQLQueryBindings[]))
      .map(
        (values) =>
          Object.fromEntries(
            columns.map(([name, column], i) => [
              name,
              values[i] === null ? null : column.mapFromDriverValue(values[i]),
            ]),
          ) as Row<T>,
      );
  }

  /** The statement with this end, prepared once while it is in use. */
  #list(tail: string): Statement<unknown, SQLQueryBindings[]> {
    const known = this.#lists.get(tail);
    const statement = known ?? this.#db.raw.prepare<unknown, SQLQueryBindings[]>(`${this.#head}${tail}`);
    this.#lists.delete(tail);
    this.#lists.set(tail, statement);
    if (this.#lists.size > MOST_LISTS) {
      const [oldest, unused] = this.#lists.entries().next().value!;
      this.#lists.delete(oldest);
      unused.finalize();
    }
    return statement;
  }

  count(where?: SQL): number {
    const row = this.#db.orm
      .select({ n: sql<number>`count(*)` })
      .from(this.table as SQLiteTable)
      .where(and(this.#alive(), where))
      .get();
    return row?.n ?? 0;
  }

  insert(row: NewRow<T>): Row<T> {
    const now = this.#now();
    const stamps = this.columns["updated_at"] ? { created_at: now, updated_at: now } : {};
    return this.#db.orm
      .insert(this.table)
      .values({ ...stamps, ...row } as InferInsertModel<T>)
      .returning()
      .get() as Row<T>;
  }

  /** Changes a row, notes the time and counts the revision. Null when there is no such row. */
  update(key: string | number, changes: Values<T>): Row<T> | null {
    const rows = this.updateWhere(eq(this.#key, key), changes);
    return rows[0] ?? null;
  }

  updateWhere(where: SQL, changes: Values<T>): Row<T>[] {
    const stamps: Record<string, unknown> = {};
    if (this.columns["updated_at"]) stamps["updated_at"] = this.#now();
    const revision = this.columns["revision_number"];
    if (revision) stamps["revision_number"] = sql`${revision} + 1`;
    return this.#write({ ...stamps, ...changes }, where);
  }

  /** Changes what no client asked for (a state the cloud itself keeps) without a new revision. */
  note(where: SQL, changes: Values<T>): Row<T>[] {
    return this.#write(changes as Record<string, unknown>, where);
  }

  /** False when there was no such row. */
  remove(key: string | number): boolean {
    return this.removeWhere(eq(this.#key, key)) > 0;
  }

  removeWhere(where: SQL): number {
    return this.#db.orm.delete(this.table).where(where).returning({ key: this.#key }).all().length;
  }

  #select(where: SQL | undefined) {
    return this.#db.orm
      .select()
      .from(this.table as SQLiteTable)
      .where(where)
      .$dynamic();
  }

  #write(changes: Record<string, unknown>, where: SQL): Row<T>[] {
    return this.#db.orm
      .update(this.table)
      .set(changes as never)
      .where(where)
      .returning()
      .all() as Row<T>[];
  }

  /** nova's tables: what was marked as deleted by hand is not there. */
  #alive(): SQL | undefined {
    const column = this.columns["deleted"];
    return column ? eq(column, 0) : undefined;
  }
}
