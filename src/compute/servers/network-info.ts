// Addresses and security groups of servers, for the API: from the network service, or, while it is stopped, as they
// were last known.

import { networkPublic, type Vif } from "../../network/public.ts";
import type { Nova } from "../nova.ts";

export function vifsOfMany(nova: Nova, uuids: readonly string[]): Map<string, Vif[]> {
  const network = nova.context.peers.find(networkPublic);
  if (network) return network.vifsOf(uuids);
  const rows = nova.store.infoCaches.listIn("instance_uuid", uuids);
  return new Map(rows.map((row) => [row.instance_uuid, row.network_info as Vif[]]));
}

export function vifsOfOne(nova: Nova, uuid: string): Vif[] {
  return vifsOfMany(nova, [uuid]).get(uuid) ?? [];
}

export function securityGroupsOf(nova: Nova, uuid: string): { name: string }[] {
  const groups = nova.context.peers.find(networkPublic)?.securityGroupsOf(uuid) ?? [];
  return groups.map(({ name }) => ({ name }));
}

export function securityGroupsOfMany(nova: Nova, uuids: readonly string[]): Map<string, { name: string }[]> {
  const found = nova.context.peers.find(networkPublic)?.securityGroupsOfMany(uuids) ?? [];
  return new Map([...found].map(([uuid, groups]) => [uuid, groups.map(({ name }) => ({ name }))]));
}

/** Differs whenever what is said here of any server may have changed. */
export function networkStamp(nova: Nova): number {
  return nova.context.peers.find(networkPublic)?.stamp() ?? -1;
}

export interface NetworkAddresses {
  label: string;
  addresses: { version: 4 | 6; addr: string; type: "fixed" | "floating"; mac: string }[];
}

/** By network, in the order of the cards; fixed addresses before floating ones. */
export function addressesOf(vifs: readonly Vif[]): NetworkAddresses[] {
  const networks = new Map<
    string,
    { fixed: NetworkAddresses["addresses"]; floating: NetworkAddresses["addresses"] }
  >();
  for (const vif of vifs) {
    let network = networks.get(vif.networkName);
    if (!network) {
      network = { fixed: [], floating: [] };
      networks.set(vif.networkName, network);
    }
    const mac = vif.macAddress;
    for (const { address, version, floating } of vif.addresses) {
      network.fixed.push({ version, addr: address, type: "fixed", mac });
      for (const addr of floating) network.floating.push({ version: 4, addr, type: "floating", mac });
    }
  }
  return [...networks].map(([label, { fixed, floating }]) => ({ label, addresses: [...fixed, ...floating] }));
}
