// qemu-img. Images come from users: their format is always told and never guessed, what they refer to is not followed, and
// what reads one has limits (cinder/image/image_utils.py, QEMU_IMG_LIMITS).

import { BackendFailed, ImageUnacceptable } from "../../errors.ts";
import { CommandFailed, type Runner, type RunOptions } from "../commands.ts";
import type { DataSource } from "../driver.ts";

/** Glance's disk format → QEMU's. */
const QEMU_FORMATS: Readonly<Record<string, string>> = {
  raw: "raw",
  ami: "raw",
  ari: "raw",
  aki: "raw",
  iso: "raw",
  qcow2: "qcow2",
  vmdk: "vmdk",
  vdi: "vdi",
  vhd: "vpc",
  vhdx: "vhdx",
  ploop: "parallels",
};

const GIB = 2 ** 30;
const INFO_LIMITS = { addressSpaceBytes: GIB, cpuSeconds: 30 };
/** Its threads' stacks alone take half a GiB of address space. */
const COPY_LIMITS = { addressSpaceBytes: 4 * GIB, cpuSeconds: 24 * 3600 };

/** VMDKs that are one file; the others name further files. */
const SAFE_VMDKS = ["monolithicSparse", "streamOptimized"];

/** Null for a format QEMU has not. */
export function qemuFormat(diskFormat: string): string | null {
  return Object.hasOwn(QEMU_FORMATS, diskFormat) ? QEMU_FORMATS[diskFormat]! : null;
}

interface Info {
  "virtual-size": number;
  "backing-filename"?: string;
  "format-specific"?: { data?: { "data-file"?: string; "create-type"?: string } };
}

export class QemuImg {
  #run: Runner;

  constructor(run: Runner) {
    this.#run = run;
  }

  /** Bytes, as the guest sees it. @throws ImageUnacceptable when it is broken, or refers to other files */
  async virtualSize(source: DataSource, signal?: AbortSignal): Promise<number> {
    const refuse = (reason: string) => new ImageUnacceptable(source.imageId, reason);
    let info: Info;
    try {
      info = await this.#info(source.path, source.format, signal);
    } catch (error) {
      if (!(error instanceof CommandFailed) || source.trusted) throw error;
      throw refuse(`fmt=${source.format} could not be read: ${complaint(error)}`);
    }
    if (source.trusted) return info["virtual-size"];
    const details = info["format-specific"]?.data;
    if (info["backing-filename"] !== undefined) {
      throw refuse(`fmt=${source.format} backed by: ${info["backing-filename"]}`);
    }
    if (details?.["data-file"] !== undefined) throw refuse("it keeps its data in another file");
    const vmdk = details?.["create-type"];
    if (source.format === "vmdk" && !SAFE_VMDKS.includes(vmdk ?? "")) {
      throw refuse(`Invalid VMDK create-type specified: ${vmdk}`);
    }
    return info["virtual-size"];
  }

  /** Of a file of our own making. */
  async ownVirtualSize(path: string, format: string): Promise<number> {
    return (await this.#info(path, format))["virtual-size"];
  }

  async #info(path: string, format: string, signal?: AbortSignal): Promise<Info> {
    const command = ["qemu-img", "info", "--force-share", "-f", format, "--output=json", path];
    return JSON.parse(await this.#run(command, { limits: INFO_LIMITS, ...(signal && { signal }) })) as Info;
  }

  /** A new file with the same content, flat. On disk when it returns. */
  async convert(
    from: { path: string; format: string },
    to: { path: string; format: string; existing?: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const existing = to.existing ? ["-n"] : [];
    await this.#work(
      ["convert", "-t", "writeback", ...existing, "-f", from.format, "-O", to.format, from.path, to.path],
      { signal, limits: COPY_LIMITS },
    );
  }

  async resize(path: string, format: string, sizeBytes: number): Promise<void> {
    await this.#work(["resize", "-q", "-f", format, path, String(sizeBytes)], { limits: INFO_LIMITS });
  }

  /** What an overlay holds is written into the file it builds upon, which grows to its size. */
  async commit(overlay: string): Promise<void> {
    await this.#work(["commit", "-q", "-d", "-f", "qcow2", overlay], { limits: COPY_LIMITS });
  }

  /** The overlay builds upon `backing` (none: nothing) instead, and takes in what it has lost by that. */
  async rebase(overlay: string, backing: string | null): Promise<void> {
    const onto = backing === null ? ["-b", ""] : ["-F", "qcow2", "-b", backing];
    await this.#work(["rebase", "-q", "-f", "qcow2", ...onto, overlay], { limits: COPY_LIMITS });
  }

  async #work(args: readonly string[], options: RunOptions): Promise<void> {
    try {
      await this.#run(["qemu-img", ...args], options);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      throw new BackendFailed(`qemu-img ${args[0]}: ${complaint(error)}`, { cause: error });
    }
  }
}

function complaint(error: CommandFailed): string {
  return error.complaint.replaceAll(/^qemu-img: /gm, "") || error.message;
}
