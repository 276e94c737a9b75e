import { expect, test } from "bun:test";
import { NetworkCloud } from "../testing/cloud.ts";

async function served(cloud: NetworkCloud, cidr = "192.168.2.0/24") {
  const network = await cloud.make("networks", { name: "net1" });
  const subnet = await cloud.make("subnets", {
    network_id: network.id,
    ip_version: 4,
    cidr,
    name: "subnet1",
  });
  return { network, subnet };
}

test("NE-08 NE-09 NE-10 ports get the address they ask for, or the lowest that is free", async () => {
  await using cloud = await NetworkCloud.start();
  const { network, subnet } = await served(cloud);
  expect(subnet).toMatchObject({
    gateway_ip: "192.168.2.1",
    allocation_pools: [{ start: "192.168.2.2", end: "192.168.2.254" }],
    enable_dhcp: true,
    dns_nameservers: [],
    host_routes: [],
  });
  const asked = { network_id: network.id, fixed_ips: [{ ip_address: "192.168.2.40" }] };
  const chosen = await cloud.make("ports", asked);
  expect(chosen).toMatchObject({
    fixed_ips: [{ subnet_id: subnet.id, ip_address: "192.168.2.40" }],
    status: "DOWN",
    device_id: "",
    device_owner: "",
    "binding:vnic_type": "normal",
    "binding:vif_type": "unbound",
  });
  expect(chosen.mac_address).toStartWith("fa:16:3e:");
  const lowest = await cloud.make("ports", { network_id: network.id });
  expect(lowest.fixed_ips[0].ip_address).toBe("192.168.2.2");
  const again = await cloud.admin.post("/v2.0/ports", { port: asked });
  expect([again.status, again.body.NeutronError.type]).toEqual([409, "IpAddressAlreadyAllocated"]);
});

test("NE-11 ports are found by their addresses; values of one key are alternatives", async () => {
  await using cloud = await NetworkCloud.start();
  const { network } = await served(cloud);
  const [one, two] = [
    await cloud.make("ports", { network_id: network.id }),
    await cloud.make("ports", { network_id: network.id }),
  ];
  await cloud.make("ports", { network_id: network.id });
  const find = async (...values: string[]) => {
    const query = values.map((value) => `fixed_ips=${encodeURIComponent(value)}`).join("&");
    const { ports } = (await cloud.admin.get(`/v2.0/ports?${query}`)).body;
    return ports.map((port: { id: string }) => port.id).sort();
  };
  const both = ["ip_address=192.168.2.2", "ip_address=192.168.2.3"];
  expect(await find(...both)).toEqual([one.id, two.id].sort());
  expect(await find(both[0]!)).toEqual([one.id]);
  expect(await find(both[0]!, `subnet_id=${network.id}`)).toEqual([]);
});

test("NE-12 a project sees the ports of its servers, its DHCP server and its router", async () => {
  await using cloud = await NetworkCloud.start();
  const demo = await cloud.test.as("q-svc", "demo");
  const { network } = (await demo.post("/v2.0/networks", { network: { name: "demo-net" } })).body;
  const { subnet } = (
    await demo.post("/v2.0/subnets", {
      subnet: { network_id: network.id, ip_version: 4, cidr: "192.168.7.0/24" },
    })
  ).body;
  const { router } = (await demo.post("/v2.0/routers", { router: { name: "demo-router" } })).body;
  await demo.put(`/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  const { uuid } = await cloud.server("vm", [{ networkId: network.id }], network.project_id);
  await cloud.make("ports", { network_id: (await served(cloud)).network.id });
  const { ports } = (await demo.get("/v2.0/ports")).body;
  const owners = ports.map((port: { device_owner: string }) => port.device_owner).sort();
  expect(owners).toEqual(["compute:nova", "network:dhcp", "network:router_interface"]);
  const server = ports.find((port: { device_owner: string }) => port.device_owner === "compute:nova");
  expect(server).toMatchObject({ device_id: uuid, status: "ACTIVE" });
  expect(Object.keys(server)).not.toContain("binding:host_id");
});

test("NE-14 NE-15 SG-17 the DHCP server's port has no groups until some are put on it", async () => {
  await using cloud = await NetworkCloud.start();
  const { network } = await served(cloud);
  const [port] = (await cloud.admin.get(`/v2.0/ports?network_id=${network.id}&device_owner=network:dhcp`))
    .body.ports;
  expect(port.device_id).toMatch(new RegExp(`^dhcp[0-9a-f-]{36}-${network.id}$`));
  expect(port.security_groups).toEqual([]);
  const groups = (await cloud.admin.get(`/v2.0/security-groups?project_id=${cloud.projectId}&name=default`))
    .body.security_groups;
  const changed = await cloud.admin.put(`/v2.0/ports/${port.id}`, {
    port: { security_groups: [groups[0].id] },
  });
  expect([changed.status, changed.body.port?.security_groups]).toEqual([200, [groups[0].id]]);
});
