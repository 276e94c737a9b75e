// The DHCP server of a network that was made through the Network API has a port of its own (nova-network's servers use
// the gateway's address). Authority: neutron/agent/linux/dhcp.py and neutron/common/utils.py.

import { createHash } from "node:crypto";
import type { NetworkRow, PortRow } from "../tables.ts";
import type { Addresses } from "./addresses.ts";
import type { Agents } from "./agents.ts";
import { type Base, OWNER } from "./base.ts";
import type { Ports } from "./ports.ts";

/** RFC 4122's name space for host names. */
const NAMESPACE_DNS = "6ba7b8109dad11d180b400c04fd430c8";

export class DhcpPorts {
  #base: Base;
  #parts: { agents: Agents; addresses: Addresses; ports(): Ports };

  constructor(base: Base, parts: { agents: Agents; addresses: Addresses; ports(): Ports }) {
    this.#base = base;
    this.#parts = parts;
  }

  /** Makes, changes or removes the port so that it fits the network's subnets. */
  ensure(network: NetworkRow): void {
    const { store } = this.#base;
    if (network.kind !== "neutron") return;
    const wanted = store.subnets
      .match({ network_id: network.uuid })
      .filter((subnet) => subnet.enable_dhcp && subnet.ipv6_ra_mode !== "slaac");
    const existing = store.ports.first({ network_id: network.uuid, device_owner: OWNER.dhcp });
    if (wanted.length === 0) {
      if (existing) this.#parts.ports().remove(existing);
      return;
    }
    const agent = this.#parts.agents.schedule("network", network.uuid);
    if (!agent) return;
    if (!existing) {
      this.#make(
        network,
        agent.host,
        wanted.map((subnet) => subnet.id),
      );
      return;
    }
    const held = new Set(store.addresses.ofPort(existing.id).map((address) => address.subnet_id));
    const same = held.size === wanted.length && wanted.every((subnet) => held.has(subnet.id));
    if (!same) {
      this.#parts.addresses.change(
        network,
        existing,
        wanted.map((subnet) => ({ subnet_id: subnet.id })),
      );
    }
  }

  /** After a start: networks that were made while no DHCP agent was there. */
  ensureAll(): void {
    const { store } = this.#base;
    store.transaction(() => {
      for (const network of store.networks.match({ kind: "neutron" })) this.ensure(network);
    });
  }

  #make(network: NetworkRow, host: string, subnetIds: readonly string[]): PortRow | null {
    // No room for the server: the network does without one, as Neutron's agent would (it logs and tries again).
    try {
      return this.#base.store.transaction(() =>
        this.#parts.ports().insert(network, {
          project_id: network.project_id ?? "",
          network_id: network.uuid,
          device_id: dhcpDeviceId(host, network.uuid),
          device_owner: OWNER.dhcp,
          binding_host_id: host,
          status: "ACTIVE",
          fixed_ips: subnetIds.map((id) => ({ subnet_id: id })),
        }),
      );
    } catch (error) {
      this.#base.log.warning(null, `No DHCP server for network ${network.uuid}: ${(error as Error).message}`);
      return null;
    }
  }
}

/** `dhcp` + UUIDv5 of the host's short name + `-` + network id. */
export function dhcpDeviceId(host: string, networkId: string): string {
  const name = host.split(".")[0]!;
  const hash = createHash("sha1").update(Buffer.from(NAMESPACE_DNS, "hex")).update(name).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString("hex").slice(0, 32);
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return `dhcp${uuid}-${networkId}`;
}
