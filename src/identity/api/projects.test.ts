import { expect, test } from "bun:test";
import { clientWith, expectRefusals, identityCloud, logIn, make, namesIn } from "../testing.ts";

test("ID-03 ID-04 create, list, show, change and delete a project", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v3/projects", {
    project: { name: "lab", description: "Lab Tenant", x: 1 },
  });
  expect(created.status).toBe(201);
  const { id } = created.body.project;
  expect(created.body.project).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: "lab",
    description: "Lab Tenant",
    domain_id: "default",
    parent_id: "default",
    enabled: true,
    is_domain: false,
    options: {},
    tags: [],
    x: 1,
    links: { self: expect.stringMatching(new RegExp(`/v3/projects/${id}$`)) },
  });
  expect(namesIn((await admin.get("/v3/projects")).body.projects)).toEqual([
    "admin",
    "demo",
    "invisible_to_admin",
    "lab",
    "service",
  ]);
  const path = `/v3/projects/${id}`;
  expect((await admin.patch(path, { project: { description: "", name: "Lab" } })).body.project).toMatchObject(
    {
      name: "Lab",
      description: "",
      x: 1,
    },
  );
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.get(path)).status).toBe(404);
});

test("ID-05 a project created disabled cannot be entered", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const project = await make(admin, "POST /v3/projects", { project: { name: "off", enabled: false } });
  expect(project.enabled).toBe(false);
  const [demo] = (await admin.get("/v3/users?name=demo")).body.users;
  const [role] = (await admin.get("/v3/roles?name=member")).body.roles;
  await admin.put(`/v3/projects/${project.id}/users/${demo.id}/roles/${role.id}`);
  const enter = () => logIn(cloud, { name: "demo", password: "secret" }, { project: { id: project.id } });
  expect((await enter()).answer.status).toBe(401);
  await admin.patch(`/v3/projects/${project.id}`, { project: { enabled: true } });
  const inside = await enter();
  expect(inside.answer.status).toBe(201);
  await admin.patch(`/v3/projects/${project.id}`, { project: { enabled: false } });
  expect((await inside.get("/v3/auth/projects")).status).toBe(401);
});

test("filters of the list", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const top = await make(admin, "POST /v3/projects", { project: { name: "top", tags: ["a", "b"] } });
  await make(admin, "POST /v3/projects", {
    project: { name: "low", parent_id: top.id, tags: ["b"], enabled: false },
  });
  const filters: [query: string, names: string[]][] = [
    ["name=demo", ["demo"]],
    [`parent_id=${top.id}`, ["low"]],
    ["enabled=false", ["low"]],
    ["is_domain=true", ["Default"]],
    ["domain_id=none", []],
    ["tags=b", ["low", "top"]],
    ["tags=a,b", ["top"]],
    ["tags-any=a,zzz", ["top"]],
    ["not-tags=a,b&name__in=x&parent_id=default&tags=b", []],
    ["not-tags-any=a,x&tags=b", ["low"]],
    ["name__startswith=in", ["invisible_to_admin"]],
  ];
  for (const [query, names] of filters) {
    const found = namesIn((await admin.get(`/v3/projects?${query}`)).body.projects);
    expect({ query, names: found }).toEqual({ query, names });
  }
});

test("projects below projects: parents and subtree, as ids and as those one has a role in", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const top = await make(admin, "POST /v3/projects", { project: { name: "top" } });
  const mid = await make(admin, "POST /v3/projects", { project: { name: "mid", parent_id: top.id } });
  const low = await make(admin, "POST /v3/projects", { project: { name: "low", parent_id: mid.id } });
  expect(low).toMatchObject({ parent_id: mid.id, domain_id: "default" });
  const show = async (id: string, query: string) =>
    (await admin.get(`/v3/projects/${id}?${query}`)).body.project;
  expect((await show(low.id, "parents_as_ids")).parents).toEqual({
    [mid.id]: { [top.id]: { default: null } },
  });
  expect((await show(top.id, "subtree_as_ids")).subtree).toEqual({ [mid.id]: { [low.id]: null } });
  expect((await show(low.id, "subtree_as_ids")).subtree).toBeNull();
  expect((await show(top.id, "subtree_as_list")).subtree).toEqual([]);
  const self = await admin.get("/v3/auth/tokens", { "x-subject-token": await cloud.token() });
  const [role] = (await admin.get("/v3/roles?name=reader")).body.roles;
  await admin.put(`/v3/projects/${low.id}/users/${self.body.token.user.id}/roles/${role.id}`);
  expect((await show(top.id, "subtree_as_list")).subtree).toMatchObject([{ project: { name: "low" } }]);
  expect((await show(low.id, "parents_as_list")).parents).toEqual([]);
  const [service] = (await admin.get("/v3/services?type=identity")).body.services;
  const about = { service_id: service.id, resource_name: "things" };
  await admin.post("/v3/registered_limits", { registered_limits: [{ ...about, default_limit: 5 }] });
  await admin.post("/v3/limits", { limits: [{ ...about, project_id: low.id, resource_limit: 3 }] });
  const [shown] = (await show(top.id, "subtree_as_list&include_limits")).subtree;
  expect(shown.project.limits).toMatchObject([
    { project_id: low.id, resource_name: "things", resource_limit: 3 },
  ]);
});

