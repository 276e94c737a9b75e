import { expect, test } from "bun:test";
import { type ApiClient, testCloud } from "../../testing/cloud.ts";

const HOST = "4e8e5957-649f-477b-9e5b-f1f75b21c03c";
const DISK = "5e8e5957-649f-477b-9e5b-f1f75b21c03c";
const ONE = "11111111-2222-4333-8444-555555555555";
const TWO = "21111111-2222-4333-8444-555555555555";
const version = (minor: number) => ({ "openstack-api-version": `placement 1.${minor}` });

async function provider(api: ApiClient, uuid: string, name: string, inventories: Record<string, object>) {
  await api.post("/resource_providers", { name, uuid });
  await api.put(`/resource_providers/${uuid}/inventories`, {
    resource_provider_generation: 0,
    inventories,
  });
}

async function placement() {
  const cloud = await testCloud({ windows: ["key", "placement-api"] });
  const api = await cloud.as("placement-api");
  await provider(api, HOST, "c01", { VCPU: { total: 4 }, MEMORY_MB: { total: 4096, step_size: 512 } });
  return { cloud, api };
}

const owner = { project_id: "p", user_id: "u" };

test("allocations in the forms of 1.0, 1.8, 1.12, 1.28 and 1.38", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  const path = `/allocations/${ONE}`;
  const list = [{ resource_provider: { uuid: HOST }, resources: { VCPU: 1 } }];
  const dict = { [HOST]: { resources: { VCPU: 1 } } };
  expect((await api.put(path, { allocations: list })).status).toBe(204);
  expect((await api.put(path, { allocations: list }, version(8))).status).toBe(400);
  expect((await api.put(path, { allocations: list, ...owner }, version(8))).status).toBe(204);
  expect((await api.put(path, { allocations: dict, ...owner }, version(12))).status).toBe(204);
  const stale = { allocations: dict, ...owner, consumer_generation: null };
  const conflict = await api.put(path, stale, version(28));
  expect([conflict.status, conflict.body.errors[0].code]).toEqual([409, "placement.concurrent_update"]);
  expect(conflict.body.errors[0].detail).toContain("consumer generation conflict - expected 3 but got None");
  const typed = { ...stale, consumer_generation: 3, consumer_type: "INSTANCE" };
  expect((await api.put(path, typed, version(38))).status).toBe(204);
  expect((await api.get(path)).body).toEqual({
    allocations: { [HOST]: { resources: { VCPU: 1 }, generation: 5 } },
  });
  expect((await api.get(path, version(38))).body).toEqual({
    allocations: { [HOST]: { resources: { VCPU: 1 }, generation: 5 } },
    ...owner,
    consumer_generation: 4,
    consumer_type: "INSTANCE",
  });
  expect((await api.get(`/resource_providers/${HOST}/allocations`, version(28))).body).toEqual({
    allocations: { [ONE]: { resources: { VCPU: 1 }, consumer_generation: 4 } },
    resource_provider_generation: 5,
  });
  const usages = await api.get("/usages?project_id=p", version(9));
  expect(usages.body).toEqual({ usages: { VCPU: 1 } });
  const grouped = await api.get("/usages?project_id=p", version(38));
  expect(grouped.body).toEqual({ usages: { INSTANCE: { VCPU: 1, consumer_count: 1 } } });
  expect((await api.delete(path)).status).toBe(204);
  expect((await api.delete(path)).status).toBe(404);
  expect((await api.get(path, version(38))).body).toEqual({ allocations: {} });
});

test("nothing is taken beyond capacity or against the units, and nothing is half taken", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  const take = (consumer: string, resources: Record<string, number>) =>
    api.put(`/allocations/${consumer}`, { allocations: { [HOST]: { resources } }, ...owner }, version(23));
  expect((await take(ONE, { VCPU: 3, MEMORY_MB: 1024 })).status).toBe(204);
  const over = await take(TWO, { MEMORY_MB: 512, VCPU: 2 });
  expect([over.status, over.body.errors[0].detail]).toEqual([
    409,
    `There was a conflict when trying to complete your request.\n\n Unable to allocate inventory: Unable to create allocation for 'VCPU' on resource provider '${HOST}'. The requested amount would exceed the capacity.  `,
  ]);
  expect((await take(TWO, { MEMORY_MB: 100 })).body.errors[0].detail).toContain(
    "would violate inventory constraints.",
  );
  expect((await take(TWO, { DISK_GB: 1 })).status).toBe(409);
  expect((await take(TWO, { NONSENSE: 1 })).status).toBe(400);
  // What a consumer holds already does not count against it.
  expect((await take(ONE, { VCPU: 4 })).status).toBe(204);
  expect((await api.get(`/resource_providers/${HOST}/usages`)).body.usages).toEqual({
    VCPU: 4,
    MEMORY_MB: 0,
  });
});

test("POST /allocations moves what is held from one consumer to another at once", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  const full = { [HOST]: { resources: { VCPU: 4 } } };
  await api.put(`/allocations/${ONE}`, { allocations: full, ...owner }, version(12));
  const moved = await api.post(
    "/allocations",
    {
      [ONE]: { allocations: {}, ...owner, consumer_generation: 1 },
      [TWO]: { allocations: full, ...owner, consumer_generation: null },
    },
    version(28),
  );
  expect(moved.status).toBe(204);
  expect((await api.get(`/allocations/${ONE}`)).body).toEqual({ allocations: {} });
  expect((await api.get(`/allocations/${TWO}`)).body.allocations[HOST].resources).toEqual({ VCPU: 4 });
});

test("the reshaper moves an inventory and what is held of it to another provider", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  await provider(api, DISK, "c01_disk", {});
  await api.put(
    `/allocations/${ONE}`,
    { allocations: { [HOST]: { resources: { VCPU: 2, MEMORY_MB: 512 } } }, ...owner },
    version(12),
  );
  const generationOf = async (uuid: string) => (await api.get(`/resource_providers/${uuid}`)).body.generation;
  const body = async (vcpus: number) => ({
    inventories: {
      [HOST]: {
        resource_provider_generation: await generationOf(HOST),
        inventories: { MEMORY_MB: { total: 4096 } },
      },
      [DISK]: {
        resource_provider_generation: await generationOf(DISK),
        inventories: { VCPU: { total: 4 } },
      },
    },
    allocations: {
      [ONE]: {
        allocations: { [HOST]: { resources: { MEMORY_MB: 512 } }, [DISK]: { resources: { VCPU: vcpus } } },
        ...owner,
        consumer_generation: 1,
      },
    },
  });
  const refused = await api.post("/reshaper", await body(5), version(30));
  expect(refused.status).toBe(409);
  expect((await api.get(`/resource_providers/${DISK}/usages`)).body.usages).toEqual({});
  expect((await api.get(`/resource_providers/${HOST}/usages`)).body.usages).toEqual({
    VCPU: 2,
    MEMORY_MB: 512,
  });
  expect((await api.post("/reshaper", await body(2), version(30))).status).toBe(204);
  expect((await api.get(`/resource_providers/${DISK}/usages`)).body.usages).toEqual({ VCPU: 2 });
  expect((await api.get(`/resource_providers/${HOST}/usages`)).body.usages).toEqual({ MEMORY_MB: 512 });
});
