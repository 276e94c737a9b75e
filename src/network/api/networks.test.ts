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
