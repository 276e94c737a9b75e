import { expect, test } from "bun:test";
import { clientWith, expectRefusals, identityCloud, namesIn } from "../../testing.ts";

test("ID-06 ID-07 create, list, find by name, show, change and delete a user", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v2.0/users", {
    user: { name: "ann", password: "admin1", email: "ann@xxx.com", enabled: true },
  });
  expect(created.status).toBe(200);
  const { id } = created.body.user;
  const user = {
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: "ann",
    username: "ann",
    email: "ann@xxx.com",
    enabled: true,
  };
  expect(created.body).toEqual({ user });
  expect(namesIn((await admin.get("/v2.0/users")).body.users)).toContain("ann");
  expect((await admin.get("/v2.0/users?name=ann")).body).toEqual({ user });
  const path = `/v2.0/users/${id}`;
  expect((await admin.get(path)).body).toEqual({ user });
  const changed = await admin.put(path, { user: { email: "new@xxx.com" } });
  expect(changed.body.user).toMatchObject({ name: "ann", email: "new@xxx.com" });
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.get(path)).status).toBe(404);
});

test("password, enabled and tenant, each by its own path", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const [project] = (await admin.get("/v3/projects?name=service")).body.projects;
  const { user } = (
    await admin.post("/v2.0/users", { user: { name: "heat", password: "a", tenantId: project.id } })
  ).body;
  expect(user.tenantId).toBe(project.id);
  const enter = async (password: string, tenantName = "service") => {
    const auth = { passwordCredentials: { username: "heat", password }, tenantName };
    return (await cloud.request("key", "POST", "/v2.0/tokens", { auth })).status;
  };
  // Who is put into a tenant is a member of it.
  expect(await enter("a")).toBe(200);
  for (const [path, password] of [
    ["password", "b"],
    ["OS-KSADM/password", "c"],
  ] as const) {
    expect((await admin.put(`/v2.0/users/${user.id}/${path}`, { user: { password } })).status).toBe(200);
    expect(await enter(password)).toBe(200);
  }
  for (const path of ["enabled", "OS-KSADM/enabled"]) {
    await admin.put(`/v2.0/users/${user.id}/${path}`, { user: { enabled: false } });
    expect(await enter("c")).toBe(401);
    await admin.put(`/v2.0/users/${user.id}/${path}`, { user: { enabled: true } });
    expect(await enter("c")).toBe(200);
  }
  const [demo] = (await admin.get("/v3/projects?name=demo")).body.projects;
  const moved = await admin.put(`/v2.0/users/${user.id}/OS-KSADM/tenant`, { user: { tenantId: demo.id } });
  expect(moved.body.user.tenantId).toBe(demo.id);
  expect([await enter("c", "demo"), await enter("c", "service")]).toEqual([200, 401]);
});

test("a user changes its own password and gets a token for it", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const demo = clientWith(cloud, await cloud.token("demo"));
  const { user } = (await admin.get("/v2.0/users?name=demo")).body;
  const path = `/v2.0/OS-KSCRUD/users/${user.id}`;
  await expectRefusals(demo, [
    [
      `PATCH ${path}`,
      { user: { password: "new", original_password: "wrong" } },
      401,
      /requires authentication/,
    ],
    [`PATCH ${path}`, { user: { password: "new" } }, 400, /original.password/],
    ["PATCH /v2.0/OS-KSCRUD/users/other", { user: { password: "n", original_password: "x" } }, 403, /owner/],
  ]);
  const changed = await demo.patch(path, { user: { password: "new", original_password: "secret" } });
  expect([changed.status, changed.body.access.user.name]).toEqual([200, "demo"]);
  expect((await demo.get("/v2.0/tenants")).status).toBe(401);
  expect((await clientWith(cloud, changed.body.access.token.id).get("/v2.0/tenants")).status).toBe(200);
});

test("what is refused", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  await expectRefusals(admin, [
    ["POST /v2.0/users", { user: { name: "demo" } }, 409, /^Conflict occurred attempting to store user/],
    ["POST /v2.0/users", { user: {} }, 400, /name/],
    ["POST /v2.0/users", { user: { name: "x", enabled: "maybe" } }, 400, /maybe|[Ee]nabled/],
    ["POST /v2.0/users", { user: { name: "x", tenantId: "none" } }, 404, "Could not find project: none."],
    ["GET /v2.0/users/none", undefined, 404, "Could not find user: none."],
    ["GET /v2.0/users?name=none", undefined, 404, "Could not find user: none."],
    ["PUT /v2.0/users/none", { user: { name: "x" } }, 404, "Could not find user: none."],
    ["DELETE /v2.0/users/none", undefined, 404, "Could not find user: none."],
  ]);
  const demo = clientWith(cloud, await cloud.token("demo"));
  for (const request of ["GET /v2.0/users", "GET /v2.0/users/none", "DELETE /v2.0/users/none"]) {
    await expectRefusals(demo, [[request, undefined, 403, /admin_required/]]);
  }
});
