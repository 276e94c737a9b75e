// Whether a hypervisor has a file open: QEMU locks every image it opens, and the kernel lists the locks.

import { readFile, stat } from "node:fs/promises";

/** True when some process holds a lock on the file. A file that is not there is not open. */
export async function isOpen(path: string): Promise<boolean> {
  let inode: number;
  try {
    inode = (await stat(path)).ino;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  // "1: OFDLCK ADVISORY  READ -1 fe:00:393232 100 100". The device is left out: some file systems have several.
  const locks = await readFile("/proc/locks", "utf8").catch(() => "");
  return locks.includes(`:${inode} `);
}
