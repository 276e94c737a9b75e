import { expect, test } from "bun:test";
import { makeContext } from "../../core/context.ts";
import { placementPublic } from "../../placement/public.ts";
import type { Answer } from "../../testing/cloud.ts";
import { type PeripheryCloud, peripheryCloud } from "../../testing/periphery-cloud.ts";
import { ComputeNodes } from "../nodes.ts";

const version = (minor: number) => ({ "openstack-api-version": `compute 2.${minor}` });
const message = (answer: Answer) =>
  Object.values(answer.body as Record<string, { message: string }>)[0]?.message;
const NODE = "00000000-0000-4000-8000-000000000001";

async function cloudWithHosts(): Promise<PeripheryCloud> {
  const cloud = await peripheryCloud();
  cloud.periphery.services.report("nova-scheduler", "cloud", "scheduler");
  cloud.periphery.services.register("nova-compute", "compute", ["c01", "c02"]);
  const nothing = { vcpus: 1, memory_mb: 1, local_gb: 1, vcpus_used: 0, memory_mb_used: 0, local_gb_used: 0 };
  new ComputeNodes(cloud.store.db).insert({
    created_at: 0,
    uuid: NODE,
    host: "c01",
    hypervisor_hostname: "c01",
    hypervisor_type: "fake",
    hypervisor_version: 1,
    cpu_info: "",
    ...nothing,
  });
  const context = makeContext({ requestId: "req-1" });
  const facts = { uuid: NODE, name: "c01", inventories: {}, traits: [] };
  cloud.cloud.peers.get(placementPublic).ensureProvider(context, facts);
  return cloud;
}

test("an aggregate is made, changed and deleted", async () => {
  await using cloud = await cloudWithHosts();
  const admin = await cloud.as("n-api");
  const made = await admin.post("/v2.1/os-aggregates", {
    aggregate: { name: "rack1", availability_zone: "south" },
  });
  expect([made.status, made.body.aggregate]).toEqual([
    200,
    {
      id: 1,
      name: "rack1",
      availability_zone: "south",
      created_at: expect.any(String),
      updated_at: null,
      deleted_at: null,
      deleted: false,
    },
  ]);
  const shown = (await admin.get("/v2.1/os-aggregates/1", version(41))).body.aggregate;
  expect(shown).toMatchObject({
    uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    hosts: [],
    metadata: { availability_zone: "south" },
  });
  const renamed = await admin.put("/v2.1/os-aggregates/1", { aggregate: { name: "rack2" } });
  expect(renamed.body.aggregate).toMatchObject({ name: "rack2", updated_at: expect.any(String) });
  const set = await admin.post("/v2.1/os-aggregates/1/action", {
    set_metadata: { metadata: { ssd: "true", availability_zone: "north" } },
  });
  expect(set.body.aggregate).toMatchObject({
    metadata: { ssd: "true", availability_zone: "north" },
    availability_zone: "north",
  });
  const unset = await admin.post("/v2.1/os-aggregates/1/action", {
    set_metadata: { metadata: { ssd: null } },
  });
  expect(unset.body.aggregate.metadata).toEqual({ availability_zone: "north" });
  await admin.post("/v2.1/os-aggregates", { aggregate: { name: "other" } });
  const taken = await admin.put("/v2.1/os-aggregates/2", { aggregate: { name: "rack2" } });
  expect([taken.status, message(taken)]).toEqual([409, "Aggregate rack2 already exists."]);
  expect((await admin.delete("/v2.1/os-aggregates/2")).status).toBe(200);
  const gone = await admin.get("/v2.1/os-aggregates/2");
  expect([gone.status, message(gone)]).toEqual([404, "Aggregate 2 could not be found."]);
  expect((await (await cloud.as("n-api", "demo")).get("/v2.1/os-aggregates")).status).toBe(403);
});

