// One request on its way through the services: their lines about it in the order in which they were written, live, with a
// heading wherever it came to another window. n and p choose a heading, Enter goes to that window, at that line.

import type { LogLine } from "../core/log.ts";
import { keyName, splitKeys } from "./keys.ts";
import type { CopyRow, Pane } from "./pane.ts";
import type { Entry, Look } from "./service-pane.ts";
import { coloured, colourOf, INVERSE, PLAIN, wrap } from "./text.ts";

export type TraceLine = Entry & Pick<LogLine, "window">;

/** Where the request came to another window. */
interface Hop {
  window: string;
  serial: number;
  text: string;
}

export interface TracePaneOptions {
  requestId: string;
  /** What is known already, in the order of their serials. */
  lines: readonly TraceLine[];
  look: Look;
  changed: (pane: Pane) => void;
  /** Shows a window at that line. */
  go: (window: string, serial: number) => void;
}

type Item = { hop: Hop; line: null } | { hop: null; line: TraceLine };

const MAX_ITEMS = 5000;
/** Date, time with milliseconds. */
const STAMP_LENGTH = 23;

export class TracePane implements Pane {
  readonly title = "trace";
  readonly alert = false;
  ended = false;
  tap: Pane["tap"] = null;
  #options: TracePaneOptions;
  #items: Item[] = [];
  #hops: Hop[] = [];
  #startMs: number | null = null;
  /** Index of the chosen hop; null follows the newest. */
  #chosen: number | null = null;

  constructor(options: TracePaneOptions) {
    this.#options = options;
    for (const line of options.lines) this.add(line);
  }

  add(line: TraceLine): void {
    if (!line.text.includes(this.#options.requestId)) return;
    const at = momentOf(line.text);
    this.#startMs ??= at;
    if (this.#hops.at(-1)?.window !== line.window) {
      const sinceMs = Number.isNaN(at) ? 0 : at - this.#startMs;
      const hop: Hop = { window: line.window, serial: line.serial, text: `${line.window}  +${sinceMs} ms` };
      this.#hops.push(hop);
      this.#items.push({ hop, line: null });
    }
    this.#items.push({ hop: null, line });
    this.tap?.(`${line.text}\n`);
    if (this.#items.length > MAX_ITEMS * 1.25) this.#items = this.#items.slice(-MAX_ITEMS);
    this.#options.changed(this);
  }

  draw(width: number, height: number): string[] {
    const rows = this.#rows(width);
    const room = Math.max(1, height - 2);
    const chosen =
      this.#chosen === null ? -1 : rows.findIndex(({ hop }) => hop === this.#hops[this.#chosen!]);
    const end = chosen < 0 ? rows.length : Math.min(rows.length, Math.max(room, chosen + room));
    const shown = rows.slice(Math.max(0, end - room), end).map(({ drawn }) => drawn);
    while (shown.length < room) shown.push("");
    return [this.#head(width), ...shown, "n p choose   Enter goes there   q ends".slice(0, width)].slice(
      -height,
    );
  }

  cursor(): null {
    return null;
  }

  type(text: string): void {
    for (const key of splitKeys(text).map(keyName)) {
      const at = this.#chosen ?? this.#hops.length;
      if (key === "n" || key === "j" || key === "down") this.#choose(at + 1);
      else if (key === "p" || key === "k" || key === "up") this.#choose(at - 1);
      else if (key === "\r") {
        const hop = this.#hops[this.#chosen ?? this.#hops.length - 1];
        if (hop) this.#options.go(hop.window, hop.serial);
      } else if (key === "q" || key === "\x03") this.ended = true;
    }
    this.#options.changed(this);
  }

  history(width: number): CopyRow[] {
    return this.#rows(width);
  }

  resize(): void {}

  async kill(): Promise<void> {
    this.ended = true;
  }

  clear(): void {
    this.#items = [];
    this.#hops = [];
    this.#chosen = null;
  }

  info(): string {
    return `${this.#options.requestId}, ${this.#hops.length} hops`;
  }

  #choose(index: number): void {
    this.#chosen = index >= this.#hops.length ? null : Math.max(0, Math.min(this.#hops.length - 1, index));
  }

  /** `req-...: key > g-api > n-api`; the last ones when they are many. */
  #head(width: number): string {
    const way = this.#hops.map(({ window }) => window).join(" > ");
    const id = `${this.#options.requestId}: `;
    const room = Math.max(0, width - id.length);
    const shown = way.length <= room ? way : `...${way.slice(way.length - Math.max(0, room - 3))}`;
    return `${INVERSE}${`${id}${shown}`.slice(0, width).padEnd(width)}${PLAIN}`;
  }

  #rows(width: number): (CopyRow & { hop: Hop | null })[] {
    const chosen = this.#chosen === null ? null : this.#hops[this.#chosen];
    return this.#items.flatMap((item): (CopyRow & { hop: Hop | null })[] => {
      if (item.hop) {
        const text = `-- ${item.hop.text} --`;
        const drawn = item.hop === chosen ? `${INVERSE}${text}${PLAIN}` : text;
        return [{ text, drawn, continued: false, hop: item.hop }];
      }
      const { text, level } = item.line;
      const colour = this.#options.look.colours ? colourOf(level, text) : "";
      const rows = wrap(text.slice(11), width); // the date says nothing here
      return rows.map((row, i) => ({
        text: row,
        drawn: coloured(row, colour),
        continued: i < rows.length - 1,
        hop: null,
      }));
    });
  }
}

function momentOf(text: string): number {
  return Date.parse(`${text.slice(0, STAMP_LENGTH).replace(" ", "T")}Z`);
}
