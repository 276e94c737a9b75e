// What the host should be, read from the database: bridges, DHCP entries, addresses, translations, filters. Plain data,
// so that it can be compared with what was made last.

import { OWNER } from "../rules/base.ts";
import { tapName } from "../rules/vifs.ts";
import type { NetworkStore } from "../store/store.ts";
import type { SecurityGroupRuleRow } from "../tables.ts";
import { bridgeName, readTenant, type Tenant, type TenantOptions } from "./desired-tenant.ts";

export interface FlatNetwork {
  uuid: string;
  label: string;
  bridge: string;
  /** The card its frames leave this machine by. */
  card: string | null;
  /** The number they are tagged with there, or null. */
  vlan: number | null;
  /** This machine is its gateway. A flat network with a card has one of its own out there. */
  routed: boolean;
  cidr: string;
  gateway: string;
  prefix: number;
  dhcpServer: string;
  dhcpStart: string;
  dhcp: boolean;
  /** DNS servers the DHCP server asks, from `--dns1` and `--dns2`. */
  dns: string[];
  mtu: number;
  /** One line each: `MAC,name.domain,IP`. */
  hosts: { mac: string; name: string; address: string }[];
}

export interface Floating {
  address: string;
  /** Null: an address of ours without a server. */
  fixed: string | null;
  /** The card or bridge the address is on. */
  card: string;
  /** Only these ports lead to a server: port forwarding. */
  forwardings: { protocol: string; port: number; toAddress: string; toPort: number }[];
}

/** A guest's card, for the filters. */
export interface Card {
  tap: string;
  mac: string;
  /** Addresses the guest may use, with a prefix length where a range was allowed. */
  allowed: { mac: string; address: string }[];
  groups: number[];
  stateful: boolean;
  /** Switched off: nothing passes. */
  closed: boolean;
  /** From servers in this range everything passes (allow_same_net_traffic); null: from nobody. */
  openRange: { cidr: string; gateway: string | null } | null;
  dhcpServers: string[];
}

/** Where a guest's card belongs. */
export interface Plug {
  tap: string;
  bridge: string;
}

export interface FilterGroup {
  id: number;
  rules: SecurityGroupRuleRow[];
  /** Addresses of its members. */
  members: string[];
}

export interface Desired {
  flat: FlatNetwork[];
  floating: Floating[];
  cards: Card[];
  plugs: Plug[];
  groups: FilterGroup[];
  addressGroups: { id: string; addresses: string[] }[];
  tenant: Tenant;
}

export interface DesiredOptions extends TenantOptions {
  /** Servers' packets are filtered. */
  useGroups: boolean;
  allowSameNet: boolean;
  domain: string;
  publicCard: string;
}

export function readDesired(store: NetworkStore, options: DesiredOptions): Desired {
  const { cards, plugs, groups } = readCards(store, options);
  return {
    flat: readFlat(store, options),
    floating: readFloating(store, options),
    cards,
    plugs,
    groups,
    addressGroups: store.addressGroups.list().map(({ id, addresses }) => ({ id, addresses })),
    tenant: readTenant(store, options),
  };
}

function readFlat(store: NetworkStore, options: DesiredOptions): FlatNetwork[] {
  const networks = store.networks
    .list()
    .filter(
      (network) =>
        network.kind !== "neutron" &&
        network.bridge !== null &&
        network.cidr !== null &&
        network.gateway !== null,
    );
  return networks.map((network) => {
    const hosts = store.addresses.hostsOn(network.id).map(({ mac, name, address }) => ({
      mac,
      name: `${name ?? `host-${address.replaceAll(".", "-")}`}.${options.domain}`,
      address,
    }));
    return {
      uuid: network.uuid,
      label: network.label,
      bridge: network.bridge!,
      card: network.bridge_interface,
      vlan: network.vlan,
      routed: network.kind !== "flat" || network.bridge_interface === null,
      cidr: network.cidr!,
      gateway: network.gateway!,
      prefix: Number(network.cidr!.split("/")[1]),
      dhcpServer: network.dhcp_server ?? network.gateway!,
      dhcpStart: network.dhcp_start ?? network.gateway!,
      dhcp: network.enable_dhcp && network.kind !== "flat",
      dns: [network.dns1, network.dns2].flatMap((server) => server || []),
      mtu: network.mtu ?? 1500,
      hosts,
    };
  });
}

