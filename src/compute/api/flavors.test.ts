import { expect, test } from "bun:test";
import type { Answer } from "../../testing/cloud.ts";
import { peripheryCloud } from "../../testing/periphery-cloud.ts";

const version = (minor: number) => ({ "openstack-api-version": `compute 2.${minor}` });
const names = (answer: Answer) => answer.body.flavors.map((flavor: { name: string }) => flavor.name);
const small = { name: "test_flavor", ram: 256, disk: 0, vcpus: 1 };

test("FL-02 five stock flavors", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const { flavors } = (await demo.get("/v2.1/flavors/detail")).body;
  expect(
    flavors.map((f: Record<string, unknown>) => [
      f["id"],
      f["name"],
      f["ram"],
      f["disk"],
      f["OS-FLV-EXT-DATA:ephemeral"],
      f["vcpus"],
    ]),
  ).toEqual([
    ["1", "m1.tiny", 512, 1, 0, 1],
    ["2", "m1.small", 2048, 20, 0, 1],
    ["3", "m1.medium", 4096, 40, 0, 2],
    ["4", "m1.large", 8192, 80, 0, 4],
    ["5", "m1.xlarge", 16384, 160, 0, 8],
  ]);
});

test("FL-02 the numbers of the operations guide, by a switch", async () => {
  await using cloud = await peripheryCloud({ settings: { FLAVOR_PRESET: "opsguide" } });
  const { flavors } = (await (await cloud.as("n-api")).get("/v2.1/flavors/detail")).body;
  expect(
    flavors.map((f: Record<string, unknown>) => [f["name"], f["disk"], f["OS-FLV-EXT-DATA:ephemeral"]]),
  ).toEqual([
    ["m1.tiny", 0, 0],
    ["m1.small", 10, 20],
    ["m1.medium", 10, 40],
    ["m1.large", 10, 80],
    ["m1.xlarge", 10, 160],
  ]);
});

test("FL-01 FL-05 what a list of flavors shows: sizes, swap, a receive and transmit factor of 1.0, extra specs", async () => {
  await using cloud = await peripheryCloud();
  const admin = await cloud.as("n-api");
  const { id } = (await admin.post("/v2.1/flavors", { flavor: { ...small, rxtx_factor: 2.5, swap: 64 } }))
    .body.flavor;
  const specs = { extra_specs: { "hw:cpu_policy": "shared" } };
  expect((await admin.post(`/v2.1/flavors/${id}/os-extra_specs`, specs)).status).toBe(200);
  const { flavors } = (await admin.get("/v2.1/flavors/detail?is_public=none", version(61))).body;
  const shown = Object.fromEntries(flavors.map((f: { name: string }) => [f.name, f]));
  expect(shown["m1.tiny"]).toMatchObject({
    id: "1",
    ram: 512,
    disk: 1,
    "OS-FLV-EXT-DATA:ephemeral": 0,
    swap: "",
    vcpus: 1,
    rxtx_factor: 1,
    "os-flavor-access:is_public": true,
    extra_specs: {},
  });
  expect(shown["test_flavor"]).toMatchObject({ swap: 64, rxtx_factor: 2.5, ...specs });
});

test("FL-06 create a flavor", async () => {
  await using cloud = await peripheryCloud();
  const admin = await cloud.as("n-api");
  const project = (
    await cloud.request("key", "GET", "/v3/auth/tokens", undefined, {
      "x-auth-token": await cloud.token(),
      "x-subject-token": await cloud.token(),
    })
  ).body.token.project.id;
  const created = await admin.post(`/v2.1/${project}/flavors`, { flavor: { ...small, id: null } });
  expect(created.status).toBe(200);
  const { id } = created.body.flavor;
  expect(id).toMatch(/^[0-9a-f]{8}-/);
  expect(created.body).toEqual({
    flavor: {
      id,
      name: "test_flavor",
      ram: 256,
      disk: 0,
      swap: "",
      "OS-FLV-EXT-DATA:ephemeral": 0,
      "OS-FLV-DISABLED:disabled": false,
      vcpus: 1,
      "os-flavor-access:is_public": true,
      rxtx_factor: 1,
      links: [
        { rel: "self", href: `http://127.0.0.1/v2.1/${project}/flavors/${id}` },
        { rel: "bookmark", href: `http://127.0.0.1/${project}/flavors/${id}` },
      ],
    },
  });
  // Clients print the float they read.
  expect(created.text).toContain('"rxtx_factor":1.0,');
  const latest = await admin.get(`/v2.1/flavors/${id}`, version(93));
  expect(latest.body.flavor).toMatchObject({ swap: 0, description: null, extra_specs: {} });
  const again = await admin.post("/v2.1/flavors", { flavor: small });
  expect([again.status, again.body]).toEqual([
    409,
    { conflictingRequest: { code: 409, message: "Flavor with name test_flavor already exists." } },
  ]);
  const auto = await admin.post("/v2.1/flavors", { flavor: { ...small, name: "auto", id: "auto" } });
  expect(auto.body.flavor.id).toMatch(/^[0-9a-f]{8}-/);
  const sameId = await admin.post("/v2.1/flavors", { flavor: { ...small, name: "other", id: 1 } });
  expect(sameId.body.conflictingRequest.message).toBe("Flavor with ID 1 already exists.");
});

