import { afterAll, beforeAll, expect, test } from "bun:test";
import { LATEST, type VolumeCloud, version, volumeCloud } from "../testing.ts";

let cloud: VolumeCloud;
beforeAll(async () => {
  cloud = await volumeCloud();
});
afterAll(() => cloud[Symbol.asyncDispose]());

test("VO-17 snapshot: create, show, list, rename, delete; of a volume in use only by force", async () => {
  const volume = await cloud.volume();
  const made = await cloud.admin.post("/v3/snapshots", {
    snapshot: { volume_id: volume, display_name: "s", description: "d", metadata: { k: "v" } },
  });
  expect(made.status).toBe(202);
  const { id } = made.body.snapshot;
  expect(made.body.snapshot).toEqual({
    id,
    created_at: expect.any(String),
    updated_at: null,
    name: "s",
    description: "d",
    volume_id: volume,
    status: "creating",
    size: 1,
    metadata: { k: "v" },
  });
  expect(await cloud.snapshotSettled(id, "available")).toMatchObject({
    "os-extended-snapshot-attributes:progress": "100%",
    group_snapshot_id: null,
    consumes_quota: true,
  });
  const renamed = await cloud.admin.put(`/v3/snapshots/${id}`, { snapshot: { name: "t" } });
  expect(renamed.body.snapshot.name).toBe("t");
  const listed = await cloud.admin.get(`/v3/snapshots/detail?volume_id=${volume}&name=t`);
  expect(listed.body.snapshots.map((snapshot: { id: string }) => snapshot.id)).toEqual([id]);
  expect((await cloud.demo.get(`/v3/snapshots/${id}`)).status).toBe(404);

  await cloud.act(volume, "os-attach", { mountpoint: "/dev/vdb", host_name: "somewhere" });
  const refused = await cloud.admin.post("/v3/snapshots", { snapshot: { volume_id: volume } });
  expect(refused.body.badRequest.message).toBe(
    `Invalid volume: Volume ${volume} status must be available, but current status is: in-use.`,
  );
  const forced = await cloud.snapshot(volume, { force: true });
  const since66 = await cloud.admin.post("/v3/snapshots", { snapshot: { volume_id: volume } }, version(66));
  expect(since66.status).toBe(202);
  await cloud.snapshotSettled(since66.body.snapshot.id, "available");
  for (const each of [id, forced, since66.body.snapshot.id]) {
    expect((await cloud.admin.delete(`/v3/snapshots/${each}`)).status).toBe(202);
    await cloud.gone(`/v3/snapshots/${each}`);
  }
  await cloud.act(volume, "os-detach", {});
});

test("a snapshot's metadata", async () => {
  const id = await cloud.snapshot(await cloud.volume());
  const path = `/v3/snapshots/${id}/metadata`;
  expect((await cloud.admin.post(path, { metadata: { a: "1" } })).body).toEqual({ metadata: { a: "1" } });
  expect((await cloud.admin.put(path, { metadata: { b: "2" } })).body).toEqual({ metadata: { b: "2" } });
  expect((await cloud.admin.get(`${path}/b`)).body).toEqual({ meta: { b: "2" } });
  expect((await cloud.admin.delete(`${path}/b`)).status).toBe(200);
  const missing = await cloud.admin.get(`${path}/b`);
  expect(missing.body.itemNotFound.message).toBe(`Snapshot ${id} has no metadata with key b.`);
});

test("a volume from a snapshot, not smaller and of its type", async () => {
  const volume = await cloud.volume({ size: 2 });
  const snapshot = await cloud.snapshot(volume);
  const small = await cloud.admin.post("/v3/volumes", { volume: { size: 1, snapshot_id: snapshot } });
  expect(small.body.badRequest.message).toBe(
    "Invalid input received: Volume size '1'GB cannot be smaller than the snapshot size 2GB. They must be >= original snapshot size.",
  );
  const made = await cloud.admin.post("/v3/volumes", { volume: { snapshot_id: snapshot } });
  expect(made.body.volume).toMatchObject({ size: 2, snapshot_id: snapshot });
  await cloud.settled(made.body.volume.id, "available");
});

test("a volume goes back to its latest snapshot", async () => {
  const volume = await cloud.volume();
  const older = await cloud.snapshot(volume);
  const latest = await cloud.snapshot(volume);
  const refused = await cloud.act(volume, "revert", { snapshot_id: older });
  expect([refused.status, refused.body.badRequest.message]).toEqual([
    400,
    `Specified snapshot ${older} is None or not the latest one of volume ${volume}.`,
  ]);
  expect((await cloud.act(volume, "revert", { snapshot_id: latest })).status).toBe(202);
  await cloud.settled(volume, "available");
  await cloud.snapshotSettled(latest, "available");
});

test("administrators reset a state and delete by force", async () => {
  const id = await cloud.snapshot(await cloud.volume());
  const act = (action: string, args: unknown, client = cloud.admin) =>
    client.post(`/v3/snapshots/${id}/action`, { [action]: args }, LATEST);
  expect((await act("os-reset_status", { status: "error" })).status).toBe(202);
  expect((await cloud.admin.get(`/v3/snapshots/${id}`)).body.snapshot.status).toBe("error");
  const bad = await act("os-reset_status", { status: "nonsense" });
  expect([bad.status, bad.body.badRequest.message]).toEqual([
    400,
    expect.stringContaining("nonsense is invalid"),
  ]);
  expect((await act("os-force_delete", null)).status).toBe(202);
  await cloud.gone(`/v3/snapshots/${id}`);
});
