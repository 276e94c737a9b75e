// Networks as the servers of a whole cloud use them: ports that the boot makes, agents that are down, what the compute
// service learns of changes, and a cloud without the Network API.

import { expect, setDefaultTimeout, test } from "bun:test";
import { FakeClock } from "../core/clock.ts";
import { LATEST, type ServerCloud, serverCloud } from "../testing/server-cloud.ts";

setDefaultTimeout(30_000);

type Fields = Record<string, unknown>;

const PROXY = { "x-openstack-nova-api-version": "2.35" };

async function agent(cloud: ServerCloud, type: string) {
  const neutron = await cloud.as("q-svc");
  const { agents } = (await neutron.get("/v2.0/agents")).body;
  return agents.find((one: { agent_type: string }) => one.agent_type === type);
}

async function privateNetwork(cloud: ServerCloud): Promise<string> {
  const neutron = await cloud.as("q-svc");
  return (await neutron.get("/v2.0/networks?name=private")).body.networks[0].id;
}

test("NE-17 while the agent that plugs cards in is down a server cannot be built, and the port is gone again", async () => {
  await using cloud = await serverCloud({ networks: true });
  cloud.log.expectError("Failed to allocate");
  const neutron = await cloud.as("q-svc");
  const { id } = await agent(cloud, "Linux bridge agent");
  expect((await neutron.put(`/v2.0/agents/${id}`, { agent: { admin_state_up: false } })).status).toBe(200);
  const port = (
    await neutron.post("/v2.0/ports", {
      port: {
        network_id: await privateNetwork(cloud),
        "binding:host_id": "testhost",
        device_owner: "compute:nova",
      },
    })
  ).body.port;
  expect(port["binding:vif_type"]).toBe("binding_failed");
  await neutron.delete(`/v2.0/ports/${port.id}`);
  const failed = await cloud.boot({ networks: "auto" });
  const server = await cloud.settled(failed, "ERROR");
  expect(server.fault.message).toContain("Failed to allocate the network(s), not rescheduling.");
  const lines = (window: string) =>
    cloud.log.book
      .lines(window)
      .map((line) => line.text)
      .join("\n");
  expect(lines("n-net")).toContain("Unexpected vif_type=binding_failed");
  expect(lines("n-cpu")).toMatch(/Binding failed for port [0-9a-f-]{36}, please check neutron logs/);
  expect((await neutron.get(`/v2.0/ports?device_id=${failed}`)).body.ports).toEqual([]);
  await neutron.put(`/v2.0/agents/${id}`, { agent: { admin_state_up: true } });
  const good = await cloud.server({ networks: "auto" });
  const [own] = (await neutron.get(`/v2.0/ports?device_id=${good}`)).body.ports;
  expect(own["binding:vif_type"]).toBe("bridge");
});

test("NE-16 NE-17 NE-18 agents whose program has stopped are dead after a while and bind nothing; all is well when it runs again", async () => {
  const clock = new FakeClock(Date.now());
  await using cloud = await serverCloud({ networks: true, clock });
  const alive = async () => {
    const neutron = await cloud.as("q-svc");
    const { agents } = (await neutron.get("/v2.0/agents")).body;
    return agents.map((one: { alive: boolean }) => one.alive);
  };
  expect(await alive()).toEqual([true, true, true, true]);
  await cloud.stop("n-net");
  await clock.advance(76_000);
  expect(await alive()).toEqual([false, false, false, false]);
  const network_id = await privateNetwork(cloud);
  const bound = async () => {
    const fields = { network_id, "binding:host_id": "testhost" };
    const neutron = await cloud.as("q-svc");
    return (await neutron.post("/v2.0/ports", { port: fields })).body.port["binding:vif_type"];
  };
  expect(await bound()).toBe("binding_failed");
  await cloud.start("n-net");
  expect(await alive()).toEqual([true, true, true, true]);
  expect(await bound()).toBe("bridge");
});

test("NE-31 management, tunnels and the outside are told apart; the controller has no part in tunnels", async () => {
  const settings = {
    HOST_NAME: "controller",
    HOST_IP: "10.0.0.11",
    FAKE_HOSTS: "compute1:8:32768",
    NETWORK_HOST: "network",
    PUBLIC_INTERFACE: "eth2",
  };
  const rc = "[[post-config|ml2_conf.ini]]\n[ovs]\nlocal_ip = 10.0.1.21\n";
  await using cloud = await serverCloud({ networks: true, settings, rc });
  const neutron = await cloud.as("q-svc");
  const agents: { agent_type: string; host: string; alive: boolean; configurations: Fields }[] = (
    await neutron.get("/v2.0/agents")
  ).body.agents;
  agents.sort((a, b) => `${a.agent_type} ${a.host}`.localeCompare(`${b.agent_type} ${b.host}`));
  expect(agents.map(({ agent_type, host, alive }) => [agent_type, host, alive])).toEqual([
    ["DHCP agent", "network", true],
    ["L3 agent", "network", true],
    ["Linux bridge agent", "compute1", true],
    ["Linux bridge agent", "network", true],
    ["Metadata agent", "network", true],
  ]);
  const told = (key: string) => agents.map(({ configurations }) => configurations[key]).filter(Boolean);
  expect(told("tunneling_ip")).toEqual(["10.0.1.21", "10.0.1.21"]);
  expect(told("bridge_mappings")).toEqual([{ public: "eth2" }, { public: "eth2" }]);
  expect(told("nova_metadata_host")).toEqual(["10.0.0.11"]);
  const id = await cloud.server({ networks: "auto" });
  const { ports } = (await neutron.get(`/v2.0/ports?device_id=${id}`)).body;
  expect(ports[0]["binding:host_id"]).toBe("compute1");
  const [gateway] = (await neutron.get("/v2.0/ports?device_owner=network:router_gateway")).body.ports;
  expect(gateway["binding:host_id"]).toBe("network");
  const elsewhere = { network_id: ports[0].network_id, "binding:host_id": "controller" };
  const { port } = (await neutron.post("/v2.0/ports", { port: elsewhere })).body;
  expect(port["binding:vif_type"]).toBe("binding_failed");
});

