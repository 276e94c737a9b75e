// Where the files of large objects lie: on each of SWIFT_REPLICAS devices one copy,
// `STATE/swift/DEVICE/objects/XX/NAME`. A device is a folder; an administrator may mount a disk on it. Names are random
// and say nothing about the object; a file is written once, never changed, and visible only through its row.

import { existsSync } from "node:fs";
import { copyFile, type FileHandle, open, rename, rm } from "node:fs/promises";
import type { StatePaths } from "../../core/paths.ts";

export const NAME_BYTES = 16;
const FILE_NAME = /^[0-9a-f]{32}$/;
/** Behind the name of a copy that is being restored. */
const DRAFT = ".new";

export class Devices {
  readonly names: readonly string[];
  #paths: StatePaths;
  #hashSuffix: string;
  /** Folders whose own names have been synced. */
  #durable = new Set<string>();

  /**
   * @param replicas how many copies there are of each file
   * @param hashSuffix goes into the order in which a file's copies are tried
   */
  constructor(paths: StatePaths, replicas: number, hashSuffix = "") {
    this.#paths = paths;
    this.#hashSuffix = hashSuffix;
    this.names = Array.from({ length: replicas }, (_, i) => `d${i + 1}`);
  }

  /** Makes a new file. A folder that is missing (at first, or on a disk that was swapped) is made too. */
  async create(device: string, file: string): Promise<FileHandle> {
    const path = this.path(device, file);
    try {
      return await open(path, "wx", 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    this.#durable.delete(this.#paths.dir("swift", device, "objects", fanOf(file)));
    return open(path, "wx", 0o600);
  }

  path(device: string, file: string): string {
    if (!FILE_NAME.test(file)) throw new TypeError(`not the name of a data file: ${file}`);
    return this.#paths.at("swift", device, "objects", fanOf(file), file);
  }

  /** Puts a damaged copy aside. */
  async quarantine(device: string, file: string): Promise<void> {
    const aside = this.#paths.dir("swift", device, "quarantined");
    await rename(this.path(device, file), `${aside}/${file}`);
    await syncDirectory(aside);
    await this.syncFolder(device, file);
  }

  /** Puts damaged data that were in the database aside, under a name of their own. */
  async quarantineBytes(name: string, data: Uint8Array): Promise<void> {
    const aside = this.#paths.dir("swift", this.names[0]!, "quarantined");
    const handle = await open(`${aside}/${name}`, "w", 0o600);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncDirectory(aside);
  }

  /** Makes a copy anew from another device's. It has its name only when it is whole. */
  async restore(from: string, to: string, file: string): Promise<void> {
    const path = this.path(to, file);
    const draft = path + DRAFT;
    this.#paths.dir("swift", to, "objects", fanOf(file));
    await copyFile(this.path(from, file), draft);
    const handle = await open(draft, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
    await this.syncFolder(to, file);
  }

  /** The devices in the order in which they are asked for this file: readers spread over all of them. */
  order(file: string): string[] {
    const { names } = this;
    if (names.length === 1) return [...names];
    const hash = new Bun.CryptoHasher("md5").update(file + this.#hashSuffix).digest();
    const first = hash.readUInt32BE(0) % names.length;
    return [...names.slice(first), ...names.slice(0, first)];
  }

  /** Every place where a copy belongs, in that order. */
  copies(file: string): string[] {
    return this.order(file).map((device) => this.path(device, file));
  }

  /** The first copy that is there; null when all are gone. */
  firstCopy(file: string): string | null {
    return this.copies(file).find((path) => existsSync(path)) ?? null;
  }

  /** Removes every copy; one that is not there is no failure. */
  async remove(file: string): Promise<void> {
    const copies = this.copies(file);
    for (const path of copies) await rm(path, { force: true });
    if (copies.length > 1) for (const path of copies) await rm(path + DRAFT, { force: true });
  }

  /** Makes the file's name durable, and at first the folder's own. */
  async syncFolder(device: string, file: string): Promise<void> {
    const folder = this.#paths.at("swift", device, "objects", fanOf(file));
    await syncDirectory(folder);
    if (this.#durable.has(folder)) return;
    for (const above of [["objects"], [], null]) {
      await syncDirectory(
        above === null ? this.#paths.at("swift") : this.#paths.at("swift", device, ...above),
      );
    }
    this.#durable.add(folder);
  }
}

function fanOf(file: string): string {
  return file.slice(0, 2);
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
