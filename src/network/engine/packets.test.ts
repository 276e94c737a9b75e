// What operators look for with ping and tcpdump when a guest has no network: the way of DHCP, DNS and ICMP packets
// through a host of nova-network. Runs as root only.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { capture } from "../testing/capture.ts";
import { NetworkCloud } from "../testing/cloud.ts";
import { Guest, hostPings, needsRoot, tools } from "../testing/guest.ts";

setDefaultTimeout(60_000);

const SLOT = 89;
const BRIDGE = `br100-${SLOT}`;
const EXTERNAL_BRIDGE = `br-ex-${SLOT}`;
const GATEWAY = `10.0.${SLOT}.1`;
const OUTSIDE = `172.24.${4 + SLOT}.250`;
const FOLDER = `/run/stack/networks-${SLOT}`;
const reason = needsRoot() ?? (tools.find("tcpdump") ? null : "not installed: tcpdump");
if (reason !== null) console.log(`skipped: packets on the host: ${reason}`);

let cloud: NetworkCloud;

beforeAll(async () => {
  if (reason !== null) return;
  cloud = await NetworkCloud.start({ slot: SLOT, settings: { ALLOW_SAME_NET_TRAFFIC: "False" } });
});

afterAll(async () => {
  if (reason === null) await cloud[Symbol.asyncDispose]();
});

async function guest(name: string): Promise<Guest> {
  const [network] = (await cloud.admin.get("/v2.0/networks?name=private")).body.networks;
  const { vifs } = await cloud.server(name, [{ networkId: network.id }]);
  return Guest.plug(vifs[0]!);
}

const addressOf = ({ vif }: Guest) => vif.addresses[0]!.address;

/** A machine on the external network. */
async function outsider(vif: Guest["vif"]): Promise<Guest> {
  const card = { id: "0e15e001", tapName: `tap-out-${SLOT}`, macAddress: "fa:16:3e:0e:15:e1" };
  const outside = await Guest.plug({ ...vif, ...card }, EXTERNAL_BRIDGE);
  await outside.configure(`${OUTSIDE}/24`, `172.24.${4 + SLOT}.1`);
  return outside;
}

async function allow(rule: Record<string, unknown>): Promise<void> {
  const path = `/v2.0/security-groups?name=default&project_id=${cloud.projectId}`;
  const [group] = (await cloud.admin.get(path)).body.security_groups;
  await cloud.make("security-group-rules", { security_group_id: group.id, direction: "ingress", ...rule });
  await cloud.settled();
}

/** Waits for dnsmasq's lines, which are read twice a second. */
async function logged(pattern: RegExp): Promise<boolean> {
  const endMs = performance.now() + 3000;
  while (!pattern.test(cloud.logged()) && performance.now() < endMs) await Bun.sleep(50);
  return pattern.test(cloud.logged());
}

test.skipIf(reason !== null)(
  "DN-02 DN-03 the files of a network's DHCP server, and leases of 120 s",
  async () => {
    await using one = await guest("files");
    expect(await one.lease()).toEqual({ address: addressOf(one), hostName: "files", seconds: 120 });
    expect(await Bun.file(join(FOLDER, `nova-${BRIDGE}.conf`)).text()).toContain(
      `${one.vif.macAddress},files.novalocal,${addressOf(one)}\n`,
    );
    const pid = Number(await Bun.file(join(FOLDER, `nova-${BRIDGE}.pid`)).text());
    const command = (await Bun.file(`/proc/${pid}/cmdline`).text()).split("\0");
    expect(command).toContain("--dhcp-lease-max=256");
    expect(command.find((word) => word.startsWith("--dhcp-range="))).toEndWith(",static,120s");
  },
);

test.skipIf(reason !== null)(
  "DN-05 a card that is not in the books gets no address, and the log says so",
  async () => {
    await using known = await guest("known");
    const stranger = { id: "57a49e00", tapName: `tap-str-${SLOT}`, macAddress: "fa:16:3e:78:44:84" };
    await using other = await Guest.plug({ ...known.vif, ...stranger });
    expect(await other.dhcp()).toBeNull();
    expect(
      await logged(/dnsmasq-dhcp\[\d+\]: DHCPDISCOVER\(\S+\) fa:16:3e:78:44:84 no address available/),
    ).toBe(true);
    const [full] = cloud.parts.flatNetworks.create({
      label: "full",
      cidr: `10.189.0.0/29`,
      bridge: `full-${SLOT}`,
    });
    const request = [{ networkId: full!.uuid }];
    for (let i = 2; i < 7; i++) await cloud.server(`full-${i}`, request);
    await expect(cloud.server("one-more", request)).rejects.toThrow(
      "No fixed IP addresses available for network",
    );
  },
);

