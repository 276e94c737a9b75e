// Volumes in chunks: every chunk is an object, compressed; of an incremental backup only the runs of blocks that differ
// from the parent's. Names, files and their content are Cinder's, so that either can restore what the other made. Authority:
// cinder/backup/chunkeddriver.py and cinder/backup/drivers/swift.py of Zed.

import { type FileHandle, open, rm } from "node:fs/promises";
import { InvalidBackup } from "../errors-backups.ts";
import type { BackupRow } from "../tables-backups.ts";
import { type Compression, packInto } from "./compression.ts";
import { HashList, HashReader } from "./hashes.ts";
import type { Repository } from "./repository.ts";
import { BlockHasher, PIECE_BYTES, type Range, VolumeBytes } from "./source.ts";
import { md5OfPieces, md5OfZeros } from "./zeros.ts";

export const VERSION = "1.0.0";

export interface ChunkSettings {
  chunkBytes: number;
  /** What changes are told apart by; a chunk is a multiple. */
  blockBytes: number;
  compression: Compression;
}

export interface Chunk {
  offset: number;
  length: number;
  compression: string;
  /** Of the data before compression, hex. */
  md5: string;
}

export interface BackupSource {
  path: string | null;
  sizeBytes: number;
}

export interface BackupWork {
  backup: BackupRow;
  /** What the names of the objects begin with. */
  prefix: string;
  repository: Repository;
  /** The parent's file of hashes, for an incremental backup. */
  parent: { backup: BackupRow; repository: Repository } | null;
  /** JSON about the volume, given back by a restore. */
  volumeMeta: string;
  settings: ChunkSettings;
  /** For the list of hashes while it grows; with `-chunk` behind it, for a chunk while it is compressed. */
  workPath: string;
  /** Called before every chunk. @throws what ends the work */
  check(): void;
  signal: AbortSignal;
}

export const metadataName = (prefix: string) => `${prefix}_metadata`;
export const hashesName = (prefix: string) => `${prefix}_sha256file`;

/** Writes all objects of a backup; the last is the one that makes it complete. Returns how many chunks there are. */
export async function writeChunks(work: BackupWork, source: BackupSource): Promise<number> {
  const { backup, repository, prefix, settings } = work;
  const parent = work.parent ? await hashesOf(work.parent, backup, settings) : null;
  const hashes = await HashList.create(work.workPath);
  const chunkPath = `${work.workPath}-chunk`;
  const chunk = await open(chunkPath, "w+", 0o600);
  try {
    const writer = new ChunkWriter(work, chunk);
    if (source.path !== null) await readChunks(work, source, parent, hashes, writer);
    const facts = {
      version: VERSION,
      backup_id: backup.id,
      volume_id: backup.volume_id,
      backup_name: backup.display_name,
      backup_description: backup.display_description,
      created_at: `${backup.created_at.slice(0, 19)}+00:00`,
    };
    await repository.put(hashesName(prefix), hashes.json({ ...facts, chunk_size: settings.blockBytes }));
    const metadata = {
      ...facts,
      objects: writer.objects,
      parent_id: backup.parent_id,
      volume_meta: work.volumeMeta,
    };
    await repository.put(metadataName(prefix), Buffer.from(JSON.stringify(sorted(metadata), null, 2)));
    return writer.objects.length;
  } finally {
    await parent?.close();
    await hashes.dispose();
    await chunk.close();
    await rm(chunkPath, { force: true });
  }
}

async function hashesOf(
  parent: NonNullable<BackupWork["parent"]>,
  backup: BackupRow,
  settings: ChunkSettings,
): Promise<HashReader> {
  const reader = await HashReader.open(
    parent.repository.stream(hashesName(parent.backup.service_metadata ?? "")),
  );
  if (reader.blockBytes !== settings.blockBytes) {
    await reader.close();
    throw new InvalidBackup(
      `Hash block size has changed since the last backup. New hash block size: ${settings.blockBytes}. Old hash block size: ${reader.blockBytes}. Do a full backup.`,
    );
  }
  if (backup.size > parent.backup.size) {
    await reader.close();
    throw new InvalidBackup("Volume size increased since the last backup. Do a full backup.");
  }
  return reader;
}

