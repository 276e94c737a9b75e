// Removes from the host all that a cloud's network ever made there, also when the cloud has died: found by our own
// marks, names and pid files, never by guessing.

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BorrowedBridges } from "./borrowed.ts";
import { releaseForwarding } from "./forwarding.ts";
import { HostFirewall } from "./host-firewall.ts";
import { type Link, readLinks, stableMac } from "./links.ts";
import { Namespaces } from "./namespaces.ts";
import { pidIn, stopProcess } from "./processes.ts";
import type { HostTools } from "./tools.ts";

export interface CleanupOptions {
  tools: HostTools;
  slot: number;
  table: string;
  alias: string;
  /** Folder of pid, host and lease files. */
  folder: string;
  /** Floating addresses that may still be on a card of the user's, `1.2.3.4/32`. */
  floating: readonly string[];
  /** Host ends of cards in namespaces, as the database knows them. */
  taps: ReadonlySet<string>;
}

const TAP = /^tap[0-9a-f]{8}-[0-9a-f]{2}$/;
const FAMILIES = ["bridge", "inet", "ip"];

/** Returns what was removed, a line each. */
export async function cleanupHost(options: CleanupOptions): Promise<string[]> {
  const { tools, slot, table } = options;
  const removed: string[] = [];
  removed.push(...(await stopServers(options.folder)));
  removed.push(...(await removeNamespaces(options)));
  removed.push(...(await removeTables(tools, table)));
  removed.push(...(await new HostFirewall(tools, options.alias).remove()));
  removed.push(...(await removeLinks(options)));
  removed.push(...(await new BorrowedBridges(options).giveBack([])));
  removed.push(...releaseForwarding(slot));
  rmSync(options.folder, { recursive: true, force: true });
  return removed;
}

async function removeTables(tools: HostTools, table: string): Promise<string[]> {
  const present = (await tools.attempt(["nft", "list", "tables"])).stdout.split("\n");
  const ours = FAMILIES.filter((family) => present.includes(`table ${family} ${table}`));
  if (ours.length === 0) return [];
  const text = ours.map((family) => `delete table ${family} ${table}\n`).join("");
  await tools.run(["nft", "-f", "-"], text);
  return ours.map((family) => `nftables table ${family} ${table}`);
}

async function stopServers(folder: string): Promise<string[]> {
  const stopped: string[] = [];
  for (const name of filesBelow(folder)) {
    if (!/(?:^|\/)(?:pid|[^/]+\.pid)$/.test(name)) continue;
    const pid = pidIn(join(folder, name));
    if (pid === null) continue;
    await stopProcess(pid);
    stopped.push(`dnsmasq ${pid}`);
  }
  return stopped;
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }) as string[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function removeNamespaces({ tools, folder, alias }: CleanupOptions): Promise<string[]> {
  const namespaces = new Namespaces(tools, folder, alias);
  const removed: string[] = [];
  for (const name of namespaces.list()) {
    const there = namespaces.exists(name);
    await namespaces.remove(name);
    if (there) removed.push(`namespace ${name}`);
  }
  return removed;
}

async function removeLinks({ tools, alias, floating, taps }: CleanupOptions): Promise<string[]> {
  if (tools.find("ip") === null) return [];
  const removed: string[] = [];
  const links = await readLinks(tools);
  const isOurs = (link: Link) =>
    link.alias === alias ||
    // Made, and not yet marked when the process was killed.
    (link.alias === "" && link.kind === "bridge" && link.mac === stableMac(`${alias} ${link.name}`)) ||
    (link.alias === "" && link.kind === "veth" && taps.has(link.name));
  const ours = new Set([...links.values()].filter(isOurs).map((link) => link.name));
  for (const link of links.values()) {
    const guest = link.master !== null && ours.has(link.master) && TAP.test(link.name);
    if (!ours.has(link.name) && !guest) continue;
    const outcome = await tools.attempt(["ip", "link", "del", link.name]);
    if (outcome.code === 0) removed.push(`${link.kind || "link"} ${link.name}`);
  }
  for (const link of links.values()) {
    if (ours.has(link.name)) continue;
    for (const address of link.addresses.filter((candidate) => floating.includes(candidate))) {
      const outcome = await tools.attempt(["ip", "addr", "del", address, "dev", link.name]);
      if (outcome.code === 0) removed.push(`address ${address} on ${link.name}`);
    }
  }
  return removed;
}