test("hosts in aggregates decide the zones, and placement knows them", async () => {
  await using cloud = await cloudWithHosts();
  const [admin, demo] = [await cloud.as("n-api"), await cloud.as("n-api", "demo")];
  const placement = cloud.cloud.peers.get(placementPublic);
  const zones = async () =>
    (await demo.get("/v2.1/os-availability-zone")).body.availabilityZoneInfo.map(
      (zone: { zoneName: string; zoneState: { available: boolean } }) => [
        zone.zoneName,
        zone.zoneState.available,
      ],
    );
  expect(await zones()).toEqual([["nova", true]]);
  await admin.post("/v2.1/os-aggregates", { aggregate: { name: "south", availability_zone: "south" } });
  await admin.post("/v2.1/os-aggregates", { aggregate: { name: "north", availability_zone: "north" } });
  const act = (id: number, body: object) => admin.post(`/v2.1/os-aggregates/${id}/action`, body, version(41));
  const added = await act(1, { add_host: { host: "c01" } });
  expect(added.body.aggregate.hosts).toEqual(["c01"]);
  expect(placement.provider(NODE)?.aggregates).toEqual([added.body.aggregate.uuid]);
  expect(await zones()).toEqual([
    ["nova", true],
    ["south", true],
  ]);
  const again = await act(1, { add_host: { host: "c01" } });
  expect([again.status, message(again)]).toEqual([409, "Aggregate 1 already has host c01."]);
  const twice = await act(2, { add_host: { host: "c01" } });
  expect([twice.status, message(twice)]).toEqual([
    409,
    "Cannot add host to aggregate 2. Reason: One or more hosts already in availability zone(s) ['south'].",
  ]);
  const unknown = await act(1, { add_host: { host: "c99" } });
  expect([unknown.status, message(unknown)]).toEqual([404, "Compute host c99 could not be found."]);
  const full = await admin.delete("/v2.1/os-aggregates/1");
  expect([full.status, message(full)]).toEqual([
    400,
    "Cannot remove host from aggregate 1. Reason: Host aggregate is not empty.",
  ]);
  addServer(cloud);
  const zone = await admin.put("/v2.1/os-aggregates/1", { aggregate: { availability_zone: "east" } });
  expect([zone.status, message(zone)]).toEqual([
    400,
    "Cannot update aggregate 1. Reason: One or more hosts contain instances in this zone.",
  ]);
  const detail = (await admin.get("/v2.1/os-availability-zone/detail")).body.availabilityZoneInfo;
  expect(detail.map((each: { zoneName: string }) => each.zoneName)).toEqual(["internal", "nova", "south"]);
  expect(detail[2].hosts).toEqual({
    c01: { "nova-compute": { available: true, active: true, updated_at: expect.any(String) } },
  });
  const removed = await act(1, { remove_host: { host: "c01" } });
  expect(removed.body.aggregate.hosts).toEqual([]);
  expect(placement.provider(NODE)?.aggregates).toEqual([]);
  expect((await act(1, { remove_host: { host: "c01" } })).status).toBe(404);
});

test("images are cached by every host of an aggregate", async () => {
  await using cloud = await cloudWithHosts();
  const admin = await cloud.as("n-api");
  await admin.post("/v2.1/os-aggregates", { aggregate: { name: "rack" } });
  await admin.post("/v2.1/os-aggregates/1/action", { add_host: { host: "c01" } });
  const id = "00000000-0000-4000-8000-0000000000aa";
  const asked = await admin.post("/v2.1/os-aggregates/1/images", { cache: [{ id }] }, version(81));
  expect(asked.status).toBe(202);
  expect(cloud.sql("nova", "SELECT topic, method, args FROM bus_messages")).toEqual([
    {
      topic: "conductor",
      method: "cache_images",
      args: JSON.stringify({ hosts: ["c01"], imageIds: [id] }),
    },
  ]);
  expect((await admin.post("/v2.1/os-aggregates/1/images", { cache: [{ id }] }, version(80))).status).toBe(
    404,
  );
  const twice = await admin.post("/v2.1/os-aggregates/1/images", { cache: [{ id }, { id }] }, version(81));
  expect(message(twice)).toBe("Duplicate images in request");
});

function addServer(cloud: PeripheryCloud): void {
  const row = { uuid: "one", created_at: 0, project_id: "p", host: "c01", node: "c01", vm_state: "active" };
  cloud.store.insertInstance(row, () => "instance-1");
}
