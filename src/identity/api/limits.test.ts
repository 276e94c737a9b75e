import { expect, test } from "bun:test";
import { expectRefusals, identityCloud, logIn, make } from "../testing.ts";

async function world() {
  const all = await identityCloud();
  const { admin } = all;
  const service = await make(admin, "POST /v3/services", { service: { type: "compute", name: "nova" } });
  const [project] = (await admin.get("/v3/projects?name=demo")).body.projects;
  const about = { service_id: service.id, resource_name: "cores" };
  const [registered] = await make(admin, "POST /v3/registered_limits", {
    registered_limits: [{ ...about, default_limit: 20, region_id: "RegionOne" }],
  });
  return { all, admin, service, project, about, registered };
}

test("registered limits: create several, list, show, change, delete", async () => {
  const { all, admin, about, registered, service } = await world();
  await using _ = all;
  expect(registered).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    service_id: service.id,
    region_id: "RegionOne",
    resource_name: "cores",
    default_limit: 20,
    description: null,
    links: { self: expect.stringMatching(new RegExp(`/v3/registered_limits/${registered.id}$`)) },
  });
  const more = await admin.post("/v3/registered_limits", {
    registered_limits: [
      { ...about, resource_name: "ram", default_limit: -1 },
      { ...about, resource_name: "disk", default_limit: 0, description: "d" },
    ],
  });
  expect([more.status, more.body.registered_limits.length]).toEqual([201, 2]);
  const path = `/v3/registered_limits/${registered.id}`;
  expect((await admin.get("/v3/registered_limits?resource_name=ram")).body.registered_limits).toHaveLength(1);
  const changed = await admin.patch(path, { registered_limit: { default_limit: 5 } });
  expect(changed.body.registered_limit.default_limit).toBe(5);
  await expectRefusals(admin, [
    [
      "POST /v3/registered_limits",
      { registered_limits: [{ ...about, default_limit: 1, region_id: "RegionOne" }] },
      409,
      /registered_limit/,
    ],
    [
      "POST /v3/registered_limits",
      { registered_limits: [{ ...about, default_limit: -2 }] },
      400,
      /-2 is less than the minimum/,
    ],
    ["POST /v3/registered_limits", { registered_limits: [] }, 400, /is too short/],
    [
      "POST /v3/registered_limits",
      { registered_limits: [{ ...about, service_id: "0".repeat(32), default_limit: 1 }] },
      400,
      /^Expecting to find service_id in registered_limit\./,
    ],
    ["GET /v3/registered_limits/none", undefined, 404, "Could not find registered limit for none."],
  ]);
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.get(path)).status).toBe(404);
});

test("limits of a project: create, list, show, change, delete", async () => {
  const { all, admin, about, project, registered } = await world();
  await using _ = all;
  const wanted = { ...about, region_id: "RegionOne", project_id: project.id, resource_limit: 10 };
  const [limit] = await make(admin, "POST /v3/limits", { limits: [wanted] });
  expect(limit).toEqual({
    ...wanted,
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    domain_id: null,
    description: null,
    links: { self: expect.stringMatching(new RegExp(`/v3/limits/${limit.id}$`)) },
  });
  const path = `/v3/limits/${limit.id}`;
  // Who acts in a project sees that project's, the system sees all.
  const system = await logIn(all.cloud, { name: "admin", password: "secret" }, { system: { all: true } });
  expect((await system.get(`/v3/limits?project_id=${project.id}`)).body.limits).toEqual([limit]);
  expect((await system.get("/v3/limits?resource_name=ram")).body.limits).toEqual([]);
  expect((await admin.get("/v3/limits")).body.limits).toEqual([]);
  const demo = await all.cloud.as("key", "demo");
  expect((await demo.get("/v3/limits")).body.limits).toEqual([limit]);
  expect(
    (await (await all.cloud.as("key", "admin")).get("/v3/limits?resource_name=ram")).body.limits,
  ).toEqual([]);
  const changed = await admin.patch(path, { limit: { resource_limit: 11 } });
  expect(changed.body.limit.resource_limit).toBe(11);
  await expectRefusals(admin, [
    [
      "POST /v3/limits",
      { limits: [wanted] },
      409,
      "Conflict occurred attempting to store limit - Duplicate entry.",
    ],
    [
      "POST /v3/limits",
      { limits: [{ ...wanted, resource_name: "unregistered" }] },
      403,
      "Unable to create a limit that has no corresponding registered limit.",
    ],
    ["GET /v3/limits/none", undefined, 404, "Could not find limit for none."],
    [
      `DELETE /v3/registered_limits/${registered.id}`,
      undefined,
      403,
      `Unable to update or delete registered limit ${registered.id} because there are project limits associated with it.`,
    ],
  ]);
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.get("/v3/limits/model")).body).toEqual({
    model: {
      name: "flat",
      description: "Limit enforcement and validation does not take project hierarchy into consideration.",
    },
  });
});

test("the strict model: a project's limit fits into its domain's, and trees are two deep", async () => {
  await using all = await identityCloud({ settings: { KEYSTONE_ENFORCEMENT_MODEL: "strict_two_level" } });
  const { admin } = all;
  expect((await admin.get("/v3/limits/model")).body.model).toEqual({
    name: "strict_two_level",
    description: "This model requires project hierarchy never exceeds a depth of two",
  });
  const service = await make(admin, "POST /v3/services", { service: { type: "compute", name: "nova" } });
  const about = { service_id: service.id, resource_name: "cores" };
  await admin.post("/v3/registered_limits", { registered_limits: [{ ...about, default_limit: 20 }] });
  const domain = await make(admin, "POST /v3/domains", { domain: { name: "lab" } });
  const project = await make(admin, "POST /v3/projects", { project: { name: "p", domain_id: domain.id } });
  const low = await make(admin, "POST /v3/projects", {
    project: { name: "q", domain_id: domain.id, parent_id: project.id },
  });
  const of = (fields: object) => ({ limits: [{ ...about, ...fields }] });
  const refused = (owner: string, n: number) =>
    `Invalid resource limit: The resource limit (${owner}, resource_name: cores, resource_limit: ${n}, service_id: ${service.id}, region_id: None) doesn't satisfy current hierarchy model..`;
  await expectRefusals(admin, [
    [
      "POST /v3/projects",
      { project: { name: "r", domain_id: domain.id, parent_id: low.id } },
      403,
      /^Max hierarchy depth reached/,
    ],
    // Above what is registered, as the domain has no limit of its own.
    [
      "POST /v3/limits",
      of({ project_id: project.id, resource_limit: 21 }),
      403,
      refused(`project_id: ${project.id}`, 21),
    ],
  ]);
  const [limit] = await make(admin, "POST /v3/limits", of({ project_id: project.id, resource_limit: 15 }));
  await expectRefusals(admin, [
    [
      "POST /v3/limits",
      of({ domain_id: domain.id, resource_limit: 14 }),
      403,
      refused(`domain_id: ${domain.id}`, 14),
    ],
  ]);
  await make(admin, "POST /v3/limits", of({ domain_id: domain.id, resource_limit: 16 }));
  const path = `/v3/limits/${limit.id}`;
  await expectRefusals(admin, [
    [`PATCH ${path}`, { limit: { resource_limit: 17 } }, 403, refused(`project_id: ${project.id}`, 17)],
  ]);
  expect((await admin.patch(path, { limit: { resource_limit: 16 } })).status).toBe(200);
});
