// The disks in a guest's folder: made, completed, grown. Repeating it makes what is missing.

import { join } from "node:path";
import { GuestDiskFailed, type GuestImage, type GuestSpec } from "../driver.ts";
import { partOf } from "./files.ts";
import type { DiskRecord, FolderInfo } from "./folder.ts";
import type { LibvirtHost } from "./host.ts";
import { ImageCache } from "./image-cache.ts";
import { localFiles } from "./layout.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/**
 * The folder with every disk, kernel and config drive the spec names, and its record. A root disk is only made with
 * `newRoot`, for everything else would hide that one was lost. @throws GuestDiskFailed
 */
export async function makeDisks(
  host: LibvirtHost,
  spec: GuestSpec,
  options: { newRoot: boolean },
): Promise<FolderInfo> {
  const { files, folders } = host;
  await folders.make(spec);
  const path = (name: string) => folders.file(spec, name);
  const present = new Set(await files.names(folders.of(spec)));
  const info: FolderInfo = { disks: {}, ...(await folders.info(spec)), host: host.name };
  const root = spec.bootsFromVolume ? null : rootRecord(spec, info, present, options.newRoot);
  if (root) info.disks["disk"] = root;
  const locals = localFiles(spec);
  for (const [index, local] of locals.entries()) {
    if (!present.has(local.file)) {
      info.disks[local.file] = {
        format: "qcow2",
        base: ImageCache.blankName(local, ephemeralIndex(locals, index)),
      };
    }
  }
  if (spec.configDrive) info.disks["disk.config"] = { format: "raw", kind: spec.configDrive.format };
  // Before the cached files are asked for: what is named here is not swept away.
  await folders.setInfo(spec, info);

  if (root) await makeRoot(host, spec, root, present.has("disk"));
  for (const [index, local] of locals.entries()) {
    if (present.has(local.file)) continue;
    const base = await host.images.blank(local, ephemeralIndex(locals, index));
    await makeOverlay(host, path(local.file), base.name, local.sizeMb * MIB);
  }
  if (spec.configDrive) await files.write(path("disk.config"), spec.configDrive.image);
  if (spec.image) await placeKernel(host, spec.image, folders.of(spec), "");
  return info;
}

function ephemeralIndex(locals: readonly { kind: string }[], index: number): number {
  return locals.slice(0, index).filter(({ kind }) => kind === "ephemeral").length;
}

/** @throws GuestDiskFailed when there is none and none is to be made */
function rootRecord(
  spec: GuestSpec,
  info: FolderInfo,
  present: ReadonlySet<string>,
  newRoot: boolean,
): DiskRecord {
  const iso = (spec.image?.diskFormat ?? spec.imageProperties["disk_format"]) === "iso";
  const kept = info.disks["disk"];
  if (present.has("disk")) return kept ?? (iso ? { format: "raw", kind: "iso" } : { format: "qcow2" });
  if (!newRoot) throw new GuestDiskFailed(`The root disk of ${spec.uuid} is not there`);
  if (!spec.image) throw new GuestDiskFailed(`The image of ${spec.uuid} is not there`);
  const base = ImageCache.nameOf(spec.image.id);
  return iso ? { format: "raw", kind: "iso", base } : { format: "qcow2", base };
}

async function makeRoot(
  host: LibvirtHost,
  spec: GuestSpec,
  root: DiskRecord,
  present: boolean,
): Promise<void> {
  const { files, folders, images } = host;
  if (present) {
    // The disk is an overlay; without what is below it is nothing.
    if (root.base && spec.image && ImageCache.nameOf(spec.image.id) === root.base)
      await images.image(spec.image);
    else if (root.base && !(await files.exists(images.path(root.base)))) {
      throw new GuestDiskFailed(
        `The image below the disk of ${spec.uuid} is gone from the cache (${root.base})`,
      );
    }
    return;
  }
  if (!spec.image) return;
  const base = await images.image(spec.image);
  const disk = folders.file(spec, "disk");
  if (root.kind === "iso") return files.symlink(join("..", "_base", base.name), disk);
  const wanted = spec.rootGb > 0 ? spec.rootGb * GIB : base.sizeBytes;
  if (base.sizeBytes > wanted) {
    // nova/exception.py, FlavorDiskSmallerThanImage
    throw new GuestDiskFailed(
      `Flavor's disk is too small for requested image. Flavor disk is ${wanted} bytes, image is ${base.sizeBytes} bytes.`,
    );
  }
  await makeOverlay(host, disk, base.name, wanted);
}

/** The base is named as seen from the disk, so that the folders can be moved together. */
export async function makeOverlay(
  host: LibvirtHost,
  path: string,
  baseName: string,
  sizeBytes: number,
): Promise<void> {
  await host.qemuImg.create(partOf(path), sizeBytes, join("..", "_base", baseName));
  await host.files.rename(partOf(path), path);
}

/** Kernel and ramdisk of a direct boot; `suffix` is `.rescue` for a rescue's. */
export async function placeKernel(
  host: LibvirtHost,
  image: GuestImage,
  folder: string,
  suffix: string,
): Promise<void> {
  for (const [name, source] of [
    ["kernel", image.kernelPath],
    ["ramdisk", image.ramdiskPath],
  ] as const) {
    const path = join(folder, name + suffix);
    if (source !== null && !(await host.files.exists(path))) await host.files.place(source, path);
  }
}

/** After a resize: disks as large as the new flavor wants them; none gets smaller. */
export async function growDisks(host: LibvirtHost, spec: GuestSpec, info: FolderInfo): Promise<void> {
  const wanted = new Map<string, number>(localFiles(spec).map(({ file, sizeMb }) => [file, sizeMb * MIB]));
  if (!spec.bootsFromVolume) wanted.set("disk", spec.rootGb * GIB);
  for (const [file, sizeBytes] of wanted) {
    const record = info.disks[file];
    if (record?.format !== "qcow2") continue;
    const path = host.folders.file(spec, file);
    if (sizeBytes > (await host.qemuImg.ownVirtualSize(path, "qcow2"))) {
      await host.qemuImg.grow(path, "qcow2", sizeBytes);
    }
  }
}
