// Ploop of OpenVZ ("parallels" in QEMU). Authority: docs/interop/parallels.txt of QEMU.

import { type Format, type Inspection, startsWith } from "./format.ts";

function* inspect(): Inspection {
  const header = yield { offset: 0, length: 16 };
  if (!header || !(startsWith(header, "WithoutFreeSpace") || startsWith(header, "WithouFreSpacExt")))
    return null;
  // Glance does not work out the size of a ploop image.
  return { virtualSizeBytes: null, unsafe: null };
}

export const ploop: Format = { name: "ploop", inspect };
