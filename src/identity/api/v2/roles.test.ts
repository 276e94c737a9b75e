import { expect, test } from "bun:test";
import { clientWith, expectRefusals, identityCloud, namesIn } from "../../testing.ts";

test("ID-09 ID-10 create, list, show and delete a role", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v2.0/OS-KSADM/roles", { role: { name: "KeystoneAdmin" } });
  const { id } = created.body.role;
  expect([created.status, created.body]).toEqual([200, { role: { id, name: "KeystoneAdmin" } }]);
  expect(namesIn((await admin.get("/v2.0/OS-KSADM/roles")).body.roles)).toContain("KeystoneAdmin");
  expect((await admin.get(`/v2.0/OS-KSADM/roles/${id}`)).body.role.name).toBe("KeystoneAdmin");
  expect((await admin.delete(`/v2.0/OS-KSADM/roles/${id}`)).status).toBe(204);
  await expectRefusals(admin, [
    [`GET /v2.0/OS-KSADM/roles/${id}`, undefined, 404, `Could not find role: ${id}.`],
    ["POST /v2.0/OS-KSADM/roles", { role: { name: "admin" } }, 409, /Duplicate entry found with name admin/],
    ["POST /v2.0/OS-KSADM/roles", { role: {} }, 400, /name/],
  ]);
});

test("ID-11 ID-12 give a user a role in a tenant, list, take it; _member_ exists of itself", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const { user } = (await admin.post("/v2.0/users", { user: { name: "ann", password: "x" } })).body;
  const { tenant } = (await admin.get("/identity_admin/v2.0/tenants?name=service")).body;
  const path = `/v2.0/tenants/${tenant.id}/users/${user.id}/roles`;
  expect((await admin.get(path)).body).toEqual({ roles: [] });
  const [old] = (await admin.get("/v2.0/OS-KSADM/roles?name=_member_")).body.roles;
  expect(old.name).toBe("_member_");
  expect((await admin.get("/v2.0/OS-KSADM/roles/_member_")).body.role.id).toBe(old.id);
  expect((await admin.put(`${path}/OS-KSADM/${old.id}`)).status).toBe(200);
  expect(namesIn((await admin.get(path)).body.roles)).toEqual(["member"]);
  await expectRefusals(admin, [
    [`PUT ${path}/OS-KSADM/${old.id}`, undefined, 409, /already has role/],
    [`PUT ${path}/OS-KSADM/none`, undefined, 404, "Could not find role: none."],
    [`DELETE ${path}/OS-KSADM/none`, undefined, 404, /Cannot remove role that has not been granted, none/],
    [`GET /v2.0/tenants/none/users/${user.id}/roles`, undefined, 404, "Could not find project: none."],
    [`GET /v2.0/users/${user.id}/roles`, undefined, 501, "User roles not supported: tenant_id required"],
  ]);
  const auth = { passwordCredentials: { username: "ann", password: "x" }, tenantName: "service" };
  const entered = await cloud.request("key", "POST", "/v2.0/tokens", { auth });
  expect(entered.status).toBe(200);
  expect((await admin.delete(`${path}/OS-KSADM/${old.id}`)).status).toBe(204);
  expect((await clientWith(cloud, entered.body.access.token.id).get("/v2.0/tenants")).status).toBe(401);
});

test("role references, which are older still", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const { user } = (await admin.post("/v2.0/users", { user: { name: "ann" } })).body;
  const { tenant } = (await admin.get("/identity_admin/v2.0/tenants?name=demo")).body;
  const [role] = (await admin.get("/v2.0/OS-KSADM/roles?name=member")).body.roles;
  const path = `/v2.0/users/${user.id}/roleRefs`;
  expect((await admin.post(path, { role: { tenantId: tenant.id, roleId: role.id } })).status).toBe(200);
  const [ref] = (await admin.get(path)).body.roles;
  expect(ref).toMatchObject({ roleId: role.id, tenantId: tenant.id, userId: user.id });
  expect((await admin.delete(`${path}/${encodeURIComponent(ref.id)}`)).status).toBe(204);
  expect((await admin.get(path)).body.roles).toEqual([]);
});
