// QCOW2 files without a program: empty ones, overlays of another file, and what their headers say. A volume, a snapshot or a
// clone is made this way in a fraction of a millisecond; everything that moves data is qemu-img's work. Authority:
// docs/interop/qcow2.txt of QEMU.

import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";

const MAGIC = 0x514649fb;
const CLUSTER_BITS = 16;
const CLUSTER = 1 << CLUSTER_BITS;
const HEADER_LENGTH = 112;
const BACKING_FORMAT_EXTENSION = 0xe2792aca;
/** QEMU opens no file with a larger table (QCOW_MAX_L1_SIZE). */
const MAX_L1_BYTES = 32 << 20;
/** What one entry of the first table stands for, with 64 KiB clusters. */
const L1_ENTRY_BYTES = CLUSTER * (CLUSTER / 8);

export const MAX_QCOW2_BYTES = (MAX_L1_BYTES / 8) * L1_ENTRY_BYTES;

/** The file this one builds upon; its name as seen from the folder of the overlay. */
export interface Backing {
  name: string;
  format: "qcow2" | "raw";
}

/** Writes an empty image into an empty file. @throws RangeError for a size beyond MAX_QCOW2_BYTES */
export async function writeQcow2(
  file: FileHandle,
  sizeBytes: number,
  backing: Backing | null,
): Promise<void> {
  const l1Entries = Math.max(1, Math.ceil(sizeBytes / L1_ENTRY_BYTES));
  const l1Clusters = Math.ceil((l1Entries * 8) / CLUSTER);
  if (sizeBytes > MAX_QCOW2_BYTES)
    throw new RangeError(`a volume of ${sizeBytes} bytes is too large for qcow2`);
  const clusters = 3 + l1Clusters;
  const header = headerOf(sizeBytes, l1Entries, backing);
  const refcountTable = Buffer.alloc(8);
  refcountTable.writeBigUInt64BE(BigInt(2 * CLUSTER));
  const refcounts = Buffer.alloc(clusters * 2);
  for (let i = 0; i < clusters; i++) refcounts.writeUInt16BE(1, i * 2);
  await file.truncate(clusters * CLUSTER);
  await file.write(header, 0, header.length, 0);
  await file.write(refcountTable, 0, refcountTable.length, CLUSTER);
  await file.write(refcounts, 0, refcounts.length, 2 * CLUSTER);
}

function headerOf(sizeBytes: number, l1Entries: number, backing: Backing | null): Buffer {
  const format = Buffer.from(backing?.format ?? "");
  const name = Buffer.from(backing?.name ?? "");
  const extension = backing ? 8 + Math.ceil(format.length / 8) * 8 : 0;
  const nameAt = HEADER_LENGTH + extension + 8;
  const header = Buffer.alloc(nameAt + name.length);
  header.writeUInt32BE(MAGIC, 0);
  header.writeUInt32BE(3, 4);
  header.writeBigUInt64BE(BigInt(backing ? nameAt : 0), 8);
  header.writeUInt32BE(name.length, 16);
  header.writeUInt32BE(CLUSTER_BITS, 20);
  header.writeBigUInt64BE(BigInt(sizeBytes), 24);
  header.writeUInt32BE(l1Entries, 36);
  header.writeBigUInt64BE(BigInt(3 * CLUSTER), 40);
  header.writeBigUInt64BE(BigInt(CLUSTER), 48);
  header.writeUInt32BE(1, 56);
  header.writeUInt32BE(4, 96); // 16-bit reference counts
  header.writeUInt32BE(HEADER_LENGTH, 100);
  if (backing) {
    header.writeUInt32BE(BACKING_FORMAT_EXTENSION, HEADER_LENGTH);
    header.writeUInt32BE(format.length, HEADER_LENGTH + 4);
    format.copy(header, HEADER_LENGTH + 8);
    name.copy(header, nameAt);
  }
  return header;
}

export interface Qcow2Facts {
  sizeBytes: number;
  backingName: string | null;
  /** Nothing was ever written to it. */
  pristine: boolean;
}

/** Of a file this service made. @throws Error when it is no qcow2 file */
export async function readQcow2(path: string): Promise<Qcow2Facts> {
  const file = await open(path, "r");
  try {
    const header = Buffer.alloc(104);
    const { bytesRead } = await file.read(header, 0, header.length, 0);
    if (bytesRead < header.length || header.readUInt32BE(0) !== MAGIC)
      throw new Error(`${path} is no qcow2 file`);
    const nameAt = Number(header.readBigUInt64BE(8));
    const nameLength = header.readUInt32BE(16);
    const l1Bytes = header.readUInt32BE(36) * 8;
    let backingName: string | null = null;
    if (nameAt !== 0) {
      const name = Buffer.alloc(Math.min(nameLength, 1023));
      await file.read(name, 0, name.length, nameAt);
      backingName = name.toString();
    }
    const l1 = Buffer.alloc(Math.min(l1Bytes, MAX_L1_BYTES));
    await file.read(l1, 0, l1.length, Number(header.readBigUInt64BE(40)));
    return {
      sizeBytes: Number(header.readBigUInt64BE(24)),
      backingName,
      pristine: l1.every((byte) => byte === 0),
    };
  } finally {
    await file.close();
  }
}
