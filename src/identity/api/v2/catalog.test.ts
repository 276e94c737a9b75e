import { expect, test } from "bun:test";
import { clientWith, expectRefusals, identityCloud, make } from "../../testing.ts";

test("ID-13 ID-14 services: create, list, show, delete", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const path = "/v2.0/OS-KSADM/services";
  const created = await admin.post(path, {
    "OS-KSADM:service": { name: "glance", type: "image", description: "OpenStack Image Service" },
  });
  const service = {
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: "glance",
    type: "image",
    description: "OpenStack Image Service",
    enabled: true,
  };
  expect([created.status, created.body]).toEqual([200, { "OS-KSADM:service": service }]);
  const { id } = created.body["OS-KSADM:service"];
  expect((await admin.get(`${path}/${id}`)).body).toEqual({ "OS-KSADM:service": service });
  expect((await admin.get(path)).body["OS-KSADM:services"]).toHaveLength(2);
  expect((await admin.delete(`${path}/${id}`)).status).toBe(204);
  await expectRefusals(admin, [
    [`GET ${path}/${id}`, undefined, 404, `Could not find service: ${id}.`],
    [`DELETE ${path}/${id}`, undefined, 404, `Could not find service: ${id}.`],
  ]);
});

test("ID-15 ID-18 one endpoint with three addresses; the region is regionOne by default", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const service = await make(admin, "POST /v2.0/OS-KSADM/services", {
    "OS-KSADM:service": { name: "nova", type: "compute", description: "" },
  });
  const urls = {
    publicurl: "http://controller:8774/v2/%(tenant_id)s",
    internalurl: "http://controller:8774/v2/%(tenant_id)s",
    adminurl: "http://admin:8774/v2/%(tenant_id)s",
  };
  const created = await admin.post("/v2.0/endpoints", { endpoint: { service_id: service.id, ...urls } });
  expect(created.status).toBe(200);
  const { id } = created.body.endpoint;
  expect(created.body.endpoint).toEqual({ id, region: "regionOne", service_id: service.id, ...urls });
  const list = (await admin.get("/v2.0/endpoints")).body.endpoints;
  expect(list).toContainEqual({ id, enabled: true, region: "regionOne", service_id: service.id, ...urls });
  // v3 shows one for each interface.
  expect((await admin.get(`/v3/endpoints?service_id=${service.id}`)).body.endpoints).toHaveLength(3);
  await expectRefusals(admin, [
    [
      "POST /v2.0/endpoints",
      { endpoint: { service_id: service.id } },
      400,
      "publicurl field is required and cannot be empty",
    ],
    [
      "POST /v2.0/endpoints",
      { endpoint: { publicurl: "http://x/" } },
      400,
      "service_id field is required and cannot be empty",
    ],
    ["DELETE /v2.0/endpoints/none", undefined, 404, "Could not find endpoint: none."],
  ]);
  expect((await admin.delete(`/v2.0/endpoints/${id}`)).status).toBe(204);
  expect((await admin.get(`/v3/endpoints?service_id=${service.id}`)).body.endpoints).toEqual([]);
});

test("ID-01 ID-02 all endpoints with the static token, addresses as they were written", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const service = await make(admin, "POST /v3/services", { service: { name: "cinder", type: "volume" } });
  const url = "http://10.21.100.22:8776/v1/$(tenant_id)s";
  const ids: string[] = [];
  for (const side of ["public", "internal", "admin"]) {
    const endpoint = { service_id: service.id, interface: side, url, region_id: "RegionOne" };
    ids.push((await make(admin, "POST /v3/endpoints", { endpoint })).id);
  }
  const answer = await clientWith(cloud, "ADMIN").get("/v2.0/endpoints");
  expect(answer.status).toBe(200);
  expect(answer.body.endpoints).toContainEqual({
    id: ids[0],
    enabled: true,
    region: "RegionOne",
    service_id: service.id,
    publicurl: url,
    internalurl: url,
    adminurl: url,
  });
});

test("a service leaves the catalog", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const types = async () => {
    const auth = { passwordCredentials: { username: "demo", password: "secret" }, tenantName: "demo" };
    const { body } = await cloud.request("key", "POST", "/v2.0/tokens", { auth });
    return body.access.serviceCatalog.map((entry: { type: string }) => entry.type);
  };
  const service = await make(admin, "POST /v2.0/OS-KSADM/services", {
    "OS-KSADM:service": { name: "neutron", type: "network", description: "" },
  });
  const endpoint = await make(admin, "POST /v2.0/endpoints", {
    endpoint: { service_id: service.id, publicurl: "http://10.21.100.22:9696/" },
  });
  expect(await types()).toEqual(["identity", "network"]);
  await admin.delete(`/v2.0/endpoints/${endpoint.id}`);
  await admin.delete(`/v2.0/OS-KSADM/services/${service.id}`);
  expect(await types()).toEqual(["identity"]);
});
