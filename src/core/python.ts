// Values as Python prints them. OpenStack's error texts quote values with str() and repr(); clients and tests compare
// those texts, so ours must quote alike.

/** Deeper than this a value is not printed, so that no body exhausts the stack. */
const MAX_DEPTH = 500;

/** Python's repr() of a value that came from JSON. */
export function pyRepr(value: unknown): string {
  return repr(value, 0);
}

function repr(value: unknown, depth: number): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return reprString(value);
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) {
    if (depth >= MAX_DEPTH) return "[...]";
    return `[${value.map((item) => repr(item, depth + 1)).join(", ")}]`;
  }
  if (typeof value === "object") {
    if (depth >= MAX_DEPTH) return "{...}";
    return `{${Object.entries(value)
      .map(([k, v]) => `${reprString(k)}: ${repr(v, depth + 1)}`)
      .join(", ")}}`;
  }
  return String(value);
}

/** Python's str(): like repr(), but a string stands for itself. */
export function pyStr(value: unknown): string {
  return typeof value === "string" ? value : pyRepr(value);
}

function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const ch of text) {
    if (ch === quote || ch === "\\") out += `\\${ch}`;
    else if (ch === "\n") out += "\\n";
    else if (ch === "\r") out += "\\r";
    else if (ch === "\t") out += "\\t";
    else if (ch < " " || ch === "\x7f") out += `\\x${ch.charCodeAt(0).toString(16).padStart(2, "0")}`;
    else out += ch;
  }
  return out + quote;
}

const TRUE = new Set(["1", "t", "true", "on", "y", "yes"]);
const FALSE = new Set(["0", "f", "false", "off", "n", "no"]);

/** oslo_utils.strutils.bool_from_string: null when the text is neither. */
export function boolFromString(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  const text = String(value).trim().toLowerCase();
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  return null;
}

/** A number that JSON.stringify writes as Python's json writes a float: `1.0`, not `1`. Clients print what they read. */
export function pyFloat(value: number): unknown {
  if (!Number.isInteger(value) || Math.abs(value) >= 1e16) return value;
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(`${value}.0`);
}
