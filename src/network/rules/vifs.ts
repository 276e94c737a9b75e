// A server's network cards as the compute service sees them, for many servers at once.

import type { BridgedNetwork } from "../engine/desired-tenant.ts";
import type { Vif, VifAddress } from "../public.ts";
import type { PortOfVif, VifStore } from "../store/vifs.ts";

export class Vifs {
  #store: VifStore;
  #bridgeOf: (network: BridgedNetwork) => string | null;

  /** @param bridgeOf where the cards of a network are plugged in; null where nothing is plumbed */
  constructor(store: VifStore, bridgeOf: (network: BridgedNetwork) => string | null) {
    this.#store = store;
    this.#bridgeOf = bridgeOf;
  }

  of(instanceUuid: string): Vif[] {
    return this.ofMany([instanceUuid]).get(instanceUuid) ?? [];
  }

  ofMany(instanceUuids: readonly string[]): Map<string, Vif[]> {
    const found = new Map<string, Vif[]>();
    if (instanceUuids.length === 0) return found;
    const ports = this.#store.portsOf(instanceUuids);
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
    for (const row of this.#store.addressesOf(portIds)) {
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
