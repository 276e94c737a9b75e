// FlatDHCP for real: bridges, dnsmasq, nftables, guests in network namespaces. Runs as root only.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { metadataPublic } from "../../compute/metadata/public.ts";
import { adminContext } from "../../core/context.ts";
import type { ApiClient, TestCloud } from "../../testing/cloud.ts";
import { testCloud } from "../../testing/cloud.ts";
import { networkPublic, type Vif } from "../public.ts";
import { Guest, hostAsks, hostPings, needsRoot, tools } from "../testing/guest.ts";

// Guests wait for answers that do not come.
setDefaultTimeout(60_000);

const SLOT = 97;
const BRIDGE = `br100-${SLOT}`;
const reason = needsRoot();
if (reason !== null) console.log(`skipped: FlatDHCP on the host: ${reason}`);

let cloud: TestCloud;
let admin: ApiClient;
let servers = 0;

beforeAll(async () => {
  if (reason !== null) return;
  cloud = await testCloud({
    windows: ["key", "n-net", "q-svc"],
    machine: { privileged: true, slot: SLOT },
    settings: { NETWORK_PLUMBING: "on", ALLOW_SAME_NET_TRAFFIC: "False" },
  });
  await settled();
  admin = await cloud.as("q-svc");
});

afterAll(async () => {
  if (reason !== null) return;
  await cloud.cloud.stopServices();
  await cloud.cloud.cleanup();
  await cloud[Symbol.asyncDispose]();
});

const projectId = async () =>
  (await admin.get("/v2.0/networks?name=public")).body.networks[0].project_id as string;

/** A server's card, plugged in. */
async function server(hostname: string): Promise<{ uuid: string; vif: Vif }> {
  const network = cloud.cloud.peers.get(networkPublic);
  const uuid = `00000000-0000-4000-8000-0000000000${String(++servers).padStart(2, "0")}`;
  const instance = {
    uuid,
    hostname,
    projectId: await projectId(),
    availabilityZone: "nova",
    host: "testhost",
  };
  const context = { ...adminContext("req-test"), projectId: instance.projectId };
  const [vif] = await network.allocateForInstance(context, instance, "auto", []);
  await network.plug(context, instance, [vif!]);
  return { uuid, vif: vif! };
}

async function allow(rule: Record<string, unknown>): Promise<string> {
  const groups = (await admin.get("/v2.0/security-groups?name=default")).body.security_groups;
  const group = groups.find(async (one: { project_id: string }) => one.project_id === (await projectId()));
  const made = await admin.post("/v2.0/security-group-rules", {
    security_group_rule: { security_group_id: group.id, direction: "ingress", ...rule },
  });
  expect(made.status).toBe(201);
  await settled();
  return made.body.security_group_rule.id;
}

async function settled(): Promise<void> {
  const { networkEngine } = await import("./public.ts");
  await cloud.cloud.peers.get(networkEngine).settled();
}

test.skipIf(reason !== null)("NW-13 the bridge has the gateway's address and is up", async () => {
  const shown = await tools.run(["ip", "addr", "show", BRIDGE]);
  expect(shown).toContain(`inet 10.0.${SLOT}.1/24`);
  expect(shown).toContain(",UP");
});

test.skipIf(reason !== null)(
  "DN-01 dnsmasq runs with nova-network's command line, as nobody and root",
  async () => {
    const listed = (await tools.run(["ps", "-eo", "user,args"]))
      .split("\n")
      .filter((line) => line.includes(`nova-${BRIDGE}.pid`));
    expect(listed.map((line) => line.split(/\s+/)[0]).sort()).toEqual(["nobody", "root"]);
    const folder = `/run/stack/networks-${SLOT}`;
    expect(listed[0]).toContain(
      `dnsmasq --strict-order --bind-interfaces --conf-file= --domain=novalocal --pid-file=${folder}/nova-${BRIDGE}.pid ` +
        `--listen-address=10.0.${SLOT}.1 --except-interface=lo --dhcp-range=set:'private',10.0.${SLOT}.2,static,120s ` +
        `--dhcp-lease-max=256 --dhcp-hostsfile=${folder}/nova-${BRIDGE}.conf --dhcp-script=${folder}/nova-dhcpbridge --leasefile-ro`,
    );
  },
);

test.skipIf(reason !== null)(
  "DN-04 a guest gets its own address by DHCP, and the log tells the handshake",
  async () => {
    const { vif } = await server("test");
    await using guest = await Guest.plug(vif);
    const address = vif.addresses[0]!.address;
    expect(await guest.dhcp()).toBe(address);
    expect(await guest.pings(`10.0.${SLOT}.1`)).toBe(true);
    const lines = () =>
      cloud.log.book
        .lines("n-net")
        .map((line) => line.text)
        .join("\n");
    const endMs = performance.now() + 3000;
    while (!lines().includes("DHCPACK") && performance.now() < endMs) await Bun.sleep(50);
    expect(lines()).toContain(`DHCPDISCOVER(${BRIDGE}) ${vif.macAddress}`);
    expect(lines()).toContain(`DHCPACK(${BRIDGE}) ${address} ${vif.macAddress} test`);
    const leased = cloud.cloud.peers.get(networkPublic).instanceByAddress(address);
    expect(leased).toStartWith("00000000-0000-4000-8000-");
  },
);

