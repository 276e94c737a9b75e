import { expect, test } from "bun:test";
import { expectRefusals, identityCloud, make } from "../testing.ts";

test("tags: set all, add one, check, take one, take all", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const { id } = await make(admin, "POST /v3/projects", { project: { name: "p", tags: ["a"] } });
  const path = `/v3/projects/${id}/tags`;
  const links = { self: expect.stringMatching(new RegExp(`${path}$`)) };
  expect((await admin.get(path)).body).toEqual({ tags: ["a"], links });
  const set = await admin.put(path, { tags: ["b", "c"] });
  expect([set.status, set.body.tags]).toEqual([200, ["b", "c"]]);
  // Keystone leaves `projects` out of this address.
  const added = await admin.put(`${path}/d`);
  expect([added.status, added.headers.get("location")]).toEqual([
    201,
    expect.stringMatching(new RegExp(`/v3/${id}/tags/d$`)),
  ]);
  await expectRefusals(admin, [[`PUT ${path}/d`, undefined, 400, /has non-unique elements/]]);
  expect((await admin.get(`${path}/d`)).status).toBe(204);
  expect((await admin.head(`${path}/x`)).status).toBe(404);
  expect((await admin.delete(`${path}/b`)).status).toBe(204);
  expect((await admin.get(`/v3/projects/${id}`)).body.project.tags).toEqual(["c", "d"]);
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.get(path)).body.tags).toEqual([]);
});

test("what is refused", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const { id } = await make(admin, "POST /v3/projects", {
    project: { name: "p", tags: Array.from({ length: 80 }, (_, i) => `t${i}`) },
  });
  const path = `/v3/projects/${id}/tags`;
  await expectRefusals(admin, [
    [`PUT ${path}`, { tags: ["a", "a"] }, 400, /has non-unique elements/],
    [`PUT ${path}`, { tags: Array.from({ length: 81 }, (_, i) => `t${i}`) }, 400, /is too long/],
    [`PUT ${path}`, { tags: ["a/b"] }, 400, /does not match/],
    [`PUT ${path}/one-too-many`, undefined, 400, /is too long/],
    [`GET ${path}/none`, undefined, 404, "Could not find project tag: none."],
    [`DELETE ${path}/none`, undefined, 404, "Could not find project tag: none."],
    ["GET /v3/projects/none/tags", undefined, 404, "Could not find project: none."],
  ]);
  const demo = await cloud.as("key", "demo");
  const denied = (rule: string) =>
    `You are not authorized to perform the requested action: identity:${rule}.`;
  await expectRefusals(demo, [
    [`GET ${path}`, undefined, 403, denied("list_project_tags")],
    [`PUT ${path}/x`, undefined, 403, denied("create_project_tag")],
    [`DELETE ${path}`, undefined, 403, denied("delete_project_tags")],
  ]);
});
