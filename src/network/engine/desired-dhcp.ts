// What a network's DHCP server is told. Authority: neutron/agent/linux/dhcp.py of Zed.

import { netmask, parseAddress, parseCidr } from "../ip.ts";
import { DHCP_LEASE_SECONDS } from "../rules/agent-facts.ts";
import { OWNER } from "../rules/base.ts";
import type { DhcpOption, NetworkRow, PortRow, SubnetRow } from "../tables.ts";
import { type NamespaceLink, namespaceLink, networkAddress, type TenantRows } from "./desired-tenant.ts";
import { METADATA_ADDRESS } from "./nat.ts";

export interface Route {
  /** `0.0.0.0/0` */
  destination: string;
  via: string;
}

export interface DhcpSpec {
  networkId: string;
  namespace: string;
  link: NamespaceLink;
  routes: Route[];
  /** Values of `--dhcp-range`. */
  ranges: string[];
  maxLeases: number;
  mtu: number;
  /** Lines of the hosts, addresses and options files. */
  hosts: string[];
  names: string[];
  options: string[];
  /** What the hosts lines give out. */
  given: { mac: string; address: string }[];
  /** The server's own IPv4 address; releases of leases are sent to it. */
  address: string | null;
  /** Guests ask for metadata here, since no router of ours serves them. */
  metadata: boolean;
}

/** dhcp_agent.ini: dnsmasq_lease_max. */
const MOST_LEASES = 16_777_216;
const MIN_PREFIX6 = 64;

/** Null when the network has no DHCP server. */
export function dhcpOf(network: NetworkRow, rows: TenantRows, domain: string): DhcpSpec | null {
  const ports = rows.portsOf.get(network.uuid) ?? [];
  const server = ports.find((port) => port.device_owner === OWNER.dhcp);
  if (!server || !network.admin_state_up) return null;
  const subnets = (rows.subnetsOf.get(network.uuid) ?? []).filter((subnet) => subnet.enable_dhcp);
  const link = namespaceLink("ns-", server, rows);
  const own = new Map(
    (rows.addressesOf.get(server.id) ?? []).map(({ subnet_id, address }) => [subnet_id, address]),
  );
  const routed = routedSubnets(ports, rows);
  const isolated = subnets.some((subnet) => subnet.ip_version === 4 && !routed.has(subnet.id));
  if (isolated) link.addresses.push(`${METADATA_ADDRESS}/32`);
  const gateway = subnets.find((subnet) => subnet.ip_version === 4 && subnet.gateway_ip !== null)?.gateway_ip;
  const entries = hostEntries(ports, subnets, rows, domain);
  const four = subnets.find((subnet) => subnet.ip_version === 4 && own.has(subnet.id));
  return {
    networkId: network.uuid,
    namespace: `qdhcp-${network.uuid}`,
    link,
    routes: gateway ? [{ destination: "0.0.0.0/0", via: gateway }] : [],
    ranges: subnets.flatMap(rangeOf),
    maxLeases: subnets.reduce((sum, subnet) => Math.min(MOST_LEASES, sum + sizeOf(subnet.cidr)), 0),
    mtu: network.mtu ?? 1500,
    hosts: entries.flatMap((entry) => entry.line ?? []),
    names: entries.map(({ address, name }) => `${address}\t${name}.${domain} ${name}`),
    options: [
      ...subnets.flatMap((subnet) => subnetOptions(subnet, subnets, { own, routed, domain })),
      ...ports.flatMap((port) => portOptions(port, rows)),
    ],
    given: entries.filter((entry) => entry.line !== null).map(({ mac, address }) => ({ mac, address })),
    address: four ? own.get(four.id)! : null,
    metadata: isolated,
  };
}

/** Subnets whose gateway is a router of the cloud. */
function routedSubnets(ports: readonly PortRow[], rows: TenantRows): Set<string> {
  const interfaces = ports.filter((port) => port.device_owner === OWNER.routerInterface);
  const held = interfaces.flatMap((port) => rows.addressesOf.get(port.id) ?? []);
  return new Set(
    held
      .filter(({ address, subnet_id }) => rows.subnets.get(subnet_id)?.gateway_ip === address)
      .map(({ subnet_id }) => subnet_id),
  );
}

function rangeOf(subnet: SubnetRow): string[] {
  const cidr = parseCidr(subnet.cidr);
  if (!cidr) return [];
  const start = `set:subnet-${subnet.id},${networkAddress(subnet.cidr)},static`;
  if (subnet.ip_version === 4) return [`${start},${netmask(cidr)},${DHCP_LEASE_SECONDS}s`];
  const slaac = subnet.ipv6_address_mode === "slaac" || (!subnet.ipv6_address_mode && subnet.ipv6_ra_mode);
  return slaac || cidr.prefix < MIN_PREFIX6 ? [] : [`${start},${cidr.prefix},${DHCP_LEASE_SECONDS}s`];
}

function sizeOf(text: string): number {
  const cidr = parseCidr(text);
  return cidr ? Number(cidr.last - cidr.first) + 1 : 0;
}

