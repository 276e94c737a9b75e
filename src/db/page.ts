// Pages by key, not by offset: page 1,000 costs what page 1 costs. The marker is a row; the next page is what sorts
// after it. Ties are broken by the last sort key, which must be unique.

import { and, asc, desc, eq, gt, gte, isNotNull, isNull, lt, lte, or, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";

export interface SortKey {
  column: SQLiteColumn;
  direction: "asc" | "desc";
}

/** SQLite sorts NULL before everything, ascending; so does MySQL, which OpenStack's clients are used to. */
export function orderBy(keys: readonly SortKey[]): SQL[] {
  return keys.map(({ column, direction }) => (direction === "asc" ? asc(column) : desc(column)));
}

/**
 * The condition "sorts after this row".
 * @param marker the row's values, one per key
 */
export function afterMarker(keys: readonly SortKey[], marker: readonly unknown[]): SQL | undefined {
  const alternatives: (SQL | undefined)[] = [];
  for (let i = 0; i < keys.length; i++) {
    const equalSoFar = keys.slice(0, i).map((key, j) => same(key.column, marker[j]));
    const beyond = further(keys[i]!, marker[i]);
    if (beyond) alternatives.push(and(...equalSoFar, beyond));
  }
  return and(bound(keys[0], marker[0]), or(...alternatives));
}

/** Implied by the rest, and what lets SQLite begin in the index where the page begins: an OR alone makes it read all before. */
function bound(key: SortKey | undefined, value: unknown): SQL | undefined {
  if (key === undefined || value === null || value === undefined) return undefined;
  if (key.direction === "asc") return gte(key.column, value);
  return key.column.notNull ? lte(key.column, value) : undefined;
}

function same(column: SQLiteColumn, value: unknown): SQL {
  return value === null || value === undefined ? isNull(column) : eq(column, value);
}

/** Null when nothing can sort further: descending past NULL. */
function further({ column, direction }: SortKey, value: unknown): SQL | null {
  if (value === null || value === undefined) return direction === "asc" ? isNotNull(column) : null;
  return direction === "asc" ? gt(column, value) : (or(lt(column, value), isNull(column)) ?? null);
}
