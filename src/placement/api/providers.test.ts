import { expect, test } from "bun:test";
import { testCloud } from "../../testing/cloud.ts";

const A = "4e8e5957-649f-477b-9e5b-f1f75b21c03c";
const B = "5e8e5957-649f-477b-9e5b-f1f75b21c03c";
const version = (minor: number) => ({ "openstack-api-version": `placement 1.${minor}` });

async function placement() {
  const cloud = await testCloud({ windows: ["key", "placement-api"] });
  return { cloud, api: await cloud.as("placement-api") };
}

test("the root tells the versions without a token", async () => {
  const { cloud } = await placement();
  await using _ = cloud;
  const answer = await cloud.request("placement-api", "GET", "/");
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    versions: [
      {
        id: "v1.0",
        max_version: "1.39",
        min_version: "1.0",
        status: "CURRENT",
        links: [{ rel: "self", href: "" }],
      },
    ],
  });
  expect(answer.headers.get("openstack-api-version")).toBe("placement 1.0");
});

test("a provider by version: 201 and empty before 1.20, the provider since", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  const first = await api.post("/resource_providers", { name: "c01", uuid: A });
  expect([first.status, first.text]).toEqual([201, ""]);
  expect(first.headers.get("location")).toEndWith(`/resource_providers/${A}`);
  const second = await api.post(
    "/resource_providers",
    { name: "c02", uuid: B, parent_provider_uuid: A },
    version(39),
  );
  expect(second.status).toBe(200);
  expect(second.body).toEqual({
    uuid: B,
    name: "c02",
    generation: 0,
    parent_provider_uuid: A,
    root_provider_uuid: A,
    links: ["", "/inventories", "/usages", "/aggregates", "/traits", "/allocations"].map((part) => ({
      rel: part === "" ? "self" : part.slice(1),
      href: `/resource_providers/${B}${part}`,
    })),
  });
  expect(second.headers.get("cache-control")).toBe("no-cache");
  const inTree = await api.get(`/resource_providers?in_tree=${B}`, version(14));
  expect(inTree.body.resource_providers.map((p: { name: string }) => p.name)).toEqual(["c01", "c02"]);
});

test("errors have Placement's shape, with a code since 1.23", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  const missing = await api.get(`/resource_providers/${A}`, version(23));
  expect(missing.status).toBe(404);
  expect(missing.body).toEqual({
    errors: [
      {
        status: 404,
        title: "Not Found",
        detail: `The resource could not be found.\n\n No resource provider with uuid ${A} found  `,
        code: "placement.undefined_code",
        request_id: missing.headers.get("x-openstack-request-id"),
      },
    ],
  });
  expect((await api.get(`/resource_providers/${A}`)).body.errors[0].code).toBeUndefined();
  await api.post("/resource_providers", { name: "c01", uuid: A });
  const twice = await api.post("/resource_providers", { name: "c01", uuid: B }, version(23));
  expect([twice.status, twice.body.errors[0].code]).toEqual([409, "placement.duplicate_name"]);
  expect(twice.body.errors[0].detail).toContain("Conflicting resource provider name: c01 already exists.");
  const wrong = await api.post("/resource_providers", { name: 7 });
  expect([wrong.status, wrong.body.errors[0].detail]).toEqual([
    400,
    "The server could not comply with the request since it is either malformed or otherwise incorrect.\n\n JSON does not validate: 7 is not of type 'string'  Failed validating 'type' in schema['properties']['name']:     {'maxLength': 200, 'type': 'string'}  On instance['name']:     7  ",
  ]);
  const future = await api.get("/resource_providers", { "openstack-api-version": "placement 1.99" });
  expect(future.status).toBe(406);
  expect(future.body.errors[0]).toMatchObject({ max_version: "1.39", min_version: "1.0" });
  const demo = await cloud.as("placement-api", "demo");
  const denied = await demo.get("/resource_providers");
  expect([denied.status, denied.body.errors[0].detail]).toEqual([
    403,
    "Access was denied to this resource.\n\n Policy does not allow placement:resource_providers:list to be performed.  ",
  ]);
  const method = await api.delete(`/resource_providers/${A}/inventories`);
  expect([method.status, method.body.errors[0].status]).toEqual([405, 405]);
});

