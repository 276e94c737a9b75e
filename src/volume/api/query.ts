// What lists take: limit, marker, offset, sort keys, booleans. Authority: cinder/api/common.py and cinder/utils.py of Zed.

import { Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import { InvalidParameterValue } from "../errors.ts";
import type { PageQuery } from "../store/page.ts";

export const MAX_INT = 0x7fffffff;

export type Sort = { key: string; direction: string }[];

/** Takes limit, marker and offset out of the parameters. @throws Invalid */
export function takePage(query: URLSearchParams, maxLimit: number): Omit<PageQuery, "sort"> {
  const limitText = take(query, "limit");
  let limit = maxLimit;
  if (limitText !== null) {
    const value = pythonInt(limitText);
    if (value === null) throw new Invalid("limit param must be an integer");
    if (value < 0) throw new Invalid("limit param must be positive");
    limit = Math.min(value, maxLimit);
  }
  const marker = take(query, "marker");
  const offset = checkInteger(take(query, "offset") ?? 0, "offset", 0, MAX_INT);
  return { limit, marker, offset };
}

/** Takes `sort`, or `sort_key` and `sort_dir`, out of the parameters. @throws Invalid when both are there */
export function takeSort(query: URLSearchParams, defaultKey = "created_at"): Sort {
  if (query.has("sort") && (query.has("sort_key") || query.has("sort_dir"))) {
    throw new Invalid(
      "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the 'sort' parameter.",
    );
  }
  const sort = take(query, "sort");
  if (sort === null) {
    const key = take(query, "sort_key") ?? defaultKey;
    const direction = take(query, "sort_dir") ?? "desc";
    return [{ key: key.trim(), direction: direction.trim() }];
  }
  return sort
    .trim()
    .split(",")
    .map((part) => {
      const [key = "", direction = ""] = part.split(":");
      return { key: key.trim(), direction: direction === "" ? "desc" : direction.trim() };
    });
}

/** Column names in place of the API's. */
export function renameSort(sort: Sort, from: string, to: string): Sort {
  return sort.map((part) => (part.key === from ? { ...part, key: to } : part));
}

/** The last value given, and it is gone from the parameters. */
export function take(query: URLSearchParams, name: string): string | null {
  const value = query.getAll(name).at(-1) ?? null;
  query.delete(name);
  return value;
}

/** @throws InvalidParameterValue */
export function boolParam(name: string, value: string | null): boolean {
  if (value === null) return false;
  const bool = boolFromString(value);
  if (bool === null) throw new InvalidParameterValue(`Value '${value}' for '${name}' is not a boolean.`);
  return bool;
}

/** As Python's int() reads text; null when it does not. */
export function pythonInt(text: string): number | null {
  return /^\s*[+-]?\d+(_\d+)*\s*$/.test(text) ? Number(text.replaceAll("_", "")) : null;
}

/** oslo_utils.strutils.validate_integer. @throws Invalid */
export function checkInteger(value: unknown, name: string, min: number, max: number): number {
  const number = typeof value === "boolean" ? null : pythonInt(String(value));
  if (number === null) throw new Invalid(`${name} must be an integer`);
  if (number < min) throw new Invalid(`${name} must be >= ${min}`);
  if (number > max) throw new Invalid(`${name} must be <= ${max}`);
  return number;
}

/** Every parameter, the last value of each. */
export function asRecord(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => [name, query.getAll(name).at(-1) ?? ""]),
  );
}
