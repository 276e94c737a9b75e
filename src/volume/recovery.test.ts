// What a stop or a crash in the middle leaves, and that it is brought to an end.

import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LATEST, volumeCloud } from "./testing.ts";

test("while the back end is down volumes are creating; they are made when it is back", async () => {
  await using cloud = await volumeCloud();
  await cloud.stop("c-vol");
  const id = await cloud.create();
  await cloud.until("the message to be with the back end", () =>
    cloud
      .sql("cinder", "SELECT topic FROM bus_messages")
      .some((row) => (row as { topic: string }).topic === "cinder-volume.testhost@fake"),
  );
  expect((await cloud.show(id)).status).toBe("creating");
  await cloud.start("c-vol");
  await cloud.settled(id, "available");
});

test("while the scheduler is down volumes are creating, and lie nowhere", async () => {
  await using cloud = await volumeCloud();
  await cloud.stop("c-sch");
  const [kept, deleted] = [await cloud.create(), await cloud.create()];
  expect((await cloud.show(kept))["os-vol-host-attr:host"]).toBeNull();
  expect((await cloud.admin.delete(`/v3/volumes/${deleted}`)).status).toBe(202);
  expect((await cloud.admin.get(`/v3/volumes/${deleted}`)).status).toBe(404);
  await cloud.start("c-sch");
  await cloud.settled(kept, "available");
});

test("deleting and extending go on at the next start", async () => {
  await using cloud = await volumeCloud();
  const [gone, grown] = [await cloud.volume(), await cloud.volume()];
  await cloud.stop("c-vol");
  await cloud.admin.delete(`/v3/volumes/${gone}`);
  await cloud.act(grown, "os-extend", { new_size: 4 });
  const states = [(await cloud.show(gone)).status, (await cloud.show(grown)).status];
  expect(states).toEqual(["deleting", "extending"]);
  await cloud.start("c-vol");
  await cloud.gone(`/v3/volumes/${gone}`);
  expect(await cloud.settled(grown, "available")).toMatchObject({ size: 4 });
  expect(cloud.sql("cinder", "SELECT count(*) AS n FROM reservations WHERE deleted = 0")).toEqual([{ n: 0 }]);
});

const LOST = [
  { status: "creating", ends: "error" },
  { status: "downloading", ends: "error" },
  { status: "extending", ends: "error_extending" },
  { status: "uploading", ends: "available" },
  { status: "retyping", ends: "available" },
  { status: "managing", ends: "error" },
  { status: "reverting", ends: "error" },
];
for (const { status, ends } of LOST) {
  test(`${status} without a message that would end it becomes ${ends}`, async () => {
    await using cloud = await volumeCloud();
    const id = await cloud.volume();
    await cloud.stop("c-vol");
    cloud.sql("cinder", "UPDATE volumes SET status = ? WHERE id = ?", status, id);
    await cloud.start("c-vol");
    await cloud.settled(id, ends);
  });
}

test("a volume nobody asks a place for any more, and a migration nobody goes on with, end in error", async () => {
  await using cloud = await volumeCloud();
  const moving = await cloud.volume();
  await cloud.stop("c-sch");
  await cloud.stop("c-vol");
  const unplaced = await cloud.create();
  cloud.sql("cinder", "DELETE FROM bus_messages");
  const half =
    "UPDATE volumes SET migration_status = 'migrating', status = 'maintenance', previous_status = 'available' WHERE id = ?";
  cloud.sql("cinder", half, moving);
  await cloud.start("c-sch");
  await cloud.start("c-vol");
  await cloud.settled(unplaced, "error");
  expect(await cloud.settled(moving, "available")).toMatchObject({ migration_status: "error" });
});

test("deleting without a message is done after all, snapshots as well", async () => {
  await using cloud = await volumeCloud();
  const volume = await cloud.volume();
  const snapshot = await cloud.snapshot(volume);
  await cloud.stop("c-vol");
  cloud.sql("cinder", "UPDATE snapshots SET status = 'deleting' WHERE id = ?", snapshot);
  await cloud.start("c-vol");
  await cloud.gone(`/v3/snapshots/${snapshot}`);
  await cloud.stop("c-vol");
  cloud.sql("cinder", "UPDATE volumes SET status = 'deleting' WHERE id = ?", volume);
  await cloud.start("c-vol");
  await cloud.gone(`/v3/volumes/${volume}`);
});

test("what was half-made is removed at the next start, and made again", async () => {
  await using cloud = await volumeCloud({ settings: { CINDER_DRIVER: "file", CINDER_FILE_FORMAT: "raw" } });
  await cloud.stop("c-vol");
  const id = await cloud.create();
  const folder = join(cloud.paths.at("volumes"), "file");
  writeFileSync(join(folder, `volume-${id}.part`), "half");
  await cloud.start("c-vol");
  await cloud.settled(id, "available");
  expect(readdirSync(folder)).toEqual([`volume-${id}`]);
});

test("a back end that refuses is tried no more; the volume goes to another", async () => {
  await using cloud = await volumeCloud({ settings: { CINDER_ENABLED_BACKENDS: "lvm:broken,fake:whole" } });
  cloud.log.expectError("doesn't exist");
  const id = await cloud.volume();
  expect((await cloud.show(id))["os-vol-host-attr:host"]).toBe("testhost@whole#whole");
});

test("the back end's machine is away: attaching is refused, letting go is not", async () => {
  await using cloud = await volumeCloud();
  const volume = await cloud.volume();
  const made = await cloud.admin.post("/v3/attachments", { attachment: { volume_uuid: volume } }, LATEST);
  const path = `/v3/attachments/${made.body.attachment.id}`;
  await cloud.admin.put(path, { attachment: { connector: { host: "c01" } } }, LATEST);
  await cloud.stop("c-vol");
  expect((await cloud.admin.delete(path, LATEST)).status).toBe(200);
  expect((await cloud.show(volume)).status).toBe("available");
});
