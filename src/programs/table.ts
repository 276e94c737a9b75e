// Tables as PrettyTable 0.6-0.7 draws them, which every client of 2012-2014 used: cells in the middle (keystone, cinder)
// or to the left (nova, glance, neutron).

import { pyRepr } from "../core/python.ts";

export type Align = "center" | "left";

export interface TableOptions {
  align?: Align;
  /** The column to sort by, by the text of its cells as Python 2 compares it; rows stay as they come without one. */
  sortBy?: string;
  /** What is left of no rows: nothing, or (PrettyTable 0.7) the head. Default: nothing. */
  ofNothing?: "nothing" | "head";
}

/** Ends with a newline. */
export function table(
  fields: readonly string[],
  rows: readonly (readonly unknown[])[],
  { align = "center", sortBy, ofNothing = "nothing" }: TableOptions = {},
): string {
  if (rows.length === 0 && ofNothing === "nothing") return "\n";
  const texts = rows.map((row) => row.map(cellText));
  const key = sortBy === undefined ? -1 : fields.indexOf(sortBy);
  if (key >= 0) texts.sort((a, b) => compareRows([a[key]!, ...a], [b[key]!, ...b]));
  const lines = texts.map((row) => row.map((cell) => cell.split("\n")));
  const widths = fields.map((field, i) =>
    Math.max(width(field), ...lines.flatMap((row) => row[i]!.map((line) => width(line)))),
  );
  const rule = `+${widths.map((w) => "-".repeat(w + 2)).join("+")}+\n`;
  const draw = (cells: readonly string[]) =>
    `|${cells.map((cell, i) => ` ${justify(cell, widths[i]!, align)} `).join("|")}|\n`;
  const body = lines.map((row) => {
    const height = Math.max(...row.map((cell) => cell.length));
    return Array.from({ length: height }, (_, n) => draw(row.map((cell) => cell[n] ?? ""))).join("");
  });
  return rule + draw(fields) + rule + body.join("") + rule;
}

/** `Property | Value`, sorted by property. */
export function propertyTable(properties: Record<string, unknown>, options: { align?: Align } = {}): string {
  const rows = Object.entries(properties).map(([name, value]) => [name, value ?? ""]);
  return table(["Property", "Value"], rows, { ...options, sortBy: "Property" });
}

/** Columns taken from objects by name; what is missing or null is blank. */
export function listTable(
  objects: readonly Record<string, unknown>[],
  fields: readonly string[],
  options: TableOptions = {},
): string {
  const rows = objects.map((object) => fields.map((field) => object[field] ?? ""));
  return table(fields, rows, { sortBy: fields[0], ...options });
}

/** Breaks a long text into lines of at most `length` characters; 0 leaves it whole. */
export function wrapCell(text: string, length: number): string {
  if (length <= 0) return text;
  return (text.match(new RegExp(`.{1,${length}}`, "gs")) ?? []).join("\n");
}

/** Python's str(): True, None, and lists and dictionaries as their repr. */
function cellText(value: unknown): string {
  return typeof value === "string" ? value : pyRepr(value);
}

function compareRows(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i]! < b[i]!) return -1;
    if (a[i]! > b[i]!) return 1;
  }
  return 0;
}

/** Wide characters take two columns. */
function width(text: string): number {
  return Bun.stringWidth(text);
}

/** An odd space goes to the right of a text of odd width and to the left of one of even width (PrettyTable._justify). */
function justify(text: string, columns: number, align: Align): string {
  const excess = columns - width(text);
  if (align === "left") return text + " ".repeat(excess);
  const left = Math.floor(excess / 2) + (excess % 2 === 1 && width(text) % 2 === 0 ? 1 : 0);
  return " ".repeat(left) + text + " ".repeat(excess - left);
}