async function readChunks(
  work: BackupWork,
  source: BackupSource,
  parent: HashReader | null,
  hashes: HashList,
  writer: ChunkWriter,
): Promise<void> {
  const { chunkBytes, blockBytes } = work.settings;
  const volume = await VolumeBytes.open(source.path ?? "", source.sizeBytes, work.signal);
  try {
    const hasher = new BlockHasher(blockBytes);
    for (let at = 0; at < source.sizeBytes; at += chunkBytes) {
      work.check();
      const range = volume.range(at, Math.min(chunkBytes, source.sizeBytes - at));
      const found = await hasher.hash(range);
      await hashes.add(found.hashes);
      if (!parent) await writer.write(range, found.empty);
      else {
        for (const [first, end] of await changes(found.hashes, parent)) {
          const start = at + first * blockBytes;
          const part = volume.range(start, Math.min((end - first) * blockBytes, at + range.length - start));
          await writer.write(part, hasher.areZeros(found.hashes.slice(first, end)));
        }
      }
    }
  } finally {
    await volume.close();
  }
}

/** The runs of blocks that are not the parent's: the first, and the one after the last. */
async function changes(hashes: readonly string[], parent: HashReader): Promise<[number, number][]> {
  const runs: [number, number][] = [];
  let first = -1;
  for (const [index, hash] of hashes.entries()) {
    const same = (parent.ready() ?? (await parent.next())) === hash;
    if (!same && first < 0) first = index;
    if (same && first >= 0) {
      runs.push([first, index]);
      first = -1;
    }
  }
  if (first >= 0) runs.push([first, hashes.length]);
  return runs;
}

/** A chunk's data as they are stored. */
interface Packed {
  compression: Compression;
  data: AsyncIterable<Uint8Array>;
}

class ChunkWriter {
  readonly objects: Record<string, Chunk>[] = [];
  #work: BackupWork;
  /** Where a chunk is compressed. */
  #file: FileHandle;
  /** An empty volume is the same chunk over and over. */
  #zeros = new Map<number, { md5: string; compression: Compression; packed: Buffer }>();

  constructor(work: BackupWork, file: FileHandle) {
    this.#work = work;
    this.#file = file;
  }

  async write(range: Range, empty: boolean): Promise<void> {
    const { repository, prefix } = this.#work;
    const name = `${prefix}-${String(this.objects.length + 1).padStart(5, "0")}`;
    const { start: offset, length } = range;
    const known = empty ? this.#zeros.get(length) : undefined;
    const md5 =
      known?.md5 ?? (empty ? await md5OfZeros(length) : await md5OfPieces(range.pieces(PIECE_BYTES)));
    const { compression, data } = known
      ? { compression: known.compression, data: once(known.packed) }
      : await this.#pack(range, empty, md5);
    await repository.put(name, data);
    this.objects.push({ [name]: { offset, length, compression, md5 } });
  }

  async #pack(range: Range, empty: boolean, md5: string): Promise<Packed> {
    const { compression } = this.#work.settings;
    const size =
      compression === "none"
        ? null
        : await packInto(this.#file, range.pieces(PIECE_BYTES), range.length, compression);
    if (size === null) return { compression: "none", data: range.pieces(PIECE_BYTES, { kept: true }) };
    if (!empty || size > PIECE_BYTES) return { compression, data: this.#packed(size) };
    const packed = Buffer.alloc(size);
    await this.#file.read(packed, 0, size, 0);
    this.#zeros.set(range.length, { md5, compression, packed });
    return { compression, data: once(packed) };
  }

  async *#packed(size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < size; ) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - at));
      const { bytesRead } = await this.#file.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw new Error("a compressed chunk is shorter than it was");
      at += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  }
}

async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}

function sorted(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
