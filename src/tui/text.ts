// Log lines as rows of a terminal: control characters made harmless, long lines wrapped, levels coloured.

import type { Level } from "../core/log.ts";

const COLOURS: Partial<Record<Level | "TRACE", string>> = {
  DEBUG: "\x1b[90m",
  AUDIT: "\x1b[36m",
  WARNING: "\x1b[33m",
  ERROR: "\x1b[31m",
  CRITICAL: "\x1b[1;31m",
  TRACE: "\x1b[35m",
};
const PLAIN = "\x1b[m";

/** A line without anything that a terminal would obey. Tabs become blanks. */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return text.replaceAll("\t", "    ").replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}

/** How many rows a line takes. */
export function rowCount(text: string, width: number): number {
  return Math.max(1, Math.ceil(text.length / width));
}

/** The rows of one line, without colour. */
export function wrap(text: string, width: number): string[] {
  const rows: string[] = [];
  for (let i = 0; i < text.length || i === 0; i += width) rows.push(text.slice(i, i + width));
  return rows;
}

/** Rows of a log line in the colour of its level. */
export function colourRows(rows: readonly string[], level: Level, colours: boolean): string[] {
  const colour = colours ? COLOURS[level] : undefined;
  return colour === undefined ? [...rows] : rows.map((row) => `${colour}${row}${PLAIN}`);
}
