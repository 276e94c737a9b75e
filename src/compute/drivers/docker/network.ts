// A container's cards. Docker gives it an empty network namespace; each card is a pair of virtual cards, of which one end is
// the tap that the network service filters and plugs, and the other is ethN inside, with the port's address and MAC.
// The namespace ends with the container's process, and the pair with it.

import type { Vif } from "../../../network/public.ts";
import type { Diagnostics } from "../driver.ts";
import { attempt, run } from "./programs.ts";

/** Every card of a guest that has just been started. Those without a bridge are nowhere plumbed. */
export async function plugAll(pid: number, vifs: readonly Vif[]): Promise<void> {
  for (const [index, vif] of vifs.entries()) await plug(pid, vif, `eth${index}`);
}

/** Repeating it changes nothing. */
export async function plug(pid: number, vif: Vif, name: string): Promise<void> {
  const { tapName, bridge, macAddress, mtu } = vif;
  if (bridge === null || (await nameInside(pid, macAddress)) !== null) return;
  // Left by a container that has died: its end goes a moment after its process.
  await attempt(["ip", "link", "del", tapName]);
  const pair = `link add ${tapName} mtu ${mtu} type veth peer name ${name} address ${macAddress} mtu ${mtu} netns ${pid}`;
  const outer = [pair, `link set ${tapName} addrgenmode none`, `link set ${tapName} master ${bridge} up`];
  await run(["ip", "-batch", "-"], `${outer.join("\n")}\n`);
  await run([...inside(pid), "ip", "-batch", "-"], `${inner(vif, name).join("\n")}\n`);
}

/** Not there: nothing happens. */
export async function unplug(vif: Vif): Promise<void> {
  await attempt(["ip", "link", "del", vif.tapName]);
}

/** The name of the next card. */
export async function freeName(pid: number): Promise<string> {
  const taken = new Set((await linksInside(pid)).map(({ ifname }) => ifname));
  for (let n = 0; ; n++) if (!taken.has(`eth${n}`)) return `eth${n}`;
}

function inner(vif: Vif, name: string): string[] {
  const lines = ["link set lo up", `link set ${name} up`];
  for (const { address, version, cidr } of vif.addresses) {
    const nodad = version === 6 ? " nodad" : "";
    lines.push(`addr add ${address}/${cidr.split("/")[1]} dev ${name}${nodad}`);
  }
  for (const { gateway, routes } of vif.addresses) {
    for (const { destination, nexthop } of routes ?? []) {
      lines.push(`route replace ${destination} via ${nexthop} dev ${name} onlink`);
    }
    // The first card's gateway is the one that is used; by its address ip knows the family.
    if (gateway !== null && name === "eth0") {
      lines.push(`route replace default via ${gateway} dev ${name} onlink`);
    }
  }
  return lines;
}

interface Counters {
  bytes: number;
  packets: number;
  errors: number;
  dropped: number;
}

/** A part of what `ip -json -s link` prints. */
interface Link {
  ifindex: number;
  ifname: string;
  address: string;
  /** The other end, where that is in another namespace. */
  link_index?: number;
  stats64: { rx: Counters; tx: Counters };
}

/** The cards of a running guest, as the guest counts them. */
export async function cardsOf(pid: number): Promise<Diagnostics["nics"]> {
  const [own, links] = await Promise.all([linksInside(pid), hostLinks()]);
  return own
    .filter(({ ifname }) => ifname.startsWith("eth"))
    .map(({ ifname, address, link_index, stats64: { rx, tx } }) => ({
      device: links.find(({ ifindex }) => ifindex === link_index)?.ifname ?? ifname,
      macAddress: address,
      rxOctets: rx.bytes,
      rxPackets: rx.packets,
      rxErrors: rx.errors,
      rxDrop: rx.dropped,
      txOctets: tx.bytes,
      txPackets: tx.packets,
      txErrors: tx.errors,
      txDrop: tx.dropped,
    }));
}

async function hostLinks(): Promise<Link[]> {
  return JSON.parse(await run(["ip", "-json", "link", "show", "type", "veth"])) as Link[];
}

async function linksInside(pid: number): Promise<Link[]> {
  return JSON.parse(await run([...inside(pid), "ip", "-json", "-s", "link", "show"])) as Link[];
}

async function nameInside(pid: number, mac: string): Promise<string | null> {
  return (await linksInside(pid)).find(({ address }) => address === mac.toLowerCase())?.ifname ?? null;
}

function inside(pid: number): string[] {
  return ["nsenter", `--net=/proc/${pid}/ns/net`, "--"];
}
