import { expect, test } from "bun:test";
import { clientWith, expectRefusals, identityCloud, namesIn } from "../../testing.ts";

test("ID-03 ID-04 create, list, find by name, show, change and delete a tenant", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v2.0/tenants", {
    tenant: { name: "lab", description: "Lab Tenant", enabled: true },
  });
  expect(created.status).toBe(200);
  const { id } = created.body.tenant;
  const tenant = {
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: "lab",
    description: "Lab Tenant",
    enabled: true,
  };
  expect(created.body).toEqual({ tenant });
  const list = await admin.get("/identity_admin/v2.0/tenants");
  expect(namesIn(list.body.tenants)).toEqual(["admin", "demo", "invisible_to_admin", "lab", "service"]);
  expect(list.body.tenants_links).toEqual([]);
  expect((await admin.get("/identity_admin/v2.0/tenants?name=lab")).body).toEqual({ tenant });
  const path = `/v2.0/tenants/${id}`;
  expect((await admin.get(path)).body).toEqual({ tenant });
  const changed = await admin.post(path, { tenant: { description: "d", enabled: false } });
  expect(changed.body.tenant).toMatchObject({ name: "lab", description: "d", enabled: false });
  const removed = await admin.delete(path);
  expect([removed.status, removed.text]).toEqual([204, ""]);
  expect((await admin.get(path)).status).toBe(404);
});

test("ID-05 a tenant made disabled gives no token", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const { id } = (await admin.post("/v2.0/tenants", { tenant: { name: "off", enabled: false } })).body.tenant;
  const { user } = (await admin.get("/v2.0/users?name=demo")).body;
  await admin.put(`/v2.0/tenants/${id}/users/${user.id}/roles/OS-KSADM/member`);
  const auth = { passwordCredentials: { username: "demo", password: "secret" }, tenantName: "off" };
  expect((await cloud.request("key", "POST", "/v2.0/tokens", { auth })).status).toBe(401);
  await admin.post(`/v2.0/tenants/${id}`, { tenant: { enabled: true } });
  expect((await cloud.request("key", "POST", "/v2.0/tokens", { auth })).status).toBe(200);
});

test("ID-34 a tenant is a project: made by the one API, seen by the other", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const { tenant } = (await admin.post("/v2.0/tenants", { tenant: { name: "lab" } })).body;
  expect((await admin.get(`/v3/projects/${tenant.id}`)).body.project).toMatchObject({
    name: "lab",
    domain_id: "default",
  });
  const { project } = (await admin.post("/v3/projects", { project: { name: "new" } })).body;
  expect((await admin.get(`/v2.0/tenants/${project.id}`)).body.tenant.name).toBe("new");
});

test("pages, by marker and limit", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const whole = (await admin.get("/identity_admin/v2.0/tenants")).body.tenants;
  const page = (await admin.get(`/identity_admin/v2.0/tenants?limit=2&marker=${whole[0].id}`)).body.tenants;
  expect(page).toEqual(whole.slice(1, 3));
  await expectRefusals(admin, [
    ["GET /identity_admin/v2.0/tenants?marker=none", undefined, 400, "Marker could not be found"],
    ["GET /identity_admin/v2.0/tenants?limit=x", undefined, 400, "Invalid limit value"],
  ]);
});

test("ID-35 a member sees its own tenants and may do nothing else", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const demo = clientWith(cloud, await cloud.token("demo"));
  const own = (await demo.get("/v2.0/tenants")).body.tenants;
  expect(namesIn(own)).toEqual(["demo", "invisible_to_admin"]);
  const denied = /^You are not authorized to perform the requested action: admin_required\.$/;
  await expectRefusals(demo, [
    ["POST /v2.0/tenants", { tenant: { name: "x" } }, 403, denied],
    [`GET /v2.0/tenants/${own[0].id}`, undefined, 403, denied],
    [`DELETE /v2.0/tenants/${own[0].id}`, undefined, 403, denied],
    [`GET /v2.0/tenants/${own[0].id}/users`, undefined, 403, denied],
  ]);
  await expectRefusals(demo, [["GET /identity_admin/v2.0/tenants", undefined, 403, denied]]);
  expect(namesIn((await admin.get("/v2.0/tenants")).body.tenants)).toEqual(["admin", "demo"]);
  const everybody = await clientWith(cloud, "ADMIN").get("/v2.0/tenants");
  expect(everybody.body.tenants).toHaveLength(4);
  const users = await admin.get(`/v2.0/tenants/${own[0].id}/users`);
  expect(namesIn(users.body.users)).toEqual(["admin", "demo"]);
  await expectRefusals(admin, [
    ["POST /v2.0/tenants", { tenant: {} }, 400, /name/],
    [
      "POST /v2.0/tenants",
      { tenant: { name: "demo" } },
      409,
      /^Conflict occurred attempting to store project/,
    ],
    ["POST /v2.0/tenants", { tenant: { name: "x", id: own[0].id } }, 409, /same id/],
    ["GET /v2.0/tenants/none", undefined, 404, "Could not find project: none."],
    ["GET /v2.0/tenants/default", undefined, 404, "Could not find project: default."],
    ["DELETE /v2.0/tenants/none", undefined, 404, "Could not find project: none."],
    ["GET /identity_admin/v2.0/tenants?name=none", undefined, 404, "Could not find project: none."],
  ]);
});
