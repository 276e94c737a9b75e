// From a spec and a folder to a defined domain, and the end of one.

import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { Domain } from "../../../libvirt/procedures.gen.ts";
import type { Vif } from "../../../network/public.ts";
import { type GuestImage, GuestOperationFailed, type GuestRef, type GuestSpec } from "../driver.ts";
import { cpuModeOf } from "./facts.ts";
import type { FolderInfo } from "./folder.ts";
import { Hardware } from "./hardware.ts";
import { type LibvirtHost, readMetadata } from "./host.ts";
import { diskLayout } from "./layout.ts";
import { type DirectKernel, type DomainConfig, domainElement } from "./xml/domain.ts";
import { xmlText } from "./xml/element.ts";
import type { InterfaceConfig } from "./xml/interface.ts";
import { domainOwner, readOwner } from "./xml/metadata.ts";

/** Defines the domain anew; with `rescueImage` as it runs from `disk.rescue`. The text is kept as `libvirt.xml`. */
export async function defineGuest(
  host: LibvirtHost,
  connection: Connection,
  spec: GuestSpec,
  info: FolderInfo,
  rescueImage: GuestImage | null = null,
): Promise<Domain> {
  const config = await configOf(host, spec, info, rescueImage);
  const element = domainElement(config);
  const xml = xmlText(element);
  await host.files.write(host.folders.file(spec, "libvirt.xml"), xml);
  await removeNamesake(host, connection, spec);
  const dom = await connection.domainDefineXMLFlags(xml, c.VIR_DOMAIN_DEFINE_VALIDATE);
  const owner = domainOwner(element);
  host.setOwner(spec.uuid, owner && readOwner(owner));
  return dom;
}

async function configOf(
  host: LibvirtHost,
  spec: GuestSpec,
  info: FolderInfo,
  rescueImage: GuestImage | null,
): Promise<DomainConfig> {
  const { virtType, freePageReporting } = await host.facts.load();
  const { settings, folders } = host;
  // What is kept with the server is cut to 255 characters; the image itself is not.
  const properties = { ...spec.imageProperties, ...spec.image?.properties };
  const hardware = new Hardware(properties, spec.extraSpecs, virtType, settings.LIBVIRT_MACHINE_TYPE);
  const rescue = rescueImage && hardware.with(rescueImage.properties);
  const cache = await host.cacheMode();
  return {
    spec,
    hardware,
    owner: { cloud: host.cloudId, host: host.name, instances: folders.root },
    atMs: host.clock.now(),
    cpu: { mode: cpuModeOf(settings, virtType), model: settings.LIBVIRT_CPU_MODEL },
    disks: diskLayout({
      spec,
      hardware,
      info,
      path: (name) => folders.file(spec, name),
      cache,
      ...(rescue ? { rescue } : {}),
    }),
    interfaces: spec.vifs.flatMap((vif) => interfaceOf(host, spec, vif, hardware)),
    kernel: await kernelOf(host, spec, rescueImage?.properties ?? properties, rescue ? ".rescue" : ""),
    consoleLog: folders.file(spec, "console.log"),
    vncListen: host.vncListen,
    freePageReporting,
    user: await host.qemuUser(),
  };
}

/** None for a card whose network is not plumbed on this machine. @throws UnsupportedHardware */
function interfaceOf(host: LibvirtHost, guest: GuestRef, vif: Vif, hardware: Hardware): InterfaceConfig[] {
  const model = hardware.vifModel;
  if (vif.bridge === null) {
    host.log.info(
      null,
      `[instance: ${guest.uuid}] ${vif.macAddress} is not plugged in: its network is not plumbed here`,
    );
    return [];
  }
  return [
    {
      ...interfaceConfig(vif, vif.bridge, model),
      inbound: hardware.vifLimits("inbound"),
      outbound: hardware.vifLimits("outbound"),
    },
  ];
}

