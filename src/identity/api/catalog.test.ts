import { expect, test } from "bun:test";
import { expectRefusals, identityCloud, make } from "../testing.ts";

const INVALID_URL = /^Cannot create an endpoint with an invalid URL: .*\.$/;

test("regions: create with an id or without, nest, change, delete with all below", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v3/regions", { region: { id: "Europe", description: "d" } });
  expect(created.status).toBe(201);
  expect(created.body.region).toEqual({
    id: "Europe",
    description: "d",
    parent_region_id: null,
    links: { self: expect.stringMatching(/\/v3\/regions\/Europe$/) },
  });
  const unnamed = await make(admin, "POST /v3/regions", { region: {} });
  expect(unnamed).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{32}$/), description: "" });
  const put = await admin.put("/v3/regions/Berlin", { region: { parent_region_id: "Europe" } });
  expect([put.status, put.body.region.parent_region_id]).toEqual([201, "Europe"]);
  const below = await admin.get("/v3/regions?parent_region_id=Europe");
  expect(below.body.regions.map((region: { id: string }) => region.id)).toEqual(["Berlin"]);
  expect(
    (await admin.patch("/v3/regions/Europe", { region: { description: "x" } })).body.region.description,
  ).toBe("x");
  await expectRefusals(admin, [
    [
      "POST /v3/regions",
      { region: { id: "Europe" } },
      409,
      "Conflict occurred attempting to store region - Duplicate ID, Europe..",
    ],
    ["POST /v3/regions", { region: { parent_region_id: "none" } }, 404, "Could not find region: none."],
    ["PUT /v3/regions/a", { region: { id: "b" } }, 400, 'Conflicting region IDs specified: "a" != "b"'],
    [
      "PATCH /v3/regions/Europe",
      { region: { parent_region_id: "Berlin" } },
      400,
      /circular region hierarchy/,
    ],
    ["GET /v3/regions/none", undefined, 404, "Could not find region: none."],
    ["DELETE /v3/regions/none", undefined, 404, "Could not find region: none."],
  ]);
  expect((await admin.delete("/v3/regions/Europe")).status).toBe(204);
  expect((await admin.get("/v3/regions/Berlin")).status).toBe(404);
});

test("ID-13 ID-14 services: create, list, show, change, delete with their endpoints", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v3/services", { service: { name: "nova", type: "compute" } });
  expect(created.status).toBe(201);
  const { id } = created.body.service;
  // No description when none was given.
  expect(created.body.service).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: "nova",
    type: "compute",
    enabled: true,
    links: { self: expect.stringMatching(new RegExp(`/v3/services/${id}$`)) },
  });
  const list = async (query: string) =>
    (await admin.get(`/v3/services${query}`)).body.services
      .map((service: { type: string }) => service.type)
      .sort();
  expect(await list("")).toEqual(["compute", "identity"]);
  expect(await list("?type=compute")).toEqual(["compute"]);
  expect(await list("?name=keystone")).toEqual(["identity"]);
  const changed = await admin.patch(`/v3/services/${id}`, { service: { description: "d", enabled: false } });
  expect(changed.body.service).toMatchObject({ description: "d", enabled: false, name: "nova" });
  const endpoint = await make(admin, "POST /v3/endpoints", {
    endpoint: { service_id: id, interface: "admin", url: "http://h/" },
  });
  await expectRefusals(admin, [
    ["POST /v3/services", { service: { name: "x" } }, 400, /^'type' is a required property/],
    ["GET /v3/services/none", undefined, 404, "Could not find service: none."],
    ["PATCH /v3/services/none", { service: { name: "x" } }, 404, "Could not find service: none."],
    ["DELETE /v3/services/none", undefined, 404, "Could not find service: none."],
  ]);
  expect((await admin.delete(`/v3/services/${id}`)).status).toBe(204);
  expect((await admin.get(`/v3/endpoints/${endpoint.id}`)).status).toBe(404);
});

