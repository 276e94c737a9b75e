// VirtualBox's VDI. Authority: block/vdi.c of QEMU; little-endian.
//   64 magic 0xbeda107f   368 size (u64)

import { type Format, type Inspection, sizeOf, viewOf } from "./format.ts";

const HEADER_BYTES = 512;
const MAGIC = 0xbeda107f;

function* inspect(): Inspection {
  const header = yield { offset: 0, length: HEADER_BYTES };
  if (!header || header.length < HEADER_BYTES || viewOf(header).getUint32(64, true) !== MAGIC) return null;
  return { virtualSizeBytes: sizeOf(viewOf(header).getBigUint64(368, true)), unsafe: null };
}

export const vdi: Format = { name: "vdi", inspect };
