// A CD image (ECMA-119) with Rock Ridge and Joliet, so that names survive in every guest. Files lie once on the disc;
// two trees of folders name them, one for each extension.
//
// Authority: ECMA-119; IEEE P1282 (Rock Ridge, in its form of 1991) and P1281 (the `SP` and `ER` entries); the Joliet
// specification.

import { type FileNode, type FolderNode, folderOf } from "./file-tree.ts";
import { both16, both32, longDate, padded, rockRidge, shortDate } from "./iso9660-fields.ts";

const SECTOR = 2048;
const SYSTEM_AREA_SECTORS = 16;
const DESCRIPTORS = 3;
const FOLDER_FLAG = 2;
const SELF = Uint8Array.of(0);
const PARENT = Uint8Array.of(1);

export interface IsoOptions {
  /** At most 16 characters. */
  label: string;
  publisher: string;
  timeMs: number;
}

interface Extent {
  sector: number;
  bytes: number;
}

/** A folder in one of the two trees. */
interface Folder {
  node: FolderNode;
  /** Its number in the path table, from 1. */
  number: number;
  /** Null for the root, which is its own. */
  parent: Folder | null;
  folders: Folder[];
  extent: Extent;
}

interface Tree {
  joliet: boolean;
  /** Level by level, as the path table wants them. */
  folders: Folder[];
  pathTable: { little: number; big: number; bytes: number };
}

export function iso9660Image(
  files: Readonly<Record<string, Uint8Array>>,
  options: IsoOptions,
): Uint8Array<ArrayBuffer> {
  const root = folderOf(files);
  const trees = [plan(root, false), plan(root, true)];
  let next = SYSTEM_AREA_SECTORS + DESCRIPTORS;
  const take = (bytes: number) => {
    const sector = next;
    next += Math.ceil(bytes / SECTOR);
    return sector;
  };
  for (const tree of trees) {
    const bytes = tree.folders.reduce((sum, folder) => sum + pathTableRecord(tree, folder, false).length, 0);
    tree.pathTable = { little: take(bytes), big: take(bytes), bytes };
  }
  const data = new Map<FileNode, Extent>();
  for (const tree of trees) {
    for (const folder of tree.folders) {
      const bytes = folderSectors(records(tree, folder, data, options.timeMs)) * SECTOR;
      folder.extent = { sector: take(bytes), bytes };
    }
  }
  for (const file of filesIn(root)) {
    const bytes = file.data.length;
    data.set(file, { sector: bytes === 0 ? 0 : take(bytes), bytes });
  }

  const image = new Uint8Array(next * SECTOR);
  trees.forEach((tree, i) => {
    image.set(descriptor(tree, next, options), (SYSTEM_AREA_SECTORS + i) * SECTOR);
    for (const [big, at] of [
      [false, tree.pathTable.little],
      [true, tree.pathTable.big],
    ] as const) {
      let offset = at * SECTOR;
      for (const folder of tree.folders) {
        const record = pathTableRecord(tree, folder, big);
        image.set(record, offset);
        offset += record.length;
      }
    }
    for (const folder of tree.folders) {
      let offset = folder.extent.sector * SECTOR;
      for (const record of records(tree, folder, data, options.timeMs)) {
        // A record does not reach into the next sector.
        if ((offset % SECTOR) + record.length > SECTOR) offset += SECTOR - (offset % SECTOR);
        image.set(record, offset);
        offset += record.length;
      }
    }
  });
  image.set(terminator(), (SYSTEM_AREA_SECTORS + DESCRIPTORS - 1) * SECTOR);
  for (const [file, { sector }] of data) image.set(file.data, sector * SECTOR);
  return image;
}

function plan(root: FolderNode, joliet: boolean): Tree {
  const folders: Folder[] = [];
  const add = (node: FolderNode, parent: Folder | null) => {
    const extent = { sector: 0, bytes: 0 };
    const folder: Folder = { node, number: folders.length + 1, parent, folders: [], extent };
    folders.push(folder);
    parent?.folders.push(folder);
  };
  add(root, null);
  for (const folder of folders) {
    for (const child of folder.node.children) if (child.kind === "folder") add(child, folder);
  }
  return { joliet, folders, pathTable: { little: 0, big: 0, bytes: 0 } };
}

function* filesIn(folder: FolderNode): Generator<FileNode> {
  for (const child of folder.children) {
    if (child.kind === "file") yield child;
    else yield* filesIn(child);
  }
}

/** Sectors a folder takes, given that no record lies in two of them. */
function folderSectors(list: readonly Uint8Array[]): number {
  let sectors = 1;
  let used = 0;
  for (const { length } of list) {
    if (used + length > SECTOR) {
      sectors++;
      used = 0;
    }
    used += length;
  }
  return sectors;
}

