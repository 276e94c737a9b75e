// What of the network is on this host and ours: bridges with what is plugged into them, namespaces with their cards,
// DHCP servers. Read from the host itself, so that it tells what is there and not what should be.

import { join } from "node:path";
import { type Link, readLinks } from "../engine/links.ts";
import { Namespaces } from "../engine/namespaces.ts";
import { commandOf } from "../engine/processes.ts";
import type { HostTools } from "../engine/tools.ts";

export interface HostNetwork {
  bridges: { name: string; mac: string; up: boolean; addresses: string[]; cards: string[] }[];
  namespaces: { name: string; cards: { name: string; mac: string; up: boolean; addresses: string[] }[] }[];
  dhcpServers: { pid: number; user: string; command: string }[];
  tables: string[];
}

export interface HostNetworkOptions {
  tools: HostTools;
  /** What our links are marked with. */
  alias: string;
  /** Of pid files and marks. */
  folder: string;
  /** Our nftables tables. */
  table: string;
  /** Bridges of the user's that are used too. */
  borrowed: ReadonlySet<string>;
}

export async function readHost({
  tools,
  alias,
  folder,
  table,
  borrowed,
}: HostNetworkOptions): Promise<HostNetwork> {
  const links = await readLinks(tools);
  const ours = [...links.values()].filter(
    (link) => link.kind === "bridge" && (link.alias === alias || borrowed.has(link.name)),
  );
  const bridges = ours.map((bridge) => ({
    name: bridge.name,
    mac: bridge.mac,
    up: bridge.up,
    addresses: bridge.addresses,
    cards: [...links.values()].filter((link) => link.master === bridge.name).map((link) => link.name),
  }));
  const namespaces: HostNetwork["namespaces"] = [];
  const kept = new Namespaces(tools, folder, alias);
  for (const name of kept.list().sort()) {
    if (!kept.exists(name)) continue;
    const inside = await readLinks(tools, name);
    namespaces.push({ name, cards: [...inside.values()].map(cardOf) });
  }
  const tables = linesOf((await tools.attempt(["nft", "list", "tables"])).stdout);
  return {
    bridges,
    namespaces,
    dhcpServers: await dhcpServers(tools, folder),
    tables: tables.filter((line) => line.endsWith(` ${table}`)).map((line) => line.slice("table ".length)),
  };
}

function cardOf({ name, mac, up, addresses }: Link) {
  return { name, mac, up, addresses };
}

async function dhcpServers(tools: HostTools, folder: string): Promise<HostNetwork["dhcpServers"]> {
  const listed = linesOf((await tools.attempt(["ps", "-C", "dnsmasq", "-o", "pid=,user="])).stdout);
  return listed.flatMap((line) => {
    const [pid = "", user = ""] = line.trim().split(/\s+/);
    const words = commandOf(Number(pid));
    const own = words.some((word) => word.startsWith(join("--pid-file=", folder)));
    return own ? [{ pid: Number(pid), user, command: words.join(" ") }] : [];
  });
}

/** As `brctl show`, `ip netns` and `ps` have it. */
export function hostText(host: HostNetwork): string {
  const lines = ["bridge name\tbridge id\t\tSTP enabled\tinterfaces"];
  for (const { name, mac, addresses, cards } of host.bridges) {
    const [first = "", ...others] = cards;
    lines.push(`${name}\t\t8000.${mac.replaceAll(":", "")}\tno\t\t${first}`);
    for (const card of others) lines.push(`\t\t\t\t\t\t\t${card}`);
    for (const address of addresses) lines.push(`    inet ${address}`);
  }
  for (const { name, cards } of host.namespaces) {
    lines.push("", name);
    for (const card of cards) {
      lines.push(
        `    ${card.name} ${card.up ? "UP" : "DOWN"} ${card.mac} ${card.addresses.join(" ")}`.trimEnd(),
      );
    }
  }
  if (host.dhcpServers.length > 0) lines.push("");
  for (const { pid, user, command } of host.dhcpServers) lines.push(`${user.padEnd(8)} ${pid} ${command}`);
  if (host.tables.length > 0) lines.push("", ...host.tables.map((table) => `nftables: ${table}`));
  return `${lines.join("\n")}\n`;
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
