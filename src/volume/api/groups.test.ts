import { expect, test } from "bun:test";
import { LATEST, type VolumeCloud, volumeCloud } from "../testing.ts";

async function groupCloud(settings: Record<string, string> = {}) {
  const cloud = await volumeCloud({ settings });
  const { admin } = cloud;
  const type = (await admin.post("/v3/group_types", { group_type: { name: "gt" } }, LATEST)).body.group_type;
  const group = async (id: string) =>
    (await admin.get(`/v3/groups/${id}?list_volume=True`, LATEST)).body.group;
  const settled = (id: string, status: string) =>
    cloud.until(`group ${id} to be ${status}`, async () => (await group(id)).status === status);
  const create = async (body: Record<string, unknown> = {}) => {
    const wanted = { name: "g", group_type: "gt", volume_types: ["__DEFAULT__"], ...body };
    const answer = await admin.post("/v3/groups", { group: wanted }, LATEST);
    if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
    await settled(answer.body.group.id, "available");
    return answer.body.group.id as string;
  };
  const member = (id: string) => cloud.volume({ group_id: id, volume_type: "__DEFAULT__" });
  const act = (id: string, action: string, args: unknown) =>
    admin.post(`/v3/groups/${id}/action`, { [action]: args }, LATEST);
  return { cloud, admin, type, group, settled, create, member, act };
}

const snapshotSettled = (cloud: VolumeCloud, id: string, status: string) =>
  cloud.until(`group snapshot ${id} to be ${status}`, async () => {
    const { body } = await cloud.admin.get(`/v3/group_snapshots/${id}`, LATEST);
    return body.group_snapshot.status === status;
  });

test("group types and their specs", async () => {
  const { cloud, admin, type } = await groupCloud();
  await using _ = cloud;
  expect(type).toEqual({ id: type.id, name: "gt", description: null, is_public: true, group_specs: {} });
  const again = await admin.post("/v3/group_types", { group_type: { name: "gt" } }, LATEST);
  expect([again.status, again.body.conflictingRequest.message]).toEqual([
    409,
    "Group Type gt already exists.",
  ]);
  const specs = `/v3/group_types/${type.id}/group_specs`;
  expect((await admin.post(specs, { group_specs: { a: "1", b: "2" } }, LATEST)).status).toBe(202);
  expect((await admin.put(`${specs}/a`, { a: "3" }, LATEST)).body).toEqual({ a: "3" });
  expect((await admin.delete(`${specs}/b`, LATEST)).status).toBe(202);
  expect((await admin.get(specs, LATEST)).body).toEqual({ group_specs: { a: "3" } });
  expect(
    (await cloud.demo.get(`/v3/group_types/${type.id}`, LATEST)).body.group_type.group_specs,
  ).toBeUndefined();
  expect((await cloud.demo.get(specs, LATEST)).status).toBe(403);
  const changed = await admin.put(`/v3/group_types/${type.id}`, { group_type: { is_public: false } }, LATEST);
  expect(changed.body.group_type.is_public).toBe(false);
  expect((await cloud.demo.get(`/v3/group_types/${type.id}`, LATEST)).status).toBe(404);
  expect((await admin.delete(`/v3/group_types/${type.id}`, LATEST)).status).toBe(202);
  expect((await admin.get(`/v3/group_types/${type.id}`, LATEST)).body.itemNotFound.message).toBe(
    `Group type ${type.id} could not be found.`,
  );
});

test("a group: made, joined and left by volumes, deleted with those it has", async () => {
  const { cloud, admin, type, group, create, member, act, settled } = await groupCloud();
  await using _ = cloud;
  const id = await create();
  const own = await member(id);
  expect(await group(id)).toMatchObject({
    name: "g",
    group_type: type.id,
    availability_zone: "nova",
    volumes: [own],
    group_snapshot_id: null,
    replication_status: "disabled",
  });
  expect((await cloud.demo.get(`/v3/groups/${id}`, LATEST)).status).toBe(404);
  const refused = await admin.delete(`/v3/volumes/${own}`);
  expect(refused.body.badRequest.message).toContain("belong to a group");
  const other = await cloud.volume();
  const change = { group: { name: "h", add_volumes: other, remove_volumes: own } };
  expect((await admin.put(`/v3/groups/${id}`, change, LATEST)).status).toBe(202);
  await settled(id, "available");
  expect(await group(id)).toMatchObject({ name: "h", volumes: [other] });
  const nothing = await admin.put(`/v3/groups/${id}`, { group: { name: "h" } }, LATEST);
  expect(nothing.body.badRequest.message).toBe(
    `Invalid Group: Cannot update group ${id} because no valid name, description, add_volumes, or remove_volumes were provided.`,
  );
  const full = await act(id, "delete", { "delete-volumes": false });
  expect(full.body.badRequest.message).toBe(
    `Invalid Group: Group ${id} still contains volumes. The delete-volumes flag is required to delete it.`,
  );
  expect((await admin.delete(`/v3/group_types/${type.id}`, LATEST)).body.badRequest.message).toBe(
    "Target group type is still in use.",
  );
  expect((await act(id, "delete", { "delete-volumes": true })).status).toBe(202);
  await cloud.gone(`/v3/groups/${id}`);
  await cloud.gone(`/v3/volumes/${other}`);
  expect((await cloud.show(own)).group_id).toBeNull();
});

