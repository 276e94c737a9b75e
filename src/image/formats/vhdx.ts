// VHDX. Authority: MS-VHDX; little-endian. The region table at 192 KiB tells where the metadata table is, and that tells
// where the size is.

import { type Format, type Inspection, sizeOf, startsWith, viewOf } from "./format.ts";

const REGION_TABLE = { offset: 192 * 1024, length: 64 * 1024 };
const REGION_SIGNATURE = 0x69676572; // "regi"
const ENTRY_BYTES = 32;
const MAX_ENTRIES = 2047;
const METADATA_REGION = "8b7ca206-4790-4b9a-b8fe-575f050f886e";
const VIRTUAL_DISK_SIZE = "2fa54224-cd1b-4876-b211-5dbed83bf4b8";

const UNREADABLE = { virtualSizeBytes: null, unsafe: null };

function* inspect(): Inspection {
  const identity = yield { offset: 0, length: 8 };
  if (!identity || !startsWith(identity, "vhdxfile")) return null;
  const regions = yield REGION_TABLE;
  if (!regions || regions.length < REGION_TABLE.length) return UNREADABLE;
  const view = viewOf(regions);
  if (view.getUint32(0, true) !== REGION_SIGNATURE) return UNREADABLE;
  const region = findEntry(regions, 16, Math.min(view.getUint32(8, true), MAX_ENTRIES), METADATA_REGION);
  if (region === null) return UNREADABLE;
  const tableOffset = sizeOf(view.getBigUint64(region + 16, true));
  if (tableOffset === null) return UNREADABLE;
  const table = yield { offset: tableOffset, length: (MAX_ENTRIES + 1) * ENTRY_BYTES };
  if (!table || table.length < ENTRY_BYTES || !startsWith(table, "metadata")) return UNREADABLE;
  const tableView = viewOf(table);
  const item = findEntry(table, 32, Math.min(tableView.getUint16(10, true), MAX_ENTRIES), VIRTUAL_DISK_SIZE);
  if (item === null) return UNREADABLE;
  const size = yield { offset: tableOffset + tableView.getUint32(item + 16, true), length: 8 };
  if (!size || size.length < 8) return UNREADABLE;
  return { virtualSizeBytes: sizeOf(viewOf(size).getBigUint64(0, true)), unsafe: null };
}

/** Offset of the entry whose GUID is `wanted`, among `count` entries of 32 bytes. */
function findEntry(table: Uint8Array, first: number, count: number, wanted: string): number | null {
  for (let i = 0; i < count; i++) {
    const at = first + i * ENTRY_BYTES;
    if (at + ENTRY_BYTES > table.length) return null;
    if (guid(table.subarray(at, at + 16)) === wanted) return at;
  }
  return null;
}

/** The first three groups are little-endian. */
function guid(bytes: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const hex = order.map((i) => bytes[i]!.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const vhdx: Format = { name: "vhdx", inspect };
