// The query of GET /v2/images. Authority: RequestDeserializer.index in glance/api/v2/images.py of Zed.

import { Invalid } from "../../core/errors.ts";
import { type Condition, conditionOf } from "../filters.ts";
import { MEMBER_STATUSES, type MemberStatus, VISIBILITIES, type Visibility } from "../states.ts";
import { type ListQuery, SORT_COLUMNS, type SortColumn } from "../store-list.ts";

export type ParsedQuery = Omit<ListQuery, "marker"> & { marker: string | null };

export interface PageLimits {
  defaultLimit: number;
  maxLimit: number;
}

/** Parameters with a meaning of their own; every other one is a filter. */
const SPECIAL = new Set([
  "limit",
  "marker",
  "member_status",
  "tag",
  "sort",
  "sort_key",
  "sort_dir",
  "visibility",
  "deleted",
  "changes-since",
]);

/** @throws Invalid */
export function parseListQuery(query: URLSearchParams, limits: PageLimits): ParsedQuery {
  const visibility = last(query, "visibility") || null;
  if (
    visibility !== null &&
    visibility !== "all" &&
    !(VISIBILITIES as readonly string[]).includes(visibility)
  ) {
    throw new Invalid(`Invalid visibility value: ${visibility}`);
  }
  if (last(query, "changes-since")) {
    throw new Invalid('The "changes-since" filter is no longer available on v2.');
  }
  const memberStatus = last(query, "member_status") ?? "accepted";
  if (memberStatus !== "all" && !(MEMBER_STATUSES as readonly string[]).includes(memberStatus)) {
    throw new Invalid(`Invalid status: ${memberStatus}`);
  }
  const limit = parseLimit(last(query, "limit"), limits);
  const sort = parseSort(query);
  return {
    conditions: conditions(query),
    visibility: visibility as Visibility | "all" | null,
    memberStatus: memberStatus as MemberStatus | "all",
    sort,
    marker: last(query, "marker"),
    limit,
  };
}

function conditions(query: URLSearchParams): Condition[] {
  const found: Condition[] = [];
  for (const name of new Set(query.keys())) {
    if (!SPECIAL.has(name)) found.push(conditionOf(name, last(query, name)!));
  }
  if (!query.has("os_hidden")) found.push(conditionOf("os_hidden", "false"));
  for (const tag of query.getAll("tag")) found.push({ kind: "tag", value: tag.trim() });
  return found;
}

/** Of a parameter given more than once, the last counts. */
export function last(query: URLSearchParams, name: string): string | null {
  return query.getAll(name).at(-1) ?? null;
}

/** @throws Invalid */
export function parseLimit(text: string | null, limits: PageLimits): number {
  if (text === null) return Math.min(limits.defaultLimit, limits.maxLimit);
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new Invalid("limit param must be an integer");
  const limit = Number(text);
  if (limit < 0) throw new Invalid("limit param must be positive");
  return Math.min(limit, limits.maxLimit);
}

/** `sort=name:asc,size`, or the classic `sort_key` and `sort_dir`. */
function parseSort(query: URLSearchParams): ListQuery["sort"] {
  const combined = last(query, "sort");
  const keys = query.getAll("sort_key");
  const directions = query.getAll("sort_dir");
  if (combined !== null) {
    if (keys.length + directions.length > 0) {
      throw new Invalid("Old and new sorting syntax cannot be combined");
    }
    return combined
      .trim()
      .split(",")
      .map((entry) => {
        const [name = "", direction = ""] = entry.split(":");
        return { column: sortColumn(name), direction: sortDirection(direction || "desc") };
      });
  }
  const columns = keys.map(sortColumn);
  const ways = directions.map(sortDirection);
  if (ways.length > 1 && ways.length !== columns.length) {
    throw new Invalid("Number of sort dirs does not match the number of sort keys");
  }
  if (columns.length === 0) columns.push("created_at");
  return columns.map((column, i) => ({ column, direction: ways[i] ?? ways[0] ?? "desc" }));
}

function sortColumn(text: string): SortColumn {
  const name = text.trim();
  if (Object.hasOwn(SORT_COLUMNS, name)) return name as SortColumn;
  throw new Invalid(
    `Invalid sort key: ${name}. It must be one of the following: ${Object.keys(SORT_COLUMNS).join(", ")}.`,
  );
}

export function sortDirection(text: string): "asc" | "desc" {
  const direction = text.trim();
  if (direction === "asc" || direction === "desc") return direction;
  throw new Invalid(`Invalid sort direction: ${direction}`);
}

/** `first` and `next` of a page (Python's urlencode). */
export function pageLinks(
  path: string,
  query: URLSearchParams,
  nextMarker: string | null,
): { first: string; next?: string } {
  const entries = [...new Set(query.keys())]
    .filter((name) => name !== "marker")
    .map((name): [string, string] => [name, last(query, name)!]);
  const first = entries.length > 0 ? `${path}?${urlencode(entries)}` : path;
  if (nextMarker === null) return { first };
  return { first, next: `${path}?${urlencode([...entries, ["marker", nextMarker]])}` };
}

function urlencode(entries: readonly [string, string][]): string {
  const quote = (text: string) =>
    encodeURIComponent(text)
      .replace(/[!'()*]/g, (ch) => `%${ch.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll("%20", "+");
  return entries.map(([name, value]) => `${quote(name)}=${quote(value)}`).join("&");
}
