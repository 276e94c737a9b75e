// Another volume in the place of one. While the guest runs its disk is mirrored onto the new volume and then turned over to
// it (nova/virt/libvirt/driver.py, _swap_volume, of Zed); of one that is off the data is copied. What is stored is changed
// at the end: until then the guest starts from the volume it had.

import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import type { Domain } from "../../../libvirt/procedures.gen.ts";
import { type BlockDevice, GuestOperationFailed, type GuestRef } from "../driver.ts";
import { disksOf, liveXml, storedXml, targetOf, volumeIn } from "./device-xml.ts";
import type { LibvirtHost } from "./host.ts";
import { volumeAlias } from "./layout.ts";
import { endJob, startMirror } from "./mirror.ts";
import { attribute, el, type XmlElement, xmlText } from "./xml/element.ts";

export function swapVolume(
  host: LibvirtHost,
  guest: GuestRef,
  old: BlockDevice,
  fresh: BlockDevice,
  sizeBytes: number | null,
): Promise<void> {
  return host.doing("swap volume", guest, async (connection) => {
    const dom = await host.findOrOff(connection, guest);
    // Off and undefined, as after a suspend of the whole host: what it is defined with next time is in the cloud's rows.
    if (!dom) return copyWhileOff(host, old, fresh);
    if (!(await mirrorOver(host, connection, dom, old, fresh, sizeBytes))) {
      const stored = await storedXml(connection, dom);
      if (volumeIn(fresh)(stored)) return;
      if (!volumeIn(old)(stored)) throw notThere(dom, old);
      await copyWhileOff(host, old, fresh);
    }
    await store(connection, dom, old, fresh);
  });
}

/** False when the guest does not run, and nothing was changed. */
async function mirrorOver(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  old: BlockDevice,
  fresh: BlockDevice,
  sizeBytes: number | null,
): Promise<boolean> {
  if (!(await connection.domainIsActive(dom))) return false;
  const xml = await liveXml(connection, dom);
  const done = volumeIn(fresh)(xml);
  const disk = done ?? volumeIn(old)(xml);
  if (!disk) throw notThere(dom, old);
  const target = targetOf(disk);
  if (!done) {
    const { capacity } = await connection.domainGetBlockInfo(dom, target);
    const turned = await atSize(host, fresh, capacity, () => turnOver(host, connection, dom, target, fresh));
    if (!turned) return false;
  }
  if (sizeBytes !== null) {
    await connection.domainBlockResize(dom, target, sizeBytes, c.VIR_DOMAIN_BLOCK_RESIZE_BYTES);
  }
  return true;
}

/**
 * QEMU mirrors onto nothing larger: a file is as large as the old volume meanwhile. The caller makes it large again when the
 * guest has it, this function when it has not.
 * @throws GuestOperationFailed for a larger device, whose size is not ours to change
 */
async function atSize(
  host: LibvirtHost,
  { connection: { kind, path, format } }: BlockDevice,
  sizeBytes: number,
  work: () => Promise<boolean>,
): Promise<boolean> {
  const had = await host.qemuImg.ownVirtualSize(path, format);
  if (had === sizeBytes) return work();
  if (kind !== "file")
    throw new GuestOperationFailed(`${path} is not as large as the volume that the guest has`);
  await host.qemuImg.resize(path, format, sizeBytes);
  let turned = false;
  try {
    turned = await work();
    return turned;
  } finally {
    if (!turned) await host.qemuImg.resize(path, format, had);
  }
}

/** False when the guest has stopped. */
async function turnOver(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  target: string,
  { connection: { kind, path, format } }: BlockDevice,
): Promise<boolean> {
  const source = el("source", { [kind === "file" ? "file" : "dev"]: path });
  const destination = el("disk", { type: kind }, source, el("driver", { type: format }));
  if (!(await startMirror(host, connection, dom, target, destination, true))) return false;
  try {
    await connection.domainBlockJobAbort(dom, target, c.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT);
    return true;
  } catch (error) {
    await endJob(connection, dom, target);
    throw error;
  }
}

/** A larger volume keeps its size. */
async function copyWhileOff(host: LibvirtHost, old: BlockDevice, fresh: BlockDevice): Promise<void> {
  await host.qemuImg.copyInto(old.connection, fresh.connection);
}

/** The disk keeps its place in the guest: its target and its address. */
async function store(
  connection: Connection,
  dom: Domain,
  old: BlockDevice,
  fresh: BlockDevice,
): Promise<void> {
  const stored = await storedXml(connection, dom);
  const disk = volumeIn(fresh)(stored) ?? volumeIn(old)(stored);
  if (!disk) return;
  const after = swapped(disk, fresh, aliasesOf(stored, disk));
  if (xmlText(after) === xmlText(disk)) return;
  // In one step: without its boot disk a definition gets a boot order of another kind, which it then keeps.
  await connection.domainUpdateDeviceFlags(dom, xmlText(after), c.VIR_DOMAIN_AFFECT_CONFIG);
}

function aliasesOf(domain: XmlElement, but: XmlElement): Set<string | null> {
  return new Set(
    disksOf(domain)
      .filter((disk) => disk !== but)
      .map((disk) => attribute(disk, "alias", "name")),
  );
}

function swapped(
  disk: XmlElement,
  { volumeId, connection }: BlockDevice,
  taken: Set<string | null>,
): XmlElement {
  const alias = volumeAlias(volumeId);
  const source = el("source", { [connection.kind === "file" ? "file" : "dev"]: connection.path });
  const children = disk.children.flatMap((child): (XmlElement | string)[] => {
    if (typeof child === "string") return [child];
    switch (child.name) {
      case "source":
        return [source];
      case "driver":
        return [{ ...child, attributes: { ...child.attributes, type: connection.format } }];
      case "serial":
        return [el("serial", {}, connection.serial)];
      case "alias":
        return taken.has(alias) ? [] : [el("alias", { name: alias })];
      case "backingStore":
        return [];
      default:
        return [child];
    }
  });
  return { ...disk, attributes: { ...disk.attributes, type: connection.kind }, children };
}

function notThere(dom: Domain, device: BlockDevice): GuestOperationFailed {
  return new GuestOperationFailed(`${dom.name} has not got volume ${device.volumeId}`);
}
