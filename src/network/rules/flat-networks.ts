// nova-network's own networks: a row in `networks`, a subnet beside it, and every address of the range in `fixed_ips`
// from the start. Authority: nova/network/manager.py of Newton (create_networks, _create_fixed_ips).

import { and, eq, ne } from "drizzle-orm";
import { NetworkNotFound } from "../errors/networks.ts";
import {
  CidrConflict,
  FixedIpNotFoundForAddress,
  InvalidInputReceived,
  NetworkInUse,
  NetworkNotFoundForCidr,
  NoMoreNetworks,
} from "../errors/nova.ts";
import {
  BITS,
  type Cidr,
  contains,
  formatAddress,
  formatCidr,
  netmask,
  overlap,
  parseAddress,
  parseCidr,
} from "../ip.ts";
import * as t from "../tables.ts";
import { SHARED } from "./access.ts";
import { type Base, isTrusted } from "./base.ts";
import type { Ports } from "./ports.ts";

export interface NewFlatNetwork {
  label: string;
  /** `10.21.100.64/27` */
  cidr: string;
  /** Addresses per network; the whole range when absent. */
  network_size?: number;
  num_networks?: number;
  kind?: Exclude<t.NetworkKind, "neutron">;
  bridge?: string | null;
  bridge_interface?: string | null;
  gateway?: string | null;
  dns1?: string | null;
  dns2?: string | null;
  project_id?: string | null;
  multi_host?: boolean;
  uuid?: string | null;
  vlan_start?: number | null;
  priority?: number | null;
  mtu?: number | null;
  dhcp_server?: string | null;
  enable_dhcp?: boolean;
  share_address?: boolean;
  /** Only addresses of this part of the range are given out. */
  allowed_start?: string | null;
  allowed_end?: string | null;
  subnet_name?: string;
  /** Who is named as the owner in the Network API. */
  owner_id?: string | null;
}

/** The network's own address and the gateway; in VLAN mode also the one of the VPN server. */
const BOTTOM_RESERVED = { flatdhcp: 2, flat: 2, vlan: 3 } as const;
const TOP_RESERVED = 1;

export class FlatNetworks {
  #base: Base;
  #ports: Ports;

  constructor(base: Base, parts: { ports: Ports }) {
    this.#base = base;
    this.#ports = parts.ports;
  }

  create(fields: NewFlatNetwork): t.NetworkRow[] {
    const { store } = this.#base;
    return store.transaction(() => {
      const range = parseCidr(fields.cidr);
      if (range?.version !== 4) throw new InvalidInputReceived(`${fields.cidr} is not a valid ip network`);
      const size = fields.network_size ?? Number(range.last - range.first + 1n);
      const prefix = BITS[4] - Math.ceil(Math.log2(size));
      const count = fields.num_networks ?? 1;
      const made: t.NetworkRow[] = [];
      for (let i = 0; i < count; i++) {
        const step = 1n << BigInt(BITS[4] - prefix);
        const first = range.first + step * BigInt(i);
        if (prefix < range.prefix || first + step - 1n > range.last) {
          throw new InvalidInputReceived(
            "The network range is not big enough to fit the requested number of networks of the requested size",
          );
        }
        const cidr: Cidr = { version: 4, address: first, first, last: first + step - 1n, prefix };
        this.#refuseOverlap(cidr, fields.cidr);
        made.push(this.#createOne(fields, cidr, count > 1 ? `${fields.label}_${i}` : fields.label, i));
      }
      this.#base.changed();
      return made;
    });
  }

  /** By its uuid, or its range. @throws NetworkNotFound, NetworkNotFoundForCidr */
  find(by: { uuid: string } | { cidr: string }): t.NetworkRow {
    const { networks } = this.#base.store;
    const row = networks.first(by);
    if (row && row.kind !== "neutron") return row;
    throw "cidr" in by ? new NetworkNotFoundForCidr(by.cidr) : new NetworkNotFound(by.uuid);
  }

  list(): t.NetworkRow[] {
    return this.#base.store.networks.list(ne(t.networks.kind, "neutron"));
  }

  /** Changes what a network belongs to: null takes it away. */
  associate(uuid: string, changes: { project_id?: string | null; host?: string | null }): t.NetworkRow {
    const { store } = this.#base;
    this.find({ uuid });
    return store.transaction(() => {
      const row = store.networks.update(uuid, changes)!;
      if (changes.project_id !== undefined) {
        store.subnets.updateWhere(eq(t.subnets.network_id, uuid), { project_id: changes.project_id });
      }
      this.#base.changed();
      return row;
    });
  }

  /**
   * Gives a VLAN network that belongs to nobody to a project.
   * @param uuid a certain one; null: whichever comes first
   * @throws NoMoreNetworks, NetworkNotFound
   */
  claim(projectId: string, uuid: string | null): t.NetworkRow {
    const row = uuid === null ? this.#unclaimed() : this.find({ uuid });
    if (!row) throw new NoMoreNetworks();
    return this.associate(row.uuid, { project_id: projectId });
  }

  hasUnclaimed(): boolean {
    return this.#unclaimed() !== null;
  }

  #unclaimed(): t.NetworkRow | null {
    return this.#base.store.networks.first({ kind: "vlan", project_id: null });
  }