test("ID-16 endpoints: one per interface; filters; a new region by its name", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const service = await make(admin, "POST /v3/services", { service: { name: "nova", type: "compute" } });
  const url = "http://controller:8774/v2.1";
  const ids: string[] = [];
  for (const side of ["public", "internal", "admin"]) {
    const created = await admin.post("/v3/endpoints", {
      endpoint: { service_id: service.id, interface: side, url, region_id: "RegionOne" },
    });
    expect(created.status).toBe(201);
    const { id } = created.body.endpoint;
    expect(created.body.endpoint).toEqual({
      id,
      interface: side,
      url,
      enabled: true,
      region: "RegionOne",
      region_id: "RegionOne",
      service_id: service.id,
      links: { self: expect.stringMatching(new RegExp(`/v3/endpoints/${id}$`)) },
    });
    ids.push(id);
  }
  const list = async (query: string) => (await admin.get(`/v3/endpoints?${query}`)).body.endpoints;
  expect(await list(`service_id=${service.id}`)).toHaveLength(3);
  expect(await list(`service_id=${service.id}&interface=admin`)).toMatchObject([{ id: ids[2] }]);
  expect(await list("region_id=none")).toEqual([]);
  const named = await make(admin, "POST /v3/endpoints", {
    endpoint: { service_id: service.id, interface: "public", url, region: "Mars" },
  });
  expect(named).toMatchObject({ region: "Mars", region_id: "Mars" });
  expect((await admin.get("/v3/regions/Mars")).status).toBe(200);
  const changed = await admin.patch(`/v3/endpoints/${ids[0]}`, {
    endpoint: { url: "http://new/", enabled: false },
  });
  expect(changed.body.endpoint).toMatchObject({ url: "http://new/", enabled: false, interface: "public" });
  await expectRefusals(admin, [
    ["DELETE /v3/regions/Mars", undefined, 403, /because it or its child regions have associated endpoints/],
    [
      "POST /v3/endpoints",
      { endpoint: { interface: "public", url } },
      400,
      /^'service_id' is a required property/,
    ],
    [
      "POST /v3/endpoints",
      { endpoint: { service_id: service.id, interface: "side", url } },
      400,
      /'side' is not one of \['admin', 'internal', 'public'\]/,
    ],
    [
      "POST /v3/endpoints",
      { endpoint: { service_id: "none", interface: "public", url } },
      400,
      /^Expecting to find endpoint service_id in service table\./,
    ],
    [
      "POST /v3/endpoints",
      { endpoint: { service_id: service.id, interface: "public", url, region_id: "none" } },
      400,
      /^Expecting to find endpoint region_id in region table\./,
    ],
    [
      "POST /v3/endpoints",
      { endpoint: { service_id: service.id, interface: "public", url: "http://h/$(nonsense)s" } },
      400,
      INVALID_URL,
    ],
    [
      "POST /v3/endpoints",
      { endpoint: { service_id: service.id, interface: "public", url: "http://h/%(tenant_id)" } },
      400,
      INVALID_URL,
    ],
    ["GET /v3/endpoints/none", undefined, 404, "Could not find endpoint: none."],
    ["DELETE /v3/endpoints/none", undefined, 404, "Could not find endpoint: none."],
  ]);
  for (const id of ids) expect((await admin.delete(`/v3/endpoints/${id}`)).status).toBe(204);
});

test("a member reads the catalog's regions and nothing else of it", async () => {
  await using all = await identityCloud();
  const demo = await all.cloud.as("key", "demo");
  expect((await demo.get("/v3/regions")).status).toBe(200);
  const denied = (rule: string) =>
    `You are not authorized to perform the requested action: identity:${rule}.`;
  await expectRefusals(demo, [
    ["GET /v3/services", undefined, 403, denied("list_services")],
    ["GET /v3/endpoints", undefined, 403, denied("list_endpoints")],
    ["POST /v3/regions", { region: {} }, 403, denied("create_region")],
    ["POST /v3/services", { service: { type: "x" } }, 403, denied("create_service")],
    ["POST /v3/endpoints", { endpoint: {} }, 403, denied("create_endpoint")],
  ]);
});
