// Copies of root disks. Of a running guest by mirroring the disk into the copy and ending the mirror when both are the same
// (what nova's _live_snapshot does in two steps); of one that is off by qemu-img. The guest goes on as before.

import { join } from "node:path";
import { messageOf } from "../../../core/errors.ts";
import type { Connection } from "../../../libvirt/connection.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { Domain } from "../../../libvirt/procedures.gen.ts";
import { type BlockDevice, GuestDiskFailed, type GuestRef, type GuestSnapshot } from "../driver.ts";
import { disksOf, liveXml, sourceOf, targetOf, volumeIn } from "./device-xml.ts";
import type { LibvirtHost } from "./host.ts";
import { endJob, startMirror } from "./mirror.ts";
import { all, attribute, el, type XmlElement } from "./xml/element.ts";

interface Source {
  path: string;
  format: string;
  target: string;
}

let copies = 0;

export function snapshot(
  host: LibvirtHost,
  guest: GuestRef,
  diskFormat: "raw" | "qcow2",
): Promise<GuestSnapshot> {
  return host.doing("snapshot", guest, async (connection) => {
    const { files, folders } = host;
    const dom = await host.findOrOff(connection, guest);
    const folder = join(folders.snapshots, `${guest.uuid}-${process.pid}-${++copies}`);
    const copy = join(folder, `disk.${diskFormat}`);
    const dispose = () => files.remove(folder);
    await files.ensureDir(folder);
    try {
      if (dom) await copyRoot(host, connection, dom, copy, diskFormat);
      else await copyFile(host, await ownDisk(host, guest), copy, diskFormat);
      return { sizeBytes: await files.size(copy), data: files.readStream(copy), dispose };
    } catch (error) {
      await dispose();
      throw error;
    }
  });
}

async function copyRoot(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  copy: string,
  format: "raw" | "qcow2",
): Promise<void> {
  const xml = await liveXml(connection, dom);
  const source = rootOf(xml, host.folders.file(dom, "disk"));
  if (!source) throw new GuestDiskFailed(`${dom.name} has no disk of its own`);
  if (await connection.domainIsActive(dom)) {
    if (await mirror(host, connection, dom, xml, source, copy, format)) return;
    // It went off meanwhile.
    await host.files.remove(copy);
  }
  await copyFile(host, source, copy, format);
}

/** A volume as the running guest has it, by the same mirror. */
export function copyVolume(
  host: LibvirtHost,
  guest: GuestRef,
  device: BlockDevice,
  target: { path: string; format: "raw" | "qcow2" },
): Promise<boolean> {
  return host.doing("copy volume", guest, async (connection) => {
    const dom = await host.findOrOff(connection, guest);
    if (!dom || !(await connection.domainIsActive(dom))) return false;
    const xml = await liveXml(connection, dom);
    const disk = volumeIn(device)(xml);
    const path = disk && sourceOf(disk);
    if (!disk || path === null) return false;
    const source = { path, format: attribute(disk, "driver", "type") ?? "raw", target: targetOf(disk) };
    const copied = await mirror(host, connection, dom, xml, source, target.path, target.format);
    if (!copied) await host.files.remove(target.path);
    return copied;
  });
}

async function copyFile(
  host: LibvirtHost,
  source: Pick<Source, "path" | "format">,
  copy: string,
  format: "raw" | "qcow2",
): Promise<void> {
  await host.qemuImg.convert(source, { path: copy, format }, await host.directIo());
}

/** Of a guest that has only its folder. @throws GuestDiskFailed */
async function ownDisk(host: LibvirtHost, guest: GuestRef): Promise<Pick<Source, "path" | "format">> {
  const record = (await host.folders.info(guest))?.disks["disk"];
  if (!record) throw new GuestDiskFailed(`${guest.uuid} has no disk of its own`);
  return { path: host.folders.file(guest, "disk"), format: record.format };
}

/** The guest's own root disk also while it is rescued; else the first disk. */
function rootOf(domain: XmlElement, ownDisk: string): Source | null {
  const disks = disksOf(domain).filter(
    (disk) => disk.attributes["device"] !== "floppy" && sourceOf(disk) !== null,
  );
  const root = disks.find((disk) => sourceOf(disk) === ownDisk) ?? disks[0];
  if (!root) return null;
  return {
    path: sourceOf(root) ?? "",
    format: attribute(root, "driver", "type") ?? "raw",
    target: targetOf(root),
  };
}

/** False when the guest stopped before the copy was complete. @throws GuestOperationFailed */
async function mirror(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  xml: XmlElement,
  source: Source,
  copy: string,
  format: "raw" | "qcow2",
): Promise<boolean> {
  const destination = el(
    "disk",
    { type: "file" },
    el("source", { file: copy }),
    el("driver", { type: format }),
  );
  if (!(await startMirror(host, connection, dom, source.target, destination))) return false;
  const frozen = hasAgent(xml) && (await freeze(host, connection, dom));
  try {
    await connection.domainBlockJobAbort(dom, source.target);
  } finally {
    if (frozen) await connection.domainFSThaw(dom);
  }
  return true;
}

/** Copies that nobody came to fetch, with the mirrors that may still be at work on them. */
export async function endInterruptedSnapshots(host: LibvirtHost): Promise<void> {
  const { files, folders } = host;
  const left = await files.names(folders.snapshots);
  if (left.length === 0) return;
  const connection = await host.connection();
  for (const uuid of new Set(left.map((name) => name.slice(0, 36)))) {
    const dom = await host.findOrNull(connection, { uuid });
    if (!dom || !(await connection.domainIsActive(dom))) continue;
    const source = rootOf(await liveXml(connection, dom), folders.file(dom, "disk"));
    if (source) await endJob(connection, dom, source.target);
  }
  await files.remove(folders.snapshots);
}

export function hasAgent(domain: XmlElement): boolean {
  return all(domain, "devices/channel/target").some(
    ({ attributes }) => attributes["name"] === "org.qemu.guest_agent.0",
  );
}

/** The guest's file systems are consistent in the copy, if its agent answers; else as after a power cut. */
async function freeze(host: LibvirtHost, connection: Connection, dom: Domain): Promise<boolean> {
  try {
    await connection.domainFSFreeze(dom);
    return true;
  } catch (error) {
    if (!isLibvirtError(error)) throw error;
    host.log.info(null, `[instance: ${dom.uuid}] Skipping quiescing instance: ${messageOf(error)}.`);
    return false;
  }
}
