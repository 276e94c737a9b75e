// What the host should be for networks that were made through the Network API: a bridge for each, a namespace with a
// DHCP server, namespaces that route between them. Names are those of Neutron's Linux bridge, DHCP and L3 agents.

import { contains, formatCidr, parseAddress, parseCidr } from "../ip.ts";
import { OWNER } from "../rules/base.ts";
import { tapName } from "../rules/vifs.ts";
import type { NetworkStore } from "../store/store.ts";
import type { NetworkRow, PortRow, SubnetRow } from "../tables.ts";
import { type DhcpSpec, dhcpOf } from "./desired-dhcp.ts";
import { type RouterSpec, routerOf } from "./desired-router.ts";

/** A card inside a namespace, tied to a bridge of the host. */
export interface NamespaceLink {
  name: string;
  /** The host's end. */
  peer: string;
  bridge: string;
  mac: string;
  mtu: number;
  /** `192.168.7.2/24` */
  addresses: string[];
}

export interface TenantBridge {
  networkId: string;
  name: string;
  mtu: number;
  /** Of an external network: this machine plays the gateway. */
  addresses: string[];
  /** A server is plugged in. */
  filtered: boolean;
  /** The kernel's name space for connections on this bridge: two networks may use the same addresses. */
  zone: number | null;
  /** Ranges of an external network, whose packets leave this machine under its own address. */
  ranges: string[];
}

export interface Tenant {
  bridges: TenantBridge[];
  dhcp: DhcpSpec[];
  routers: RouterSpec[];
}

export interface TenantOptions {
  slot: number;
  /** The external network whose bridge has a classic name. */
  publicNetwork: string;
  publicBridge: string;
  /** It is one that the user has made, whose gateway is out there. */
  usersBridge: boolean;
  dnsDomain: string;
}

/** All rows the parts are read from, once. */
export interface TenantRows {
  networks: ReadonlyMap<string, NetworkRow>;
  subnetsOf: ReadonlyMap<string, SubnetRow[]>;
  subnets: ReadonlyMap<string, SubnetRow>;
  portsOf: ReadonlyMap<string, PortRow[]>;
  portsOfDevice: ReadonlyMap<string, PortRow[]>;
  addressesOf: ReadonlyMap<string, { address: string; subnet_id: string }[]>;
  bridgeOf(network: NetworkRow): string;
}

/** What is inside a namespace begins with what it is for; both ends carry the start of the port's id. */
export const linkName = (prefix: "ns-" | "qr-" | "qg-", portId: string) => `${prefix}${portId.slice(0, 11)}`;

export interface BridgedNetwork {
  uuid: string;
  kind: string;
  bridge: string | null;
  label: string;
  external: boolean;
}

export function bridgeName(
  network: BridgedNetwork,
  options: Pick<TenantOptions, "publicNetwork" | "publicBridge">,
): string | null {
  if (network.kind !== "neutron") return network.bridge;
  if (network.external && network.label === options.publicNetwork) return options.publicBridge;
  return `brq${network.uuid.slice(0, 11)}`;
}

/** Zones are numbers of 16 bits; 0 is everything else on the machine. */
const ZONES = 65_535;
/** So many networks of one cloud before a zone is used twice. */
const ZONES_PER_SLOT = 640;

export function readTenant(store: NetworkStore, options: TenantOptions): Tenant {
  const rows = readRows(store, options);
  const bridges = [...rows.networks.values()]
    .filter((network) => network.kind === "neutron" && isUsed(network, rows))
    .map((network) => bridgeOf(network, rows, options));
  // What was taken from its agent is not made, though all else of it stands.
  const [networks, routersServed] = [store.bindings.served("network"), store.bindings.served("router")];
  const dhcp = bridges.flatMap(({ networkId }) => {
    const network = rows.networks.get(networkId)!;
    if (!networks.has(networkId)) return [];
    return dhcpOf(network, rows, options.dnsDomain) ?? [];
  });
  const floating = store.floatingIps.list();
  const forwardings = store.forwardings.list();
  const fixed = new Map(
    store.fixedIps
      .among(
        "id",
        floating.flatMap((row) => row.fixed_ip_id ?? []),
      )
      .map((row) => [row.id, row]),
  );
  const routers = store.routers
    .list()
    .filter((router) => routersServed.has(router.id))
    .flatMap((router) => routerOf(router, rows, { floating, forwardings, fixed }) ?? []);
  return { bridges, dhcp, routers };
}

