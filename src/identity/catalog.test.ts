import { expect, test } from "bun:test";
import { expandUrl } from "./catalog.ts";
import { identityCloud, make } from "./testing.ts";

const CASES: [url: string, expanded: string | null][] = [
  ["http://h:8774/v2/$(tenant_id)s", "http://h:8774/v2/p1"],
  ["http://h:8774/v2/%(tenant_id)s", "http://h:8774/v2/p1"],
  ["http://h:8776/v3/$(project_id)s", "http://h:8776/v3/p1"],
  ["http://h:8080/v1/AUTH_%(project_id)s", "http://h:8080/v1/AUTH_p1"],
  ["http://h/$(user_id)s/%(user_id)s", "http://h/u1/u1"],
  ["http://h/100%%", "http://h/100%"],
  ["http://h:9292", "http://h:9292"],
  ["http://h/$(password)s", null],
  ["http://h/%(tenant)s", null],
];

for (const [url, expanded] of CASES) {
  test(`ID-17 ${url} in a token's catalog`, () => expect(expandUrl(url, "p1", "u1")).toBe(expanded));
}

test("an address that needs a project is left out when there is none", () => {
  expect(expandUrl("http://h/$(tenant_id)s", null, "u1")).toBeNull();
  expect(expandUrl("http://h/$(user_id)s", null, "u1")).toBe("http://h/u1");
});

test("ID-17 stored as written, expanded in the catalog", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const service = await make(admin, "POST /v3/services", { service: { type: "compute", name: "nova" } });
  const url = "http://10.21.100.22:8774/v2/$(tenant_id)s";
  const endpoint = await make(admin, "POST /v3/endpoints", {
    endpoint: { service_id: service.id, interface: "public", url, region_id: "RegionOne" },
  });
  expect(endpoint.url).toBe(url);
  const own = await admin.get("/v3/auth/tokens", { "x-subject-token": await cloud.token() });
  const projectId = own.body.token.project.id;
  const { body } = await admin.get("/v3/auth/catalog");
  const shown = body.catalog.find((entry: { type: string }) => entry.type === "compute");
  expect(shown).toEqual({
    id: service.id,
    type: "compute",
    name: "nova",
    endpoints: [
      {
        id: endpoint.id,
        interface: "public",
        region: "RegionOne",
        region_id: "RegionOne",
        url: `http://10.21.100.22:8774/v2/${projectId}`,
      },
    ],
  });
});

test("a disabled service or endpoint is not in the catalog", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const service = await make(admin, "POST /v3/services", { service: { type: "x", name: "x" } });
  const fields = { service_id: service.id, interface: "public", url: "http://h/" };
  const endpoint = await make(admin, "POST /v3/endpoints", { endpoint: fields });
  const shown = async () => {
    const { body } = await admin.get("/v3/auth/catalog");
    return body.catalog.filter((entry: { type: string }) => entry.type === "x");
  };
  expect(await shown()).toMatchObject([{ endpoints: [{ id: endpoint.id }] }]);
  await admin.patch(`/v3/endpoints/${endpoint.id}`, { endpoint: { enabled: false } });
  expect(await shown()).toMatchObject([{ endpoints: [] }]);
  await admin.patch(`/v3/services/${service.id}`, { service: { enabled: false } });
  expect(await shown()).toEqual([]);
});
