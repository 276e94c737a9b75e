// Chunks are compressed, unless that makes them no smaller. The names are those of Cinder's backup_compression_algorithm.

import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import { messageOf } from "../../core/errors.ts";
import { InvalidBackup } from "../errors-backups.ts";

const deflated = promisify(deflate);
const inflated = promisify(inflate as (data: Uint8Array, options: object, done: Done) => void);
type Done = (error: Error | null, result: Buffer) => void;

export type Compression = "none" | "zlib" | "zstd";

export async function compress(
  data: Uint8Array,
  wanted: Compression,
): Promise<{ compression: Compression; output: Uint8Array }> {
  if (wanted === "none") return { compression: "none", output: data };
  const output = wanted === "zlib" ? await deflated(data) : await Bun.zstdCompress(data);
  return output.length < data.length
    ? { compression: wanted, output }
    : { compression: "none", output: data };
}

/** @param length of the result. @throws InvalidBackup for what is not that long, or another algorithm */
export async function decompress(data: Buffer, algorithm: string, length: number): Promise<Buffer> {
  const result = await unpack(data, algorithm.toLowerCase(), length);
  if (result.length !== length) {
    throw new InvalidBackup(`a chunk has ${result.length} bytes instead of ${length}`);
  }
  return result;
}

async function unpack(data: Buffer, algorithm: string, length: number): Promise<Buffer> {
  try {
    switch (algorithm) {
      case "none":
      case "off":
      case "no":
        return data;
      case "zlib":
      case "gzip":
        return await inflated(data, { maxOutputLength: Math.max(1, length) });
      case "zstd":
        return await Bun.zstdDecompress(data);
    }
  } catch (error) {
    throw new InvalidBackup(`a chunk cannot be decompressed: ${messageOf(error)}`);
  }
  throw new InvalidBackup(`unsupported compression algorithm: ${algorithm}`);
}
