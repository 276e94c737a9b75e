// Volumes and network cards that come and go. Authority: nova/virt/libvirt/driver.py (attach_volume, _detach_with_retry) of
// Zed. Unlike there the running guest is asked first, so that a device it does not let go of is still there after its next start.

import { messageOf } from "../../../core/errors.ts";
import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { Domain } from "../../../libvirt/procedures.gen.ts";
import type { Vif } from "../../../network/public.ts";
import { type BlockDevice, DeviceDetachFailed, type GuestRef } from "../driver.ts";
import { interfaceConfig } from "./define.ts";
import {
  disksOf,
  type FindDevice,
  interfaceIn,
  liveXml,
  scsiModelOf,
  storedXml,
  targetOf,
  volumeIn,
} from "./device-xml.ts";
import { Hardware } from "./hardware.ts";
import type { LibvirtHost } from "./host.ts";
import { scsiUnitOf, targetOn, volumeConfig } from "./layout.ts";
import { diskElement } from "./xml/disk.ts";
import { attribute, type XmlElement, xmlText } from "./xml/element.ts";
import { interfaceElement } from "./xml/interface.ts";

export function attachVolume(host: LibvirtHost, guest: GuestRef, device: BlockDevice): Promise<void> {
  return host.doing("attach volume", guest, async (connection) => {
    const dom = await host.findOrOff(connection, guest);
    if (!dom) return;
    const owner = await host.ownerOf(connection, dom);
    const known = new Hardware({ hw_disk_bus: owner?.diskBus ?? "virtio" }, {}, "qemu", "pc");
    const bus = device.bus
      ? known.bus(device.bus)
      : device.deviceType === "cdrom"
        ? known.cdromBus
        : known.diskBus;
    const others = [await liveXml(connection, dom), await storedXml(connection, dom)].flatMap((xml) =>
      disksOf(xml).filter((disk) => disk !== volumeIn(device)(xml)),
    );
    const taken = new Set(others.map(targetOf));
    const target = targetOn(bus, device.deviceName, taken);
    const disk = volumeConfig(device, bus, target, await host.cacheMode(), false);
    const scsiUnit = scsiUnitOf(bus, target, scsiModelOf(await storedXml(connection, dom)));
    // The disk this volume was once swapped for still has its name.
    const named = others.some((other) => attribute(other, "alias", "name") === disk.alias);
    const alias = named ? null : disk.alias;
    await attach(connection, dom, diskElement({ ...disk, alias, scsiUnit }), volumeIn(device));
  });
}

export function attachInterface(host: LibvirtHost, guest: GuestRef, vif: Vif): Promise<void> {
  return host.doing("attach interface", guest, async (connection) => {
    const dom = await host.findOrOff(connection, guest);
    if (!dom) return;
    if (vif.bridge === null) {
      host.log.info(
        null,
        `[instance: ${guest.uuid}] ${vif.macAddress} is not plugged in: its network is not plumbed here`,
      );
      return;
    }
    const owner = await host.ownerOf(connection, dom);
    const card = interfaceConfig(vif, vif.bridge, owner?.vifModel ?? "virtio");
    await attach(connection, dom, interfaceElement(card), interfaceIn(vif.macAddress));
  });
}

/** To the running guest and to what is stored, wherever it is not yet. */
async function attach(
  connection: Connection,
  dom: Domain,
  device: XmlElement,
  find: FindDevice,
): Promise<void> {
  const active = await connection.domainIsActive(dom);
  const live = active && find(await liveXml(connection, dom)) === null;
  const stored = find(await storedXml(connection, dom)) === null;
  const flags = (live ? c.VIR_DOMAIN_AFFECT_LIVE : 0) | (stored ? c.VIR_DOMAIN_AFFECT_CONFIG : 0);
  if (flags !== 0) await connection.domainAttachDeviceFlags(dom, xmlText(device), flags);
}

export function detachVolume(host: LibvirtHost, guest: GuestRef, device: BlockDevice): Promise<void> {
  return host.doing("detach volume", guest, async (connection) => {
    const dom = await host.findOrOff(connection, guest);
    if (!dom) return;
    await detach(host, connection, dom, volumeIn(device), device.deviceName);
  });
}

