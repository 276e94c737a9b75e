// From rows with colour sequences to the cells of the screen. Rows that are as they were cost a comparison of strings.

import type { Screen } from "./blessed.ts";
import { INVERSE, PLAIN } from "./text.ts";
import type { Frame } from "./windows.ts";

interface Span {
  x: number;
  width: number;
  row: string;
}

export class Canvas {
  #screen: Screen;
  /** What each row was made of. */
  #drawn: string[] = [];

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Everything is drawn anew by the next frame. */
  forget(): void {
    this.#drawn = [];
  }

  draw(frame: Frame): void {
    const { lines } = this.#screen;
    const width = lines[0]?.length ?? 0;
    const height = lines.length;
    if (height === 0) return;
    const spans: Span[][] = lines.map(() => []);
    for (const { x, y, width: columns, height: rows, rows: texts, caption } of frame.pieces) {
      for (let i = 0; i < rows && y + i < height; i++)
        spans[y + i]!.push({ x, width: columns, row: texts[i] ?? "" });
      if (caption !== null && y + rows < height)
        spans[y + rows]!.push({ x, width: columns, row: INVERSE + caption.padEnd(columns) });
    }
    for (const { x, y, height: rows } of frame.dividers) {
      for (let i = 0; i < rows && y + i < height; i++)
        spans[y + i]!.push({ x, width: 1, row: `${INVERSE} ` });
    }
    const last = height - 1;
    if (frame.question !== null && last > 0)
      spans[last - 1] = [{ x: 0, width, row: INVERSE + frame.question.padEnd(width) }];
    spans[last] = [{ x: 0, width, row: INVERSE + frame.bar.padEnd(width) }];
    spans.forEach((row, y) => {
      const key = row.map(({ x, row: text }) => `${x}:${text}`).join("\0");
      if (this.#drawn[y] === key) return;
      this.#drawn[y] = key;
      this.#drawRow(y, row);
    });
    this.#screen.draw(0, last);
  }

  #drawRow(y: number, spans: readonly Span[]): void {
    const line = this.#screen.lines[y]!;
    const blank = this.#screen.dattr;
    for (const cell of line) {
      cell[0] = blank;
      cell[1] = " ";
    }
    for (const { x, width, row } of spans) this.#drawSpan(line, x, Math.min(line.length, x + width), row);
    line.dirty = true;
  }

  #drawSpan(line: [number, string][], x: number, end: number, row: string): void {
    const { dattr } = this.#screen;
    let attributes = dattr;
    let at = x;
    for (let i = 0; i < row.length && (at < end || row[i] === "\x1b"); ) {
      const code = row.charCodeAt(i);
      if (code === 0x1b) {
        const stop = row.indexOf("m", i);
        if (stop < 0) return;
        const sequence = row.slice(i, stop + 1);
        attributes = sequence === PLAIN ? dattr : this.#screen.attrCode(sequence, attributes, dattr);
        i = stop + 1;
      } else if (code < 0x80) {
        const cell = line[at++]!;
        cell[0] = attributes;
        cell[1] = row[i]!;
        i++;
      } else {
        const ch = String.fromCodePoint(row.codePointAt(i)!);
        i += ch.length;
        const columns = Bun.stringWidth(ch);
        if (columns === 0) {
          if (at > x) line[at - 1]![1] += ch;
          continue;
        }
        if (at + columns > end) break;
        for (let n = 0; n < columns; n++) {
          const cell = line[at++]!;
          cell[0] = attributes;
          cell[1] = n === 0 ? ch : " ";
        }
      }
    }
  }
}
