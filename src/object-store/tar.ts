// Reads a tar archive as it arrives: ustar, GNU long names, pax headers. Nothing is kept but the header in hand.
// Authority: POSIX.1-2017 pax, GNU tar's manual ("Basic Tar Format").

const BLOCK = 512;
/** Longest extended header accepted; names are limited to far less. */
const MAX_EXTENDED_BYTES = 1 << 20;
const SHORT = "unexpected end of data";

export class TarError extends Error {
  override name = "TarError";
}

export interface TarEntry {
  name: string;
  /** `file`, `directory`, or `other` (links, devices). */
  kind: "file" | "directory" | "other";
  size: number;
  /** Of pax headers, global ones included. */
  pax: ReadonlyMap<string, string>;
  /** The data; what is not read is skipped. */
  data: AsyncGenerator<Uint8Array>;
}

/** @throws TarError */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const input = new ByteReader(source);
  const global = new Map<string, string>();
  let local = new Map<string, string>();
  let longName: string | null = null;
  for (let first = true; ; first = false) {
    const header = await input.exactly(BLOCK, first).catch((error: Error) => {
      throw error.message === SHORT ? new TarError("truncated header") : error;
    });
    if (header === null || header.every((byte) => byte === 0)) return;
    checkSum(header);
    const type = String.fromCharCode(header[156]!);
    const size = octal(header, 124, 12);
    if (type === "x" || type === "g") {
      parsePax(await extended(input, size), type === "g" ? global : local);
      continue;
    }
    if (type === "L" || type === "K") {
      const text = zeroEnded(await extended(input, size));
      if (type === "L") longName = text;
      continue;
    }
    const pax = new Map([...global, ...local]);
    const realSize = pax.has("size") ? Number(pax.get("size")) : size;
    const data = input.take(realSize);
    yield {
      name: pax.get("path") ?? longName ?? headerName(header),
      kind: type === "0" || type === "\0" || type === "7" ? "file" : type === "5" ? "directory" : "other",
      size: realSize,
      pax,
      data,
    };
    for await (const _ of data) {
      // What the reader left over.
    }
    await input.exactly((BLOCK - (realSize % BLOCK)) % BLOCK, false);
    local = new Map();
    longName = null;
  }
}

async function extended(input: ByteReader, size: number): Promise<Uint8Array> {
  if (size > MAX_EXTENDED_BYTES) throw new TarError("header too long");
  const bytes = (await input.exactly(size, false))!;
  await input.exactly((BLOCK - (size % BLOCK)) % BLOCK, false);
  return bytes;
}

function headerName(header: Uint8Array): string {
  const name = zeroEnded(header.subarray(0, 100));
  const isUstar = Buffer.from(header.subarray(257, 262)).toString("latin1") === "ustar";
  const prefix = isUstar ? zeroEnded(header.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function zeroEnded(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8");
}

function octal(header: Uint8Array, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  if (field[0]! & 0x80) {
    // GNU's binary numbers.
    return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, field[0]! & 0x7f);
  }
  const text = zeroEnded(field).trim();
  if (!/^[0-7]*$/.test(text)) throw new TarError("invalid header");
  return text === "" ? 0 : Number.parseInt(text, 8);
}

function checkSum(header: Uint8Array): void {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i]!;
  if (sum !== octal(header, 148, 8)) throw new TarError("invalid header");
}

/** Records `LENGTH KEY=VALUE\n`. */
function parsePax(bytes: Uint8Array, into: Map<string, string>): void {
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at);
    const length = blank < 0 ? Number.NaN : Number(Buffer.from(bytes.subarray(at, blank)).toString("latin1"));
    if (!Number.isInteger(length) || length <= 0 || at + length > bytes.length)
      throw new TarError("invalid header");
    const record = Buffer.from(bytes.subarray(blank + 1, at + length - 1)).toString("utf8");
    const equals = record.indexOf("=");
    if (equals > 0) into.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
}

class ByteReader {
  #iterator: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Null at the end, where the end may be. @throws TarError when it may not */
  async exactly(size: number, mayEnd: boolean): Promise<Uint8Array | null> {
    if (size === 0) return new Uint8Array(0);
    const parts: Uint8Array[] = [];
    let missing = size;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) {
        if (mayEnd && missing === size) throw new TarError("empty file");
        if (missing === size) return null;
        throw new TarError(SHORT);
      }
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
      parts.push(part);
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
  }

  async *take(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#more())) throw new TarError(SHORT);
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#iterator.next();
      if (done) return false;
      if (value.length > 0) {
        this.#rest = value;
        return true;
      }
    }
  }
}
