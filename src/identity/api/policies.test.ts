import { expect, test } from "bun:test";
import { expectRefusals, identityCloud, make } from "../testing.ts";

test("policies: create, list, show, change, delete", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v3/policies", {
    policy: { blob: "{}", type: "application/json", x: "y" },
  });
  expect(created.status).toBe(201);
  const { id } = created.body.policy;
  expect(created.body.policy).toEqual({
    id,
    blob: "{}",
    type: "application/json",
    x: "y",
    links: { self: expect.stringMatching(new RegExp(`/v3/policies/${id}$`)) },
  });
  expect((await admin.get("/v3/policies?type=application/json")).body.policies).toHaveLength(1);
  expect((await admin.get("/v3/policies?type=text/plain")).body.policies).toEqual([]);
  expect((await admin.patch(`/v3/policies/${id}`, { policy: { type: "text/plain" } })).body.policy.type).toBe(
    "text/plain",
  );
  await expectRefusals(admin, [
    ["POST /v3/policies", { policy: { blob: "x" } }, 400, /^'type' is a required property/],
    ["GET /v3/policies/none", undefined, 404, "Could not find policy: none."],
    ["DELETE /v3/policies/none", undefined, 404, "Could not find policy: none."],
  ]);
  expect((await admin.delete(`/v3/policies/${id}`)).status).toBe(204);
  expect((await admin.get(`/v3/policies/${id}`)).status).toBe(404);
});

test("which policy an endpoint has: its own, its region's for the service, or the service's", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const service = await make(admin, "POST /v3/services", { service: { type: "x" } });
  const endpoint = await make(admin, "POST /v3/endpoints", {
    endpoint: { service_id: service.id, interface: "public", url: "http://x/", region_id: "RegionOne" },
  });
  const policy = async (blob: string) =>
    (await make(admin, "POST /v3/policies", { policy: { blob, type: "x" } })).id as string;
  const [wide, regional, own] = [await policy("wide"), await policy("regional"), await policy("own")];
  const inForce = async () => {
    const { status, body } = await admin.get(`/v3/endpoints/${endpoint.id}/OS-ENDPOINT-POLICY/policy`);
    return status === 200 ? body.policy.blob : status;
  };
  expect(await inForce()).toBe(404);
  const places: [id: string, place: string, blob: string][] = [
    [wide, `services/${service.id}`, "wide"],
    [regional, `services/${service.id}/regions/RegionOne`, "regional"],
    [own, `endpoints/${endpoint.id}`, "own"],
  ];
  for (const [id, place, blob] of places) {
    const path = `/v3/policies/${id}/OS-ENDPOINT-POLICY/${place}`;
    expect((await admin.get(path)).status).toBe(404);
    expect((await admin.put(path)).status).toBe(204);
    expect((await admin.head(path)).status).toBe(204);
    expect(await inForce()).toBe(blob);
  }
  const endpoints = await admin.get(`/v3/policies/${own}/OS-ENDPOINT-POLICY/endpoints`);
  expect(endpoints.body.endpoints).toMatchObject([{ id: endpoint.id }]);
  expect((await admin.delete(`/v3/policies/${own}/OS-ENDPOINT-POLICY/endpoints/${endpoint.id}`)).status).toBe(
    204,
  );
  expect(await inForce()).toBe("regional");
});