  /** With its addresses. @throws NetworkInUse when a project owns it, or a server or port has one of its addresses */
  delete(row: t.NetworkRow): void {
    const { store } = this.#base;
    store.transaction(() => {
      if (row.project_id !== null) throw new NetworkInUse(row.uuid);
      const ports = store.ports.match({ network_id: row.uuid });
      if (ports.some((port) => !isTrusted(port.device_owner))) throw new NetworkInUse(row.uuid);
      const taken = store.fixedIps.match({ network_id: row.id });
      if (taken.some((fixed) => fixed.instance_uuid !== null)) throw new NetworkInUse(row.uuid);
      for (const port of ports) this.#ports.remove(port);
      store.fixedIps.removeWhere(eq(t.fixedIps.network_id, row.id));
      store.subnets.removeWhere(eq(t.subnets.network_id, row.uuid));
      store.rbac.removeWhere(
        and(eq(t.rbacPolicies.object_type, "network"), eq(t.rbacPolicies.object_id, row.uuid))!,
      );
      store.networks.remove(row.uuid);
      this.#base.changed();
    });
  }

  /** @throws FixedIpNotFoundForAddress */
  fixedIp(address: string): { fixed: t.FixedIpRow; network: t.NetworkRow; port: t.PortRow | null } {
    const { store } = this.#base;
    const rows = store.fixedIps.match({ address });
    const networks = new Map(this.list().map((network) => [network.id, network]));
    const fixed = rows.find((row) => networks.has(row.network_id));
    if (!fixed) throw new FixedIpNotFoundForAddress(address);
    const port = fixed.port_id === null ? null : store.ports.get(fixed.port_id);
    return { fixed, network: networks.get(fixed.network_id)!, port };
  }

  /** Sets a fixed address aside, or makes it available again. @throws FixedIpNotFoundForAddress */
  setReserved(address: string, reserved: boolean): void {
    const { store } = this.#base;
    store.transaction(() => {
      const { fixed } = this.fixedIp(address);
      store.fixedIps.note(eq(t.fixedIps.id, fixed.id), { reserved });
      if (!reserved) store.subnets.note(eq(t.subnets.id, fixed.subnet_id), { lowest_free: 0 });
    });
  }