test("a volume joins a group only with a type the group is for", async () => {
  const { cloud, admin, create } = await groupCloud();
  await using _ = cloud;
  const id = await create();
  const untyped = await admin.post("/v3/volumes", { volume: { size: 1, group_id: id } }, LATEST);
  expect(untyped.body.badRequest.message).toBe(
    "Invalid input received: volume_type must be provided when creating a volume in a group.",
  );
  const { body } = await admin.post("/v3/types", { volume_type: { name: "other" } });
  const wrong = await admin.post(
    "/v3/volumes",
    { volume: { size: 1, group_id: id, volume_type: "other" } },
    LATEST,
  );
  expect(wrong.body.badRequest.message).toBe(
    `Invalid input received: Invalid volume_type provided: ${body.volume_type.id} (requested type must be supported by this group).`,
  );
});

test("a snapshot of a group, groups made from it and from the group, and its deletion", async () => {
  const { cloud, admin, group, create, member, act, settled } = await groupCloud();
  await using _ = cloud;
  const id = await create();
  const volumes = [await member(id), await member(id)];
  const made = await admin.post(
    "/v3/group_snapshots",
    { group_snapshot: { group_id: id, name: "gs" } },
    LATEST,
  );
  expect(made.status).toBe(202);
  const snapshot = made.body.group_snapshot.id;
  await snapshotSettled(cloud, snapshot, "available");
  const members = (await admin.get("/v3/snapshots/detail", LATEST)).body.snapshots;
  expect(members.map((each: { volume_id: string }) => each.volume_id).sort()).toEqual([...volumes].sort());
  expect(members[0]).toMatchObject({ group_snapshot_id: snapshot, status: "available" });
  const single = await admin.delete(`/v3/snapshots/${members[0].id}`);
  expect(single.body.badRequest.message).toBe(
    "Invalid snapshot: Snapshot status must be available or error and must not be part of a group.",
  );
  for (const source of [{ group_snapshot_id: snapshot }, { source_group_id: id }]) {
    const copy = await admin.post(
      "/v3/groups/action",
      { "create-from-src": { name: "copy", ...source } },
      LATEST,
    );
    expect(copy.status).toBe(202);
    await settled(copy.body.group.id, "available");
    expect(await group(copy.body.group.id)).toMatchObject({
      name: "copy",
      ...source,
      volumes: [{}, {}].map(() => expect.any(String)),
    });
    await act(copy.body.group.id, "delete", { "delete-volumes": true });
    await cloud.gone(`/v3/groups/${copy.body.group.id}`);
  }
  const held = await act(id, "delete", { "delete-volumes": true });
  expect(held.body.badRequest.message).toBe("Invalid Group: Group has existing snapshots.");
  expect((await admin.delete(`/v3/group_snapshots/${snapshot}`, LATEST)).status).toBe(202);
  await cloud.gone(`/v3/group_snapshots/${snapshot}`);
  await act(id, "delete", { "delete-volumes": true });
  await cloud.gone(`/v3/groups/${id}`);
  expect(cloud.sql("cinder", "SELECT count(*) AS n FROM volumes WHERE deleted = 0")).toEqual([{ n: 0 }]);
  expect(cloud.sql("cinder", "SELECT count(*) AS n FROM snapshots WHERE deleted = 0")).toEqual([{ n: 0 }]);
});

test("what a stop interrupts of a group goes on at the next start", async () => {
  const { cloud, admin, create, member, act } = await groupCloud();
  await using _ = cloud;
  const id = await create();
  const volume = await member(id);
  await cloud.stop("c-vol");
  const made = await admin.post("/v3/group_snapshots", { group_snapshot: { group_id: id } }, LATEST);
  await cloud.start("c-vol");
  const snapshot = made.body.group_snapshot.id;
  await snapshotSettled(cloud, snapshot, "available");
  await cloud.stop("c-vol");
  await admin.delete(`/v3/group_snapshots/${snapshot}`, LATEST);
  await cloud.start("c-vol");
  await cloud.gone(`/v3/group_snapshots/${snapshot}`);
  await cloud.stop("c-vol");
  await act(id, "delete", { "delete-volumes": true });
  await cloud.start("c-vol");
  await cloud.gone(`/v3/groups/${id}`);
  await cloud.gone(`/v3/volumes/${volume}`);
});

test("the quota of groups; administrators put a state right", async () => {
  const { cloud, admin, create, act, group } = await groupCloud({ CINDER_QUOTA_GROUPS: "1" });
  await using _ = cloud;
  const id = await create();
  const body = { group: { group_type: "gt", volume_types: ["__DEFAULT__"] } };
  const second = await admin.post("/v3/groups", body, LATEST);
  expect([second.status, second.body.overLimit.message]).toEqual([
    413,
    "GroupLimitExceeded: Maximum number of groups allowed (1) exceeded",
  ]);
  expect((await act(id, "reset_status", { status: "error" })).status).toBe(202);
  expect((await group(id)).status).toBe("error");
  const bad = await act(id, "reset_status", { status: "nonsense" });
  expect([bad.status, bad.body.badRequest.message]).toEqual([
    400,
    expect.stringContaining("nonsense is invalid"),
  ]);
  const zone = await admin.post(
    "/v3/groups",
    { group: { ...body.group, availability_zone: "mars" } },
    LATEST,
  );
  expect(zone.body.badRequest.message).toBe("Invalid input received: Availability zone 'mars' is invalid.");
});
