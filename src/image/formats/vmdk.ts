// VMDK. A sparse extent has a binary header and a text descriptor inside; a descriptor alone is a text that names other
// files, which QEMU would open on the host. Authority: VMware's "Virtual Disk Format 5.0", block/vmdk.c of QEMU;
// little-endian.
//   0 "KDMV"   4 version   12 capacity in sectors (u64)   28 descriptor offset   36 descriptor size (sectors)
//   56 grain directory offset; all ones: the header at the end of the file counts instead

import { type Format, type Inspection, latin1, type Region, sizeOf, startsWith, viewOf } from "./format.ts";

const SECTOR = 512;
const HEADER_BYTES = 64;
const DESCRIPTOR_OFFSET = 0x200;
const MAX_DESCRIPTOR_BYTES = (1 << 20) - 1;
const DIRECTORY_AT_END = 0xffff_ffff_ffff_ffffn;
/** Footer marker, footer, end-of-stream marker. */
const FOOTER_BYTES = 3 * SECTOR;
/** How much QEMU reads of a descriptor when it looks for a parent, whatever size the header gives (DESC_SIZE). */
const PARENT_SEARCH_BYTES = 20 * SECTOR;
/** A file without any magic is a descriptor to QEMU when it is told that the file is a VMDK; this makes it a good one. */
const CREATE_TYPE = "createtype";
const STEP_BYTES = 64 * 1024;

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
      const text = yield* holdsDescriptor(head);
      return text ? { virtualSizeBytes: null, unsafe: "names external extents" } : null;
    }
    if (head.length < HEADER_BYTES) return { virtualSizeBytes: null, unsafe: "is incomplete" };
    const header = sparseHeader(head);
    const fault = headerFault(header);
    if (fault) return { virtualSizeBytes: null, unsafe: fault };
    const length = Math.min(Number(header.descriptorSectors) * SECTOR, MAX_DESCRIPTOR_BYTES);
    const seen = yield { offset: DESCRIPTOR_OFFSET, length: Math.max(length, PARENT_SEARCH_BYTES) };
    if (!seen || seen.length < length) return { virtualSizeBytes: null, unsafe: "is incomplete" };
    const unsafe = parentFault(seen) ?? descriptorFault(seen.subarray(0, length), allowed);
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

/**
 * Whether QEMU, told that this is a VMDK, would find a descriptor in a file that has no magic: it takes up to 1 MiB for one
 * text that ends with the first zero byte, and searches it for names without caring for lines.
 */
function* holdsDescriptor(head: Uint8Array): Generator<Region, boolean, Uint8Array | null> {
  let before = "";
  let piece: Uint8Array | null = head;
  for (let at = 0; piece !== null && piece.length > 0; ) {
    const end = piece.indexOf(0);
    const text: string = before + latin1(end < 0 ? piece : piece.subarray(0, end)).toLowerCase();
    if (text.includes(CREATE_TYPE)) return true;
    at += piece.length;
    if (end >= 0 || at >= MAX_DESCRIPTOR_BYTES) return false;
    before = text.slice(-CREATE_TYPE.length);
    piece = yield { offset: at, length: STEP_BYTES };
  }
  return false;
}

/** QEMU finds a parent wherever its name stands before the first zero byte, in comments and beyond the descriptor too. */
function parentFault(bytes: Uint8Array): string | null {
  return textOf(bytes).includes("parentfilenamehint") ? "has a parent" : null;
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return latin1(end < 0 ? bytes : bytes.subarray(0, end)).toLowerCase();
}

/** Every line must be understood; extents must stay in this file; the type must be one that does. */
function descriptorFault(bytes: Uint8Array, allowed: readonly string[]): string | null {
  const text = textOf(bytes);
  if (/[^\t\n\r -~]/.test(text)) return "has an invalid descriptor";
  // Of two types QEMU takes the first, wherever it stands.
  if (text.split(CREATE_TYPE).length > 2) return "has an invalid descriptor";
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
  }
  if (type === null || !allowed.includes(type)) return "is of an unsupported type";
  if (extents === 0) return "has an invalid descriptor";
  return extents > 1 ? "names external extents" : null;
}
