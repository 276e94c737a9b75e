// The filters of `GET /volumes`, turned into SQL. Authority: cinder/api/v3/volumes.py (_get_volumes) and cinder/db/
// sqlalchemy/api.py (_process_volume_filters) of Zed.

import { and, or, type SQL } from "drizzle-orm";
import { Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import { parseIso } from "../../core/times.ts";
import type { Call } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidInput, VolumeNotFound } from "../errors.ts";
import { toMoment } from "../moments.ts";
import { type Condition, columnOf, conditionsSql, pageOf } from "../store/page.ts";
import { onBackend, VolumeStore } from "../store/volumes.ts";
import { type VolumeRow, volumes } from "../tables.ts";
import { takeFilters } from "./filters.ts";
import { parsePythonLiteral } from "./python-literal.ts";
import { boolParam, renameSort, take, takePage, takeSort } from "./query.ts";

export interface VolumePage {
  rows: VolumeRow[];
  limit: number;
  /** Of all that match, when it was asked for (3.45). */
  count: number | null;
}

const OPERATORS = ["gt", "gte", "eq", "neq", "lt", "lte"] as const;
type Operator = (typeof OPERATORS)[number];

/** Filters that came later: the second number of the microversion they came with. */
const SINCE: readonly (readonly [number, string])[] = [
  [4, "glance_metadata"],
  [10, "group_id"],
  [60, "created_at"],
  [60, "updated_at"],
  [65, "use_quota"],
];

/** @throws Invalid, InvalidInput, VolumeNotFound for an unknown marker */
export function listVolumes(cinder: Cinder, call: Call): VolumePage {
  call.enforce("volume:get_all");
  const { context, minor } = call;
  const query = new URLSearchParams(call.query);
  const page = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
  const sort = renameSort(takeSort(query), "name", "display_name");
  const counted =
    minor >= 45 && query.has("with_count") && boolParam("with_count", take(query, "with_count"));
  if (minor < 31) for (const [since, name] of SINCE) if (minor < since) query.delete(name);
  takeFilters(context, minor, "volume", query);
  const allTenants = boolParam("all_tenants", take(query, "all_tenants"));
  const where = volumeWhere(query, minor);
  const scope: (SQL | undefined)[] = [
    context.isAdmin ? undefined : VolumeStore.noMigrationTargets,
    context.isAdmin && allTenants
      ? undefined
      : conditionsSql(volumes, [{ column: "project_id", equals: context.projectId }])?.[0],
  ];
  if (where === null) return { rows: [], limit: page.limit, count: counted ? 0 : null };
  const marker = page.marker === null ? null : markerRow(cinder, call, page.marker);
  const all = and(...where, ...scope);
  return {
    rows: pageOf(cinder.store.volumes.rows, all, { ...page, sort }, marker),
    limit: page.limit,
    count: counted ? cinder.store.volumes.rows.count(all) : null,
  };
}

function markerRow(cinder: Cinder, { context }: Call, id: string): VolumeRow {
  const row = cinder.store.volumes.get(id);
  if (!row || (!context.isAdmin && row.project_id !== context.projectId)) throw new VolumeNotFound(id);
  return row;
}

/** Null when something is asked for that volumes do not have: nothing matches. */
function volumeWhere(query: URLSearchParams, minor: number): SQL[] | null {
  const clauses: SQL[] = [];
  const conditions: Condition[] = [];
  for (const name of new Set(query.keys())) {
    const text = query.getAll(name).at(-1) ?? "";
    if (name === "metadata" || name === "glance_metadata") {
      const pairs = parsePythonLiteral(text);
      if (typeof pairs !== "object" || pairs === null || Array.isArray(pairs)) return null;
      for (const [key, value] of Object.entries(pairs)) clauses.push(pairClause(name, key, String(value)));
    } else if ((name === "created_at" || name === "updated_at") && minor >= 31) {
      conditions.push(...timeConditions(name, text));
    } else if (name === "host") {
      clauses.push(onBackend(volumes.host, text));
    } else {
      const condition = plainCondition(name, text, minor);
      if (condition === null) return null;
      conditions.push(condition);
    }
  }
  const more = conditionsSql(volumes, conditions);
  return more && [...clauses, ...more];
}

function pairClause(name: "metadata" | "glance_metadata", key: string, value: string): SQL {
  if (name === "glance_metadata") return VolumeStore.hasPair("volume_glance_metadata", key, value);
  return or(
    VolumeStore.hasPair("volume_metadata", key, value),
    VolumeStore.hasPair("volume_admin_metadata", key, value),
  )!;
}

/** The API's names of columns. */
const COLUMNS: Readonly<Record<string, string>> = {
  name: "display_name",
  description: "display_description",
  consumes_quota: "use_quota",
};

function plainCondition(given: string, text: string, minor: number): Condition | null {
  const like = given.endsWith("~");
  const base = like ? given.slice(0, -1) : given;
  const name = base === "description" && minor < 31 ? base : (COLUMNS[base] ?? base);
  const column = columnOf(volumes, name);
  if (!column) return null;
  if (like) return { column: name, contains: text };
  if (column.dataType === "boolean") return { column: name, equals: boolFilter(base, text, minor >= 2) };
  if (name === "display_name") return { column: name, equals: text };
  const value = parsePythonLiteral(text);
  if (Array.isArray(value)) return { column: name, oneOf: value };
  return { column: name, equals: value === null ? null : text };
}

/** Since 3.2 only what is a boolean. @throws InvalidInput */
function boolFilter(name: string, text: string, strict: boolean): boolean {
  const value = boolFromString(text);
  if (strict && value === null) throw new InvalidInput(`'${name} = ${text}'`);
  if (strict) return value === true;
  return (
    ["True", "true", "TRUE"].includes(text) || (!["False", "false", "FALSE"].includes(text) && text !== "")
  );
}

/** `gt:2016-01-01T01:00:00,lt:...` @throws Invalid */
function timeConditions(column: string, text: string): Condition[] {
  return text.split(",").map((unit): Condition => {
    const colon = unit.indexOf(":");
    const operator = colon < 0 ? unit : unit.slice(0, colon);
    const time = colon < 0 ? unit : unit.slice(colon + 1);
    if (!(OPERATORS as readonly string[]).includes(operator))
      throw new Invalid(`Invalid ${operator} operator`);
    const ms = parseIso(time);
    if (ms === null) throw new Invalid(`Invalid ${time} value`);
    return { column, operator: operator as Operator, value: toMoment(ms) };
  });
}
