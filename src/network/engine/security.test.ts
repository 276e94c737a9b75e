// Security groups and the guards against forged packets, on a network of the Network API, with packets. Runs as root only.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { capture } from "../testing/capture.ts";
import { NetworkCloud, type NetworkServer } from "../testing/cloud.ts";
import { Guest, hostPings, needsRoot, tools } from "../testing/guest.ts";

setDefaultTimeout(60_000);

const SLOT = 88;
const reason = needsRoot();
if (reason !== null) console.log(`skipped: security groups with packets: ${reason}`);

let cloud: NetworkCloud;
let networkId = "";

beforeAll(async () => {
  if (reason !== null) return;
  cloud = await NetworkCloud.start({ slot: SLOT });
  networkId = (await cloud.make("networks", { name: "guarded" })).id;
  await cloud.make("subnets", { network_id: networkId, ip_version: 4, cidr: "192.168.31.0/24" });
});

afterAll(async () => {
  if (reason === null) await cloud[Symbol.asyncDispose]();
});

/** A group that lets nothing in and, unlike a new one, nothing out. */
async function group(name: string, egress = true): Promise<string> {
  const made = await cloud.make("security-groups", { name });
  if (!egress) {
    for (const rule of made.security_group_rules)
      await cloud.admin.delete(`/v2.0/security-group-rules/${rule.id}`);
  }
  return made.id;
}

async function allow(security_group_id: string, fields: Record<string, unknown>): Promise<string> {
  const made = await cloud.make("security-group-rules", {
    security_group_id,
    direction: "ingress",
    ...fields,
  });
  await cloud.settled();
  return made.id;
}

async function guest(
  name: string,
  groups: string[] | null = null,
): Promise<{ server: NetworkServer; guest: Guest }> {
  const server = await cloud.server(name, [{ networkId }]);
  if (groups) await setPort(server, { security_groups: groups });
  const plugged = await Guest.plug(server.vifs[0]!);
  expect(await plugged.dhcp()).toBe(server.vifs[0]!.addresses[0]!.address);
  return { server, guest: plugged };
}

async function setPort({ vifs }: NetworkServer, port: Record<string, unknown>): Promise<void> {
  const changed = await cloud.admin.put(`/v2.0/ports/${vifs[0]!.id}`, { port });
  expect([changed.status, changed.text]).toEqual([200, changed.text]);
  await cloud.settled();
}

const addressOf = ({ vif }: Guest) => vif.addresses[0]!.address;

test.skipIf(reason !== null)(
  "SG-13 egress: what no rule lets out stays in, from the moment a rule goes",
  async () => {
    const open = await group("open");
    const closed = await group("closed", false);
    await allow(open, { protocol: "tcp" });
    await allow(open, { protocol: "icmp" });
    const { guest: a, server } = await guest("talker", [closed]);
    const { guest: b } = await guest("listener", [open]);
    await using one = a;
    await using two = b;
    await two.serve(80, "eighty\n");
    await two.serve(81, "eighty-one\n");
    const ask = (port: number) => one.asks(addressOf(two), port);
    expect(await ask(80)).toBeNull();
    const rule = await allow(closed, {
      direction: "egress",
      protocol: "tcp",
      port_range_min: 80,
      port_range_max: 80,
      remote_ip_prefix: "192.168.31.0/24",
    });
    expect(await ask(80)).toBe("eighty\n");
    expect(await ask(81)).toBeNull();
    expect(await one.pings(addressOf(two))).toBe(false);
    await cloud.admin.delete(`/v2.0/security-group-rules/${rule}`);
    await cloud.settled();
    expect(await ask(80)).toBeNull();
    await setPort(server, { security_groups: [open] });
    expect(await ask(81)).toBe("eighty-one\n");
    expect(await one.pings(addressOf(two))).toBe(true);
  },
);

test.skipIf(reason !== null)(
  "SG-10 SG-14 a source group's members are let in, from the moment they are members",
  async () => {
    const web = await group("web");
    const clients = await group("clients");
    const others = await group("others");
    await allow(web, { protocol: "tcp", port_range_min: 80, port_range_max: 90, remote_group_id: clients });
    const { guest: a } = await guest("web", [web]);
    const { guest: b, server } = await guest("joining", [others]);
    await using one = a;
    await using two = b;
    await one.serve(85, "inside\n");
    const ask = () => two.asks(addressOf(one), 85);
    expect(await ask()).toBeNull();
    await cloud.network.addSecurityGroup(cloud.context, server.uuid, "clients");
    expect(await ask()).toBe("inside\n");
    await cloud.network.removeSecurityGroup(cloud.context, server.uuid, "clients");
    expect(await ask()).toBeNull();
  },
);

