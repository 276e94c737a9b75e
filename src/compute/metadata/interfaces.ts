// Debian's /etc/network/interfaces for guests on networks without DHCP, when FLAT_INJECTED is set. Authority:
// nova/virt/interfaces.template and netutils.py, `get_injected_network_template`, of Zed.

import type { Vif } from "../../network/public.ts";
import { broadcastOf, netmaskOf } from "./netmask.ts";
import { hasDhcp } from "./network-data.ts";

/** Null when no card needs it. */
export function interfacesFile(vifs: readonly Vif[]): string | null {
  const sections = vifs.filter((vif) => vif.addresses.length > 0).flatMap(section);
  if (sections.length === 0) return null;
  return [
    "# Injected by Nova on instance boot",
    "#",
    "# The network interfaces of this system and how to activate them: see interfaces(5).",
    "",
    "# The loopback network interface",
    "auto lo",
    "iface lo inet loopback",
    ...sections,
    "",
  ].join("\n");
}

function section(vif: Vif, index: number): string[] {
  const first = (version: 4 | 6) => vif.addresses.find((each) => each.version === version);
  const [four, six] = [first(4), first(6)];
  if ((four && hasDhcp(four)) || (six && hasDhcp(six))) return [];
  const name = `eth${index}`;
  const lines = ["", `auto ${name}`];
  const add = (key: string, value: string | null) => {
    if (value !== null && value !== "") lines.push(`    ${key} ${value}`);
  };
  if (four) {
    lines.push(`iface ${name} inet static`);
    add("hwaddress ether", vif.macAddress);
    add("address", four.address);
    add("netmask", netmaskOf(four.cidr));
    add("broadcast", broadcastOf(four.cidr));
    add("gateway", four.gateway);
    add("dns-nameservers", four.dns.join(" "));
  }
  if (six) {
    lines.push(`iface ${name} inet6 static`);
    add("hwaddress ether", vif.macAddress);
    add("address", six.address);
    add("netmask", six.cidr.split("/")[1] ?? "");
    add("gateway", six.gateway);
    add("dns-nameservers", six.dns.join(" "));
  }
  return lines;
}
