// What a running guest uses. Authority: nova/virt/libvirt/driver.py (get_instance_diagnostics) of Zed.

import type { Connection } from "../../../libvirt/connection.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { Domain } from "../../../libvirt/procedures.gen.ts";
import { type Diagnostics, GuestOperationFailed, type GuestRef } from "../driver.ts";
import { disksOf, interfacesOf, liveXml, targetOf } from "./device-xml.ts";
import type { LibvirtHost } from "./host.ts";
import { stateOf } from "./power.ts";
import { attribute } from "./xml/element.ts";

export function diagnostics(host: LibvirtHost, guest: GuestRef): Promise<Diagnostics> {
  return host.reading("diagnostics of", guest, async (connection) => {
    const dom = await host.findOrOff(connection, guest);
    if (!dom || !(await connection.domainIsActive(dom)))
      throw new GuestOperationFailed(`${guest.uuid} does not run`);
    const [xml, info, state, folder] = await Promise.all([
      liveXml(connection, dom),
      connection.domainGetInfo(dom),
      stateOf(connection, dom),
      host.folders.info(guest),
    ]);
    const startedAt = await host.files.modifiedAtMs(host.folders.file(guest, "libvirt.xml"));
    const cpus = await whenKnown(connection.domainGetVcpus(dom, info.nrVirtCpu, 1));
    const disks = disksOf(xml).map(targetOf);
    const cards = interfacesOf(xml).map((card) => ({
      device: attribute(card, "target", "dev") ?? "",
      macAddress: attribute(card, "mac", "address") ?? "",
    }));
    return {
      state,
      uptime: startedAt === null ? null : Math.max(0, Math.floor((host.clock.now() - startedAt) / 1000)),
      hypervisor: xml.attributes["type"] ?? "qemu",
      hypervisorOs: "linux",
      configDrive: folder?.disks["disk.config"] !== undefined,
      memoryMaximumMb: Math.floor(info.maxMem / 1024),
      memoryUsedMb: Math.floor(info.memory / 1024),
      cpus: (cpus ?? []).map(({ number, cpuTime }) => ({
        id: number,
        timeNs: Number(cpuTime),
        utilisation: null,
      })),
      disks: await Promise.all(disks.map((device) => diskStats(connection, dom, device))),
      nics: await Promise.all(cards.map((card) => cardStats(connection, dom, card))),
    };
  });
}

/** -1 is libvirt's word for what is not counted. */
function counted(value: number | undefined): number | null {
  return value === undefined || value < 0 ? null : value;
}

async function diskStats(
  connection: Connection,
  dom: Domain,
  device: string,
): Promise<Diagnostics["disks"][number]> {
  const stats = await whenKnown(connection.domainBlockStats(dom, device));
  return {
    device,
    readBytes: counted(stats?.rdBytes),
    readRequests: counted(stats?.rdReq),
    writeBytes: counted(stats?.wrBytes),
    writeRequests: counted(stats?.wrReq),
    errors: counted(stats?.errs),
  };
}

async function cardStats(
  connection: Connection,
  dom: Domain,
  card: { device: string; macAddress: string },
): Promise<Diagnostics["nics"][number]> {
  const stats = card.device ? await whenKnown(connection.domainInterfaceStats(dom, card.device)) : null;
  return {
    ...card,
    rxOctets: counted(stats?.rxBytes),
    rxPackets: counted(stats?.rxPackets),
    rxErrors: counted(stats?.rxErrs),
    rxDrop: counted(stats?.rxDrop),
    txOctets: counted(stats?.txBytes),
    txPackets: counted(stats?.txPackets),
    txErrors: counted(stats?.txErrs),
    txDrop: counted(stats?.txDrop),
  };
}

async function whenKnown<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (isLibvirtError(error)) return null;
    throw error;
  }
}
