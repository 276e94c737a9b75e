// The plain filters of lists, as conditions on columns. Authority: cinder/db/sqlalchemy/api.py (apply_like_filters and the
// _process_*_filters functions) of Zed.

import { boolFromString } from "../../core/python.ts";
import { type Condition, columnOf } from "../store/page.ts";
import type { SoftTable } from "../store/soft-rows.ts";
import { parsePythonLiteral } from "./python-literal.ts";

/**
 * What is left of the parameters, each a condition. `NAME~` asks for a part of a text.
 * @param columns the API's names of columns where they differ
 * @returns null when something is asked for that there is not: nothing matches
 */
export function conditionsOf(
  table: SoftTable,
  query: URLSearchParams,
  columns: Readonly<Record<string, string>> = {},
): Condition[] | null {
  const conditions: Condition[] = [];
  for (const given of new Set(query.keys())) {
    const text = query.getAll(given).at(-1) ?? "";
    const base = given.endsWith("~") ? given.slice(0, -1) : given;
    const name = columns[base] ?? base;
    const column = columnOf(table, name);
    if (!column) return null;
    if (given.endsWith("~")) conditions.push({ column: name, contains: text });
    else if (column.dataType === "boolean")
      conditions.push({ column: name, equals: boolFromString(text) === true });
    else {
      const value = parsePythonLiteral(text);
      conditions.push(Array.isArray(value) ? { column: name, oneOf: value } : { column: name, equals: text });
    }
  }
  return conditions;
}