test("a list may be cut, and says so", async () => {
  await using all = await identityCloud({ settings: { KEYSTONE_LIST_LIMIT: "2" } });
  const { admin } = all;
  for (const noun of ["projects", "users", "roles", "endpoints"]) {
    const { body } = await admin.get(`/v3/${noun}`);
    expect([noun, body[noun].length, body.truncated]).toEqual([noun, 2, true]);
  }
  const { body } = await admin.get("/v3/projects?name=demo");
  expect([body.projects.length, body.truncated]).toEqual([1, undefined]);
});

test("what hangs on a project goes with it", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const project = await make(admin, "POST /v3/projects", { project: { name: "lab" } });
  const [demo] = (await admin.get("/v3/users?name=demo")).body.users;
  const [role] = (await admin.get("/v3/roles?name=member")).body.roles;
  await admin.put(`/v3/projects/${project.id}/users/${demo.id}/roles/${role.id}`);
  await admin.patch(`/v3/users/${demo.id}`, { user: { default_project_id: project.id } });
  const credential = await make(admin, "POST /v3/credentials", {
    credential: { user_id: demo.id, project_id: project.id, type: "cert", blob: "x" },
  });
  expect((await admin.delete(`/v3/projects/${project.id}`)).status).toBe(204);
  const left = await admin.get(`/v3/role_assignments?user.id=${demo.id}&role.id=${role.id}`);
  expect(left.body.role_assignments).toHaveLength(2);
  expect((await admin.get(`/v3/credentials/${credential.id}`)).status).toBe(404);
  expect((await admin.get(`/v3/users/${demo.id}`)).body.user.default_project_id).toBeUndefined();
});

test("ID-35 a member sees the projects it is in, and only those", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const demo = clientWith(cloud, await cloud.token("demo"));
  expect(namesIn((await demo.get("/v3/auth/projects")).body.projects)).toEqual([
    "demo",
    "invisible_to_admin",
  ]);
  const [own] = (await admin.get("/v3/projects?name=demo")).body.projects;
  const [other] = (await admin.get("/v3/projects?name=admin")).body.projects;
  expect((await demo.get(`/v3/projects/${own.id}`)).status).toBe(200);
  const denied = (rule: string) =>
    `You are not authorized to perform the requested action: identity:${rule}.`;
  await expectRefusals(demo, [
    [`GET /v3/projects/${other.id}`, undefined, 403, denied("get_project")],
    ["GET /v3/projects/none", undefined, 403, denied("get_project")],
    ["GET /v3/projects", undefined, 403, denied("list_projects")],
    ["POST /v3/projects", { project: { name: "x" } }, 403, denied("create_project")],
    [`PATCH /v3/projects/${own.id}`, { project: { name: "x" } }, 403, denied("update_project")],
    [`DELETE /v3/projects/${own.id}`, undefined, 403, denied("delete_project")],
  ]);
});

test("what is refused", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const top = await make(admin, "POST /v3/projects", { project: { name: "top" } });
  const low = await make(admin, "POST /v3/projects", { project: { name: "low", parent_id: top.id } });
  const path = `/v3/projects/${top.id}`;
  await expectRefusals(admin, [
    [
      "POST /v3/projects",
      { project: { name: "top" } },
      409,
      /^Conflict occurred attempting to store project - it is not permitted to have two projects with either the same name or same id in the same domain: name is top, project id [0-9a-f]{32}\.$/,
    ],
    ["POST /v3/projects", { project: {} }, 400, /^'name' is a required property/],
    [
      "POST /v3/projects",
      { project: { name: "x", parent_id: "none" } },
      400,
      "Could not find project: none.",
    ],
    ["POST /v3/projects", { project: { name: "x", domain_id: "none" } }, 400, "Could not find domain: none."],
    ["POST /v3/projects", { project: { name: "x", tags: ["a,b"] } }, 400, /does not match/],
    [
      "POST /v3/projects",
      { project: { name: "x", is_domain: true, parent_id: top.id } },
      400,
      "only root projects are allowed to act as domains.",
    ],
    ["GET /v3/projects/none", undefined, 404, "Could not find project: none."],
    [
      `GET ${path}?parents_as_list&parents_as_ids`,
      undefined,
      400,
      /^Cannot use parents_as_list and parents_as_ids/,
    ],
    [`PATCH ${path}`, { project: { parent_id: low.id } }, 403, "Update of `parent_id` is not allowed."],
    [`PATCH ${path}`, { project: { is_domain: true } }, 400, "Update of `is_domain` is not allowed."],
    [`PATCH ${path}`, { project: { name: "demo" } }, 409, /name is demo/],
    [`PATCH ${path}`, { project: { enabled: false } }, 403, /since its subtree contains enabled projects/],
    [
      `DELETE ${path}`,
      undefined,
      403,
      `Cannot delete the project ${top.id} since it is not a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree.`,
    ],
  ]);
  await admin.patch(`/v3/projects/${low.id}`, { project: { enabled: false } });
  await admin.patch(path, { project: { enabled: false } });
  await expectRefusals(admin, [
    [`PATCH /v3/projects/${low.id}`, { project: { enabled: true } }, 403, /since it has disabled parents/],
    [
      "POST /v3/projects",
      { project: { name: "x", parent_id: top.id } },
      400,
      /in a branch containing a disabled/,
    ],
  ]);
});

test("no more than five projects below each other", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  let parent = "default";
  for (let depth = 1; depth <= 5; depth++) {
    parent = (await make(admin, "POST /v3/projects", { project: { name: `p${depth}`, parent_id: parent } }))
      .id;
  }
  await expectRefusals(admin, [
    [
      "POST /v3/projects",
      { project: { name: "p6", parent_id: parent } },
      403,
      `Max hierarchy depth reached for ${parent} branch.`,
    ],
  ]);
});
