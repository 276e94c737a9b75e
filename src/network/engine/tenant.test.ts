// Tenant networks for real: a bridge each, DHCP servers and routers in namespaces, guests in others. Runs as root only.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createHmac } from "node:crypto";
import { metadataPublic } from "../../compute/metadata/public.ts";
import { NetworkCloud } from "../testing/cloud.ts";
import { Guest, hostAsks, hostPings, needsRoot, tools } from "../testing/guest.ts";

// Guests wait for answers that do not come.
setDefaultTimeout(60_000);

const SLOT = 96;
const EXTERNAL = `172.24.${4 + SLOT}`;
const reason = needsRoot();
if (reason !== null) console.log(`skipped: tenant networks on the host: ${reason}`);

let cloud: NetworkCloud;

beforeAll(async () => {
  if (reason === null) cloud = await NetworkCloud.start({ slot: SLOT, settings: { QUOTA_ROUTER: "-1" } });
});

afterAll(async () => {
  if (reason === null) await cloud[Symbol.asyncDispose]();
});

async function network(name: string, cidr: string, options: Record<string, unknown> = {}) {
  const made = await cloud.make("networks", { name });
  const subnet = await cloud.make("subnets", { network_id: made.id, ip_version: 4, cidr, ...options });
  return { id: made.id as string, subnetId: subnet.id as string };
}

async function router(name: string, subnetIds: string[]): Promise<string> {
  const external = await cloud.externalNetwork();
  const made = await cloud.make("routers", { name, external_gateway_info: { network_id: external } });
  for (const subnet_id of subnetIds) {
    const added = await cloud.admin.put(`/v2.0/routers/${made.id}/add_router_interface`, { subnet_id });
    expect(added.status).toBe(200);
  }
  return made.id;
}

async function openPort(port: number): Promise<string> {
  const groups = (await cloud.admin.get(`/v2.0/security-groups?name=default&project_id=${cloud.projectId}`))
    .body.security_groups;
  const rule = await cloud.make("security-group-rules", {
    security_group_id: groups[0].id,
    direction: "ingress",
    protocol: "tcp",
    port_range_min: port,
    port_range_max: port,
  });
  return rule.id;
}

test.skipIf(reason !== null)(
  "DN-17 a guest gets its address from the DHCP server's namespace, and finds its neighbour and its router",
  async () => {
    const net = await network("one", "192.168.7.0/24");
    await router("r-one", [net.subnetId]);
    const first = await cloud.server("first", [{ networkId: net.id }]);
    const second = await cloud.server("second", [{ networkId: net.id }]);
    expect(first.vifs[0]!.bridge).toBe(`brq${net.id.slice(0, 11)}`);
    await using a = await Guest.plug(first.vifs[0]!);
    await using b = await Guest.plug(second.vifs[0]!);
    expect(await a.dhcp()).toBe("192.168.7.2");
    expect(await b.dhcp()).toBe("192.168.7.3");
    expect(await a.pings("192.168.7.3")).toBe(true);
    expect(await a.pings("192.168.7.1")).toBe(true);
    expect(await a.pings(`${EXTERNAL}.1`)).toBe(true);
    expect((await tools.run(["ip", "netns"])).split("\n").map((line) => line.split(" ")[0])).toContain(
      `qdhcp-${net.id}`,
    );
    await cloud.deleteServer(first);
    await cloud.deleteServer(second);
  },
);

test.skipIf(reason !== null)(
  "two networks may have the same addresses; a floating address leads to the right one",
  async () => {
    const one = await network("twin-one", "192.168.9.0/24");
    const two = await network("twin-two", "192.168.9.0/24");
    await router("r-twin-one", [one.subnetId]);
    await router("r-twin-two", [two.subnetId]);
    const first = await cloud.server("twin-a", [{ networkId: one.id }]);
    const second = await cloud.server("twin-b", [{ networkId: two.id }]);
    await using a = await Guest.plug(first.vifs[0]!);
    await using b = await Guest.plug(second.vifs[0]!);
    expect(await a.dhcp()).toBe("192.168.9.2");
    expect(await b.dhcp()).toBe("192.168.9.2");
    await openPort(80);
    await a.serve(80, "one\n");
    await b.serve(80, "two\n");
    const external = await cloud.externalNetwork();
    const [fa, fb] = await Promise.all(
      [first, second].map((server) =>
        cloud.make("floatingips", { floating_network_id: external, port_id: server.vifs[0]!.id }),
      ),
    );
    await cloud.settled();
    expect(await hostAsks(fa.floating_ip_address, 80)).toBe("one\n");
    expect(await hostAsks(fb.floating_ip_address, 80)).toBe("two\n");
    expect(await a.asks(fb.floating_ip_address, 80)).toBe("two\n");
    await cloud.admin.delete(`/v2.0/floatingips/${fa.id}`);
    await cloud.settled();
    expect(await hostAsks(fa.floating_ip_address, 80)).toBeNull();
    await cloud.deleteServer(first);
    await cloud.deleteServer(second);
  },
);