test.skipIf(reason !== null)(
  "SG-17 a card with no group lets nothing in and nothing out but DHCP",
  async () => {
    const { guest: a, server } = await guest("bare");
    const { guest: b } = await guest("beside");
    await using one = a;
    await using two = b;
    expect(await one.pings(addressOf(two))).toBe(true);
    await setPort(server, { security_groups: [] });
    expect(await one.pings(addressOf(two))).toBe(false);
    expect(await two.pings(addressOf(one))).toBe(false);
    await one.do("ip", "addr", "flush", "dev", "eth0");
    expect(await one.dhcp()).toBe(server.vifs[0]!.addresses[0]!.address);
  },
);

test.skipIf(reason !== null)("a guest is no DHCP server for others, whatever its groups", async () => {
  const quiet = await cloud.make("networks", { name: "quiet" });
  const subnet = { network_id: quiet.id, ip_version: 4, cidr: "192.168.32.0/24", enable_dhcp: false };
  await cloud.make("subnets", subnet);
  const plug = async (name: string, of?: string) => {
    const server = await cloud.server(name, [{ networkId: quiet.id }]);
    if (of) await setPort(server, { security_groups: [of] });
    return Guest.plug(server.vifs[0]!);
  };
  const open = await group("open-to-requests");
  await allow(open, { protocol: "udp" });
  await using rogue = await plug("rogue", open);
  await using victim = await plug("victim");
  await rogue.configure(`${addressOf(rogue)}/24`, null);
  const server = Bun.spawn(
    [
      ...[
        "ip",
        "netns",
        "exec",
        rogue.namespace,
        "dnsmasq",
        "--keep-in-foreground",
        "--conf-file=",
        "--port=0",
      ],
      ...[
        "--interface=eth0",
        "--bind-interfaces",
        "--leasefile-ro",
        "--dhcp-range=192.168.32.50,192.168.32.60",
      ],
      ...["--no-ping", "--dhcp-authoritative"],
    ],
    { stdin: "ignore", stdout: "ignore", stderr: "ignore" },
  );
  try {
    const endMs = performance.now() + 3000;
    while (!(await rogue.do("ss", "-lun")).includes(":67 ") && performance.now() < endMs) await Bun.sleep(20);
    let given: string | null = "";
    const seen = await capture(rogue.vif.tapName, ["port", "67"], async () => {
      given = await victim.dhcp();
    });
    expect(seen.lines.join("\n")).toContain("BOOTP/DHCP, Reply");
    expect(given).toBeNull();
  } finally {
    server.kill();
    await server.exited;
  }
});

test.skipIf(reason !== null)(
  "addresses besides its own are a guest's when its port allows them, or has no guard at all",
  async () => {
    const everybody = await group("everybody");
    await allow(everybody, {});
    const { guest: a, server } = await guest("floating-ip", [everybody]);
    const { guest: b } = await guest("peer", [everybody]);
    await using one = a;
    await using two = b;
    const extra = "192.168.31.200";
    await one.do("ip", "addr", "add", `${extra}/24`, "dev", "eth0");
    const speaks = () => one.pings(addressOf(two), "-I", extra);
    /** A neighbour that could not be asked for is asked for again only when its timer's seconds are over. */
    const speaksSoon = async () =>
      (await speaks()) || (await speaks()) || (await speaks()) || (await speaks());
    expect(await speaks()).toBe(false);
    await setPort(server, { allowed_address_pairs: [{ ip_address: extra }] });
    expect(await speaksSoon()).toBe(true);
    expect(await two.pings(extra)).toBe(true);
    await setPort(server, { allowed_address_pairs: [] });
    await two.do("ip", "neigh", "flush", "dev", "eth0");
    expect(await speaks()).toBe(false);
    await setPort(server, { security_groups: [], port_security_enabled: false });
    expect(await speaksSoon()).toBe(true);
  },
);

