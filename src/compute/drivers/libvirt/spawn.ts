// Making guests and removing them.

import { messageOf } from "../../../core/errors.ts";
import type { Connection } from "../../../libvirt/connection.ts";
import { GuestNotFound, type GuestRef, type GuestSpec } from "../driver.ts";
import { defineGuest, removeGuestDomain } from "./define.ts";
import { makeDisks } from "./disks.ts";
import { type FolderInfo, isAnothers } from "./folder.ts";
import type { LibvirtHost } from "./host.ts";

/**
 * A folder that another host has left where both see it is adopted with its disks: the server is evacuated. One of this host
 * is what an interrupted spawn has left.
 */
export function spawn(host: LibvirtHost, spec: GuestSpec): Promise<void> {
  return host.doing("spawn", spec, async (connection) => {
    await removeGuestDomain(host, connection, spec);
    const former = await host.folders.info(spec);
    const adopted = isAnothers(former, host.name) ? former : null;
    if (!adopted) await host.folders.remove(spec);
    try {
      const info = await makeDisks(host, spec, { newRoot: true });
      const dom = await defineGuest(host, connection, spec, info);
      await connection.domainCreateWithFlags(dom);
    } catch (error) {
      await undo(host, connection, spec, adopted);
      throw error;
    }
  });
}

/** Nothing of the guest stays but what was there before; when that fails the first error still is the one that counts. */
async function undo(
  host: LibvirtHost,
  connection: Connection,
  spec: GuestSpec,
  adopted: FolderInfo | null,
): Promise<void> {
  try {
    await removeGuestDomain(host, connection, spec);
    if (adopted) await host.folders.setInfo(spec, adopted);
    else await host.folders.remove(spec);
  } catch (error) {
    host.log.warning(null, `[instance: ${spec.uuid}] cleaning up after a failed spawn: ${messageOf(error)}`);
  }
}

export function destroy(host: LibvirtHost, guest: GuestRef, options: { keepDisks: boolean }): Promise<void> {
  return host.doing("destroy", guest, async (connection) => {
    await removeGuestDomain(host, connection, guest);
    if (!options.keepDisks) await removeFolders(host, guest);
  });
}

/** The guest's folders, unless another host has taken the guest over in the same place. */
export async function removeFolders(host: LibvirtHost, guest: GuestRef): Promise<void> {
  const { folders, files } = host;
  if (!isAnothers(await folders.asideInfo(guest), host.name)) await files.remove(folders.aside(guest));
  if (isAnothers(await folders.info(guest), host.name)) return;
  const link = folders.link(guest);
  if (link) await files.remove(link);
  await files.remove(folders.of(guest));
}

/**
 * Off, configured anew from the spec, and on again, whatever state it was in; its folder may be another host's until now.
 * @throws GuestDiskFailed when its disk is not there
 */
export async function startAnew(host: LibvirtHost, connection: Connection, spec: GuestSpec): Promise<void> {
  await removeGuestDomain(host, connection, spec);
  if (!spec.bootsFromVolume && !(await host.files.exists(host.folders.of(spec))))
    throw new GuestNotFound(spec.uuid);
  const info = await makeDisks(host, spec, { newRoot: false });
  const dom = await defineGuest(host, connection, spec, info);
  await connection.domainCreateWithFlags(dom);
}
