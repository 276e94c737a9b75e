// The window of one service: its log, live, filtered when asked; and DevStack's gesture: Ctrl-C stops the service and
// leaves a shell prompt whose history holds the line that starts it, Up shows it, Enter runs it.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Level, LogLine } from "../core/log.ts";
import { type LogFilter, logFilter } from "../core/log-filter.ts";
import type { CopyRow, Cursor, Pane } from "./pane.ts";
import { PromptLine } from "./prompt-line.ts";
import { coloured, colourOf, harmless, wrap } from "./text.ts";

/** A command typed at the prompt, while it runs. */
export interface PromptProgram {
  readonly fullScreen: boolean;
  readonly cursor: Cursor;
  draw(height: number): string[];
  /** The last rows, at most `limit`. */
  history(limit?: number): CopyRow[];
  type(text: string): void;
  resize(width: number, height: number): void;
  kill(): Promise<void>;
  dispose(): void;
}

export interface ServiceControl {
  stop(window: string): Promise<void>;
  start(window: string): Promise<void>;
  /** Runs any other line in a shell, on a terminal of that size. */
  shell(options: {
    line: string;
    cwd: string;
    width: number;
    height: number;
    changed: () => void;
    exited: () => void;
  }): PromptProgram;
}

/** How all windows draw their logs; changed by keys. */
export interface Look {
  colours: boolean;
  /** False: a line that is too long is cut. */
  wrap: boolean;
}

export interface Entry {
  serial: number;
  text: string;
  level: Level;
}

export interface ServicePaneOptions {
  title: string;
  control: ServiceControl;
  changed: (pane: Pane) => void;
  look: Look;
  /** Folder of the prompt's commands. */
  cwd: string;
}

const MAX_LINES = 5000;
/** Longer lines are cut: no window may hold more than that, times the lines. */
const MAX_LINE_LENGTH = 8192;

export class ServicePane implements Pane {
  readonly title: string;
  readonly ended = false;
  tap: Pane["tap"] = null;
  #options: ServicePaneOptions;
  #entries: Entry[] = [];
  /** Those that pass the filter; the same array when there is none. */
  #shown: Entry[] = this.#entries;
  #filter: { text: string; wants: LogFilter } | null = null;
  #running = true;
  #prompt: PromptLine;
  #program: PromptProgram | null = null;
  /** The prompt waits for the end of a start or of a command. */
  #busy = false;
  #cwd: string;
  #size = { width: 80, height: 23 };

