// What every rule of the network service works with.

import type { Values } from "../../config/keys.ts";
import type { Ids } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { networkSection } from "../config.ts";
import type { HostNames } from "../names.ts";
import type { NetworkStore } from "../store/store.ts";
import type { ComputeNotifier } from "./compute-notifier.ts";

export type NetworkConfig = Values<typeof networkSection>;

export interface Base {
  store: NetworkStore;
  ids: Ids;
  log: Logger;
  config: NetworkConfig;
  /** The host that networks and routers are served on, by its name among the hosts. */
  hostName: string;
  /** Where the APIs listen. */
  hostAddress: string;
  names: HostNames;
  /** The card floating addresses are put on. */
  publicCard: string;
  compute: ComputeNotifier;
  /** Tells the engine that the wanted state has changed; it looks at the database when the present work is done. */
  changed(): void;
}

/** Owners of ports that Neutron itself makes (neutron_lib/constants.py). */
export const OWNER = {
  dhcp: "network:dhcp",
  routerInterface: "network:router_interface",
  routerGateway: "network:router_gateway",
  floatingIp: "network:floatingip",
} as const;

export const COMPUTE_OWNER = "compute:";

/** Ports of the network service itself: no filters, no groups (neutron_lib/utils/net.py, is_port_trusted). */
export function isTrusted(deviceOwner: string): boolean {
  return deviceOwner.startsWith("network:");
}
