// What other services may ask the network service.

import type { RequestContext } from "../core/context.ts";
import { peerKey } from "../core/peers.ts";
import type { Topology } from "./show/topology.ts";

export { type NovaNetworkOptions, novaNetworkRoutes } from "./compute-api/index.ts";
export type { Topology } from "./show/topology.ts";

/** One of the networks a server asked for: by network, by port, with a wanted address or without. */
export interface RequestedNetwork {
  networkId?: string;
  portId?: string;
  fixedIp?: string;
  tag?: string;
}

/** `auto`: whatever the project can use, nothing when it has none; `none`: no network at all. */
export type NetworkRequest = readonly RequestedNetwork[] | "auto" | "none";

export interface VifAddress {
  address: string;
  version: 4 | 6;
  /** `10.0.0.0/24` */
  cidr: string;
  gateway: string | null;
  dns: string[];
  floating: string[];
  subnetId: string;
  /** False when no DHCP server answers on the subnet; absent: one does. */
  dhcp?: boolean;
  /** The subnet's routes besides the default one. */
  routes?: { destination: string; nexthop: string }[];
  /** `slaac`, `dhcpv6-stateful`, `dhcpv6-stateless` */
  ipv6AddressMode?: string | null;
}

/** A server's network card. */
export interface Vif {
  /** The port's id. */
  id: string;
  macAddress: string;
  networkId: string;
  /** The network's label: the name before `=` in a server's addresses. */
  networkName: string;
  addresses: VifAddress[];
  mtu: number;
  /** Where the card is plugged in on the host; null where nothing is plumbed. */
  bridge: string | null;
  /** Name of the host's end, unique on the machine: `tap` and the first eleven characters of the port id. */
  tapName: string;
  /** `ACTIVE`, `DOWN`, `BUILD` */
  status: string;
  tag: string | null;
  /** False when the port was made by the user and is to outlive the server. */
  ownedByServer: boolean;
}

export interface InstanceForNetwork {
  uuid: string;
  /** Host name of the guest, for DHCP and DNS. */
  hostname: string;
  projectId: string;
  availabilityZone: string | null;
  /** The compute host. */
  host: string;
}

/** A rule as `os-security-groups` shows it: what lets packets in, from a group or a range. */
export interface NovaSecurityGroupRule {
  id: string;
  parent_group_id: string;
  ip_protocol: string | null;
  from_port: number | null;
  to_port: number | null;
  group: { name?: string; tenant_id?: string };
  ip_range: { cidr?: string };
}

export interface NovaSecurityGroup {
  id: string;
  name: string;
  description: string;
  tenant_id: string;
  rules: NovaSecurityGroupRule[];
}

export interface NetworkPublic {
  /**
   * Checks a request before the server is made.
   * @throws NetworkNotFound, PortNotFound, PortInUse, FixedIpAlreadyInUse, NetworkRequiresSubnet, Conflict when several
   *   networks are possible and none was named, OverQuota
   */
  validateRequest(
    context: RequestContext,
    request: NetworkRequest,
    securityGroups: readonly string[],
    count: number,
  ): void;
  /** Makes or adopts the ports, assigns addresses and groups. All or nothing; repeating it finds what is there. */
  allocateForInstance(
    context: RequestContext,
    instance: InstanceForNetwork,
    request: NetworkRequest,
    securityGroups: readonly string[],
  ): Promise<Vif[]>;
  /** Gives everything back: ports the server owned are deleted, others are unbound. Idempotent. */
  deallocateForInstance(context: RequestContext, instanceUuid: string): Promise<void>;
  /** A card for a running server. */
  addInterface(
    context: RequestContext,
    instance: InstanceForNetwork,
    request: RequestedNetwork,
  ): Promise<Vif>;
  /** @throws PortNotFound when the server has no such port */
  removeInterface(context: RequestContext, instanceUuid: string, portId: string): Promise<void>;
  /**
   * The host's side is ready for these cards: bridge, DHCP entries, firewall; the server's ports are bound to that host.
   * Called before the guest starts.
   */
  plug(context: RequestContext, instance: InstanceForNetwork, vifs: readonly Vif[]): Promise<void>;
  /** The guest is off; the ports go DOWN. Idempotent. */
  unplug(context: RequestContext, instanceUuid: string): Promise<void>;
  /** The cards of a server, in the order they were given. Fast: read from memory or one prepared statement. */
  vifs(instanceUuid: string): Vif[];
  /** The same for many servers at once, for lists. */
  vifsOf(instanceUuids: readonly string[]): Map<string, Vif[]>;
  /** Names of the security groups of a server, sorted. */
  securityGroupsOf(instanceUuid: string): { id: string; name: string }[];
  /** The same with all that Nova shows of them. */
  securityGroupDetails(instanceUuid: string): NovaSecurityGroup[];
  /** For many servers at once; a server without a group may be missing. */
  securityGroupsOfMany(instanceUuids: readonly string[]): Map<string, { id: string; name: string }[]>;
  /** Changes whenever what `vifs` and `securityGroupsOf` answer may have changed. */
  stamp(): number;
  addSecurityGroup(context: RequestContext, instanceUuid: string, group: string): Promise<void>;
  removeSecurityGroup(context: RequestContext, instanceUuid: string, group: string): Promise<void>;
  /**
   * nova's addFloatingIp: the caller's floating address onto one of the server's fixed ones.
   * @param fixedAddress null: its first IPv4 address
   * @throws FloatingIpAssociateFailed (400), NotFound when the address is not the caller's
   */
  addFloatingIp(
    context: RequestContext,
    instanceUuid: string,
    address: string,
    fixedAddress: string | null,
  ): Promise<void>;
  /** The server that has this floating address, or null. @throws FloatingIpNotFoundForAddress */
  serverOfFloatingIp(context: RequestContext, address: string): string | null;
  /** nova's removeFloatingIp. @throws NotFound; Conflict when the server has not this address */
  removeFloatingIp(context: RequestContext, instanceUuid: string, address: string): Promise<void>;
  /** What is connected to what, as far as the caller may see it. */
  topology(context: RequestContext): Topology;
  /** Which server has this fixed address on the flat network; for the metadata service. */
  instanceByAddress(address: string): string | null;
}

export const networkPublic = peerKey<NetworkPublic>("n-net");
