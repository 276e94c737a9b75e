// Which file builds upon which. A volume is `volume-ID`. Taking a snapshot freezes its file as `layer-ID` and puts an empty
// overlay in its place; `snapshot-ID`, a symbolic link to the layer, says that the snapshot is still wanted. A layer
// nobody wants goes as soon as nothing builds upon it; one that carries a single file is melted into it. So everything
// may be deleted in any order.
//
//   volume-A ──> layer-S2 ──> layer-S1        snapshot-S1 ─ ─> layer-S1
//                volume-B ──────┘             snapshot-S2 ─ ─> layer-S2

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readQcow2 } from "./qcow2.ts";

export const VOLUME = "volume-";
export const SNAPSHOT = "snapshot-";
export const LAYER = "layer-";
export const PART = ".part";

export class Layers {
  #dir: string;
  #isQcow2: (volumeDataId: string) => boolean;
  #parents: Map<string, string> | null = null;
  #loading: Promise<Map<string, string>> | null = null;

  /** @param isQcow2 from the database: what a guest wrote into a raw file must not be taken for a header */
  constructor(dir: string, isQcow2: (volumeDataId: string) => boolean) {
    this.#dir = dir;
    this.#isQcow2 = isQcow2;
  }

  /** The layer a file builds upon, or null. */
  async parent(name: string): Promise<string | null> {
    return (await this.#all()).get(name) ?? null;
  }

  /** The files that build upon a layer. */
  async children(name: string): Promise<string[]> {
    return [...(await this.#all())].filter(([, parent]) => parent === name).map(([child]) => child);
  }

  /** The oldest file below this one: the same for everything that shares data. */
  async root(name: string): Promise<string> {
    const all = await this.#all();
    let at = name;
    for (let next = all.get(at); next !== undefined; next = all.get(at)) at = next;
    return at;
  }

  /** How many files are read for one that builds upon `name`. */
  async depth(name: string): Promise<number> {
    const all = await this.#all();
    let depth = 1;
    for (let at = all.get(name); at !== undefined; at = all.get(at)) depth++;
    return depth;
  }

  async note(name: string, parent: string | null): Promise<void> {
    const all = await this.#all();
    if (parent === null) all.delete(name);
    else all.set(name, parent);
  }

  async names(): Promise<string[]> {
    return readdir(this.#dir);
  }

  /** Read once; this process alone changes the folder. */
  async #all(): Promise<Map<string, string>> {
    if (this.#parents) return this.#parents;
    this.#loading ??= this.#load();
    this.#parents = await this.#loading;
    return this.#parents;
  }

  async #load(): Promise<Map<string, string>> {
    const parents = new Map<string, string>();
    for (const name of await this.names()) {
      if (name.endsWith(PART)) continue;
      const own =
        name.startsWith(LAYER) || (name.startsWith(VOLUME) && this.#isQcow2(name.slice(VOLUME.length)));
      if (!own) continue;
      const { backingName } = await readQcow2(join(this.#dir, name));
      if (backingName !== null) parents.set(name, backingName);
    }
    return parents;
  }
}