test("a provider moves in its tree: only to a first parent before 1.37, anywhere without a loop since", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  for (const [name, uuid] of [
    ["top", A],
    ["below", B],
  ]) {
    await api.post("/resource_providers", { name, uuid });
  }
  const path = `/resource_providers/${B}`;
  expect((await api.put(path, { name: "below", parent_provider_uuid: A }, version(14))).status).toBe(200);
  const out = await api.put(path, { name: "below", parent_provider_uuid: null }, version(36));
  expect(out.status).toBe(400);
  expect(out.body.errors[0].detail).toContain("un-parenting a provider is not currently allowed.");
  const loop = await api.put(
    `/resource_providers/${A}`,
    { name: "top", parent_provider_uuid: B },
    version(37),
  );
  expect(loop.body.errors[0].detail).toContain("creating loop in the provider tree is not allowed.");
  const parent = await api.delete(`/resource_providers/${A}`, version(23));
  expect([parent.status, parent.body.errors[0].code]).toEqual([
    409,
    "placement.resource_provider.cannot_delete_parent",
  ]);
  const free = await api.put(path, { name: "below", parent_provider_uuid: null }, version(37));
  expect(free.body).toMatchObject({ parent_provider_uuid: null, root_provider_uuid: B });
  expect((await api.delete(`/resource_providers/${A}`)).status).toBe(204);
});

test("inventories: defaults, generations, capacity, in use", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  await api.post("/resource_providers", { name: "c01", uuid: A });
  const all = `/resource_providers/${A}/inventories`;
  const set = await api.put(all, {
    resource_provider_generation: 0,
    inventories: { VCPU: { total: 8, allocation_ratio: 16 }, DISK_GB: { total: 100 } },
  });
  expect(set.body).toEqual({
    resource_provider_generation: 1,
    inventories: {
      VCPU: {
        total: 8,
        reserved: 0,
        min_unit: 1,
        max_unit: 2147483647,
        step_size: 1,
        allocation_ratio: 16,
      },
      DISK_GB: {
        total: 100,
        reserved: 0,
        min_unit: 1,
        max_unit: 2147483647,
        step_size: 1,
        allocation_ratio: 1,
      },
    },
  });
  const stale = await api.put(all, { resource_provider_generation: 0, inventories: {} }, version(23));
  expect([stale.status, stale.body.errors[0].code]).toEqual([409, "placement.concurrent_update"]);
  const full = { total: 10, reserved: 10 };
  const refused = await api.post(all, { resource_class: "MEMORY_MB", ...full });
  expect([refused.status, refused.body.errors[0].detail]).toEqual([
    400,
    `The server could not comply with the request since it is either malformed or otherwise incorrect.\n\n Unable to create inventory for resource provider ${A}: Invalid inventory for 'MEMORY_MB' on resource provider '${A}'. The reserved value is greater than or equal to total.  `,
  ]);
  const taken = await api.post(all, { resource_class: "MEMORY_MB", ...full }, version(26));
  expect([taken.status, taken.body.resource_provider_generation]).toEqual([201, 2]);
  const consumer = "11111111-2222-4333-8444-555555555555";
  await api.put(
    `/allocations/${consumer}`,
    { allocations: { [A]: { resources: { VCPU: 2 } } }, project_id: "p", user_id: "u" },
    version(12),
  );
  const inUse = await api.delete(`${all}/VCPU`);
  expect([inUse.status, inUse.body.errors[0].detail]).toEqual([
    409,
    `There was a conflict when trying to complete your request.\n\n Unable to delete inventory of class VCPU: Inventory for 'VCPU' on resource provider '${A}' in use.  `,
  ]);
  expect((await api.get(`/resource_providers/${A}/usages`)).body).toEqual({
    resource_provider_generation: 3,
    usages: { VCPU: 2, DISK_GB: 0, MEMORY_MB: 0 },
  });
  expect((await api.delete(`/resource_providers/${A}`)).status).toBe(409);
});

