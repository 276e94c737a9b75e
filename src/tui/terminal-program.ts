// A program on a pseudo terminal. What it writes is read by a terminal emulator without a screen, and that one's cells
// are drawn.

import type { IBuffer, IBufferCell, Terminal } from "@xterm/headless";
import type { CopyRow, Cursor } from "./pane.ts";
import { PLAIN } from "./text.ts";

export interface TerminalProgramOptions {
  Terminal: typeof Terminal;
  command: readonly string[];
  env: Record<string, string | undefined>;
  cwd?: string | undefined;
  width: number;
  height: number;
  /** Hears what it writes. */
  output?: (text: string) => void;
  /** Something new is to be drawn. */
  changed: () => void;
  /** Called once, after the last output has been read. */
  exited: () => void;
}

const SCROLLBACK_ROWS = 2000;
const MIN_WIDTH = 2;
/** How long a program may take to end after SIGHUP. */
const HANG_UP_MS = 2000;

export class TerminalProgram {
  #terminal: Terminal;
  #process: Bun.Subprocess;

  constructor({
    Terminal,
    command,
    env,
    cwd,
    width,
    height,
    output,
    changed,
    exited,
  }: TerminalProgramOptions) {
    const decoder = new TextDecoder();
    const size = { cols: Math.max(MIN_WIDTH, width), rows: Math.max(1, height) };
    this.#terminal = new Terminal({ ...size, scrollback: SCROLLBACK_ROWS, allowProposedApi: true });
    // Answers of the emulator (cursor position reports and the like) are input for the program.
    this.#terminal.onData((data) => this.#process.terminal?.write(data));
    this.#process = Bun.spawn([...command], {
      env: { ...env, TERM: "xterm-256color", COLORTERM: undefined },
      cwd,
      terminal: {
        ...size,
        data: (_, data) => {
          output?.(decoder.decode(data, { stream: true }));
          this.#terminal.write(data, changed);
        },
      },
    });
    void this.#process.exited.then(() => this.#terminal.write("", exited)); // after what it wrote last
  }

  /** True while it draws the whole screen, as an editor does. */
  get fullScreen(): boolean {
    return this.#buffer.type === "alternate";
  }

  get cursor(): Cursor {
    const { cursorX, cursorY } = this.#buffer;
    return { x: cursorX, y: cursorY };
  }

  /** The rows of its screen. */
  draw(height: number): string[] {
    const { baseY } = this.#buffer;
    const rows: string[] = [];
    const cell = this.#buffer.getNullCell();
    for (let y = 0; y < Math.min(height, this.#terminal.rows); y++) rows.push(this.#drawRow(baseY + y, cell));
    return rows;
  }

  /** The last rows up to the cursor, also those that have scrolled away. */
  history(limit = SCROLLBACK_ROWS): CopyRow[] {
    const buffer = this.#terminal.buffer.normal;
    const end = buffer.baseY + (this.fullScreen ? this.#terminal.rows - 1 : buffer.cursorY);
    const rows: CopyRow[] = [];
    const cell = buffer.getNullCell();
    for (let y = Math.max(0, end - limit + 1); y <= end; y++) {
      const text = buffer.getLine(y)?.translateToString(true) ?? "";
      const continued = buffer.getLine(y + 1)?.isWrapped ?? false;
      rows.push({ text, drawn: this.#drawRow(y, cell, buffer), continued });
    }
    return rows;
  }

  type(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the cursor keys' escape sequences
    const wanted = text.replace(/\x1b[O[]([ABCDHF])/g, `\x1b${this.#applicationKeys ? "O" : "["}$1`);
    this.#process.terminal?.write(wanted);
  }

  resize(width: number, height: number): void {
    const size = [Math.max(MIN_WIDTH, width), Math.max(1, height)] as const;
    if (this.#terminal.cols === size[0] && this.#terminal.rows === size[1]) return;
    this.#terminal.resize(...size);
    this.#process.terminal?.resize(...size);
  }

  clear(): void {
    this.#terminal.clear();
  }

  /** Hangs up, and a moment later kills what did not listen. */
  async kill(): Promise<void> {
    this.#process.kill("SIGHUP");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), HANG_UP_MS);
    await this.#process.exited;
    clearTimeout(timer);
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  get #buffer(): IBuffer {
    return this.#terminal.buffer.active;
  }

  get #applicationKeys(): boolean {
    return this.#terminal.modes.applicationCursorKeysMode;
  }

  #drawRow(y: number, cell: IBufferCell, buffer = this.#buffer): string {
    const line = buffer.getLine(y);
    if (!line) return "";
    let row = "";
    let style = "";
    for (let x = 0; x < line.length; x++) {
      line.getCell(x, cell);
      if (cell.getWidth() === 0) continue;
      const next = sgr(cell);
      if (next !== style) row += `${PLAIN}${next}`;
      style = next;
      row += cell.getChars() || " ";
    }
    return style === "" ? row.trimEnd() : `${row}${PLAIN}`;
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