test.skipIf(reason !== null)(
  "SG-05 SG-06 a guest is closed until a rule opens it, at once and both ways",
  async () => {
    const { vif } = await server("closed");
    await using guest = await Guest.plug(vif);
    const address = (await guest.dhcp())!;
    await guest.serve(22, "SSH-2.0-test\n");
    expect(await hostPings(address)).toBe(false);
    expect(await hostAsks(address, 22)).toBeNull();
    const icmp = await allow({ protocol: "icmp" });
    expect(await hostPings(address)).toBe(true);
    expect(await hostAsks(address, 22)).toBeNull();
    const ssh = await allow({
      protocol: "tcp",
      port_range_min: 22,
      port_range_max: 22,
      remote_ip_prefix: "0.0.0.0/0",
    });
    expect(await hostAsks(address, 22)).toBe("SSH-2.0-test\n");
    for (const id of [icmp, ssh]) await admin.delete(`/v2.0/security-group-rules/${id}`);
    await settled();
    expect(await hostPings(address)).toBe(false);
  },
);

test.skipIf(reason !== null)("SG-10 members of a group reach each other, others do not", async () => {
  const one = await server("one");
  const two = await server("two");
  await using a = await Guest.plug(one.vif);
  await using b = await Guest.plug(two.vif);
  await a.dhcp();
  const address = (await b.dhcp())!;
  expect(await a.pings(address)).toBe(true);
  const network = cloud.cloud.peers.get(networkPublic);
  const context = { ...adminContext("req-test"), projectId: await projectId() };
  await network.removeSecurityGroup(context, one.uuid, "default");
  expect(await a.pings(address)).toBe(false);
});

test.skipIf(reason !== null)(
  "a guest cannot speak with another's address, nor be a DHCP server",
  async () => {
    const one = await server("honest");
    const two = await server("liar");
    await using honest = await Guest.plug(one.vif);
    await using liar = await Guest.plug(two.vif);
    await honest.dhcp();
    await liar.dhcp();
    const gateway = `10.0.${SLOT}.1`;
    expect(await liar.pings(gateway)).toBe(true);
    const stolen = one.vif.addresses[0]!.address;
    await liar.do("ip", "addr", "add", `${stolen}/24`, "dev", "eth0");
    expect(await liar.pings(gateway, "-I", stolen)).toBe(false);
    await liar.do("ip", "addr", "flush", "dev", "eth0");
    await liar.do("ip", "link", "set", "eth0", "address", "fa:16:3e:99:99:99");
    await liar.configure(`${two.vif.addresses[0]!.address}/24`, gateway);
    expect(await liar.pings(gateway)).toBe(false);
  },
);

test.skipIf(reason !== null)(
  "FI-12 a floating address reaches the guest from this machine and from another guest",
  async () => {
    const one = await server("web");
    const two = await server("client");
    await using web = await Guest.plug(one.vif);
    await using client = await Guest.plug(two.vif);
    await web.dhcp();
    await client.dhcp();
    await web.serve(80, "hello\n");
    const rule = await allow({
      protocol: "tcp",
      port_range_min: 80,
      port_range_max: 80,
      remote_ip_prefix: "0.0.0.0/0",
    });
    const external = (await admin.get("/v2.0/networks?name=public")).body.networks[0].id;
    const made = await admin.post("/v2.0/floatingips", {
      floatingip: { floating_network_id: external, port_id: one.vif.id },
    });
    expect(made.status).toBe(201);
    expect(made.body.floatingip.status).toBe("ACTIVE");
    await settled();
    const floating = made.body.floatingip.floating_ip_address as string;
    expect(await hostAsks(floating, 80)).toBe("hello\n");
    expect(await client.asks(floating, 80)).toBe("hello\n");
    await admin.delete(`/v2.0/floatingips/${made.body.floatingip.id}`);
    await settled();
    expect(await hostAsks(floating, 80)).toBeNull();
    await admin.delete(`/v2.0/security-group-rules/${rule}`);
  },
);

