import { expect, test } from "bun:test";
import { NetworkCloud } from "../testing/cloud.ts";

test("NE-01 NE-02 NE-03 NE-04 an external network, a project's own, and a router between them", async () => {
  await using cloud = await NetworkCloud.start();
  const external = await cloud.make("networks", { name: "ext-net", shared: true, "router:external": "True" });
  expect(external).toMatchObject({
    admin_state_up: true,
    "router:external": true,
    shared: true,
    status: "ACTIVE",
    subnets: [],
  });
  const pool = [{ start: "192.168.88.10", end: "192.168.88.90" }];
  const outside = await cloud.make("subnets", {
    network_id: external.id,
    name: "ext-subnet",
    ip_version: 4,
    cidr: "192.168.88.0/24",
    allocation_pools: pool,
    enable_dhcp: "False",
    gateway_ip: "192.168.88.1",
  });
  expect(outside).toMatchObject({ enable_dhcp: false, allocation_pools: pool });
  const demo = await cloud.test.as("q-svc", "demo");
  const { network } = (await demo.post("/v2.0/networks", { network: { name: "demo-net" } })).body;
  const subnet = { network_id: network.id, ip_version: 4, cidr: "192.168.7.0/24", gateway_ip: "192.168.7.1" };
  const inside = (await demo.post("/v2.0/subnets", { subnet })).body.subnet;
  expect(inside.allocation_pools).toEqual([{ start: "192.168.7.2", end: "192.168.7.254" }]);
  const { router } = (await demo.post("/v2.0/routers", { router: { name: "demo-router" } })).body;
  const added = await demo.put(`/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: inside.id });
  expect(added.body).toMatchObject({ id: router.id, subnet_id: inside.id, subnet_ids: [inside.id] });
  const set = await demo.put(`/v2.0/routers/${router.id}`, {
    router: { external_gateway_info: { network_id: external.id } },
  });
  expect(set.body.router.external_gateway_info).toMatchObject({
    network_id: external.id,
    external_fixed_ips: [{ subnet_id: outside.id, ip_address: "192.168.88.10" }],
  });
  const busy = await demo.delete(`/v2.0/routers/${router.id}`);
  expect([busy.status, busy.body.NeutronError.type]).toEqual([409, "RouterInUse"]);
});

test("NE-05 NE-06 NE-07 what belongs to the provider is the administrator's", async () => {
  await using cloud = await NetworkCloud.start();
  const demo = await cloud.test.as("q-svc", "demo");
  for (const fields of [
    { "router:external": true },
    { "provider:network_type": "local" },
    { "provider:segmentation_id": 7 },
    { shared: true },
  ]) {
    const refused = await demo.post("/v2.0/networks", { network: { name: "net1", ...fields } });
    expect([fields, refused.status]).toEqual([fields, 403]);
  }
  const { network } = (await demo.post("/v2.0/networks", { network: { name: "net1" } })).body;
  expect(Object.keys(network).filter((key) => key.startsWith("provider:"))).toEqual([]);
  const shown = (await cloud.admin.get(`/v2.0/networks/${network.id}`)).body.network;
  expect(shown).toMatchObject({ "provider:network_type": "vxlan", "provider:segmentation_id": 1 });
  const local = await cloud.make("networks", { name: "net2", "provider:network_type": "local" });
  expect(local).toMatchObject({ "provider:network_type": "local", "provider:segmentation_id": null });
});

/** The files of the installation guide, as sections of a local.conf. */
const ICEHOUSE = `
[[post-config|/$Q_PLUGIN_CONF_FILE]]
[ml2]
type_drivers = gre
tenant_network_types = gre
mechanism_drivers = openvswitch
[ml2_type_gre]
tunnel_id_ranges = 500:1000
[securitygroup]
firewall_driver = neutron.agent.linux.iptables_firewall.OVSHybridIptablesFirewallDriver
enable_security_group = True
[[post-config|$NEUTRON_CONF]]
[DEFAULT]
core_plugin = ml2
service_plugins = router
notify_nova_on_port_status_changes = True
[[post-config|$Q_L3_CONF_FILE]]
[DEFAULT]
use_namespaces = True
`;

test("NE-20 the files of ML2 with GRE are understood: projects' networks have numbers of its range", async () => {
  await using cloud = await NetworkCloud.start({ rc: ICEHOUSE });
  const demo = await cloud.test.as("q-svc", "demo");
  for (const number of [500, 501]) {
    const { network } = (await demo.post("/v2.0/networks", { network: { name: `net${number}` } })).body;
    const shown = (await cloud.admin.get(`/v2.0/networks/${network.id}`)).body.network;
    expect(shown).toMatchObject({
      "provider:network_type": "gre",
      "provider:segmentation_id": number,
      mtu: 1458,
    });
  }
  const chosen = await cloud.make("networks", {
    name: "chosen",
    "provider:network_type": "gre",
    "provider:segmentation_id": 7,
  });
  expect(chosen).toMatchObject({ "provider:network_type": "gre", "provider:segmentation_id": 7 });
  const again = { name: "again", "provider:network_type": "gre", "provider:segmentation_id": 7 };
  expect((await cloud.admin.post("/v2.0/networks", { network: again })).status).toBe(409);
});

test("NE-26 NE-27 NE-28 servers stand directly on a flat network of the provider", async () => {
  await using cloud = await NetworkCloud.start();
  const network = await cloud.make("networks", {
    name: "test_net",
    shared: true,
    "router:external": true,
    "provider:network_type": "flat",
    "provider:physical_network": "provider",
  });
  const subnet = await cloud.make("subnets", {
    network_id: network.id,
    name: "test_subnet",
    ip_version: 4,
    cidr: "192.168.20.0/24",
    gateway_ip: "192.168.20.2",
    allocation_pools: [{ start: "192.168.20.128", end: "192.168.20.140" }],
    dns_nameservers: ["114.114.114.114"],
  });
  const { vifs } = await cloud.server("vm", [{ networkId: network.id }]);
  expect(vifs[0]!.addresses[0]).toMatchObject({
    address: "192.168.20.128",
    gateway: "192.168.20.2",
    dns: ["114.114.114.114"],
    dhcp: true,
    routes: [],
    ipv6AddressMode: null,
  });
  const { networks } = (await cloud.admin.get("/v2.0/networks?name=test_net&fields=id&fields=subnets")).body;
  expect(networks).toEqual([{ id: network.id, subnets: [subnet.id] }]);
  const usage = (await cloud.admin.get(`/v2.0/network-ip-availabilities/${network.id}`)).body;
  // One for the server, one for DHCP.
  expect(usage.network_ip_availability).toMatchObject({ total_ips: 13, used_ips: 2 });
  const twice = await cloud.admin.post("/v2.0/networks", {
    network: { "provider:network_type": "flat", "provider:physical_network": "provider" },
  });
  expect([twice.status, twice.body.NeutronError.type]).toEqual([409, "FlatNetworkInUse"]);
});

test("NE-16 NE-19 agents tell that they live, extensions what there is", async () => {
  await using cloud = await NetworkCloud.start();
  const { agents } = (await cloud.admin.get("/v2.0/agents")).body;
  const kinds = agents.map((agent: { agent_type: string; alive: boolean }) => [
    agent.agent_type,
    agent.alive,
  ]);
  expect(kinds.sort()).toEqual([
    ["DHCP agent", true],
    ["L3 agent", true],
    ["Linux bridge agent", true],
    ["Metadata agent", true],
  ]);
  const { extensions } = (await cloud.admin.get("/v2.0/extensions")).body;
  const aliases = extensions.map((extension: { alias: string }) => extension.alias);
  expect(aliases).toEqual(
    expect.arrayContaining(["agent", "binding", "quotas", "provider", "router", "extraroute"]),
  );
  expect((await cloud.admin.get("/v2.0/extensions/router")).body.extension.name).toBe("Neutron L3 Router");
});
