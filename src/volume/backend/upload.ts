// A volume's data becomes an image, or an image is written over a volume. Authority: cinder/volume/manager.py
// (copy_volume_to_image, reimage) of Zed.

import { open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { messageOf, NotFound } from "../../core/errors.ts";
import type { ImageInfo } from "../../image/public.ts";
import { hasProgram, runCommand } from "../drivers/commands.ts";
import type { RawData } from "../drivers/driver.ts";
import { BackendFailed } from "../errors.ts";
import type { VolumeRow } from "../tables.ts";
import type { ReimageArgs, UploadArgs } from "../topics.ts";
import { imageMetadataOf } from "../volumes/image-source.ts";
import type { Backend } from "./backend.ts";
import { imageSource, qemuFormat } from "./image-data.ts";

/** Bytes that are read at a time. */
const PIECE = 1 << 20;

/** `uploading` → what the volume was. A failed image is removed. */
export async function copyVolumeToImage(
  backend: Backend,
  context: RequestContext,
  { volumeId, imageId }: UploadArgs,
  delivery: Delivery,
): Promise<void> {
  const volume = backend.volume(volumeId);
  if (volume?.status !== "uploading") return;
  const { cinder } = backend;
  const back = () => {
    const attached = cinder.store.volumes.attachmentsOf(volumeId).length > 0;
    cinder.store.volumes.updateFrom(volumeId, ["uploading"], { status: attached ? "in-use" : "available" });
  };
  await backend.attempt(
    context,
    delivery,
    `Volume ${volumeId}: upload to image ${imageId}`,
    async () => {
      const image = cinder.images.show(context, imageId);
      // Uploaded by an earlier delivery.
      if (image.status !== "active") {
        await backend.copies.run(() => upload(backend, context, volume, image, delivery.signal));
      }
      back();
      cinder.log.info(context, `Uploaded volume ${volumeId} to image ${imageId} successfully.`);
    },
    () => {
      back();
      backend.tellOfVolume(context, volume, "copyVolumeToImage", "failedToUploadVolume");
      removeImage(backend, context, imageId);
    },
  );
}

async function upload(
  backend: Backend,
  context: RequestContext,
  volume: VolumeRow,
  image: ImageInfo,
  signal: AbortSignal,
): Promise<void> {
  const { path, sizeBytes, dispose } = await dataOf(backend, volume, image, signal);
  try {
    await backend.cinder.images.upload(context, image.id, contentOf(path, sizeBytes, signal));
  } finally {
    await dispose();
  }
}

/** The data in the image's format. A simulated volume has none. */
async function dataOf(
  backend: Backend,
  volume: VolumeRow,
  image: ImageInfo,
  signal: AbortSignal,
): Promise<RawData> {
  const format = qemuFormat(image.diskFormat) ?? "raw";
  const data = backend.driverVolume(volume);
  const source = data.attached ? null : await backend.driver.source(data);
  if (source && format !== "raw") return converted(backend, source, format, image.id, signal);
  const raw = await backend.driver.rawData(data, signal);
  if (format === "raw" || raw.sizeBytes === 0) return raw;
  try {
    return await converted(backend, { path: raw.path, format: "raw" }, format, image.id, signal);
  } finally {
    await raw.dispose();
  }
}

async function converted(
  { cinder }: Backend,
  from: { path: string; format: string },
  format: string,
  imageId: string,
  signal: AbortSignal,
): Promise<RawData> {
  if (!hasProgram("qemu-img")) {
    throw new BackendFailed(`qemu-img is not installed, and only it can make ${format} of a volume`);
  }
  const { QemuImg } = await import("../drivers/file/qemu-img.ts");
  const path = join(cinder.context.paths.dir("conversion"), `image-${imageId}`);
  const dispose = () => rm(path, { force: true });
  try {
    await new QemuImg(runCommand).convert(from, { path, format }, signal);
    return { path, sizeBytes: (await stat(path)).size, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Read piece by piece; ends with the signal's reason when the service is being stopped. */
async function* contentOf(path: string, sizeBytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (sizeBytes === 0) return;
  const file = await open(path, "r");
  try {
    for (let at = 0; at < sizeBytes; ) {
      signal.throwIfAborted();
      const piece = Buffer.allocUnsafe(Math.min(PIECE, sizeBytes - at));
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw new BackendFailed("the volume's data ended before its size was reached");
      at += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function removeImage({ cinder }: Backend, context: RequestContext, imageId: string): void {
  try {
    cinder.images.delete(context, imageId);
  } catch (error) {
    if (error instanceof NotFound) return;
    cinder.log.warning(context, `image ${imageId} could not be removed: ${messageOf(error)}`);
  }
}

/** `downloading` → what the volume was, with the image's content and metadata. */
export async function reimage(
  backend: Backend,
  context: RequestContext,
  { volumeId, imageId }: ReimageArgs,
  delivery: Delivery,
): Promise<void> {
  const volume = backend.volume(volumeId);
  if (volume?.status !== "downloading") return;
  const { cinder } = backend;
  await backend.attempt(
    context,
    delivery,
    `Volume ${volumeId}: re-image with ${imageId}`,
    async () => {
      const { image, source } = await imageSource(cinder, context, imageId);
      await backend.copies.run(() =>
        backend.driver.overwrite(backend.driverVolume(volume), source, delivery.signal),
      );
      cinder.transaction(() => {
        cinder.store.volumes.imageMetadata.replace(volumeId, imageMetadataOf(image));
        const before = volume.previous_status ?? "available";
        cinder.store.volumes.updateFrom(volumeId, ["downloading"], {
          status: before === "error" ? "available" : before,
          bootable: true,
        });
      });
      cinder.log.info(context, `Re-imaged volume ${volumeId} with image ${imageId} successfully.`);
    },
    () => {
      cinder.store.volumes.update(volumeId, { status: "error" });
      backend.tellOfVolume(context, volume, "reimageVolume", "reimageFailed");
    },
  );
}
