// OpenStack's own tree. Authority: nova/api/metadata/base.py of Zed.

import { randomBytes } from "node:crypto";
import type { MetadataInstance } from "./facts.ts";
import { networkData } from "./network-data.ts";

export const OPENSTACK_VERSIONS = [
  "2012-08-10",
  "2013-04-04",
  "2013-10-17",
  "2015-10-15",
  "2016-06-30",
  "2016-10-06",
  "2017-02-22",
  "2018-08-27",
  "2020-10-14",
] as const;

const [FOLSOM, GRIZZLY, HAVANA, LIBERTY, NEWTON, NEWTON_TWO, , ROCKY, VICTORIA] = OPENSTACK_VERSIONS;

type Version = (typeof OPENSTACK_VERSIONS)[number];

export interface OpenStackOptions {
  hostname: string;
  /** Where the contents of injected files are: `{"path": "/etc/motd", "content_path": "/content/0000"}`. */
  files: readonly { path: string; content_path: string }[];
  networkConfig: { name: string; content_path: string } | null;
  adminPassword: string | null;
  vendorData: unknown;
}

export interface Item {
  body: string | Uint8Array;
  type: "text/plain" | "application/json";
}

/** Since when there is which file, in the order of the list. */
const FILES: readonly (readonly [name: string, since: Version])[] = [
  ["meta_data.json", FOLSOM],
  ["user_data", FOLSOM],
  ["password", GRIZZLY],
  ["vendor_data.json", HAVANA],
  ["network_data.json", LIBERTY],
  ["vendor_data2.json", NEWTON_TWO],
];

/** Null for a version there is not. */
export function openStackVersion(name: string): Version | null {
  if (name === "latest") return VICTORIA;
  return OPENSTACK_VERSIONS.find((version) => version === name) ?? null;
}

export function filesOf(instance: MetadataInstance, version: Version): string[] {
  return FILES.filter(
    ([name, since]) => version >= since && (name !== "user_data" || instance.userData !== null),
  ).map(([name]) => name);
}

/** Null when there is no such file; the password is not among them, for it can be written too. */
export function openStackFile(
  instance: MetadataInstance,
  version: Version,
  name: string,
  options: OpenStackOptions,
): Item | null {
  if (!filesOf(instance, version).includes(name)) return null;
  switch (name) {
    case "meta_data.json":
      return json(metaData(instance, version, options));
    case "user_data":
      return { body: instance.userData ?? "", type: "text/plain" };
    case "vendor_data.json":
      return json(options.vendorData);
    case "vendor_data2.json":
      return json({ static: options.vendorData });
    case "network_data.json":
      // As Nova, which gives this one no type of its own.
      return { ...json(networkData(instance.vifs)), type: "text/plain" };
    default:
      return null;
  }
}

function json(data: unknown): Item {
  return { body: JSON.stringify(data), type: "application/json" };
}

const SEED_BYTES = 512;

function metaData(
  instance: MetadataInstance,
  version: Version,
  options: OpenStackOptions,
): Record<string, unknown> {
  const { keypair } = instance;
  return {
    uuid: instance.uuid,
    ...(Object.keys(instance.metadata).length > 0 ? { meta: instance.metadata } : {}),
    ...(options.files.length > 0 ? { files: options.files } : {}),
    ...(options.adminPassword === null ? {} : { admin_pass: options.adminPassword }),
    ...(options.networkConfig ? { network_config: options.networkConfig } : {}),
    ...(instance.keyName !== null && keypair
      ? {
          public_keys: { [keypair.name]: keypair.publicKey },
          keys: [{ name: keypair.name, type: keypair.type, data: keypair.publicKey }],
        }
      : {}),
    hostname: options.hostname,
    name: instance.displayName,
    launch_index: instance.launchIndex,
    availability_zone: instance.availabilityZone,
    ...(version >= GRIZZLY ? { random_seed: randomBytes(SEED_BYTES).toString("base64") } : {}),
    ...(version >= LIBERTY ? { project_id: instance.projectId } : {}),
    ...(version >= NEWTON ? { devices: devices(instance, version) } : {}),
    ...(version >= VICTORIA ? { dedicated_cpus: [] } : {}),
  };
}

/** Only what has a tag. Where a device sits on its bus is the hypervisor's knowledge, which says `none`. */
function devices(instance: MetadataInstance, version: Version): Record<string, unknown>[] {
  const nics = instance.vifs
    .filter((vif) => vif.tag !== null)
    .map((vif) => ({
      ...(version >= ROCKY ? { vf_trusted: false } : {}),
      type: "nic",
      mac: vif.macAddress,
      bus: "none",
      address: "none",
      tags: [vif.tag],
    }));
  const disks = instance.taggedDisks.map(({ tag, volumeId, bus }) => ({
    type: "disk",
    serial: volumeId,
    bus: bus === "scsi" || bus === "ide" || bus === "usb" ? bus : "none",
    address: "none",
    tags: [tag],
  }));
  return [...nics, ...disks];
}
