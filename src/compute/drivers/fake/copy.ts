// A volume's data brought onto another: what the simulated hypervisor does itself, because its guests write nothing.

import { type FileHandle, open } from "node:fs/promises";
import type { ConnectionInfo } from "../../../volume/public.ts";
import { GuestOperationFailed } from "../driver.ts";

const CHUNK = 1 << 20;
const NOTHING = Buffer.alloc(CHUNK);

/**
 * Of a simulated volume there is nothing to copy. The other volume is at least as large.
 * @throws GuestOperationFailed for data in a format of its own while there is no qemu-img
 */
export async function copyVolumeData(from: ConnectionInfo, to: ConnectionInfo): Promise<void> {
  if (from.kind === "none" || to.kind === "none") return;
  if (from.format === "raw" && to.format === "raw") return copyRaw(from.path, to.path);
  const program = Bun.which("qemu-img");
  if (!program) throw new GuestOperationFailed(`A ${from.format} volume cannot be copied without qemu-img`);
  const args = ["convert", "-n", "-f", from.format, "-O", to.format, from.path, to.path];
  const child = Bun.spawn([program, ...args], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const [complaint, status] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (status !== 0) throw new GuestOperationFailed(complaint.trim());
}

/** Holes stay holes: zeros are written only over something else. */
async function copyRaw(from: string, to: string): Promise<void> {
  const source = await open(from, "r");
  try {
    const target = await open(to, "r+");
    try {
      await copyBytes(source, target);
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyBytes(source: FileHandle, target: FileHandle): Promise<void> {
  const bytes = Buffer.alloc(CHUNK);
  const before = Buffer.alloc(CHUNK);
  for (let offset = 0; ; ) {
    const { bytesRead } = await source.read(bytes, 0, CHUNK, offset);
    if (bytesRead === 0) return;
    const chunk = bytes.subarray(0, bytesRead);
    const blank = chunk.equals(NOTHING.subarray(0, bytesRead));
    const { bytesRead: had } = blank ? await target.read(before, 0, bytesRead, offset) : { bytesRead: 0 };
    if (!blank || !before.subarray(0, had).equals(NOTHING.subarray(0, had))) {
      await target.write(chunk, 0, bytesRead, offset);
    }
    offset += bytesRead;
  }
}
