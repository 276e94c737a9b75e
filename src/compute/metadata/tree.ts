// All that a server is told, by path: for the metadata service, and, with some of it as files, for config drives.
// Authority: nova/api/metadata/base.py, InstanceMetadata, of Zed.

import { EC2_VERSIONS, ec2Tree, nodeAt, printNode } from "./ec2.ts";
import type { MetadataInstance } from "./facts.ts";
import { interfacesFile } from "./interfaces.ts";
import {
  filesOf,
  type Item,
  OPENSTACK_VERSIONS,
  type OpenStackOptions,
  openStackFile,
  openStackVersion,
} from "./openstack.ts";

export interface TreeOptions {
  /** Empty: none. */
  dhcpDomain: string;
  /** Content of vendor_data.json. */
  vendorData: unknown;
  /** Make /etc/network/interfaces for networks without DHCP. */
  flatInjected: boolean;
  /** From where the server asks. */
  address?: string | null;
  /** Of config drives only: files of the request that made the server are kept nowhere else. */
  injectedFiles?: readonly { path: string; contents: Uint8Array }[];
  adminPassword?: string | null;
}

/** Not looked up, but handled: the guest reads and writes it. */
export const PASSWORD = Symbol("password");

export class MetadataTree {
  readonly instance: MetadataInstance;
  #address: string | null;
  #options: OpenStackOptions;
  /** `0000` → contents */
  #content = new Map<string, string | Uint8Array>();

  constructor(instance: MetadataInstance, options: TreeOptions) {
    this.instance = instance;
    this.#address = options.address ?? null;
    const network = options.flatInjected ? interfacesFile(instance.vifs) : null;
    this.#options = {
      hostname: options.dhcpDomain === "" ? instance.hostname : `${instance.hostname}.${options.dhcpDomain}`,
      networkConfig: network === null ? null : { name: "network_config", content_path: this.#keep(network) },
      files: (options.injectedFiles ?? []).map(({ path, contents }) => ({
        path,
        content_path: this.#keep(contents),
      })),
      adminPassword: options.adminPassword ?? null,
      vendorData: options.vendorData,
    };
  }

  /** Null when there is nothing at that path, which may begin with `/ec2`, `/openstack`, or with EC2's version. */
  lookup(path: string): Item | typeof PASSWORD | null {
    const names = normal(path);
    const [first] = names;
    if (first === "openstack") return this.#openStack(names.slice(1));
    return this.#ec2(first === "ec2" ? names.slice(1) : names);
  }

  /** Every file of a config drive with its path: `openstack/latest/meta_data.json`. */
  configDriveFiles(skippedEc2Versions: readonly string[]): Record<string, Uint8Array> {
    const files: Record<string, Uint8Array> = {};
    const add = (path: string, data: string | Uint8Array) => {
      files[path] = typeof data === "string" ? new TextEncoder().encode(data) : data;
    };
    for (const version of [...EC2_VERSIONS, "latest"]) {
      const tree = skippedEc2Versions.includes(version) ? null : this.#ec2Tree(version);
      if (!tree) continue;
      if (tree["user-data"] instanceof Uint8Array) add(`ec2/${version}/user-data`, tree["user-data"]);
      add(`ec2/${version}/meta-data.json`, JSON.stringify(tree["meta-data"]));
    }
    for (const name of [...OPENSTACK_VERSIONS, "latest"]) {
      const version = openStackVersion(name);
      if (!version) continue;
      for (const file of filesOf(this.instance, version)) {
        const item = openStackFile(this.instance, version, file, this.#options);
        if (item) add(`openstack/${name}/${file}`, item.body);
      }
    }
    for (const [name, data] of this.#content) add(`openstack/content/${name}`, data);
    return files;
  }

  #keep(content: string | Uint8Array): string {
    const name = String(this.#content.size).padStart(4, "0");
    this.#content.set(name, content);
    return `/content/${name}`;
  }

  #openStack(names: readonly string[]): Item | typeof PASSWORD | null {
    const [first, ...rest] = names;
    if (first === undefined) return plain([...OPENSTACK_VERSIONS, "latest"].join("\n"));
    if (first === "content") {
      const content = rest.length === 1 ? this.#content.get(rest[0] ?? "") : undefined;
      return content === undefined ? null : plain(content);
    }
    const version = openStackVersion(first);
    if (!version) return null;
    const files = filesOf(this.instance, version);
    if (rest.length === 0) return plain(files.join("\n"));
    const file = rest.join("/");
    if (file === "password" && files.includes(file)) return PASSWORD;
    return openStackFile(this.instance, version, file, this.#options);
  }

  #ec2(names: readonly string[]): Item | null {
    const [version, ...rest] = names;
    if (version === undefined) return plain([...EC2_VERSIONS, "latest"].join("\n"));
    const tree = this.#ec2Tree(version);
    const node = tree ? nodeAt(tree, rest) : undefined;
    return node === undefined ? null : plain(printNode(node));
  }

  #ec2Tree(version: string) {
    return ec2Tree(this.instance, version, { hostname: this.#options.hostname, address: this.#address });
  }
}

/** What anybody is told at `/`, before it is known who asks. */
export const ROOT_LISTING = [...EC2_VERSIONS, "latest"].join("\n");

function plain(body: string | Uint8Array): Item {
  return { body, type: "text/plain" };
}

/** The names of a path, without empty ones, `.` and `..`. */
export function normal(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return names;
}
