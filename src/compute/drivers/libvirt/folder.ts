// What lies where on a host: `instances/UUID/{disk,disk.eph0,disk.swap,disk.config,console.log,libvirt.xml,...}`, a symbolic
// link with the domain's name beside it, `UUID_resize` while a resize waits to be confirmed, and `_base`.
// The names are nova's (nova/virt/libvirt/driver.py, imagebackend.py).

import { join } from "node:path";
import type { GuestRef } from "../driver.ts";
import type { HostFiles } from "./files.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,200}$/;
const INFO = "disk.info";
const RESIZE = "_resize";

/** A disk as it was made; nobody has to look into the file to know what it is. */
export interface DiskRecord {
  format: "qcow2" | "raw";
  /** Its file in `_base`, when it has one. */
  base?: string;
  /** Of a config drive. */
  kind?: "iso9660" | "vfat" | "iso";
}

/** `disk.info` */
export interface FolderInfo {
  /** The compute host that runs the guest: hosts with shared storage, or on one machine, have one folder in common. */
  host: string;
  disks: Record<string, DiskRecord>;
}

export class Folders {
  readonly root: string;
  readonly base: string;
  readonly snapshots: string;
  #files: HostFiles;

  constructor(root: string, files: HostFiles) {
    this.root = root;
    this.base = join(root, "_base");
    this.snapshots = join(root, "snapshots");
    this.#files = files;
  }

  /** @throws TypeError for what is no UUID: it becomes part of a path that is removed some day */
  of(guest: Pick<GuestRef, "uuid">): string {
    if (!UUID.test(guest.uuid)) throw new TypeError(`"${guest.uuid}" is not a UUID`);
    return join(this.root, guest.uuid);
  }

  /** The folder of a guest as it was before its resize. */
  aside(guest: Pick<GuestRef, "uuid">): string {
    return this.of(guest) + RESIZE;
  }

  file(guest: Pick<GuestRef, "uuid">, name: string): string {
    return join(this.of(guest), name);
  }

  /** `instance-00000001` beside the folders; null for a name that is no plain file name. */
  link(guest: GuestRef): string | null {
    return NAME.test(guest.name) ? join(this.root, guest.name) : null;
  }

  async make(guest: GuestRef): Promise<void> {
    await this.#files.ensureDir(this.of(guest));
    await this.makeLink(guest);
  }

  async makeLink(guest: GuestRef): Promise<void> {
    const link = this.link(guest);
    if (link) await this.#files.symlink(guest.uuid, link);
  }

  /** The guest's folder, what a resize has set aside, and the link. */
  async remove(guest: GuestRef): Promise<void> {
    const link = this.link(guest);
    if (link) await this.#files.remove(link);
    await this.#files.remove(this.aside(guest));
    await this.#files.remove(this.of(guest));
  }

  async info(guest: Pick<GuestRef, "uuid">): Promise<FolderInfo | null> {
    return readInfo(await this.#files.readText(this.file(guest, INFO)));
  }

  async asideInfo(guest: Pick<GuestRef, "uuid">): Promise<FolderInfo | null> {
    return readInfo(await this.#files.readText(join(this.aside(guest), INFO)));
  }

  async setInfo(guest: Pick<GuestRef, "uuid">, info: FolderInfo): Promise<void> {
    await this.#files.write(this.file(guest, INFO), `${JSON.stringify(info)}\n`);
  }

  /** UUIDs of all guests that have a folder here, and those that have one set aside. */
  async guests(): Promise<{ uuids: string[]; aside: string[] }> {
    const names = await this.#files.names(this.root);
    return {
      uuids: names.filter((name) => UUID.test(name)),
      aside: names
        .filter((name) => name.endsWith(RESIZE) && UUID.test(name.slice(0, -RESIZE.length)))
        .map((name) => name.slice(0, -RESIZE.length)),
    };
  }

  /** The domain's name of a guest that has only a folder. */
  async nameOf(uuid: string): Promise<string> {
    const xml = (await this.#files.readText(this.file({ uuid }, "libvirt.xml"))) ?? "";
    return /<name>([^<]+)<\/name>/.exec(xml)?.[1] ?? uuid;
  }
}

/** Whether another host has the guest now. */
export function isAnothers(info: FolderInfo | null, host: string): boolean {
  return info !== null && info.host !== host;
}

function readInfo(text: string | null): FolderInfo | null {
  if (text === null) return null;
  try {
    return JSON.parse(text) as FolderInfo;
  } catch {
    // Written in one piece, so somebody else did this; the guest is treated as one without a record.
    return null;
  }
}
