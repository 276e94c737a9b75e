// bzip2, unpacked as it arrives. Bun and Node have no decoder for it.
// Authority: the format as described by Joe Tsai, "BZIP2: Format Specification" (2015), and bzip2 1.0.8's behaviour.

import { TarError } from "../tar.ts";

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const RUN_A = 0;
const RUN_B = 1;
const MAX_CODE_LENGTH = 20;
const GROUP_SIZE = 50;

/** @throws TarError for what is no bzip2 */
export async function* bunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bits = new BitReader(source);
  for (let stream = 0; ; stream++) {
    if (!(await bits.available(32))) {
      if (stream === 0) throw new TarError("invalid compressed data");
      return;
    }
    if ((await bits.read(24)) !== 0x425a68) throw new TarError("invalid compressed data");
    const level = (await bits.read(8)) - 0x30;
    if (level < 1 || level > 9) throw new TarError("invalid compressed data");
    for (;;) {
      const magic = (await bits.read(24)) * 0x1000000 + (await bits.read(24));
      if (magic === END_MAGIC) {
        await bits.read(32);
        bits.align();
        break;
      }
      if (magic !== BLOCK_MAGIC) throw new TarError("invalid bzip2 data");
      const expected = await bits.read(32);
      const block = await readBlock(bits, level * 100_000);
      if (crc(block) !== expected >>> 0) throw new TarError("bzip2 checksum mismatch");
      yield block;
    }
  }
}

async function readBlock(bits: BitReader, maxBytes: number): Promise<Uint8Array> {
  if ((await bits.read(1)) !== 0) throw new TarError("randomised bzip2 blocks are not supported");
  const origin = await bits.read(24);
  const symbols = await usedSymbols(bits);
  const { selectors, tables } = await huffman(bits, symbols.length + 2);
  const { transformed, counts } = await moveToFront(bits, symbols, selectors, tables, maxBytes);
  if (origin >= transformed.length) throw new TarError("invalid bzip2 data");
  return expandRuns(untransform(transformed, counts, origin));
}

async function usedSymbols(bits: BitReader): Promise<number[]> {
  const ranges = await bits.read(16);
  const symbols: number[] = [];
  for (let i = 0; i < 16; i++) {
    if (!(ranges & (0x8000 >> i))) continue;
    const used = await bits.read(16);
    for (let j = 0; j < 16; j++) if (used & (0x8000 >> j)) symbols.push(i * 16 + j);
  }
  if (symbols.length === 0) throw new TarError("invalid bzip2 data");
  return symbols;
}

interface HuffmanTable {
  /** Per length: the greatest code, and what to add to a code to get its place in `order`. */
  limit: Int32Array;
  base: Int32Array;
  order: Uint16Array;
}

async function huffman(
  bits: BitReader,
  alphabet: number,
): Promise<{ selectors: Uint8Array; tables: HuffmanTable[] }> {
  const groups = await bits.read(3);
  const count = await bits.read(15);
  if (groups < 2 || groups > 6 || count === 0) throw new TarError("invalid bzip2 data");
  const front = Array.from({ length: groups }, (_, i) => i);
  const selectors = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let at = 0;
    while ((await bits.read(1)) === 1) if (++at >= groups) throw new TarError("invalid bzip2 data");
    const [selector] = front.splice(at, 1) as [number];
    front.unshift(selector);
    selectors[i] = selector;
  }
  const tables: HuffmanTable[] = [];
  for (let t = 0; t < groups; t++) {
    const lengths = new Uint8Array(alphabet);
    let length = await bits.read(5);
    for (let i = 0; i < alphabet; i++) {
      for (;;) {
        if (length < 1 || length > MAX_CODE_LENGTH) throw new TarError("invalid bzip2 data");
        if ((await bits.read(1)) === 0) break;
        length += (await bits.read(1)) === 0 ? 1 : -1;
      }
      lengths[i] = length;
    }
    tables.push(codeTable(lengths));
  }
  return { selectors, tables };
}

function codeTable(lengths: Uint8Array): HuffmanTable {
  const limit = new Int32Array(MAX_CODE_LENGTH + 2).fill(-1);
  const base = new Int32Array(MAX_CODE_LENGTH + 2);
  const order = new Uint16Array(lengths.length);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    base[length] = place - code;
    for (let i = 0; i < lengths.length; i++) {
      if (lengths[i] !== length) continue;
      order[place++] = i;
      code++;
    }
    limit[length] = code - 1;
    code <<= 1;
  }
  return { limit, base, order };
}

