import { expect, test } from "bun:test";
import { expectRefusals, identityCloud, logIn, make, namesIn } from "../testing.ts";

test("create, list, show, change and delete a group", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v3/groups", { group: { name: "ops", description: "d", colour: "red" } });
  expect(created.status).toBe(201);
  const { id } = created.body.group;
  expect(created.body.group).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: "ops",
    description: "d",
    domain_id: "default",
    colour: "red",
    links: { self: expect.stringMatching(new RegExp(`/v3/groups/${id}$`)) },
  });
  expect(namesIn((await admin.get("/v3/groups")).body.groups)).toEqual(["ops"]);
  expect(namesIn((await admin.get("/v3/groups?name=dev")).body.groups)).toEqual([]);
  expect(namesIn((await admin.get("/v3/groups?domain_id=default&name__contains=p")).body.groups)).toEqual([
    "ops",
  ]);
  const changed = await admin.patch(`/v3/groups/${id}`, { group: { description: "" } });
  expect([changed.status, changed.body.group.description, changed.body.group.colour]).toEqual([
    200,
    "",
    "red",
  ]);
  expect((await admin.delete(`/v3/groups/${id}`)).status).toBe(204);
  expect((await admin.get(`/v3/groups/${id}`)).status).toBe(404);
});

test("members: add, check, list, remove; removing ends the member's tokens", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const user = await make(admin, "POST /v3/users", { user: { name: "ann", password: "x" } });
  const group = await make(admin, "POST /v3/groups", { group: { name: "ops" } });
  const [project] = (await admin.get("/v3/projects?name=demo")).body.projects;
  const [role] = (await admin.get("/v3/roles?name=member")).body.roles;
  await admin.put(`/v3/projects/${project.id}/groups/${group.id}/roles/${role.id}`);
  const membership = `/v3/groups/${group.id}/users/${user.id}`;
  expect((await admin.head(membership)).status).toBe(404);
  expect((await admin.put(membership)).status).toBe(204);
  expect((await admin.put(membership)).status).toBe(204);
  expect((await admin.head(membership)).status).toBe(204);
  expect(namesIn((await admin.get(`/v3/groups/${group.id}/users`)).body.users)).toEqual(["ann"]);
  const ofUser = await admin.get(`/v3/users/${user.id}/groups`);
  expect(ofUser.body.groups).toMatchObject([{ name: "ops", membership_expires_at: null }]);
  const scope = { project: { id: project.id } };
  const ann = await logIn(cloud, { name: "ann", password: "x" }, scope);
  expect(namesIn(ann.answer.body.token.roles)).toEqual(["member", "reader"]);
  expect(namesIn((await ann.get(`/v3/users/${user.id}/groups`)).body.groups)).toEqual(["ops"]);
  expect((await admin.delete(membership)).status).toBe(204);
  expect((await ann.get("/v3/auth/projects")).status).toBe(401);
  expect((await logIn(cloud, { name: "ann", password: "x" }, scope)).answer.status).toBe(401);
});

test("deleting a group takes its members' rights", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const user = await make(admin, "POST /v3/users", { user: { name: "ann", password: "x" } });
  const group = await make(admin, "POST /v3/groups", { group: { name: "ops" } });
  const [role] = (await admin.get("/v3/roles?name=reader")).body.roles;
  await admin.put(`/v3/domains/default/groups/${group.id}/roles/${role.id}`);
  await admin.put(`/v3/groups/${group.id}/users/${user.id}`);
  const ann = await logIn(cloud, { name: "ann", password: "x" }, { domain: { id: "default" } });
  expect(ann.answer.status).toBe(201);
  await admin.delete(`/v3/groups/${group.id}`);
  expect((await ann.get("/v3/auth/domains")).status).toBe(401);
  expect((await admin.get(`/v3/role_assignments?group.id=${group.id}`)).body.role_assignments).toEqual([]);
});

test("what is refused", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const { id } = await make(admin, "POST /v3/groups", { group: { name: "ops" } });
  const [user] = (await admin.get("/v3/users?name=demo")).body.users;
  await expectRefusals(admin, [
    [
      "POST /v3/groups",
      { group: { name: "ops" } },
      409,
      /attempting to store group - Duplicate entry found with name ops/,
    ],
    ["POST /v3/groups", { group: {} }, 400, /^'name' is a required property/],
    ["POST /v3/groups", { group: { name: "x", domain_id: "no" } }, 404, "Could not find domain: no."],
    ["GET /v3/groups/none", undefined, 404, "Could not find group: none."],
    ["PATCH /v3/groups/none", { group: { name: "x" } }, 404, "Could not find group: none."],
    [`PATCH /v3/groups/${id}`, { group: { domain_id: "x" } }, 400, "Cannot change Domain ID"],
    ["DELETE /v3/groups/none", undefined, 404, "Could not find group: none."],
    [`PUT /v3/groups/none/users/${user.id}`, undefined, 404, "Could not find group: none."],
    [`PUT /v3/groups/${id}/users/none`, undefined, 404, "Could not find user: none."],
    [
      `DELETE /v3/groups/${id}/users/${user.id}`,
      undefined,
      404,
      `User '${user.id}' not found in group '${id}'`,
    ],
    ["GET /v3/groups/none/users", undefined, 404, "Could not find group: none."],
  ]);
  const demo = await cloud.as("key", "demo");
  const denied = (rule: string) =>
    `You are not authorized to perform the requested action: identity:${rule}.`;
  await expectRefusals(demo, [
    ["GET /v3/groups", undefined, 403, denied("list_groups")],
    ["POST /v3/groups", { group: { name: "x" } }, 403, denied("create_group")],
    [`PUT /v3/groups/${id}/users/${user.id}`, undefined, 403, denied("add_user_to_group")],
    [`DELETE /v3/groups/${id}/users/${user.id}`, undefined, 403, denied("remove_user_from_group")],
    [`GET /v3/groups/${id}/users`, undefined, 403, denied("list_users_in_group")],
  ]);
});
