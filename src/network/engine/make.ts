// The engine with the host it works on.

import { rmSync, symlinkSync } from "node:fs";
import type { ServiceContext } from "../../core/service.ts";
import { networkSection } from "../config.ts";
import { parseCidr } from "../ip.ts";
import { hostNames } from "../names.ts";
import type { NetworkStore } from "../store/store.ts";
import { cleanupHost } from "./cleanup.ts";
import { Dnsmasq } from "./dnsmasq.ts";
import { Engine } from "./engine.ts";
import { MetadataListeners } from "./metadata.ts";
import { HostTools } from "./tools.ts";

/** Why nothing can be plumbed, or null when it can. */
export function whyUnplumbed(context: ServiceContext, tools: HostTools): string | null {
  if (context.config(networkSection).NETWORK_PLUMBING === "off") return "NETWORK_PLUMBING is off";
  if (!context.machine.privileged) return "this process may not change the host's network (it needs root)";
  const missing = tools.missing();
  if (missing.length > 0) return `not installed: ${missing.join(", ")}`;
  return null;
}

/**
 * Files of the DHCP servers. dnsmasq reads them as `nobody`, who cannot enter the state directory; it has a link to
 * them, `networks`.
 */
function networksFolder(slot: number): string {
  return slot === 0 ? "/run/stack/networks" : `/run/stack/networks-${slot}`;
}

const aliasOf = (slot: number) => `stack-${slot}`;

export function makeEngine(context: ServiceContext, store: NetworkStore, tools: HostTools): Engine {
  const config = context.config(networkSection);
  const { slot } = context.machine;
  const names = hostNames(slot);
  const folder = networksFolder(slot);
  linkFolder(context, folder);
  return new Engine({
    store,
    tools,
    slot,
    table: names.table,
    alias: aliasOf(slot),
    clock: context.clock,
    log: context.log,
    dnsmasq: new Dnsmasq({
      tools,
      folder,
      domain: config.DHCP_DOMAIN,
      leaseSeconds: config.DHCP_LEASE_TIME,
    }),
    metadata: new MetadataListeners(context.peers, context.log),
    desired: {
      allowSameNet: config.ALLOW_SAME_NET_TRAFFIC,
      domain: config.DHCP_DOMAIN,
      publicCard: config.PUBLIC_INTERFACE || names.publicBridge,
    },
    publicBridge: config.PUBLIC_INTERFACE
      ? null
      : { name: names.publicBridge, address: () => publicAddress(store, config.PUBLIC_NETWORK_NAME) },
  });
}

/** The external network's gateway, which this machine plays: `172.24.4.1/24`. */
function publicAddress(store: NetworkStore, label: string): string | null {
  const network = store.networks.first({ label, external: true });
  const subnet =
    network && store.subnets.match({ network_id: network.uuid }).find((row) => row.ip_version === 4);
  if (!subnet?.gateway_ip) return null;
  return `${subnet.gateway_ip}/${parseCidr(subnet.cidr)!.prefix}`;
}

function linkFolder(context: ServiceContext, folder: string): void {
  const link = context.paths.at("networks");
  rmSync(link, { force: true });
  symlinkSync(folder, link);
}

/** For `stack down` and `stack cleanup`: what this slot's cloud has left on the host. */
export async function cleanupNetwork(context: ServiceContext): Promise<string[]> {
  if (!context.machine.privileged) return [];
  const { slot } = context.machine;
  const floating = context.db.raw
    .query<{ address: string }, []>("SELECT address FROM floating_ips")
    .all()
    .map((row) => `${row.address}/32`);
  return cleanupHost({
    tools: new HostTools(),
    slot,
    table: hostNames(slot).table,
    alias: aliasOf(slot),
    folder: networksFolder(slot),
    floating,
  });
}
