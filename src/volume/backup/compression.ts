// Chunks are compressed, unless that makes them no smaller. Nothing is held whole: a chunk goes through in pieces, into a file
// and out of the object store. The names are those of Cinder's backup_compression_algorithm.

import type { FileHandle } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createDeflate, createInflate, createZstdCompress, createZstdDecompress } from "node:zlib";
import { messageOf } from "../../core/errors.ts";
import { InvalidBackup } from "../errors-backups.ts";

/** What (de)compressors give at a time. */
const chunkSize = 256 << 10;

export type Compression = "none" | "zlib" | "zstd";

class NoSmaller extends Error {}

/**
 * Compresses `length` bytes into a file from its beginning. How many came out, or null when they are no fewer: then the file
 * is of no use.
 */
export async function packInto(
  file: FileHandle,
  pieces: AsyncIterable<Uint8Array>,
  length: number,
  algorithm: "zlib" | "zstd",
): Promise<number | null> {
  const packer = algorithm === "zlib" ? createDeflate({ chunkSize }) : createZstdCompress({ chunkSize });
  let size = 0;
  try {
    await pipeline(pieces, packer as Duplex, async (output: AsyncIterable<Buffer>) => {
      for await (const piece of output) {
        if (size + piece.length >= length) throw new NoSmaller();
        await file.write(piece, 0, piece.length, size);
        size += piece.length;
      }
    });
    return size;
  } catch (error) {
    if (error instanceof NoSmaller) return null;
    throw error;
  }
}

/**
 * What a chunk was before it was compressed, to be taken as it comes.
 * @param length of the result. @throws InvalidBackup for what is not that long, or another algorithm
 */
export async function unpack(
  packed: AsyncIterable<Uint8Array>,
  algorithm: string,
  length: number,
  take: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  const unpacker = unpackerOf(algorithm.toLowerCase());
  let size = 0;
  const takeAll = async (output: AsyncIterable<Uint8Array>) => {
    for await (const piece of output) {
      size += piece.length;
      if (size > length) throw wrongLength(`more than ${length}`, length);
      await take(piece);
    }
  };
  if (unpacker === null) await takeAll(packed);
  else {
    try {
      await pipeline(packed, unpacker, takeAll);
    } catch (error) {
      if (!isCorruption(error)) throw error;
      throw new InvalidBackup(`a chunk cannot be decompressed: ${messageOf(error)}`);
    }
  }
  if (size !== length) throw wrongLength(String(size), length);
}

const wrongLength = (has: string, length: number) =>
  new InvalidBackup(`a chunk has ${has} bytes instead of ${length}`);

/** zlib's own errors have codes of theirs: `Z_DATA_ERROR`, `ZSTD_error_prefix_unknown`. */
function isCorruption(error: unknown): boolean {
  return /^(Z_|ZSTD_|ERR_ZSTD)/i.test(String((error as { code?: unknown })?.code ?? ""));
}

/** Null for what is not compressed. */
function unpackerOf(algorithm: string): Duplex | null {
  switch (algorithm) {
    case "none":
    case "off":
    case "no":
      return null;
    case "zlib":
    case "gzip":
      return createInflate({ chunkSize }) as Duplex;
    case "zstd":
      return createZstdDecompress({ chunkSize }) as Duplex;
  }
  throw new InvalidBackup(`unsupported compression algorithm: ${algorithm}`);
}
