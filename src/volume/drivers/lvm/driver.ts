// Volumes as logical volumes of a group. Authority: cinder/volume/drivers/lvm.py of Zed: names, thin or thick, the clearing
// of what is removed. What is filled is filled as `stack-part-ID` and renamed when it is complete.

import { pyRepr } from "../../../core/python.ts";
import { BackendFailed, ImageUnacceptable, ManageInvalidReference } from "../../errors.ts";
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
import { QemuImg } from "../file/qemu-img.ts";
import { KeyedLock } from "../locks.ts";
import { type LogicalVolume, VolumeGroup } from "./group.ts";

const VOLUME = "volume-";
/** LVM keeps names that begin with `snapshot` for itself. */
const SNAPSHOT = "_snapshot-";
const PART = "stack-part-";
const THICK = "lvm";
const THIN = "lvm-thin";
const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** The part of the group that becomes the thin pool; the rest is for its metadata. */
const POOL_SHARE = 0.95;

export class LvmDriver implements VolumeDriver {
  readonly name = "lvm";
  #context: DriverContext;
  #run: Runner;
  #group: VolumeGroup;
  #qemu: QemuImg | null;
  #thin = false;
  #locks = new KeyedLock();

  constructor(context: DriverContext, run: Runner = runCommand, qemuImgInstalled = hasProgram("qemu-img")) {
    this.#context = context;
    this.#run = run;
    this.#group = new VolumeGroup(context.volumeGroup, run);
    this.#qemu = qemuImgInstalled ? new QemuImg(run) : null;
  }

