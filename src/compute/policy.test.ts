// Who may do what to servers, and how a policy file of 2013 changes it while the cloud runs.

import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ApiClient } from "../testing/cloud.ts";
import { LATEST, type ServerCloud, serverCloud } from "../testing/server-cloud.ts";

const FLAVOR = { name: "members", ram: 128, vcpus: 1, disk: 1 };

/** Writes the project's policy.json and waits until it is in force. */
async function policy(cloud: ServerCloud, rules: Record<string, unknown>): Promise<void> {
  const path = cloud.paths.at("etc", "nova", "policy.json");
  mkdirSync(dirname(path), { recursive: true });
  const loaded = () => cloud.log.lines.filter(({ text }) => text.includes("Reloaded policy file")).length;
  const before = loaded();
  writeFileSync(path, JSON.stringify(rules));
  await cloud.until("the policy file to be read", async () => {
    await cloud.nova.get("/v2.1/flavors");
    return loaded() > before;
  });
}

/** A server of the project demo, running. */
async function demosServer(cloud: ServerCloud, demo: ApiClient): Promise<string> {
  const server = { name: "demos", imageRef: cloud.imageId, flavorRef: "1", networks: "none" };
  const made = await demo.post("/v2.1/servers", { server }, LATEST);
  expect(made.status).toBe(202);
  await cloud.settled(made.body.server.id, "ACTIVE");
  return made.body.server.id;
}

test("PO-05 PO-06 PO-07 members create, list and pause servers; hosts, flavors and migration are not theirs", async () => {
  await using cloud = await serverCloud();
  const demo = await cloud.as("n-api", "demo");
  const id = await demosServer(cloud, demo);
  expect((await demo.get("/v2.1/servers/detail")).body.servers).toHaveLength(1);
  for (const action of ["pause", "unpause"]) {
    expect((await demo.post(`/v2.1/servers/${id}/action`, { [action]: null })).status).toBe(202);
    await cloud.settled(id, action === "pause" ? "PAUSED" : "ACTIVE");
  }
  const refused = [
    await demo.post(`/v2.1/servers/${id}/action`, { migrate: null }),
    await demo.post(`/v2.1/servers/${id}/action`, { "os-resetState": { state: "error" } }),
    await demo.get("/v2.1/os-aggregates"),
    await demo.get("/v2.1/os-services"),
    await demo.get("/v2.1/os-hypervisors"),
    await demo.post("/v2.1/flavors", { flavor: FLAVOR }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
  expect(refused[0]?.body.forbidden.message).toBe(
    "Policy doesn't allow os_compute_api:os-migrate-server:migrate to be performed.",
  );
});

test("PO-08 a former rule that is emptied opens its action to everybody at once, and closes it again", async () => {
  await using cloud = await serverCloud();
  const demo = await cloud.as("n-api", "demo");
  expect((await demo.post("/v2.1/flavors", { flavor: FLAVOR })).status).toBe(403);
  await policy(cloud, { "compute_extension:flavormanage": [] });
  const made = await demo.post("/v2.1/flavors", { flavor: FLAVOR });
  expect(made.status).toBe(200);
  expect((await demo.delete(`/v2.1/flavors/${made.body.flavor.id}`)).status).toBe(202);
  await policy(cloud, {
    admin_api: [["is_admin:True"]],
    "compute_extension:flavormanage": [["rule:admin_api"]],
  });
  expect((await demo.post("/v2.1/flavors", { flavor: FLAVOR })).status).toBe(403);
});

test("PO-11 a second member of the project stops and deletes the first one's server; others do not see it", async () => {
  await using cloud = await serverCloud();
  const keystone = await cloud.as("key");
  const demo = await cloud.as("n-api", "demo");
  const id = await demosServer(cloud, demo);
  const [{ id: project }] = cloud.sql("keystone", "SELECT id FROM project WHERE name = 'demo'") as [
    { id: string },
  ];
  const [{ id: member }] = cloud.sql("keystone", "SELECT id FROM role WHERE name = 'member'") as [
    { id: string },
  ];
  const user = (await keystone.post("/v3/users", { user: { name: "second", password: "secret" } })).body.user;
  await keystone.put(`/v3/projects/${project}/users/${user.id}/roles/${member}`);
  const second = await cloud.as("n-api", "second", "demo");
  expect((await second.post(`/v2.1/servers/${id}/action`, { "os-stop": null })).status).toBe(202);
  await cloud.settled(id, "SHUTOFF");
  const [{ id: other }] = cloud.sql(
    "keystone",
    "SELECT id FROM project WHERE name = 'invisible_to_admin'",
  ) as [{ id: string }];
  await keystone.put(`/v3/projects/${other}/users/${user.id}/roles/${member}`);
  const stranger = await cloud.as("n-api", "second", "invisible_to_admin");
  for (const answer of [
    await stranger.get(`/v2.1/servers/${id}`),
    await stranger.delete(`/v2.1/servers/${id}`),
    await stranger.post(`/v2.1/servers/${id}/action`, { "os-start": null }),
    await stranger.put(`/v2.1/servers/${id}`, { server: { name: "mine" } }),
    await stranger.get(`/v2.1/servers/${id}/metadata`),
    await stranger.get(`/v2.1/servers/${id}/os-volume_attachments`),
    await stranger.get(`/v2.1/servers/${id}/os-interface`),
    await stranger.get(`/v2.1/servers/${id}/os-instance-actions`),
  ]) {
    expect([answer.status, answer.body.itemNotFound?.message]).toEqual([
      404,
      `Instance ${id} could not be found.`,
    ]);
  }
  expect((await second.delete(`/v2.1/servers/${id}`)).status).toBe(204);
  await cloud.gone(id);
});
