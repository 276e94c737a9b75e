// VMDK. A sparse extent has a binary header and a text descriptor inside; a descriptor alone is a text that names other
// files, which QEMU would open on the host. Authority: VMware's "Virtual Disk Format 5.0", block/vmdk.c of QEMU;
// little-endian.
//   0 "KDMV"   4 version   12 capacity in sectors (u64)   28 descriptor offset   36 descriptor size (sectors)
//   56 grain directory offset; all ones: the header at the end of the file counts instead

import { type Format, type Inspection, latin1, sizeOf, startsWith, viewOf } from "./format.ts";

const SECTOR = 512;
const HEADER_BYTES = 64;
const DESCRIPTOR_OFFSET = 0x200;
const MAX_DESCRIPTOR_BYTES = (1 << 20) - 1;
const DIRECTORY_AT_END = 0xffff_ffff_ffff_ffffn;
/** Footer marker, footer, end-of-stream marker. */
const FOOTER_BYTES = 3 * SECTOR;
/** How much of a text is looked at to tell whether it is a descriptor. */
const TEXT_BYTES = 4096;

interface SparseHeader {
  version: number;
  capacity: bigint;
  descriptorOffset: bigint;
  descriptorSectors: bigint;
  directory: bigint;
}

export function vmdk(allowedTypes: readonly string[]): Format {
  const allowed = allowedTypes.map((type) => type.toLowerCase());

  function* inspect(): Inspection {
    const head = yield { offset: 0, length: SECTOR };
    if (!head) return null;
    if (startsWith(head, "COWD")) return { virtualSizeBytes: null, unsafe: "is of an unsupported type" };
    if (!startsWith(head, "KDMV")) {
      return isDescriptor(head) ? { virtualSizeBytes: null, unsafe: "names external extents" } : null;
    }
    if (head.length < HEADER_BYTES) return { virtualSizeBytes: null, unsafe: "is incomplete" };
    const header = sparseHeader(head);
    const fault = headerFault(header);
    if (fault) return { virtualSizeBytes: null, unsafe: fault };
    const length = Math.min(Number(header.descriptorSectors) * SECTOR, MAX_DESCRIPTOR_BYTES);
    const descriptor = yield { offset: DESCRIPTOR_OFFSET, length };
    if (!descriptor || descriptor.length < length) return { virtualSizeBytes: null, unsafe: "is incomplete" };
    const unsafe = descriptorFault(descriptor, allowed);
    if (unsafe) return { virtualSizeBytes: null, unsafe };
    if (header.directory === DIRECTORY_AT_END) {
      const end = yield { fromEnd: FOOTER_BYTES };
      if (!end || end.length < FOOTER_BYTES || footerFault(header, end.subarray(SECTOR, 2 * SECTOR))) {
        return { virtualSizeBytes: null, unsafe: "has a footer that differs from its header" };
      }
    }
    const capacity = sizeOf(header.capacity * BigInt(SECTOR));
    return { virtualSizeBytes: capacity, unsafe: null };
  }

  return { name: "vmdk", inspect };
}

function sparseHeader(bytes: Uint8Array): SparseHeader {
  const view = viewOf(bytes);
  return {
    version: view.getUint32(4, true),
    capacity: view.getBigUint64(12, true),
    descriptorOffset: view.getBigUint64(28, true),
    descriptorSectors: view.getBigUint64(36, true),
    directory: view.getBigUint64(56, true),
  };
}

function headerFault(header: SparseHeader): string | null {
  if (header.version < 1 || header.version > 3) return "is of an unsupported version";
  // Without a capacity QEMU opens what the descriptor names.
  if (header.capacity === 0n) return "names external extents";
  if (header.descriptorOffset * BigInt(SECTOR) !== BigInt(DESCRIPTOR_OFFSET)) {
    return "has its descriptor in the wrong place";
  }
  return header.descriptorSectors > BigInt(MAX_DESCRIPTOR_BYTES) ? "has an invalid descriptor" : null;
}

function footerFault(header: SparseHeader, footer: Uint8Array): boolean {
  const other = sparseHeader(footer);
  return (
    !startsWith(footer, "KDMV") ||
    other.version !== header.version ||
    other.capacity === 0n ||
    other.descriptorOffset !== header.descriptorOffset ||
    other.descriptorSectors !== header.descriptorSectors ||
    other.directory === DIRECTORY_AT_END
  );
}

/** A text that QEMU's `vmdk_probe` would take for a descriptor: comments and blank lines, then a version. */
function isDescriptor(head: Uint8Array): boolean {
  const text = latin1(head.subarray(0, TEXT_BYTES));
  if (/[^\t\n\r -~]/.test(text)) return false;
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines[0]?.toLowerCase().startsWith("# disk descriptorfile")) return true;
  const first = lines.find((line) => line !== "" && !line.startsWith("#"));
  return first !== undefined && /^version\s*=\s*[123]$/i.test(first);
}

/** Every line must be understood; extents must stay in this file; the type must be one that does. */
function descriptorFault(bytes: Uint8Array, allowed: readonly string[]): string | null {
  const end = bytes.indexOf(0);
  const text = latin1(end < 0 ? bytes : bytes.subarray(0, end)).toLowerCase();
  if (/[^\t\n\r -~]/.test(text)) return "has an invalid descriptor";
  let extents = 0;
  let type: string | null = null;
  for (const line of text.split("\n").map((row) => row.trim())) {
    if (line === "" || line.startsWith("#") || line.startsWith("ddb")) continue;
    if (/^(rw|rdonly|noaccess) /.test(line)) {
      if (line.includes("/") || line.includes("\\")) return "names external extents";
      extents++;
      continue;
    }
    const field = /^([^\s=]+)\s*=\s*"?([^"]*)"?$/.exec(line);
    if (!field) return "has an invalid descriptor";
    if (field[1] === "createtype") type = field[2]!;
    if (field[1] === "parentfilenamehint") return "has a parent";
  }
  if (type === null || !allowed.includes(type)) return "is of an unsupported type";
  if (extents === 0) return "has an invalid descriptor";
  return extents > 1 ? "names external extents" : null;
}
