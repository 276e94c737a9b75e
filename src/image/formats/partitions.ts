// A disk with a partition table, MBR or GPT: a raw image, but one that is surely nothing else. Authority: UEFI 2.10
// section 5.2. A boot sector of a FAT file system or a Linux kernel ends alike and is not taken for one.

import { type Format, type Inspection, viewOf } from "./format.ts";

const SECTOR = 512;
const SIGNATURE = 0xaa55;
const FIRST_ENTRY = 446;
const ENTRY_BYTES = 16;

function* inspect(): Inspection {
  const sector = yield { offset: 0, length: SECTOR };
  if (!sector || sector.length < SECTOR) return null;
  const view = viewOf(sector);
  if (view.getUint16(510, true) !== SIGNATURE) return null;
  let used = 0;
  for (let i = 0; i < 4; i++) {
    const at = FIRST_ENTRY + i * ENTRY_BYTES;
    const boot = sector[at]!;
    if (boot !== 0x00 && boot !== 0x80) return null;
    if (sector[at + 4] !== 0 && view.getUint32(at + 12, true) > 0) used++;
  }
  return used > 0 ? { virtualSizeBytes: null, unsafe: null } : null;
}

export const partitions: Format = { name: "gpt", inspect };
