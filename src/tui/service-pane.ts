// The window of one service: its log, live, with scroll-back and search; and DevStack's gesture: Ctrl-C stops the
// service and leaves a shell prompt whose history holds the line that starts it, Up shows it, Enter runs it.

import type { LogLine } from "../core/log.ts";
import type { Pane } from "./pane.ts";
import { PromptLine } from "./prompt-line.ts";
import { colourRows, harmless, wrap } from "./text.ts";

export interface ServiceControl {
  stop(window: string): Promise<void>;
  start(window: string): Promise<void>;
  /** Runs any other line in a shell; what it prints comes back row by row. */
  shell(line: string, print: (row: string) => void): Promise<void>;
}

interface Entry {
  text: string;
  level: LogLine["level"];
}

const MAX_LINES = 5000;
const WHEEL_ROWS = 3;

export class ServicePane implements Pane {
  readonly title: string;
  #control: ServiceControl;
  #changed: () => void;
  #colours: boolean;
  #entries: Entry[] = [];
  #running = true;
  #prompt: PromptLine | null = null;
  /** Rows above the end; 0 follows the log. */
  #scroll = 0;
  #copying = false;
  #search: { editing: boolean; text: string } | null = null;
  #size = { width: 80, height: 23 };

  constructor(options: { title: string; control: ServiceControl; changed: () => void; colours: boolean }) {
    this.title = options.title;
    this.#control = options.control;
    this.#changed = options.changed;
    this.#colours = options.colours;
  }

  get alert(): boolean {
    return !this.#running;
  }

  add(line: LogLine): void {
    this.#print(line.text, line.level);
  }

  /** What `stack status` says; a service stopped from elsewhere gets its prompt, one started loses it. */
  setRunning(running: boolean): void {
    if (running === this.#running) return;
    this.#running = running;
    this.#prompt = running ? null : this.#makePrompt();
    this.#changed();
  }

  draw(width: number, height: number): string[] {
    const bottom = this.#bottomRows();
    const room = Math.max(1, height - bottom.length);
    return [...this.#rows(width, room), ...bottom].slice(-height);
  }

  cursor(width: number, height: number): { x: number; y: number } | null {
    const bottom = this.#bottomRows();
    if (bottom.length === 0 || this.#copying) return null;
    const rows = this.#rows(width, Math.max(1, height - bottom.length)).length;
    return { x: Math.min(width - 1, this.#prompt?.column ?? 0), y: Math.min(height - 1, rows) };
  }

  type(text: string): void {
    if (this.#search?.editing) this.#typeSearch(text);
    else if (this.#copying) this.#typeCopy(text);
    else if (this.#prompt) this.#prompt.type(text);
    else if (text.includes("\x03")) void this.#interrupt();
    this.#changed();
  }

  wheel(direction: "up" | "down"): void {
    this.#move(direction === "up" ? WHEEL_ROWS : -WHEEL_ROWS);
    if (this.#scroll === 0) this.#copying = false;
  }

  copyMode(): void {
    this.#copying = true;
    this.#changed();
  }

  resize(width: number, height: number): void {
    this.#size = { width, height };
  }

  async #interrupt(): Promise<void> {
    this.#print("^C", "INFO");
    try {
      await this.#control.stop(this.title);
      this.setRunning(false);
    } catch (error) {
      this.#print((error as Error).message, "ERROR");
    }
  }

  #makePrompt(): PromptLine {
    return new PromptLine({
      history: [`stack start ${this.title}`],
      run: (line) => void this.#runLine(line),
      changed: this.#changed,
    });
  }

  async #runLine(line: string): Promise<void> {
    this.#print(`$ ${line}`, "INFO");
    try {
      if (line.trim() === `stack start ${this.title}`) {
        await this.#control.start(this.title);
        this.setRunning(true);
      } else if (line.trim() !== "") {
        await this.#control.shell(line, (row) => this.#print(row, "INFO"));
      }
    } catch (error) {
      this.#print((error as Error).message, "ERROR");
    }
  }

  #print(text: string, level: LogLine["level"]): void {
    this.#entries.push({ text: harmless(text), level });
    if (this.#scroll > 0) this.#scroll += wrap(text, this.#size.width).length;
    if (this.#entries.length > MAX_LINES * 1.2) this.#entries = this.#entries.slice(-MAX_LINES);
    this.#changed();
  }

  /** The last rows above the scroll position, oldest first. Only as many lines as are seen are wrapped. */
  #rows(width: number, height: number): string[] {
    const rows: string[] = [];
    let skip = this.#scroll;
    for (let i = this.#entries.length - 1; i >= 0 && rows.length < height; i--) {
      const { text, level } = this.#entries[i]!;
      const wrapped = colourRows(wrap(text, width), level, this.#colours);
      for (let j = wrapped.length - 1; j >= 0 && rows.length < height; j--) {
        if (skip > 0) skip--;
        else rows.push(wrapped[j]!);
      }
    }
    return rows.reverse();
  }

  #bottomRows(): string[] {
    if (this.#search?.editing) return [`/${this.#search.text}`];
    if (this.#copying) return ["\x1b[7m-- scrolling: arrows, PgUp, PgDn, g, G, /text, n; q ends --\x1b[m"];
    return this.#prompt ? [this.#prompt.text] : [];
  }

  #typeCopy(text: string): void {
    const page = Math.max(1, this.#size.height - 2);
    switch (text) {
      case "q":
      case "\x1b":
      case "\x03":
      case "\r":
        this.#copying = false;
        this.#search = null;
        this.#scroll = 0;
        return;
      case "\x1b[A":
      case "\x1bOA":
      case "k":
        return this.#move(1);
      case "\x1b[B":
      case "\x1bOB":
      case "j":
        return this.#move(-1);
      case "\x1b[5~":
      case "\x02":
      case "\x15":
        return this.#move(page);
      case "\x1b[6~":
      case "\x06":
      case " ":
        return this.#move(-page);
      case "g":
        return this.#move(Number.MAX_SAFE_INTEGER);
      case "G":
        return this.#move(-this.#scroll);
      case "/":
        this.#search = { editing: true, text: "" };
        return;
      case "n":
        return this.#findUpwards();
    }
  }

  #typeSearch(text: string): void {
    const search = this.#search!;
    if (text === "\r") {
      search.editing = false;
      this.#findUpwards();
    } else if (text === "\x1b" || text === "\x03") this.#search = null;
    else if (text === "\x7f" || text === "\b") search.text = search.text.slice(0, -1);
    else search.text += harmless(text);
  }

  /** Scrolls so that the next older line with the text is the last one shown. */
  #findUpwards(): void {
    const wanted = this.#search?.text;
    if (!wanted) return;
    let above = 0;
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const { text } = this.#entries[i]!;
      if (above > this.#scroll && text.includes(wanted)) {
        this.#scroll = above;
        return;
      }
      above += wrap(text, this.#size.width).length;
    }
  }

  #move(rows: number): void {
    const total = this.#entries.reduce((sum, entry) => sum + wrap(entry.text, this.#size.width).length, 0);
    this.#scroll = Math.max(0, Math.min(Math.max(0, total - this.#size.height + 1), this.#scroll + rows));
    if (this.#scroll > 0) this.#copying = true;
    this.#changed();
  }
}
