// A FAT16 disk of 64 MB with long names, as `mkfs.vfat` makes one. Authority: Microsoft's "FAT: General Overview of
// On-Disk Format", version 1.03; the size is nova/virt/configdrive.py's.

import { type FileNode, type FolderNode, folderOf } from "./file-tree.ts";

const IMAGE_BYTES = 64 * 2 ** 20;
const SECTOR = 512;
const SECTORS_PER_CLUSTER = 4;
const CLUSTER = SECTOR * SECTORS_PER_CLUSTER;
const RESERVED_SECTORS = 4;
const FATS = 2;
const ROOT_ENTRIES = 512;
const ENTRY = 32;
const ROOT_BYTES = ROOT_ENTRIES * ENTRY;
const FAT_SECTORS = Math.ceil((IMAGE_BYTES / CLUSTER) * (2 / SECTOR));
const FAT_AT = RESERVED_SECTORS * SECTOR;
const ROOT_AT = FAT_AT + FATS * FAT_SECTORS * SECTOR;
const DATA_AT = ROOT_AT + ROOT_BYTES;
const CLUSTERS = Math.floor((IMAGE_BYTES - DATA_AT) / CLUSTER);
const FIRST_CLUSTER = 2;
const MEDIA = 0xf8;
const END = 0xffff;

const ATTRIBUTE = { label: 0x08, folder: 0x10, archive: 0x20, longName: 0x0f };
const CHARACTERS_PER_ENTRY = 13;
/** Where in an entry the characters of a long name stand. */
const LONG_NAME_PLACES = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

export interface FatOptions {
  /** At most 11 characters. */
  label: string;
  timeMs: number;
}

/** @throws RangeError when the files do not fit */
export function fat16Image(
  files: Readonly<Record<string, Uint8Array>>,
  options: FatOptions,
): Uint8Array<ArrayBuffer> {
  return new Fat16(options).write(folderOf(files));
}

class Fat16 {
  readonly #image = new Uint8Array(IMAGE_BYTES);
  readonly #view = new DataView(this.#image.buffer);
  readonly #label: string;
  readonly #stamp: { date: number; time: number };
  readonly #serial: number;
  #next = FIRST_CLUSTER;

