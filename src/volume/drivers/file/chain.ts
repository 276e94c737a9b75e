// Freezing, wanting and melting of layers (see `layers.ts`): every change of what builds upon what. Whoever changes a tree of
// files is alone with it.

import { link, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../../../core/log.ts";
import { BackendFailed } from "../../errors.ts";
import type { DriverVolume } from "../driver.ts";
import { KeyedLock } from "../locks.ts";
import { exists, sameFile, syncFile, writeImage } from "./files.ts";
import { LAYER, type Layers, PART, SNAPSHOT, VOLUME } from "./layers.ts";
import { isOpen } from "./open-files.ts";
import { readQcow2 } from "./qcow2.ts";
import type { QemuImg } from "./qemu-img.ts";

/** A clone of what already builds upon this many files is a copy instead. */
const MAX_DEPTH = 24;

export class Chain {
  #dir: string;
  #layers: Layers;
  #qemu: QemuImg | null;
  #log: Logger;
  #locks = new KeyedLock();

  constructor(parts: { dir: string; layers: Layers; qemu: QemuImg | null; log: Logger }) {
    this.#dir = parts.dir;
    this.#layers = parts.layers;
    this.#qemu = parts.qemu;
    this.#log = parts.log;
  }

  /** Alone with everything that shares data with this file. */
  async alone<T>(name: string, work: () => Promise<T>): Promise<T> {
    for (;;) {
      const root = await this.#layers.root(name);
      const done = await this.#locks.run(root, async () => {
        // While we waited, what was below may have been melted away.
        if ((await this.#layers.root(name)) !== root) return null;
        return { result: await work() };
      });
      if (done) return done.result;
    }
  }

  /** True when nothing more should be built upon it. */
  async isDeep(name: string): Promise<boolean> {
    return (await this.#layers.depth(name)) >= MAX_DEPTH;
  }

  /** A new volume, or a volume's new beginning, upon a layer. What it built upon before may be let go. */
  async overlay(name: string, layer: string, sizeBytes: number): Promise<void> {
    const path = join(this.#dir, name);
    const before = await this.#layers.parent(name);
    const below = await readQcow2(join(this.#dir, layer));
    await writeImage(path + PART, Math.max(sizeBytes, below.sizeBytes), layer);
    await rename(path + PART, path);
    await this.#layers.note(name, layer);
    if (before !== null && before !== layer) await this.release(before);
  }

  /** The volume's file is complete in itself from now on; it was put in place of one that was not. */
  async standsAlone(name: string): Promise<void> {
    const before = await this.#layers.parent(name);
    await this.#layers.note(name, null);
    if (before !== null) await this.release(before);
  }

  /** Takes in all that it builds upon. */
  async flatten(name: string): Promise<void> {
    if ((await this.#layers.parent(name)) === null) return;
    await this.#need().rebase(join(this.#dir, name), null);
    await this.standsAlone(name);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#dir, name), { force: true });
    await this.standsAlone(name);
  }

  /** A snapshot: a layer that is wanted. */
  async snapshot(volume: DriverVolume, snapshotId: string): Promise<void> {
    if (!(await this.isFrozen(volume, snapshotId))) await this.#freeze(volume, LAYER + snapshotId);
    await this.want(snapshotId);
  }

  /** The layer of a snapshot is there, as another file than the volume's. */
  async isFrozen(volume: DriverVolume, snapshotId: string): Promise<boolean> {
    const layer = join(this.#dir, LAYER + snapshotId);
    return (await exists(layer)) && !(await sameFile(join(this.#dir, VOLUME + volume.dataId), layer));
  }

  /** Says that a snapshot's layer is wanted. */
  async want(snapshotId: string): Promise<void> {
    await symlink(LAYER + snapshotId, join(this.#dir, SNAPSHOT + snapshotId)).catch((error) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }

  async forgetSnapshot(snapshotId: string): Promise<void> {
    const layer = LAYER + snapshotId;
    await rm(join(this.#dir, SNAPSHOT + snapshotId), { force: true });
    if (await exists(join(this.#dir, layer))) await this.release(layer);
  }

  /**
   * A layer that holds what the volume holds now: its own file, frozen; or the layer below when nothing was written since.
   * Null when the chain is long enough. @throws BackendFailed while a guest writes
   */
  async freezeForClone(source: DriverVolume, cloneId: string): Promise<string | null> {
    const name = VOLUME + source.dataId;
    const path = join(this.#dir, name);
    const parent = await this.#layers.parent(name);
    if (parent === LAYER + cloneId) return parent;
    if (parent !== null && !(source.attached && (await isOpen(path)))) {
      const [own, below] = [await readQcow2(path), await readQcow2(join(this.#dir, parent))];
      if (own.pristine && own.sizeBytes === below.sizeBytes) return parent;
    }
    if (await this.isDeep(name)) return null;
    await this.#freeze(source, LAYER + cloneId);
    return LAYER + cloneId;
  }

  /** The volume's file becomes `layer`; the volume goes on as an empty overlay of it, in the old place. */
  async #freeze(volume: DriverVolume, layer: string): Promise<void> {
    const name = VOLUME + volume.dataId;
    const [path, layerPath] = [join(this.#dir, name), join(this.#dir, layer)];
    // The last step is a rename: once the two are different files, it was done.
    if ((await exists(layerPath)) && !(await sameFile(path, layerPath))) return;
    if (volume.attached && (await isOpen(path))) throw busy(volume);
    const parent = await this.#layers.parent(name);
    const part = path + PART;
    try {
      await writeImage(part, (await readQcow2(path)).sizeBytes, layer);
      if (!(await exists(layerPath))) await link(path, layerPath);
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      if (await sameFile(path, layerPath)) await rm(layerPath, { force: true });
      throw error;
    }
    if (volume.attached && (await isOpen(layerPath))) {
      // A guest was started meanwhile and writes to what was to be frozen: it keeps its file.
      await rename(layerPath, path);
      throw busy(volume);
    }
    await this.#layers.note(layer, parent);
    await this.#layers.note(name, layer);
  }

  /** Something let go of a layer: it goes, or is melted into the only file that builds upon it, if nobody wants it. */
  async release(name: string): Promise<void> {
    for (let layer: string | null = name; layer !== null; ) {
      if (await this.#isWanted(layer)) return;
      const [child, another] = await this.#layers.children(layer);
      const parent = await this.#layers.parent(layer);
      if (another !== undefined) return;
      if (child !== undefined) {
        await this.#melt(layer, child, parent);
        return;
      }
      await rm(join(this.#dir, layer), { force: true });
      await this.#layers.note(layer, null);
      layer = parent;
    }
  }

  /** The layer below a volume, if it waited for a guest to let go. */
  async tidy(name: string): Promise<void> {
    const parent = await this.#layers.parent(name);
    if (parent !== null) await this.release(parent);
  }

  /** The smaller of the two is copied into the larger. Until the last step the child reads as before. */
  async #melt(layer: string, child: string, parent: string | null): Promise<void> {
    const [layerPath, childPath] = [join(this.#dir, layer), join(this.#dir, child)];
    if ((await isOpen(childPath)) || (await isOpen(layerPath))) return;
    this.#log.debug(null, `Melting ${layer} into ${child}`);
    const [below, above] = [await stat(layerPath), await stat(childPath)];
    if (above.blocks <= below.blocks) {
      await this.#need().commit(childPath);
      await syncFile(layerPath);
      await rename(layerPath, childPath);
    } else {
      await this.#need().rebase(childPath, parent);
      await syncFile(childPath);
      await rm(layerPath, { force: true });
    }
    await this.#layers.note(layer, null);
    await this.#layers.note(child, parent);
  }

  async #isWanted(layer: string): Promise<boolean> {
    const path = join(this.#dir, SNAPSHOT + layer.slice(LAYER.length));
    return (await readlink(path).catch(() => null)) === layer;
  }

  #need(): QemuImg {
    if (!this.#qemu) throw new BackendFailed("qemu-img is not installed");
    return this.#qemu;
  }
}

function busy(volume: DriverVolume): BackendFailed {
  return new BackendFailed(
    `Volume ${volume.id} is written to by a running server; this back end cannot copy it consistently`,
  );
}
