// Removes from the host all that a cloud's network ever made there, also when the cloud has died: found by our own
// marks, names and pid files, never by guessing.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { commandOf, stopProcess } from "./dnsmasq.ts";
import { releaseForwarding } from "./forwarding.ts";
import { readLinks } from "./links.ts";
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
}

const TAP = /^tap[0-9a-f]{8}-[0-9a-f]{2}$/;
const FAMILIES = ["bridge", "inet", "ip"];

/** Returns what was removed, a line each. */
export async function cleanupHost(options: CleanupOptions): Promise<string[]> {
  const { tools, slot, table } = options;
  const removed: string[] = [];
  removed.push(...(await stopServers(options.folder)));
  for (const family of FAMILIES) {
    const outcome = await tools.attempt(["nft", "delete", "table", family, table]);
    if (outcome.code === 0) removed.push(`nftables table ${family} ${table}`);
  }
  removed.push(...(await removeLinks(options)));
  removed.push(...releaseForwarding(slot));
  rmSync(options.folder, { recursive: true, force: true });
  return removed;
}

async function stopServers(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const stopped: string[] = [];
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(".pid")) continue;
    const file = join(folder, name);
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    if (!Number.isInteger(pid) || !commandOf(pid).includes(`--pid-file=${file}`)) continue;
    await stopProcess(pid);
    stopped.push(`dnsmasq ${pid}`);
  }
  return stopped;
}

async function removeLinks({ tools, alias, floating }: CleanupOptions): Promise<string[]> {
  if (tools.find("ip") === null) return [];
  const removed: string[] = [];
  const links = await readLinks(tools);
  const ours = new Set([...links.values()].filter((link) => link.alias === alias).map((link) => link.name));
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
