// What somebody changes on the host behind the cloud's back is put right when the host is looked at again, and the log
// says what it was. Time moves only when told. Runs as root only.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import { NetworkCloud } from "../testing/cloud.ts";
import { Guest, hostPings, needsRoot, tools } from "../testing/guest.ts";

setDefaultTimeout(60_000);

const SLOT = 94;
const BRIDGE = `br100-${SLOT}`;
const TABLE = `stack-${SLOT}`;
const EXTERNAL = `172.24.${4 + SLOT}`;
const reason = needsRoot();
if (reason !== null) console.log(`skipped: meddling with the host: ${reason}`);

const clock = new FakeClock(Date.now());
let cloud: NetworkCloud;

beforeAll(async () => {
  if (reason === null) cloud = await NetworkCloud.start({ slot: SLOT, clock });
});

afterAll(async () => {
  if (reason === null) await cloud[Symbol.asyncDispose]();
});

/** The host is looked at from time to time. */
async function time(seconds = 20): Promise<string> {
  const before = cloud.logged().length;
  await clock.advance(seconds * 1000);
  await cloud.settled();
  return cloud.logged().slice(before);
}

async function guest(name: string, networkId?: string): Promise<Guest> {
  const { vifs } = await cloud.server(name, networkId === undefined ? "auto" : [{ networkId }]);
  const plugged = await Guest.plug(vifs[0]!);
  expect(await plugged.dhcp()).toBe(vifs[0]!.addresses[0]!.address);
  return plugged;
}

test.skipIf(reason !== null)(
  "SG-19 packet filters that were emptied by hand are put back within seconds",
  async () => {
    await using one = await guest("filtered");
    const address = one.vif.addresses[0]!.address;
    expect(await hostPings(address)).toBe(false);
    for (const family of ["bridge", "inet", "ip"]) await tools.run(["nft", "flush", "table", family, TABLE]);
    expect(await hostPings(address)).toBe(true);
    expect(await time(5)).toContain(`put back the nftables tables bridge ${TABLE}`);
    expect(await hostPings(address)).toBe(false);
    // One rule more is seen as well, in any table of ours.
    await tools.run(["nft", "insert", "rule", "bridge", TABLE, "ingress", "accept"]);
    expect(await hostPings(address)).toBe(true);
    expect(await time(5)).toContain("which somebody had changed");
    expect(await hostPings(address)).toBe(false);
    for (const family of ["bridge", "inet", "ip"]) await tools.run(["nft", "delete", "table", family, TABLE]);
    await time(5);
    expect(await hostPings(address)).toBe(false);
  },
);

test.skipIf(reason !== null)("packet filters of others are nobody's trouble", async () => {
  await time();
  await tools.run(["nft", "add", "table", "ip", `other-${SLOT}`]);
  try {
    expect(await time(5)).not.toContain("put back");
    expect(await tools.run(["nft", "list", "tables"])).toContain(`other-${SLOT}`);
  } finally {
    await tools.run(["nft", "delete", "table", "ip", `other-${SLOT}`]);
  }
});

test.skipIf(reason !== null)(
  "NW-14 a bridge that was removed is made again, its guests are plugged in, DHCP is heard",
  async () => {
    await using one = await guest("loose");
    await tools.run(["ip", "link", "del", BRIDGE]);
    expect(await one.pings(`10.0.${SLOT}.1`)).toBe(false);
    const log = await time();
    expect(log).toContain(`made bridge ${BRIDGE}`);
    expect(log).toContain(`plugged ${one.vif.tapName} into ${BRIDGE} again`);
    expect(log).toContain(`started dnsmasq on ${BRIDGE}`);
    expect(await tools.run(["bridge", "link", "show"])).toContain(`${one.vif.tapName}@`);
    expect(await one.pings(`10.0.${SLOT}.1`)).toBe(true);
    await one.do("ip", "addr", "flush", "dev", "eth0");
    expect(await one.dhcp()).toBe(one.vif.addresses[0]!.address);
  },
);

test.skipIf(reason !== null)("a killed dnsmasq is started again, in the host and in namespaces", async () => {
  const net = await cloud.make("networks", { name: "killed" });
  await cloud.make("subnets", { network_id: net.id, ip_version: 4, cidr: "192.168.21.0/24" });
  await cloud.settled();
  const pids = (await tools.run(["pgrep", "-f", `/run/stack/networks-${SLOT}/`])).trim().split("\n");
  expect(pids.length).toBeGreaterThan(2);
  for (const pid of pids) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // One of dnsmasq's two processes ends with the other.
    }
  }
  const log = await time();
  expect(log).toContain(`started dnsmasq on ${BRIDGE}`);
  expect(log).toContain(`started dnsmasq in qdhcp-${net.id}`);
  await using one = await guest("again", net.id);
  expect(one.vif.addresses[0]!.address).toBe("192.168.21.2");
});

test.skipIf(reason !== null)("what was changed inside a router's namespace is put right", async () => {
  const net = await cloud.make("networks", { name: "inside" });
  const subnet = await cloud.make("subnets", { network_id: net.id, ip_version: 4, cidr: "192.168.22.0/24" });
  const router = await cloud.make("routers", {
    name: "r",
    external_gateway_info: { network_id: await cloud.externalNetwork() },
  });
  await cloud.admin.put(`/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  await using one = await guest("inside", net.id);
  expect(await one.pings(`${EXTERNAL}.1`)).toBe(true);
  await time();
  expect(await time()).not.toContain("Plumbed");
  const inside = (...words: string[]) => tools.run(["ip", "netns", "exec", `qrouter-${router.id}`, ...words]);
  await inside("nft", "flush", "ruleset");
  expect(await one.pings(`${EXTERNAL}.1`)).toBe(false);
  expect(await time()).toContain(`in qrouter-${router.id}: put back the nftables table`);
  expect(await one.pings(`${EXTERNAL}.1`)).toBe(true);
  await inside("ip", "route", "del", "default");
  expect(await time()).toContain("route replace 0.0.0.0/0 via");
  expect(await one.pings(`${EXTERNAL}.1`)).toBe(true);
  const card = (await inside("ip", "-o", "link")).match(/qr-[0-9a-f-]+/)![0];
  await inside("ip", "addr", "flush", "dev", card);
  expect(await time()).toContain(`addr replace 192.168.22.1/24 dev ${card}`);
  await inside("ip", "link", "del", card);
  expect(await time()).toContain(`type veth peer name ${card}`);
  expect(await one.pings(`${EXTERNAL}.1`)).toBe(true);
  expect(await time()).not.toContain("Plumbed");
});

test.skipIf(reason !== null)(
  "NE-23 packet forwarding that was switched off is switched on again",
  async () => {
    const file = "/proc/sys/net/ipv4/ip_forward";
    expect(await Bun.file(file).text()).toBe("1\n");
    let said = "";
    // Another cloud of this host may be quicker.
    for (let i = 0; i < 10 && !said.includes("switched"); i++) {
      await tools.run(["sysctl", "-w", "net.ipv4.ip_forward=0"]);
      said = await time();
    }
    expect(said).toContain("switched IP forwarding on");
    expect(await Bun.file(file).text()).toBe("1\n");
  },
);
