// The other end of a migration, as the source's driver sees it: its files, and whether they are the same files.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { GuestOperationFailed, type MigrationTarget } from "../driver.ts";
import type { HostFiles } from "./files.ts";
import { Folders } from "./folder.ts";
import { filesOf, type LibvirtHost } from "./host.ts";
import { type Whereabouts, whereabouts } from "./hosts.ts";
import { QemuImg } from "./qemu-img.ts";

export interface Destination {
  host: string;
  uri: string;
  where: Whereabouts;
  files: HostFiles;
  folders: Folders;
  qemuImg: QemuImg;
  /** Both hosts see the same folder. */
  shared: boolean;
}

/** @throws GuestOperationFailed for a host of another kind */
export async function destinationOf(host: LibvirtHost, target: MigrationTarget): Promise<Destination> {
  if (target.uri === null) throw new GuestOperationFailed(`${target.host} is not a libvirt host`);
  const files = target.host === host.name ? host.files : filesOf(target.uri, host.context);
  const folders = new Folders(target.instancesDir, files);
  return {
    host: target.host,
    uri: target.uri,
    where: whereabouts(target.uri),
    files,
    folders,
    qemuImg: new QemuImg(files),
    shared: await isShared(host, target, files),
  };
}

/** nova/virt/libvirt/driver.py, _is_path_shared_with: a file made here is seen there. */
async function isShared(host: LibvirtHost, target: MigrationTarget, files: HostFiles): Promise<boolean> {
  if (target.host === host.name) return true;
  const name = `.shared-${randomUUID()}`;
  const path = join(host.folders.root, name);
  await host.files.write(path, "");
  try {
    return await files.exists(join(target.instancesDir, name));
  } finally {
    await host.files.remove(path);
  }
}

/** One file from here to there. */
export async function send(
  host: LibvirtHost,
  from: string,
  destination: Pick<Destination, "files" | "shared">,
  to: string,
): Promise<void> {
  if (destination.shared) await host.files.copy(from, to);
  else await destination.files.writeStream(to, host.files.readStream(from));
}

/** What disks over there are overlays of: the same file here is sent when there is none. */
export async function sendBase(host: LibvirtHost, destination: Destination, name: string): Promise<void> {
  if (destination.shared) return;
  const to = join(destination.folders.base, name);
  await destination.files.ensureDir(destination.folders.base);
  if (await destination.files.exists(to)) return;
  await send(host, host.images.path(name), destination, to);
}