  constructor({ label, timeMs }: FatOptions) {
    this.#label = label.slice(0, 11).padEnd(11);
    const t = new Date(timeMs);
    this.#stamp = {
      date: ((t.getUTCFullYear() - 1980) << 9) | ((t.getUTCMonth() + 1) << 5) | t.getUTCDate(),
      time: (t.getUTCHours() << 11) | (t.getUTCMinutes() << 5) | (t.getUTCSeconds() >> 1),
    };
    this.#serial = Math.floor(timeMs) >>> 0;
  }

  write(root: FolderNode): Uint8Array<ArrayBuffer> {
    this.#bootSector();
    this.#setFat(0, 0xff00 | MEDIA);
    this.#setFat(1, END);
    const entries = [this.#entry(this.#label, ATTRIBUTE.label, 0, 0), ...this.#entries(root, 0)];
    const bytes = Buffer.concat(entries);
    if (bytes.length > ROOT_BYTES) throw new RangeError("too many files in the root of a FAT disk");
    this.#image.set(bytes, ROOT_AT);
    this.#image.copyWithin(FAT_AT + FAT_SECTORS * SECTOR, FAT_AT, FAT_AT + FAT_SECTORS * SECTOR);
    return this.#image;
  }

  /** What stands in a folder; files and folders below are written on the way. */
  #entries(folder: FolderNode, own: number): Uint8Array[] {
    const taken = new Set<string>();
    return folder.children.flatMap((child) => {
      const short = shortName(child.name, taken);
      const [attribute, cluster, size] = child.kind === "file" ? this.#file(child) : this.#folder(child, own);
      return [...longName(child.name, short), this.#entry(short, attribute, cluster, size)];
    });
  }

  #file(file: FileNode): [attribute: number, cluster: number, size: number] {
    if (file.data.length === 0) return [ATTRIBUTE.archive, 0, 0];
    const cluster = this.#take(file.data.length);
    this.#image.set(file.data, place(cluster));
    return [ATTRIBUTE.archive, cluster, file.data.length];
  }

  #folder(folder: FolderNode, parent: number): [attribute: number, cluster: number, size: number] {
    const taken = new Set<string>();
    const count = folder.children.reduce((sum, child) => {
      return sum + longName(child.name, shortName(child.name, taken)).length + 1;
    }, 2);
    const cluster = this.#take(count * ENTRY);
    const entries = [
      this.#entry(".".padEnd(11), ATTRIBUTE.folder, cluster, 0),
      this.#entry("..".padEnd(11), ATTRIBUTE.folder, parent, 0),
      ...this.#entries(folder, cluster),
    ];
    this.#image.set(Buffer.concat(entries), place(cluster));
    return [ATTRIBUTE.folder, cluster, 0];
  }

  /** A chain of clusters, one after the other. Returns the first. */
  #take(bytes: number): number {
    const first = this.#next;
    const count = Math.ceil(bytes / CLUSTER);
    this.#next += count;
    if (this.#next > FIRST_CLUSTER + CLUSTERS)
      throw new RangeError("the files do not fit on a disk of 64 MB");
    for (let i = 1; i < count; i++) this.#setFat(first + i - 1, first + i);
    this.#setFat(first + count - 1, END);
    return first;
  }

  #setFat(cluster: number, value: number): void {
    this.#view.setUint16(FAT_AT + cluster * 2, value, true);
  }

  #entry(short: string, attribute: number, cluster: number, size: number): Uint8Array {
    const entry = new Uint8Array(ENTRY);
    const view = new DataView(entry.buffer);
    entry.set(Buffer.from(short, "latin1"));
    entry[11] = attribute;
    for (const at of [14, 22]) view.setUint16(at, this.#stamp.time, true);
    for (const at of [16, 18, 24]) view.setUint16(at, this.#stamp.date, true);
    view.setUint16(26, cluster, true);
    view.setUint32(28, size, true);
    return entry;
  }

  #bootSector(): void {
    const view = this.#view;
    const text = (value: string, at: number) => this.#image.set(Buffer.from(value, "latin1"), at);
    this.#image.set([0xeb, 0x3c, 0x90]);
    text("mkfs.fat", 3);
    view.setUint16(11, SECTOR, true);
    view.setUint8(13, SECTORS_PER_CLUSTER);
    view.setUint16(14, RESERVED_SECTORS, true);
    view.setUint8(16, FATS);
    view.setUint16(17, ROOT_ENTRIES, true);
    view.setUint8(21, MEDIA);
    view.setUint16(22, FAT_SECTORS, true);
    view.setUint16(24, 32, true); // sectors per track, heads: of a disk nobody turns
    view.setUint16(26, 8, true);
    view.setUint32(32, IMAGE_BYTES / SECTOR, true);
    view.setUint8(36, 0x80);
    view.setUint8(38, 0x29);
    view.setUint32(39, this.#serial, true);
    text(this.#label, 43);
    text("FAT16   ", 54);
    view.setUint16(510, 0xaa55, true);
  }
}

function place(cluster: number): number {
  return DATA_AT + (cluster - FIRST_CLUSTER) * CLUSTER;
}

/** Eight and three capital letters, different from those in `taken`, to which it is added. */
function shortName(name: string, taken: Set<string>): string {
  const clean = (text: string) => text.toUpperCase().replace(/[^A-Z0-9_-]/g, "_");
  const dot = name.lastIndexOf(".");
  const base = clean(dot > 0 ? name.slice(0, dot) : name);
  const extension = clean(dot > 0 ? name.slice(dot + 1) : "").slice(0, 3);
  for (let n = 1; ; n++) {
    const tail = `~${n}`;
    const short = `${base.slice(0, 8 - tail.length)}${tail}`.padEnd(8) + extension.padEnd(3);
    if (!taken.has(short)) {
      taken.add(short);
      return short;
    }
  }
}

/** Entries for the long name, last part first, as they stand before the short one. */
function longName(name: string, short: string): Uint8Array[] {
  const sum = Buffer.from(short, "latin1").reduce((s, byte) => (((s & 1) << 7) + (s >> 1) + byte) & 0xff, 0);
  const count = Math.ceil(name.length / CHARACTERS_PER_ENTRY);
  return Array.from({ length: count }, (_, i) => {
    const part = count - 1 - i;
    const entry = new Uint8Array(ENTRY);
    const view = new DataView(entry.buffer);
    entry[0] = (part + 1) | (i === 0 ? 0x40 : 0);
    entry[11] = ATTRIBUTE.longName;
    entry[13] = sum;
    LONG_NAME_PLACES.forEach((at, j) => {
      const index = part * CHARACTERS_PER_ENTRY + j;
      // After the name a zero, then ones.
      const code = index < name.length ? name.charCodeAt(index) : index === name.length ? 0 : 0xffff;
      view.setUint16(at, code, true);
    });
    return entry;
  });
}