/** Floating addresses of nova-network's networks; those behind a router of its own are the router's. */
function readFloating(store: NetworkStore, options: DesiredOptions): Floating[] {
  const rows = store.floating.placed();
  const forwardings = store.forwardings.list();
  const flat = new Set(
    store.networks
      .list()
      .filter((network) => network.kind !== "neutron")
      .map((network) => network.uuid),
  );
  return rows.flatMap((row) => {
    const own = forwardings
      .filter((entry) => entry.floatingip_id === row.uuid)
      .filter((entry) => flat.has(store.ports.get(entry.internal_port_id)?.network_id ?? ""));
    const usable = row.fixed !== null && row.kind !== "neutron";
    if (!usable && own.length === 0) return [];
    return [
      {
        address: row.address,
        fixed: usable ? row.fixed : null,
        card: row.card ?? options.publicCard,
        forwardings: own.map((entry) => ({
          protocol: entry.protocol,
          port: entry.external_port,
          toAddress: entry.internal_ip_address,
          toPort: entry.internal_port,
        })),
      },
    ];
  });
}

function readCards(
  store: NetworkStore,
  options: DesiredOptions,
): Pick<Desired, "cards" | "plugs" | "groups"> {
  const networks = new Map(store.networks.list().map((network) => [network.uuid, network]));
  const subnets = new Map(store.subnets.list().map((subnet) => [subnet.id, subnet]));
  const servers = dhcpServers(store);
  const ports = store.ports.list().filter((port) => !port.device_owner.startsWith("network:"));
  const ids = ports.map((port) => port.id);
  const addresses = store.addresses.ofPorts(ids);
  const bound = store.bindings.groupsOf(ids);
  const rows = new Map(store.groups.list().map((group) => [group.id, group]));
  const members = new Map<number, string[]>();
  const cards: Card[] = [];
  const plugs: Plug[] = [];
  for (const port of ports) {
    const network = networks.get(port.network_id);
    const bridge = network && bridgeName(network, options);
    if (bridge && port.device_id !== "") plugs.push({ tap: tapName(port.id), bridge });
    const closed = !port.admin_state_up || network?.admin_state_up === false;
    if (!network || (!port.port_security_enabled && !closed)) continue;
    const own = addresses.get(port.id) ?? [];
    const pairs = port.allowed_address_pairs.map((pair) => ({
      mac: pair.mac_address,
      address: pair.ip_address,
    }));
    const groups = (bound.get(port.id) ?? []).map((group) => group.group_id);
    for (const id of groups) {
      const list = members.get(id) ?? [];
      list.push(...own.map((address) => address.address), ...pairs.map((pair) => pair.address));
      members.set(id, list);
    }
    if (port.device_id === "" || !options.useGroups) continue;
    const open = network.kind !== "neutron" && network.cidr !== null && options.allowSameNet;
    cards.push({
      tap: tapName(port.id),
      mac: port.mac_address,
      allowed: [...own.map((address) => ({ mac: port.mac_address, address: address.address })), ...pairs],
      groups,
      stateful: groups.every((id) => rows.get(id)?.stateful ?? true),
      closed,
      openRange: open ? { cidr: network.cidr!, gateway: network.gateway } : null,
      dhcpServers: [
        ...(network.kind !== "neutron" && network.dhcp_server ? [network.dhcp_server] : []),
        ...own.flatMap((address) => servers.get(subnets.get(address.subnet_id)?.id ?? "") ?? []),
      ],
    });
  }
  const used = new Set([...members.keys()]);
  const rules = store.rules.list();
  return {
    cards,
    plugs,
    groups: [...rows.keys()]
      .filter((id) => used.has(id) || rules.some((rule) => rule.group_id === id))
      .map((id) => ({
        id,
        rules: rules.filter((rule) => rule.parent_group_id === id),
        members: [...new Set(members.get(id) ?? [])].sort(),
      })),
  };
}

/** subnet id → addresses of the DHCP server's own port. */
function dhcpServers(store: NetworkStore): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const ports = store.ports.match({ device_owner: OWNER.dhcp });
  for (const list of store.addresses.ofPorts(ports.map((port) => port.id)).values()) {
    for (const { subnet_id: id, address } of list) found.set(id, [...(found.get(id) ?? []), address]);
  }
  return found;
}
