// VHD of Connectix and Microsoft ("vpc" in QEMU), the dynamic kind, which begins with a copy of its footer. Authority:
// block/vpc.c of QEMU; big-endian.
//   0 "conectix"   40 size (u64)   60 type: 2 fixed, 3 dynamic, 4 differencing

import { type Format, type Inspection, sizeOf, startsWith, viewOf } from "./format.ts";

const HEADER_BYTES = 512;
const DIFFERENCING = 4;

function* inspect(): Inspection {
  const header = yield { offset: 0, length: HEADER_BYTES };
  if (!header || header.length < HEADER_BYTES || !startsWith(header, "conectix")) return null;
  const view = viewOf(header);
  return {
    virtualSizeBytes: sizeOf(view.getBigUint64(40)),
    unsafe: view.getUint32(60) === DIFFERENCING ? "has a parent" : null,
  };
}

export const vhd: Format = { name: "vhd", inspect };
