// Where the files of large objects lie: on each device that the object ring names for the file one copy,
// `STATE/swift/DEVICE/objects/XX/NAME`. A device is a folder; an administrator may mount a disk on it. Names are random
// and say nothing about the object; a file is written once, never changed, and visible only through its row. A copy on a
// device that is no longer the file's (the ring was changed) serves readers until the auditor has moved it.

import { existsSync, readdirSync } from "node:fs";
import { copyFile, type FileHandle, open, rename, rm } from "node:fs/promises";
import type { StatePaths } from "../../core/paths.ts";
import { devicesOf, partitionOf, type RingData } from "../rings/ring.ts";

export const NAME_BYTES = 16;
const FILE_NAME = /^[0-9a-f]{32}$/;
/** Behind the name of a copy that is being restored. */
const DRAFT = ".new";

export class Devices {
  #paths: StatePaths;
  #hashSuffix: string;
  #ring: () => RingData;
  /** Folders whose own names have been synced. */
  #durable = new Set<string>();
  /** Those that were there at the start and those that were written to: copies may be on any of them. */
  #known: Set<string>;

  /**
   * @param ring as it is now
   * @param hashSuffix goes into the placement of files
   */
  constructor(paths: StatePaths, ring: () => RingData, hashSuffix = "") {
    this.#paths = paths;
    this.#ring = ring;
    this.#hashSuffix = hashSuffix;
    const root = paths.at("swift");
    const entries = existsSync(root) ? readdirSync(root, { withFileTypes: true }) : [];
    this.#known = new Set(
      entries
        .filter((entry) => entry.isDirectory() && existsSync(paths.at("swift", entry.name, "objects")))
        .map(({ name }) => name),
    );
  }

  /** Devices that shall have a copy, first those that are to be asked first. */
  places(file: string): string[] {
    const ring = this.#ring();
    const hash = new Bun.CryptoHasher("md5").update(file + this.#hashSuffix).digest("hex");
    const devices = devicesOf(ring, partitionOf(ring, hash));
    // Readers spread over all of them, whatever the order of the rows.
    const first = Number.parseInt(hash.slice(-8), 16) % Math.max(1, devices.length);
    return [...devices.slice(first), ...devices.slice(0, first)];
  }

  /** Other devices that may have one. */
  handoffs(file: string): string[] {
    const places = this.places(file);
    return [...this.#known].filter((device) => !places.includes(device));
  }

  /** Makes a new file. A folder that is missing (at first, or on a disk that was swapped) is made too. */
  async create(device: string, file: string): Promise<FileHandle> {
    const path = this.path(device, file);
    this.#known.add(device);
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
    const device = this.#ring().devs.find((candidate) => candidate !== null)!;
    const aside = this.#paths.dir("swift", device.device, "quarantined");
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
    this.#known.add(to);
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

  /** Every place where a copy may be, those of the ring first. */
  copies(file: string): string[] {
    return [...this.places(file), ...this.handoffs(file)].map((device) => this.path(device, file));
  }

  /** The first copy that is there; null when all are gone. */
  firstCopy(file: string): string | null {
    return this.copies(file).find((path) => existsSync(path)) ?? null;
  }

  /** Removes one device's copy. */
  async removeFrom(device: string, file: string): Promise<void> {
    await rm(this.path(device, file), { force: true });
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
