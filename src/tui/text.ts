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
export const PLAIN = "\x1b[m";
export const INVERSE = "\x1b[7m";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const HARMFUL = /[\x00-\x1f\x7f-\x9f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const ALL_HARMFUL = /[\x00-\x1f\x7f-\x9f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const NOT_ASCII = /[^\x00-\x7f]/;

/** A line without anything that a terminal would obey. Tabs become blanks. */
export function harmless(text: string): string {
  return HARMFUL.test(text) ? text.replaceAll("\t", "    ").replace(ALL_HARMFUL, "?") : text;
}

/** How many columns a text takes. */
export function widthOf(text: string): number {
  return NOT_ASCII.test(text) ? Bun.stringWidth(text) : text.length;
}

/** The rows of one line, without colour; none is wider than `width`. */
export function wrap(text: string, width: number): string[] {
  if (NOT_ASCII.test(text)) return wrapWide(text, width);
  if (text.length <= width) return [text];
  const rows: string[] = [];
  for (let i = 0; i < text.length; i += width) rows.push(text.slice(i, i + width));
  return rows;
}

function wrapWide(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = "";
  let used = 0;
  for (const ch of text) {
    const columns = Bun.stringWidth(ch);
    if (used + columns > width && row !== "") {
      rows.push(row);
      row = "";
      used = 0;
    }
    row += ch;
    used += columns;
  }
  rows.push(row);
  return rows;
}

/** The escape sequence of a level; empty for none. A line of a traceback has a colour of its own. */
export function colourOf(level: Level, text: string): string {
  return COLOURS[isTrace(text) ? "TRACE" : level] ?? "";
}

/** `2013-02-25 21:05:51.123 17409 TRACE nova ...` */
function isTrace(text: string): boolean {
  const at = text.indexOf(" TRACE ", 23);
  return at > 0 && at < 34;
}

export function coloured(row: string, colour: string): string {
  return colour === "" ? row : `${colour}${row}${PLAIN}`;
}
