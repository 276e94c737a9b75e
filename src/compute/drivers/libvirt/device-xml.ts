// Finding devices in a domain's XML, as libvirt tells it.

import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import type { Domain } from "../../../libvirt/procedures.gen.ts";
import type { BlockDevice } from "../driver.ts";
import { volumeAlias } from "./layout.ts";
import { all, attribute, text, type XmlElement } from "./xml/element.ts";
import { parseXml } from "./xml/parse.ts";

export type FindDevice = (domain: XmlElement) => XmlElement | null;

/** What runs; of a domain that does not, what is stored. */
export async function liveXml(connection: Connection, dom: Domain): Promise<XmlElement> {
  return parseXml(await connection.domainGetXMLDesc(dom));
}

/** What it is started with next time. */
export async function storedXml(connection: Connection, dom: Domain): Promise<XmlElement> {
  return parseXml(await connection.domainGetXMLDesc(dom, c.VIR_DOMAIN_XML_INACTIVE));
}

export function disksOf(domain: XmlElement): XmlElement[] {
  return all(domain, "devices/disk");
}

export function interfacesOf(domain: XmlElement): XmlElement[] {
  return all(domain, "devices/interface");
}

/**
 * By its data: after a swap the running guest goes on calling the disk by the name (serial, alias) of the volume that it
 * had before. By name only where no data is told.
 */
export function volumeIn({ volumeId, connection }: Pick<BlockDevice, "volumeId" | "connection">): FindDevice {
  return (domain) => {
    const disks = disksOf(domain);
    const named = (disk: XmlElement) =>
      attribute(disk, "alias", "name") === volumeAlias(volumeId) ||
      (connection.serial !== "" && text(disk, "serial") === connection.serial);
    return (
      disks.find((disk) => sourceOf(disk) === connection.path) ??
      disks.find((disk) => sourceOf(disk) === null && named(disk)) ??
      null
    );
  };
}

export function interfaceIn(macAddress: string): FindDevice {
  return (domain) =>
    interfacesOf(domain).find(
      (card) => attribute(card, "mac", "address")?.toLowerCase() === macAddress.toLowerCase(),
    ) ?? null;
}

/** `vda` */
export function targetOf(disk: XmlElement): string {
  return attribute(disk, "target", "dev") ?? "";
}

/** The path of a disk's file or device. */
export function sourceOf(disk: XmlElement): string | null {
  return attribute(disk, "source", "file") ?? attribute(disk, "source", "dev");
}

/** Of the first SCSI controller; what a domain without one gets is libvirt's choice. */
export function scsiModelOf(domain: XmlElement): string {
  const controllers = all(domain, "devices/controller").filter(
    ({ attributes }) => attributes["type"] === "scsi",
  );
  return controllers.find(({ attributes }) => attributes["index"] === "0")?.attributes["model"] ?? "";
}
