// Images as hosts keep them: `_base/SHA1-OF-THE-IMAGE'S-ID`, always raw, never written to; disks of guests are overlays.
// Blank disks with a file system are cached the same way: `ephemeral_1_ext4`, `swap_512`.
// Authority: nova/virt/libvirt/imagebackend.py and imagecache.py of Zed.

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Values } from "../../../config/keys.ts";
import type { Clock } from "../../../core/clock.ts";
import type { Logger } from "../../../core/log.ts";
import { GuestDiskFailed, type GuestImage, type LocalDisk } from "../driver.ts";
import type { libvirtSection } from "./config.ts";
import { CommandFailed } from "./errors.ts";
import { type HostFiles, isPart, partOf } from "./files.ts";
import type { Folders } from "./folder.ts";
import { type QemuImg, qemuFormat } from "./qemu-img.ts";

const MIB = 2 ** 20;
const SHA1 = /^[0-9a-f]{40}$/;

/** nova/virt/disk/api.py knows more; these have a label as they are made. */
const MKFS: Readonly<Record<string, (label: string, path: string) => string[]>> = {
  ext2: (label, path) => ["mkfs.ext2", "-q", "-F", "-L", label, path],
  ext3: (label, path) => ["mkfs.ext3", "-q", "-F", "-L", label, path],
  ext4: (label, path) => ["mkfs.ext4", "-q", "-F", "-L", label, path],
  xfs: (label, path) => ["mkfs.xfs", "-q", "-f", "-L", label, path],
  vfat: (label, path) => ["mkfs.vfat", "-I", "-n", label, path],
};

/** nova's for guests that are not Windows. */
const DEFAULT_FORMAT = "ext4";

export interface BaseFile {
  /** In `_base`. */
  name: string;
  sizeBytes: number;
}

export interface ImageCacheParts {
  files: HostFiles;
  folders: Folders;
  qemuImg: QemuImg;
  log: Logger;
  clock: Clock;
  directIo: () => Promise<boolean>;
}

export class ImageCache {
  #parts: ImageCacheParts;
  /** What is done to a file at the moment; whoever wants the same waits. */
  #busy = new Map<string, Promise<void>>();
  /** Asked for since the last sweep began. */
  #wanted = new Set<string>();
  #sweeping = false;
  /** Since when a file has been seen unused, ms. A restart begins anew. */
  #unusedSince = new Map<string, number>();

  constructor(parts: ImageCacheParts) {
    this.#parts = parts;
  }

  /** nova/virt/libvirt/imagecache.py, get_cache_fname. */
  static nameOf(imageId: string): string {
    return createHash("sha1").update(imageId).digest("hex");
  }

  path(name: string): string {
    return join(this.#parts.folders.base, name);
  }

  async init(): Promise<void> {
    const { files, folders } = this.#parts;
    await files.ensureDir(folders.base);
    for (const name of await files.names(folders.base)) {
      const atWork = [...this.#busy.keys()].some((busy) => name.startsWith(busy));
      if (isPart(name) && !atWork) await files.remove(this.path(name));
    }
  }

  /** The image, raw. @throws GuestDiskFailed */
  async image(image: GuestImage): Promise<BaseFile> {
    const { files, qemuImg, directIo } = this.#parts;
    const format = qemuFormat(image.diskFormat);
    const name = ImageCache.nameOf(image.id);
    await this.#once(name, async (path) => {
      if (format === "raw") return files.place(image.path, path);
      // On another host the image has to get there first.
      const source = partOf(`${path}.${format}`);
      try {
        await files.place(image.path, source);
        await qemuImg.virtualSize(source, format);
        await qemuImg.convert(
          { path: source, format },
          { path: partOf(path), format: "raw" },
          await directIo(),
        );
      } finally {
        await files.remove(source);
      }
      await files.rename(partOf(path), path);
    });
    return { name, sizeBytes: await files.size(this.path(name)) };
  }

