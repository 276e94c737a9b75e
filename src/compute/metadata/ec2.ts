// EC2's tree, and how a tree is printed. Authority: nova/api/metadata/base.py of Zed, `get_ec2_metadata` and
// `ec2_md_print`.

import type { MetadataInstance } from "./facts.ts";
import { fixedAddresses, floatingAddresses } from "./network-data.ts";

export const EC2_VERSIONS = [
  "1.0",
  "2007-01-19",
  "2007-03-01",
  "2007-08-29",
  "2007-10-10",
  "2007-12-15",
  "2008-02-01",
  "2008-09-01",
  "2009-04-04",
] as const;

const NEWEST = EC2_VERSIONS[EC2_VERSIONS.length - 1] ?? "";

/** Key of a folder's entry in the list of its parent, where that is not the folder's name. */
const LABEL = "_name";

export type Node = Tree | readonly string[] | string | Uint8Array | number | null;
export interface Tree {
  [name: string]: Node;
}

export interface Ec2Options {
  hostname: string;
  /** From where the server asked, for one whose cards are not known. */
  address: string | null;
}

/** `meta-data` and, when there is some, `user-data`. Null for a version there is not. */
export function ec2Tree(instance: MetadataInstance, version: string, options: Ec2Options): Tree | null {
  const wanted = version === "latest" ? NEWEST : version;
  if (!(EC2_VERSIONS as readonly string[]).includes(wanted)) return null;
  const since = (first: (typeof EC2_VERSIONS)[number]) => wanted >= first;
  const { ec2 } = instance;
  const data: Tree = {
    "ami-id": ec2.imageId,
    "ami-launch-index": instance.launchIndex,
    // Not a placeholder of ours: it is what guests have been told ever since.
    "ami-manifest-path": "FIXME",
    "instance-id": ec2.instanceId,
    hostname: options.hostname,
    "local-ipv4": fixedAddresses(instance.vifs, 4)[0] ?? options.address,
    "reservation-id": instance.reservationId,
    "security-groups": instance.securityGroups,
  };
  if (instance.keyName !== null && instance.keyName !== "") {
    data["public-keys"] = { "0": { [LABEL]: `0=${instance.keyName}`, "openssh-key": instance.keyData } };
  }
  if (since("2007-01-19")) {
    data["local-hostname"] = options.hostname;
    data["public-hostname"] = options.hostname;
    data["public-ipv4"] = floatingAddresses(instance.vifs)[0] ?? "";
  }
  if (since("2007-08-29")) data["instance-type"] = instance.flavorName;
  if (since("2007-12-15")) {
    data["block-device-mapping"] = instance.blockDeviceMapping;
    if (ec2.kernelId !== null) data["kernel-id"] = ec2.kernelId;
    if (ec2.ramdiskId !== null) data["ramdisk-id"] = ec2.ramdiskId;
  }
  if (since("2008-02-01")) data["placement"] = { "availability-zone": instance.availabilityZone };
  if (since("2008-09-01")) data["instance-action"] = "none";
  return { "meta-data": data, ...(instance.userData === null ? {} : { "user-data": instance.userData }) };
}

/** Undefined when there is nothing at that path. */
export function nodeAt(tree: Tree, path: readonly string[]): Node | undefined {
  let node: Node = tree;
  for (const name of path) {
    if (!isTree(node) || name === LABEL || !Object.hasOwn(node, name)) return undefined;
    node = node[name] ?? null;
  }
  return node;
}

/** A folder as the list of what is in it, a line each; everything else as it is. */
export function printNode(node: Node): string | Uint8Array {
  if (node instanceof Uint8Array || typeof node === "string") return node;
  if (node === null) return "None";
  if (typeof node === "number") return String(node);
  if (!isTree(node)) return node.join("\n");
  return Object.keys(node)
    .filter((name) => name !== LABEL)
    .sort()
    .map((name) => {
      const below = node[name] ?? null;
      if (!isTree(below)) return name;
      const label = below[LABEL];
      return typeof label === "string" ? label : `${name}/`;
    })
    .join("\n");
}

function isTree(node: Node): node is Tree {
  return typeof node === "object" && node !== null && !Array.isArray(node) && !(node instanceof Uint8Array);
}
