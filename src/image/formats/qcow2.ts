// qcow2 (and qcow, version 1). Authority: docs/interop/qcow2.txt of QEMU; big-endian.
//   0 magic "QFI\xfb"   4 version   8 backing file offset (u64)   24 size (u64)   72 incompatible features (u64, version 3)

import { type Format, type Inspection, latin1, sizeOf, viewOf } from "./format.ts";

const HEADER_BYTES = 512;
const LEAST_BYTES = 32;
const FEATURES_OFFSET = 72;
/** Bits of the incompatible features. */
const EXTERNAL_DATA_FILE = 1n << 2n;
/** dirty, corrupt, external data file, compression type, extended L2 entries. */
const KNOWN_FEATURES = 0x1fn;

function* inspect(): Inspection {
  const header = yield { offset: 0, length: HEADER_BYTES };
  if (!header || header.length < LEAST_BYTES || latin1(header.subarray(0, 4)) !== "QFI\xfb") return null;
  const view = viewOf(header);
  const version = view.getUint32(4);
  const features =
    version >= 3 && header.length >= FEATURES_OFFSET + 8 ? view.getBigUint64(FEATURES_OFFSET) : 0n;
  let unsafe: string | null = null;
  if (view.getBigUint64(8) !== 0n) unsafe = "has a backing file";
  else if (features & EXTERNAL_DATA_FILE) unsafe = "has an external data file";
  else if (features & ~KNOWN_FEATURES) unsafe = "has unknown features";
  return { virtualSizeBytes: sizeOf(view.getBigUint64(24)), unsafe };
}

export const qcow2: Format = { name: "qcow2", inspect };