  /** `ephemeral_1_ext4`, `swap_512`; `index` counts the guest's ephemeral disks, whose labels differ. */
  static blankName(disk: LocalDisk, index: number): string {
    if (disk.kind === "swap") return `swap_${disk.sizeMb}`;
    const size = disk.sizeMb % 1024 === 0 ? String(disk.sizeMb / 1024) : `${disk.sizeMb}M`;
    return `ephemeral_${size}_${disk.guestFormat ?? DEFAULT_FORMAT}${index === 0 ? "" : `_${index}`}`;
  }

  /** A blank disk with a file system, or with swap space. @throws GuestDiskFailed for a file system nobody knows */
  async blank(disk: LocalDisk, index: number): Promise<BaseFile> {
    const sizeBytes = disk.sizeMb * MIB;
    const format = disk.guestFormat ?? DEFAULT_FORMAT;
    const swap = disk.kind === "swap";
    if (!swap && !MKFS[format]) throw new GuestDiskFailed(`${format} format is not supported`);
    const command = (path: string) =>
      swap ? ["mkswap", path] : (MKFS[format]?.(`ephemeral${index}`, path) ?? []);
    const name = ImageCache.blankName(disk, index);
    await this.#once(name, (path) => this.#format(path, sizeBytes, command(partOf(path))));
    return { name, sizeBytes };
  }

  async #format(path: string, sizeBytes: number, command: string[]): Promise<void> {
    const { files, log } = this.#parts;
    const part = partOf(path);
    await files.remove(part);
    await files.run(["truncate", "-s", String(sizeBytes), part]);
    try {
      await files.run(command);
    } catch (error) {
      // Nova gives the guest an empty disk when the host cannot make the file system.
      if (!(error instanceof CommandFailed)) throw error;
      log.warning(null, `${path} stays empty: ${error.message}`);
    }
    await files.rename(part, path);
  }

  async #once(name: string, make: (path: string) => Promise<void>): Promise<void> {
    this.#wanted.add(name);
    for (let busy = this.#busy.get(name); busy; busy = this.#busy.get(name)) await busy.catch(() => {});
    await this.#doing(name, async () => {
      const path = this.path(name);
      if (!(await this.#parts.files.exists(path))) await make(path);
    });
  }

  #doing(name: string, work: () => Promise<void>): Promise<void> {
    const promise = work().finally(() => this.#busy.delete(name));
    this.#busy.set(name, promise);
    return promise;
  }

  /**
   * Removes what no guest has used for long enough, as nova's image cache manager does. Guests name the files they use in
   * their `disk.info` before they ask for them. Returns the names.
   */
  async sweep(settings: Values<typeof libvirtSection>): Promise<string[]> {
    if (!settings.REMOVE_UNUSED_BASE_IMAGES || this.#sweeping) return [];
    this.#sweeping = true;
    try {
      return await this.#sweep(settings.REMOVE_UNUSED_ORIGINAL_MINIMUM_AGE_SECONDS * 1000);
    } finally {
      this.#sweeping = false;
    }
  }

  async #sweep(ageMs: number): Promise<string[]> {
    const { files, folders, log, clock } = this.#parts;
    this.#wanted.clear();
    const removed: string[] = [];
    const used = await this.#used();
    const now = clock.now();
    for (const name of await files.names(folders.base)) {
      if (isPart(name) || this.#busy.has(name)) continue;
      if (used.has(name) || this.#wanted.has(name)) {
        this.#unusedSince.delete(name);
        continue;
      }
      const since = this.#unusedSince.get(name) ?? now;
      this.#unusedSince.set(name, since);
      if (now - since < ageMs) continue;
      log.info(null, `Removing base ${SHA1.test(name) ? "" : "or swap "}file: ${this.path(name)}`);
      await this.#doing(name, () => files.remove(this.path(name)));
      this.#unusedSince.delete(name);
      removed.push(name);
    }
    return removed;
  }

  async #used(): Promise<Set<string>> {
    const { folders } = this.#parts;
    const { uuids, aside } = await folders.guests();
    const infos = await Promise.all([
      ...uuids.map((uuid) => folders.info({ uuid })),
      ...aside.map((uuid) => folders.asideInfo({ uuid })),
    ]);
    const bases = infos.flatMap((info) => Object.values(info?.disks ?? {}).map(({ base }) => base ?? ""));
    return new Set(bases);
  }
}
