// The tables of novaclient in the dialects of two releases: Folsom's (2.10) prints None and Python's repr, Icehouse's
// (2.17) a dash and JSON, and the head of an empty list. Cells are to the left in both (novaclient/utils.py).

import type { Json } from "../session.ts";
import { table } from "../table.ts";

export const RELEASES = ["folsom", "icehouse"] as const;
export type Release = (typeof RELEASES)[number];

export type Row = Record<string, Json>;

export interface ListOptions {
  /** Cells that are not simply the field of the column's name. */
  cells?: Record<string, (row: Row) => unknown>;
  /** A column's name. Folsom sorts by the first one unless told otherwise; null: never. */
  sortBy?: string | null;
}

export interface PropertyOptions {
  /** The heads of both columns. */
  heads?: readonly [string, string];
  /** Longer values are broken into lines of so many characters; 0: never. */
  wrap?: number;
}

export class Tables {
  readonly release: Release;

  constructor(release: Release) {
    this.release = release;
  }

  get isFolsom(): boolean {
    return this.release === "folsom";
  }

  list(rows: readonly Row[], columns: readonly string[], { cells = {}, sortBy }: ListOptions = {}): string {
    const sorted = sortBy === undefined ? (this.isFolsom ? columns[0]! : null) : sortBy;
    const lines = rows.map((row) =>
      columns.map((column) => {
        const cell = cells[column];
        if (cell) return cell(row);
        const value = row[column.toLowerCase().replaceAll(" ", "_")];
        if (value === undefined) return "";
        return value === null && !this.isFolsom ? "-" : value;
      }),
    );
    const key = sorted === null ? -1 : columns.indexOf(sorted);
    if (key >= 0) lines.sort((a, b) => compare([a[key], ...a], [b[key], ...b]));
    const texts = lines.map((line) => line.map(pyText));
    return table(columns, texts, { align: "left", ofNothing: this.isFolsom ? "nothing" : "head" });
  }

  properties(values: Row, { heads = ["Property", "Value"], wrap = 0 }: PropertyOptions = {}): string {
    const names = Object.keys(values).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const rows = names.flatMap((name) => {
      const lines = this.#lines(values[name], wrap);
      return lines.map((line, i) => [i === 0 ? name : "", line]);
    });
    return table(heads, rows, { align: "left", ofNothing: this.isFolsom ? "nothing" : "head" });
  }

  #lines(value: Json, wrap: number): string[] {
    if (this.isFolsom) return [pyText(value)];
    let text = typeof value === "object" && value !== null ? pyJson(value) : value === null ? "-" : value;
    if (wrap > 0) text = fill(pyText(text), wrap);
    // A traceback in JSON has its newlines escaped.
    return typeof text === "string" && text.includes("\\n") ? text.trim().split("\\n") : [pyText(text)];
  }
}

/** Python's json.dumps: a blank after each comma and colon. */
export function pyJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(pyJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${pyJson(inner)}`);
    return `{${parts.join(", ")}}`;
  }
  return JSON.stringify(value);
}

/** Python 2's str(): texts inside of lists and dictionaries are unicode. */
export function pyText(value: Json): string {
  return typeof value === "string" ? value : repr(value);
}

function repr(value: Json): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return `u${quoted(value)}`;
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (typeof value === "object") {
    const parts = Object.entries(value).map(([name, inner]) => `u${quoted(name)}: ${repr(inner)}`);
    return `{${parts.join(", ")}}`;
  }
  return String(value);
}

/** Python 2 escapes all that is not ASCII. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replace(/[\\\n\r\t]|[^ -~]/gu, (ch) => {
    if (ch === "\\") return "\\\\";
    if (ch === "\n") return "\\n";
    if (ch === "\r") return "\\r";
    if (ch === "\t") return "\\t";
    const code = ch.codePointAt(0)!;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
    if (code < 0x1_0000) return `\\u${code.toString(16).padStart(4, "0")}`;
    return `\\U${code.toString(16).padStart(8, "0")}`;
  });
  return `${quote}${quote === "'" ? inner.replaceAll("'", "\\'") : inner}${quote}`;
}

/** textwrap.fill: at blanks, and within a word that is longer than a line. */
function fill(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    while (line === "" && word.length > width) {
      lines.push(word.slice(0, width));
      word = word.slice(width);
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

/** As Python 2 orders what is not alike: None, numbers, texts. */
function compare(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i], b[i]];
    const order = rank(x) - rank(y);
    if (order !== 0) return order;
    if (typeof x === "number" && typeof y === "number") {
      if (x !== y) return x - y;
      continue;
    }
    const [s, t] = [pyText(x), pyText(y)];
    if (s !== t) return s < t ? -1 : 1;
  }
  return 0;
}

function rank(value: unknown): number {
  if (value === null || value === undefined) return 0;
  return typeof value === "number" || typeof value === "boolean" ? 1 : 2;
}