test.skipIf(reason !== null)("one port of a floating address is forwarded to a server", async () => {
  const net = await network("forwarded", "192.168.10.0/24");
  await router("r-forwarded", [net.subnetId]);
  const server = await cloud.server("inside", [{ networkId: net.id }]);
  await using guest = await Guest.plug(server.vifs[0]!);
  await guest.dhcp();
  await openPort(8080);
  await guest.serve(8080, "forwarded\n");
  const external = await cloud.externalNetwork();
  const floating = await cloud.make("floatingips", { floating_network_id: external });
  const made = await cloud.admin.post(`/v2.0/floatingips/${floating.id}/port_forwardings`, {
    port_forwarding: {
      protocol: "tcp",
      external_port: 2222,
      internal_port: 8080,
      internal_port_id: server.vifs[0]!.id,
      internal_ip_address: server.vifs[0]!.addresses[0]!.address,
    },
  });
  expect(made.status).toBe(201);
  await cloud.settled();
  expect(await hostAsks(floating.floating_ip_address, 2222)).toBe("forwarded\n");
  expect(await hostAsks(floating.floating_ip_address, 8080)).toBeNull();
  await cloud.deleteServer(server);
});

test.skipIf(reason !== null)(
  "a router passes packets between its networks, and by extra routes to others",
  async () => {
    const left = await network("left", "192.168.11.0/24");
    const right = await network("right", "192.168.12.0/24");
    const id = await router("r-middle", [left.subnetId, right.subnetId]);
    const one = await cloud.server("left", [{ networkId: left.id }]);
    const two = await cloud.server("right", [{ networkId: right.id }]);
    await using a = await Guest.plug(one.vifs[0]!);
    await using b = await Guest.plug(two.vifs[0]!);
    await a.dhcp();
    const address = (await b.dhcp())!;
    await openPort(81);
    await b.serve(81, "right\n");
    expect(await a.asks(address, 81)).toBe("right\n");
    const changed = await cloud.admin.put(`/v2.0/routers/${id}`, {
      router: { routes: [{ destination: "10.99.0.0/16", nexthop: address }] },
    });
    expect(changed.status).toBe(200);
    await cloud.settled();
    const routes = () => tools.run(["ip", "-n", `qrouter-${id}`, "route"]);
    expect(await routes()).toContain(`10.99.0.0/16 via ${address}`);
    await cloud.admin.put(`/v2.0/routers/${id}`, { router: { routes: [] } });
    await cloud.settled();
    expect(await routes()).not.toContain("10.99.0.0/16");
    await cloud.deleteServer(one);
    await cloud.deleteServer(two);
  },
);

test.skipIf(reason !== null)(
  "MD-04 metadata is asked of the router, or of the DHCP server where there is none, and the request is signed",
  async () => {
    const routed = await network("asking", "192.168.13.0/24");
    await router("r-asking", [routed.subnetId]);
    const isolated = await network("isolated", "192.168.14.0/24", { gateway_ip: null });
    const one = await cloud.server("asking", [{ networkId: routed.id }]);
    const two = await cloud.server("lonely", [{ networkId: isolated.id }]);
    const secret = "metadata1";
    const withdraw = cloud.test.cloud.peers.provide(metadataPublic, {
      sharedSecret: secret,
      app: {
        fetch(_, env) {
          const headers = env?.incoming?.headers ?? {};
          const id = String(headers["x-instance-id"]);
          const signed = createHmac("sha256", secret).update(id).digest("hex");
          const good = headers["x-instance-id-signature"] === signed;
          return new Response(`${good} ${id} ${headers["x-tenant-id"]} ${headers["x-forwarded-for"]}`);
        },
      },
    });
    const url = "http://169.254.169.254/latest/meta-data/";
    for (const server of [one, two]) {
      await using guest = await Guest.plug(server.vifs[0]!);
      const address = await guest.dhcp();
      expect(await guest.get(url)).toBe(`true ${server.uuid} ${cloud.projectId} ${address}`);
    }
    withdraw();
    await cloud.deleteServer(one);
    await cloud.deleteServer(two);
  },
);

