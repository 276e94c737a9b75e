// The views of `stack net show` on the tables and the host of a cloud, whether it runs or not.

import { adminContext } from "../../core/context.ts";
import { randomIds } from "../../core/ids.ts";
import { readDesired } from "../engine/desired.ts";
import { aliasOf, desiredOptions, networksFolder } from "../engine/make.ts";
import { CommandFailed, HostTools } from "../engine/tools.ts";
import type { OpenNetwork } from "../manage/open.ts";
import { hostNames } from "../names.ts";
import type { NetworkConfig } from "../rules/base.ts";
import { hostText, readHost } from "./host.ts";
import { iptablesSave } from "./iptables.ts";
import { topologyOf } from "./topology.ts";

export async function showHost({ parts, slot }: OpenNetwork, json: boolean): Promise<string> {
  const tools = new HostTools();
  const missing = tools.missing();
  if (missing.length > 0) return `The host cannot be looked at; not installed: ${missing.join(", ")}\n`;
  const bridges = parts.flatNetworks.list().flatMap((network) => network.bridge ?? []);
  const looking = readHost({
    tools,
    alias: aliasOf(slot),
    folder: networksFolder(slot),
    table: hostNames(slot).table,
    borrowed: new Set(bridges.filter((name) => name !== hostNames(slot).flatBridge)),
  });
  // Namespaces are root's to look into.
  const host = await looking.catch((error) => {
    if (error instanceof CommandFailed) return error.message;
    throw error;
  });
  if (typeof host === "string") return `The host cannot be looked at: ${host}\n`;
  if (json) return `${JSON.stringify(host, null, 2)}\n`;
  const plumbed = host.bridges.length + host.namespaces.length > 0;
  return plumbed ? hostText(host) : "Nothing of this cloud's network is on this host.\n";
}

export function showRules({ parts, slot }: OpenNetwork, config: NetworkConfig): string {
  return iptablesSave(
    readDesired(parts.store, desiredOptions(config, slot)),
    new Date(parts.store.nowMs()).toUTCString(),
  );
}

export function showTopology({ parts }: OpenNetwork): string {
  return `${JSON.stringify(topologyOf(parts, adminContext(randomIds.requestId())), null, 2)}\n`;
}
