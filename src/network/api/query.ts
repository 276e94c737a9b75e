// Query parameters of lists: filters, order, pages, fields. Authority: neutron/api/api_common.py and
// neutron/pecan_wsgi/hooks/query_parameters.py.

import { pyRepr } from "../../core/python.ts";
import type { Call } from "../../http/call.ts";
import { BadRequest, HTTPBadRequest } from "../errors/common.ts";
import type { AttributeMap } from "./attributes.ts";

export interface Filter {
  attribute: string;
  /** As the client gave them. */
  texts: string[];
  /** As Neutron's converter makes them. */
  values: unknown[];
}

export interface ListQuery {
  filters: Filter[];
  sorts: { key: string; direction: "asc" | "desc" }[];
  /** Null: no paging. */
  limit: number | null;
  marker: string | null;
  reverse: boolean;
  /** Empty: all. */
  fields: string[];
}

const CONTROL = new Set(["fields", "sort_key", "sort_dir", "limit", "marker", "page_reverse"]);

export function readFields(call: Call): string[] {
  return call.query.getAll("fields").filter((field) => field !== "");
}

/**
 * @param unsorted the resource ignores sort keys (Neutron's controllers that are not generic)
 * @throws HTTPBadRequest, BadRequest
 */
export function readQuery(call: Call, attributes: AttributeMap, maxLimit: number): ListQuery {
  return {
    filters: readFilters(call, attributes),
    sorts: readSorts(call, attributes),
    limit: readLimit(call, maxLimit),
    marker: call.query.get("marker"),
    reverse: call.query.get("page_reverse")?.toLowerCase() === "true",
    fields: readFields(call),
  };
}

function readFilters(call: Call, attributes: AttributeMap): Filter[] {
  const filters: Filter[] = [];
  const invalid: string[] = [];
  for (const name of new Set(call.query.keys())) {
    if (CONTROL.has(name)) continue;
    const attr = Object.hasOwn(attributes, name) ? attributes[name]! : null;
    if (!attr?.filter) {
      invalid.push(name);
      continue;
    }
    const texts = call.query.getAll(name);
    const values = attr.convert ? texts.map((text) => attr.convert!(text)) : texts;
    filters.push({ attribute: name, texts, values });
  }
  if (invalid.length > 0) throw new HTTPBadRequest(`${pyRepr(invalid)} is invalid attribute for filtering`);
  return filters;
}

function readSorts(call: Call, attributes: AttributeMap): ListQuery["sorts"] {
  const keys = call.query.getAll("sort_key").filter((key) => key !== "");
  const directions = call.query.getAll("sort_dir").filter((direction) => direction !== "");
  if (keys.length !== directions.length) {
    throw new HTTPBadRequest("The number of sort_keys and sort_dirs must be same");
  }
  const absent = keys.filter((key) => !Object.hasOwn(attributes, key) || !attributes[key]!.sort);
  if (absent.length > 0) throw new HTTPBadRequest(`${pyRepr(absent)} is invalid attribute for sort_keys`);
  const bad = directions.filter((direction) => direction !== "asc" && direction !== "desc");
  if (bad.length > 0) {
    throw new HTTPBadRequest(
      `${pyRepr(bad)} is invalid value for sort_dirs, valid value is 'asc' and 'desc'`,
    );
  }
  return keys.map((key, i) => ({ key, direction: directions[i] as "asc" | "desc" }));
}

function readLimit(call: Call, maxLimit: number): number | null {
  const text = call.query.get("limit") ?? "0";
  if (!/^\s*\+?\d+\s*$/.test(text)) {
    throw new BadRequest("limit", `Limit must be an integer 0 or greater and not '${text}'`);
  }
  const limit = Number(text);
  if (maxLimit > 0) return limit === 0 ? maxLimit : Math.min(limit, maxLimit);
  return limit === 0 ? null : Math.min(limit, Number.MAX_SAFE_INTEGER);
}

/** `networks_links`: where the next and the previous page are. */
export function pageLinks(
  call: Call,
  query: ListQuery,
  items: readonly Record<string, unknown>[],
  key: string,
): { rel: string; href: string }[] {
  const { limit, reverse } = query;
  if (limit === null) return [];
  const links: { rel: string; href: string }[] = [];
  const link = (rel: string, marker: unknown, back: boolean) => {
    const params = new URLSearchParams(call.queryText);
    params.delete("marker");
    params.delete("page_reverse");
    if (marker !== undefined) params.append("marker", String(marker));
    if (back) params.append("page_reverse", "True");
    links.push({ rel, href: `${call.baseUrl}${call.path}?${params}` });
  };
  const full = items.length >= limit;
  if (full || reverse) link("next", items.at(-1)?.[key], false);
  if (full || !reverse) link("previous", items[0]?.[key], true);
  return links;
}

export function onlyFields(
  view: Record<string, unknown>,
  fields: readonly string[],
): Record<string, unknown> {
  if (fields.length === 0) return view;
  return Object.fromEntries(Object.entries(view).filter(([name]) => fields.includes(name)));
}
