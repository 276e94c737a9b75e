// Existing files as volumes and snapshots. A file is referred to as `{"source-name": NAME}`, a name in the back end's folder;
// `.qcow2` at its end says that it is one. Authority for references: cinder/volume/drivers/lvm.py of Zed.

import { lstat, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { pyRepr } from "../../../core/python.ts";
import { ManageInvalidReference } from "../../errors.ts";
import { type DataFormat, GIB, type ManageableEntry, type ManageableSnapshot } from "../driver.ts";
import { exists, virtualSize } from "./files.ts";
import { LAYER, type Layers, PART, SNAPSHOT, VOLUME } from "./layers.ts";
import type { QemuImg } from "./qemu-img.ts";

const SUFFIX = ".qcow2";
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const OUR_VOLUME = new RegExp(`^${VOLUME}(${UUID})(?:\\.qcow2)?$`);
const OUR_SNAPSHOT = new RegExp(`^_?${SNAPSHOT}(${UUID})$`);

export class ManagedFiles {
  #dir: string;
  #layers: Layers;
  #qemu: QemuImg | null;

  constructor(dir: string, layers: Layers, qemu: QemuImg | null) {
    this.#dir = dir;
    this.#layers = layers;
    this.#qemu = qemu;
  }

  async volumes(): Promise<ManageableEntry[]> {
    const entries: ManageableEntry[] = [];
    for (const name of await this.#layers.names()) {
      if (name.endsWith(PART) || [LAYER, SNAPSHOT].some((start) => name.startsWith(start))) continue;
      const file = await lstat(join(this.#dir, name)).catch(() => null);
      if (!file?.isFile()) continue;
      const dataId = OUR_VOLUME.exec(name)?.[1] ?? null;
      const sizeGb = await this.#sizeGb(name, name.endsWith(SUFFIX) ? "qcow2" : "raw").catch(() => 0);
      entries.push({ reference: { "source-name": name }, sizeGb, dataId });
    }
    return entries;
  }

  async snapshots(): Promise<ManageableSnapshot[]> {
    const entries: ManageableSnapshot[] = [];
    const names = await this.#layers.names();
    for (const name of names) {
      const dataId = OUR_SNAPSHOT.exec(name)?.[1];
      if (dataId === undefined) continue;
      const qcow2 = names.includes(LAYER + dataId);
      const sizeGb = await this.#sizeGb(qcow2 ? LAYER + dataId : name, qcow2 ? "qcow2" : "raw");
      const volume = qcow2 ? await this.#volumeUpon(LAYER + dataId) : null;
      entries.push({
        reference: { "source-name": name },
        sourceReference: { "source-name": volume ?? "" },
        sizeGb,
        dataId,
      });
    }
    return entries;
  }

  async inspect(reference: unknown): Promise<{ sizeGb: number; format: DataFormat }> {
    const source = await this.#find(reference);
    if (source === null) throw this.#missing(reference);
    const format = source.endsWith(SUFFIX) ? "qcow2" : "raw";
    if (format === "qcow2") await this.#refuseReferences(join(this.#dir, source), reference);
    return { sizeGb: await this.#sizeGb(source, format), format };
  }

  /** The file is renamed to the volume's. */
  async manage(name: string, reference: unknown): Promise<void> {
    const source = await this.#find(reference);
    if (source !== null && source !== name) await rename(join(this.#dir, source), join(this.#dir, name));
    else if (!(await exists(join(this.#dir, name)))) throw this.#missing(reference);
  }

  async manageSnapshot(
    volumeName: string,
    reference: unknown,
  ): Promise<{ sizeGb: number; format: DataFormat; dataId: string }> {
    const name = this.#nameIn(reference);
    const dataId = OUR_SNAPSHOT.exec(name)?.[1];
    if (dataId === undefined || !(await exists(join(this.#dir, SNAPSHOT + dataId)))) {
      throw this.#missing(reference);
    }
    const layer = LAYER + dataId;
    if (!(await exists(join(this.#dir, layer)))) {
      return { sizeGb: await this.#sizeGb(SNAPSHOT + dataId, "raw"), format: "raw", dataId };
    }
    let below: string | null = volumeName;
    while (below !== null && below !== layer) below = await this.#layers.parent(below);
    if (below === null) {
      throw new ManageInvalidReference(pyRepr(reference), "The snapshot is not one of the volume.");
    }
    return { sizeGb: await this.#sizeGb(layer, "qcow2"), format: "qcow2", dataId };
  }

  /** Nobody knows any more that the file is a qcow2 one, so its name says it. */
  async leave(name: string): Promise<void> {
    const path = join(this.#dir, name);
    if (await exists(path)) await rename(path, path + SUFFIX);
  }

  /** The file's name, or null. */
  async #find(reference: unknown): Promise<string | null> {
    const name = this.#nameIn(reference);
    for (const candidate of [name, name + SUFFIX]) if (await this.#isFile(candidate)) return candidate;
    return null;
  }

  #missing(reference: unknown): ManageInvalidReference {
    return new ManageInvalidReference(pyRepr(reference), "Specified logical volume does not exist.");
  }

  async #refuseReferences(path: string, reference: unknown): Promise<void> {
    const source = { path, format: "qcow2", trusted: false, imageId: "" };
    await this.#qemu?.virtualSize(source).catch((error) => {
      throw new ManageInvalidReference(pyRepr(reference), String((error as Error).message));
    });
  }

  async #volumeUpon(layer: string): Promise<string | null> {
    for (const child of await this.#layers.children(layer)) {
      const volume = child.startsWith(VOLUME) ? child : await this.#volumeUpon(child);
      if (volume !== null) return volume;
    }
    return null;
  }

  #nameIn(reference: unknown): string {
    const name =
      typeof reference === "object" && reference !== null
        ? (reference as Record<string, unknown>)["source-name"]
        : undefined;
    if (name === undefined) {
      throw new ManageInvalidReference(pyRepr(reference), "Reference must contain source-name element.");
    }
    if (typeof name !== "string" || !NAME.test(name) || name.endsWith(PART) || name.startsWith(LAYER)) {
      throw this.#missing(reference);
    }
    return name;
  }

  async #isFile(name: string): Promise<boolean> {
    return stat(join(this.#dir, name)).then(
      (file) => file.isFile(),
      () => false,
    );
  }

  async #sizeGb(name: string, format: DataFormat): Promise<number> {
    return Math.ceil((await virtualSize(join(this.#dir, name), format)) / GIB);
  }
}
