import { afterAll, expect, test } from "bun:test";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, zstdCompressSync } from "node:zlib";
import type { BackupRow } from "../tables-backups.ts";
import { type Chunk, type ChunkSettings, writeChunks } from "./chunks.ts";
import type { Compression } from "./compression.ts";
import type { Repository } from "./repository.ts";
import { readBackups } from "./restored.ts";

const dir = mkdtempSync(join(tmpdir(), "stack-chunks-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const MIB = 1 << 20;
const LATE = 500 * MIB;
const signal = new AbortController().signal;
const noise = (length: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(length)));

/** A container that is a map. */
class Memory {
  readonly objects = new Map<string, Buffer>();
  async put(name: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const pieces: Uint8Array[] = [];
    if (data instanceof Uint8Array) pieces.push(data);
    else for await (const piece of data) pieces.push(piece);
    this.objects.set(name, Buffer.concat(pieces));
  }
  async *stream(name: string): AsyncGenerator<Uint8Array> {
    const data = this.objects.get(name) ?? Buffer.alloc(0);
    for (let at = 0; at < data.length; at += 65_537) yield data.subarray(at, at + 65_537);
  }
  async read(name: string): Promise<Buffer> {
    return this.objects.get(name) ?? Buffer.alloc(0);
  }
  async names(prefix: string): Promise<string[]> {
    return [...this.objects.keys()].filter((name) => name.startsWith(prefix));
  }
}

const rowOf = (id: string, prefix: string, parent: string | null = null) =>
  ({
    id,
    volume_id: "v",
    size: 1,
    parent_id: parent,
    service_metadata: prefix,
    created_at: "2026-11-20 12:00:00.000000",
    display_name: null,
    display_description: null,
  }) as unknown as BackupRow;

/** A GiB: noise, text, a hole, and something in the middle. */
function volumeFile(name: string): string {
  const path = join(dir, name);
  writeFileSync(path, Buffer.concat([noise(3 * MIB + 5), Buffer.from("block storage ".repeat(100_000))]));
  truncateSync(path, 1024 * MIB);
  return path;
}

function settings(compression: Compression): ChunkSettings {
  return { chunkBytes: 2 * MIB, blockBytes: 32_768, compression };
}

async function backedUp(
  memory: Memory,
  path: string,
  {
    id = "one",
    compression,
    parent = null,
    sizeBytes = 1024 * MIB,
  }: { id?: string; compression: Compression; parent?: string | null; sizeBytes?: number },
): Promise<BackupRow> {
  const repository = memory as unknown as Repository;
  const backup = rowOf(id, `p-${id}`, parent);
  await writeChunks(
    {
      backup,
      prefix: `p-${id}`,
      repository,
      parent: parent === null ? null : { backup: rowOf(parent, `p-${parent}`), repository },
      volumeMeta: "{}",
      settings: settings(compression),
      workPath: join(dir, `work-${id}`),
      check: () => {},
      signal,
    },
    { path, sizeBytes },
  );
  return backup;
}

function listed(memory: Memory, id: string): [string, Chunk][] {
  const metadata = JSON.parse(memory.objects.get(`p-${id}_metadata`)!.toString());
  return metadata.objects.flatMap((each: Record<string, Chunk>) => Object.entries(each));
}

/** Where there is something, and how much space all of it takes. */
function contentOf(path: string): Buffer {
  expect(statSync(path)).toMatchObject({ size: 1024 * MIB });
  expect(statSync(path).blocks * 512).toBeLessThan(16 * MIB);
  return Buffer.concat([0, LATE].map((at) => readAt(path, at, 8 * MIB)));
}

function readAt(path: string, at: number, length: number): Buffer {
  const file = openSync(path, "r");
  const data = Buffer.alloc(length);
  readSync(file, data, 0, length, at);
  closeSync(file);
  return data;
}

for (const compression of ["none", "zlib", "zstd"] as const) {
  test(`a volume comes back as it was, its chunks ${compression}; what compression makes no smaller stays as it is`, async () => {
    const memory = new Memory();
    const path = volumeFile(`volume-${compression}`);
    // What is not compressed is kept here as it is.
    const sizeBytes = (compression === "none" ? 8 : 1024) * MIB;
    const backup = await backedUp(memory, path, { compression, sizeBytes });
    const chunks = listed(memory, "one");
    expect(chunks.length).toBe(sizeBytes / (2 * MIB));
    expect(chunks[0]?.[1].compression).toBe("none");
    expect(chunks[2]?.[1].compression).toBe(compression);
    expect(chunks.at(-1)?.[1].compression).toBe(compression);
    if (compression === "none") return;
    const text = readAt(path, 4 * MIB, 2 * MIB);
    const packed = memory.objects.get(chunks[2]?.[0] ?? "");
    if (compression === "zlib") expect(packed?.equals(deflateSync(text))).toBe(true);
    else expect(packed?.length).toBeLessThan(zstdCompressSync(text).length * 2);
    const restored = join(dir, `restored-${compression}`);
    const stored = [{ backup, repository: memory as unknown as Repository }];
    expect(await readBackups(stored, restored, () => {})).toBe("{}");
    expect(contentOf(restored).equals(contentOf(path))).toBe(true);
  }, 60_000);
}

test("an incremental backup has the blocks that changed, zeros as well, and restores on top of its parent", async () => {
  const memory = new Memory();
  const path = volumeFile("changing");
  const full = await backedUp(memory, path, { compression: "zlib" });
  const data = readAt(path, 0, 6 * MIB);
  // A block becomes zeros, two others something else, and one in the hole is written to.
  data.fill(0, 32_768, 65_536);
  noise(65_536).copy(data, 1024 * 1024);
  const changed = join(dir, "changed");
  writeFileSync(changed, data);
  truncateSync(changed, 1024 * MIB);
  const file = openSync(changed, "r+");
  writeSync(file, "late", LATE);
  closeSync(file);
  const second = await backedUp(memory, changed, { id: "two", compression: "zlib", parent: "one" });
  expect(listed(memory, "two").map(([, { offset, length }]) => [offset, length])).toEqual([
    [32_768, 32_768],
    [1024 * 1024, 65_536],
    [LATE, 32_768],
  ]);
  const restored = join(dir, "restored");
  const repository = memory as unknown as Repository;
  await readBackups(
    [
      { backup: full, repository },
      { backup: second, repository },
    ],
    restored,
    () => {},
  );
  expect(contentOf(restored).equals(contentOf(changed))).toBe(true);
}, 60_000);

test("damaged chunks are refused: other bytes, too few, too many, none that can be unpacked", async () => {
  const memory = new Memory();
  const path = volumeFile("damaged");
  const backup = await backedUp(memory, path, { compression: "zlib" });
  const [[raw], , [text]] = listed(memory, "one") as [[string, Chunk], [string, Chunk], [string, Chunk]];
  const restore = async (name: string, data: Buffer) => {
    const kept = memory.objects.get(name)!;
    memory.objects.set(name, data);
    const stored = [{ backup, repository: memory as unknown as Repository }];
    const message = await readBackups(stored, join(dir, "r"), () => {}).catch((error) => error.message);
    memory.objects.set(name, kept);
    return message as string;
  };
  expect(await restore(raw, noise(2 * MIB))).toContain("are damaged");
  expect(await restore(raw, noise(100))).toContain(`a chunk has 100 bytes instead of ${2 * MIB}`);
  expect(await restore(text, deflateSync(Buffer.alloc(3 * MIB)))).toContain(`more than ${2 * MIB}`);
  expect(await restore(text, noise(1000))).toContain("a chunk cannot be decompressed");
  expect(await restore(text, deflateSync(noise(2 * MIB)).subarray(0, 1000))).toMatch(
    /decompressed|instead of/,
  );
}, 60_000);
