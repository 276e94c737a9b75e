import { expect, test } from "bun:test";
import { clientWith, expectRefusals, identityCloud } from "../../testing.ts";

test("EC2 keys of a user: make, list, show, delete", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const demo = clientWith(cloud, await cloud.token("demo"));
  const { user } = (await admin.get("/v2.0/users?name=demo")).body;
  const { tenant } = (await admin.get("/identity_admin/v2.0/tenants?name=demo")).body;
  const path = `/v2.0/users/${user.id}/credentials/OS-EC2`;
  const created = await demo.post(path, { tenant_id: tenant.id });
  expect(created.status).toBe(200);
  const { access } = created.body.credential;
  const credential = {
    user_id: user.id,
    tenant_id: tenant.id,
    access: expect.stringMatching(/^[0-9a-f]{32}$/),
    secret: expect.stringMatching(/^[0-9a-f]{32}$/),
    trust_id: null,
  };
  expect(created.body).toEqual({ credential });
  expect((await demo.get(path)).body.credentials).toEqual([credential]);
  expect((await demo.get(`${path}/${access}`)).body).toEqual({ credential });
  const other = (await admin.get("/v2.0/users?name=admin")).body.user;
  await expectRefusals(demo, [
    [`GET /v2.0/users/${other.id}/credentials/OS-EC2`, undefined, 403, /./],
    [`POST /v2.0/users/${other.id}/credentials/OS-EC2`, { tenant_id: tenant.id }, 403, /./],
  ]);
  await expectRefusals(admin, [
    [`POST ${path}`, { tenant_id: "none" }, 404, "Could not find project: none."],
    [`GET ${path}/none`, undefined, 404, /^Could not find credential/],
  ]);
  const removed = await demo.delete(`${path}/${access}`);
  expect(removed.status).toBe(204);
  expect((await demo.get(path)).body.credentials).toEqual([]);
});

test("extensions", async () => {
  await using all = await identityCloud();
  const { cloud } = all;
  const list = await cloud.request("key", "GET", "/v2.0/extensions");
  expect(list.status).toBe(200);
  const aliases = list.body.extensions.values.map((extension: { alias: string }) => extension.alias);
  expect(aliases).toContain("OS-KSADM");
  const one = await cloud.request("key", "GET", "/v2.0/extensions/OS-KSADM");
  expect(one.body.extension.alias).toBe("OS-KSADM");
  expect((await cloud.request("key", "GET", "/v2.0/extensions/none")).status).toBe(404);
});
