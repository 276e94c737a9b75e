// What a router is made of: cards, routes, translations, advertisements. Authority: neutron/agent/l3/router_info.py of
// Zed. nova-network's own networks are routed by this machine itself: there a router of the API has no card.

import { parseAddress } from "../ip.ts";
import { OWNER } from "../rules/base.ts";
import type { FloatingIpRow, PortForwardingRow, PortRow, RouterRow } from "../tables.ts";
import type { Route } from "./desired-dhcp.ts";
import { linkName, type NamespaceLink, namespaceLink, type TenantRows } from "./desired-tenant.ts";

export interface RouterSpec {
  routerId: string;
  namespace: string;
  links: NamespaceLink[];
  routes: Route[];
  /** The card to the external network, or null. */
  gateway: { card: string; address: string | null; snat: boolean } | null;
  /** Networks the router serves, for guests that ask for metadata. */
  networkIds: string[];
  floating: { address: string; fixed: string }[];
  forwardings: { address: string; protocol: string; port: number; toAddress: string; toPort: number }[];
  /** What is advertised on IPv6 subnets: values of `--dhcp-range`, by card. */
  advertised: { card: string; ranges: string[] }[];
}

export interface RouterAddresses {
  floating: readonly FloatingIpRow[];
  forwardings: readonly PortForwardingRow[];
  /** By `fixed_ips.id`. */
  fixed: ReadonlyMap<number, { address: string; port_id: string | null }>;
}

/** Null when there is nothing to route. */
export function routerOf(router: RouterRow, rows: TenantRows, addresses: RouterAddresses): RouterSpec | null {
  if (!router.admin_state_up) return null;
  const ports = rows.portsOfDevice.get(router.id) ?? [];
  const inside = ports.filter(
    (port) => port.device_owner === OWNER.routerInterface && port.admin_state_up && !isHostsOwn(port, rows),
  );
  const out = ports.find((port) => port.id === router.gw_port_id);
  if (inside.length === 0 && !out) return null;
  const networkIds = inside.map((port) => port.network_id);
  const gateway = out ? namespaceLink("qg-", out, rows) : null;
  const served = floatingOf(router, rows, addresses, new Set(networkIds));
  if (gateway) {
    const own = new Set([...served.floating, ...served.forwardings].map((entry) => entry.address));
    gateway.addresses.push(...[...own].map((address) => `${address}/32`));
  }
  return {
    routerId: router.id,
    namespace: `qrouter-${router.id}`,
    links: [...inside.map((port) => namespaceLink("qr-", port, rows)), ...(gateway ? [gateway] : [])],
    routes: [
      ...(out ? defaultRoutes(out, rows) : []),
      ...router.routes.map(({ destination, nexthop }) => ({ destination, via: nexthop })),
    ],
    gateway: out
      ? { card: linkName("qg-", out.id), address: firstIpv4(out, rows), snat: router.enable_snat }
      : null,
    networkIds,
    ...served,
    advertised: inside.flatMap((port) => advertisedOn(port, rows)),
  };
}

/** The gateway's address of a network of nova-network is on its bridge. */
function isHostsOwn(port: PortRow, rows: TenantRows): boolean {
  const network = rows.networks.get(port.network_id);
  if (!network || network.kind === "neutron") return false;
  const held = rows.addressesOf.get(port.id) ?? [];
  return network.bridge === null || held.some(({ address }) => address === network.gateway);
}

function firstIpv4(port: PortRow, rows: TenantRows): string | null {
  const held = rows.addressesOf.get(port.id) ?? [];
  return held.find(({ address }) => parseAddress(address)?.version === 4)?.address ?? null;
}

function defaultRoutes(port: PortRow, rows: TenantRows): Route[] {
  const subnets = (rows.addressesOf.get(port.id) ?? []).map(({ subnet_id }) => rows.subnets.get(subnet_id));
  return ([4, 6] as const).flatMap((version) => {
    const subnet = subnets.find((row) => row?.ip_version === version && row.gateway_ip !== null);
    if (!subnet?.gateway_ip) return [];
    return [{ destination: version === 4 ? "0.0.0.0/0" : "::/0", via: subnet.gateway_ip }];
  });
}

/** Those on servers of networks this router has a card in; the others are translated by this machine. */
function floatingOf(
  router: RouterRow,
  rows: TenantRows,
  { floating, forwardings, fixed }: RouterAddresses,
  networkIds: ReadonlySet<string>,
) {
  const own = floating.filter((row) => row.router_id === router.id && row.project_id !== null);
  const ports = new Set([...networkIds].flatMap((id) => (rows.portsOf.get(id) ?? []).map(({ id }) => id)));
  return {
    floating: own.flatMap((row) => {
      const target = row.fixed_ip_id === null ? undefined : fixed.get(row.fixed_ip_id);
      return target && ports.has(target.port_id ?? "")
        ? [{ address: row.address, fixed: target.address }]
        : [];
    }),
    forwardings: own.flatMap((row) =>
      forwardings
        .filter((entry) => entry.floatingip_id === row.uuid && ports.has(entry.internal_port_id))
        .map((entry) => ({
          address: row.address,
          protocol: entry.protocol,
          port: entry.external_port,
          toAddress: entry.internal_ip_address,
          toPort: entry.internal_port,
        })),
    ),
  };
}

function advertisedOn(port: PortRow, rows: TenantRows): RouterSpec["advertised"] {
  const ranges = (rows.addressesOf.get(port.id) ?? []).flatMap(({ address, subnet_id }) => {
    const subnet = rows.subnets.get(subnet_id);
    if (subnet?.ip_version !== 6 || subnet.gateway_ip !== address || !subnet.ipv6_ra_mode) return [];
    const [start, prefix] = subnet.cidr.split("/");
    const mode = { slaac: "ra-only", "dhcpv6-stateless": "ra-stateless", "dhcpv6-stateful": "static" };
    return [`${start},${mode[subnet.ipv6_ra_mode]},${prefix}`];
  });
  return ranges.length > 0 ? [{ card: linkName("qr-", port.id), ranges }] : [];
}
