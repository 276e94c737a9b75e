// The query language of the JsonFilters of Nova and Cinder: `["and", [">=", "$free_ram_mb", 1024], ["=", "$host", "c01"]]`.
// Authority: nova/scheduler/filters/json_filter.py and cinder/scheduler/filters/json_filter.py of Zed.

type Comparison = (a: never, b: never) => boolean;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
};

/** @param names what `$name.name` stands for; a name that is not there drops out of its list */
export function answers(query: readonly unknown[], names: Readonly<Record<string, unknown>>): boolean {
  const result = evaluate(query, names);
  return Array.isArray(result) ? result.some(Boolean) : Boolean(result);
}

function evaluate(node: readonly unknown[], names: Readonly<Record<string, unknown>>): unknown {
  if (node.length === 0) return true;
  const [command, ...rest] = node;
  const values: unknown[] = rest
    .map((argument) => (Array.isArray(argument) ? evaluate(argument, names) : resolve(argument, names)))
    .filter((value) => value !== null && value !== undefined);
  const [first, ...others] = values;
  const name = String(command);
  if (Object.hasOwn(COMPARISONS, name)) {
    const comparison = COMPARISONS[name]!;
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

/** Text that begins with `$` is looked up; anything else stands for itself. */
function resolve(argument: unknown, names: Readonly<Record<string, unknown>>): unknown {
  if (typeof argument !== "string" || !argument.startsWith("$")) return argument;
  let at: unknown = names;
  for (const step of argument.slice(1).split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return null;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}
