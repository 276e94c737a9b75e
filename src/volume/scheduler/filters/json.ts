// The hint `query`: `["and", [">=", "$free_capacity_gb", 1024], ["=", "$vendor_name", "Open Source"]]`. Authority: cinder/
// scheduler/filters/json_filter.py of Zed.

import { parseJson } from "../../../core/json.ts";
import type { PoolState } from "../pools.ts";
import type { PlacementRequest } from "../request.ts";
import type { BackendFilter } from "./filter.ts";

type Comparison = (a: never, b: never) => boolean;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
};

export class JsonFilter implements BackendFilter {
  readonly name = "JsonFilter";

  /** What cannot be read lets nothing through. */
  passes(pool: PoolState, { hints }: PlacementRequest): boolean {
    const { query } = hints;
    if (query === undefined || query === null || query === "") return true;
    const parsed = typeof query === "string" ? parsedOrNull(query) : query;
    if (!Array.isArray(parsed)) return false;
    const result = evaluate(parsed, namesOf(pool));
    return Array.isArray(result) ? result.some(Boolean) : Boolean(result);
  }
}

function parsedOrNull(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function namesOf(pool: PoolState): Record<string, unknown> {
  return { ...pool.capabilities, host: pool.id, capabilities: pool.capabilities, service: pool.service };
}

function evaluate(node: readonly unknown[], names: Record<string, unknown>): unknown {
  if (node.length === 0) return true;
  const [command, ...rest] = node;
  const values: unknown[] = rest
    .map((argument) => (Array.isArray(argument) ? evaluate(argument, names) : resolve(argument, names)))
    .filter((value) => value !== null && value !== undefined);
  const [first, ...others] = values;
  const comparison = COMPARISONS[String(command)];
  if (comparison) {
    return values.length > 1 && others.every((other) => comparison(first as never, other as never));
  }
  switch (command) {
    case "in":
      return values.length > 1 && others.includes(first);
    case "not":
      return values.map((value) => !value);
    case "or":
      return values.some(Boolean);
    case "and":
      return values.every(Boolean);
    default:
      return false;
  }
}

/** `$capabilities.vendor_name`; other text stands for itself. */
function resolve(argument: unknown, names: Record<string, unknown>): unknown {
  if (typeof argument !== "string" || !argument.startsWith("$")) return argument;
  let at: unknown = names;
  for (const step of argument.slice(1).split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return null;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}
