// Lists of servers: filters, order, pages by key. What SQL can say is said in SQL; patterns and addresses are looked at
// row by row, in batches, until the page is full. Authority: instance_get_all_by_filters_sort of nova/db/main/api.py.

import { sqlSeconds } from "../core/times.ts";
import type { ProjectDatabase } from "../db/open.ts";
import { MarkerNotFound } from "./errors.ts";
import { safePattern } from "./patterns.ts";
import { TableRows } from "./store-rows.ts";
import { type InstanceRow, instances } from "./tables.ts";

type Value = string | number | null;

/** Columns that compare exactly; a list means any of its values. */
const EXACT = [
  "project_id",
  "user_id",
  "image_ref",
  "vm_state",
  "task_state",
  "instance_type_id",
  "uuid",
  "host",
  "locked",
] as const;
export type ExactColumn = (typeof EXACT)[number];

/** Columns that are matched by a regular expression. */
export const PATTERN_COLUMNS = [
  "display_name",
  "display_description",
  "hostname",
  "key_name",
  "power_state",
  "node",
  "reservation_id",
  "launched_at",
  "terminated_at",
  "availability_zone",
  "locked_by",
  "root_device_name",
  "config_drive",
  "access_ip_v4",
  "access_ip_v6",
  "auto_disk_config",
  "progress",
  "kernel_id",
  "ramdisk_id",
  "launch_index",
  "created_at",
] as const;
export type PatternColumn = (typeof PATTERN_COLUMNS)[number];

export interface TagFilters {
  all: string[];
  any: string[];
  notAll: string[];
  notAny: string[];
}

export interface ServerQuery {
  exact: Partial<Record<ExactColumn, readonly Value[]>>;
  patterns: Partial<Record<PatternColumn, string>>;
  tags: TagFilters;
  /** True: only deleted ones; false: only others; null: both. */
  deleted: boolean | null;
  /** With `deleted` false: soft-deleted ones as well. */
  softDeleted: boolean;
  changesSinceMs: number | null;
  changesBeforeMs: number | null;
  /** Columns and directions; `created_at` and `id` are added. */
  sort: { column: string; direction: "asc" | "desc" }[];
  limit: number;
  /** Uuid of the last server of the page before. */
  marker: string | null;
  /** Looked at row by row, after everything else. */
  keep?: (rows: readonly InstanceRow[]) => readonly InstanceRow[];
}

/** Rows read at once when not all of them may be kept. */
const BATCH = 500;

export class ServerList {
  #db: ProjectDatabase;
  #rows: TableRows<typeof instances>;

  constructor(db: ProjectDatabase) {
    this.#db = db;
    this.#rows = new TableRows(db, instances);
  }

  /** @throws MarkerNotFound */
  list(query: ServerQuery): InstanceRow[] {
    if (query.limit === 0) return [];
    const sort = completeSort(query.sort);
    let after = query.marker === null ? null : this.#rows.first({ uuid: query.marker });
    if (query.marker !== null && !after) throw new MarkerNotFound(query.marker);
    const where = conditions(query);
    const keep = keeper(query);
    if (!keep) return this.#page(where, sort, after, query.limit);
    const found: InstanceRow[] = [];
    for (;;) {
      const batch = this.#page(where, sort, after, BATCH);
      found.push(...keep(batch));
      after = batch.at(-1) ?? null;
      if (found.length >= query.limit || batch.length < BATCH) return found.slice(0, query.limit);
    }
  }

