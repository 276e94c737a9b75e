// Rescue: the guest runs from a disk made of another image, with its own disks beside it.

import { join } from "node:path";
import type { GuestImage, GuestSpec } from "../driver.ts";
import { defineGuest, removeGuestDomain } from "./define.ts";
import { makeDisks, makeOverlay, placeKernel } from "./disks.ts";
import type { LibvirtHost } from "./host.ts";
import { ImageCache } from "./image-cache.ts";
import { startAnew } from "./spawn.ts";

const DISK = "disk.rescue";

export function rescue(host: LibvirtHost, spec: GuestSpec, image: GuestImage): Promise<void> {
  return host.doing("rescue", spec, async (connection) => {
    const { files, folders, images } = host;
    await removeGuestDomain(host, connection, spec);
    await removeRescueFiles(host, spec);
    const info = await makeDisks(host, spec, { newRoot: false });
    const iso = image.diskFormat === "iso";
    const name = ImageCache.nameOf(image.id);
    info.disks[DISK] = iso ? { format: "raw", kind: "iso", base: name } : { format: "qcow2", base: name };
    await folders.setInfo(spec, info);
    const base = await images.image(image);
    const path = folders.file(spec, DISK);
    if (iso) await files.symlink(join("..", "_base", base.name), path);
    else await makeOverlay(host, path, base.name, base.sizeBytes);
    await placeKernel(host, image, folders.of(spec), ".rescue");
    const dom = await defineGuest(host, connection, spec, info, image);
    await connection.domainCreateWithFlags(dom);
  });
}

export function unrescue(host: LibvirtHost, spec: GuestSpec): Promise<void> {
  return host.doing("unrescue", spec, async (connection) => {
    await removeGuestDomain(host, connection, spec);
    await removeRescueFiles(host, spec);
    await startAnew(host, connection, spec);
  });
}

async function removeRescueFiles(host: LibvirtHost, spec: GuestSpec): Promise<void> {
  const { files, folders } = host;
  const folder = folders.of(spec);
  for (const name of await files.names(folder)) {
    if (name.endsWith(".rescue")) await files.remove(join(folder, name));
  }
  const info = await folders.info(spec);
  if (!info?.disks[DISK]) return;
  delete info.disks[DISK];
  await folders.setInfo(spec, info);
}
