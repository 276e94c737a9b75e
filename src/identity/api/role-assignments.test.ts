import { expect, test } from "bun:test";
import { expectRefusals, identityCloud, make } from "../testing.ts";

/** `ann` in group `ops`; project `low` in `top`. */
async function world() {
  const all = await identityCloud();
  const { admin } = all;
  const user = await make(admin, "POST /v3/users", { user: { name: "ann" } });
  const group = await make(admin, "POST /v3/groups", { group: { name: "ops" } });
  await admin.put(`/v3/groups/${group.id}/users/${user.id}`);
  const top = await make(admin, "POST /v3/projects", { project: { name: "top" } });
  const low = await make(admin, "POST /v3/projects", { project: { name: "low", parent_id: top.id } });
  const [member] = (await admin.get("/v3/roles?name=member")).body.roles;
  const [reader] = (await admin.get("/v3/roles?name=reader")).body.roles;
  const list = async (query: string) =>
    (await admin.get(`/v3/role_assignments?${query}`)).body.role_assignments;
  return { all, admin, user, group, top, low, member, reader, list };
}

test("direct assignments by user, group, role and scope", async () => {
  const { all, admin, user, group, top, member, reader, list } = await world();
  await using _ = all;
  await admin.put(`/v3/projects/${top.id}/users/${user.id}/roles/${member.id}`);
  await admin.put(`/v3/domains/default/groups/${group.id}/roles/${reader.id}`);
  await admin.put(`/v3/system/users/${user.id}/roles/${reader.id}`);
  const path = `/v3/projects/${top.id}/users/${user.id}/roles/${member.id}`;
  const direct = {
    role: { id: member.id },
    user: { id: user.id },
    scope: { project: { id: top.id } },
    links: { assignment: expect.stringMatching(new RegExp(`${path}$`)) },
  };
  expect(await list(`scope.project.id=${top.id}`)).toEqual([direct]);
  expect(await list(`user.id=${user.id}&role.id=${member.id}`)).toEqual([direct]);
  expect(await list(`group.id=${group.id}`)).toMatchObject([
    { group: { id: group.id }, scope: { domain: { id: "default" } }, role: { id: reader.id } },
  ]);
  expect(await list(`user.id=${user.id}&scope.system=all`)).toMatchObject([
    { scope: { system: { all: true } }, role: { id: reader.id } },
  ]);
  expect(await list(`user.id=${user.id}&scope.domain.id=default`)).toEqual([]);
  const all_ = await list("");
  expect(all_.length).toBeGreaterThan(18);
});

test("ID-12 with names", async () => {
  const { all, admin, user, top, member, list } = await world();
  await using _ = all;
  await admin.put(`/v3/projects/${top.id}/users/${user.id}/roles/${member.id}`);
  const domain = { id: "default", name: "Default" };
  expect(await list(`scope.project.id=${top.id}&include_names`)).toMatchObject([
    {
      role: { id: member.id, name: "member" },
      user: { id: user.id, name: "ann", domain },
      scope: { project: { id: top.id, name: "top", domain } },
    },
  ]);
});

test("effective: groups become users, inheritance projects, and implied roles show", async () => {
  const { all, admin, user, group, top, low, member, reader, list } = await world();
  await using _ = all;
  const given = `/v3/OS-INHERIT/projects/${top.id}/groups/${group.id}/roles/${member.id}/inherited_to_projects`;
  await admin.put(given);
  expect(await list(`scope.project.id=${low.id}`)).toEqual([]);
  expect(await list(`scope.OS-INHERIT:inherited_to=projects&group.id=${group.id}`)).toMatchObject([
    { scope: { project: { id: top.id }, "OS-INHERIT:inherited_to": "projects" } },
  ]);
  const effective = await list(`effective&user.id=${user.id}&scope.project.id=${low.id}`);
  const base = {
    user: { id: user.id },
    scope: { project: { id: low.id }, "OS-INHERIT:inherited_to": "projects" },
  };
  const membership = expect.stringMatching(new RegExp(`/v3/groups/${group.id}/users/${user.id}$`));
  const assignment = expect.stringMatching(new RegExp(`${given}$`));
  expect(effective).toHaveLength(2);
  expect(effective).toContainEqual({ ...base, role: { id: member.id }, links: { assignment, membership } });
  expect(effective).toContainEqual({
    ...base,
    role: { id: reader.id },
    links: {
      assignment,
      membership,
      prior_role: expect.stringMatching(new RegExp(`/v3/prior_role/${reader.id}/implies/${member.id}$`)),
    },
  });
});

test("a project with all below it", async () => {
  const { all, admin, user, top, low, member, list } = await world();
  await using _ = all;
  await admin.put(`/v3/projects/${low.id}/users/${user.id}/roles/${member.id}`);
  expect(await list(`scope.project.id=${top.id}`)).toEqual([]);
  expect(await list(`scope.project.id=${top.id}&include_subtree=1`)).toMatchObject([
    { scope: { project: { id: low.id } } },
  ]);
});

test("what is refused", async () => {
  const { all, admin, user, group } = await world();
  await using _ = all;
  const query = "GET /v3/role_assignments?";
  await expectRefusals(admin, [
    [`${query}user.id=${user.id}&group.id=${group.id}`, undefined, 400, "Specify a user or group, not both"],
    [
      `${query}effective&group.id=${group.id}`,
      undefined,
      400,
      /Combining effective and group filter will always/,
    ],
    [`${query}scope.project.id=x&scope.domain.id=y`, undefined, 400, "Specify a domain or project, not both"],
    [
      `${query}effective&scope.OS-INHERIT:inherited_to=projects&scope.domain.id=default`,
      undefined,
      400,
      /Combining effective, domain and inherited filters/,
    ],
    [`${query}scope.project.id=none`, undefined, 404, "Could not find project: none."],
    [
      `${query}include_subtree`,
      undefined,
      400,
      "scope.project.id must be specified if include_subtree is also specified",
    ],
  ]);
  const demo = await all.cloud.as("key", "demo");
  await expectRefusals(demo, [
    [
      "GET /v3/role_assignments",
      undefined,
      403,
      "You are not authorized to perform the requested action: identity:list_role_assignments.",
    ],
  ]);
});
