// Bridges and addresses of the host, by iproute2. What is ours carries our alias; what does not is never touched.

import { createHash } from "node:crypto";
import { overlap, parseCidr } from "../ip.ts";
import type { HostTools } from "./tools.ts";

export interface Link {
  name: string;
  /** `bridge`, `veth`, `tun`; empty for a card. */
  kind: string;
  alias: string;
  master: string | null;
  mac: string;
  mtu: number;
  up: boolean;
  /** `10.0.0.1/24` */
  addresses: string[];
  /** A bridge whose frames pass the hooks of IP. */
  filtered: boolean;
}

interface RawLink {
  ifname: string;
  ifalias?: string;
  master?: string;
  address?: string;
  mtu: number;
  flags: string[];
  linkinfo?: { info_kind?: string; info_data?: { nf_call_iptables?: number } };
  addr_info: { local: string; prefixlen: number; scope: string }[];
}

export interface BridgeSpec {
  name: string;
  mac: string;
  mtu: number;
  /** Every address of ours it should have. */
  addresses: string[];
  /** A card that is part of the bridge. */
  card: string | null;
  /** Frames are tagged so on that card, or null. */
  vlan: number | null;
  /** It may be a bridge of the user's, which is used as it is. */
  borrow: boolean;
  /** Frames between its ports pass the IP hooks, so that connections are tracked. */
  filtered: boolean;
}

/** One of ours has a name that somebody else's link has. */
export class NameTaken extends Error {
  override name = "NameTaken";
}

/** @param namespace a network namespace; the host's own when absent */
export async function readLinks(tools: HostTools, namespace?: string): Promise<Map<string, Link>> {
  const argv = ["ip", ...(namespace === undefined ? [] : ["-n", namespace]), "-j", "-d", "addr", "show"];
  const rows = JSON.parse(await tools.run(argv)) as RawLink[];
  return new Map(
    rows
      .filter((row) => row.ifname !== undefined)
      .map((row) => [
        row.ifname,
        {
          name: row.ifname,
          kind: row.linkinfo?.info_kind ?? "",
          alias: row.ifalias ?? "",
          master: row.master ?? null,
          mac: row.address ?? "",
          mtu: row.mtu,
          up: row.flags.includes("UP"),
          addresses: row.addr_info
            .filter((address) => address.scope !== "link")
            .map((address) => `${address.local}/${address.prefixlen}`),
          filtered: row.linkinfo?.info_data?.nf_call_iptables === 1,
        },
      ]),
  );
}

/** Makes a bridge as it should be. Returns what was changed, a line each. */
export async function ensureBridge(
  tools: HostTools,
  spec: BridgeSpec,
  alias: string,
  links: ReadonlyMap<string, Link>,
): Promise<string[]> {
  const { name } = spec;
  const current = links.get(name);
  const changed: string[] = [];
  // One that was made and not yet marked when the process was killed is known by its hardware address.
  const unmarked = current?.kind === "bridge" && current.alias === "" && current.mac === spec.mac;
  if (current && !unmarked && (current.kind !== "bridge" || current.alias !== alias)) {
    throw new NameTaken(`${name} exists and is not ours`);
  }
  const lines: string[] = [];
  if (!current) {
    lines.push(
      `link add ${name} address ${spec.mac} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
    );
    changed.push(`made bridge ${name}`);
  }
  // The mark comes before anything else: a bridge that is half made is known as ours.
  if (current?.alias !== alias) lines.push(`link set ${name} alias ${alias}`);
  if (current && current.mac !== spec.mac) lines.push(`link set ${name} address ${spec.mac}`);
  if (current?.mtu !== spec.mtu) lines.push(`link set ${name} mtu ${spec.mtu}`);
  if (!current?.up) {
    lines.push(`link set ${name} up`);
    if (current) changed.push(`set ${name} up`);
  }
  for (const address of spec.addresses) {
    if (current?.addresses.includes(address)) continue;
    lines.push(`addr replace ${address} dev ${name}`);
    changed.push(`gave ${address} to ${name}`);
  }
  if (lines.length > 0) await tools.run(["ip", "-batch", "-"], `${lines.join("\n")}\n`);
  if ((current?.filtered ?? false) !== spec.filtered) {
    const hooks = spec.filtered ? "1" : "0";
    // A kernel without br_netfilter knows no such switch.
    await tools.attempt(
      ["ip", "link", "set", name, "type", "bridge"].concat([
        "nf_call_iptables",
        hooks,
        "nf_call_ip6tables",
        hooks,
      ]),
    );
  }
  const strange = current?.addresses.filter((address) => !spec.addresses.includes(address)) ?? [];
  changed.push(...(await ensureAddresses(tools, name, [], strange)));
  if (spec.card !== null && links.get(spec.card)?.master !== name) {
    await tools.run(["ip", "link", "set", spec.card, "master", name]);
    await tools.run(["ip", "link", "set", spec.card, "up"]);
    changed.push(`put ${spec.card} into ${name}`);
  }
  return changed;
}

/** Adds the addresses that are missing and takes away those that are not wanted. */
export async function ensureAddresses(
  tools: HostTools,
  link: string,
  wanted: readonly string[],
  present: readonly string[],
): Promise<string[]> {
  const changed: string[] = [];
  for (const address of wanted) {
    if (present.includes(address)) continue;
    await tools.run(["ip", "addr", "replace", address, "dev", link]);
    changed.push(`gave ${address} to ${link}`);
  }
  for (const address of present) {
    if (wanted.includes(address)) continue;
    await tools.attempt(["ip", "addr", "del", address, "dev", link]);
    changed.push(`took ${address} from ${link}`);
  }
  return changed;
}

/** A route of this machine, of its own addresses too. */
export interface HostRoute {
  /** `10.0.0.0/24`, `default` */
  range: string;
  card: string;
}

export async function readRoutes(tools: HostTools): Promise<HostRoute[]> {
  const families = ["-4", "-6"].map(async (family) => {
    const outcome = await tools.attempt(["ip", "-j", family, "route", "show"]);
    const rows = JSON.parse(outcome.stdout.trim() || "[]") as { dst: string; dev?: string }[];
    return rows.flatMap(({ dst, dev }) => (dev ? [{ range: dst, card: dev }] : []));
  });
  return (await Promise.all(families)).flat();
}

/** The card on which there is a route into a range, all of it or a part; null when the range is free. */
export function rangeTakenBy(range: string, routes: readonly HostRoute[]): string | null {
  const wanted = parseCidr(range);
  const taken = routes.find((route) => {
    const there = route.range === "default" ? null : parseCidr(route.range);
    return wanted && there && there.prefix >= wanted.prefix && overlap(there, wanted);
  });
  return taken?.card ?? null;
}

/** A hardware address that stays the same for a name. */
export function stableMac(name: string): string {
  const hash = createHash("sha256").update(name).digest();
  const tail = [...hash.subarray(0, 3)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `fa:16:3e:${tail.join(":")}`;
}