test("FL-07 show and delete a flavor", async () => {
  await using cloud = await peripheryCloud();
  const admin = await cloud.as("n-api");
  expect((await admin.get("/v2.1/flavors/3")).body.flavor.name).toBe("m1.medium");
  const gone = await admin.delete("/v2.1/flavors/3");
  expect([gone.status, gone.text]).toEqual([202, ""]);
  const missing = await admin.get("/v2.1/flavors/3");
  expect([missing.status, missing.body]).toEqual([
    404,
    { itemNotFound: { code: 404, message: "Flavor 3 could not be found." } },
  ]);
  expect((await admin.delete("/v2.1/flavors/3")).status).toBe(404);
  expect(names(await admin.get("/v2.1/flavors"))).toEqual(["m1.tiny", "m1.small", "m1.large", "m1.xlarge"]);
});

test("FL-09 no modify: only the description, since 2.55", async () => {
  await using cloud = await peripheryCloud();
  const admin = await cloud.as("n-api");
  const body = { flavor: { description: "small and cheap" } };
  expect((await admin.put("/v2.1/flavors/1", body, version(54))).status).toBe(404);
  const changed = await admin.put("/v2.1/flavors/1", body, version(55));
  expect(changed.body.flavor.description).toBe("small and cheap");
  expect((await admin.put("/v2.1/flavors/1", { flavor: { ram: 1024 } }, version(55))).status).toBe(400);
});

test("FL-10 a private flavor is there for granted projects only", async () => {
  await using cloud = await peripheryCloud();
  const [admin, demo] = [await cloud.as("n-api"), await cloud.as("n-api", "demo")];
  const flavor = { ...small, id: "private", "os-flavor-access:is_public": false };
  await admin.post("/v2.1/flavors", { flavor });
  const demoProject = cloud.cloud.peers;
  expect(demoProject).toBeDefined();
  expect((await demo.get("/v2.1/flavors/private")).status).toBe(404);
  const key = await cloud.as("key");
  const projects = (await key.get("/v3/projects")).body.projects as { id: string; name: string }[];
  const tenant = projects.find((project) => project.name === "demo")!.id;
  const granted = await admin.post("/v2.1/flavors/private/action", { addTenantAccess: { tenant } });
  expect([granted.status, granted.body]).toEqual([
    200,
    { flavor_access: [{ flavor_id: "private", tenant_id: tenant }] },
  ]);
  expect((await demo.get("/v2.1/flavors/private")).status).toBe(200);
  expect(names(await demo.get("/v2.1/flavors"))).toContain("test_flavor");
  expect((await admin.get("/v2.1/flavors/private/os-flavor-access")).body.flavor_access).toHaveLength(1);
  const twice = await admin.post("/v2.1/flavors/private/action", { addTenantAccess: { tenant } });
  expect(twice.status).toBe(409);
  const unknown = await admin.post("/v2.1/flavors/private/action", { addTenantAccess: { tenant: "nobody" } });
  expect([unknown.status, unknown.body.badRequest.message]).toEqual([
    400,
    "Project ID nobody is not a valid project.",
  ]);
  await admin.post("/v2.1/flavors/private/action", { removeTenantAccess: { tenant } });
  expect((await demo.get("/v2.1/flavors/private")).status).toBe(404);
  const publicOne = await admin.get("/v2.1/flavors/1/os-flavor-access");
  expect(publicOne.body.itemNotFound.message).toBe("Access list not available for public flavors.");
  expect(names(await admin.get("/v2.1/flavors?is_public=False"))).toEqual(["test_flavor"]);
  expect(names(await admin.get("/v2.1/flavors?is_public=None"))).toHaveLength(6);
  expect((await admin.get("/v2.1/flavors?is_public=maybe")).status).toBe(400);
});

test("FL-11 who may create flavors: administrators", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const denied = await demo.post("/v2.1/flavors", { flavor: small });
  expect([denied.status, denied.body]).toEqual([
    403,
    {
      forbidden: {
        code: 403,
        message: "Policy doesn't allow os_compute_api:os-flavor-manage:create to be performed.",
      },
    },
  ]);
});

