// Window 0: a real shell on a pseudo terminal, with the credentials in its environment. What it writes is read by a
// terminal emulator without a screen, and that one's cells are drawn.

import type { IBufferCell, Terminal } from "@xterm/headless";
import type { Pane } from "./pane.ts";

export interface ShellOptions {
  Terminal: typeof Terminal;
  command: string[];
  env: Record<string, string | undefined>;
  changed: () => void;
}

const SCROLLBACK_ROWS = 2000;

export class ShellPane implements Pane {
  readonly title = "shell";
  readonly alert = false;
  #options: ShellOptions;
  #terminal: Terminal;
  #process: Bun.Subprocess | null = null;
  #scroll = 0;
  #copying = false;

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#terminal = new options.Terminal({
      cols: 80,
      rows: 23,
      scrollback: SCROLLBACK_ROWS,
      allowProposedApi: true,
    });
    // Answers of the emulator (cursor position reports and the like) are input for the program.
    this.#terminal.onData((data) => this.#process?.terminal?.write(data));
    this.#start();
  }

  draw(_width: number, height: number): string[] {
    const buffer = this.#terminal.buffer.active;
    const top = Math.max(0, buffer.baseY - this.#scroll);
    const rows: string[] = [];
    const cell = buffer.getNullCell();
    for (let y = 0; y < height; y++) {
      const line = buffer.getLine(top + y);
      if (!line) break;
      let row = "";
      let style = "";
      for (let x = 0; x < line.length; x++) {
        line.getCell(x, cell);
        if (cell.getWidth() === 0) continue;
        const next = sgr(cell);
        if (next !== style) row += `\x1b[m${next}`;
        style = next;
        row += cell.getChars() || " ";
      }
      rows.push(style === "" ? row.trimEnd() : `${row}\x1b[m`);
    }
    return rows;
  }

  cursor(): { x: number; y: number } | null {
    if (this.#scroll > 0) return null;
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    return { x: cursorX, y: cursorY };
  }

  type(text: string): void {
    if (this.#copying) {
      this.#typeCopy(text);
      return;
    }
    this.#scroll = 0;
    if (this.#process) this.#process.terminal?.write(text);
    else if (text.includes("\r")) this.#start();
  }

  wheel(direction: "up" | "down"): void {
    this.#move(direction === "up" ? 3 : -3);
    if (this.#scroll === 0) this.#copying = false;
  }

  copyMode(): void {
    this.#copying = true;
  }

  resize(width: number, height: number): void {
    this.#terminal.resize(Math.max(2, width), Math.max(1, height));
    this.#process?.terminal?.resize(Math.max(2, width), Math.max(1, height));
  }

  close(): void {
    this.#process?.kill("SIGHUP");
    this.#terminal.dispose();
  }

  #start(): void {
    const { cols, rows } = this.#terminal;
    const child = Bun.spawn(this.#options.command, {
      env: { ...this.#options.env, TERM: "xterm-256color" },
      terminal: {
        cols,
        rows,
        data: (_, data) => {
          this.#terminal.write(data, this.#options.changed);
        },
      },
    });
    this.#process = child;
    void child.exited.then(() => {
      if (this.#process !== child) return;
      this.#process = null;
      this.#terminal.write("\r\n[the shell has ended; Enter starts another]\r\n", this.#options.changed);
    });
  }

  #typeCopy(text: string): void {
    const page = Math.max(1, this.#terminal.rows - 1);
    if (text === "q" || text === "\x1b" || text === "\x03" || text === "\r") {
      this.#copying = false;
      this.#scroll = 0;
      this.#options.changed();
    } else if (text === "\x1b[A" || text === "k") this.#move(1);
    else if (text === "\x1b[B" || text === "j") this.#move(-1);
    else if (text === "\x1b[5~" || text === "\x02") this.#move(page);
    else if (text === "\x1b[6~" || text === "\x06" || text === " ") this.#move(-page);
  }

  #move(rows: number): void {
    this.#scroll = Math.max(0, Math.min(this.#terminal.buffer.active.baseY, this.#scroll + rows));
    if (this.#scroll > 0) this.#copying = true;
    this.#options.changed();
  }
}

/** The escape sequence of a cell's colours and attributes; empty for plain. */
function sgr(cell: IBufferCell): string {
  if (cell.isAttributeDefault()) return "";
  const codes: (number | string)[] = [];
  if (cell.isBold()) codes.push(1);
  if (cell.isUnderline()) codes.push(4);
  if (cell.isInverse()) codes.push(7);
  codes.push(...colour(cell.isFgPalette(), cell.isFgRGB(), cell.getFgColor(), 38));
  codes.push(...colour(cell.isBgPalette(), cell.isBgRGB(), cell.getBgColor(), 48));
  return codes.length === 0 ? "" : `\x1b[${codes.join(";")}m`;
}

function colour(palette: boolean, rgb: boolean, value: number, base: 38 | 48): (number | string)[] {
  if (palette) return [`${base};5;${value}`];
  if (rgb) return [`${base};2;${value >> 16};${(value >> 8) & 255};${value & 255}`];
  return [];
}
