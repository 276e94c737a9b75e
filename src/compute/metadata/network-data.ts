// The server's network as the guest is told it: network_data.json. Authority: nova/virt/netutils.py of Zed.

import type { Vif, VifAddress } from "../../network/public.ts";
import { netmaskOf } from "./netmask.ts";

export function fixedAddresses(vifs: readonly Vif[], version: 4 | 6): string[] {
  return vifs
    .flatMap((vif) => vif.addresses.filter((each) => each.version === version))
    .map((each) => each.address);
}

export function floatingAddresses(vifs: readonly Vif[]): string[] {
  return vifs.flatMap((vif) => vif.addresses.flatMap((each) => each.floating));
}

interface Service {
  type: "dns";
  address: string;
}

/** `{}` for a server without cards. Of each card the first address of either version is told, as in Nova. */
export function networkData(vifs: readonly Vif[]): Record<string, unknown> {
  if (vifs.length === 0) return {};
  const links: Record<string, unknown>[] = [];
  const networks: Record<string, unknown>[] = [];
  const services: Service[] = [];
  for (const vif of vifs) {
    if (vif.addresses.length === 0) continue;
    links.push({
      id: vif.tapName,
      vif_id: vif.id,
      type: "bridge",
      // A DHCP server tells it.
      mtu: vif.addresses.some(hasDhcp) ? null : vif.mtu,
      ethernet_mac_address: vif.macAddress,
    });
    for (const version of [4, 6] as const) {
      const address = vif.addresses.find((each) => each.version === version);
      if (!address) continue;
      networks.push(network(vif, address, `network${networks.length}`));
      for (const service of dnsServices(address)) {
        if (!services.some((known) => known.address === service.address)) services.push(service);
      }
    }
  }
  return { links, networks, services };
}

export function hasDhcp(address: VifAddress): boolean {
  return address.dhcp ?? true;
}

function network(vif: Vif, address: VifAddress, id: string): Record<string, unknown> {
  const { version } = address;
  const common = { link: vif.tapName, network_id: vif.networkId };
  const mode = version === 6 ? (address.ipv6AddressMode ?? null) : null;
  if (mode === null && hasDhcp(address)) return { id, type: `ipv${version}_dhcp`, ...common };
  const everywhere = version === 4 ? "0.0.0.0" : "::";
  return {
    id,
    type: `ipv${version}${mode === null ? "" : `_${mode}`}`,
    ...common,
    ip_address: address.address,
    netmask: netmaskOf(address.cidr),
    routes: [
      ...(address.gateway === null
        ? []
        : [{ network: everywhere, netmask: everywhere, gateway: address.gateway }]),
      ...(address.routes ?? []).map(({ destination, nexthop }) => ({
        network: destination.split("/")[0],
        netmask: netmaskOf(destination),
        gateway: nexthop,
      })),
    ],
    services: dnsServices(address),
  };
}

function dnsServices(address: VifAddress): Service[] {
  return address.dns.map((server) => ({ type: "dns", address: server }));
}
