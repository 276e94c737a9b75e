// Reads enums and string constants out of libvirt's public headers (include/libvirt/*.h): the flags, states, reasons
// and error codes that go over the wire as plain integers, and the names of typed parameters.

export interface HeaderConstants {
  /** C enum name (`virDomainState`) to its members in the order of the header. */
  readonly enums: Map<string, Map<string, number>>;
  /** `# define NAME "text"`. */
  readonly strings: Map<string, string>;
  /** `# define NAME 123`, and every enum member, by name. */
  readonly numbers: Map<string, number>;
}

function stripComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, " ");
}

/**
 * Evaluates what the headers use as a value: integers, names, `<<`, `|` and brackets.
 * Throws an Error for a name not seen before, and for any other operator.
 */
function evaluate(expression: string, known: Map<string, number>): number {
  let result = 0;
  for (const part of expression.replace(/[()]/g, " ").split("|")) {
    const [left = "", right] = part.split("<<").map((text) => text.trim());
    result |= right === undefined ? term(left, known) : term(left, known) << term(right, known);
  }
  // 1 << 31 is a flag, not a negative number.
  return result < 0 && !expression.includes("-") ? result >>> 0 : result;
}

function term(text: string, known: Map<string, number>): number {
  const digits = text.replace(/[uUlL]+$/, "");
  if (/^-?(\d+|0x[0-9a-fA-F]+)$/.test(digits)) return Number(digits);
  const value = known.get(text);
  if (value === undefined) throw new Error(`unknown value "${text}"`);
  return value;
}

/** Adds the constants of one header to `into`; headers must come in an order in which names are defined before use. */
export function parseHeader(source: string, into: HeaderConstants): void {
  const text = stripComments(source);
  for (const [, name, body] of text.matchAll(/^#\s*define\s+(VIR_\w+)\s+(\S.*?)\s*$/gm)) {
    if (name === undefined || body === undefined) continue;
    if (/^"[^"]*"$/.test(body)) into.strings.set(name, body.slice(1, -1));
    else if (/^\(?-?\d+\)?$/.test(body)) into.numbers.set(name, Number(body.replace(/[()]/g, "")));
  }
  for (const [, body, name] of text.matchAll(/typedef\s+enum\s*\{([^}]*)\}\s*(\w+)\s*;/g)) {
    if (name === undefined || body === undefined) continue;
    into.enums.set(name, members(body, into.numbers));
  }
}

function members(body: string, known: Map<string, number>): Map<string, number> {
  const values = new Map<string, number>();
  // What stands under VIR_ENUM_SENTINELS is a count for the C compiler and not part of the protocol.
  const visible = body.replace(/#\s*ifdef VIR_ENUM_SENTINELS[\s\S]*?#\s*endif/g, " ");
  let following = 0;
  for (const item of visible.split(",")) {
    const [name = "", expression] = item.split("=").map((part) => part.trim());
    if (name === "") continue;
    const value = expression === undefined ? following : evaluate(expression, known);
    values.set(name, value);
    known.set(name, value);
    following = value + 1;
  }
  return values;
}