test.skipIf(reason !== null)(
  "NW-18 a server goes out under its floating address, and without one as this machine",
  async () => {
    const { vif } = await server("outward");
    await using guest = await Guest.plug(vif);
    await guest.dhcp();
    const elsewhere = { id: "0e15e000", tapName: `tap-outside-${SLOT}`, macAddress: "fa:16:3e:0e:15:e0" };
    await using outside = await Guest.plug({ ...vif, ...elsewhere }, `br-ex-${SLOT}`);
    await outside.configure(`172.24.${4 + SLOT}.250/24`, null);
    await outside.serveCaller(80);
    const asks = () => guest.asks(`172.24.${4 + SLOT}.250`, 80);
    expect(await asks()).toBe(`172.24.${4 + SLOT}.1`);
    const external = (await admin.get("/v2.0/networks?name=public")).body.networks[0].id;
    const { floatingip } = (
      await admin.post("/v2.0/floatingips", {
        floatingip: { floating_network_id: external, port_id: vif.id },
      })
    ).body;
    await settled();
    expect(await asks()).toBe(floatingip.floating_ip_address);
    expect(await outside.pings(floatingip.floating_ip_address)).toBe(false);
    const rule = await allow({ protocol: "icmp" });
    expect(await outside.pings(floatingip.floating_ip_address)).toBe(true);
    await admin.delete(`/v2.0/security-group-rules/${rule}`);
    await admin.delete(`/v2.0/floatingips/${floatingip.id}`);
    await settled();
    expect(await asks()).toBe(`172.24.${4 + SLOT}.1`);
  },
);

test.skipIf(reason !== null)(
  "NW-20 DN-12 the gateway is the guests' resolver and knows them by name",
  async () => {
    const { vif } = await server("named");
    await using guest = await Guest.plug(vif);
    const address = (await guest.dhcp())!;
    const found = await guest.attempt("busybox", "nslookup", "named.novalocal", `10.0.${SLOT}.1`);
    expect(found.stdout).toContain(address);
  },
);

test.skipIf(reason !== null)(
  "MD-02 169.254.169.254 leads to the metadata service, which sees the guest's address",
  async () => {
    const { vif } = await server("asking");
    await using guest = await Guest.plug(vif);
    const address = (await guest.dhcp())!;
    const url = "http://169.254.169.254/2009-04-04/meta-data/instance-id";
    expect(await guest.get(url)).toBeNull();
    const withdraw = cloud.cloud.peers.provide(metadataPublic, {
      app: { fetch: (_, env) => new Response(`${env?.remoteAddress} ${env?.target}`) },
      sharedSecret: null,
    });
    expect(await guest.get(url)).toBe(`${address} /2009-04-04/meta-data/instance-id`);
    withdraw();
  },
);

test.skipIf(reason !== null)(
  "NW-11 an address is released with its server: DHCP gives it no more",
  async () => {
    const { uuid, vif } = await server("robbed");
    await using guest = await Guest.plug(vif);
    const foreign = cloud.cloud.peers.get(networkPublic);
    expect(await guest.dhcp()).toBe(vif.addresses[0]!.address);
    await foreign.deallocateForInstance({ ...adminContext("req-test"), projectId: await projectId() }, uuid);
    await settled();
    await guest.do("ip", "addr", "flush", "dev", "eth0");
    expect(await guest.dhcp()).toBeNull();
  },
);

test.skipIf(reason !== null)(
  "DN-07 NW-25 a killed dnsmasq is started again, and so is what somebody removed by hand",
  async () => {
    const pids = (await tools.run(["pgrep", "-f", `nova-${BRIDGE}.pid`])).trim().split("\n");
    for (const pid of pids) process.kill(Number(pid), "SIGKILL");
    await tools.run(["nft", "delete", "table", "bridge", `stack-${SLOT}`]);
    await tools.run(["ip", "addr", "del", `10.0.${SLOT}.1/24`, "dev", BRIDGE]);
    await cloud.cloud.restartService("n-net");
    await settled();
    expect(await tools.run(["ip", "addr", "show", BRIDGE])).toContain(`10.0.${SLOT}.1/24`);
    expect(await tools.run(["nft", "list", "table", "bridge", `stack-${SLOT}`])).toContain("chain egress");
    const { vif } = await server("again");
    await using guest = await Guest.plug(vif);
    expect(await guest.dhcp()).toBe(vif.addresses[0]!.address);
  },
);

test.skipIf(reason !== null)("nothing is left after the cleanup", async () => {
  await cloud.cloud.stopService("n-net");
  const removed = await cloud.cloud.cleanup();
  expect(removed.join("\n")).toContain(`bridge ${BRIDGE}`);
  expect((await tools.attempt(["ip", "link", "show", BRIDGE])).code).not.toBe(0);
  expect(await tools.run(["nft", "list", "tables"])).not.toContain(`stack-${SLOT}`);
  expect((await tools.attempt(["pgrep", "-f", `nova-${BRIDGE}.pid`])).code).toBe(1);
  expect(await cloud.cloud.cleanup()).toEqual([]);
  await cloud.cloud.startService("n-net");
});
