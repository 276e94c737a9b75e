import { afterAll, beforeAll, expect, test } from "bun:test";
import { LATEST, type VolumeCloud, version, volumeCloud } from "../testing.ts";

let cloud: VolumeCloud;
beforeAll(async () => {
  cloud = await volumeCloud();
});
afterAll(() => cloud[Symbol.asyncDispose]());

async function settled(path: string, name: string, status = "available") {
  let body: Record<string, unknown> = {};
  await cloud.until(`${path} to be ${status}`, async () => {
    body = (await cloud.admin.get(path, LATEST)).body[name];
    return body["status"] === status;
  });
  return body;
}

test("a consistency group with its volume, its snapshot, and a copy made from that", async () => {
  const groups = "/v3/consistencygroups";
  const refused = await cloud.admin.post(groups, { consistencygroup: { name: "cg" } });
  expect([refused.status, refused.body.badRequest.message]).toEqual([
    400,
    "volume_types must be provided to create consistency group cg.",
  ]);
  const made = await cloud.admin.post(groups, {
    consistencygroup: { name: "cg", description: "first", volume_types: "__DEFAULT__," },
  });
  expect([made.status, made.body]).toEqual([
    202,
    { consistencygroup: { id: expect.any(String), name: "cg" } },
  ]);
  const { id } = made.body.consistencygroup;
  const shown = await settled(`${groups}/${id}`, "consistencygroup");
  expect(Object.keys(shown).sort()).toEqual(
    ["id", "status", "availability_zone", "created_at", "name", "description", "volume_types"].sort(),
  );
  // The group is not one of those the newer calls may touch.
  const newer = await cloud.admin.get(`/v3/groups/${id}`, LATEST);
  expect([newer.status, newer.body.badRequest.message]).toEqual([
    400,
    expect.stringContaining("is reserved for migrating CGs to groups"),
  ]);
  expect((await cloud.admin.get("/v3/groups", LATEST)).body.groups).toEqual([]);
  const volume = await cloud.volume({ consistencygroup_id: id, volume_type: "__DEFAULT__" });
  expect(await cloud.show(volume)).toMatchObject({ consistencygroup_id: id, group_id: id });
  const snapshots = "/v3/cgsnapshots";
  const taken = await cloud.admin.post(snapshots, { cgsnapshot: { consistencygroup_id: id, name: "s" } });
  expect(taken.status).toBe(202);
  const cgsnapshot = taken.body.cgsnapshot.id;
  expect(await settled(`${snapshots}/${cgsnapshot}`, "cgsnapshot")).toMatchObject({
    consistencygroup_id: id,
  });
  const copied = await cloud.admin.post(`${groups}/create_from_src`, {
    "consistencygroup-from-src": { name: "copy", cgsnapshot_id: cgsnapshot },
  });
  expect(copied.status).toBe(202);
  const copy = copied.body.consistencygroup.id;
  await settled(`${groups}/${copy}`, "consistencygroup");
  const blank = { consistencygroup: { name: "", description: null } };
  expect((await cloud.admin.put(`${groups}/${id}/update`, blank, version(5))).status).toBe(400);
  expect((await cloud.admin.put(`${groups}/${id}/update`, blank, version(6))).status).toBe(202);
  const kept = await cloud.admin.post(`${groups}/${copy}/delete`, { consistencygroup: { force: false } });
  expect([kept.status, kept.body.badRequest.message]).toEqual([
    400,
    expect.stringContaining("still contains"),
  ]);
  const forced = { consistencygroup: { force: true } };
  expect((await cloud.admin.post(`${groups}/${copy}/delete`, forced)).status).toBe(202);
  await cloud.gone(`${groups}/${copy}`);
  expect((await cloud.admin.delete(`${snapshots}/${cgsnapshot}`)).status).toBe(202);
  await cloud.gone(`${snapshots}/${cgsnapshot}`);
  expect((await cloud.admin.post(`${groups}/${id}/delete`, forced)).status).toBe(202);
  await cloud.gone(`/v3/volumes/${volume}`);
});

test("clusters, clean-up and failover of a cloud that has no clusters", async () => {
  const asked = await Promise.all([
    cloud.admin.get("/v3/clusters", LATEST),
    cloud.admin.get("/v3/clusters/detail?is_up=true", LATEST),
    cloud.admin.get("/v3/clusters?colour=red", LATEST),
    cloud.admin.get("/v3/clusters/none", LATEST),
    cloud.admin.put("/v3/clusters/enable", { name: "none" }, LATEST),
    cloud.admin.get("/v3/clusters", version(6)),
    cloud.demo.get("/v3/clusters", LATEST),
    cloud.admin.post("/v3/workers/cleanup", { binary: "cinder-volume", is_up: true }, LATEST),
    cloud.admin.put("/v3/os-services/failover_host", { host: "testhost@fake" }, LATEST),
  ]);
  expect(asked.map(({ status }) => status)).toEqual([200, 200, 400, 404, 404, 404, 403, 202, 400]);
  expect(asked[0]?.body).toEqual({ clusters: [] });
  expect(asked[7]?.body).toEqual({
    cleaning: [
      { id: expect.any(Number), host: "testhost@fake", binary: "cinder-volume", cluster_name: null },
    ],
    unavailable: [],
  });
});
