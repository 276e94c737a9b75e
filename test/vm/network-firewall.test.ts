// A machine whose own firewall lets nothing in that it was not told to: with the lines that the installation guides add
// for tunnels, and never switched off. The cloud runs in a network namespace that has such a firewall; guests are other
// namespaces. Needs root.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, isRoot, program } from "../support/requires.ts";
import { type Outcome, run, Stack } from "../support/stack.ts";

const MACHINE = "stack-firewalled";
const NEEDS = [isRoot, ...["openstack", "iptables", "nsenter", "busybox", "dnsmasq", "nft"].map(program)];
const INSIDE = ["nsenter", `--net=/run/netns/${MACHINE}`];
/** As /etc/sysconfig/iptables has them once the guide was followed. */
const FIREWALL = [
  ["-P", "INPUT", "DROP"],
  ["-A", "INPUT", "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT"],
  ["-A", "INPUT", "-i", "lo", "-j", "ACCEPT"],
  ["-A", "INPUT", "-p", "gre", "-j", "ACCEPT"],
  ["-A", "OUTPUT", "-p", "gre", "-j", "ACCEPT"],
  ["-A", "INPUT", "-j", "REJECT", "--reject-with", "icmp-host-prohibited"],
  ["-A", "FORWARD", "-j", "REJECT", "--reject-with", "icmp-host-prohibited"],
];
const SETTINGS = `[[post-config|ml2_conf.ini]]
[ml2]
type_drivers = gre
tenant_network_types = gre
[ml2_type_gre]
tunnel_id_ranges = 1:1000
`;
const UDHCPC = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/$mask" dev "$interface"
ip route add default via "$router"
echo "$ip"
`;

describeWith("a machine with a firewall", NEEDS, () => {
  let stack: Stack;
  const guests: string[] = [];
  const must = async (...command: string[]) => {
    const outcome = await run(command);
    if (outcome.status !== 0) throw new Error(`${command.join(" ")}: ${outcome.stderr}${outcome.stdout}`);
    return outcome.stdout;
  };
  const inside = (...command: string[]) => must(...INSIDE, ...command);
  const client = async (env: Stack["demoEnv"], args: string[]) => {
    const outcome = await run([...INSIDE, "openstack", ...args], { env, timeoutMs: 60_000 });
    if (outcome.status !== 0) throw new Error(`openstack ${args.join(" ")}: ${outcome.stderr}`);
    return outcome.stdout.trim();
  };
  const openstack = (...args: string[]) => client(stack.demoEnv, args);
  const asAdmin = async (...args: string[]) =>
    JSON.parse(await client(stack.adminEnv, [...args, "-f", "json"]));
  const value = (column: string, ...args: string[]) => openstack(...args, "-f", "value", "-c", column);
  const inGuest = (guest: string, ...command: string[]): Promise<Outcome> =>
    run(["ip", "netns", "exec", guest, ...command]);
  const pings = async (guest: string, address: string) =>
    (await inGuest(guest, "busybox", "ping", "-c", "1", "-W", "2", address)).status === 0;

  beforeAll(async () => {
    await must("ip", "netns", "add", MACHINE);
    await inside("ip", "link", "set", "lo", "up");
    for (const rule of FIREWALL) await inside("iptables", ...rule);
    const rc = join(process.env["TMPDIR"] ?? "/tmp", `${MACHINE}.rc`);
    writeFileSync(rc, SETTINGS);
    stack = await Stack.up({
      through: INSIDE,
      args: ["--driver", "fake", "--set", "NETWORK_PLUMBING=on", "--rc", rc],
    });
    await must("rm", rc);
  }, 60_000);

  afterAll(async () => {
    for (const guest of guests) await run(["ip", "netns", "del", guest]);
    await stack?.[Symbol.asyncDispose]();
    await run(["ip", "netns", "del", MACHINE]);
  }, 60_000);

  /** Where a hypervisor would plug a server's card in. Resolves to the address it gets by DHCP. */
  async function plug(name: string, networkId: string): Promise<string> {
    const [port] = JSON.parse(await openstack("port", "list", "--server", name, "-f", "json"));
    const tap = `tap${port.ID.slice(0, 11)}`;
    const guest = `guest-${name}`;
    await must("ip", "netns", "add", guest);
    guests.push(guest);
    const peer = ["peer", "name", "eth0", "netns", guest, "address", port["MAC Address"]];
    await inside("ip", "link", "add", tap, "type", "veth", ...peer);
    await inside("ip", "link", "set", tap, "master", `brq${networkId.slice(0, 11)}`, "up");
    await inGuest(guest, "ip", "link", "set", "eth0", "up");
    const script = join(stack.state, "udhcpc");
    writeFileSync(script, UDHCPC, { mode: 0o755 });
    const asked = await inGuest(guest, "busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-s", script);
    return /^\d+\.\d+\.\d+\.\d+$/m.exec(asked.stdout)?.[0] ?? `no lease: ${asked.stderr}`;
  }

  /** A machine beside this one, on the external network. */
  async function plugStranger(address: string): Promise<void> {
    const guest = "guest-stranger";
    await must("ip", "netns", "add", guest);
    guests.push(guest);
    const bridge = /br-ex[^:@]*/.exec(await inside("ip", "-o", "link", "show", "type", "bridge"))![0];
    await inside("ip", "link", "add", "out0", "type", "veth", "peer", "name", "eth0", "netns", guest);
    await inside("ip", "link", "set", "out0", "master", bridge, "up");
    await inGuest(guest, "ip", "addr", "add", address, "dev", "eth0");
    await inGuest(guest, "ip", "link", "set", "eth0", "up");
  }

  test("NE-30 tenants' packets pass with the firewall on and GRE let through both ways; the rules stay as they are", async () => {
    const rules = () => inside("iptables", "-S");
    const networkId = await value("id", "network", "create", "demo-net");
    await openstack(
      "subnet",
      "create",
      "--network",
      "demo-net",
      "--subnet-range",
      "192.168.7.0/24",
      "demo-subnet",
    );
    await openstack("router", "create", "--external-gateway", "public", "demo-router");
    await openstack("router", "add", "subnet", "demo-router", "demo-subnet");
    await openstack("security", "group", "rule", "create", "--protocol", "icmp", "default");
    const shown = await asAdmin("network", "show", "demo-net");
    expect(shown["provider:network_type"]).toBe("gre");
    expect(shown["provider:segmentation_id"]).toBeLessThanOrEqual(1000);
    const disk = join(stack.state, "disk.raw");
    writeFileSync(disk, new Uint8Array(1 << 16));
    await openstack(
      ...["image", "create", "--disk-format", "raw", "--container-format", "bare", "--file", disk, "small"],
    );
    for (const name of ["one", "two"]) {
      await openstack(
        ...["server", "create", "--flavor", "m1.tiny", "--image", "small", "--network", "demo-net"],
        ...["--wait", name],
      );
    }
    expect(await plug("one", networkId)).toMatch(/^192\.168\.7\.\d+$/);
    const second = await plug("two", networkId);
    expect(second).toMatch(/^192\.168\.7\.\d+$/);
    expect(await pings("guest-one", second)).toBe(true);
    expect(await pings("guest-one", "192.168.7.1")).toBe(true);
    // Out through the router, to somebody else on the external network.
    const gateway: string = (await asAdmin("subnet", "show", "public-subnet")).gateway_ip;
    const stranger = gateway.replace(/\.1$/, ".254");
    await plugStranger(`${stranger}/24`);
    expect(await pings("guest-one", stranger)).toBe(true);

    const present = (await rules()).split("\n");
    expect(present).toEqual(expect.arrayContaining(FIREWALL.map((rule) => rule.join(" "))));
    expect((await inside("iptables", "-S", "INPUT")).trimEnd()).toEndWith(
      "-A INPUT -j REJECT --reject-with icmp-host-prohibited",
    );
    // What was not let in stays out: the machine itself answers nobody.
    expect(await pings("guest-stranger", gateway)).toBe(false);
  }, 180_000);

  test("down takes away what was let through, and nothing else", async () => {
    for (const guest of guests.splice(0)) await must("ip", "netns", "del", guest);
    expect((await stack.cli("down")).status).toBe(0);
    const left = (await inside("iptables", "-S")).trimEnd().split("\n").sort();
    expect(left).toEqual(
      ["-P FORWARD ACCEPT", "-P OUTPUT ACCEPT", ...FIREWALL.map((rule) => rule.join(" "))].sort(),
    );
  }, 60_000);
});