test("NE-24 the compute service learns of what was changed through the Network API", async () => {
  await using cloud = await serverCloud({ networks: true });
  const neutron = await cloud.as("q-svc");
  const id = await cloud.server({ networks: "auto" });
  const [port] = (await neutron.get(`/v2.0/ports?device_id=${id}`)).body.ports;
  const addresses = async () =>
    Object.values((await cloud.show(id)).addresses as Record<string, { addr: string }[]>)
      .flat()
      .map(({ addr }) => addr);
  const before = (await addresses())[0]!;
  const wanted = "10.0.0.77";
  const subnet_id = port.fixed_ips[0].subnet_id;
  await neutron.put(`/v2.0/ports/${port.id}`, { port: { fixed_ips: [{ subnet_id, ip_address: wanted }] } });
  expect(before).not.toBe(wanted);
  expect(await addresses()).toEqual([wanted]);
  const seen = () =>
    cloud.log.book
      .lines("n-api")
      .map((line) => line.text)
      .join("\n");
  await cloud.until("the event", () => seen().includes(`Creating event network-changed:${port.id}`));
  await neutron.delete(`/v2.0/ports/${port.id}`);
  await cloud.until("the event", () => seen().includes(`Creating event network-vif-deleted:${port.id}`));
  expect(await addresses()).toEqual([]);
});

test("NE-25 SG-15 a boot makes a port for each card, in the groups that were asked for", async () => {
  await using cloud = await serverCloud({ networks: true });
  const neutron = await cloud.as("q-svc");
  const projectId = (await neutron.get("/v2.0/networks?name=private")).body.networks[0].project_id;
  const group = (await neutron.post("/v2.0/security-groups", { security_group: { name: "web" } })).body
    .security_group;
  const second = (await neutron.post("/v2.0/networks", { network: { name: "second" } })).body.network.id;
  await neutron.post("/v2.0/subnets", {
    subnet: { network_id: second, ip_version: 4, cidr: "192.168.7.0/24" },
  });
  const id = await cloud.server({
    networks: [{ uuid: await privateNetwork(cloud) }, { uuid: second }],
    security_groups: [{ name: "default" }, { name: "web" }],
  });
  const { ports } = (await neutron.get(`/v2.0/ports?device_id=${id}`)).body;
  expect(ports).toHaveLength(2);
  for (const port of ports) {
    expect(port).toMatchObject({
      project_id: projectId,
      "binding:host_id": "testhost",
    });
    expect(port.security_groups).toHaveLength(2);
    expect(port.security_groups).toContain(group.id);
  }
  const server = await cloud.show(id);
  expect(server.security_groups.map((one: { name: string }) => one.name).sort()).toContain("web");
  const single = await cloud.show(
    await cloud.server({ networks: [{ uuid: second }], security_groups: [{ name: "default" }] }),
  );
  expect(single.security_groups).toEqual([{ name: "default" }]);
});

test("NW-24 without the Network API the catalog has none, and floating addresses and groups go to Nova", async () => {
  const windows = ["key", "g-api", "placement-api", "n-api", "n-cond", "n-sch", "n-cpu", "n-net"];
  await using cloud = await serverCloud({ networks: true, windows });
  const catalog = (
    await cloud.request("key", "GET", "/v3/auth/catalog", undefined, { "x-auth-token": await cloud.token() })
  ).body.catalog;
  expect(catalog.map((entry: { type: string }) => entry.type)).not.toContain("network");
  const { services } = (await cloud.nova.get("/v2.1/os-services")).body;
  expect(services.find((one: { binary: string }) => one.binary === "nova-network")).toMatchObject({
    state: "up",
  });
  const id = await cloud.server({ networks: "auto" });
  const made = await cloud.nova.post("/v2.1/os-floating-ips", {}, PROXY);
  expect(made.status).toBe(200);
  const address = made.body.floating_ip.ip;
  const added = await cloud.nova.post(`/v2.1/servers/${id}/action`, { addFloatingIp: { address } }, PROXY);
  expect(added.status).toBe(202);
  expect(JSON.stringify((await cloud.show(id)).addresses)).toContain(address);
  const group = await cloud.nova.post(
    "/v2.1/os-security-groups",
    { security_group: { name: "web", description: "" } },
    PROXY,
  );
  expect(group.status).toBe(200);
  expect((await cloud.nova.get(`/v2.1/servers/${id}`, LATEST)).status).toBe(200);
});