test.skipIf(reason !== null)(
  "SG-18 the files that move filtering to Neutron are honoured, and the one that switches it off",
  async () => {
    const rc = (enabled: string) => `
[[post-config|$NOVA_CONF]]
[DEFAULT]
firewall_driver = nova.virt.firewall.NoopFirewallDriver
security_group_api = neutron
[[post-config|/$Q_PLUGIN_CONF_FILE]]
[securitygroup]
firewall_driver = neutron.agent.linux.iptables_firewall.OVSHybridIptablesFirewallDriver
enable_security_group = ${enabled}
`;
    for (const enabled of ["True", "False"]) {
      await using other = await NetworkCloud.start({ slot: SLOT - 1, rc: rc(enabled) });
      const { vifs } = await other.server("filtered");
      await using one = await Guest.plug(vifs[0]!);
      expect(await one.dhcp()).toBe(addressOf(one));
      expect([enabled, await hostPings(addressOf(one))]).toEqual([enabled, enabled === "False"]);
    }
  },
);

/** Asks for an address by DHCPv6 and prints it (RFC 8415: SOLICIT, ADVERTISE). */
const SOLICIT = `
import socket, struct, sys
mac = bytes.fromhex(open("/sys/class/net/eth0/address").read().strip().replace(":", ""))
option = lambda code, data: struct.pack("!HH", code, len(data)) + data
body = option(1, b"\\0\\3\\0\\1" + mac) + option(3, b"\\0\\0\\0\\1" + bytes(8)) + option(8, b"\\0\\0")
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::", 546))
s.settimeout(1)
for attempt in range(5):
    s.sendto(b"\\1abc" + body, ("ff02::1:2", 547, 0, socket.if_nametoindex("eth0")))
    try:
        answer = s.recv(2048)
    except TimeoutError:
        continue
    at = answer.find(b"\\0\\5\\0\\x18")
    if at > 0:
        print(socket.inet_ntop(socket.AF_INET6, answer[at + 4 : at + 20]))
        sys.exit(0)
sys.exit(1)
`;

/** Says that it is a router with a prefix (RFC 4861: Router Advertisement). */
const ADVERTISE = `
import socket, struct, sys
prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 600, 600, 0) + socket.inet_pton(socket.AF_INET6, sys.argv[1])
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
s.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 0, 0, 0) + prefix, ("ff02::1", 0, 0, socket.if_nametoindex("eth0")))
`;

test.skipIf(reason !== null || tools.find("python3") === null)(
  "an IPv6 guest is told its address by DHCPv6, speaks with no other, and is no router",
  async () => {
    const six = await cloud.make("networks", { name: "six" });
    const subnet = await cloud.make("subnets", {
      network_id: six.id,
      ip_version: 6,
      cidr: "fd00:88::/64",
      ipv6_ra_mode: "dhcpv6-stateful",
      ipv6_address_mode: "dhcpv6-stateful",
    });
    const router = await cloud.make("routers", { name: "r-six" });
    await cloud.admin.put(`/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
    const plug = async (name: string) => {
      const server = await cloud.server(name, [{ networkId: six.id }]);
      const plugged = await Guest.plug(server.vifs[0]!);
      const shown = () => plugged.do("ip", "-6", "addr", "show", "dev", "eth0", "scope", "link");
      const endMs = performance.now() + 5000;
      while (!/fe80(?!.*tentative)/.test(await shown()) && performance.now() < endMs) await Bun.sleep(50);
      return plugged;
    };
    await using one = await plug("one");
    await using two = await plug("two");
    const told = await one.attempt("python3", "-c", SOLICIT);
    expect(told.stdout.trim()).toBe(addressOf(one));
    for (const each of [one, two])
      await each.do("ip", "addr", "add", `${addressOf(each)}/64`, "dev", "eth0", "nodad");
    expect(await one.pings(subnet.gateway_ip, "-6")).toBe(true);
    expect(await one.pings(addressOf(two), "-6")).toBe(true);
    await one.do("ip", "addr", "add", "fd00:88::bad/64", "dev", "eth0", "nodad");
    expect(await one.pings(subnet.gateway_ip, "-6", "-I", "fd00:88::bad")).toBe(false);

    // What it advertises as a router nobody hears, until nothing guards its card.
    const advertise = (prefix: string) => one.do("python3", "-c", ADVERTISE, prefix);
    const heard = () => two.do("ip", "-6", "addr", "show", "dev", "eth0");
    await advertise("fd00:bad1::");
    const unguarded = { port_security_enabled: false, security_groups: [] };
    await cloud.admin.put(`/v2.0/ports/${one.vif.id}`, { port: unguarded });
    await cloud.settled();
    const endMs = performance.now() + 10_000;
    while (!(await heard()).includes("fd00:bad2:") && performance.now() < endMs)
      await advertise("fd00:bad2::");
    expect(await heard()).toContain("fd00:bad2:");
    expect(await heard()).not.toContain("fd00:bad1:");
  },
);
