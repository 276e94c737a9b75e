// The packet filter of the guests' cards as an nftables table of the bridge family. Every card has one chain for what
// the guest sends (it must be who it says it is) and one for what it gets; security groups are chains of their own that
// the cards jump to. The bridge family cannot look at connections itself on every kernel, so packets of known
// connections are marked where IP sees them (`nat.ts`) and the mark is looked at here.

import { parseAddress, parseCidr } from "../ip.ts";
import { hasPorts, isIcmp, protocolNumber } from "../protocols.ts";
import type { SecurityGroupRuleRow } from "../tables.ts";
import type { Card, Desired, FilterGroup } from "./desired.ts";
import { type TableParts, wholeTable } from "./table-parts.ts";

/** One bit of the packet mark that other programs leave alone (kube-proxy has 14 and 15, tailscale 16 to 23). */
export const KNOWN_MARK = "0x1000";

/** After connection tracking has seen the frame (br_netfilter works at 0). */
const EGRESS_PRIORITY = 100;
const INGRESS_PRIORITY = 100;

/** Neighbour discovery that every guest needs (RFC 4861, 4862, 2710). */
const DISCOVERY =
  "{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report }";

/** The table in parts, so that a change costs as much as what it changes (`table-parts.ts`). */
export function filterParts(desired: Desired): TableParts {
  const { cards, groups, addressGroups } = desired;
  const parts: TableParts = { sets: new Map(), chains: new Map(), maps: new Map(), hooks: new Map() };
  for (const group of groups) addressSets(parts, `group-${group.id}`, group.members);
  const usedAddressGroups = new Set(
    groups.flatMap((group) => group.rules.flatMap((rule) => rule.address_group_id ?? [])),
  );
  for (const { id, addresses } of addressGroups) {
    if (usedAddressGroups.has(id)) addressSets(parts, `ag-${id}`, addresses);
  }
  for (const group of groups) {
    for (const direction of ["ingress", "egress"] as const) {
      parts.chains.set(`group-${group.id}-${direction}`, groupRules(group, direction));
    }
  }
  for (const card of cards) {
    // A chain must stand before those that go to it.
    if (!card.closed) parts.chains.set(`send-${card.tap}`, sendRules(card));
    parts.chains.set(`from-${card.tap}`, fromCard(card));
    parts.chains.set(`to-${card.tap}`, toCard(card));
  }
  for (const [chain, hook, field, priority] of [
    ["egress", "prerouting", "iifname", EGRESS_PRIORITY],
    ["ingress", "postrouting", "oifname", INGRESS_PRIORITY],
  ] as const) {
    const prefix = chain === "egress" ? "from" : "to";
    parts.maps.set(`${prefix}-cards`, {
      type: "type ifname : verdict;",
      elements: cards.map(({ tap }) => `"${tap}" : jump ${prefix}-${tap}`),
    });
    parts.hooks.set(chain, [
      `type filter hook ${hook} priority ${priority}; policy accept;`,
      `${field} vmap @${prefix}-cards`,
    ]);
  }
  return parts;
}

/** The same as a whole. */
export function filterTable(table: string, desired: Desired): string {
  return wholeTable("bridge", table, filterParts(desired));
}

/** What the guest sends: no other address than its own, no DHCP or router of its own. */
function fromCard(card: Card): string[] {
  if (card.closed) return ["drop"];
  const lines: string[] = [];
  const four = card.allowed.filter(({ address }) => !address.includes(":"));
  const six = card.allowed.filter(({ address }) => address.includes(":"));
  const macs = [...new Set([card.mac, ...card.allowed.map(({ mac }) => mac)])];
  lines.push(
    `ether saddr != { ${macs.join(", ")} } drop`,
    // A guest without an address yet asks for one, and asks whether one is free.
    "ether type ip ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept",
    "ether type ip udp sport 67 udp dport 68 drop",
    "ether type ip6 udp sport 547 udp dport 546 drop",
    "ether type ip6 icmpv6 type nd-router-advert drop",
    `ether type arp arp saddr ether { ${macs.join(", ")} } arp saddr ip 0.0.0.0 accept`,
  );
  for (const { mac, address } of four) {
    lines.push(
      `ether type arp ether saddr ${mac} arp saddr ether ${mac} arp saddr ip ${address} accept`,
      `ether type ip ether saddr ${mac} ip saddr ${address} goto send-${card.tap}`,
    );
  }
  if (six.length > 0) {
    lines.push(
      "ether type ip6 ip6 saddr :: icmpv6 type { nd-neighbor-solicit, nd-router-solicit, mld2-listener-report } accept",
    );
    for (const mac of macs) {
      lines.push(`ether type ip6 ether saddr ${mac} ip6 saddr ${linkLocal(mac)} goto send-${card.tap}`);
    }
    for (const { mac, address } of six) {
      lines.push(`ether type ip6 ether saddr ${mac} ip6 saddr ${address} goto send-${card.tap}`);
    }
  }
  lines.push("counter drop");
  return lines;
}