interface HostEntry {
  mac: string;
  address: string;
  name: string;
  /** Null for an address the guest makes up itself. */
  line: string | null;
}

function hostEntries(
  ports: readonly PortRow[],
  subnets: readonly SubnetRow[],
  rows: TenantRows,
  domain: string,
): HostEntry[] {
  const served = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  return ports
    .filter((port) => !port.device_owner.startsWith("network:"))
    .flatMap((port) =>
      (rows.addressesOf.get(port.id) ?? []).flatMap(({ address, subnet_id }) => {
        const subnet = served.get(subnet_id);
        if (!subnet) return [];
        const name = port.hostname || port.dns_name || `host-${address.replaceAll(/[.:]/g, "-")}`;
        const six = subnet.ip_version === 6;
        const self = subnet.ipv6_address_mode === "slaac" || subnet.ipv6_address_mode === "dhcpv6-stateless";
        const line = [
          port.mac_address,
          ...(six ? ["tag:dhcpv6"] : []),
          ...clientId(port),
          `${name}.${domain}`,
          six ? `[${address}]` : address,
          ...(port.extra_dhcp_opts.length > 0 ? [`set:port-${port.id}`] : []),
        ].join(",");
        return [{ mac: port.mac_address, address, name, line: six && self ? null : line }];
      }),
    );
}

const CLIENT_ID = new Set(["client-id", "61"]);

function clientId(port: PortRow): string[] {
  const option = port.extra_dhcp_opts.find(({ opt_name }) => CLIENT_ID.has(opt_name));
  return option ? [`id:${oneLine(option.opt_value)}`] : [];
}

function subnetOptions(
  subnet: SubnetRow,
  subnets: readonly SubnetRow[],
  facts: { own: ReadonlyMap<string, string>; routed: ReadonlySet<string>; domain: string },
): string[] {
  if (subnet.ip_version === 6) return subnetOptions6(subnet, facts.domain);
  const tag = `tag:subnet-${subnet.id}`;
  const lines: string[] = [];
  const servers = subnet.dns_nameservers;
  if (servers.length > 0) {
    const none = servers.every((server) => server === "0.0.0.0");
    lines.push(`${tag},option:dns-server${none ? "" : `,${servers.join(",")}`}`);
  }
  let gateway = subnet.gateway_ip;
  const routes: string[] = [];
  for (const { destination, nexthop } of subnet.host_routes) {
    if (destination !== "0.0.0.0/0") routes.push(`${destination},${nexthop}`);
    else gateway ??= nexthop;
  }
  const own = facts.own.get(subnet.id);
  if (!facts.routed.has(subnet.id)) {
    if (own) routes.push(`${METADATA_ADDRESS}/32,${own}`);
  } else if (gateway) routes.push(`${METADATA_ADDRESS}/32,${gateway}`);
  const others = subnets.filter((other) => other.ip_version === 4 && other.cidr !== subnet.cidr);
  routes.unshift(...others.map((other) => `${other.cidr},0.0.0.0`));
  if (routes.length > 0) {
    if (gateway) routes.push(`0.0.0.0/0,${gateway}`);
    lines.push(`${tag},option:classless-static-route,${routes.join(",")}`, `${tag},249,${routes.join(",")}`);
  }
  lines.push(gateway ? `${tag},option:router,${gateway}` : `${tag},option:router`);
  return lines;
}

function subnetOptions6(subnet: SubnetRow, domain: string): string[] {
  if (subnet.ipv6_address_mode === "slaac") return [];
  const tag = `tag:subnet-${subnet.id}`;
  const servers = subnet.dns_nameservers;
  const none = servers.every((server) => server === "::");
  return [
    ...(servers.length > 0
      ? [`${tag},option6:dns-server${none ? "" : `,${servers.map((server) => `[${server}]`).join(",")}`}`]
      : []),
    `${tag},option6:domain-search,${domain}`,
  ];
}

/** `tag:NAME,` may stand before an option's name. */
const OPTION = /^(?:tag:(.*),)?(.*)$/;

function portOptions(port: PortRow, rows: TenantRows): string[] {
  const versions = new Set(
    (rows.addressesOf.get(port.id) ?? []).map(({ address }) => parseAddress(address)?.version),
  );
  return port.extra_dhcp_opts.flatMap((option: DhcpOption) => {
    if (CLIENT_ID.has(option.opt_name) || !versions.has(option.ip_version)) return [];
    const [, tag, name = ""] = OPTION.exec(oneLine(option.opt_name)) ?? [];
    const word = option.ip_version === 6 ? `option6:${name}` : /^\d+$/.test(name) ? name : `option:${name}`;
    const tags = [`tag:port-${port.id}`, ...(tag ? [`tag:${tag}`] : [])];
    return [[...tags, word, oneLine(option.opt_value)].join(",")];
  });
}

/** A second line would be another option, for everybody. */
function oneLine(text: string): string {
  return text.split(/[\r\n]/, 1)[0]!;
}
