// Reads a tar archive as it comes in. Authority: POSIX.1-1988 ustar, and GNU's and pax's long names.

const BLOCK = 512;

export interface TarEntry {
  name: string;
  size: number;
  /** Must be read to its end before the next entry is asked for; what is left is skipped. */
  data: AsyncIterable<Uint8Array>;
}

/** Regular files only. @throws Error for data that is no tar archive or ends early */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const input = new BlockReader(source);
  let longName: string | null = null;
  for (;;) {
    const header = await input.take(BLOCK);
    if (header === null || header.every((byte) => byte === 0)) return;
    if (!hasGoodChecksum(header)) throw new Error("not a tar archive");
    const size = octal(header.subarray(124, 136));
    const type = String.fromCharCode(header[156]!);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (type === "L" || type === "x") {
      const content = textOf(await input.need(size));
      longName = type === "L" ? content : (/^\d+ path=(.*)$/m.exec(content)?.[1] ?? longName);
      await input.skip(padding);
      continue;
    }
    const name: string = longName ?? nameOf(header);
    longName = null;
    const body = input.limited(size);
    if (type === "0" || type === "\0") yield { name, size, data: body };
    for await (const _ of body); // what the reader left
    await input.skip(padding);
  }
}

function nameOf(header: Uint8Array): string {
  const ustar = textOf(header.subarray(257, 262)) === "ustar";
  const prefix = ustar ? textOf(header.subarray(345, 500)) : "";
  const name = textOf(header.subarray(0, 100));
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Octal digits, or GNU's binary form for sizes beyond 8 GiB. */
function octal(bytes: Uint8Array): number {
  if (bytes[0]! & 0x80) return bytes.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  return Number.parseInt(textOf(bytes).trim() || "0", 8);
}

function hasGoodChecksum(header: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i]!;
  return sum === octal(header.subarray(148, 156));
}

class BlockReader {
  #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next bytes, at most `max`; null at the end. */
  async #next(max: number): Promise<Uint8Array | null> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done) return null;
      this.#rest = value;
    }
    const part = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  /** Exactly `size` bytes; null when there is nothing at all. @throws Error when there is less */
  async take(size: number): Promise<Uint8Array | null> {
    const whole = new Uint8Array(size);
    for (let filled = 0; filled < size; ) {
      const part = await this.#next(size - filled);
      if (part === null && filled === 0) return null;
      if (part === null) throw new Error("the archive ends early");
      whole.set(part, filled);
      filled += part.length;
    }
    return whole;
  }

  async need(size: number): Promise<Uint8Array> {
    const bytes = await this.take(size);
    if (bytes === null && size > 0) throw new Error("the archive ends early");
    return bytes ?? new Uint8Array(0);
  }

  async skip(size: number): Promise<void> {
    for (let left = size; left > 0; ) {
      const part = await this.#next(left);
      if (part === null) return;
      left -= part.length;
    }
  }

  /** The next `size` bytes as a stream that can be taken up again. */
  limited(size: number): AsyncIterable<Uint8Array> {
    let left = size;
    const reader = this;
    return {
      [Symbol.asyncIterator]: () => ({
        async next(): Promise<IteratorResult<Uint8Array>> {
          if (left === 0) return { done: true, value: undefined };
          const part = await reader.#next(left);
          if (part === null) throw new Error("the archive ends early");
          left -= part.length;
          return { done: false, value: part };
        },
      }),
    };
  }
}