test.skipIf(reason !== null)(
  "DN-06 a DISCOVER that is lost on its way is seen on the card and not by dnsmasq",
  async () => {
    await using one = await guest("lost");
    await cloud.admin.put(`/v2.0/ports/${one.vif.id}`, { port: { admin_state_up: false } });
    await cloud.settled();
    const seen = await capture(
      one.vif.tapName,
      ["port", "67", "or", "port", "68"],
      () => one.dhcp(),
      /Request/,
    );
    expect(seen.lines.join("\n")).toContain("0.0.0.0.68 > 255.255.255.255.67: BOOTP/DHCP, Request");
    expect(await logged(new RegExp(`DHCPDISCOVER\\(${BRIDGE}\\) ${one.vif.macAddress}`))).toBe(false);
    await cloud.admin.put(`/v2.0/ports/${one.vif.id}`, { port: { admin_state_up: true } });
    await cloud.settled();
    expect(await one.dhcp()).toBe(addressOf(one));
    expect(await logged(new RegExp(`DHCPDISCOVER\\(${BRIDGE}\\) ${one.vif.macAddress}`))).toBe(true);
  },
);

test.skipIf(reason !== null)("DN-08 the handshake on the bridge: client 68, server 67", async () => {
  await using one = await guest("watched");
  const { lines } = await capture(BRIDGE, ["port", "67", "or", "port", "68"], () => one.dhcp());
  const text = lines.join("\n");
  expect(text).toContain(
    `IP 0.0.0.0.68 > 255.255.255.255.67: BOOTP/DHCP, Request from ${one.vif.macAddress}`,
  );
  expect(text).toMatch(new RegExp(`IP ${GATEWAY}\\.67 > \\S+\\.68: BOOTP/DHCP, Reply`));
});

/** Answers for openstack.org as in the Operations Guide, and for nothing else. */
const DNS_SERVER = `
const records = { 1: [[174, 143, 194, 225]], 15: [[0, 10, 3, 109, 120, 49, 0], [0, 20, 3, 109, 120, 50, 0]] };
await Bun.udpSocket({ hostname: "0.0.0.0", port: 53, socket: { data(socket, question, port, address) {
  const end = question.indexOf(0, 12) + 5;
  const name = question.subarray(12, end - 4).toString("latin1");
  const type = question.readUInt16BE(end - 4);
  const known = name.includes("openstack");
  const found = known ? (records[type] ?? []) : [];
  const head = Buffer.from(question.subarray(0, end));
  head.writeUInt16BE(known ? 0x8580 : 0x8583, 2);
  head.writeUInt16BE(found.length, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(0, 10);
  const answers = found.map((data) => Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]));
  socket.send(Buffer.concat([head, ...answers]), port, address);
} } });`;