/** What a guest may send that is who it says it is. */
function sendRules(card: Card): string[] {
  const send: string[] = [];
  if (card.stateful) send.push(`meta mark and ${KNOWN_MARK} == ${KNOWN_MARK} accept`);
  send.push(
    "ether type ip udp sport 68 udp dport 67 accept",
    `ether type ip6 icmpv6 type ${DISCOVERY} accept`,
    "ether type ip6 udp sport 546 udp dport 547 accept",
  );
  if (card.openRange !== null) send.push(`ip daddr ${card.openRange.cidr} accept`);
  send.push(...card.groups.map((id) => `jump group-${id}-egress`), "counter drop");
  return send;
}

function toCard(card: Card): string[] {
  if (card.closed) return ["drop"];
  const lines = ["ether type arp accept"];
  for (const server of new Set(card.dhcpServers)) {
    lines.push(
      server.includes(":")
        ? "ether type ip6 udp sport 547 udp dport 546 accept"
        : `ether type ip ip saddr ${server} udp sport 67 udp dport 68 accept`,
    );
  }
  lines.push(
    "ether type ip6 icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, mld-listener-query } accept",
  );
  if (card.stateful) lines.push(`meta mark and ${KNOWN_MARK} == ${KNOWN_MARK} accept`);
  if (card.openRange !== null) lines.push(`${fromServers(card.openRange)} accept`);
  lines.push(...card.groups.map((id) => `jump group-${id}-ingress`), "counter drop");
  return lines;
}

/** Servers of a network, without this machine itself: it is the gateway and as strange as anybody outside. */
function fromServers({ cidr, gateway }: NonNullable<Card["openRange"]>): string {
  return `ip saddr ${cidr}${gateway === null ? "" : ` ip saddr != ${gateway}`}`;
}

function groupRules(group: FilterGroup, direction: "ingress" | "egress"): string[] {
  return group.rules.filter((rule) => rule.direction === direction).map((rule) => `${ruleText(rule)} accept`);
}

function ruleText(rule: SecurityGroupRuleRow): string {
  const six = rule.ethertype === "IPv6";
  const parts = [`ether type ${six ? "ip6" : "ip"}`];
  const side = rule.direction === "ingress" ? "saddr" : "daddr";
  const family = six ? "ip6" : "ip";
  if (rule.cidr !== null && parseCidr(rule.cidr)!.prefix > 0) parts.push(`${family} ${side} ${rule.cidr}`);
  if (rule.group_id !== null) parts.push(`${family} ${side} @group-${rule.group_id}-${six ? 6 : 4}`);
  if (rule.address_group_id !== null)
    parts.push(`${family} ${side} @ag-${rule.address_group_id}-${six ? 6 : 4}`);
  parts.push(...protocolText(rule, six));
  return parts.join(" ");
}

function protocolText(
  { protocol, from_port: from, to_port: to }: SecurityGroupRuleRow,
  six: boolean,
): string[] {
  if (protocol === null) return [];
  if (isIcmp(protocol)) {
    const name = six ? "icmpv6" : "icmp";
    const parts = [`meta l4proto ${six ? "ipv6-icmp" : "icmp"}`];
    if (from !== null && from >= 0) parts.push(`${name} type ${from}`);
    if (to !== null && to >= 0) parts.push(`${name} code ${to}`);
    return parts;
  }
  const number = protocolNumber(protocol);
  // hopopt and ip are 0: any protocol.
  if (number === 0) return [];
  const parts = [`meta l4proto ${number}`];
  if (hasPorts(protocol) && from !== null && to !== null) {
    parts.push(`th dport ${from === to ? from : `${from}-${to}`}`);
  }
  return parts;
}

/** One set for each family, of networks and addresses that may overlap. */
function addressSets(parts: TableParts, name: string, addresses: readonly string[]): void {
  for (const version of [4, 6] as const) {
    parts.sets.set(`${name}-${version}`, {
      type: `type ipv${version}_addr; flags interval; auto-merge;`,
      elements: addresses.filter((text) => parseCidr(text)?.version === version),
    });
  }
}

/** The address every IPv6 card gives itself on its own link. */
function linkLocal(mac: string): string {
  const parts = mac.split(":").map((part) => Number.parseInt(part, 16));
  const [a, b, c, d, e, f] = parts as [number, number, number, number, number, number];
  const words = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  const text = `fe80::${words.map((word) => word.toString(16)).join(":")}`;
  return parseAddress(text) ? text : "fe80::";
}