test.skipIf(reason !== null)(
  "an IPv6 guest hears its router and makes up the address that is in the books",
  async () => {
    const net = await cloud.make("networks", { name: "six" });
    const subnet = await cloud.make("subnets", {
      network_id: net.id,
      ip_version: 6,
      cidr: "fd00:96::/64",
      ipv6_ra_mode: "slaac",
      ipv6_address_mode: "slaac",
    });
    await router("r-six", [subnet.id]);
    const server = await cloud.server("six", [{ networkId: net.id }]);
    await using guest = await Guest.plug(server.vifs[0]!);
    const wanted = server.vifs[0]!.addresses[0]!.address;
    const endMs = performance.now() + 8000;
    const shown = () => guest.do("ip", "-6", "addr", "show", "dev", "eth0");
    const ready = (text: string) => text.includes(wanted) && !text.includes("tentative");
    while (!ready(await shown()) && performance.now() < endMs) await Bun.sleep(100);
    expect(await shown()).toContain(`${wanted}/64`);
    expect(await guest.pings(subnet.gateway_ip, "-6")).toBe(true);
    await cloud.deleteServer(server);
  },
);

test.skipIf(reason !== null)("a port that is switched off lets nothing through", async () => {
  const net = await network("switched", "192.168.15.0/24");
  await router("r-switched", [net.subnetId]);
  const server = await cloud.server("switched", [{ networkId: net.id }]);
  await using guest = await Guest.plug(server.vifs[0]!);
  await guest.dhcp();
  expect(await guest.pings("192.168.15.1")).toBe(true);
  const path = `/v2.0/ports/${server.vifs[0]!.id}`;
  await cloud.admin.put(path, { port: { admin_state_up: false } });
  await cloud.settled();
  expect(await guest.pings("192.168.15.1")).toBe(false);
  await cloud.admin.put(path, { port: { admin_state_up: true } });
  await cloud.settled();
  expect(await guest.pings("192.168.15.1")).toBe(true);
  await cloud.deleteServer(server);
});

test.skipIf(reason !== null)(
  "what was removed by hand is made again, and a restart takes over what is there",
  async () => {
    const net = await network("mended", "192.168.16.0/24");
    const id = await router("r-mended", [net.subnetId]);
    await cloud.settled();
    const server = () =>
      tools.run(["pgrep", "-f", `networks-${SLOT}/dhcp/${net.id}/pid`]).then((text) => text.trim());
    const before = await server();
    await tools.run(["ip", "netns", "del", `qrouter-${id}`]);
    await cloud.test.cloud.restartService("n-net");
    await cloud.settled();
    expect(await server()).toBe(before);
    expect(await tools.run(["ip", "-n", `qrouter-${id}`, "addr"])).toContain("192.168.16.1/24");
    const one = await cloud.server("mended", [{ networkId: net.id }]);
    await using guest = await Guest.plug(one.vifs[0]!);
    expect(await guest.dhcp()).toBe(one.vifs[0]!.addresses[0]!.address);
    expect(await guest.pings(`${EXTERNAL}.1`)).toBe(true);
    await cloud.deleteServer(one);
  },
);

test.skipIf(reason !== null)("what cannot be made for one network is no trouble of another", async () => {
  cloud.test.log.expectError("Not plumbed: qdhcp-");
  // IPv6 needs 1280 bytes: the address cannot be put on the DHCP server's card.
  const narrow = await cloud.make("networks", { name: "narrow", mtu: 500 });
  const six = { network_id: narrow.id, ip_version: 6, cidr: "fd00:18::/64" };
  await cloud.make("subnets", {
    ...six,
    ipv6_ra_mode: "dhcpv6-stateful",
    ipv6_address_mode: "dhcpv6-stateful",
  });
  const net = await network("wide", "192.168.18.0/24");
  const one = await cloud.server("wide", [{ networkId: net.id }]);
  await using guest = await Guest.plug(one.vifs[0]!);
  expect(await guest.dhcp()).toBe(one.vifs[0]!.addresses[0]!.address);
  await expect(cloud.server("narrow", [{ networkId: narrow.id }])).rejects.toThrow(`qdhcp-${narrow.id}`);
  const wider = await cloud.admin.put(`/v2.0/networks/${narrow.id}`, { network: { mtu: 1400 } });
  expect(wider.status).toBe(200);
  await cloud.server("narrow", [{ networkId: narrow.id }]);
});

