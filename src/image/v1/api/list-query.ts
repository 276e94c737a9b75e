// The query of /v1/images and /v1/images/detail. Authority: `_get_query_params` in glance/registry/api/v1/images.py and
// glance/api/v1/filters.py of Ocata. Parameters that are no filter are ignored.

import { Invalid } from "../../../core/errors.ts";
import { isUuidLike } from "../../../core/ids.ts";
import { boolFromString } from "../../../core/python.ts";
import { parseIso } from "../../../core/times.ts";
import { last } from "../../api/list-query.ts";
import type { Condition, NumberColumn, TextColumn } from "../../filters.ts";
import { toMoment } from "../../moments.ts";
import { SORT_COLUMNS, type SortColumn } from "../../store-list.ts";
import type { LegacyQuery } from "../images.ts";
import type { LegacyApi } from "./index.ts";

const TEXTS: readonly string[] = ["name", "status", "container_format", "disk_format"];
const NUMBERS: readonly string[] = ["min_ram", "min_disk"];
const COUNTS = ["size_max", "size_min", "min_ram"];
const FLAGS = ["protected", "is_public"];
const PROPERTY = "property-";

/** @throws Invalid */
export function parseLegacyQuery(query: URLSearchParams, limits: LegacyApi["limits"]): LegacyQuery {
  checkValues(query);
  const conditions: Condition[] = [];
  for (const name of new Set(query.keys())) {
    const condition = conditionOf(name, last(query, name)!);
    if (condition) conditions.push(condition);
  }
  const deleted = last(query, "deleted");
  const marker = last(query, "marker");
  if (marker && !isUuidLike(marker)) throw new Invalid("Invalid marker format");
  return {
    conditions,
    isPublic: publicFilter(last(query, "is_public")),
    deleted: deleted === null ? null : (boolFromString(deleted) ?? false),
    changedSince: query.has("changes-since"),
    sort: sortOf(query),
    marker: marker || null,
    limit: limitOf(last(query, "limit"), limits),
  };
}

function checkValues(query: URLSearchParams): void {
  for (const name of [...COUNTS, ...FLAGS]) {
    const value = last(query, name);
    if (value === null) continue;
    const good = COUNTS.includes(name)
      ? /^\s*\+?\d+\s*$/.test(value)
      : /^(none|true|false|1|0)$/i.test(value);
    if (!good) throw new Invalid(`Bad value passed to filter ${name} got ${value}`);
  }
}

function conditionOf(name: string, value: string): Condition | null {
  if (TEXTS.includes(name)) return { kind: "in", column: name as TextColumn, values: [value] };
  if (NUMBERS.includes(name)) {
    const number = /^\s*\d+\s*$/.test(value) ? Number(value) : -1;
    return { kind: "number", column: name as NumberColumn, operator: "eq", value: number };
  }
  if (name === "size_min" || name === "size_max") {
    const operator = name === "size_min" ? "gte" : "lte";
    return { kind: "number", column: "size", operator, value: Number(value) };
  }
  if (name === "protected") {
    const flag = /^(true|1)$/i.test(value) ? true : /^(false|0)$/i.test(value) ? false : null;
    if (flag === null) throw new Invalid("protected must be True, or False");
    return { kind: "flag", column: "protected", value: flag };
  }
  if (name === "changes-since") {
    const ms = parseIso(value);
    if (ms === null) throw new Invalid("Unrecognized changes-since value");
    return { kind: "time", column: "updated_at", operator: "gt", second: toMoment(ms).slice(0, 19) };
  }
  if (name.startsWith(PROPERTY)) {
    return { kind: "property", name: name.slice(PROPERTY.length), value };
  }
  return null;
}

/** Nothing said means "public ones, and mine"; `None` means all. */
function publicFilter(text: string | null): boolean | null {
  if (text === null) return true;
  if (text.toLowerCase() === "none") return null;
  return /^(true|1)$/i.test(text);
}

function sortOf(query: URLSearchParams): LegacyQuery["sort"] {
  const column = last(query, "sort_key") ?? "created_at";
  if (!Object.hasOwn(SORT_COLUMNS, column)) {
    throw new Invalid(`Unsupported sort_key. Acceptable values: ${Object.keys(SORT_COLUMNS).join(", ")}`);
  }
  const direction = last(query, "sort_dir") ?? "desc";
  if (direction !== "asc" && direction !== "desc") {
    throw new Invalid("Unsupported sort_dir. Acceptable values: asc, desc");
  }
  return [{ column: column as SortColumn, direction }];
}

function limitOf(text: string | null, limits: LegacyApi["limits"]): number {
  if (text === null) return Math.min(limits.defaultLimit, limits.maxLimit);
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new Invalid("limit param must be an integer");
  if (Number(text) < 0) throw new Invalid("limit param must be positive");
  return Math.min(Number(text), limits.maxLimit);
}