  #createOne(fields: NewFlatNetwork, cidr: Cidr, label: string, index: number): t.NetworkRow {
    const { store, ids, config, names } = this.#base;
    const kind = fields.kind ?? "flatdhcp";
    const dhcp = fields.enable_dhcp ?? kind !== "flat";
    const at = (n: bigint) => formatAddress(4, cidr.first + n);
    const gateway = fields.gateway || at(1n);
    const text = formatCidr(cidr);
    const vlan = kind === "vlan" ? (fields.vlan_start ?? config.VLAN_START) + index : null;
    const bottom = BOTTOM_RESERVED[kind];
    const start = fields.allowed_start || at(BigInt(bottom));
    const end = fields.allowed_end || formatAddress(4, cidr.last - BigInt(TOP_RESERVED));
    const network = store.networks.insert({
      uuid: fields.uuid || ids.uuid(),
      label,
      kind,
      cidr: text,
      netmask: netmask(cidr),
      bridge: fields.bridge || (vlan === null ? null : `br${vlan}${names.suffix}`),
      bridge_interface: fields.bridge_interface ?? (vlan === null ? null : config.VLAN_INTERFACE || null),
      gateway,
      broadcast: formatAddress(4, cidr.last),
      dns1: fields.dns1 ?? null,
      dns2: fields.dns2 ?? null,
      dhcp_start: start,
      dhcp_server: fields.dhcp_server || gateway,
      enable_dhcp: dhcp,
      share_address: fields.share_address ?? false,
      vlan,
      vpn_private_address: kind === "vlan" ? at(2n) : null,
      project_id: fields.project_id ?? null,
      multi_host: fields.multi_host ?? false,
      priority: fields.priority ?? null,
      mtu: fields.mtu ?? config.NETWORK_MTU,
      network_type: kind === "vlan" ? "vlan" : "flat",
      physical_network: `physnet-${label}`,
      segmentation_id: vlan,
      revision_number: 1,
    });
    const subnet = store.subnets.insert({
      id: ids.uuid(),
      network_id: network.uuid,
      project_id: fields.project_id ?? fields.owner_id ?? null,
      name: fields.subnet_name ?? `${label}-subnet`,
      ip_version: 4,
      cidr: text,
      gateway_ip: gateway,
      enable_dhcp: dhcp,
      allocation_pools: [{ start, end }],
      dns_nameservers: [fields.dns1, fields.dns2].filter(
        (server) => server != null && server !== "",
      ) as string[],
    });
    this.#populate(network, subnet, cidr, bottom);
    if (network.project_id === null && kind !== "vlan") this.#share(network, fields.owner_id ?? null);
    return network;
  }

  /** What belongs to nobody is for everybody; a VLAN is not, it waits for the first project that needs one. */
  #share(network: t.NetworkRow, ownerId: string | null): void {
    this.#base.store.rbac.insert({
      id: this.#base.ids.uuid(),
      object_type: "network",
      object_id: network.uuid,
      action: SHARED,
      target_project: "*",
      project_id: ownerId,
    });
  }

  #populate(network: t.NetworkRow, subnet: t.SubnetRow, cidr: Cidr, bottom: number): void {
    const { store } = this.#base;
    const size = Number(cidr.last - cidr.first + 1n);
    const pool = subnet.allocation_pools[0]!;
    const first = Number(parseAddress(pool.start)!.value - cidr.first);
    const last = Number(parseAddress(pool.end)!.value - cidr.first);
    const special = new Set(
      [network.gateway, network.dhcp_server].flatMap((text) => {
        const address = parseAddress(text);
        return address && contains(cidr, address) ? [Number(address.value - cidr.first)] : [];
      }),
    );
    const now = store.now();
    for (let position = 0; position < size; position++) {
      store.addresses.populate({
        address: formatAddress(4, cidr.first + BigInt(position)),
        position,
        networkId: network.id,
        subnetId: subnet.id,
        reserved:
          position < bottom ||
          position >= size - TOP_RESERVED ||
          position < first ||
          position > last ||
          special.has(position),
        now,
      });
    }
  }

  #refuseOverlap(cidr: Cidr, wanted: string): void {
    for (const other of this.#base.store.networks.list()) {
      const used = other.kind === "neutron" || other.cidr === null ? null : parseCidr(other.cidr);
      if (!used || !overlap(used, cidr)) continue;
      throw new CidrConflict(
        formatCidr(used) === formatCidr(cidr)
          ? `Requested cidr (${wanted}) conflicts with existing cidr`
          : `Requested cidr (${wanted}) conflicts with existing supernet`,
      );
    }
  }
}
