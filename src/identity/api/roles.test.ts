import { expect, test } from "bun:test";
import { expectRefusals, identityCloud, make, namesIn } from "../testing.ts";

test("ID-09 ID-10 create, list, show, change and delete a role", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v3/roles", { role: { name: "auditor" } });
  expect(created.status).toBe(201);
  const { id } = created.body.role;
  expect(created.body.role).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: "auditor",
    description: null,
    domain_id: null,
    options: {},
    links: { self: expect.stringMatching(new RegExp(`/v3/roles/${id}$`)) },
  });
  expect(namesIn((await admin.get("/v3/roles")).body.roles)).toEqual([
    "ResellerAdmin",
    "admin",
    "auditor",
    "member",
    "reader",
    "service",
  ]);
  const changed = await admin.patch(`/v3/roles/${id}`, { role: { name: "looker", description: "d" } });
  expect(changed.body.role).toMatchObject({ name: "looker", description: "d" });
  expect((await admin.delete(`/v3/roles/${id}`)).status).toBe(204);
  expect((await admin.get(`/v3/roles/${id}`)).status).toBe(404);
});

test("ID-11 the former names of the role member find it, until a role has such a name itself", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const [member] = (await admin.get("/v3/roles?name=member")).body.roles;
  for (const name of ["_member_", "Member"]) {
    expect((await admin.get(`/v3/roles?name=${name}`)).body.roles).toMatchObject([{ id: member.id, name }]);
  }
  const own = await make(admin, "POST /v3/roles", { role: { name: "_member_" } });
  expect((await admin.get("/v3/roles?name=_member_")).body.roles).toMatchObject([{ id: own.id }]);
  expect((await admin.get("/v3/roles?name=Member")).body.roles).toMatchObject([{ id: member.id }]);
});

test("a domain's own roles stand beside the global ones", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const domain = await make(admin, "POST /v3/domains", { domain: { name: "d" } });
  const role = await make(admin, "POST /v3/roles", { role: { name: "admin", domain_id: domain.id } });
  expect(role.domain_id).toBe(domain.id);
  expect((await admin.get(`/v3/roles?domain_id=${domain.id}`)).body.roles).toMatchObject([{ id: role.id }]);
  expect((await admin.get("/v3/roles?name=admin")).body.roles).toHaveLength(1);
});

test("what a role implies: give, check, list, take; the inferences of all", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const prior = await make(admin, "POST /v3/roles", { role: { name: "prior" } });
  const implied = await make(admin, "POST /v3/roles", { role: { name: "implied" } });
  const path = `/v3/roles/${prior.id}/implies`;
  const put = await admin.put(`${path}/${implied.id}`);
  expect(put.status).toBe(201);
  const short = (role: { id: string; name: string }) => ({
    id: role.id,
    name: role.name,
    links: { self: expect.stringMatching(new RegExp(`/v3/roles/${role.id}$`)) },
  });
  expect(put.body).toEqual({
    role_inference: { prior_role: short(prior), implies: short(implied) },
    links: { self: expect.stringMatching(new RegExp(`${path}/${implied.id}$`)) },
  });
  const list = await admin.get(path);
  expect(list.body.role_inference).toEqual({ prior_role: short(prior), implies: [short(implied)] });
  expect((await admin.get(`${path}/${implied.id}`)).body).toEqual(put.body);
  expect((await admin.head(`${path}/${implied.id}`)).status).toBe(204);
  const inferences = (await admin.get("/v3/role_inferences")).body.role_inferences as {
    prior_role: { name: string };
    implies: { name: string }[];
  }[];
  const pairs = inferences.map(({ prior_role, implies }) => [prior_role.name, ...namesIn(implies)]);
  expect(pairs.sort()).toEqual([
    ["admin", "member"],
    ["member", "reader"],
    ["prior", "implied"],
  ]);
  expect((await admin.delete(`${path}/${implied.id}`)).status).toBe(204);
  expect((await admin.head(`${path}/${implied.id}`)).status).toBe(404);
});

test("what is refused", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const { id } = await make(admin, "POST /v3/roles", { role: { name: "x", options: { immutable: true } } });
  const [adminRole] = (await admin.get("/v3/roles?name=admin")).body.roles;
  await expectRefusals(admin, [
    ["POST /v3/roles", { role: {} }, 400, /^'name' is a required property/],
    [
      "POST /v3/roles",
      { role: { name: "x" } },
      409,
      "Conflict occurred attempting to store role - Duplicate entry found with name x.",
    ],
    ["GET /v3/roles/none", undefined, 404, "Could not find role: none."],
    ["DELETE /v3/roles/none", undefined, 404, "Could not find role: none."],
    [
      `DELETE /v3/roles/${id}`,
      undefined,
      403,
      `Unable to delete immutable role resource: \`${id}. Set resource option "immutable" to false first.`,
    ],
    [`PATCH /v3/roles/${id}`, { role: { name: "y" } }, 403, /^Unable to update immutable role resource/],
    [
      `PUT /v3/roles/${id}/implies/${adminRole.id}`,
      undefined,
      403,
      `${adminRole.id} cannot be an implied roles.`,
    ],
    [`PUT /v3/roles/${id}/implies/none`, undefined, 404, "Could not find role: none."],
    [`DELETE /v3/roles/${id}/implies/${adminRole.id}`, undefined, 404, /does not imply/],
  ]);
  expect((await admin.patch(`/v3/roles/${id}`, { role: { options: { immutable: false } } })).status).toBe(
    200,
  );
  expect((await admin.delete(`/v3/roles/${id}`)).status).toBe(204);
  const demo = await cloud.as("key", "demo");
  const denied = (rule: string) =>
    `You are not authorized to perform the requested action: identity:${rule}.`;
  await expectRefusals(demo, [
    ["GET /v3/roles", undefined, 403, denied("list_roles")],
    ["POST /v3/roles", { role: { name: "y" } }, 403, denied("create_role")],
    ["GET /v3/role_inferences", undefined, 403, denied("list_role_inference_rules")],
  ]);
});