export function detachInterface(host: LibvirtHost, guest: GuestRef, vif: Vif): Promise<void> {
  return host.doing("detach interface", guest, async (connection) => {
    const dom = await host.findOrOff(connection, guest);
    if (!dom) return;
    await detach(host, connection, dom, interfaceIn(vif.macAddress), vif.macAddress);
  });
}

async function detach(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  find: FindDevice,
  what: string,
): Promise<void> {
  await detachLive(host, connection, dom, find, what);
  const stored = find(await storedXml(connection, dom));
  if (!stored) return;
  try {
    await connection.domainDetachDeviceFlags(dom, xmlText(stored), c.VIR_DOMAIN_AFFECT_CONFIG);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** A guest that still boots does not hear; QEMU takes the question again after a second. */
const ASK_AGAIN_MS = 5000;

/** Asks the guest again and again until it has let go. @throws DeviceDetachFailed */
async function detachLive(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  find: FindDevice,
  what: string,
): Promise<void> {
  const { DEVICE_DETACH_ATTEMPTS, DEVICE_DETACH_TIMEOUT } = host.settings;
  const patienceMs = DEVICE_DETACH_ATTEMPTS * DEVICE_DETACH_TIMEOUT * 1000;
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += ASK_AGAIN_MS) {
    if (!(await connection.domainIsActive(dom))) return;
    const device = find(await liveXml(connection, dom));
    if (!device) return;
    const alias = attribute(device, "alias", "name");
    using answer = host.waiters.expect(
      (event) =>
        event.dom.uuid === dom.uuid &&
        (((event.kind === "deviceRemoved" || event.kind === "deviceRemovalFailed") &&
          event.devAlias === alias) ||
          (event.kind === "lifecycle" && event.event === c.VIR_DOMAIN_EVENT_STOPPED)),
    );
    if (!(await askToLetGo(host, connection, dom, device))) continue;
    const event = await answer.within(Math.min(ASK_AGAIN_MS, patienceMs - waitedMs));
    if (event?.kind === "deviceRemovalFailed") {
      throw new DeviceDetachFailed(`Device detach failed for ${what}: the guest refused to let go`);
    }
    if (!event && (waitedMs + ASK_AGAIN_MS) % (DEVICE_DETACH_TIMEOUT * 1000) === 0) {
      host.log.warning(
        null,
        `[instance: ${dom.uuid}] the guest has not let go of ${what} (${alias}) in ${(waitedMs + ASK_AGAIN_MS) / 1000} s`,
      );
    }
  }
  if ((await connection.domainIsActive(dom)) && find(await liveXml(connection, dom))) {
    throw new DeviceDetachFailed(
      `Device detach failed for ${what}: Run out of retry while detaching device. Device is still attached to the guest.`,
    );
  }
}

/** False when there is nothing to wait for: the device or the guest is gone already. */
async function askToLetGo(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  device: XmlElement,
): Promise<boolean> {
  try {
    await connection.domainDetachDeviceFlags(dom, xmlText(device), c.VIR_DOMAIN_AFFECT_LIVE);
    return true;
  } catch (error) {
    if (isMissing(error) || isLibvirtError(error, c.VIR_ERR_OPERATION_INVALID)) return false;
    // The guest has not yet answered the question before (bugzilla.redhat.com/1878659): its answer will do.
    if (
      isLibvirtError(error, c.VIR_ERR_INTERNAL_ERROR) &&
      /already in the process of unplug/.test(error.message)
    ) {
      host.log.debug(null, `[instance: ${dom.uuid}] ${messageOf(error)}`);
      return true;
    }
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (
    isLibvirtError(error, c.VIR_ERR_DEVICE_MISSING) ||
    (isLibvirtError(error, c.VIR_ERR_OPERATION_FAILED) && /not found/.test(error.message))
  );
}

export function extendVolume(
  host: LibvirtHost,
  guest: GuestRef,
  device: BlockDevice,
  sizeBytes: number,
): Promise<void> {
  return host.doing("extend volume", guest, async (connection) => {
    const dom = await host.findOrOff(connection, guest);
    if (!dom) return;
    if (!(await connection.domainIsActive(dom))) return;
    const disk = volumeIn(device)(await liveXml(connection, dom));
    if (!disk) return;
    await connection.domainBlockResize(dom, targetOf(disk), sizeBytes, c.VIR_DOMAIN_BLOCK_RESIZE_BYTES);
  });
}
