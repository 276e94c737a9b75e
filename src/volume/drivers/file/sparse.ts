// Copies of raw files that keep their holes: by sharing blocks where the file system can (reflink), else by `cp`, else by
// reading and leaving out what is zero.

import { constants } from "node:fs";
import { copyFile, open, stat } from "node:fs/promises";
import { hasProgram, type Runner } from "../commands.ts";

const CHUNK = 4 << 20;
const BLOCK = 64 << 10;

/** True when both files now share their blocks: a copy of one moment. */
export async function reflink(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (["ENOTSUP", "EOPNOTSUPP", "EXDEV", "EINVAL", "ENOTTY", "ENOSYS"].includes(code ?? "")) return false;
    throw error;
  }
}

export async function sparseCopy(run: Runner, from: string, to: string, signal: AbortSignal): Promise<void> {
  const { size, blocks } = await stat(from);
  if (blocks === 0) {
    const file = await open(to, "w", 0o600);
    await file.truncate(size).finally(() => file.close());
    return;
  }
  if (await reflink(from, to)) return;
  if (hasProgram("cp")) {
    await run(["cp", "--sparse=always", "--", from, to], { signal });
    return;
  }
  await copyNonZero(from, to, size, signal);
}

async function copyNonZero(from: string, to: string, size: number, signal: AbortSignal): Promise<void> {
  const [source, target] = [await open(from, "r"), await open(to, "w", 0o600)];
  try {
    const chunk = Buffer.alloc(CHUNK);
    for (let at = 0; at < size; ) {
      signal.throwIfAborted();
      const { bytesRead } = await source.read(chunk, 0, CHUNK, at);
      if (bytesRead === 0) break;
      for (let begin = 0; begin < bytesRead; begin += BLOCK) {
        const block = chunk.subarray(begin, Math.min(begin + BLOCK, bytesRead));
        if (!isZero(block)) await target.write(block, 0, block.length, at + begin);
      }
      at += bytesRead;
    }
    await target.truncate(size);
  } finally {
    await source.close();
    await target.close();
  }
}

const ZERO = Buffer.alloc(BLOCK);

export function isZero(block: Uint8Array): boolean {
  return ZERO.subarray(0, block.length).equals(block);
}
