// Backups read back: a chain of them becomes one file. Authority: cinder/backup/chunkeddriver.py (_restore_v1) of Zed.

import { type FileHandle, open } from "node:fs/promises";
import { InvalidBackup } from "../errors-backups.ts";
import type { BackupRow } from "../tables-backups.ts";
import { type Chunk, hashesName, metadataName, VERSION } from "./chunks.ts";
import { unpack } from "./compression.ts";
import type { Repository } from "./repository.ts";
import { isZero, md5OfZeros } from "./zeros.ts";

/** What is empty over that many bytes stays a hole. */
const HOLE = 64 << 10;
/** What is in memory of a chunk. */
const BLOCK = 1 << 20;

export interface Stored {
  backup: BackupRow;
  repository: Repository;
}

/**
 * Writes a chain of backups, the full one first, into a file that is made for it; what is empty stays a hole.
 * Returns what the last one says of its volume, or null. @throws InvalidBackup
 */
export async function readBackups(
  chain: readonly Stored[],
  path: string,
  check: () => void,
): Promise<string | null> {
  const file = await open(path, "w", 0o600);
  try {
    let volumeMeta: string | null = null;
    for (const [index, stored] of chain.entries()) {
      const { objects, meta } = await readMetadata(stored);
      const limit = stored.backup.size * 2 ** 30;
      for (const [name, chunk] of objects) {
        check();
        if (chunk.offset + chunk.length > limit) {
          throw new InvalidBackup(`object ${name} reaches beyond the volume`);
        }
        if (index === 0 && chunk.md5 === (await md5OfZeros(chunk.length))) continue;
        await writeChunk(file, stored.repository.stream(name), name, chunk, index === 0);
      }
      volumeMeta = meta;
    }
    const sizeBytes = (chain.at(-1)?.backup.size ?? 0) * 2 ** 30;
    await file.truncate(sizeBytes);
    await file.datasync();
    return volumeMeta;
  } finally {
    await file.close();
  }
}

/** @throws InvalidBackup when it is not what was backed up; what has been written by then is of no use */
async function writeChunk(
  file: FileHandle,
  packed: AsyncIterable<Uint8Array>,
  name: string,
  chunk: Chunk,
  fresh: boolean,
): Promise<void> {
  const md5 = new Bun.CryptoHasher("md5");
  // Gathered, because holes are looked for in whole steps.
  const block = Buffer.alloc(Math.min(BLOCK, chunk.length));
  let [filled, written] = [0, 0];
  const flush = async () => {
    await writeAt(file, block.subarray(0, filled), chunk.offset + written, fresh);
    written += filled;
    filled = 0;
  };
  await unpack(packed, chunk.compression, chunk.length, async (piece) => {
    md5.update(piece);
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + block.length - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === block.length) await flush();
    }
  });
  if (filled > 0) await flush();
  if (md5.digest("hex") !== chunk.md5) throw new InvalidBackup(`the data of object ${name} are damaged`);
}

/** @param fresh nothing is there yet, so what is empty need not be written */
async function writeAt(file: FileHandle, data: Buffer, offset: number, fresh: boolean): Promise<void> {
  if (!fresh) {
    await file.write(data, 0, data.length, offset);
    return;
  }
  let begin = -1;
  for (let at = 0; at <= data.length; at += HOLE) {
    const piece = data.subarray(at, at + HOLE);
    const empty = piece.length === 0 || isZero(piece);
    if (!empty && begin < 0) begin = at;
    if (empty && begin >= 0) {
      const end = Math.min(at, data.length);
      await file.write(data, begin, end - begin, offset + begin);
      begin = -1;
    }
  }
  if (begin >= 0) await file.write(data, begin, data.length - begin, offset + begin);
}

async function readMetadata({
  backup,
  repository,
}: Stored): Promise<{ objects: [string, Chunk][]; meta: string | null }> {
  const prefix = backup.service_metadata ?? "";
  const { version, objects, volume_meta } = parsed(await repository.read(metadataName(prefix)));
  if (version !== VERSION) throw new InvalidBackup(`No support to restore backup version ${String(version)}`);
  if (!Array.isArray(objects)) throw new InvalidBackup("the backup's metadata cannot be read");
  const listed = objects.flatMap((each) => Object.entries(each ?? {})) as [string, unknown][];
  const chunks = listed.map(([name, chunk]) => [name, chunkOf(chunk)] as [string, Chunk]);
  const beside = [metadataName(prefix), hashesName(prefix)];
  const actual = (await repository.names(prefix)).filter((name) => !beside.includes(name));
  const names = chunks.map(([name]) => name).sort();
  if (names.join("\n") !== actual.sort().join("\n")) {
    throw new InvalidBackup(
      "restore_backup aborted, actual object list does not match object list stored in metadata.",
    );
  }
  return { objects: chunks, meta: typeof volume_meta === "string" ? volume_meta : null };
}

function parsed(data: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data.toString());
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new InvalidBackup("the backup's metadata cannot be read");
}

function chunkOf(value: unknown): Chunk {
  const { offset, length, compression, md5 } = (value ?? {}) as Partial<Chunk>;
  const isCount = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;
  if (isCount(offset) && isCount(length) && typeof compression === "string" && typeof md5 === "string") {
    return { offset: offset ?? 0, length: length ?? 0, compression, md5 };
  }
  throw new InvalidBackup("the backup's metadata cannot be read");
}
