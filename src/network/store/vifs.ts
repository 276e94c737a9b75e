// Servers' cards and their addresses, for many servers at once.

import type { ProjectDatabase } from "../../db/open.ts";

export interface PortOfVif {
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

/** An address with its subnet, once for every floating address on it. */
export interface AddressOfVif {
  port_id: string;
  address: string;
  ip_version: 4 | 6;
  cidr: string;
  gateway_ip: string | null;
  /** JSON, as `host_routes` is. */
  dns_nameservers: string;
  host_routes: string;
  enable_dhcp: number;
  ipv6_address_mode: string | null;
  subnet_id: string;
  floating: string | null;
}

export class VifStore {
  #ports;
  #addresses;

  constructor(db: ProjectDatabase) {
    this.#ports = db.raw.query<PortOfVif, [string]>(
      `SELECT p.id, p.mac_address, p.network_id, n.label, n.mtu, n.bridge, n.kind, n.external, p.status, p.vif_tag,
         p.vif_owned, p.device_id
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

  portsOf(instanceUuids: readonly string[]): PortOfVif[] {
    return this.#ports.all(JSON.stringify(instanceUuids));
  }

  addressesOf(portIds: readonly string[]): AddressOfVif[] {
    return this.#addresses.all(JSON.stringify(portIds));
  }
}
