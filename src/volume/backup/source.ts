// A volume's bytes, piece by piece: what is a hole is not read.

import { type FileHandle, open } from "node:fs/promises";
import { InvalidBackup } from "../errors-backups.ts";
import { type Extent, extentsOf, isZero } from "./zeros.ts";

/** Bytes that are in memory at a time, a few times over. */
export const PIECE_BYTES = 1 << 20;

export class VolumeBytes {
  readonly sizeBytes: number;
  #file: FileHandle;
  #extents: readonly Extent[] | null;

  private constructor(file: FileHandle, sizeBytes: number, extents: readonly Extent[] | null) {
    this.#file = file;
    this.sizeBytes = sizeBytes;
    this.#extents = extents;
  }

  static async open(path: string, sizeBytes: number, signal: AbortSignal): Promise<VolumeBytes> {
    const extents = await extentsOf(path, signal);
    return new VolumeBytes(await open(path, "r"), sizeBytes, extents);
  }

  /** A part of the volume. */
  range(start: number, length: number): Range {
    const all = this.#extents ?? [{ start, length }];
    const extents = all.filter((each) => each.start < start + length && each.start + each.length > start);
    return new Range(this.#file, start, length, extents);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

export class Range {
  readonly start: number;
  readonly length: number;
  #file: FileHandle;
  #extents: readonly Extent[];

  constructor(file: FileHandle, start: number, length: number, extents: readonly Extent[]) {
    this.#file = file;
    this.start = start;
    this.length = length;
    this.#extents = extents;
  }

  /** There is nothing to read. */
  get isHole(): boolean {
    return this.#extents.length === 0;
  }

  /**
   * All of it, in order.
   * @param kept whether pieces may be kept; otherwise each is only good until the one after the next
   */
  async *pieces(pieceBytes: number, { kept = false } = {}): AsyncGenerator<Buffer> {
    const make = () => Buffer.allocUnsafe(Math.min(pieceBytes, this.length));
    const buffers = kept ? [] : [make(), make()];
    for (let at = 0, turn = 0; at < this.length; at += pieceBytes, turn++) {
      const buffer = buffers[turn % 2] ?? make();
      const piece = buffer.subarray(0, Math.min(pieceBytes, this.length - at));
      await this.#read(piece, this.start + at);
      yield piece;
    }
  }

  async #read(piece: Buffer, at: number): Promise<void> {
    const end = at + piece.length;
    piece.fill(0);
    for (const { start, length } of this.#extents) {
      const until = Math.min(start + length, end);
      for (let done = Math.max(start, at); done < until; ) {
        const { bytesRead } = await this.#file.read(piece, done - at, until - done, done);
        if (bytesRead === 0) throw new InvalidBackup("the volume's data ended before its size was reached");
        done += bytesRead;
      }
    }
  }
}

/** The hash of every block of a part, by which changes are told. */
export class BlockHasher {
  readonly #blockBytes: number;
  readonly #zero: string;
  #zeros: string[] = [];

  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
    this.#zero = sha256(Buffer.alloc(blockBytes));
  }

  /** Of so many zeros. */
  zeros(length: number): readonly string[] {
    const whole = Math.floor(length / this.#blockBytes);
    const rest = length - whole * this.#blockBytes;
    if (this.#zeros.length !== whole) this.#zeros = Array.from({ length: whole }, () => this.#zero);
    return rest === 0 ? this.#zeros : [...this.#zeros, sha256(Buffer.alloc(rest))];
  }

  /** Of a part that begins with a block. `empty`: there is nothing but zeros. */
  async hash(range: Range): Promise<{ hashes: readonly string[]; empty: boolean }> {
    if (range.isHole) return { hashes: this.zeros(range.length), empty: true };
    const blocks = Math.max(1, Math.floor(PIECE_BYTES / this.#blockBytes));
    const hashes: string[] = [];
    let empty = true;
    for await (const piece of range.pieces(blocks * this.#blockBytes)) {
      for (let at = 0; at < piece.length; at += this.#blockBytes) {
        const block = piece.subarray(at, at + this.#blockBytes);
        const zero = isZero(block);
        if (!zero) empty = false;
        hashes.push(zero && block.length === this.#blockBytes ? this.#zero : sha256(block));
      }
    }
    return empty ? { hashes: this.zeros(range.length), empty } : { hashes, empty };
  }

  /** Whether so many blocks with these hashes are zeros; one at the end of a volume may be shorter and is not known. */
  areZeros(hashes: readonly string[]): boolean {
    return hashes.every((hash) => hash === this.#zero);
  }
}

const sha256 = (data: Uint8Array) => new Bun.CryptoHasher("sha256").update(data).digest("hex");