test.skipIf(reason !== null)(
  "a router or network that is taken from its agent is not served until it is given back",
  async () => {
    const net = await network("moved", "192.168.21.0/24");
    const routerId = await router("r-moved", [net.subnetId]);
    const server = await cloud.server("moved", [{ networkId: net.id }]);
    await using guest = await Guest.plug(server.vifs[0]!);
    expect(await guest.dhcp()).toBe("192.168.21.2");
    const floating = await cloud.make("floatingips", {
      floating_network_id: await cloud.externalNetwork(),
      port_id: server.vifs[0]!.id,
    });
    const status = async () =>
      (await cloud.admin.get(`/v2.0/floatingips/${floating.id}`)).body.floatingip.status;
    const agents: { id: string; agent_type: string }[] = (await cloud.admin.get("/v2.0/agents")).body.agents;
    const agentId = (type: string) => agents.find((agent) => agent.agent_type === type)!.id;
    const routers = `/v2.0/agents/${agentId("L3 agent")}/l3-routers`;
    const networks = `/v2.0/agents/${agentId("DHCP agent")}/dhcp-networks`;
    const spaces = async () => await tools.run(["ip", "netns"]);
    await cloud.settled();
    expect(await status()).toBe("ACTIVE");
    expect(await guest.pings(`${EXTERNAL}.1`)).toBe(true);
    expect((await cloud.admin.delete(`${routers}/${routerId}`)).status).toBe(204);
    await cloud.settled();
    expect(await status()).toBe("DOWN");
    expect(await guest.pings(`${EXTERNAL}.1`)).toBe(false);
    expect(await spaces()).not.toContain(`qrouter-${routerId}`);
    expect((await cloud.admin.post(routers, { router_id: routerId })).status).toBe(201);
    await cloud.settled();
    expect(await status()).toBe("ACTIVE");
    expect(await guest.pings(`${EXTERNAL}.1`)).toBe(true);

    expect((await cloud.admin.delete(`${networks}/${net.id}`)).status).toBe(204);
    await cloud.settled();
    expect(await spaces()).not.toContain(`qdhcp-${net.id}`);
    await guest.do("ip", "addr", "flush", "dev", "eth0");
    expect(await guest.dhcp()).toBeNull();
    expect((await cloud.admin.post(networks, { network_id: net.id })).status).toBe(201);
    await cloud.settled();
    expect(await guest.dhcp()).toBe("192.168.21.2");
    await cloud.deleteServer(server);
  },
);

test.skipIf(reason !== null)("a guest is told the further DHCP options of its port", async () => {
  const net = await network("options", "192.168.22.0/24");
  const port = await cloud.make("ports", {
    network_id: net.id,
    extra_dhcp_opts: [
      { opt_name: "tftp-server", opt_value: "192.0.2.66" },
      { opt_name: "domain-search", opt_value: "lab.example" },
    ],
  });
  const server = await cloud.server("options", [{ portId: port.id }]);
  await using guest = await Guest.plug(server.vifs[0]!);
  const told = await guest.told("tftp", "search");
  expect(told).toMatchObject({ tftp: "192.0.2.66", search: "lab.example" });
  await cloud.admin.put(`/v2.0/ports/${port.id}`, {
    port: { extra_dhcp_opts: [{ opt_name: "tftp-server", opt_value: "192.0.2.67" }] },
  });
  await cloud.settled();
  expect((await guest.told("tftp"))["tftp"]).toBe("192.0.2.67");
  await cloud.deleteServer(server);
});

test.skipIf(reason !== null)("a network that is deleted leaves no bridge and no namespace", async () => {
  const net = await network("short", "192.168.17.0/24");
  await cloud.settled();
  expect(await tools.run(["ip", "link", "show", `brq${net.id.slice(0, 11)}`])).toContain("UP");
  expect((await cloud.admin.delete(`/v2.0/networks/${net.id}`)).status).toBe(204);
  await cloud.settled();
  expect((await tools.attempt(["ip", "link", "show", `brq${net.id.slice(0, 11)}`])).code).not.toBe(0);
  expect(await tools.run(["ip", "netns"])).not.toContain(net.id);
  expect((await tools.attempt(["pgrep", "-f", `dhcp/${net.id}/`])).code).toBe(1);
});

test.skipIf(reason !== null)("nothing is left after the cleanup", async () => {
  await cloud.test.cloud.stopService("n-net");
  const removed = (await cloud.test.cloud.cleanup()).join("\n");
  expect(removed).toContain("namespace qrouter-");
  expect(removed).toContain("namespace qdhcp-");
  expect((await tools.attempt(["pgrep", "-f", `networks-${SLOT}/`])).code).toBe(1);
  const links = await tools.run(["ip", "-d", "link"]);
  expect(links).not.toContain(`stack-${SLOT}`);
  expect(await hostPings(`${EXTERNAL}.1`)).toBe(false);
  await cloud.test.cloud.startService("n-net");
});
