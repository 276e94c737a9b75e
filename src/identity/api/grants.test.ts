import { expect, test } from "bun:test";
import { ask, expectRefusals, identityCloud, logIn, make, namesIn } from "../testing.ts";

async function world() {
  const all = await identityCloud();
  const { admin } = all;
  const user = await make(admin, "POST /v3/users", { user: { name: "ann", password: "x" } });
  const group = await make(admin, "POST /v3/groups", { group: { name: "ops" } });
  await admin.put(`/v3/groups/${group.id}/users/${user.id}`);
  const project = await make(admin, "POST /v3/projects", { project: { name: "p" } });
  const role = await make(admin, "POST /v3/roles", { role: { name: "worker" } });
  const ids: Record<string, string> = { user: user.id, group: group.id, project: project.id, role: role.id };
  return { all, admin, ids };
}

const WHO = ["users/USER", "groups/GROUP"];
const WHERE = ["projects/PROJECT", "domains/default", "system"];

for (const who of WHO) {
  for (const where of WHERE) {
    test(`roles of ${who} on ${where}: give, check, list, take`, async () => {
      const { all, admin, ids } = await world();
      await using _ = all;
      const list = `/v3/${where}/${who}/roles`.replace(/[A-Z]+/g, (kind) => ids[kind.toLowerCase()]!);
      const one = `${list}/${ids["role"]}`;
      expect((await admin.get(list)).body.roles).toEqual([]);
      expect((await admin.head(one)).status).toBe(404);
      expect((await admin.put(one)).status).toBe(204);
      expect((await admin.put(one)).status).toBe(204);
      expect((await admin.head(one)).status).toBe(204);
      expect((await admin.get(one)).status).toBe(204);
      expect(namesIn((await admin.get(list)).body.roles)).toEqual(["worker"]);
      expect((await admin.delete(one)).status).toBe(204);
      expect((await admin.delete(one)).status).toBe(404);
    });
  }
  for (const where of ["projects/PROJECT", "domains/default"]) {
    test(`roles of ${who} inherited from ${where}: give, check, list, take`, async () => {
      const { all, admin, ids } = await world();
      await using _ = all;
      const start = `/v3/OS-INHERIT/${where}/${who}/roles`.replace(
        /\b(USER|GROUP|PROJECT)\b/g,
        (kind) => ids[kind.toLowerCase()]!,
      );
      const one = `${start}/${ids["role"]}/inherited_to_projects`;
      expect((await admin.put(one)).status).toBe(204);
      expect((await admin.head(one)).status).toBe(204);
      expect(namesIn((await admin.get(`${start}/inherited_to_projects`)).body.roles)).toEqual(["worker"]);
      // It is no role on the place itself.
      expect(
        (await admin.head(one.replace("/OS-INHERIT", "").replace("/inherited_to_projects", ""))).status,
      ).toBe(404);
      expect((await admin.delete(one)).status).toBe(204);
      expect((await admin.head(one)).status).toBe(404);
    });
  }
}

test("ID-11 ID-35 a granted role opens the project, a taken one closes it", async () => {
  const { all, admin, ids } = await world();
  await using _ = all;
  const [member] = (await admin.get("/v3/roles?name=member")).body.roles;
  const grant = `/v3/projects/${ids["project"]}/users/${ids["user"]}/roles/${member.id}`;
  const scope = { project: { id: ids["project"] } };
  const enter = () => logIn(all.cloud, { name: "ann", password: "x" }, scope);
  expect((await enter()).answer.status).toBe(401);
  expect((await admin.put(grant)).status).toBe(204);
  const ann = await enter();
  expect(namesIn(ann.answer.body.token.roles)).toEqual(["member", "reader"]);
  await admin.delete(grant);
  expect((await ann.get("/v3/auth/projects")).status).toBe(401);
});

test("a role inherited from a domain opens every project of it", async () => {
  const { all, admin, ids } = await world();
  await using _ = all;
  await admin.put(
    `/v3/OS-INHERIT/domains/default/users/${ids["user"]}/roles/${ids["role"]}/inherited_to_projects`,
  );
  const scope = { project: { id: ids["project"] } };
  const { answer } = await logIn(all.cloud, { name: "ann", password: "x" }, scope);
  expect(namesIn(answer.body.token.roles)).toEqual(["worker"]);
});

test("what is refused", async () => {
  const { all, admin, ids } = await world();
  await using _ = all;
  const { user, group, project, role } = ids;
  const domain = await make(admin, "POST /v3/domains", { domain: { name: "d" } });
  const local = await make(admin, "POST /v3/roles", { role: { name: "local", domain_id: domain.id } });
  await expectRefusals(admin, [
    [`PUT /v3/projects/none/users/${user}/roles/${role}`, undefined, 404, "Could not find project: none."],
    [`PUT /v3/projects/${project}/users/none/roles/${role}`, undefined, 404, "Could not find user: none."],
    [`PUT /v3/projects/${project}/groups/none/roles/${role}`, undefined, 404, "Could not find group: none."],
    [`PUT /v3/projects/${project}/users/${user}/roles/none`, undefined, 404, "Could not find role: none."],
    [`PUT /v3/domains/none/groups/${group}/roles/${role}`, undefined, 404, "Could not find domain: none."],
    [
      `DELETE /v3/projects/${project}/users/${user}/roles/${role}`,
      undefined,
      404,
      `Could not find role assignment with role: ${role}, user or group: ${user}, project, domain, or system: ${project}.`,
    ],
    [
      `PUT /v3/system/users/${user}/roles/${local.id}`,
      undefined,
      400,
      `Role ${local.id} is a domain-specific role. Unable to use a domain-specific role in a system assignment.`,
    ],
    [
      `PUT /v3/projects/${project}/users/${user}/roles/${local.id}`,
      undefined,
      403,
      `Project ${project} must be in the same domain as the role ${local.id} being assigned.`,
    ],
  ]);
  const demo = await all.cloud.as("key", "demo");
  for (const request of [
    `GET /v3/projects/${project}/users/${user}/roles`,
    `PUT /v3/projects/${project}/users/${user}/roles/${role}`,
    `PUT /v3/system/users/${user}/roles/${role}`,
    `DELETE /v3/domains/default/groups/${group}/roles/${role}`,
  ]) {
    expect({ request, status: (await ask(demo, request)).status }).toEqual({ request, status: 403 });
  }
});
