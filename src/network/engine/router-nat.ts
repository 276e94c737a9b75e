// A router's address translation as nftables tables inside its namespace. Authority: the rules that
// neutron/agent/l3/router_info.py writes for iptables.

import type { RouterSpec } from "./desired-router.ts";
import { METADATA_ADDRESS } from "./nat.ts";

/** Where the metadata proxy listens inside a router's namespace (neutron.conf: metadata_port). */
export const PROXY_PORT = 9697;

/** What came in from outside; Neutron has it as 0x2 too. */
const FROM_OUTSIDE = "0x2";

export function routerTable(spec: RouterSpec): string {
  const { gateway, floating, forwardings } = spec;
  const inside = spec.links.filter((link) => link.name !== gateway?.card).map((link) => `"${link.name}"`);
  const toServers = [
    ...forwardings.map((entry) => {
      const protocol = entry.protocol === "icmp6" ? "ipv6-icmp" : entry.protocol;
      return `    ip daddr ${entry.address} meta l4proto ${protocol} th dport ${entry.port} dnat to ${entry.toAddress}:${entry.toPort}`;
    }),
    ...(floating.length > 0
      ? [`    dnat to ip daddr map { ${floating.map((e) => `${e.address} : ${e.fixed}`).join(", ")} }`]
      : []),
  ];
  const lines = ["table ip stack {"];
  if (gateway) {
    lines.push(
      "  chain mangle {",
      "    type filter hook prerouting priority mangle; policy accept;",
      `    iifname "${gateway.card}" meta mark set ${FROM_OUTSIDE}`,
      "  }",
    );
  }
  lines.push("  chain prerouting {", "    type nat hook prerouting priority dstnat; policy accept;");
  if (inside.length > 0) {
    lines.push(
      `    iifname { ${inside.join(", ")} } ip daddr ${METADATA_ADDRESS} tcp dport 80 redirect to :${PROXY_PORT}`,
    );
  }
  lines.push(
    ...toServers,
    "  }",
    "  chain output {",
    "    type nat hook output priority -100; policy accept;",
  );
  lines.push(...toServers, "  }");
  if (gateway) lines.push(...outward(spec, gateway));
  lines.push("}", ...advertiserTable(spec));
  return `${lines.join("\n")}\n`;
}

/**
 * The program that advertises a router would answer guests that ask for an address, too, and sooner than the network's
 * own DHCP server: that there is none.
 */
function advertiserTable({ advertised }: RouterSpec): string[] {
  if (advertised.length === 0) return [];
  const cards = advertised.map(({ card }) => `"${card}"`).join(", ");
  return [
    "table ip6 stack {",
    "  chain input {",
    "    type filter hook input priority filter; policy accept;",
    `    iifname { ${cards} } udp dport 547 drop`,
    "  }",
    "}",
  ];
}

function outward(spec: RouterSpec, gateway: NonNullable<RouterSpec["gateway"]>): string[] {
  const { card, address, snat } = gateway;
  const lines = [
    "  chain postrouting {",
    "    type nat hook postrouting priority srcnat; policy accept;",
    // From one network inside to another, as it is.
    `    meta mark != ${FROM_OUTSIDE} oifname != "${card}" ct status and dnat == 0 accept`,
  ];
  if (spec.floating.length > 0) {
    const pairs = spec.floating.map((entry) => `${entry.fixed} : ${entry.address}`);
    lines.push(`    snat to ip saddr map { ${pairs.join(", ")} }`);
  }
  if (snat && address !== null) {
    lines.push(`    oifname "${card}" snat to ${address}`);
    // From inside to a floating address of this router: the answer must come back through it.
    lines.push(`    meta mark != ${FROM_OUTSIDE} ct status dnat snat to ${address}`);
  }
  return [...lines, "  }"];
}
