// Scroll-back of one window, as GNU screen's copy mode (screen(1), "Copy"): the rows stand still while the program goes
// on, a cursor moves over them, / and ? search, two marks copy what lies between.

import { keyName, splitKeys } from "./keys.ts";
import type { CopyRow, Cursor } from "./pane.ts";
import { INVERSE, PLAIN, widthOf } from "./text.ts";

export interface CopyOptions {
  rows: readonly CopyRow[];
  width: number;
  height: number;
  /** Where the cursor begins: a row of the history; the last one by default. */
  startRow?: number;
  /** A text has been copied. */
  copied(text: string): void;
  /** Something to tell: what a search did not find. */
  say(text: string): void;
  /** `t` was pressed on this line. */
  follow(text: string): void;
}

interface Mark {
  row: number;
  column: number;
  /** Whole rows are copied. */
  lines: boolean;
}

const WORD = /\S+/g;

export class CopyMode {
  #options: CopyOptions;
  #rows: readonly CopyRow[];
  #width: number;
  #height: number;
  /** First row shown. */
  #top: number;
  #row: number;
  #column = 0;
  #count = "";
  #mark: Mark | null = null;
  #search: { text: string; direction: 1 | -1 } | null = null;
  #typing: { text: string; direction: 1 | -1 } | null = null;
  #found: { row: number; from: number; to: number } | null = null;

  constructor(options: CopyOptions) {
    this.#options = options;
    this.#rows = options.rows.length > 0 ? options.rows : [{ text: "", drawn: "", continued: false }];
    this.#width = options.width;
    this.#height = options.height;
    this.#row = Math.min(this.#last, options.startRow ?? this.#last);
    this.#top = Math.max(0, this.#last - this.#height + 1);
    this.#show();
    if (options.startRow !== undefined) this.#top = this.#clampTop(this.#row - Math.floor(this.#height / 2));
  }