test("pages, filters and order", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const first = await demo.get("/v2.1/flavors?limit=2");
  expect(names(first)).toEqual(["m1.tiny", "m1.small"]);
  expect(first.body.flavors_links).toEqual([
    { rel: "next", href: "http://127.0.0.1/v2.1/flavors?limit=2&marker=2" },
  ]);
  expect(names(await demo.get("/v2.1/flavors?limit=2&marker=2"))).toEqual(["m1.medium", "m1.large"]);
  expect(names(await demo.get("/v2.1/flavors?sort_key=memory_mb&sort_dir=desc&limit=1"))).toEqual([
    "m1.xlarge",
  ]);
  expect(names(await demo.get("/v2.1/flavors?sort_key=vcpus&marker=1"))).toEqual([
    "m1.small",
    "m1.medium",
    "m1.large",
    "m1.xlarge",
  ]);
  expect(names(await demo.get("/v2.1/flavors?minRam=4096&minDisk=80"))).toEqual(["m1.large", "m1.xlarge"]);
  const wrong = async (query: string, minor = 1) =>
    (await demo.get(`/v2.1/flavors?${query}`, version(minor))).body.badRequest?.message;
  expect(await wrong("minRam=much")).toBe("Invalid minRam filter [much]");
  expect(await wrong("marker=nosuch")).toBe("marker [nosuch] not found");
  expect(await wrong("limit=-1")).toBe(
    "Invalid input for query parameters limit. Value: -1. '-1' does not match '^[0-9]*$'",
  );
  expect(await wrong("foo=1", 75)).toBe("Additional properties are not allowed ('foo' was unexpected)");
  expect(await wrong("foo=1", 74)).toBeUndefined();
});

test("bad values get Nova's words", async () => {
  await using cloud = await peripheryCloud();
  const admin = await cloud.as("n-api");
  const wrong = async (change: object) =>
    (await admin.post("/v2.1/flavors", { flavor: { ...small, ...change } })).body.badRequest?.message;
  expect(await wrong({ ram: 0 })).toBe(
    "Invalid input for field/attribute ram. Value: 0. 0 is less than the minimum of 1",
  );
  expect(await wrong({ ram: "0" })).toBe(
    "Invalid input for field/attribute ram. Value: 0. 0 is less than the minimum of 1",
  );
  expect(await wrong({ vcpus: 2147483648 })).toContain("is greater than the maximum of 2147483647");
  expect(await wrong({ name: " x" })).toBe(
    "An invalid 'name' value was provided. The name must be: printable characters. Can not start or end with whitespace.",
  );
  expect(await wrong({ rxtx_factor: 0 })).toContain("0 is less than or equal to the minimum of 0");
  expect(await wrong({ extra: 1 })).toBe(
    "Invalid input for field/attribute flavor. Value: {'name': 'test_flavor', 'ram': 256, 'disk': 0, 'vcpus': 1, 'extra': 1}. Additional properties are not allowed ('extra' was unexpected)",
  );
});

test("FL-03 extra specs: free before 2.86, checked since", async () => {
  await using cloud = await peripheryCloud();
  const admin = await cloud.as("n-api");
  const specs = "/v2.1/flavors/1/os-extra_specs";
  const set = await admin.post(specs, { extra_specs: { "hw:cpu_policy": "nonsense", rack: "7", weight: 3 } });
  expect([set.status, set.body]).toEqual([
    200,
    { extra_specs: { "hw:cpu_policy": "nonsense", rack: "7", weight: 3 } },
  ]);
  expect((await admin.get(specs)).body).toEqual({
    extra_specs: { "hw:cpu_policy": "nonsense", rack: "7", weight: "3" },
  });
  const refused = async (extra_specs: Record<string, string>) =>
    (await admin.post(specs, { extra_specs }, version(86))).body.badRequest?.message;
  expect(await refused({ "hw:cpu_policy": "nonsense" })).toBe(
    "Validation failed; 'nonsense' is not one of: dedicated, shared, mixed.",
  );
  expect(await refused({ "hw:numa_nodes": "0" })).toBe(
    "Validation failed; '0' is less than the min value of '1'.",
  );
  expect(await refused({ "hw:nosuch": "1" })).toBe(
    "Validation failed; extra spec 'hw:nosuch' does not appear to be a valid extra spec.",
  );
  expect(await refused({ "trait:NOT_A_TRAIT": "required" })).toContain("does not appear to be a valid");
  expect(
    await refused({ "trait:HW_CPU_X86_AVX": "required", "resources1:CUSTOM_GOLD": "2", "my:own": "x" }),
  ).toBe(undefined);
  expect((await admin.put(`${specs}/rack`, { shelf: "1" })).body.badRequest.message).toBe(
    "Request body and URI mismatch",
  );
  expect((await admin.put(`${specs}/rack`, { rack: "8" })).body).toEqual({ rack: "8" });
  expect((await admin.get(`${specs}/rack`)).body).toEqual({ rack: "8" });
  expect((await admin.delete(`${specs}/rack`)).status).toBe(200);
  expect((await admin.get(`${specs}/rack`)).body.itemNotFound.message).toBe(
    "Flavor 1 has no extra specs with key rack.",
  );
  const demo = await cloud.as("n-api", "demo");
  expect((await demo.get("/v2.1/flavors/1", version(61))).body.flavor.extra_specs).toMatchObject({
    weight: "3",
  });
  expect((await demo.post(specs, { extra_specs: { a: "b" } })).status).toBe(403);
});