test("traits and aggregates of a provider, and finding providers by them", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  await api.post("/resource_providers", { name: "c01", uuid: A });
  await api.post("/resource_providers", { name: "c02", uuid: B });
  expect((await api.put("/traits/CUSTOM_FAST", undefined, version(6))).status).toBe(201);
  expect((await api.put("/traits/CUSTOM_FAST", undefined, version(6))).status).toBe(204);
  expect((await api.put("/traits/SLOW", undefined, version(6))).status).toBe(400);
  const traits = await api.put(
    `/resource_providers/${A}/traits`,
    { traits: ["CUSTOM_FAST", "HW_CPU_X86_AVX"], resource_provider_generation: 0 },
    version(6),
  );
  expect(traits.body.resource_provider_generation).toBe(1);
  expect(traits.body.traits.toSorted()).toEqual(["CUSTOM_FAST", "HW_CPU_X86_AVX"]);
  expect((await api.delete("/traits/CUSTOM_FAST", version(6))).status).toBe(409);
  const group = "aaaaaaaa-0000-4000-8000-000000000001";
  const aggregates = await api.put(
    `/resource_providers/${B}/aggregates`,
    { aggregates: [group], resource_provider_generation: 0 },
    version(19),
  );
  expect(aggregates.body).toEqual({ aggregates: [group], resource_provider_generation: 1 });
  const names = async (query: string, minor: number) =>
    (await api.get(`/resource_providers?${query}`, version(minor))).body.resource_providers.map(
      (p: { name: string }) => p.name,
    );
  expect(await names("required=CUSTOM_FAST", 18)).toEqual(["c01"]);
  expect(await names("required=!CUSTOM_FAST", 22)).toEqual(["c02"]);
  expect(await names("required=in:CUSTOM_FAST,HW_CPU_X86_SSE", 39)).toEqual(["c01"]);
  expect(await names(`member_of=${group}`, 3)).toEqual(["c02"]);
  expect(await names(`member_of=!${group}`, 32)).toEqual(["c01"]);
  expect(await names("name=c02", 0)).toEqual(["c02"]);
  const listed = await api.get("/traits?name=startswith:CUSTOM_&associated=true", version(6));
  expect(listed.body.traits).toEqual(["CUSTOM_FAST"]);
});

test("resource classes: standard ones stay, custom ones come and go", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  const list = await api.get("/resource_classes", version(2));
  expect(list.body.resource_classes).toHaveLength(21);
  expect(list.body.resource_classes[0]).toEqual({
    name: "VCPU",
    links: [{ rel: "self", href: "/resource_classes/VCPU" }],
  });
  expect((await api.post("/resource_classes", { name: "CUSTOM_GOLD" }, version(2))).status).toBe(201);
  expect(
    (await api.put("/resource_classes/CUSTOM_GOLD", { name: "CUSTOM_SILVER" }, version(2))).body.name,
  ).toBe("CUSTOM_SILVER");
  expect((await api.put("/resource_classes/CUSTOM_SILVER", undefined, version(7))).status).toBe(204);
  expect((await api.put("/resource_classes/CUSTOM_BRONZE", undefined, version(7))).status).toBe(201);
  expect((await api.put("/resource_classes/VCPU", undefined, version(7))).status).toBe(400);
  const standard = await api.delete("/resource_classes/VCPU", version(2));
  expect([standard.status, standard.body.errors[0].detail]).toEqual([
    400,
    "The server could not comply with the request since it is either malformed or otherwise incorrect.\n\n Error in delete resource class: Cannot delete standard resource class VCPU.  ",
  ]);
  expect((await api.delete("/resource_classes/CUSTOM_BRONZE", version(2))).status).toBe(204);
  expect((await api.get("/resource_classes")).status).toBe(404);
});

test("texts for what is not served, as placement 8.0.0 gives them to the same calls (asked 2026-11-20)", async () => {
  const { cloud, api } = await placement();
  await using _ = cloud;
  await api.post("/resource_providers", { name: "c01", uuid: A });
  const detail = async (answer: Promise<{ status: number; body: { errors: { detail: string }[] } }>) => {
    const { status, body } = await answer;
    return [status, body.errors[0]!.detail.trim()];
  };
  expect(await detail(api.delete(`/resource_providers/${A}/inventories`, version(0)))).toEqual([
    405,
    "The method DELETE is not allowed for this resource.",
  ]);
  const wrong = (text: string) =>
    detail(api.get("/resource_providers", { "openstack-api-version": `placement ${text}` }));
  expect((await wrong("x"))[1]).toContain(
    "Invalid microversion: invalid version string: x; invalid literal for int() with base 10: 'x'",
  );
  expect((await wrong("1"))[1]).toContain("missing 1 required positional argument: 'minor'");
  const query = await detail(
    api.get("/allocation_candidates?resources=VCPU:1&required=X&limit=1", version(10)),
  );
  expect(query[1]).toContain("Additional properties are not allowed ('limit', 'required' were unexpected)");
});
