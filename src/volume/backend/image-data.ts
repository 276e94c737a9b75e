// Images as QEMU's tools read them. The format is the one the image is registered with, never what its content looks like.

import type { RequestContext } from "../../core/context.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { Cinder } from "../cinder.ts";
import type { DataSource } from "../drivers/driver.ts";
import { ImageUnacceptable } from "../errors.ts";

/** Glance's disk formats by QEMU's names. */
const QEMU_FORMATS: Readonly<Record<string, string>> = {
  raw: "raw",
  iso: "raw",
  aki: "raw",
  ari: "raw",
  ami: "raw",
  qcow2: "qcow2",
  vmdk: "vmdk",
  vdi: "vdi",
  vhd: "vpc",
  vhdx: "vhdx",
  ploop: "parallels",
};

/** Null for a format there is no tool for. */
export function qemuFormat(diskFormat: string | null): string | null {
  return QEMU_FORMATS[diskFormat ?? ""] ?? null;
}

/** @throws ImageUnacceptable, and what the image service does */
export async function imageSource(
  cinder: Cinder,
  context: RequestContext,
  imageId: string,
): Promise<{ image: ImageInfo; source: DataSource }> {
  const image = cinder.images.show(context, imageId);
  const format = qemuFormat(image.diskFormat);
  if (format === null) {
    throw new ImageUnacceptable(imageId, `The disk format ${image.diskFormat} cannot become a volume.`);
  }
  const path = await cinder.images.fetch(context, imageId);
  return { image, source: { path, format, trusted: false, imageId } };
}
