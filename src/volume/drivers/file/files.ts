// The files themselves: blank ones, filled ones, their sizes. What is made is made as `NAME.part` and renamed when it is
// complete.

import { lstat, open, rename, rm, stat } from "node:fs/promises";
import { BackendFailed, ImageUnacceptable } from "../../errors.ts";
import type { Runner } from "../commands.ts";
import { type DataFormat, type DataSource, GIB } from "../driver.ts";
import { PART } from "./layers.ts";
import { MAX_QCOW2_BYTES, readQcow2, writeQcow2 } from "./qcow2.ts";
import type { QemuImg } from "./qemu-img.ts";
import { sparseCopy } from "./sparse.ts";

export interface Tools {
  run: Runner;
  qemu: QemuImg | null;
}

/** An empty volume. */
export async function makeBlank(path: string, format: DataFormat, sizeBytes: number): Promise<void> {
  const part = path + PART;
  if (format === "qcow2") await writeImage(part, sizeBytes, null);
  else {
    const file = await open(part, "w", 0o600);
    await file.truncate(sizeBytes).finally(() => file.close());
  }
  await rename(part, path);
}

/** A qcow2 file; upon a layer it is on disk when this returns, because it takes the place of data. */
export async function writeImage(path: string, sizeBytes: number, layer: string | null): Promise<void> {
  if (sizeBytes > MAX_QCOW2_BYTES) throw new BackendFailed(`A volume of ${sizeBytes} bytes is too large`);
  const file = await open(path, "w", 0o600);
  try {
    await writeQcow2(file, sizeBytes, layer === null ? null : { name: layer, format: "qcow2" });
    if (layer !== null) await file.datasync();
  } finally {
    await file.close();
  }
}

/** A file with the source's content, as large as told and on disk; what was there before is replaced. */
export async function fill(
  tools: Tools,
  target: { path: string; format: DataFormat; sizeBytes: number },
  source: DataSource,
  signal: AbortSignal,
): Promise<void> {
  const { path, format, sizeBytes } = target;
  const part = path + PART;
  try {
    const virtualBytes = tools.qemu
      ? await tools.qemu.virtualSize(source, signal)
      : (await stat(source.path)).size;
    if (virtualBytes > sizeBytes) throw tooLarge(source, virtualBytes, sizeBytes);
    if (source.format === "raw" && format === "raw") await sparseCopy(tools.run, source.path, part, signal);
    else await convert(tools, source, part, format, signal);
    signal.throwIfAborted();
    await finish(tools, part, target);
  } finally {
    await rm(part, { force: true });
  }
}

/** What was made as `part` is as large as it must be, on disk, and in its place. */
export async function finish(
  tools: Pick<Tools, "qemu">,
  part: string,
  { path, format, sizeBytes }: { path: string; format: DataFormat; sizeBytes: number },
): Promise<void> {
  await grow(tools, part, format, sizeBytes);
  const file = await open(part, "r+");
  try {
    await file.chmod(0o600);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}

async function convert(
  { qemu }: Tools,
  source: DataSource,
  part: string,
  format: DataFormat,
  signal: AbortSignal,
): Promise<void> {
  if (!qemu) {
    throw new ImageUnacceptable(
      source.imageId,
      `qemu-img is not installed and image is of type ${source.format}.  Only RAW images can be used if qemu-img is not installed.`,
    );
  }
  await qemu.convert(source, { path: part, format }, signal);
}

function tooLarge(source: DataSource, bytes: number, limitBytes: number): ImageUnacceptable {
  return new ImageUnacceptable(
    source.imageId,
    `Image virtual size is ${Math.ceil(bytes / GIB)}GB and doesn't fit in a volume of size ${limitBytes / GIB}GB.`,
  );
}

/** Makes a file that large, if it is smaller. */
export async function grow(
  { qemu }: Pick<Tools, "qemu">,
  path: string,
  format: DataFormat,
  sizeBytes: number,
): Promise<void> {
  if ((await virtualSize(path, format)) >= sizeBytes) return;
  if (format === "qcow2") {
    if (!qemu) throw new BackendFailed("qemu-img is not installed");
    await qemu.resize(path, format, sizeBytes);
    return;
  }
  const file = await open(path, "r+");
  await file.truncate(sizeBytes).finally(() => file.close());
}

/** Bytes, as the guest sees it. */
export async function virtualSize(path: string, format: DataFormat): Promise<number> {
  return format === "qcow2" ? (await readQcow2(path)).sizeBytes : (await stat(path)).size;
}

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

export async function sameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([stat(a).catch(() => null), stat(b).catch(() => null)]);
  return one !== null && other !== null && one.ino === other.ino && one.dev === other.dev;
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.sync().finally(() => file.close());
}
