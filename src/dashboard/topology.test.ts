import { expect, test } from "bun:test";
import { testCloud } from "../testing/cloud.ts";
import { signedIn, Visitor } from "./testing.ts";

test("the topology of a project: its networks and routers with what is plugged into them", async () => {
  const windows = ["key", "g-api", "n-net", "q-svc", "horizon"];
  await using all = await testCloud({ windows, settings: { NETWORK_PLUMBING: "off" } });
  const neutron = await all.as("q-svc", "demo");
  const { network } = (await neutron.post("/v2.0/networks", { network: { name: "demo-net" } })).body;
  await neutron.post("/v2.0/subnets", {
    subnet: { network_id: network.id, ip_version: 4, cidr: "192.168.7.0/24" },
  });
  await neutron.post("/v2.0/routers", { router: { name: "demo-router" } });
  const port = { network_id: network.id, device_owner: "compute:nova", device_id: "vm" };
  await neutron.post("/v2.0/ports", { port });
  const { status, body } = await (await signedIn(all, "demo")).get("/topology.json");
  expect(status).toBe(200);
  expect(body.networks.map((one: { name: string }) => one.name).sort()).toEqual([
    "demo-net",
    "private",
    "public",
  ]);
  expect(body.routers).toMatchObject([{ name: "demo-router", external_gateway_info: null }]);
  expect(body.servers).toEqual([{ id: "vm", name: null, status: null, task: null }]);
  expect(body.ports).toContainEqual(expect.objectContaining({ network_id: network.id, device_id: "vm" }));
  const other = (await (await signedIn(all, "admin")).get("/topology.json")).body;
  expect(other.networks.map((one: { name: string }) => one.name)).not.toContain("demo-net");
  expect((await new Visitor(all).get("/topology.json")).status).toBe(401);
});