  get #last(): number {
    return this.#rows.length - 1;
  }

  /** Rows beyond the end of what is shown; 0 at the bottom. */
  get above(): number {
    return Math.max(0, this.#last - this.#height + 1 - this.#top);
  }

  draw(width: number, height: number): string[] {
    if (height !== this.#height || width !== this.#width) {
      this.#height = height;
      this.#width = width;
      this.#show();
    }
    const rows = this.#rows
      .slice(this.#top, this.#top + height)
      .map((row, i) => this.#drawRow(row, this.#top + i));
    if (!this.#typing) return rows;
    while (rows.length < height - 1) rows.push("");
    return [...rows.slice(0, height - 1), this.#question()];
  }

  cursor(width: number, height: number): Cursor {
    if (this.#typing) return { x: Math.min(width - 1, this.#question().length), y: height - 1 };
    const x = widthOf(this.#text.padEnd(this.#column).slice(0, this.#column));
    return { x: Math.min(width - 1, x), y: Math.min(height - 1, this.#row - this.#top) };
  }

  /** What screen says when copy mode begins. */
  get position(): string {
    const above = this.#top;
    return `Copy mode - Column ${this.#column + 1} Line ${this.#row - above + 1}(+${above}) (${this.#width},${this.#height})`;
  }

  /** False when copy mode has ended. */
  type(text: string): boolean {
    for (const key of splitKeys(text)) {
      if (this.#typing) this.#typeSearch(key);
      else if (!this.#press(keyName(key))) return false;
    }
    return true;
  }

  /** The rows move, the cursor stays in view. */
  scroll(rows: number): void {
    this.#top = this.#clampTop(this.#top + rows);
    this.#row = Math.max(this.#top, Math.min(this.#top + this.#height - 1, this.#row));
  }

  #press(key: string): boolean {
    if (/^\d$/.test(key) && !(key === "0" && this.#count === "")) {
      this.#count += key;
      return true;
    }
    const given = this.#count === "" ? null : Math.min(1_000_000, Number(this.#count));
    const times = given ?? 1;
    this.#count = "";
    const page = Math.max(1, this.#height - 1);
    switch (key) {
      case "up":
      case "k":
      case "\x10":
        return this.#to(this.#row - times);
      case "down":
      case "j":
      case "\x0e":
        return this.#to(this.#row + times);
      case "left":
      case "h":
      case "\b":
      case "\x7f":
        return this.#at(this.#column - times);
      case "right":
      case "l":
        return this.#at(this.#column + times);
      case "0":
      case "home":
        return this.#at(0);
      case "$":
      case "end":
        return this.#at(this.#text.length - 1);
      case "^":
        return this.#at(this.#text.search(/\S|$/));
      case "|":
        return this.#at(times - 1);
      case "+":
        this.#column = 0;
        return this.#to(this.#row + times);
      case "-":
        this.#column = 0;
        return this.#to(this.#row - times);
      case "H":
        return this.#to(this.#top);
      case "M":
        return this.#to(this.#top + Math.floor(this.#height / 2));
      case "L":
        return this.#to(this.#top + this.#height - 1);
      case "g":
        return this.#to(0);
      case "G":
        return this.#to(given === null ? this.#last : given - 1);
      case "page-up":
      case "\x02":
        return this.#leap(-page * times);
      case "page-down":
      case "\x06":
        return this.#leap(page * times);
      case "\x15":
        return this.#leap(-Math.floor(this.#height / 2) * times);
      case "\x04":
        return this.#leap(Math.floor(this.#height / 2) * times);
      case "w":
        return this.#word(1, times, false);
      case "e":
        return this.#word(1, times, true);
      case "b":
        return this.#word(-1, times, false);
      case "/":
      case "\x13":
        this.#typing = { text: "", direction: 1 };
        return true;
      case "?":
      case "\x12":
        this.#typing = { text: "", direction: -1 };
        return true;
      case "n":
      case "N":
        return this.#again(key === "n" ? 1 : -1);
      case " ":
      case "\r":
        return this.#setMark(false);
      case "Y":
        return this.#copy({ row: this.#row, column: 0, lines: true });
      case "y":
        return this.#setMark(true);
      case "W":
        return this.#copyWord();
      case "x":
        return this.#exchange();
      case "t":
        this.#options.follow(this.#text);
        return true;
    }
    return key.length > 1; // an unknown escape sequence is no reason to leave; any other key is
  }

  get #text(): string {
    return this.#rows[this.#row]!.text;
  }

  #to(row: number): true {
    this.#row = Math.max(0, Math.min(this.#last, row));
    this.#show();
    return true;
  }

  #at(column: number): true {
    this.#column = Math.max(0, Math.min(this.#width - 1, column));
    return true;
  }

  #leap(rows: number): true {
    this.#top = this.#clampTop(this.#top + rows);
    return this.#to(this.#row + rows);
  }

  #clampTop(top: number): number {
    return Math.max(0, Math.min(Math.max(0, this.#last - this.#height + 1), top));
  }

  #show(): void {
    if (this.#row < this.#top) this.#top = this.#row;
    if (this.#row >= this.#top + this.#height) this.#top = this.#row - this.#height + 1;
    this.#top = Math.max(0, this.#top);
  }

  /** To the next or former beginning (or the next end) of a word, over the ends of rows. */
  #word(direction: 1 | -1, times: number, ends: boolean): true {
    for (let n = 0; n < times; n++) {
      let row = this.#row;
      let column = this.#column;
      for (;;) {
        const stops = [...this.#rows[row]!.text.matchAll(WORD)].map(({ index, 0: word }) =>
          ends ? index + word.length - 1 : index,
        );
        const next = direction === 1 ? stops.find((at) => at > column) : stops.findLast((at) => at < column);
        if (next !== undefined) {
          this.#to(row);
          this.#at(next);
          break;
        }
        row += direction;
        if (row < 0 || row > this.#last) return true;
        column = direction === 1 ? -1 : Number.MAX_SAFE_INTEGER;
      }
    }
    return true;
  }

  #question(): string {
    return `${this.#typing?.direction === 1 ? "/" : "?"}${this.#typing?.text ?? ""}`;
  }

  #typeSearch(key: string): void {
    const typing = this.#typing!;
    if (key === "\r" || key === "\n") {
      this.#typing = null;
      if (typing.text !== "" || !this.#search) this.#search = typing;
      this.#again(1);
    } else if (key === "\x1b" || key === "\x03" || key === "\x07") this.#typing = null;
    else if (key === "\x7f" || key === "\b") typing.text = typing.text.slice(0, -1);
    else if (key === "\x15") typing.text = "";
    else if (key >= " ") typing.text += key;
  }

  /** Capitals count only when the text searched for has some. */
  #again(sense: 1 | -1): true {
    const search = this.#search;
    if (!search || search.text === "") return true;
    const exact = search.text !== search.text.toLowerCase();
    const wanted = exact ? search.text : search.text.toLowerCase();
    const direction = search.direction * sense;
    for (let row = this.#row; row >= 0 && row <= this.#last; row += direction) {
      const text = exact ? this.#rows[row]!.text : this.#rows[row]!.text.toLowerCase();
      const here = row === this.#row;
      const at =
        direction === 1
          ? text.indexOf(wanted, here ? this.#column + 1 : 0)
          : here && this.#column === 0
            ? -1
            : text.lastIndexOf(wanted, here ? this.#column - 1 : text.length);
      if (at < 0) continue;
      this.#to(row);
      this.#at(at);
      this.#found = { row, from: at, to: at + wanted.length };
      return true;
    }
    this.#options.say("Pattern not found");
    return true;
  }

  #setMark(lines: boolean): boolean {
    if (this.#mark) return this.#copy(this.#mark);
    this.#mark = { row: this.#row, column: lines ? 0 : this.#column, lines };
    this.#options.say(`First mark set - Column ${this.#mark.column + 1} Line ${this.#row + 1}`);
    return true;
  }

  #exchange(): true {
    const mark = this.#mark;
    if (!mark) return true;
    this.#mark = { row: this.#row, column: this.#column, lines: mark.lines };
    this.#at(mark.column);
    return this.#to(mark.row);
  }

  #copyWord(): boolean {
    const word = [...this.#text.matchAll(WORD)].find(
      ({ index, 0: text }) => index + text.length > this.#column,
    );
    if (word) this.#options.copied(word[0]);
    return false;
  }

  /** Copies from the mark to the cursor, both included, and ends copy mode. */
  #copy(mark: Mark): false {
    const { from, to } = this.#span(mark);
    let text = "";
    for (let row = from.row; row <= to.row; row++) {
      const { text: whole, continued } = this.#rows[row]!;
      const first = row === from.row ? from.column : 0;
      const last = row === to.row ? to.column + 1 : whole.length;
      text += whole.slice(first, last);
      if (row < to.row && !continued) text = `${text.trimEnd()}\n`;
    }
    this.#options.copied(text);
    return false;
  }

  #span(mark: Mark): { from: Mark; to: Mark } {
    const here: Mark = { row: this.#row, column: this.#column, lines: mark.lines };
    const before = mark.row < here.row || (mark.row === here.row && mark.column <= here.column);
    const [from, to] = before ? [mark, here] : [here, mark];
    if (!mark.lines) return { from, to };
    return { from: { ...from, column: 0 }, to: { ...to, column: Number.MAX_SAFE_INTEGER - 1 } };
  }

  #drawRow({ text, drawn }: CopyRow, row: number): string {
    let range: { from: number; to: number } | null = null;
    if (this.#mark) {
      const { from, to } = this.#span(this.#mark);
      if (row >= from.row && row <= to.row) {
        range = {
          from: row === from.row ? from.column : 0,
          to: row === to.row ? to.column + 1 : text.length,
        };
      }
    } else if (this.#found?.row === row) range = this.#found;
    if (!range || range.from >= range.to) return drawn;
    const { from, to } = range;
    return `${text.slice(0, from)}${INVERSE}${text.slice(from, to)}${PLAIN}${text.slice(to)}`;
  }
}
