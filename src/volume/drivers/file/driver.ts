// Volumes as files of the state directory: qcow2 whose snapshots and clones are overlays (see `layers.ts`), or sparse raw
// files that are copied. Volumes for several guests at a time are always raw: qcow2 has one writer.

import { lstat, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { BackendFailed } from "../../errors.ts";
import type { ConnectionInfo } from "../../public.ts";
import { hasProgram, type Runner, runCommand } from "../commands.ts";
import {
  type BackendStats,
  type DataFormat,
  type DataSource,
  type DriverContext,
  type DriverSnapshot,
  type DriverVolume,
  GIB,
  type ManageableEntry,
  type ManageableSnapshot,
  type RawData,
  type VolumeDriver,
} from "../driver.ts";
import { KeyedLock } from "../locks.ts";
import { Chain } from "./chain.ts";
import { exists, fill, finish, grow, makeBlank, type Tools, virtualSize } from "./files.ts";
import { LAYER, Layers, PART, SNAPSHOT, VOLUME } from "./layers.ts";
import { ManagedFiles } from "./manage.ts";
import { isOpen } from "./open-files.ts";
import { QemuImg } from "./qemu-img.ts";
import { reflink } from "./sparse.ts";

export class FileDriver implements VolumeDriver {
  readonly name = "file";
  #context: DriverContext;
  #tools: Tools;
  #layers: Layers;
  #chain: Chain;
  #managed: ManagedFiles;
  /** QEMU copies a disk once at a time. */
  #copying = new KeyedLock();

  constructor(context: DriverContext, run: Runner = runCommand, qemuImgInstalled = hasProgram("qemu-img")) {
    const qemu = qemuImgInstalled ? new QemuImg(run) : null;
    const { dir, log } = context;
    this.#context = context;
    this.#tools = { run, qemu };
    this.#layers = new Layers(dir, (dataId) => context.formatOf(dataId) === "qcow2");
    this.#chain = new Chain({ dir, log, qemu, layers: this.#layers });
    this.#managed = new ManagedFiles(dir, this.#layers, qemu);
  }

  async init(): Promise<void> {
    const { fileFormat, log, dir } = this.#context;
    if (fileFormat === "qcow2" && !this.#tools.qemu) {
      throw new BackendFailed("CINDER_FILE_FORMAT is qcow2, but qemu-img is not installed");
    }
    for (const name of await this.#layers.names()) {
      if (!name.endsWith(PART)) continue;
      log.info(null, `Removing ${name}, which a former run left half-made`);
      await rm(join(dir, name), { recursive: true, force: true });
    }
  }

  async stats(): Promise<BackendStats> {
    const { dir, poolBytes } = this.#context;
    const { bavail, bsize } = await statfs(dir);
    let usedBytes = 0;
    for (const name of await this.#layers.names()) {
      const { blocks } = await lstat(join(dir, name)).catch(() => ({ blocks: 0 }));
      usedBytes += blocks * 512;
    }
    const freeBytes = Math.max(0, Math.min(poolBytes - usedBytes, bavail * bsize));
    return {
      vendorName: "Open Source",
      driverVersion: "1.0.0",
      storageProtocol: "file",
      totalCapacityGb: round(poolBytes / GIB),
      freeCapacityGb: round(freeBytes / GIB),
      thinProvisioning: true,
      thickProvisioning: false,
      multiattach: true,
      onlineExtend: true,
    };
  }

  formatFor({ multiattach }: { multiattach: boolean }): DataFormat {
    if (multiattach || !this.#tools.qemu || this.#context.fileFormat === "raw") return "raw";
    return "qcow2";
  }

  async create(volume: DriverVolume): Promise<void> {
    const { path, format, sizeBytes } = this.#target(volume);
    if (!(await exists(path))) await makeBlank(path, format, sizeBytes);
  }

  async createFromData(volume: DriverVolume, source: DataSource, signal: AbortSignal): Promise<void> {
    const target = this.#target(volume);
    if (!(await exists(target.path))) await fill(this.#tools, target, source, signal);
  }

  async createFromSnapshot(
    volume: DriverVolume,
    snapshot: DriverSnapshot,
    signal: AbortSignal,
  ): Promise<void> {
    const target = this.#target(volume);
    if (await exists(target.path)) return;
    if (snapshot.format === "qcow2" && target.format === "qcow2") {
      const layer = LAYER + snapshot.dataId;
      const made = await this.#chain.alone(layer, async () => {
        if (await this.#chain.isDeep(layer)) return false;
        await this.#chain.overlay(nameOf(volume), layer, target.sizeBytes);
        return true;
      });
      if (made) return;
    }
    await fill(this.#tools, target, this.#snapshotSource(snapshot), signal);
  }

  async createFromVolume(volume: DriverVolume, source: DriverVolume, signal: AbortSignal): Promise<void> {
    const target = this.#target(volume);
    if (await exists(target.path)) return;
    if (formatOf(source) === "qcow2" && target.format === "qcow2") {
      const made = await this.#chain.alone(nameOf(source), async () => {
        if (await this.#isWrittenTo(source)) return false;
        const layer = await this.#chain.freezeForClone(source, volume.dataId);
        if (layer === null) return false;
        await this.#chain.overlay(nameOf(volume), layer, target.sizeBytes);
        return true;
      });
      if (made) return;
    }
    await this.#copy(source, target, signal);
  }

  async delete(volume: DriverVolume): Promise<void> {
    const name = nameOf(volume);
    if (formatOf(volume) === "qcow2") await this.#chain.alone(name, () => this.#chain.remove(name));
    else await rm(this.#path(volume), { force: true });
  }

  async extend(volume: DriverVolume, sizeGb: number): Promise<void> {
    const path = this.#path(volume);
    // The hypervisor makes the file grow when it tells its guest; see `connect` for when it does not come to that.
    if (volume.attached && formatOf(volume) === "qcow2" && (await isOpen(path))) return;
    await grow(this.#tools, path, formatOf(volume), sizeGb * GIB);
  }

  async createSnapshot(snapshot: DriverSnapshot, signal: AbortSignal): Promise<void> {
    const { volume } = snapshot;
    if (snapshot.format === "qcow2") {
      await this.#chain.alone(nameOf(volume), () => this.#snapshotQcow2(snapshot, signal));
      return;
    }
    const path = this.#snapshotPath(snapshot);
    if (await exists(path)) return;
    const target = { path, format: "raw", sizeBytes: snapshot.sizeGb * GIB };
    await this.#copy(volume, target, signal);
  }

  async deleteSnapshot(snapshot: DriverSnapshot): Promise<void> {
    if (snapshot.format === "qcow2") {
      const layer = LAYER + snapshot.dataId;
      await this.#chain.alone(layer, () => this.#chain.forgetSnapshot(snapshot.dataId));
    } else await rm(this.#snapshotPath(snapshot), { force: true });
  }

  async revert(volume: DriverVolume, snapshot: DriverSnapshot, signal: AbortSignal): Promise<void> {
    const name = nameOf(volume);
    const target = this.#target(volume);
    if (snapshot.format === "qcow2" && target.format === "qcow2") {
      const layer = LAYER + snapshot.dataId;
      await this.#chain.alone(name, () => this.#chain.overlay(name, layer, target.sizeBytes));
    } else await fill(this.#tools, target, this.#snapshotSource(snapshot), signal);
  }

  async overwrite(volume: DriverVolume, source: DataSource, signal: AbortSignal): Promise<void> {
    await this.#chain.alone(nameOf(volume), async () => {
      await fill(this.#tools, this.#target(volume), source, signal);
      await this.#chain.standsAlone(nameOf(volume));
    });
  }

  async connect(volume: DriverVolume, readonly: boolean): Promise<ConnectionInfo> {
    const { path, format, sizeBytes } = this.#target(volume);
    if (!(await exists(path))) throw new BackendFailed(`The data of volume ${volume.id} is not there`);
    // A guest that was to make it grow ended before it could.
    if ((await virtualSize(path, format)) < sizeBytes && !(await isOpen(path))) {
      await grow(this.#tools, path, format, sizeBytes);
    }
    return {
      kind: "file",
      path,
      format: format === "qcow2" ? "qcow2" : "raw",
      readonly,
      serial: volume.id,
      multiattach: volume.multiattach,
    };
  }

  async disconnect(volume: DriverVolume): Promise<void> {
    const name = nameOf(volume);
    if (formatOf(volume) === "qcow2") await this.#chain.alone(name, () => this.#chain.tidy(name));
  }

  async source(volume: DriverVolume): Promise<DataSource> {
    return own(this.#path(volume), formatOf(volume));
  }

  async rawData(from: DriverVolume | DriverSnapshot, signal: AbortSignal): Promise<RawData> {
    const { path, format } = "volume" in from ? this.#snapshotSource(from) : await this.source(from);
    const atRest = "volume" in from || !(await this.#isWrittenTo(from));
    if (format === "raw" && atRest) {
      return { path, sizeBytes: (await stat(path)).size, dispose: async () => {} };
    }
    const part = join(this.#context.dir, `raw-${crypto.randomUUID()}${PART}`);
    const dispose = () => rm(part, { force: true });
    if (!atRest) {
      const target = { path: part, format: "raw", sizeBytes: from.sizeGb * GIB };
      if (await this.#copyLive(from, target, signal))
        return { path: part, sizeBytes: target.sizeBytes, dispose };
    }
    try {
      if (!this.#tools.qemu) throw new BackendFailed("qemu-img is not installed");
      await this.#tools.qemu.convert({ path, format }, { path: part, format: "raw" }, signal);
    } catch (error) {
      await dispose();
      throw error;
    }
    return { path: part, sizeBytes: (await stat(part)).size, dispose };
  }

  accepts(format: DataFormat | null, { multiattach }: { multiattach: boolean }): boolean {
    return !multiattach || format !== "qcow2";
  }

  manageableVolumes(): Promise<ManageableEntry[]> {
    return this.#managed.volumes();
  }

  manageableSnapshots(): Promise<ManageableSnapshot[]> {
    return this.#managed.snapshots();
  }

  inspect(reference: unknown): Promise<{ sizeGb: number; format: DataFormat }> {
    return this.#managed.inspect(reference);
  }

  manage(volume: DriverVolume, reference: unknown): Promise<void> {
    return this.#managed.manage(nameOf(volume), reference);
  }

  manageSnapshot(snapshot: DriverSnapshot, reference: unknown) {
    return this.#managed.manageSnapshot(nameOf(snapshot.volume), reference);
  }

  async unmanage(volume: DriverVolume): Promise<void> {
    const name = nameOf(volume);
    if (formatOf(volume) !== "qcow2") return;
    await this.#chain.alone(name, () => this.#chain.flatten(name));
    await this.#managed.leave(name);
  }

  async unmanageSnapshot(): Promise<void> {
    // Its name is what an administrator would look for.
  }

  /** Some guest has the file open. */
  async #isWrittenTo(volume: DriverVolume): Promise<boolean> {
    return volume.attached && (await isOpen(this.#path(volume)));
  }

  /** A layer of its own; of a volume a guest writes to it is a copy that nothing but the snapshot needs. */
  async #snapshotQcow2(snapshot: DriverSnapshot, signal: AbortSignal): Promise<void> {
    const { volume, dataId } = snapshot;
    const layer = join(this.#context.dir, LAYER + dataId);
    const target = { path: layer, format: "qcow2", sizeBytes: volume.sizeGb * GIB };
    if ((await this.#isWrittenTo(volume)) && !(await this.#chain.isFrozen(volume, dataId))) {
      if (await this.#copyLive(volume, target, signal)) {
        await this.#chain.want(dataId);
        return;
      }
    }
    await this.#chain.snapshot(volume, dataId);
  }

  /** A file with the volume's content of one moment; a guest may write to it. */
  async #copy(
    volume: DriverVolume,
    target: { path: string; format: DataFormat; sizeBytes: number },
    signal: AbortSignal,
  ): Promise<void> {
    const path = this.#path(volume);
    const format = formatOf(volume);
    if (await this.#isWrittenTo(volume)) {
      const still = `${path}-${crypto.randomUUID()}${PART}`;
      if (format === "raw" && (await reflink(path, still))) {
        try {
          await fill(this.#tools, target, own(still, format), signal);
        } finally {
          await rm(still, { force: true });
        }
        return;
      }
      if (await this.#copyLive(volume, target, signal)) return;
    }
    await fill(this.#tools, target, own(path, format), signal);
  }

  /** The hypervisor makes the copy. False when the guest has let go of the volume. */
  async #copyLive(
    volume: DriverVolume,
    target: { path: string; format: DataFormat; sizeBytes: number },
    signal: AbortSignal,
  ): Promise<boolean> {
    const part = target.path + PART;
    return this.#copying.run(nameOf(volume), async () => {
      try {
        await rm(part, { force: true });
        if (!(await this.#context.liveCopy(volume, { path: part, format: target.format }))) return false;
        signal.throwIfAborted();
        await finish(this.#tools, part, target);
        return true;
      } finally {
        await rm(part, { force: true });
      }
    });
  }

  #target(volume: DriverVolume): { path: string; format: DataFormat; sizeBytes: number } {
    return { path: this.#path(volume), format: formatOf(volume), sizeBytes: volume.sizeGb * GIB };
  }

  #path(volume: DriverVolume): string {
    return join(this.#context.dir, nameOf(volume));
  }

  #snapshotPath(snapshot: DriverSnapshot): string {
    return join(this.#context.dir, SNAPSHOT + snapshot.dataId);
  }

  #snapshotSource(snapshot: DriverSnapshot): DataSource {
    if (snapshot.format !== "qcow2") return own(this.#snapshotPath(snapshot), "raw");
    return own(join(this.#context.dir, LAYER + snapshot.dataId), "qcow2");
  }
}

const nameOf = (volume: DriverVolume) => VOLUME + volume.dataId;
const formatOf = (volume: DriverVolume): DataFormat => volume.format ?? "raw";
const round = (gb: number) => Math.round(gb * 100) / 100;

function own(path: string, format: DataFormat): DataSource {
  return { path, format: format === "qcow2" ? "qcow2" : "raw", trusted: true, imageId: "" };
}
