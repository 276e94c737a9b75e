import { expect, test } from "bun:test";
import { testCloud } from "../../testing/cloud.ts";

const WINDOWS = ["key", "n-net", "q-svc"];

test("a new cloud has a private and an external network and a router between them", async () => {
  await using cloud = await testCloud({ windows: WINDOWS });
  const admin = await cloud.as("q-svc");
  const { networks } = (await admin.get("/v2.0/networks")).body;
  expect(networks.map((network: { name: string }) => network.name).sort()).toEqual(["private", "public"]);
  const byName = Object.fromEntries(networks.map((network: { name: string }) => [network.name, network]));
  expect(byName.private).toMatchObject({
    shared: true,
    "router:external": false,
    status: "ACTIVE",
    mtu: 1500,
  });
  expect(byName.public).toMatchObject({ "router:external": true, is_default: true });
  const demo = await cloud.as("q-svc", "demo");
  const names = async (path: string, key: string) =>
    (await demo.get(path)).body[key].map((row: { name: string }) => row.name).sort();
  expect(await names("/v2.0/networks", "networks")).toEqual(["private", "public"]);
  expect(await names("/v2.0/networks?shared=True", "networks")).toEqual(["private"]);
  // An external network's subnets are nobody's business.
  expect(await names("/v2.0/subnets", "subnets")).toEqual(["private-subnet"]);
  expect(await names("/v2.0/ports", "ports")).toEqual([]);
  const { routers } = (await admin.get("/v2.0/routers")).body;
  expect(routers).toHaveLength(1);
  expect(routers[0].external_gateway_info.external_fixed_ips[0].ip_address).toBe("172.24.4.2");
});

test("a project makes a network, a subnet, a port, and removes them", async () => {
  await using cloud = await testCloud({ windows: WINDOWS });
  const demo = await cloud.as("q-svc", "demo");
  const made = await demo.post("/v2.0/networks", { network: { name: "demo-net" } });
  expect(made.status).toBe(201);
  const { network } = made.body;
  expect(network["provider:network_type"]).toBeUndefined();
  const subnet = await demo.post("/v2.0/subnets", {
    subnet: { network_id: network.id, ip_version: 4, cidr: "192.168.7.0/24", name: "demo-subnet" },
  });
  expect(subnet.status).toBe(201);
  expect(subnet.body.subnet).toMatchObject({
    gateway_ip: "192.168.7.1",
    allocation_pools: [{ start: "192.168.7.2", end: "192.168.7.254" }],
    enable_dhcp: true,
  });
  const port = await demo.post("/v2.0/ports", { port: { network_id: network.id } });
  expect(port.status).toBe(201);
  expect(port.body.port.fixed_ips).toEqual([{ subnet_id: subnet.body.subnet.id, ip_address: "192.168.7.2" }]);
  expect((await demo.delete(`/v2.0/networks/${network.id}`)).status).toBe(409);
  expect((await demo.delete(`/v2.0/ports/${port.body.port.id}`)).status).toBe(204);
  expect((await demo.delete(`/v2.0/networks/${network.id}`)).status).toBe(204);
  const gone = await demo.get(`/v2.0/networks/${network.id}`);
  expect(gone.status).toBe(404);
  expect(gone.body).toEqual({
    NeutronError: {
      type: "NetworkNotFound",
      message: `Network ${network.id} could not be found.`,
      detail: "",
    },
  });
});

test("what is shared with one project is seen by that project only", async () => {
  await using cloud = await testCloud({ windows: WINDOWS });
  const admin = await cloud.as("q-svc");
  const demo = await cloud.as("q-svc", "demo");
  const { network } = (await admin.post("/v2.0/networks", { network: { name: "between" } })).body;
  const own = (await demo.post("/v2.0/networks", { network: { name: "own" } })).body.network;
  expect((await demo.get(`/v2.0/networks/${network.id}`)).status).toBe(404);
  const policy = {
    object_type: "network",
    object_id: network.id,
    action: "access_as_shared",
    target_tenant: own.project_id,
  };
  const shared = await admin.post("/v2.0/rbac-policies", { rbac_policy: policy });
  expect(shared.status).toBe(201);
  expect((await demo.get(`/v2.0/networks/${network.id}`)).body.network.shared).toBe(true);
  expect((await demo.post("/v2.0/ports", { port: { network_id: network.id } })).status).toBe(201);
  expect((await demo.delete(`/v2.0/networks/${network.id}`)).status).toBe(403);
  const used = await admin.delete(`/v2.0/rbac-policies/${shared.body.rbac_policy.id}`);
  expect([used.status, used.body.NeutronError.type]).toEqual([409, "RbacPolicyInUse"]);
});

test("NW-21 the plan of the operations guide: blocks for routers, controllers, management and storage", async () => {
  await using cloud = await testCloud({ windows: WINDOWS, settings: { QUOTA_PORT: "-1" } });
  const admin = await cloud.as("q-svc");
  const plan = async (cidr: string, start: string, end: string) => {
    const { network } = (await admin.post("/v2.0/networks", { network: { name: cidr } })).body;
    const pools = { allocation_pools: [{ start, end }], enable_dhcp: false };
    const subnet = { network_id: network.id, ip_version: 4, cidr, ...pools };
    return { id: network.id as string, made: await admin.post("/v2.0/subnets", { subnet }) };
  };
  const port = (network_id: string, ip_address?: string) =>
    admin.post("/v2.0/ports", {
      port: { network_id, ...(ip_address ? { fixed_ips: [{ ip_address }] } : {}) },
    });
  const addressOf = (answer: Awaited<ReturnType<typeof port>>) => answer.body.port?.fixed_ips[0].ip_address;

  // Compute nodes' management interfaces are given out; routers and remote access controllers have theirs by hand.
  const { id, made } = await plan("172.22.42.0/24", "172.22.42.105", "172.22.42.188");
  expect(made.body.subnet).toMatchObject({
    gateway_ip: "172.22.42.1",
    allocation_pools: [{ start: "172.22.42.105", end: "172.22.42.188" }],
  });
  for (const last of [2, 3, 21, 104, 189, 208, 209, 228, 229, 252]) {
    expect(addressOf(await port(id, `172.22.42.${last}`))).toBe(`172.22.42.${last}`);
  }
  expect((await port(id, "172.22.42.21")).body.NeutronError.type).toBe("IpAddressAlreadyAllocated");
  const given: string[] = [];
  for (let i = 105; i <= 188; i++) given.push(addressOf(await port(id)));
  expect(new Set(given).size).toBe(84);
  expect([given[0], given.at(-1)]).toEqual(["172.22.42.105", "172.22.42.188"]);
  const full = await port(id);
  expect(full.status).toBe(409);
  expect(full.body.NeutronError.type).toBe("IpAddressGenerationFailure");
  // The spare ones are there for who names them.
  expect(addressOf(await port(id, "172.22.42.253"))).toBe("172.22.42.253");

  // The guide's last block ends with the network's broadcast address.
  const slip = await plan("172.22.87.0/26", "172.22.87.25", "172.22.87.63");
  expect(slip.made.status).toBe(400);
  expect(slip.made.body.NeutronError.message).toContain("172.22.87.25-172.22.87.63");
  const storage = await plan("172.22.87.0/26", "172.22.87.25", "172.22.87.62");
  expect(storage.made.status).toBe(201);
  expect(addressOf(await port(storage.id))).toBe("172.22.87.25");
  expect(addressOf(await port(storage.id, "172.22.87.4"))).toBe("172.22.87.4");
});
