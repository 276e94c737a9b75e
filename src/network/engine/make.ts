// The engine with the host it works on.

import { existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { cloudSection } from "../../config/cloud.ts";
import type { ServiceContext } from "../../core/service.ts";
import { networkSection } from "../config.ts";
import { hostNames } from "../names.ts";
import { isTrusted, type NetworkConfig } from "../rules/base.ts";
import { tapName } from "../rules/vifs.ts";
import { NetworkStore } from "../store/store.ts";
import { CLOUD_MARK } from "./borrowed.ts";
import { cleanupHost } from "./cleanup.ts";
import type { DesiredOptions } from "./desired.ts";
import { Dnsmasq } from "./dnsmasq.ts";
import { Engine } from "./engine.ts";
import { HostFirewall } from "./host-firewall.ts";
import { MetadataListeners } from "./metadata.ts";
import { Namespaces } from "./namespaces.ts";
import { readOrNull } from "./processes.ts";
import { TenantEngine } from "./tenant.ts";
import { TenantDnsmasq } from "./tenant-dnsmasq.ts";
import { HostTools } from "./tools.ts";

/**
 * Why nothing is plumbed, or null when it is.
 * @throws Error when the settings insist and it cannot be
 */
export function whyUnplumbed(context: ServiceContext, tools: HostTools): string | null {
  const wanted = context.config(networkSection).NETWORK_PLUMBING;
  if (wanted === "off") return "NETWORK_PLUMBING is off";
  if (wanted === "auto" && context.config(cloudSection).VIRT_DRIVER === "fake")
    return "servers are simulated (VIRT_DRIVER=fake)";
  const obstacle = obstacleTo(context, tools);
  if (wanted === "on" && obstacle !== null) throw new Error(`NETWORK_PLUMBING is on, but ${obstacle}`);
  return obstacle;
}

function obstacleTo(context: ServiceContext, tools: HostTools): string | null {
  if (!context.machine.privileged) return "this process may not change the host's network (it needs root)";
  const missing = tools.missing();
  return missing.length > 0 ? `not installed: ${missing.join(", ")}` : null;
}

/**
 * Files of the DHCP servers. dnsmasq reads them as `nobody`, who cannot enter the state directory; it has a link to
 * them, `networks`.
 */
export function networksFolder(slot: number): string {
  return slot === 0 ? "/run/stack/networks" : `/run/stack/networks-${slot}`;
}

export const aliasOf = (slot: number) => `stack-${slot}`;

export function makeEngine(context: ServiceContext, store: NetworkStore, tools: HostTools): Engine {
  const config = context.config(networkSection);
  const { slot } = context.machine;
  const names = hostNames(slot);
  const folder = networksFolder(slot);
  linkFolder(context, folder);
  const metadata = new MetadataListeners({
    peers: context.peers,
    log: context.log,
    findServer: (networkIds, address) => store.addresses.serverOn(networkIds, address),
  });
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
    metadata,
    folder,
    defaultBridge: config.FLAT_NETWORK_BRIDGE === names.flatBridge ? null : names.flatBridge,
    firewall: new HostFirewall(tools, aliasOf(slot)),
    tenant: new TenantEngine({
      namespaces: new Namespaces(tools, folder, aliasOf(slot)),
      dnsmasq: new TenantDnsmasq({ tools, folder: join(folder, "dhcp"), domain: config.DNS_DOMAIN }),
      metadata,
      log: context.log,
    }),
    desired: desiredOptions(config, slot),
  });
}

/** What the desired state is read with. */
export function desiredOptions(config: NetworkConfig, slot: number): DesiredOptions {
  const names = hostNames(slot);
  const usersBridge = isUsersBridge(config.PUBLIC_INTERFACE);
  return {
    slot,
    useGroups: config.Q_USE_SECGROUP,
    allowSameNet: config.ALLOW_SAME_NET_TRAFFIC,
    domain: config.DHCP_DOMAIN,
    dnsDomain: config.DNS_DOMAIN,
    publicCard: config.PUBLIC_INTERFACE || names.publicBridge,
    publicNetwork: config.PUBLIC_NETWORK_NAME,
    publicBridge: usersBridge ? config.PUBLIC_INTERFACE : names.publicBridge,
    usersBridge,
  };
}

/** A bridge is there, and no cloud has made it. */
function isUsersBridge(name: string): boolean {
  const folder = `/sys/class/net/${name}`;
  if (!/^[^/.][^/]*$/.test(name) || !existsSync(`${folder}/bridge`)) return false;
  return !CLOUD_MARK.test((readOrNull(`${folder}/ifalias`) ?? "").trim());
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
  const store = new NetworkStore(context.db, context.clock);
  const floating = store.floatingIps.list().map((row) => `${row.address}/32`);
  const taps = store.ports
    .list()
    .filter((port) => isTrusted(port.device_owner))
    .map((port) => tapName(port.id));
  return cleanupHost({
    taps: new Set(taps),
    tools: new HostTools(),
    slot,
    table: hostNames(slot).table,
    alias: aliasOf(slot),
    folder: networksFolder(slot),
    floating,
  });
}
