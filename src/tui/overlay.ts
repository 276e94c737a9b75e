// What lies over the current window for a moment and takes the keys: a list, a text, a question.

import { keyName, splitKeys } from "./keys.ts";
import type { Cursor } from "./pane.ts";
import { INVERSE, PLAIN, widthOf } from "./text.ts";

export interface Overlay {
  /** `region`: over the focused window; `line`: on the last row of the windows. */
  place: "region" | "line";
  rows(width: number, height: number): string[];
  cursor?(width: number): Cursor;
  /** False ends it. */
  type(text: string): boolean;
}

export interface ListEntry {
  text: string;
  /** At the right edge. */
  flags: string;
}

/** Ctrl-A ": arrows, j, k, Enter; a digit goes to the entry that begins with it. */
export function listOverlay(
  header: ListEntry,
  entries: readonly ListEntry[],
  start: number,
  choose: (index: number) => void,
): Overlay {
  let at = Math.max(0, start);
  let top = 0;
  let page = 10;
  const line = ({ text, flags }: ListEntry, width: number) => {
    const room = Math.max(0, width - 1 - flags.length);
    return `${text.slice(0, room).padEnd(room)}${flags}`;
  };
  const to = (index: number) => {
    at = Math.max(0, Math.min(entries.length - 1, index));
  };
  return {
    place: "region",
    rows(width, height) {
      page = Math.max(1, height - 2);
      top = Math.max(0, Math.min(top, at), at - page + 1);
      const shown = entries.slice(top, top + page).map((entry, i) => {
        const row = line(entry, width);
        return top + i === at ? `${INVERSE}${row}${PLAIN}` : row;
      });
      return [line(header, width), "", ...shown];
    },
    type(text) {
      for (const raw of splitKeys(text)) {
        const key = keyName(raw);
        if (key === "up" || key === "k" || key === "p" || key === "\x10") to(at - 1);
        else if (key === "down" || key === "j" || key === "n" || key === "\x0e") to(at + 1);
        else if (key === "page-up" || key === "\x02") to(at - page);
        else if (key === "page-down" || key === "\x06") to(at + page);
        else if (key === "home" || key === "g") to(0);
        else if (key === "end" || key === "G") to(entries.length - 1);
        else if (/^\d$/.test(key)) {
          const index = entries.findIndex((entry) => entry.text.trim().split(" ")[0] === key);
          if (index >= 0) to(index);
        } else {
          if (key === "\r" || key === "\n" || key === " ") choose(at);
          return false;
        }
      }
      return true;
    },
  };
}

/** A text, page by page: Space turns it, anything else at the end leaves. */
export function textOverlay(make: (width: number) => readonly string[]): Overlay {
  let from = 0;
  let more = false;
  let page = 1;
  return {
    place: "region",
    rows(width, height) {
      const all = make(width);
      page = Math.max(1, height - 1);
      from = Math.min(from, Math.max(0, all.length - 1));
      more = from + page < all.length;
      const rows = all.slice(from, from + page);
      while (rows.length < page) rows.push("");
      const hint = more ? "[Press Space for next page; Return to end.]" : "[Press Return to end.]";
      return [...rows, hint.padStart(Math.floor((width + hint.length) / 2))];
    },
    type(text) {
      if (text !== " " || !more) return false;
      from += page;
      return true;
    },
  };
}

export interface QuestionOptions {
  question: string;
  /** What stands in the line at first. */
  start?: string;
  /** One key answers it. */
  single?: boolean;
  answer(text: string): void;
}

export function questionOverlay({ question, start = "", single = false, answer }: QuestionOptions): Overlay {
  let typed = start;
  return {
    place: "line",
    rows: (width) => [`${question}${typed}`.slice(-Math.max(1, width - 1))],
    cursor: (width) => ({ x: Math.min(width - 1, widthOf(question + typed)), y: 0 }),
    type(text) {
      for (const key of splitKeys(text)) {
        if (key === "\r" || key === "\n") {
          answer(typed);
          return false;
        }
        if (key === "\x1b" || key === "\x03" || key === "\x07") return false;
        if (key === "\x7f" || key === "\b") typed = typed.slice(0, -1);
        else if (key === "\x15") typed = "";
        else if (key >= " " && key.length < 3) {
          typed += key;
          if (single) {
            answer(typed);
            return false;
          }
        }
      }
      return true;
    },
  };
}