test.skipIf(reason !== null)(
  "DN-09 DN-10 DN-11 DN-13 a network asks its own DNS server, by way of the gateway, as seen on the bridge",
  async () => {
    const bridge = `dns-${SLOT}`;
    const gateway = "10.188.0.1";
    const [network] = cloud.parts.flatNetworks.create({
      label: "dns",
      cidr: "10.188.0.0/24",
      bridge,
      dns1: OUTSIDE,
    });
    const { vifs } = await cloud.server("asking", [{ networkId: network!.uuid }]);
    await using one = await Guest.plug(vifs[0]!);
    await one.dhcp();
    await using outside = await outsider(vifs[0]!);
    const program = Bun.spawn(
      ["ip", "netns", "exec", outside.namespace, process.execPath, "-e", DNS_SERVER],
      {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "ignore",
      },
    );
    try {
      const endMs = performance.now() + 5000;
      while (!(await outside.do("ss", "-lun")).includes(":53 ") && performance.now() < endMs)
        await Bun.sleep(20);
      const lookup = (name: string) => one.attempt("busybox", "nslookup", name, gateway);
      const seen = await capture(
        bridge,
        ["-v", "udp", "port", "53"],
        async () => {
          expect((await lookup("openstack.org")).stdout).toContain("174.143.194.225");
        },
        /174\.143\.194\.225/,
      );
      expect(seen.heading).toContain(`listening on ${bridge}, link-type EN10MB (Ethernet)`);
      const text = seen.lines.join("\n");
      expect(text).toMatch(/10\.188\.0\.2\.\d+ > 10\.188\.0\.1\.53: \d+\+ A\? openstack\.org\. \(31\)/);
      expect(text).toMatch(
        /10\.188\.0\.1\.53 > 10\.188\.0\.2\.\d+: \d+\*? 1\/0\/0 openstack\.org\. A 174\.143\.194\.225 \(47\)/,
      );
      const command = await tools.run(["pgrep", "-af", `nova-${bridge}.pid`]);
      expect(command).toContain(`--server=${OUTSIDE}`);
      // What ping says of a name, as on cirros.
      await one.do("mkdir", "-p", `/etc/netns/${one.namespace}`);
      await Bun.write(`/etc/netns/${one.namespace}/resolv.conf`, `nameserver ${gateway}\n`);
      const ping = async (name: string) => {
        const { stdout, stderr } = await one.attempt("busybox", "ping", "-c", "1", "-W", "1", name);
        return stdout + stderr;
      };
      expect(await ping("openstack.org")).toContain("PING openstack.org (174.143.194.225): 56 data bytes");
      expect(await ping("nowhere.example")).toContain("ping: bad address 'nowhere.example'");
    } finally {
      program.kill();
      await tools.attempt(["rm", "-r", `/etc/netns/${one.namespace}`]);
    }
  },
);

test.skipIf(reason !== null)("DN-14 libvirt's own dnsmasq is nobody's trouble", async () => {
  const space = `virt-${SLOT}`;
  const pidFile = `/tmp/stack-virt-${SLOT}.pid`;
  await tools.run(["ip", "netns", "add", space]);
  try {
    await tools.run(["ip", "-n", space, "link", "set", "lo", "up"]);
    await tools.run(["ip", "-n", space, "addr", "add", "192.168.122.1/24", "dev", "lo"]);
    const words = [
      "--conf-file=",
      "--listen-address=192.168.122.1",
      "--except-interface=eth9",
      "--bind-interfaces",
    ];
    const lease = [
      "--dhcp-range=192.168.122.2,192.168.122.254",
      "--dhcp-lease-max=253",
      "--dhcp-no-override",
    ];
    const files = [`--pid-file=${pidFile}`, "--leasefile-ro", "--dhcp-script=/bin/true"];
    await tools.run(["ip", "netns", "exec", space, "dnsmasq", ...words, ...lease, ...files]);
    const pid = Number(await Bun.file(pidFile).text());
    await cloud.test.cloud.restartService("n-net");
    await cloud.settled();
    expect(await Bun.file(`/proc/${pid}/cmdline`).text()).toContain("192.168.122.1");
    process.kill(pid);
  } finally {
    await tools.run(["ip", "netns", "del", space]);
    await tools.attempt(["rm", "-f", pidFile]);
  }
});