async function moveToFront(
  bits: BitReader,
  symbols: number[],
  selectors: Uint8Array,
  tables: HuffmanTable[],
  maxBytes: number,
): Promise<{ transformed: Uint8Array; counts: Int32Array }> {
  const out = new Uint8Array(maxBytes);
  const counts = new Int32Array(256);
  const front = [...symbols];
  const end = symbols.length + 1;
  let size = 0;
  let run = 0;
  let weight = 1;
  let group = -1;
  let left = 0;
  let table = tables[0]!;
  for (;;) {
    if (left-- === 0) {
      if (++group >= selectors.length) throw new TarError("invalid bzip2 data");
      table = tables[selectors[group]!]!;
      left = GROUP_SIZE - 1;
    }
    // Enough bits for one symbol are fetched ahead, so that most symbols cost no wait.
    if (!bits.ready(MAX_CODE_LENGTH)) await bits.available(MAX_CODE_LENGTH);
    const symbol = decode(bits, table);
    if (symbol === RUN_A || symbol === RUN_B) {
      run += weight << symbol;
      weight <<= 1;
      if (run > maxBytes) throw new TarError("invalid bzip2 data");
      continue;
    }
    if (run > 0) {
      if (size + run > maxBytes) throw new TarError("invalid bzip2 data");
      const byte = front[0]!;
      out.fill(byte, size, size + run);
      counts[byte]! += run;
      size += run;
      run = 0;
      weight = 1;
    }
    if (symbol === end) break;
    if (size >= maxBytes) throw new TarError("invalid bzip2 data");
    const [byte] = front.splice(symbol - 1, 1) as [number];
    front.unshift(byte);
    out[size++] = byte;
    counts[byte]!++;
  }
  return { transformed: out.subarray(0, size), counts };
}

function decode(bits: BitReader, table: HuffmanTable): number {
  let code = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    code = (code << 1) | bits.bit();
    if (code <= table.limit[length]!) {
      const place = code + table.base[length]!;
      if (place < 0 || place >= table.order.length) break;
      return table.order[place]!;
    }
  }
  throw new TarError("invalid bzip2 data");
}

/** Burrows-Wheeler, backwards. */
function untransform(data: Uint8Array, counts: Int32Array, origin: number): Uint8Array {
  const start = new Int32Array(256);
  for (let i = 0, sum = 0; i < 256; i++) {
    start[i] = sum;
    sum += counts[i]!;
  }
  const next = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) next[start[data[i]!]!++] = i;
  const out = new Uint8Array(data.length);
  for (let i = 0, at = next[origin]!; i < data.length; i++, at = next[at]!) out[i] = data[at]!;
  return out;
}

/** Four equal bytes are followed by how many more there are. */
function expandRuns(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  let same = 0;
  for (let i = 0; i < data.length; i++) {
    same = i > from && data[i] === data[i - 1] ? same + 1 : 1;
    if (same === 4 && i + 1 < data.length) {
      parts.push(data.subarray(from, i + 1), new Uint8Array(data[i + 1]!).fill(data[i]!));
      i++;
      from = i + 1;
      same = 0;
    }
  }
  parts.push(data.subarray(from));
  return Buffer.concat(parts);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let value = i << 24;
  for (let k = 0; k < 8; k++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value << 8) ^ CRC_TABLE[((value >>> 24) ^ byte) & 0xff]!;
  return ~value >>> 0;
}

class BitReader {
  #iterator: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  #bit = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** True when so many bits are at hand. */
  ready(count: number): boolean {
    return (this.#chunk.length - this.#at) * 8 - this.#bit >= count;
  }

  /** Fetches until so many bits are at hand; false when the source ends before. */
  async available(count: number): Promise<boolean> {
    while (!this.ready(count)) {
      const { done, value } = await this.#iterator.next();
      if (done) return false;
      this.#chunk = Buffer.concat([this.#chunk.subarray(this.#at), value]);
      this.#at = 0;
    }
    return true;
  }

  async read(count: number): Promise<number> {
    if (!this.ready(count) && !(await this.available(count))) throw new TarError("unexpected end of data");
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.bit();
    return value;
  }

  /** The next bit, which must be at hand. */
  bit(): number {
    const byte = this.#chunk[this.#at];
    if (byte === undefined) throw new TarError("unexpected end of data");
    const value = (byte >> (7 - this.#bit)) & 1;
    if (++this.#bit === 8) {
      this.#bit = 0;
      this.#at++;
    }
    return value;
  }

  align(): void {
    if (this.#bit === 0) return;
    this.#bit = 0;
    this.#at++;
  }
}