function records(
  tree: Tree,
  folder: Folder,
  data: ReadonlyMap<FileNode, Extent>,
  timeMs: number,
): Uint8Array[] {
  const of = (target: Folder, name: Uint8Array, extra: Uint8Array) =>
    directoryRecord(target.extent, FOLDER_FLAG, name, extra, timeMs);
  const extras = (entry: Parameters<typeof rockRidge>[0]) =>
    tree.joliet ? new Uint8Array() : rockRidge(entry);
  const links = (target: Folder) => 2 + target.folders.length;
  const parent = folder.parent ?? folder;
  let nextFolder = 0;
  return [
    of(folder, SELF, extras({ folder: true, links: links(folder), first: folder.parent === null })),
    of(parent, PARENT, extras({ folder: true, links: links(parent) })),
    ...folder.node.children.map((child) => {
      const name = nameOn(tree, child);
      if (child.kind === "folder") {
        const below = folder.folders[nextFolder++];
        if (!below) throw new RangeError(`no folder ${child.name}`);
        return of(below, name, extras({ folder: true, links: links(below), name: child.name }));
      }
      const extent = data.get(child) ?? { sector: 0, bytes: child.data.length };
      return directoryRecord(extent, 0, name, extras({ folder: false, links: 1, name: child.name }), timeMs);
    }),
  ];
}

/** Names in the first tree stay as they are too: systems without either extension take them. */
function nameOn(tree: Tree, node: FolderNode | FileNode): Uint8Array {
  if (tree.joliet) return ucs2(node.name);
  return new TextEncoder().encode(node.kind === "file" ? `${node.name};1` : node.name);
}

function ucs2(text: string): Uint8Array {
  return Buffer.from(text, "utf16le").swap16();
}

function directoryRecord(
  extent: Extent,
  flags: number,
  name: Uint8Array,
  extra: Uint8Array,
  timeMs: number,
): Uint8Array {
  const fixed = 33 + name.length + (name.length % 2 === 0 ? 1 : 0);
  const length = fixed + extra.length + (extra.length % 2);
  if (length > 255) throw new RangeError(`a name is too long for a CD: ${name.length} bytes`);
  const record = new Uint8Array(length);
  record[0] = length;
  record.set(both32(extent.sector), 2);
  record.set(both32(extent.bytes), 10);
  record.set(shortDate(timeMs), 18);
  record[25] = flags;
  record.set(both16(1), 28);
  record[32] = name.length;
  record.set(name, 33);
  record.set(extra, fixed);
  return record;
}

function pathTableRecord(tree: Tree, folder: Folder, big: boolean): Uint8Array {
  const name = folder.parent === null ? SELF : nameOn(tree, folder.node);
  const record = new Uint8Array(8 + name.length + (name.length % 2));
  const view = new DataView(record.buffer);
  record[0] = name.length;
  view.setUint32(2, folder.extent.sector, !big);
  view.setUint16(6, folder.parent?.number ?? 1, !big);
  record.set(name, 8);
  return record;
}

function descriptor(tree: Tree, sectors: number, options: IsoOptions): Uint8Array {
  const block = new Uint8Array(SECTOR);
  const view = new DataView(block.buffer);
  const text = (value: string, at: number, length: number) =>
    block.set(
      tree.joliet ? padded(ucs2(value), length, [0, 0x20]) : padded(Buffer.from(value), length, [0x20]),
      at,
    );
  const [root] = tree.folders;
  if (!root) throw new RangeError("a tree without a root");
  block.set([tree.joliet ? 2 : 1, ...Buffer.from("CD001"), 1]);
  text("LINUX", 8, 32);
  text(options.label, 40, 32);
  block.set(both32(sectors), 80);
  // UCS-2, level 3.
  if (tree.joliet) block.set(Buffer.from("%/E"), 88);
  block.set(both16(1), 120);
  block.set(both16(1), 124);
  block.set(both16(SECTOR), 128);
  block.set(both32(tree.pathTable.bytes), 132);
  view.setUint32(140, tree.pathTable.little, true);
  view.setUint32(148, tree.pathTable.big, false);
  block.set(directoryRecord(root.extent, FOLDER_FLAG, SELF, new Uint8Array(), options.timeMs), 156);
  text("", 190, 128);
  text(options.publisher, 318, 128);
  text("", 446, 128);
  text("", 574, 128);
  for (const at of [702, 739, 776]) text("", at, 37);
  block.set(longDate(options.timeMs), 813);
  block.set(longDate(options.timeMs), 830);
  block.set(longDate(null), 847);
  block.set(longDate(null), 864);
  block[881] = 1;
  return block;
}

function terminator(): Uint8Array {
  return Uint8Array.of(255, ...Buffer.from("CD001"), 1);
}
