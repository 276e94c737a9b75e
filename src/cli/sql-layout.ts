// Results as MySQL's client shows them: boxes, one column a line (`\G`), or tab-separated for other programs.

export type SqlLayout = "box" | "vertical" | "tabs";

export interface ResultSet {
  names: readonly string[];
  rows: readonly (readonly unknown[])[];
}

export function drawResult({ names, rows }: ResultSet, layout: SqlLayout, skipNames = false): string {
  if (layout === "vertical") return verticalRows(names, rows);
  if (layout === "tabs") {
    const lines = [...(skipNames ? [] : [names]), ...rows.map((row) => row.map(tabText))];
    return lines.map((line) => `${line.join("\t")}\n`).join("");
  }
  return mysqlBox(names, rows, skipNames);
}

/** Numbers to the right, text to the left, NULL spelled out. */
export function mysqlBox(
  names: readonly string[],
  rows: readonly (readonly unknown[])[],
  skipNames = false,
): string {
  const cells = rows.map((row) => row.map(cellText));
  const heads = skipNames ? names.map(() => "") : names;
  const widths = heads.map((name, i) => Math.max(columnsOf(name), ...cells.map((row) => columnsOf(row[i]!))));
  const numeric = names.map((_, i) =>
    rows.every((row) => row[i] === null || ["number", "bigint"].includes(typeof row[i])),
  );
  const rule = `+${widths.map((width) => "-".repeat(width + 2)).join("+")}+\n`;
  const line = (row: readonly string[], head = false) =>
    `|${row
      .map((cell, i) => {
        const space = " ".repeat(Math.max(0, widths[i]! - columnsOf(cell)));
        return numeric[i] && !head ? ` ${space}${cell} ` : ` ${cell}${space} `;
      })
      .join("|")}|\n`;
  const head = skipNames ? "" : line(names, true) + rule;
  return rule + head + cells.map((row) => line(row)).join("") + rule;
}

function verticalRows(names: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const width = Math.max(...names.map(columnsOf));
  const stars = "*".repeat(27);
  return rows
    .map((row, n) => {
      const lines = names.map((name, i) => `${name.padStart(width)}: ${cellText(row[i])}\n`);
      return `${stars} ${n + 1}. row ${stars}\n${lines.join("")}`;
    })
    .join("");
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (value instanceof Uint8Array) return `0x${value.toHex()}`;
  return String(value);
}

function tabText(value: unknown): string {
  return cellText(value).replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n");
}

function columnsOf(text: string): number {
  return Bun.stringWidth(text);
}
