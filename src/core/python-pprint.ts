// Python's pprint.pformat for values that came from JSON. Authority: CPython 3.11, Lib/pprint.py (keys sorted, one level
// of indent, not compact).

import { pyRepr } from "./python.ts";

/** One-line repr with sorted keys. */
function repr(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (typeof value !== "object" || value === null) return pyRepr(value);
  const items = sorted(value).map(([key, item]) => `${pyRepr(key)}: ${repr(item)}`);
  return `{${items.join(", ")}}`;
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

export function pformat(value: unknown, width: number): string {
  return format(value, width, 0, 0, 0);
}

/** @param allowance characters that must still fit behind the value on its last line */
function format(value: unknown, width: number, indent: number, allowance: number, level: number): string {
  const line = repr(value);
  if (line.length <= width - indent - allowance) return line;
  if (Array.isArray(value)) {
    const rows = value.map((item, i) =>
      format(item, width, indent + 1, i === value.length - 1 ? allowance + 1 : 1, level + 1),
    );
    return `[${rows.join(newRow(indent + 1))}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = sorted(value);
    const rows = entries.map(([key, item], i) => {
      const name = `${pyRepr(key)}: `;
      const last = i === entries.length - 1;
      return name + format(item, width, indent + 1 + name.length, last ? allowance + 1 : 1, level + 1);
    });
    return `{${rows.join(newRow(indent + 1))}}`;
  }
  return typeof value === "string" && value !== ""
    ? formatText(value, width, indent, allowance, level)
    : line;
}

function newRow(indent: number): string {
  return `,\n${" ".repeat(indent)}`;
}

/** A long text is cut behind blanks and line ends into literals below each other. */
function formatText(text: string, width: number, at: number, behind: number, level: number): string {
  const outermost = level === 0;
  const indent = outermost ? at + 1 : at;
  const allowance = outermost ? behind + 1 : behind;
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const chunks: string[] = [];
  lines.forEach((line, i) => {
    const lastLine = i === lines.length - 1;
    const whole = pyRepr(line);
    if (whole.length <= width - indent - (lastLine ? allowance : 0)) {
      chunks.push(whole);
      return;
    }
    const parts = line.match(/\S+\s*|\s+/g) ?? [];
    let current = "";
    parts.forEach((part, j) => {
      const room = width - indent - (lastLine && j === parts.length - 1 ? allowance : 0);
      if (pyRepr(current + part).length > room) {
        if (current !== "") chunks.push(pyRepr(current));
        current = part;
      } else {
        current += part;
      }
    });
    if (current !== "") chunks.push(pyRepr(current));
  });
  if (chunks.length === 1) return chunks[0]!;
  const body = chunks.join(`\n${" ".repeat(indent)}`);
  return outermost ? `(${body})` : body;
}
