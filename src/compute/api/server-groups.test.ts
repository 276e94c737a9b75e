import { expect, test } from "bun:test";
import type { Answer } from "../../testing/cloud.ts";
import { peripheryCloud } from "../../testing/periphery-cloud.ts";

const version = (minor: number) => ({ "openstack-api-version": `compute 2.${minor}` });
const message = (answer: Answer) =>
  Object.values(answer.body as Record<string, { message: string }>)[0]?.message;

test("server groups with their policies, by version", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const post = (server_group: object, minor: number) =>
    demo.post("/v2.1/os-server-groups", { server_group }, version(minor));
  const made = await post({ name: "web", policies: ["anti-affinity"] }, 1);
  const { id } = made.body.server_group;
  expect([made.status, made.body]).toEqual([
    200,
    { server_group: { id, name: "web", policies: ["anti-affinity"], members: [], metadata: {} } },
  ]);
  expect((await post({ name: "soft", policies: ["soft-affinity"] }, 14)).status).toBe(400);
  expect((await post({ name: "soft", policies: ["soft-affinity"] }, 15)).status).toBe(200);
  const modern = await post(
    { name: "spread", policy: "anti-affinity", rules: { max_server_per_host: 3 } },
    64,
  );
  expect(modern.body.server_group).toMatchObject({
    policy: "anti-affinity",
    rules: { max_server_per_host: 3 },
    project_id: expect.any(String),
    user_id: expect.any(String),
  });
  expect(message(await post({ name: "x", policy: "affinity", rules: { max_server_per_host: 3 } }, 64))).toBe(
    "Only anti-affinity policy supports rules.",
  );
  const names = async (path: string, client = demo) =>
    (await client.get(path)).body.server_groups.map((group: { name: string }) => group.name);
  expect(await names("/v2.1/os-server-groups")).toEqual(["web", "soft", "spread"]);
  expect(await names("/v2.1/os-server-groups?limit=1&offset=1")).toEqual(["soft"]);
  const admin = await cloud.as("n-api");
  expect(await names("/v2.1/os-server-groups", admin)).toEqual([]);
  expect(await names("/v2.1/os-server-groups?all_projects=1", admin)).toHaveLength(3);
  expect((await demo.get(`/v2.1/os-server-groups/${id}`)).status).toBe(200);
  expect((await demo.delete(`/v2.1/os-server-groups/${id}`)).status).toBe(204);
  const gone = await demo.get(`/v2.1/os-server-groups/${id}`);
  expect([gone.status, message(gone)]).toEqual([404, `Instance group ${id} could not be found.`]);
});

test("server groups are limited", async () => {
  await using cloud = await peripheryCloud({ settings: { QUOTA_SERVER_GROUPS: "1" } });
  const demo = await cloud.as("n-api", "demo");
  const post = () =>
    demo.post("/v2.1/os-server-groups", { server_group: { name: "g", policies: ["affinity"] } });
  expect((await post()).status).toBe(200);
  const full = await post();
  expect([full.status, message(full)]).toEqual([403, "Quota exceeded, too many server groups."]);
});