test.skipIf(reason !== null)(
  "NW-15 NW-16 NW-17 NW-18 an echo on its way out and back: the guest's card, the bridge, the outside",
  async () => {
    await using one = await guest("pinging");
    await one.dhcp();
    await using two = await guest("neighbour");
    await two.dhcp();
    await using outside = await outsider(one.vif);
    // Which hop fails is found from the far end to the near one.
    expect(await one.pings(OUTSIDE)).toBe(true);
    expect(await one.pings(GATEWAY)).toBe(true);
    expect(await one.pings(addressOf(two))).toBe(true);
    const floating = await cloud.make("floatingips", {
      floating_network_id: await cloud.externalNetwork(),
      port_id: one.vif.id,
    });
    await cloud.settled();
    const echo = ["-v", "icmp[icmptype] = icmp-echoreply or icmp[icmptype] = icmp-echo"];
    const fixed = addressOf(one);
    const at = async (card: string) =>
      (await capture(card, echo, () => one.pings(OUTSIDE), /echo reply/)).lines.join("\n");
    expect(await tools.run(["bridge", "link"])).toMatch(new RegExp(`${one.vif.tapName}@.* master ${BRIDGE}`));
    for (const card of [one.vif.tapName, BRIDGE]) {
      const text = await at(card);
      expect(text).toContain(`${fixed} > ${OUTSIDE}: ICMP echo request`);
      expect(text).toContain(`${OUTSIDE} > ${fixed}: ICMP echo reply`);
      expect(text).toContain("ttl 64");
    }
    const out = await at(outside.vif.tapName);
    expect(out).toContain(`${floating.floating_ip_address} > ${OUTSIDE}: ICMP echo request`);
    expect(out).toContain(`${OUTSIDE} > ${floating.floating_ip_address}: ICMP echo reply`);
    expect(out).toContain("ttl 63");
    expect(out).not.toContain(fixed);
    await cloud.admin.delete(`/v2.0/floatingips/${floating.id}`);
    await cloud.settled();
    expect(await at(outside.vif.tapName)).toContain(`172.24.${4 + SLOT}.1 > ${OUTSIDE}: ICMP echo request`);
    expect(await outside.pings(fixed)).toBe(false);
  },
);

test.skipIf(reason !== null)(
  "NW-22 frames that are larger than a hop of their way are lost, small ones pass",
  async () => {
    await using one = await guest("tagged-twice");
    await one.dhcp();
    await using two = await guest("far");
    await two.dhcp();
    const ping = (bytes: number) => one.pings(addressOf(two), "-s", String(bytes - 28));
    expect(await ping(1500)).toBe(true);
    // What a second tag does: the frame is four bytes more than the next card takes.
    await one.do("ip", "link", "set", "eth0", "mtu", "1504");
    await tools.run(["ip", "link", "set", two.vif.tapName, "mtu", "1496"]);
    expect(await ping(84)).toBe(true);
    expect(await ping(1504)).toBe(false);
  },
);

const BPDU = `
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
mac = bytes.fromhex(open("/sys/class/net/eth0/address").read().strip().replace(":", ""))
body = bytes.fromhex("424203" + "0000000000" + "8000" + mac.hex() + "00000000" + "8000" + mac.hex() + "8001" + "0000140002000f00")
s.send(bytes.fromhex("0180c2000000") + mac + len(body).to_bytes(2, "big") + body)
`;

test.skipIf(reason !== null || tools.find("python3") === null)(
  "NW-23 a guest's BPDU leaves its card and goes no further",
  async () => {
    await using one = await guest("bridging");
    await one.dhcp();
    await using two = await guest("quiet");
    const send = async () => {
      await one.do("ip", "netns", "exec", one.namespace, "python3", "-c", BPDU);
    };
    expect((await capture(one.vif.tapName, ["stp"], send, /STP/)).lines.join("\n")).toContain("STP");
    expect((await capture(two.vif.tapName, ["stp"], send)).lines).toEqual([]);
    expect(await one.pings(GATEWAY)).toBe(true);
  },
);

test.skipIf(reason !== null)(
  "SG-08 SG-22 a rule's ports are those of the destination; types of ICMP are told apart",
  async () => {
    await using web = await guest("web");
    const address = (await web.dhcp())!;
    await web.serve(80, "hello\n");
    await web.serve(81, "closed\n");
    const ask = async (port: number, from?: number) => {
      const source = from === undefined ? [] : ["-p", String(from)];
      const answer = await tools.attempt(["busybox", "nc", ...source, "-w", "1", address, String(port)]);
      return answer.code === 0 && answer.stdout !== "" ? answer.stdout : null;
    };
    await allow({ protocol: "tcp", port_range_min: 80, port_range_max: 80, remote_ip_prefix: "0.0.0.0/0" });
    expect(await ask(80)).toBe("hello\n");
    expect(await ask(81)).toBeNull();
    expect(await ask(81, 80)).toBeNull();
    // Only time-stamp requests (13), then echo requests (8) too.
    await allow({ protocol: "icmp", port_range_min: 13, port_range_max: 0 });
    expect(await hostPings(address)).toBe(false);
    await allow({ protocol: "icmp", port_range_min: 8, port_range_max: 0 });
    expect(await hostPings(address)).toBe(true);
  },
);