export function interfaceConfig(vif: Vif, bridge: string, model: string): InterfaceConfig {
  return {
    alias: `ua-${vif.id}`,
    macAddress: vif.macAddress,
    bridge,
    tapName: vif.tapName,
    model,
    mtu: vif.mtu,
  };
}

/** nova/virt/libvirt/driver.py, _set_guest_for_inst_kernel. */
async function kernelOf(
  host: LibvirtHost,
  spec: GuestSpec,
  properties: Readonly<Record<string, string>>,
  suffix: string,
): Promise<DirectKernel | null> {
  const names = new Set(await host.files.names(host.folders.of(spec)));
  if (!names.has(`kernel${suffix}`)) return null;
  const { virtType } = await host.facts.load();
  const usual = `root=${spec.rootDeviceName} console=tty0 console=ttyS0 console=hvc0${virtType === "qemu" ? " no_timer_check" : ""}`;
  return {
    kernel: host.folders.file(spec, `kernel${suffix}`),
    ramdisk: names.has(`ramdisk${suffix}`) ? host.folders.file(spec, `ramdisk${suffix}`) : null,
    commandLine: properties["os_command_line"] || usual,
  };
}

/** libvirt wants names to be unique. One that a former state of this cloud has left is in the way of its namesake. */
async function removeNamesake(host: LibvirtHost, connection: Connection, guest: GuestRef): Promise<void> {
  let other: Domain;
  try {
    other = await connection.domainLookupByName(guest.name);
  } catch (error) {
    if (isLibvirtError(error, c.VIR_ERR_NO_DOMAIN)) return;
    throw error;
  }
  if (other.uuid === guest.uuid) return;
  const owner = await readMetadata(connection, other);
  if (!owner || !host.isOfThisCloud(owner) || (await host.folders.info(other))) {
    throw new GuestOperationFailed(`There is another domain called ${guest.name} (${other.uuid})`);
  }
  host.log.warning(
    null,
    `${guest.name} (${other.uuid}) is left from a former state of this cloud and is removed`,
  );
  await removeDomain(host, connection, other);
}

const UNDEFINE =
  c.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE |
  c.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
  c.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA |
  c.VIR_DOMAIN_UNDEFINE_NVRAM;

/** Killing QEMU can take longer than libvirt waits when the machine is busy. */
const DESTROY_ATTEMPTS = 3;

/** Stops it at once and removes its configuration and saved memory. What is already gone is no error. */
export async function removeDomain(host: LibvirtHost, connection: Connection, dom: Domain): Promise<void> {
  try {
    await forceOff(host, connection, dom);
    await connection.domainUndefineFlags(dom, UNDEFINE);
  } catch (error) {
    if (!isLibvirtError(error, c.VIR_ERR_NO_DOMAIN)) throw error;
  }
  host.forgetOwner(dom.uuid);
}

/** Takes its power if it has any. */
export async function forceOff(host: LibvirtHost, connection: Connection, dom: Domain): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    if (!(await connection.domainIsActive(dom))) return;
    try {
      await connection.domainDestroyFlags(dom);
      return;
    } catch (error) {
      // It ended by itself; the state is looked at again.
      if (isLibvirtError(error, c.VIR_ERR_OPERATION_INVALID) && attempt < DESTROY_ATTEMPTS) continue;
      if (!isLibvirtError(error, c.VIR_ERR_SYSTEM_ERROR) || attempt >= DESTROY_ATTEMPTS) throw error;
      host.log.warning(
        null,
        `[instance: ${dom.uuid}] Cannot destroy instance: ${error.message}; trying again`,
      );
    }
  }
}

/** Removes the guest's domain, if there is one. */
export async function removeGuestDomain(
  host: LibvirtHost,
  connection: Connection,
  guest: Pick<GuestRef, "uuid">,
): Promise<void> {
  const dom = await host.findOrNull(connection, guest);
  if (dom) await removeDomain(host, connection, dom);
}
