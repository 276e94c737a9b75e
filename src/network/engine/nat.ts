// Address translation, the way to the metadata service, and the marks of known connections, as nftables tables of the
// ip and inet families. What nova-network did with iptables: nova/network/linux_net.py of Newton.

import type { Desired } from "./desired.ts";
import { KNOWN_MARK } from "./filter.ts";

export const METADATA_ADDRESS = "169.254.169.254";

export interface NatOptions {
  /** Bridge → where the metadata service listens for it: `10.0.0.1:8775`. */
  metadata: ReadonlyMap<string, { address: string; port: number }>;
  /** Bridge and range of each external network whose gateway this machine plays. */
  external: readonly { bridge: string; range: string }[];
}

export function natTable(table: string, desired: Desired, options: NatOptions): string {
  const { flat } = desired;
  const placed = desired.floating.filter((entry) => entry.fixed !== null);
  const dnat = placed.map(({ address, fixed }) => `${address} : ${fixed}`);
  const snat = placed.map(({ address, fixed }) => `${fixed} : ${address}`);
  const ranges = flat.map((network) => network.cidr);
  const anyRange = ranges.length === 0 ? null : `{ ${ranges.join(", ")} }`;
  const forwards = desired.floating.flatMap(({ address, forwardings }) =>
    forwardings.map((entry) => {
      const proto = entry.protocol === "icmp6" ? "ipv6-icmp" : entry.protocol;
      return `    ip daddr ${address} meta l4proto ${proto} th dport ${entry.port} dnat to ${entry.toAddress}:${entry.toPort}`;
    }),
  );
  const toServers = [
    ...forwards,
    ...(dnat.length > 0 ? [`    dnat to ip daddr map { ${dnat.join(", ")} }`] : []),
  ];
  const lines = [
    `table ip ${table} {`,
    "  chain prerouting {",
    "    type nat hook prerouting priority dstnat; policy accept;",
    bridgedOnly("iifname", options),
  ];
  for (const { bridge } of flat) {
    const target = options.metadata.get(bridge);
    if (!target) continue;
    lines.push(
      `    iifname "${bridge}" ip daddr ${METADATA_ADDRESS} tcp dport 80 dnat to ${target.address}:${target.port}`,
    );
  }
  lines.push(
    ...toServers,
    "  }",
    "  chain output {",
    "    type nat hook output priority -100; policy accept;",
    ...toServers,
    "  }",
    "  chain postrouting {",
    "    type nat hook postrouting priority srcnat; policy accept;",
    bridgedOnly("oifname", options),
  );
  if (anyRange !== null) {
    const cards = [...new Set(placed.map((entry) => entry.card))];
    const translate = snat.length > 0 ? [`ip saddr map { ${snat.join(", ")} }`] : [];
    lines.push(
      // From this machine to one of its own floating addresses: the answer must come back this way.
      ...(placed.length > 0
        ? [
            `    ip saddr { ${placed.map((entry) => entry.address).join(", ")} } ip daddr ${anyRange} ct status dnat masquerade`,
          ]
        : []),
      // From one server to another by its floating address.
      ...translate.map(
        (map) => `    ip saddr ${anyRange} ip daddr ${anyRange} ct status dnat snat to ${map}`,
      ),
      `    ip saddr ${anyRange} ip daddr ${anyRange} ct status dnat masquerade`,
      `    ip saddr ${anyRange} ip daddr ${anyRange} accept`,
      // Out of the cloud: as its floating address where that is known, else as this machine.
      ...cards.map((card) => `    oifname "${card}" snat to ${translate[0]}`),
      `    ip saddr ${anyRange} ip daddr != 224.0.0.0/4 masquerade`,
    );
  }
  // Routers of tenant networks go on as this machine.
  for (const { bridge, range } of options.external) {
    lines.push(
      `    ip saddr ${range} ip daddr != { ${range}, 224.0.0.0/4 } oifname != "${bridge}" masquerade`,
    );
  }
  lines.push("  }", "}");
  return `${lines.join("\n")}\n`;
}

/**
 * Frames between the ports of a tenant network's bridge pass these hooks too, of this cloud and of others. They are not
 * this machine's to translate: their routers are in namespaces.
 */
function bridgedOnly(field: "iifname" | "oifname", { external }: NatOptions): string {
  const routed = [...new Set(external.map(({ bridge }) => bridge))].filter((name) => name.startsWith("brq"));
  const others = routed.length > 0 ? ` ${field} != { ${routed.map((name) => `"${name}"`).join(", ")} }` : "";
  return `    ${field} "brq*"${others} accept`;
}

/**
 * @param bridges those whose ports are filtered
 * @param zones bridge → a name space for its connections
 * @param open ranges whose servers may talk to each other, also by way of this machine and under another address
 */
export function marksTable(
  table: string,
  bridges: readonly string[],
  zones: ReadonlyMap<string, number> = new Map(),
  open: readonly { bridge: string; cidr: string }[] = [],
): string {
  const lines = [`table inet ${table} {`];
  if (zones.size > 0) {
    const elements = [...zones].map(([bridge, zone]) => `"${bridge}" : ${zone}`);
    lines.push(
      "  chain zones {",
      "    type filter hook prerouting priority raw; policy accept;",
      `    ct zone set iifname map { ${elements.join(", ")} }`,
      "  }",
    );
  }
  if (bridges.length > 0) {
    const names = `{ ${bridges.map((name) => `"${name}"`).join(", ")} }`;
    // What a connection's beginner sends is asked of the rules every time, so that a rule that goes ends what it had
    // let in, as Neutron does by forgetting the connection; answers pass.
    const set = `meta mark set meta mark or ${KNOWN_MARK}`;
    const sameNetwork = ({ bridge, cidr }: { bridge: string; cidr: string }) =>
      `    iifname "${bridge}" oifname "${bridge}" ip saddr ${cidr} ${set}`;
    const clear = `meta mark and ${KNOWN_MARK} == ${KNOWN_MARK} meta mark set meta mark xor ${KNOWN_MARK}`;
    for (const [chain, hook, field] of [
      ["from-bridges", "prerouting", "iifname"],
      ["to-bridges", "forward", "oifname"],
      ["from-host", "output", "oifname"],
    ] as const) {
      lines.push(
        `  chain ${chain} {`,
        `    type filter hook ${hook} priority mangle; policy accept;`,
        `    ${field} ${names} ${clear}`,
        `    ${field} ${names} ct state established ct direction reply ${set}`,
        `    ${field} ${names} ct state related ${set}`,
        ...(hook === "forward" ? open.map(sameNetwork) : []),
        "  }",
      );
    }
  }
  lines.push("}");
  return `${lines.join("\n")}\n`;
}

/** Replaces a table by another in one step: no packet meets a rule of neither. */
export function replaceTable(family: string, table: string, text: string): string {
  return `table ${family} ${table} {}\ndelete table ${family} ${table}\n${text}`;
}
