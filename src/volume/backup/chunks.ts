// Volumes in chunks: every chunk is an object, compressed; of an incremental backup only the runs of blocks that differ
// from the parent's. Names, files and their content are Cinder's, so that either can restore what the other made. Authority:
// cinder/backup/chunkeddriver.py and cinder/backup/drivers/swift.py of Zed.

import { type FileHandle, open } from "node:fs/promises";
import { InvalidBackup } from "../errors-backups.ts";
import type { BackupRow } from "../tables-backups.ts";
import { type Compression, compress } from "./compression.ts";
import { HashList, HashReader } from "./hashes.ts";
import type { Repository } from "./repository.ts";
import { type Extent, extentsOf, isZero, md5Of, md5OfZeros, nextTurn } from "./zeros.ts";

export const VERSION = "1.0.0";
/** Bytes that are hashed before others get their turn. */
const TURN = 4 << 20;

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
  /** For the list of hashes while it grows. */
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
  try {
    const writer = new ChunkWriter(work);
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
  const path = source.path ?? "";
  const extents = await extentsOf(path, work.signal);
  const file = await open(path, "r");
  try {
    const length = Math.min(chunkBytes, source.sizeBytes);
    // Pages that are never written to take no memory.
    const nothing = Buffer.alloc(length);
    const buffer = Buffer.alloc(length);
    const hasher = new BlockHasher(blockBytes);
    for (let at = 0; at < source.sizeBytes; ) {
      work.check();
      const read = buffer.subarray(0, Math.min(length, source.sizeBytes - at));
      const empty = await readChunk(file, read, at, extents);
      const data = empty ? nothing.subarray(0, read.length) : read;
      const found = empty ? hasher.zeros(data.length) : await hasher.hash(data);
      await hashes.add(found);
      if (parent) await writeChanges(writer, data, at, found, parent, blockBytes);
      else await writer.write(data, at, empty);
      at += data.length;
    }
  } finally {
    await file.close();
  }
}

/** Fills the buffer from where the file has data. True when there is nothing but zeros. */
async function readChunk(
  file: FileHandle,
  data: Buffer,
  at: number,
  extents: readonly Extent[] | null,
): Promise<boolean> {
  const end = at + data.length;
  const parts = (extents ?? [{ start: at, length: data.length }]).filter(
    ({ start, length }) => start < end && start + length > at,
  );
  if (parts.length === 0) return true;
  data.fill(0);
  for (const { start, length } of parts) {
    const from = Math.max(start, at);
    for (let done = from; done < Math.min(start + length, end); ) {
      const { bytesRead } = await file.read(data, done - at, Math.min(start + length, end) - done, done);
      if (bytesRead === 0) throw new InvalidBackup("the volume's data ended before its size was reached");
      done += bytesRead;
    }
  }
  return isZero(data);
}

/** Writes the runs of blocks that are not the parent's. */
async function writeChanges(
  writer: ChunkWriter,
  data: Buffer,
  offset: number,
  hashes: readonly string[],
  parent: HashReader,
  blockBytes: number,
): Promise<void> {
  let begin = -1;
  for (const [index, hash] of hashes.entries()) {
    const same = (parent.ready() ?? (await parent.next())) === hash;
    if (!same && begin < 0) begin = index * blockBytes;
    if (same && begin >= 0) {
      await writer.write(data.subarray(begin, index * blockBytes), offset + begin);
      begin = -1;
    }
  }
  if (begin >= 0) await writer.write(data.subarray(begin), offset + begin);
}

class ChunkWriter {
  readonly objects: Record<string, Chunk>[] = [];
  #work: BackupWork;
  /** An empty volume is the same chunk over and over. */
  #zeros = new Map<number, { md5: string; packed: Packed }>();

  constructor(work: BackupWork) {
    this.#work = work;
  }

  async write(data: Buffer, offset: number, empty = isZero(data)): Promise<void> {
    const { repository, prefix } = this.#work;
    const name = `${prefix}-${String(this.objects.length + 1).padStart(5, "0")}`;
    const { md5, packed } = await this.#pack(data, empty);
    await repository.put(name, packed.output);
    const { compression } = packed;
    this.objects.push({ [name]: { offset, length: data.length, compression, md5 } });
  }

  async #pack(data: Buffer, empty: boolean): Promise<{ md5: string; packed: Packed }> {
    const known = empty ? this.#zeros.get(data.length) : undefined;
    if (known) return known;
    const md5 = empty ? await md5OfZeros(data.length) : await md5Of(data);
    const made = { md5, packed: await compress(data, this.#work.settings.compression) };
    if (empty && packedApart(made.packed.output, data)) this.#zeros.set(data.length, made);
    return made;
  }
}

type Packed = Awaited<ReturnType<typeof compress>>;

/** The output is no view of the buffer that the next chunk is read into. */
const packedApart = (output: Uint8Array, data: Buffer) => output.buffer !== data.buffer;

class BlockHasher {
  #blockBytes: number;
  #zero: string;
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

  async hash(data: Buffer): Promise<string[]> {
    const found: string[] = [];
    for (let at = 0, turn = 0; at < data.length; at += this.#blockBytes) {
      const block = data.subarray(at, at + this.#blockBytes);
      found.push(block.length === this.#blockBytes && isZero(block) ? this.#zero : sha256(block));
      turn += block.length;
      if (turn >= TURN) {
        turn = 0;
        await nextTurn();
      }
    }
    return found;
  }
}

const sha256 = (data: Uint8Array) => new Bun.CryptoHasher("sha256").update(data).digest("hex");

function sorted(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
