// The file of hashes beside a backup's chunks: one SHA-256 for every block of the volume, by which the next backup finds what
// has changed. It is as long as the volume is large, so it is written and read piece by piece. Authority: cinder/backup/
// chunkeddriver.py (_write_sha256file) of Zed.

import type { FileHandle } from "node:fs/promises";
import { open, rm } from "node:fs/promises";
import { InvalidBackup } from "../errors-backups.ts";

/** Bytes that are read at a time. */
const PAGE = 1 << 20;

/** Hashes of a backup that is being made; on disk, as they are written in the end, because there may be millions. */
export class HashList {
  #path: string;
  #file: FileHandle;
  #bytes = 0;
  #last: { hashes: readonly string[]; text: Buffer } | null = null;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<HashList> {
    return new HashList(path, await open(path, "w+", 0o600));
  }

  /** @param hashes hex */
  async add(hashes: readonly string[]): Promise<void> {
    if (hashes.length === 0) return;
    // Those of holes are the same list again and again.
    if (this.#last?.hashes !== hashes) {
      this.#last = { hashes, text: Buffer.from(`,\n    "${hashes.join('",\n    "')}"`) };
    }
    const { text } = this.#last;
    const from = this.#bytes === 0 ? 1 : 0;
    await this.#file.write(text, from, text.length - from, this.#bytes);
    this.#bytes += text.length - from;
  }

  /** The file for the repository. @param head what stands before and behind the list, by its keys */
  async *json(head: Readonly<Record<string, unknown>>): AsyncGenerator<Uint8Array> {
    const names = Object.keys({ ...head, sha256s: [] }).sort();
    let text = "{\n";
    for (const name of names) {
      const comma = name === names.at(-1) ? "\n" : ",\n";
      if (name !== "sha256s") {
        text += `  ${JSON.stringify(name)}: ${JSON.stringify(head[name] ?? null)}${comma}`;
        continue;
      }
      yield Buffer.from(`${text}  "sha256s": [`);
      yield* this.#list();
      text = `\n  ]${comma}`;
    }
    yield Buffer.from(`${text}}`);
  }

  async *#list(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < this.#bytes; ) {
      const page = Buffer.allocUnsafe(Math.min(PAGE, this.#bytes - at));
      const { bytesRead } = await this.#file.read(page, 0, page.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield page.subarray(0, bytesRead);
    }
  }

  async dispose(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}

/** The hashes of a former backup, one after the other. */
export class HashReader {
  readonly blockBytes: number;
  #pages: AsyncIterator<Uint8Array>;
  #text: string;
  #ready: string[] = [];
  #next = 0;
  #ended = false;

  private constructor(pages: AsyncIterator<Uint8Array>, blockBytes: number, rest: string) {
    this.#pages = pages;
    this.blockBytes = blockBytes;
    this.#text = rest;
  }

  /** @throws InvalidBackup for what is no file of hashes */
  static async open(data: AsyncIterable<Uint8Array>): Promise<HashReader> {
    const pages = data[Symbol.asyncIterator]();
    const decoder = new TextDecoder("latin1");
    let head = "";
    // Keys are sorted, so the size of a block stands before the list.
    for (;;) {
      const begin = /"sha256s"\s*:\s*\[/.exec(head);
      if (begin) {
        const size = /"chunk_size"\s*:\s*(\d+)/.exec(head.slice(0, begin.index))?.[1];
        if (size === undefined) break;
        return new HashReader(pages, Number(size), head.slice(begin.index + begin[0].length));
      }
      const { value, done } = await pages.next();
      if (done || head.length > 1 << 20) break;
      head += decoder.decode(value, { stream: true });
    }
    await pages.return?.();
    throw new InvalidBackup("the file of hashes cannot be read");
  }

  /** The next one if it is read already: most are, and to wait for each would take longer than to compare it. */
  ready(): string | null {
    return this.#ready[this.#next] === undefined ? null : (this.#ready[this.#next++] ?? null);
  }

  /** Null when there are no more. */
  async next(): Promise<string | null> {
    while (this.#next >= this.#ready.length) {
      if (this.#ended) return null;
      await this.#fill();
    }
    return this.#ready[this.#next++] ?? null;
  }

  async #fill(): Promise<void> {
    const { value, done } = await this.#pages.next();
    if (value) this.#text += Buffer.from(value).toString("latin1");
    const end = this.#text.indexOf("]");
    this.#ended = end >= 0 || done === true;
    // What follows the last quotation mark but one may be a part of a hash.
    const pieces = (end >= 0 ? this.#text.slice(0, end) : this.#text).split('"');
    const whole = pieces.length - (pieces.length % 2 === 0 ? 2 : 1);
    this.#text = whole < pieces.length - 1 ? `"${pieces[whole + 1]}` : "";
    this.#ready = pieces.filter((_, index) => index % 2 === 1 && index < whole);
    this.#next = 0;
  }

  async close(): Promise<void> {
    await this.#pages.return?.();
  }
}
