// The LVM programs: one method a command. Authority: cinder/brick/local_dev/lvm.py of Zed and lvm(8). Sizes are passed as
// `NNg`; names are made here, from ids.

import { BackendFailed } from "../../errors.ts";
import { CommandFailed, type Runner } from "../commands.ts";

export interface LogicalVolume {
  name: string;
  sizeBytes: number;
  /** `Vwi-a-tz--`: the first letter is the kind. */
  attributes: string;
  /** The volume a snapshot is of; empty for others. */
  origin: string;
}

export interface GroupFacts {
  sizeGb: number;
  freeGb: number;
  logicalVolumes: number;
}

/** lvs and vgs: no such thing. */
const NOT_FOUND = 5;

export class VolumeGroup {
  readonly name: string;
  #run: Runner;

  constructor(name: string, run: Runner) {
    this.name = name;
    this.#run = run;
  }

  /** Null when there is no such group, or no LVM here. */
  async facts(): Promise<GroupFacts | null> {
    let output: string;
    try {
      output = await this.#run([
        "vgs",
        "--noheadings",
        "--units",
        "g",
        "--nosuffix",
        "--separator",
        ":",
        "-o",
        "vg_size,vg_free,lv_count",
        this.name,
      ]);
    } catch (error) {
      if (error instanceof CommandFailed) return null;
      throw error;
    }
    const [sizeGb = 0, freeGb = 0, logicalVolumes = 0] = output.trim().split(":").map(Number);
    return { sizeGb, freeGb, logicalVolumes };
  }

  async list(): Promise<LogicalVolume[]> {
    const output = await this.#lvs(this.name);
    return output
      .split("\n")
      .map((line) => line.trim().split(":"))
      .filter((fields) => fields.length >= 4)
      .map(([name = "", size = "0", attributes = "", origin = ""]) => ({
        name,
        sizeBytes: Number(size),
        attributes,
        origin,
      }));
  }

  async find(name: string): Promise<LogicalVolume | null> {
    return (await this.list()).find((volume) => volume.name === name) ?? null;
  }

  /** Part of a thin pool that is in use, per cent. */
  async poolUsedPercent(pool: string): Promise<number> {
    const output = await this.#run(["lvs", "--noheadings", "-o", "data_percent", `${this.name}/${pool}`]);
    return Number(output.trim()) || 0;
  }

  #lvs(what: string): Promise<string> {
    return this.#run([
      "lvs",
      "--noheadings",
      "--units",
      "b",
      "--nosuffix",
      "--separator",
      ":",
      "-o",
      "lv_name,lv_size,lv_attr,origin",
      what,
    ]).catch((error) => {
      if (error instanceof CommandFailed && error.exitCode === NOT_FOUND) return "";
      throw error;
    });
  }

  createThick(name: string, sizeGb: number): Promise<void> {
    return this.#do(["lvcreate", "--yes", "-n", name, this.name, "-L", `${sizeGb}g`]);
  }

  createThin(name: string, sizeGb: number, pool: string): Promise<void> {
    return this.#do(["lvcreate", "--yes", "-T", `${this.name}/${pool}`, "-V", `${sizeGb}g`, "-n", name]);
  }

  createPool(pool: string, sizeGb: number): Promise<void> {
    return this.#do(["lvcreate", "--yes", "-T", "-L", `${sizeGb}g`, `${this.name}/${pool}`]);
  }

  /** @param sizeGb room for what changes; null: thin, no room of its own */
  async snapshot(name: string, of: string, sizeGb: number | null): Promise<void> {
    const size = sizeGb === null ? [] : ["-L", `${sizeGb}g`];
    await this.#do(["lvcreate", "--yes", "--snapshot", "-n", name, ...size, `${this.name}/${of}`]);
    // Thin snapshots are made inactive, and skipped unless told otherwise.
    if (sizeGb === null) await this.#do(["lvchange", "--yes", "-K", "-ay", `${this.name}/${name}`]);
  }

  extend(name: string, sizeGb: number): Promise<void> {
    return this.#do(["lvextend", "-L", `${sizeGb}g`, `${this.name}/${name}`]);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#do(["lvrename", this.name, from, to]);
  }

  /** The snapshot's content becomes its origin's; the snapshot is gone afterwards. */
  merge(snapshot: string): Promise<void> {
    return this.#do(["lvconvert", "--yes", "--merge", `${this.name}/${snapshot}`]);
  }

  async reactivate(name: string): Promise<void> {
    await this.#do(["lvchange", "-a", "n", `${this.name}/${name}`]);
    await this.#do(["lvchange", "--yes", "-K", "-a", "y", `${this.name}/${name}`]);
  }

  remove(name: string): Promise<void> {
    return this.#do(["lvremove", "--yes", "-f", `${this.name}/${name}`]);
  }

  device(name: string): string {
    return `/dev/${this.name}/${name}`;
  }

  /** Where a thick snapshot keeps what its origin has lost. */
  cowDevice(name: string): string {
    const doubled = (text: string) => text.replaceAll("-", "--");
    return `/dev/mapper/${doubled(this.name)}-${doubled(name)}-cow`;
  }

  async #do(command: readonly string[]): Promise<void> {
    try {
      await this.#run(command);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      throw new BackendFailed(`${command[0]}: ${error.complaint || error.message}`, { cause: error });
    }
  }
}
