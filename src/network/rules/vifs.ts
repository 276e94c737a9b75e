// A server's network cards as the compute service sees them. Read by prepared statements, for many servers at once.

import type { ProjectDatabase } from "../../db/open.ts";
import type { BridgedNetwork } from "../engine/desired-tenant.ts";
import type { Vif, VifAddress } from "../public.ts";

interface PortOfVif {
  id: string;
  mac_address: string;
  network_id: string;
  label: string;
  mtu: number | null;
  bridge: string | null;
  kind: string;
  external: number;
  status: string;
  vif_tag: string | null;
  vif_owned: number;
  device_id: string;
}

interface AddressOfVif {
  port_id: string;
  address: string;
  ip_version: 4 | 6;
  cidr: string;
  gateway_ip: string | null;
  dns_nameservers: string;
  host_routes: string;
  enable_dhcp: number;
  ipv6_address_mode: string | null;
  subnet_id: string;
  floating: string | null;
}

export class Vifs {
  #ports;
  #addresses;
  #bridgeOf: (network: BridgedNetwork) => string | null;

  /** @param bridgeOf where the cards of a network are plugged in; null where nothing is plumbed */
  constructor(db: ProjectDatabase, bridgeOf: (network: BridgedNetwork) => string | null) {
    this.#bridgeOf = bridgeOf;
    this.#ports = db.raw.query<PortOfVif, [string]>(
      `SELECT p.id, p.mac_address, p.network_id, n.label, n.mtu, n.bridge, n.kind, n.external, p.status, p.vif_tag, p.vif_owned,
         p.device_id
       FROM ports p JOIN networks n ON n.uuid = p.network_id
       WHERE p.device_id IN (SELECT value FROM json_each(?)) AND p.device_owner LIKE 'compute:%'
       ORDER BY p.vif_order, p.vif_id`,
    );
    this.#addresses = db.raw.query<AddressOfVif, [string]>(
      `SELECT f.port_id, f.address, s.ip_version, s.cidr, s.gateway_ip, s.dns_nameservers, s.host_routes,
         s.enable_dhcp, s.ipv6_address_mode, s.id AS subnet_id, l.address AS floating
       FROM fixed_ips f JOIN subnets s ON s.id = f.subnet_id
       LEFT JOIN floating_ips l ON l.fixed_ip_id = f.id AND l.deleted = 0
       WHERE f.port_id IN (SELECT value FROM json_each(?)) AND f.deleted = 0
       ORDER BY f.id, l.id`,
    );
  }

  of(instanceUuid: string): Vif[] {
    return this.ofMany([instanceUuid]).get(instanceUuid) ?? [];
  }

  ofMany(instanceUuids: readonly string[]): Map<string, Vif[]> {
    const found = new Map<string, Vif[]>();
    if (instanceUuids.length === 0) return found;
    const ports = this.#ports.all(JSON.stringify(instanceUuids));
    const addresses = this.#addressesOf(ports.map((port) => port.id));
    for (const port of ports) {
      const vif = this.#vif(port, addresses.get(port.id) ?? []);
      const list = found.get(port.device_id);
      if (list) list.push(vif);
      else found.set(port.device_id, [vif]);
    }
    return found;
  }

  #addressesOf(portIds: readonly string[]): Map<string, VifAddress[]> {
    const found = new Map<string, VifAddress[]>();
    if (portIds.length === 0) return found;
    for (const row of this.#addresses.all(JSON.stringify(portIds))) {
      const list = found.get(row.port_id) ?? [];
      if (list.length === 0) found.set(row.port_id, list);
      const last = list.at(-1);
      if (last?.address === row.address && last.subnetId === row.subnet_id) {
        if (row.floating !== null) last.floating.push(row.floating);
        continue;
      }
      list.push({
        address: row.address,
        version: row.ip_version,
        cidr: row.cidr,
        gateway: row.gateway_ip,
        dns: JSON.parse(row.dns_nameservers) as string[],
        floating: row.floating === null ? [] : [row.floating],
        subnetId: row.subnet_id,
        dhcp: row.enable_dhcp === 1,
        routes: JSON.parse(row.host_routes) as { destination: string; nexthop: string }[],
        ipv6AddressMode: row.ipv6_address_mode,
      });
    }
    return found;
  }

  #vif(port: PortOfVif, addresses: VifAddress[]): Vif {
    return {
      id: port.id,
      macAddress: port.mac_address,
      networkId: port.network_id,
      networkName: port.label,
      addresses,
      mtu: port.mtu ?? 1500,
      bridge: this.#bridgeOf({
        uuid: port.network_id,
        kind: port.kind,
        bridge: port.bridge,
        label: port.label,
        external: port.external === 1,
      }),
      tapName: tapName(port.id),
      status: port.status,
      tag: port.vif_tag,
      ownedByServer: port.vif_owned === 1,
    };
  }
}

/** The host's end of a card: `tap` and the first eleven characters of the port id, as Neutron and nova name it. */
export function tapName(portId: string): string {
  return `tap${portId.slice(0, 11)}`;
}
