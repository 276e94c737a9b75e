// A log that another program writes: what is new in it.

import { closeSync, fstatSync, openSync, readSync, statSync, truncateSync } from "node:fs";

/** The file is cut when it is longer: this process has read it by then. */
const MAX_BYTES = 4 << 20;

export class LogFile {
  readonly path: string;
  #offset: number | null;

  /** @param offset null: nothing of what is there already */
  constructor(path: string, offset: number | null = null) {
    this.path = path;
    this.#offset = offset;
    if (offset === null) this.newLines();
  }

  /** Whole lines since the last look. */
  newLines(): string[] {
    const size = statSync(this.path, { throwIfNoEntry: false })?.size;
    if (size === undefined) {
      // What is written into a file that is made later is news.
      this.#offset = 0;
      return [];
    }
    if (this.#offset === null) this.#offset = size;
    if (size === this.#offset) return [];
    const { text, end } = readFrom(this.path, this.#offset);
    this.#offset = end;
    if (end > MAX_BYTES) {
      truncateSync(this.path, 0);
      this.#offset = 0;
    }
    return text.split("\n").filter((line) => line !== "");
  }
}

/** What a file holds from an offset on, whole lines only; all of it when it has become shorter. */
function readFrom(path: string, offset: number): { text: string; end: number } {
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    const start = offset > size ? 0 : offset;
    const buffer = Buffer.alloc(size - start);
    readSync(fd, buffer, 0, buffer.length, start);
    const last = buffer.lastIndexOf(10) + 1;
    return { text: buffer.toString("utf8", 0, last), end: start + last };
  } finally {
    closeSync(fd);
  }
}