function readRows(store: NetworkStore, options: TenantOptions): TenantRows {
  const networks = store.networks.list();
  const subnets = store.subnets.list();
  const ports = store.ports.list();
  return {
    networks: new Map(networks.map((network) => [network.uuid, network])),
    subnets: new Map(subnets.map((subnet) => [subnet.id, subnet])),
    subnetsOf: Map.groupBy(subnets, (subnet) => subnet.network_id),
    portsOf: Map.groupBy(ports, (port) => port.network_id),
    portsOfDevice: Map.groupBy(
      ports.filter((port) => port.device_owner.startsWith("network:")),
      (port) => port.device_id,
    ),
    addressesOf: store.addresses.ofPorts(ports.map((port) => port.id)),
    bridgeOf: (network) => bridgeName(network, options) ?? "",
  };
}

/** Something is plugged into it, or will be. */
function isUsed(network: NetworkRow, rows: TenantRows): boolean {
  const ports = rows.portsOf.get(network.uuid) ?? [];
  return ports.some((port) => port.device_id !== "" && port.device_owner !== OWNER.floatingIp);
}

function bridgeOf(network: NetworkRow, rows: TenantRows, options: TenantOptions): TenantBridge {
  const subnets = rows.subnetsOf.get(network.uuid) ?? [];
  const ports = rows.portsOf.get(network.uuid) ?? [];
  const gateways = network.external ? subnets.flatMap((subnet) => gatewayOf(subnet, ports, rows)) : [];
  return {
    networkId: network.uuid,
    name: rows.bridgeOf(network),
    mtu: network.mtu ?? 1500,
    addresses: gateways,
    filtered: ports.some((port) => port.device_id !== "" && !port.device_owner.startsWith("network:")),
    zone: network.external ? null : ((options.slot * ZONES_PER_SLOT + network.id) % ZONES) + 1,
    ranges: network.external
      ? subnets.filter((subnet) => subnet.ip_version === 4).map((subnet) => subnet.cidr)
      : [],
  };
}

/** `172.24.4.1/24`; nothing when a port of the cloud has the gateway's address. */
function gatewayOf(subnet: SubnetRow, ports: readonly PortRow[], rows: TenantRows): string[] {
  const cidr = parseCidr(subnet.cidr);
  const address = parseAddress(subnet.gateway_ip);
  if (!cidr || !address || !contains(cidr, address)) return [];
  const taken = ports.some((port) =>
    (rows.addressesOf.get(port.id) ?? []).some((held) => held.address === subnet.gateway_ip),
  );
  return taken ? [] : [`${subnet.gateway_ip}/${cidr.prefix}`];
}

/** A port's card in a namespace. */
export function namespaceLink(prefix: "ns-" | "qr-" | "qg-", port: PortRow, rows: TenantRows): NamespaceLink {
  const network = rows.networks.get(port.network_id)!;
  const addresses = (rows.addressesOf.get(port.id) ?? []).flatMap(({ address, subnet_id }) => {
    const cidr = parseCidr(rows.subnets.get(subnet_id)?.cidr);
    return cidr ? [`${address}/${cidr.prefix}`] : [];
  });
  return {
    name: linkName(prefix, port.id),
    peer: tapName(port.id),
    bridge: rows.bridgeOf(network),
    mac: port.mac_address,
    mtu: network.mtu ?? 1500,
    addresses,
  };
}

/** `192.168.7.0` */
export function networkAddress(cidr: string): string {
  const parsed = parseCidr(cidr);
  return parsed ? formatCidr(parsed).split("/")[0]! : cidr;
}
