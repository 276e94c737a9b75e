// `<metadata>`: nova's own element, as nova/virt/libvirt/config.py of Zed writes it, and ours, which says whose domain it is.

import type { GuestSpec } from "../../driver.ts";
import { el, first, type XmlElement } from "./element.ts";

export const NOVA_NAMESPACE = "http://openstack.org/xmlns/libvirt/nova/1.1";
export const OWNER_NAMESPACE = "urn:stack:libvirt:domain:1";

/** Whose domain it is. */
export interface Ownership {
  /** Made once for a cloud and kept in its state. */
  cloud: string;
  /** The compute host: two of them may use one libvirt. */
  host: string;
  /** The folder of that host's instances. */
  instances: string;
}

export interface OwnerElement extends Ownership {
  /** Where disks that are attached later go. */
  diskBus: string;
  vifModel: string;
  adminUser: string;
}

export function ownerElement(owner: OwnerElement): XmlElement {
  return el("stack:domain", {
    "xmlns:stack": OWNER_NAMESPACE,
    cloud: owner.cloud,
    host: owner.host,
    instances: owner.instances,
    "disk-bus": owner.diskBus,
    "vif-model": owner.vifModel,
    "admin-user": owner.adminUser,
  });
}

/** From our element. Asked for it alone, libvirt answers it without its prefix: `<domain cloud="..."/>`. */
export function readOwner({ attributes }: XmlElement): OwnerElement {
  const value = (name: string) => attributes[name] ?? "";
  return {
    cloud: value("cloud"),
    host: value("host"),
    instances: value("instances"),
    diskBus: value("disk-bus") || "virtio",
    vifModel: value("vif-model") || "virtio",
    adminUser: value("admin-user") || "root",
  };
}

/** Our element in a whole domain. */
export function domainOwner(domain: XmlElement): XmlElement | null {
  return first(domain, "metadata/stack:domain");
}

export function novaElement(spec: GuestSpec, atMs: number): XmlElement {
  const swapMb = spec.localDisks
    .filter(({ kind }) => kind === "swap")
    .reduce((sum, disk) => sum + disk.sizeMb, 0);
  const ephemeralMb = spec.localDisks
    .filter(({ kind }) => kind === "ephemeral")
    .reduce((sum, disk) => sum + disk.sizeMb, 0);
  return el(
    "nova:instance",
    { "xmlns:nova": NOVA_NAMESPACE },
    el("nova:package", { version: NOVA_VERSION }),
    el("nova:name", {}, spec.displayName),
    el("nova:creationTime", {}, new Date(atMs).toISOString().slice(0, 19).replace("T", " ")),
    el(
      "nova:flavor",
      { name: spec.flavorName },
      el("nova:memory", {}, spec.memoryMb),
      el("nova:disk", {}, spec.rootGb),
      el("nova:swap", {}, swapMb),
      el("nova:ephemeral", {}, Math.floor(ephemeralMb / 1024)),
      el("nova:vcpus", {}, spec.vcpus),
    ),
    el(
      "nova:owner",
      {},
      el("nova:user", { uuid: spec.userId }),
      el("nova:project", { uuid: spec.projectId }),
    ),
    spec.image && el("nova:root", { type: "image", uuid: spec.image.id }),
    el(
      "nova:ports",
      {},
      spec.vifs.map((vif) =>
        el(
          "nova:port",
          { uuid: vif.id },
          vif.addresses.map(({ address, version }) =>
            el("nova:ip", { type: "fixed", address, ipVersion: version }),
          ),
        ),
      ),
    ),
  );
}

/** Of the nova whose behaviour this is: Zed's first release. */
export const NOVA_VERSION = "26.0.0";
