// A page of any list: filters become SQL, the page begins behind its marker. Authority: cinder/db/sqlalchemy/api.py
// (process_sort_params, _generate_paginate_query) and cinder/common/sqlalchemyutils.py of Zed.

import {
  and,
  eq,
  getTableColumns,
  gt,
  gte,
  inArray,
  isNull,
  like,
  lt,
  lte,
  ne,
  or,
  type SQL,
  sql,
} from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { afterMarker, orderBy, type SortKey } from "../../db/page.ts";
import { InvalidInput } from "../errors.ts";
import type { SoftRows, SoftTable } from "./soft-rows.ts";

export interface PageQuery {
  /** Column names with directions, as the client gave them. */
  sort: readonly { key: string; direction: string }[];
  /** Id of the last row the client has seen. */
  marker: string | null;
  /** 0: none at all. */
  limit: number;
  offset: number;
}

/** What a client may ask of a column: equal to a value, to one of several, like a text, or compared. */
export type Condition =
  | { column: string; equals: unknown }
  | { column: string; oneOf: readonly unknown[] }
  | { column: string; contains: string }
  | { column: string; operator: "gt" | "gte" | "eq" | "neq" | "lt" | "lte"; value: unknown };

/** Null when the table has no such column. */
export function columnOf(table: SoftTable, name: string): SQLiteColumn | null {
  const columns = getTableColumns(table) as Record<string, SQLiteColumn>;
  return Object.hasOwn(columns, name) ? columns[name]! : null;
}

/** Null when a condition is on a column there is not: the list is then empty, as Cinder's is. */
export function conditionsSql(table: SoftTable, conditions: readonly Condition[]): SQL[] | null {
  const clauses: SQL[] = [];
  for (const condition of conditions) {
    const column = columnOf(table, condition.column);
    if (!column) return null;
    clauses.push(clauseOf(column, condition));
  }
  return clauses;
}

const COMPARE = { gt, gte, eq, neq: ne, lt, lte };

function clauseOf(column: SQLiteColumn, condition: Condition): SQL {
  if ("equals" in condition) {
    const value = bindable(column, condition.equals);
    return value === null ? isNull(column) : eq(column, value);
  }
  if ("oneOf" in condition) {
    return inArray(
      column,
      condition.oneOf.map((value) => bindable(column, value)),
    );
  }
  if ("contains" in condition) {
    const escaped = condition.contains.replace(/[\\%_]/g, (mark) => `\\${mark}`);
    return or(sql`${like(column, `%${escaped}%`)} ESCAPE '\\'`)!;
  }
  return COMPARE[condition.operator](column, condition.value);
}

/** What SQLite can compare with the column; a value of another kind matches nothing. */
function bindable(column: SQLiteColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (column.dataType === "boolean") return value === true || value === 1 || value === "1";
  if (column.dataType === "number") return typeof value === "number" ? value : Number(value);
  return typeof value === "string" ? value : typeof value === "boolean" ? (value ? "1" : "0") : String(value);
}

/** @throws InvalidInput for a key that is no column, or an unknown direction */
export function sortKeys(table: SoftTable, sort: PageQuery["sort"]): SortKey[] {
  const keys: SortKey[] = [];
  for (const { key, direction } of sort) {
    if (direction !== "asc" && direction !== "desc") {
      throw new InvalidInput("Unknown sort direction, must be 'desc' or 'asc'.");
    }
    const column = columnOf(table, key);
    if (!column) throw new InvalidInput("Invalid sort key");
    if (!keys.some((known) => known.column === column)) keys.push({ column, direction });
  }
  const direction = keys[0]?.direction ?? "desc";
  for (const column of [table.created_at, table.id]) {
    if (!keys.some((known) => known.column === column)) keys.push({ column, direction });
  }
  return keys;
}

/**
 * @param markerRow the row the page begins after
 * @param where what belongs to the list at all
 */
export function pageOf<T extends SoftTable>(
  rows: SoftRows<T>,
  where: SQL | undefined,
  query: PageQuery,
  markerRow: Record<string, unknown> | null,
): T["$inferSelect"][] {
  const keys = sortKeys(rows.table, query.sort);
  if (query.limit === 0) return [];
  const marker = markerRow ? keys.map(({ column }) => markerRow[column.name]) : null;
  return rows.db.orm
    .select()
    .from(rows.table as SoftTable)
    .where(and(eq(rows.table.deleted, false), where, marker ? afterMarker(keys, marker) : undefined))
    .orderBy(...orderBy(keys))
    .limit(query.limit)
    .offset(query.offset)
    .all() as T["$inferSelect"][];
}
