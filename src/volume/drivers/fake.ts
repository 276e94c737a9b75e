// Volumes that are only said to exist: for simulated hosts, and for tests of everything but data. It keeps no data, so
// nothing can fail or take time; only sizes are told, by the database.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pyRepr } from "../../core/python.ts";
import { ManageInvalidReference } from "../errors.ts";
import type { ConnectionInfo } from "../public.ts";
import type {
  BackendStats,
  DataFormat,
  DriverContext,
  DriverSnapshot,
  DriverVolume,
  ManageableEntry,
  ManageableSnapshot,
  RawData,
  VolumeDriver,
} from "./driver.ts";
import { GIB } from "./driver.ts";

const FORMAT = "none";

export class FakeDriver implements VolumeDriver {
  readonly name = "fake";
  #context: DriverContext;

  constructor(context: DriverContext) {
    this.#context = context;
  }

  async init(): Promise<void> {}

  async stats(): Promise<BackendStats> {
    const sizeGb = this.#context.poolBytes / GIB;
    return {
      vendorName: "Open Source",
      driverVersion: "1.0.0",
      storageProtocol: "fake",
      totalCapacityGb: sizeGb,
      freeCapacityGb: sizeGb,
      thinProvisioning: true,
      thickProvisioning: false,
      multiattach: true,
      onlineExtend: true,
    };
  }

  formatFor(): DataFormat {
    return FORMAT;
  }

  accepts(): boolean {
    return true;
  }

  async create(): Promise<void> {}
  async createFromData(): Promise<void> {}
  async createFromSnapshot(): Promise<void> {}
  async createFromVolume(): Promise<void> {}
  async delete(): Promise<void> {}
  async extend(): Promise<void> {}
  async createSnapshot(): Promise<void> {}
  async deleteSnapshot(): Promise<void> {}
  async revert(): Promise<void> {}
  async overwrite(): Promise<void> {}

  async connect(volume: DriverVolume, readonly: boolean): Promise<ConnectionInfo> {
    const { id: serial, multiattach } = volume;
    return { kind: "none", path: "", format: "raw", readonly, serial, multiattach };
  }

  async disconnect(): Promise<void> {}

  async source(): Promise<null> {
    return null;
  }

  /** There is nothing to read: an empty file. (QEMU's tools lock what they read, and others of the host may hold /dev/null.) */
  async rawData(_from: DriverVolume | DriverSnapshot): Promise<RawData> {
    const folder = await mkdtemp(join(tmpdir(), "stack-volume-"));
    const path = join(folder, "empty");
    await writeFile(path, "");
    return { path, sizeBytes: 0, dispose: () => rm(folder, { recursive: true, force: true }) };
  }

  async manageableVolumes(): Promise<ManageableEntry[]> {
    return [];
  }

  async manageableSnapshots(): Promise<ManageableSnapshot[]> {
    return [];
  }

  async inspect(reference: unknown): Promise<never> {
    throw new ManageInvalidReference(pyRepr(reference), "Specified logical volume does not exist.");
  }

  async manage(_volume: DriverVolume, reference: unknown): Promise<void> {
    await this.inspect(reference);
  }

  async manageSnapshot(_snapshot: DriverSnapshot, reference: unknown): Promise<never> {
    return this.inspect(reference);
  }

  async unmanage(): Promise<void> {}
  async unmanageSnapshot(): Promise<void> {}
}
