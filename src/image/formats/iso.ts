// ISO 9660 and UDF. Authority: ECMA-119 section 8 and ECMA-167 part 2: volume descriptors begin at sector 16.

import { type Format, type Inspection, latin1 } from "./format.ts";

const SECTOR_16 = 16 * 2048;
const IDENTIFIERS = ["CD001", "BEA01", "NSR02", "NSR03"];

function* inspect(): Inspection {
  const descriptor = yield { offset: SECTOR_16, length: 6 };
  if (!descriptor || descriptor.length < 6 || !IDENTIFIERS.includes(latin1(descriptor.subarray(1, 6))))
    return null;
  // Glance up to Zed does not work out the size of an ISO.
  return { virtualSizeBytes: null, unsafe: null };
}

export const iso: Format = { name: "iso", inspect };
