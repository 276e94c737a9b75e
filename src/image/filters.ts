// The filters of an image list: query parameters to conditions. No SQL here; `store-list.ts` writes it. Authority:
// `_make_conditions_from_filters` in glance/db/sqlalchemy/api.py and glance/common/utils.py of Zed.

import { Invalid } from "../core/errors.ts";
import { parseIso } from "../core/times.ts";
import { toMoment } from "./moments.ts";

export type TextColumn = "name" | "id" | "status" | "container_format" | "disk_format";
export type PlainColumn = "owner" | "checksum" | "os_hash_algo" | "os_hash_value";
export type NumberColumn = "size" | "virtual_size" | "min_disk" | "min_ram";
export type FlagColumn = "protected" | "os_hidden";
export type TimeColumn = "created_at" | "updated_at";
export type Comparison = "gt" | "gte" | "lt" | "lte" | "eq" | "neq";

export type Condition =
  | { kind: "in"; column: TextColumn | PlainColumn; values: string[] }
  | { kind: "number"; column: NumberColumn; operator: "eq" | "gte" | "lte"; value: number }
  | { kind: "flag"; column: FlagColumn; value: boolean }
  /** `second` is `2013-07-16 05:41:08`: moments are compared as they are shown. */
  | { kind: "time"; column: TimeColumn; operator: Comparison; second: string }
  /** Version 1's `is_public`. */
  | { kind: "public"; value: boolean }
  | { kind: "property"; name: string; value: string }
  | { kind: "tag"; value: string };

const TEXT: readonly string[] = ["name", "id", "status", "container_format", "disk_format"];
const PLAIN: readonly string[] = ["owner", "checksum", "os_hash_algo", "os_hash_value"];
const NUMBER: readonly string[] = ["size", "virtual_size", "min_disk", "min_ram"];
const FLAG: readonly string[] = ["protected", "os_hidden"];
const TIME: readonly string[] = ["created_at", "updated_at"];
const COMPARISONS: readonly string[] = ["gt", "gte", "lt", "lte", "eq", "neq"];

/** @throws Invalid */
export function conditionOf(name: string, value: string): Condition {
  if (TEXT.includes(name)) return textCondition(name as TextColumn, value);
  if (PLAIN.includes(name)) return { kind: "in", column: name as PlainColumn, values: [value] };
  if (FLAG.includes(name)) return flagCondition(name as FlagColumn, value);
  if (TIME.includes(name)) return timeCondition(name as TimeColumn, value);
  if (NUMBER.includes(name)) {
    // Text that is no number equals no size.
    return { kind: "number", column: name as NumberColumn, operator: "eq", value: wholeNumber(value) ?? -1 };
  }
  const range = /^(.*)_(min|max)$/.exec(name);
  if (range && NUMBER.includes(range[1]!)) {
    const bound = wholeNumber(value);
    if (bound === null) throw new Invalid("Unable to filter on a range with a non-numeric value.");
    const operator = range[2] === "min" ? "gte" : "lte";
    return { kind: "number", column: range[1] as NumberColumn, operator, value: bound };
  }
  return { kind: "property", name, value };
}

function wholeNumber(text: string): number | null {
  return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : null;
}

function flagCondition(column: FlagColumn, text: string): Condition {
  const lower = column === "os_hidden" ? text.toLowerCase() : text;
  if (lower !== "true" && lower !== "false") {
    throw new Invalid(`Invalid value '${lower}' for '${column}' filter. Valid values are 'true' or 'false'.`);
  }
  return { kind: "flag", column, value: lower === "true" };
}

function textCondition(column: TextColumn, expression: string): Condition {
  const { operator, threshold } = splitOperator(expression);
  if (operator === "eq") return { kind: "in", column, values: [threshold] };
  if (operator === "in") return { kind: "in", column, values: splitQuoted(threshold) };
  throw new Invalid(`Unable to filter by unknown operator '${operator}'.`);
}

function timeCondition(column: TimeColumn, expression: string): Condition {
  const { operator, threshold } = splitOperator(expression);
  const ms = parseIso(threshold);
  // Glance hands the text over as the whole message, so its own placeholder is never filled.
  if (ms === null) throw new Invalid(`Bad "${column}" query filter format. Use ISO 8601 DateTime notation.`);
  if (!COMPARISONS.includes(operator)) throw new Invalid("Unable to filter on a unknown operator.");
  return { kind: "time", column, operator: operator as Comparison, second: toMoment(ms).slice(0, 19) };
}

/** `gt:2013-...` to operator and threshold; a bare moment has colons too and means equality. */
function splitOperator(expression: string): { operator: string; threshold: string } {
  const colon = expression.indexOf(":");
  if (colon < 0 || parseIso(expression) !== null) return { operator: "eq", threshold: expression };
  return { operator: expression.slice(0, colon), threshold: expression.slice(colon + 1) };
}

/** `"a, b",c` to `a, b` and `c` (the API working group's "filtering" guideline). */
function splitQuoted(value: string): string[] {
  checkQuotes(value);
  const values: string[] = [];
  for (const m of value.matchAll(/"([^"\\]*(?:\\.[^"\\]*)*)",?|([^,]+),?|,/g))
    values.push(m[1] ?? m[2] ?? "");
  return values;
}

function checkQuotes(value: string): void {
  let opening = true;
  for (let i = 0; i < value.length; i++) {
    if (value[i] !== '"' || value[i - 1] === "\\") continue;
    if (opening && i > 0 && value[i - 1] !== ",") {
      throw new Invalid(`Invalid filter value ${value}. There is no comma before opening quotation mark.`);
    }
    if (!opening && i + 1 !== value.length && value[i + 1] !== ",") {
      throw new Invalid(`Invalid filter value ${value}. There is no comma after closing quotation mark.`);
    }
    opening = !opening;
  }
  if (!opening) throw new Invalid(`Invalid filter value ${value}. The quote is not closed.`);
}
