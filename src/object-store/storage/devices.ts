// Where the files of large objects lie: on each of SWIFT_REPLICAS devices one copy,
// `STATE/swift/DEVICE/objects/XX/NAME`. A device is a folder; an administrator may mount a disk on it. Names are random
// and say nothing about the object; a file is written once, never changed, and visible only through its row.

import { existsSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import type { StatePaths } from "../../core/paths.ts";

export const NAME_BYTES = 16;
const FILE_NAME = /^[0-9a-f]{32}$/;

export class Devices {
  readonly names: readonly string[];
  #paths: StatePaths;
  #known = new Set<string>();
  /** Folders whose own names have been synced. */
  #durable = new Set<string>();

  /** @param replicas how many copies there are of each file */
  constructor(paths: StatePaths, replicas: number) {
    this.#paths = paths;
    this.names = Array.from({ length: replicas }, (_, i) => `d${i + 1}`);
  }

  /** Makes the folder when it is missing. */
  folder(device: string, file: string): string {
    const fan = file.slice(0, 2);
    const key = `${device}/${fan}`;
    if (this.#known.has(key)) return this.#paths.at("swift", device, "objects", fan);
    const path = this.#paths.dir("swift", device, "objects", fan);
    this.#known.add(key);
    return path;
  }

  path(device: string, file: string): string {
    if (!FILE_NAME.test(file)) throw new TypeError(`not the name of a data file: ${file}`);
    return this.#paths.at("swift", device, "objects", file.slice(0, 2), file);
  }

  quarantinePath(device: string, file: string): string {
    return `${this.#paths.dir("swift", device, "quarantined")}/${file}`;
  }

  /** Every place where a copy belongs. */
  copies(file: string): string[] {
    return this.names.map((device) => this.path(device, file));
  }

  /** The first copy that is there; null when all are gone. With one device nothing is asked of the disk. */
  firstCopy(file: string): string | null {
    const copies = this.copies(file);
    return copies.length === 1 ? copies[0]! : (copies.find((path) => existsSync(path)) ?? null);
  }

  /** Removes every copy; one that is not there is no failure. */
  async remove(file: string): Promise<void> {
    for (const path of this.copies(file)) await rm(path, { force: true });
  }

  /** Makes the file's name durable, and at first the folder's own. */
  async syncFolder(device: string, file: string): Promise<void> {
    const folder = this.folder(device, file);
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

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