  constructor(options: ServicePaneOptions) {
    this.title = options.title;
    this.#options = options;
    this.#cwd = options.cwd;
    this.#prompt = new PromptLine({
      history: [this.startLine],
      run: (line) => void this.#runLine(line),
      changed: this.#changed,
    });
  }

  get alert(): boolean {
    return !this.#running;
  }

  /** What Up shows at the prompt. */
  get startLine(): string {
    return `stack start ${this.title}`;
  }

  get running(): boolean {
    return this.#running;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get filterText(): string {
    return this.#filter?.text ?? "";
  }

  add(line: LogLine): void {
    this.#print(line.text, line.level, line.serial);
  }

  /** What `stack status` says; a service stopped from elsewhere gets its prompt, one started loses it. */
  setRunning(running: boolean): void {
    if (running === this.#running || this.#busy) return;
    this.#running = running;
    this.#changed();
  }

  /** Only lines that pass are shown; an empty text shows all. */
  setFilter(text: string): void {
    const wants = logFilter(text);
    this.#filter = wants && { text: text.trim(), wants };
    this.#shown = wants ? this.#entries.filter(wants) : this.#entries;
    this.#changed();
  }

  draw(width: number, height: number): string[] {
    if (this.#program?.fullScreen) return this.#program.draw(height);
    const bottom = this.#bottomRows();
    return [...this.#rows(width, Math.max(0, height - bottom.length)), ...bottom].slice(-height);
  }

  cursor(width: number, height: number): Cursor | null {
    if (this.#program?.fullScreen) return this.#program.cursor;
    const bottom = this.#bottomRows().length;
    if (bottom === 0) return null;
    const above = this.#rows(width, Math.max(0, height - bottom)).length;
    const y = Math.min(height - 1, above + bottom - 1);
    return { x: Math.min(width - 1, this.#program ? this.#program.cursor.x : this.#prompt.column), y };
  }

  type(text: string): void {
    if (this.#program) this.#program.type(text);
    else if (this.#busy) return;
    else if (!this.#running) this.#prompt.type(text);
    else if (text.includes("\x03")) void this.#interrupt();
    this.#changed();
  }

  history(width: number): CopyRow[] {
    const rows = this.#shown.flatMap(({ text, level }) => {
      const colour = this.#options.look.colours ? colourOf(level, text) : "";
      return copyRows(text, width, colour);
    });
    if (this.#program) return [...rows, ...this.#program.history()];
    return [...rows, ...this.#bottomRows().flatMap((text) => copyRows(text, width, ""))];
  }

  /** The row of the history at which a line begins; the last one when it is gone. */
  rowOf(serial: number, width: number): number {
    let row = 0;
    for (const entry of this.#shown) {
      if (entry.serial >= serial && entry.serial > 0) return row;
      row += wrap(entry.text, width).length;
    }
    return Math.max(0, row - 1);
  }

  resize(width: number, height: number): void {
    this.#size = { width, height };
    this.#program?.resize(width, height);
  }

  clear(): void {
    this.#entries = [];
    this.#shown = this.#entries;
    this.setFilter(this.filterText);
  }

  async kill(): Promise<void> {
    await this.#program?.kill();
    if (this.#running) await this.#options.control.stop(this.title);
    this.setRunning(false);
  }

  info(): string {
    const filter = this.#filter ? `, filter ${this.#filter.text}` : "";
    return `${this.title} ${this.#running ? "running" : "stopped"}, ${this.#entries.length} lines${filter}`;
  }

  #changed = (): void => this.#options.changed(this);

  async #interrupt(): Promise<void> {
    this.#print("^C", "INFO");
    this.#busy = true;
    let failed: unknown;
    try {
      await this.#options.control.stop(this.title);
    } catch (error) {
      failed = error;
    }
    this.#busy = false;
    if (failed === undefined) this.setRunning(false);
    else this.#print((failed as Error).message, "ERROR");
  }

  async #runLine(line: string): Promise<void> {
    this.#print(`$ ${line}`, "INFO");
    const command = line.trim();
    if (command === "") return;
    const folder = /^cd(?:\s+(.*))?$/.exec(command);
    if (folder) this.#changeFolder(folder[1] ?? this.#options.cwd);
    else if (command === this.startLine) await this.#start();
    else this.#runProgram(line);
  }

  async #start(): Promise<void> {
    this.#busy = true;
    this.#changed();
    let failed: unknown;
    try {
      await this.#options.control.start(this.title);
    } catch (error) {
      failed = error;
    }
    this.#busy = false;
    if (failed === undefined) this.setRunning(true);
    else this.#print((failed as Error).message, "ERROR");
  }

  #changeFolder(to: string): void {
    const folder = resolve(this.#cwd, to.replace(/^~(?=\/|$)/, this.#options.cwd));
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) this.#cwd = folder;
    else this.#print(`sh: cd: ${to}: No such file or directory`, "INFO");
  }

  #runProgram(line: string): void {
    this.#busy = true;
    this.#program = this.#options.control.shell({
      line,
      cwd: this.#cwd,
      ...this.#size,
      changed: this.#changed,
      exited: () => {
        const rows = this.#program?.history() ?? [];
        this.#program?.dispose();
        this.#program = null;
        this.#busy = false;
        if (rows.at(-1)?.text === "") rows.pop(); // the cursor stood on a new row
        for (const { text } of rows) this.#print(text, "INFO");
        this.#changed();
      },
    });
    this.#changed();
  }

  #print(text: string, level: Level, serial = 0): void {
    const clean = harmless(text.length > MAX_LINE_LENGTH ? `${text.slice(0, MAX_LINE_LENGTH)}...` : text);
    const entry = { serial, text: clean, level };
    const filtered = this.#shown !== this.#entries;
    this.#entries.push(entry);
    const passes = serial === 0 || !this.#filter || this.#filter.wants(entry);
    if (filtered && passes) this.#shown.push(entry);
    if (this.#entries.length > MAX_LINES * 1.25) {
      this.#entries = this.#entries.slice(-MAX_LINES);
      this.#shown = filtered ? this.#shown.slice(-MAX_LINES) : this.#entries;
    }
    this.tap?.(`${clean}\n`);
    if (passes) this.#changed();
  }

  /** The last rows, oldest first. Only as many lines as are seen are wrapped. */
  #rows(width: number, height: number): string[] {
    const { colours, wrap: wraps } = this.#options.look;
    const rows: string[] = [];
    for (let i = this.#shown.length - 1; i >= 0 && rows.length < height; i--) {
      const { text, level } = this.#shown[i]!;
      const colour = colours ? colourOf(level, text) : "";
      const wrapped = wraps ? wrap(text, width) : [wrap(text, width)[0]!];
      for (let j = wrapped.length - 1; j >= 0 && rows.length < height; j--) {
        rows.push(coloured(wrapped[j]!, colour));
      }
    }
    return rows.reverse();
  }

  #bottomRows(): string[] {
    if (this.#program) return this.#program.history(this.#size.height).map(({ drawn }) => drawn);
    return this.#running || this.#busy ? [] : [this.#prompt.text];
  }
}

function copyRows(text: string, width: number, colour: string): CopyRow[] {
  return wrap(text, width).map((row, i, all) => ({
    text: row,
    drawn: coloured(row, colour),
    continued: i < all.length - 1,
  }));
}