  get #pool(): string {
    return `${this.#group.name}-pool`;
  }

  async init(): Promise<void> {
    const facts = await this.#group.facts();
    if (!facts) {
      throw new BackendFailed(
        `Bad or unexpected response from the storage volume backend API: volume group ${this.#group.name} doesn't exist`,
      );
    }
    const present = await this.#group.list();
    for (const { name } of present) {
      if (!name.startsWith(PART)) continue;
      this.#context.log.info(null, `Removing ${name}, which a former run left half-made`);
      await this.#group.remove(name);
    }
    const hasPool = present.some(({ name }) => name === this.#pool);
    const { lvmType } = this.#context;
    this.#thin = lvmType === "thin" || (lvmType === "auto" && (hasPool || facts.logicalVolumes === 0));
    if (this.#thin && !hasPool) {
      await this.#group.createPool(this.#pool, Math.floor(facts.freeGb * POOL_SHARE));
    }
  }

  async stats(): Promise<BackendStats> {
    const facts = await this.#group.facts();
    if (!facts) throw new BackendFailed(`volume group ${this.#group.name} doesn't exist`);
    let [totalGb, freeGb] = [facts.sizeGb, facts.freeGb];
    if (this.#thin) {
      const pool = await this.#group.find(this.#pool);
      totalGb = (pool?.sizeBytes ?? 0) / GIB;
      freeGb = totalGb * (1 - (await this.#group.poolUsedPercent(this.#pool)) / 100);
    }
    return {
      vendorName: "Open Source",
      driverVersion: "3.0.0",
      storageProtocol: "iSCSI",
      totalCapacityGb: round(totalGb),
      freeCapacityGb: round(freeGb),
      thinProvisioning: this.#thin,
      thickProvisioning: !this.#thin,
      multiattach: true,
      onlineExtend: true,
    };
  }

  formatFor(): DataFormat {
    return this.#thin ? THIN : THICK;
  }

  accepts(): boolean {
    return true;
  }

  async create(volume: DriverVolume): Promise<void> {
    if (!(await this.#group.find(nameOf(volume)))) await this.#make(nameOf(volume), volume);
  }

  async createFromData(volume: DriverVolume, source: DataSource, signal: AbortSignal): Promise<void> {
    await this.#fillNew(volume, (device) => this.#write(device, volume, source, signal));
  }

  async createFromSnapshot(
    volume: DriverVolume,
    snapshot: DriverSnapshot,
    signal: AbortSignal,
  ): Promise<void> {
    const from = snapshotName(snapshot);
    if (isThin(volume) && snapshot.format === THIN) return this.#thinCopy(volume, from);
    await this.#fillNew(volume, (device) => this.#copy(this.#group.device(from), device, signal));
  }

  async createFromVolume(volume: DriverVolume, source: DriverVolume, signal: AbortSignal): Promise<void> {
    if (isThin(volume) && isThin(source)) return this.#thinCopy(volume, nameOf(source));
    // Copied from a snapshot, so that it is of one moment also while a guest writes.
    const still = `${PART}${volume.dataId}-source`;
    await this.#fillNew(volume, async (device) => {
      await this.#removeIfThere(still);
      await this.#group.snapshot(still, nameOf(source), isThin(source) ? null : source.sizeGb);
      try {
        await this.#copy(this.#group.device(still), device, signal);
      } finally {
        await this.#group.remove(still);
      }
    });
  }

  async delete(volume: DriverVolume): Promise<void> {
    const found = await this.#group.find(nameOf(volume));
    if (found) await this.#clearAndRemove(found, this.#group.device(found.name));
  }

  async extend(volume: DriverVolume, sizeGb: number): Promise<void> {
    const found = await this.#group.find(nameOf(volume));
    if (found && found.sizeBytes < sizeGb * GIB) await this.#group.extend(found.name, sizeGb);
  }

  async createSnapshot(snapshot: DriverSnapshot): Promise<void> {
    const name = snapshotName(snapshot);
    if (await this.#group.find(name)) return;
    const { volume } = snapshot;
    await this.#group.snapshot(name, nameOf(volume), isThin(volume) ? null : snapshot.sizeGb);
  }

  async deleteSnapshot(snapshot: DriverSnapshot): Promise<void> {
    const found = await this.#group.find(snapshotName(snapshot));
    if (found) await this.#clearAndRemove(found, this.#group.cowDevice(found.name));
  }

  /** Merging uses the snapshot up, so it is taken anew. */
  async revert(volume: DriverVolume, snapshot: DriverSnapshot): Promise<void> {
    const name = snapshotName(snapshot);
    if (await this.#group.find(name)) {
      await this.#group.merge(name);
      await this.#group.reactivate(nameOf(volume));
    }
    if (!(await this.#group.find(name))) await this.createSnapshot(snapshot);
  }

  async overwrite(volume: DriverVolume, source: DataSource, signal: AbortSignal): Promise<void> {
    const name = nameOf(volume);
    if ((await this.#group.list()).some(({ origin }) => origin === name)) {
      // Its snapshots hold on to it.
      return this.#write(this.#group.device(name), volume, source, signal);
    }
    const old = `${PART}${volume.dataId}-old`;
    const part = PART + volume.dataId;
    await this.#removeIfThere(part);
    await this.#make(part, volume);
    await this.#write(this.#group.device(part), volume, source, signal);
    if (await this.#group.find(name)) await this.#group.rename(name, old);
    await this.#group.rename(part, name);
    const left = await this.#group.find(old);
    if (left) await this.#clearAndRemove(left, this.#group.device(old));
  }

  async connect(volume: DriverVolume, readonly: boolean): Promise<ConnectionInfo> {
    return {
      kind: "block",
      path: this.#group.device(nameOf(volume)),
      format: "raw",
      readonly,
      serial: volume.id,
      multiattach: volume.multiattach,
    };
  }

  async disconnect(): Promise<void> {}

  async source(volume: DriverVolume): Promise<DataSource> {
    return {
      path: this.#group.device(nameOf(volume)),
      format: "raw",
      trusted: true,
      imageId: "",
    };
  }

  async rawData(from: DriverVolume | DriverSnapshot): Promise<RawData> {
    const name = "volume" in from ? snapshotName(from) : nameOf(from);
    return {
      path: this.#group.device(name),
      sizeBytes: from.sizeGb * GIB,
      dispose: async () => {},
    };
  }

  async manageableVolumes(): Promise<ManageableEntry[]> {
    const ours = new RegExp(`^${VOLUME}(${UUID})$`);
    return (await this.#group.list())
      .filter(({ name }) => ![PART, SNAPSHOT, this.#pool].some((start) => name.startsWith(start)))
      .map(({ name, sizeBytes }) => ({
        reference: { "source-name": name },
        sizeGb: Math.ceil(sizeBytes / GIB),
        dataId: ours.exec(name)?.[1] ?? null,
      }));
  }

  async manageableSnapshots(): Promise<ManageableSnapshot[]> {
    const ours = new RegExp(`^${SNAPSHOT}(${UUID})$`);
    return (await this.#group.list()).flatMap(({ name, sizeBytes, origin }) => {
      const dataId = ours.exec(name)?.[1];
      if (dataId === undefined) return [];
      const sizeGb = Math.ceil(sizeBytes / GIB);
      return [
        {
          reference: { "source-name": name },
          sourceReference: { "source-name": origin },
          sizeGb,
          dataId,
        },
      ];
    });
  }

  async inspect(reference: unknown): Promise<{ sizeGb: number; format: DataFormat }> {
    const found = await this.#referred(reference);
    return { sizeGb: Math.ceil(found.sizeBytes / GIB), format: kindOf(found) };
  }

  async manage(volume: DriverVolume, reference: unknown): Promise<void> {
    if (await this.#group.find(nameOf(volume))) return;
    const found = await this.#referred(reference);
    await this.#group.rename(found.name, nameOf(volume));
  }

  async manageSnapshot(
    snapshot: DriverSnapshot,
    reference: unknown,
  ): Promise<{ sizeGb: number; format: DataFormat; dataId: string }> {
    const found = await this.#referred(reference);
    const dataId = new RegExp(`^${SNAPSHOT}(${UUID})$`).exec(found.name)?.[1];
    if (dataId === undefined || found.origin !== nameOf(snapshot.volume)) {
      throw new ManageInvalidReference(pyRepr(reference), "The snapshot is not one of the volume.");
    }
    return { sizeGb: Math.ceil(found.sizeBytes / GIB), format: kindOf(found), dataId };
  }

  async unmanage(): Promise<void> {}
  async unmanageSnapshot(): Promise<void> {}

  async #referred(reference: unknown): Promise<LogicalVolume> {
    const name =
      typeof reference === "object" && reference !== null
        ? (reference as Record<string, unknown>)["source-name"]
        : undefined;
    if (typeof name !== "string") {
      throw new ManageInvalidReference(pyRepr(reference), "Reference must contain source-name element.");
    }
    const found = await this.#group.find(name);
    if (!found || name === this.#pool || name.startsWith(PART)) {
      throw new ManageInvalidReference(pyRepr(reference), "Specified logical volume does not exist.");
    }
    return found;
  }

  async #make(name: string, volume: DriverVolume): Promise<void> {
    if (isThin(volume)) await this.#group.createThin(name, volume.sizeGb, this.#pool);
    else await this.#group.createThick(name, volume.sizeGb);
  }

  async #fillNew(volume: DriverVolume, write: (device: string) => Promise<void>): Promise<void> {
    const part = PART + volume.dataId;
    await this.#locks.run(volume.dataId, async () => {
      if (await this.#group.find(nameOf(volume))) return;
      await this.#removeIfThere(part);
      await this.#make(part, volume);
      try {
        await write(this.#group.device(part));
      } catch (error) {
        await this.#group.remove(part);
        throw error;
      }
      await this.#group.rename(part, nameOf(volume));
    });
  }

  async #thinCopy(volume: DriverVolume, from: string): Promise<void> {
    const name = nameOf(volume);
    if (!(await this.#group.find(name))) await this.#group.snapshot(name, from, null);
    await this.extend(volume, volume.sizeGb);
  }

  async #write(device: string, volume: DriverVolume, source: DataSource, signal: AbortSignal): Promise<void> {
    if (!this.#qemu) {
      if (source.format !== "raw") {
        throw new ImageUnacceptable(
          source.imageId,
          `qemu-img is not installed and image is of type ${source.format}.  Only RAW images can be used if qemu-img is not installed.`,
        );
      }
      return this.#copy(source.path, device, signal);
    }
    const bytes = await this.#qemu.virtualSize(source, signal);
    if (bytes > volume.sizeGb * GIB) {
      throw new ImageUnacceptable(
        source.imageId,
        `Image virtual size is ${Math.ceil(bytes / GIB)}GB and doesn't fit in a volume of size ${volume.sizeGb}GB.`,
      );
    }
    await this.#qemu.convert(source, { path: device, format: "raw", existing: true }, signal);
  }

  async #copy(from: string, to: string, signal: AbortSignal): Promise<void> {
    await this.#run(["dd", `if=${from}`, `of=${to}`, "bs=4M", "conv=fsync", "status=none"], {
      signal,
    });
  }

  /** What was on a thick volume must not be found on the next one. */
  async #clearAndRemove(volume: LogicalVolume, device: string): Promise<void> {
    if (this.#context.volumeClear === "zero" && kindOf(volume) === THICK) {
      const count = Math.ceil(volume.sizeBytes / (4 << 20));
      // A snapshot's own device may be smaller: it ends with "no space left", which is all that is wanted.
      await this.#run([
        "dd",
        "if=/dev/zero",
        `of=${device}`,
        "bs=4M",
        `count=${count}`,
        "oflag=direct",
        "status=none",
      ]).catch((error) =>
        this.#context.log.debug(null, `Clearing ${volume.name}: ${(error as Error).message}`),
      );
    }
    await this.#group.remove(volume.name);
  }

  async #removeIfThere(name: string): Promise<void> {
    if (await this.#group.find(name)) await this.#group.remove(name);
  }
}

const nameOf = (volume: DriverVolume) => VOLUME + volume.dataId;
const snapshotName = (snapshot: DriverSnapshot) => SNAPSHOT + snapshot.dataId;
const isThin = (volume: DriverVolume) => volume.format === THIN;
const kindOf = ({ attributes }: LogicalVolume): DataFormat => (attributes.startsWith("V") ? THIN : THICK);
const round = (gb: number) => Math.round(gb * 100) / 100;

/** True when this machine has the group. */
export async function groupExists(name: string, run: Runner = runCommand): Promise<boolean> {
  return hasProgram("vgs") && (await new VolumeGroup(name, run).facts()) !== null;
}