  #page(
    where: { sql: string[]; values: Value[] },
    sort: ServerQuery["sort"],
    after: InstanceRow | null,
    limit: number,
  ): InstanceRow[] {
    const parts = [...where.sql];
    const values = [...where.values];
    if (after) {
      const beyond = afterRow(sort, after);
      parts.push(beyond.sql);
      values.push(...beyond.values);
    }
    const order = sort.map(({ column, direction }) => `${column} ${direction.toUpperCase()}`).join(", ");
    const sql = `SELECT * FROM instances${parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`} ORDER BY ${order} LIMIT ${limit}`;
    return this.#db.raw
      .query<Record<string, Value>, Value[]>(sql)
      .all(...values)
      .map((row) => this.#rows.decode(row));
  }
}

function conditions(query: ServerQuery): { sql: string[]; values: Value[] } {
  const sql: string[] = [];
  const values: Value[] = [];
  const add = (text: string, ...given: Value[]) => {
    sql.push(text);
    values.push(...given);
  };
  if (query.deleted === true)
    add(query.softDeleted ? "(deleted != 0 OR vm_state = 'soft-delete')" : "deleted != 0");
  if (query.deleted === false) {
    add("deleted = 0");
    if (!query.softDeleted) add("(vm_state != 'soft-delete' OR vm_state IS NULL)");
  }
  for (const column of EXACT) {
    const wanted = query.exact[column];
    if (!wanted) continue;
    if (wanted.length === 1)
      add(wanted[0] === null ? `${column} IS NULL` : `${column} = ?`, ...wanted.filter((v) => v !== null));
    else add(`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(wanted));
  }
  if (query.changesSinceMs !== null) {
    add("coalesce(updated_at, created_at) >= ?", sqlSeconds(query.changesSinceMs));
  }
  if (query.changesBeforeMs !== null) {
    add("coalesce(updated_at, created_at) <= ?", sqlSeconds(query.changesBeforeMs));
  }
  const { all, any, notAll, notAny } = query.tags;
  const tagged =
    "SELECT count(*) FROM tags WHERE resource_id = instances.uuid AND tag IN (SELECT value FROM json_each(?))";
  const set = (names: string[]) => JSON.stringify([...new Set(names)]);
  if (all.length > 0) add(`(${tagged}) = ?`, set(all), new Set(all).size);
  if (any.length > 0) add(`(${tagged}) > 0`, set(any));
  if (notAll.length > 0) add(`(${tagged}) < ?`, set(notAll), new Set(notAll).size);
  if (notAny.length > 0) add(`(${tagged}) = 0`, set(notAny));
  return { sql, values };
}

function keeper(query: ServerQuery): ((rows: readonly InstanceRow[]) => readonly InstanceRow[]) | null {
  const tests = Object.entries(query.patterns).map(([column, pattern]) => {
    const matches = safePattern(pattern);
    return (row: InstanceRow) => {
      const value = row[column as PatternColumn];
      return value !== null && matches(textOf(column, value));
    };
  });
  if (tests.length === 0) return query.keep ?? null;
  return (rows) => {
    const matching = rows.filter((row) => tests.every((test) => test(row)));
    return query.keep ? query.keep(matching) : matching;
  };
}

/** As the column stands in the file. */
function textOf(column: string, value: string | number | boolean): string {
  if (typeof value === "number" && column.endsWith("_at")) return sqlSeconds(value);
  return typeof value === "boolean" ? (value ? "1" : "0") : String(value);
}

/** oslo.db's process_sort_params: ties are broken by `created_at` and `id`, in the first key's direction. */
function completeSort(sort: ServerQuery["sort"]): ServerQuery["sort"] {
  const direction = sort[0]?.direction ?? "desc";
  const missing = ["created_at", "id"].filter((column) => !sort.some((key) => key.column === column));
  return [...sort, ...missing.map((column) => ({ column, direction }))];
}

/** "Sorts after this row". NULL sorts first, ascending. */
function afterRow(sort: ServerQuery["sort"], row: InstanceRow): { sql: string; values: Value[] } {
  const alternatives: string[] = [];
  const values: Value[] = [];
  const stored = (column: string): Value => {
    const value = row[column as keyof InstanceRow];
    if (typeof value === "number" && column.endsWith("_at")) return sqlSeconds(value);
    return typeof value === "boolean" ? Number(value) : value;
  };
  for (let i = 0; i < sort.length; i++) {
    const parts: string[] = [];
    const given: Value[] = [];
    for (const { column } of sort.slice(0, i)) {
      parts.push(`${column} IS ?`);
      given.push(stored(column));
    }
    const { column, direction } = sort[i]!;
    const value = stored(column);
    if (value === null) {
      if (direction === "desc") continue;
      parts.push(`${column} IS NOT NULL`);
    } else {
      parts.push(direction === "asc" ? `${column} > ?` : `(${column} < ? OR ${column} IS NULL)`);
      given.push(value);
    }
    alternatives.push(`(${parts.join(" AND ")})`);
    values.push(...given);
  }
  return { sql: alternatives.length === 0 ? "0" : `(${alternatives.join(" OR ")})`, values };
}
