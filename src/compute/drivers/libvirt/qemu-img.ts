// qemu-img on a host. Images come from users: the format is always told and never guessed, and what reads one has limits
// (nova/privsep/qemu.py, QEMU_IMG_LIMITS, has the same for `info`).

import { GuestDiskFailed } from "../driver.ts";
import { CommandFailed } from "./errors.ts";
import type { HostFiles, Limits } from "./files.ts";

/** Glance's disk format → qemu-img's. */
const QEMU_FORMATS: Readonly<Record<string, string>> = {
  raw: "raw",
  ami: "raw",
  iso: "raw",
  qcow2: "qcow2",
  vmdk: "vmdk",
  vdi: "vdi",
  vhd: "vpc",
  vhdx: "vhdx",
};

/** Formats of images that can be booted. */
export const BOOTABLE_FORMATS: readonly string[] = Object.keys(QEMU_FORMATS);

const GIB = 2 ** 30;
const INFO_LIMITS: Limits = { addressSpaceBytes: GIB, cpuSeconds: 30 };
/** Its threads' stacks alone take half a GiB of address space. */
const COPY_LIMITS: Limits = { addressSpaceBytes: 4 * GIB, cpuSeconds: 3600 };

/** VMDKs that are one file; the others name further files (nova/virt/images.py, check_vmdk_image). */
const SAFE_VMDKS = ["monolithicSparse", "streamOptimized"];

/** @throws GuestDiskFailed for a format QEMU has not */
export function qemuFormat(diskFormat: string): string {
  const format = QEMU_FORMATS[diskFormat];
  if (format === undefined) throw new GuestDiskFailed(`Images of format ${diskFormat} cannot be run here`);
  return format;
}

interface Info {
  "virtual-size": number;
  "backing-filename"?: string;
  "format-specific"?: { data?: { "data-file"?: string; "create-type"?: string } };
}

export class QemuImg {
  #files: HostFiles;

  constructor(files: HostFiles) {
    this.#files = files;
  }

  /** Bytes, as the guest sees it. @throws GuestDiskFailed when it is broken, or refers to other files */
  async virtualSize(path: string, format: string): Promise<number> {
    const info = JSON.parse(
      await this.#run(["info", "--force-share", "-f", format, "--output=json", path], INFO_LIMITS),
    ) as Info;
    const details = info["format-specific"]?.data;
    if (info["backing-filename"] !== undefined || details?.["data-file"] !== undefined) {
      throw new GuestDiskFailed("The image refers to another file, which is not allowed");
    }
    const vmdk = details?.["create-type"];
    if (format === "vmdk" && !SAFE_VMDKS.includes(vmdk ?? "")) {
      throw new GuestDiskFailed(`The image is a VMDK of type ${vmdk}, which is not allowed`);
    }
    return info["virtual-size"];
  }

  /** Of a disk of our own making, which has a backing file. */
  async ownVirtualSize(path: string, format: string): Promise<number> {
    const text = await this.#run(["info", "--force-share", "-f", format, "--output=json", path], INFO_LIMITS);
    return (JSON.parse(text) as Info)["virtual-size"];
  }

  /** A new file with the same content, flat; on disk when it returns. */
  async convert(
    from: { path: string; format: string },
    to: { path: string; format: string },
    directIo: boolean,
  ): Promise<void> {
    const cache = directIo ? "none" : "writeback";
    await this.#run(
      ["convert", "-t", cache, "-f", from.format, "-O", to.format, from.path, to.path],
      COPY_LIMITS,
    );
  }

  /** The content of one disk on another that exists and is at least as large; on disk when it returns. */
  async copyInto(
    from: { path: string; format: string },
    to: { path: string; format: string },
  ): Promise<void> {
    await this.#run(
      ["convert", "-n", "-t", "writeback", "-f", from.format, "-O", to.format, from.path, to.path],
      COPY_LIMITS,
    );
  }

  /** An empty qcow2, or one that holds what differs from a raw backing file, which is named as the overlay sees it. */
  async create(path: string, sizeBytes: number, backing: string | null): Promise<void> {
    const parent = backing === null ? [] : ["-b", backing, "-F", "raw"];
    await this.#run(["create", "-q", "-f", "qcow2", ...parent, path, String(sizeBytes)], INFO_LIMITS);
  }

  /** Larger or smaller: what is beyond is lost. */
  async resize(path: string, format: string, sizeBytes: number): Promise<void> {
    await this.#run(["resize", "-q", "--shrink", "-f", format, path, String(sizeBytes)], INFO_LIMITS);
  }

  async grow(path: string, format: string, sizeBytes: number): Promise<void> {
    await this.#run(["resize", "-q", "-f", format, path, String(sizeBytes)], INFO_LIMITS);
  }

  async #run(args: readonly string[], limits: Limits): Promise<string> {
    try {
      return await this.#files.run(["qemu-img", ...args], limits);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      const text = error.complaint.replace(/^qemu-img: /, "") || error.message;
      // The manager looks no further for a host when the image is at fault.
      const what = ["info", "convert"].includes(args[0] ?? "")
        ? "The image cannot be read"
        : "The disk cannot be made";
      throw new GuestDiskFailed(`${what}: ${text}`, { cause: error });
    }
  }
}
