// Which hosts there are, from the settings.

import type { Values } from "../../../config/keys.ts";
import { parseUri } from "../../../libvirt/uri.ts";
import type { DriverHost } from "../driver.ts";
import type { libvirtSection } from "./config.ts";

const NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/;

/**
 * `COMPUTE_HOSTS`, or the one host of this machine.
 * @throws Error for a text that is not NAME=URI, a URI that is not libvirt's, or a name that comes twice
 */
export function libvirtHosts(config: Values<typeof libvirtSection>, hostName: string): DriverHost[] {
  const { COMPUTE_HOSTS, LIBVIRT_URI } = config;
  if (COMPUTE_HOSTS.length === 0) return [checked(hostName, LIBVIRT_URI)];
  const hosts = COMPUTE_HOSTS.map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw new Error(`COMPUTE_HOSTS: "${text}" is not NAME=URI`);
    return checked(text.slice(0, at), text.slice(at + 1));
  });
  const names = new Set<string>();
  for (const { name } of hosts) {
    if (names.has(name)) throw new Error(`COMPUTE_HOSTS: ${name} comes twice`);
    names.add(name);
  }
  return hosts;
}

function checked(name: string, address: string): DriverHost {
  if (!NAME.test(name)) throw new Error(`"${name}" cannot be the name of a compute host`);
  parseUri(address, environment());
  return { name, address };
}

function environment() {
  const { XDG_RUNTIME_DIR, XDG_CACHE_HOME, HOME } = process.env;
  return { XDG_RUNTIME_DIR, XDG_CACHE_HOME, HOME };
}

/** How files and network addresses of a host are reached, which follows from its URI. */
export interface Whereabouts {
  /** True when the daemon runs on this machine: its files are ours. */
  local: boolean;
  /** Reached through ssh: its files are handled by commands over there. */
  ssh: boolean;
  /** The host's address, as other machines know it; null for this machine. */
  address: string | null;
}

export function whereabouts(uri: string): Whereabouts {
  const { target } = parseUri(uri, environment());
  switch (target.transport) {
    case "unix":
      return { local: true, ssh: false, address: null };
    case "ssh":
      return { local: false, ssh: true, address: target.host };
    default: {
      const loopback = ["localhost", "127.0.0.1", "::1"].includes(target.host);
      return { local: loopback, ssh: false, address: loopback ? null : target.host };
    }
  }
}
