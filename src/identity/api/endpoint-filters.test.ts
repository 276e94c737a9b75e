import { expect, test } from "bun:test";
import { expectRefusals, identityCloud, make, namesIn } from "../testing.ts";

/** Services `a` and `b` with a public endpoint each, and project demo. */
async function world() {
  const all = await identityCloud();
  const { admin } = all;
  const endpointOf = async (type: string) => {
    const service = await make(admin, "POST /v3/services", { service: { type, name: type } });
    return make(admin, "POST /v3/endpoints", {
      endpoint: { service_id: service.id, interface: "public", url: `http://${type}/` },
    });
  };
  const [a, b] = [await endpointOf("a"), await endpointOf("b")];
  const [project] = (await admin.get("/v3/projects?name=demo")).body.projects;
  const demo = await all.cloud.as("key", "demo");
  const shown = async () =>
    (await demo.get("/v3/auth/catalog")).body.catalog.map((s: { type: string }) => s.type);
  return { all, admin, a, b, project, shown };
}

test("endpoints chosen for a project are all it is shown", async () => {
  const { all, admin, a, b, project, shown } = await world();
  await using _ = all;
  expect(await shown()).toEqual(["identity", "a", "b"]);
  const path = `/v3/OS-EP-FILTER/projects/${project.id}/endpoints`;
  expect((await admin.put(`${path}/${a.id}`)).status).toBe(204);
  expect(await shown()).toEqual(["a"]);
  expect((await admin.head(`${path}/${a.id}`)).status).toBe(204);
  expect((await admin.get(path)).body.endpoints).toMatchObject([{ id: a.id }]);
  const projects = await admin.get(`/v3/OS-EP-FILTER/endpoints/${a.id}/projects`);
  expect(namesIn(projects.body.projects)).toEqual(["demo"]);
  await expectRefusals(admin, [
    [`PUT ${path}/${a.id}`, undefined, 409, /project_endpoint/],
    [`GET ${path}/${b.id}`, undefined, 404, `Endpoint ${b.id} not found in project ${project.id}`],
    [`PUT ${path}/none`, undefined, 404, "Could not find endpoint: none."],
    [`PUT /v3/OS-EP-FILTER/projects/none/endpoints/${a.id}`, undefined, 404, "Could not find project: none."],
  ]);
  expect((await admin.delete(`${path}/${a.id}`)).status).toBe(204);
  expect(await shown()).toEqual(["identity", "a", "b"]);
});

test("groups of endpoints", async () => {
  const { all, admin, b, project, shown } = await world();
  await using _ = all;
  const group = await make(admin, "POST /v3/OS-EP-FILTER/endpoint_groups", {
    endpoint_group: { name: "bs", filters: { service_id: b.service_id } },
  });
  const path = `/v3/OS-EP-FILTER/endpoint_groups/${group.id}`;
  expect(group).toMatchObject({ name: "bs", filters: { service_id: b.service_id } });
  expect(namesIn((await admin.get("/v3/OS-EP-FILTER/endpoint_groups")).body.endpoint_groups)).toEqual(["bs"]);
  expect((await admin.get(`${path}/endpoints`)).body.endpoints).toMatchObject([{ id: b.id }]);
  expect((await admin.put(`${path}/projects/${project.id}`)).status).toBe(204);
  expect(await shown()).toEqual(["b"]);
  expect(namesIn((await admin.get(`${path}/projects`)).body.projects)).toEqual(["demo"]);
  const ofProject = await admin.get(`/v3/OS-EP-FILTER/projects/${project.id}/endpoint_groups`);
  expect(namesIn(ofProject.body.endpoint_groups)).toEqual(["bs"]);
  const changed = await admin.patch(path, { endpoint_group: { filters: { interface: "public" } } });
  expect(changed.body.endpoint_group.filters).toEqual({ interface: "public" });
  await expectRefusals(admin, [
    [
      "POST /v3/OS-EP-FILTER/endpoint_groups",
      { endpoint_group: { name: "x", filters: { y: 1 } } },
      400,
      /^Expecting to find/,
    ],
    ["POST /v3/OS-EP-FILTER/endpoint_groups", { endpoint_group: { name: "x" } }, 400, /required property/],
    ["GET /v3/OS-EP-FILTER/endpoint_groups/none", undefined, 404, "Could not find Endpoint Group: none."],
    [`PUT ${path}/projects/none`, undefined, 404, "Could not find project: none."],
  ]);
  expect((await admin.delete(`${path}/projects/${project.id}`)).status).toBe(204);
  expect(await shown()).toEqual(["identity", "a", "b"]);
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.get(path)).status).toBe(404);
});
