import { parseJson } from "../../core/json.ts";
import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

type Node = unknown;

/** Hint `query`: `["and", [">=", "$free_ram_mb", 1024], ["=", "$hypervisor_hostname", "c01"]]`. */
export class JsonFilter implements HostFilter {
  readonly name = "JsonFilter";

  passes(host: HostState, request: SchedulingRequest): boolean {
    const query = parse(request.spec.hints["query"]);
    if (!Array.isArray(query) || query.length === 0) return true;
    const result = evaluate(query, host);
    return Array.isArray(result) ? result.some(Boolean) : Boolean(result);
  }
}

/** Text, or a list of one text, as clients send it. What cannot be read asks for nothing. */
function parse(hint: unknown): unknown {
  const text = Array.isArray(hint) && hint.length === 1 && typeof hint[0] === "string" ? hint[0] : hint;
  if (typeof text !== "string") return text;
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

type Comparison = (a: never, b: never) => boolean;

const COMPARISONS: Record<string, Comparison> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
};

function evaluate(node: Node, host: HostState): unknown {
  if (!Array.isArray(node) || node.length === 0) return true;
  const [command, ...rest] = node as unknown[];
  const values = rest
    .map((argument) => (Array.isArray(argument) ? evaluate(argument, host) : resolve(argument, host)))
    .filter((value) => value !== null && value !== undefined);
  const first: unknown = values[0];
  const others: unknown[] = values.slice(1);
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

/** `$stats.io_workload` is looked up in the host's capabilities; other text stands for itself. */
function resolve(argument: unknown, host: HostState): unknown {
  if (typeof argument !== "string" || !argument.startsWith("$")) return argument;
  return argument
    .slice(1)
    .split(".")
    .reduce<unknown>(
      (at, step) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[step] : null),
      host.capabilities,
    );
}
