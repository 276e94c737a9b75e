// Resize and cold migration. The folder is set aside as `UUID_resize`, its disks are copied into a new `UUID`, here or on the
// other host; so both confirm and revert are possible. Authority: nova/virt/libvirt/driver.py of Zed.

import { join } from "node:path";
import {
  type DiskTransfer,
  GuestDiskFailed,
  GuestNotFound,
  type GuestRef,
  type GuestSpec,
  type MigrationTarget,
} from "../driver.ts";
import { defineGuest, removeDomain, removeGuestDomain } from "./define.ts";
import { type Destination, destinationOf, send, sendBase } from "./destination.ts";
import { growDisks, makeDisks } from "./disks.ts";
import { type FolderInfo, isAnothers } from "./folder.ts";
import type { LibvirtHost } from "./host.ts";
import { turnOff } from "./power.ts";

const GIB = 2 ** 30;

/** Files that are made anew over there, or are of no use there. */
const LEFT_BEHIND = ["disk.swap", "disk.info", "libvirt.xml", "console.log"];

export function migrateDiskAndPowerOff(
  host: LibvirtHost,
  spec: GuestSpec,
  target: MigrationTarget,
  newRootGb: number,
  timeoutSeconds: number,
): Promise<DiskTransfer> {
  return host.doing("migrate", spec, async (connection) => {
    const { files, folders } = host;
    const destination = await destinationOf(host, target);
    const aside = folders.aside(spec);
    if (!(await files.exists(aside))) {
      await checkSize(host, spec, newRootGb);
      const dom = await host.findOrNull(connection, spec);
      if (dom) {
        await turnOff(host, connection, dom, timeoutSeconds);
        // It will be defined with the new flavor, or as it was.
        await removeDomain(host, connection, dom);
      }
      if (!(await files.exists(folders.of(spec)))) throw new GuestNotFound(spec.uuid);
      await files.rename(folders.of(spec), aside);
    }
    await copyAside(host, spec, destination);
    return { from: host.name, shared: destination.shared };
  });
}

/** @throws GuestDiskFailed when the disk would have to shrink */
async function checkSize(host: LibvirtHost, spec: GuestSpec, newRootGb: number): Promise<void> {
  if (spec.bootsFromVolume) return;
  const info = await host.folders.info(spec);
  const record = info?.disks["disk"];
  const path = host.folders.file(spec, "disk");
  if (newRootGb >= spec.rootGb && (newRootGb === 0 || record?.format !== "qcow2")) return;
  if (newRootGb >= spec.rootGb && newRootGb * GIB >= (await host.qemuImg.ownVirtualSize(path, "qcow2")))
    return;
  throw new GuestDiskFailed("Resize error: Unable to resize disk down.");
}

/** From what was set aside, completely and from the beginning, however far an earlier attempt came. */
async function copyAside(host: LibvirtHost, spec: GuestSpec, destination: Destination): Promise<void> {
  const { files, folders } = host;
  const there = destination.folders.of(spec);
  await destination.files.remove(there);
  await destination.folders.make(spec);
  const info = await folders.asideInfo(spec);
  const disks = Object.entries(info?.disks ?? {}).filter(([name]) => isMoved(name));
  for (const [, { base }] of disks) if (base !== undefined) await sendBase(host, destination, base);
  for (const name of await files.names(folders.aside(spec))) {
    if (!isMoved(name)) continue;
    const iso = info?.disks[name]?.kind === "iso" ? info.disks[name].base : undefined;
    const to = join(there, name);
    if (iso !== undefined) await destination.files.symlink(join("..", "_base", iso), to);
    else await send(host, join(folders.aside(spec), name), destination, to);
  }
  const record: FolderInfo = { host: destination.host, disks: Object.fromEntries(disks) };
  await destination.folders.setInfo(spec, record);
}

function isMoved(name: string): boolean {
  return !LEFT_BEHIND.includes(name) && !name.endsWith(".rescue") && !name.startsWith("console.log");
}

export function finishMigration(host: LibvirtHost, spec: GuestSpec, powerOn: boolean): Promise<void> {
  return host.doing("finish migration", spec, async (connection) => {
    const known = await host.findOrNull(connection, spec);
    // Its definition is the last but one step.
    if (known && powerOn && (await connection.domainIsActive(known))) return;
    const info = await makeDisks(host, spec, { newRoot: false });
    await growDisks(host, spec, info);
    const dom = await defineGuest(host, connection, spec, info);
    if (powerOn) await connection.domainCreateWithFlags(dom);
  });
}

export function confirmMigration(host: LibvirtHost, guest: GuestRef, sameHost: boolean): Promise<void> {
  return host.doing("confirm migration", guest, async (connection) => {
    const { files, folders } = host;
    if (!isAnothers(await folders.asideInfo(guest), host.name)) await files.remove(folders.aside(guest));
    if (sameHost) return;
    await removeGuestDomain(host, connection, guest);
    await removeOwnFolder(host, guest);
  });
}

export function revertMigration(host: LibvirtHost, guest: GuestRef, sameHost: boolean): Promise<void> {
  return host.doing("revert migration", guest, async (connection) => {
    await removeGuestDomain(host, connection, guest);
    // Until it is set aside, the folder is the old one.
    if (sameHost && !(await host.files.exists(host.folders.aside(guest)))) return;
    await removeOwnFolder(host, guest);
  });
}

async function removeOwnFolder(host: LibvirtHost, guest: GuestRef): Promise<void> {
  if (isAnothers(await host.folders.info(guest), host.name)) return;
  await host.files.remove(host.folders.of(guest));
}

export function finishRevertMigration(host: LibvirtHost, spec: GuestSpec, powerOn: boolean): Promise<void> {
  return host.doing("finish reverting", spec, async (connection) => {
    const { files, folders } = host;
    if (await files.exists(folders.aside(spec))) {
      await removeGuestDomain(host, connection, spec);
      await files.remove(folders.of(spec));
      await files.rename(folders.aside(spec), folders.of(spec));
    }
    const known = await host.findOrNull(connection, spec);
    if (known && powerOn && (await connection.domainIsActive(known))) return;
    const info = await makeDisks(host, spec, { newRoot: false });
    const dom = await defineGuest(host, connection, spec, info);
    if (powerOn) await connection.domainCreateWithFlags(dom);
  });
}
