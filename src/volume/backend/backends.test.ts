// The whole way from the API to the data and back, with files for volumes.

import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { adminContext } from "../../core/context.ts";
import { hasProgram } from "../drivers/commands.ts";
import { volumePublic } from "../public.ts";
import { LATEST, type VolumeCloud, volumeCloud } from "../testing.ts";

const RAW = { CINDER_DRIVER: "file", CINDER_FILE_FORMAT: "raw" };
const KIB = 1024;

const folder = (cloud: VolumeCloud, backend = "file") => join(cloud.paths.at("volumes"), backend);
const files = (cloud: VolumeCloud, backend?: string) => readdirSync(folder(cloud, backend)).sort();

/** The first bytes of a file. */
const begin = (path: string, length: number) => Bun.file(path).slice(0, length).text();

const content = (cloud: VolumeCloud, id: string, length: number) =>
  begin(join(folder(cloud), `volume-${id}`), length);

test("VO-03 a volume from an image has its bytes and its metadata, and is bootable", async () => {
  await using cloud = await volumeCloud({ settings: RAW });
  const image = await cloud.image(Buffer.from("guest".padEnd(KIB, "\0")), {
    min_ram: 64,
    hw_disk_bus: "scsi",
  });
  const id = await cloud.create({ imageRef: image, availability_zone: "nova" });
  expect((await cloud.show(id)).bootable).toBe("false");
  const volume = await cloud.settled(id, "available");
  expect(volume).toMatchObject({
    bootable: "true",
    volume_image_metadata: { image_id: image, image_name: "cirros", min_ram: "64", hw_disk_bus: "scsi" },
  });
  expect(await content(cloud, id, 5)).toBe("guest");
  const copy = await cloud.volume({ source_volid: id, size: 2 });
  expect(await cloud.show(copy)).toMatchObject({ bootable: "true", size: 2, source_volid: id });
  expect(await content(cloud, copy, 5)).toBe("guest");
});

test("VO-14 what is written stays over attaching and detaching, in snapshots and copies", async () => {
  await using cloud = await volumeCloud({ settings: RAW });
  const id = await cloud.volume();
  const file = await open(join(folder(cloud), `volume-${id}`), "r+");
  await file.write("data", 0);
  await file.close();
  await cloud.act(id, "os-attach", { mountpoint: "/dev/vdb", host_name: "somewhere" });
  await cloud.act(id, "os-detach", {});
  expect(await content(cloud, id, 4)).toBe("data");
  const restored = await cloud.volume({ snapshot_id: await cloud.snapshot(id) });
  expect(await content(cloud, restored, 4)).toBe("data");
});

test.skipIf(!hasProgram("qemu-img"))("a volume becomes an image of another format", async () => {
  await using cloud = await volumeCloud({ settings: RAW });
  const id = await cloud.volume();
  const answer = await cloud.act(id, "os-volume_upload_image", {
    image_name: "saved",
    disk_format: "qcow2",
    container_format: "bare",
  });
  const upload = answer.body["os-volume_upload_image"];
  expect([answer.status, upload]).toMatchObject([
    202,
    {
      id,
      status: "uploading",
      image_name: "saved",
      disk_format: "qcow2",
      visibility: "private",
      protected: false,
    },
  ]);
  await cloud.settled(id, "available");
  const image = (await cloud.images.get(`/v2/images/${upload.image_id}`)).body;
  expect(image).toMatchObject({ status: "active", virtual_size: 2 ** 30 });
  expect(readdirSync(cloud.paths.at("conversion"))).toEqual([]);
});

test("an image that does not fit, or is no volume, ends in error with a message that says why", async () => {
  await using cloud = await volumeCloud({ settings: RAW });
  const image = await cloud.image(Buffer.alloc(KIB), { min_disk: 5 });
  const small = await cloud.admin.post("/v3/volumes", { volume: { size: 1, imageRef: image } });
  expect(small.body.badRequest.message).toBe(
    "Invalid input received: Volume size 1GB cannot be smaller than the image minDisk size 5GB.",
  );
  const docker = await cloud.image(Buffer.alloc(KIB), { container_format: "docker", disk_format: "ploop" });
  cloud.log.expectError("create failed");
  const id = await cloud.create({ imageRef: docker });
  await cloud.settled(id, "error");
  const { messages } = (await cloud.admin.get(`/v3/messages?resource_uuid=${id}`, LATEST)).body;
  expect(messages).toMatchObject([{ resource_type: "VOLUME", resource_uuid: id, message_level: "ERROR" }]);
  expect((await cloud.demo.get("/v3/messages", LATEST)).body.messages).toEqual([]);
  expect((await cloud.admin.delete(`/v3/messages/${messages[0].id}`, LATEST)).status).toBe(204);
  expect((await cloud.admin.delete(`/v3/volumes/${id}`)).status).toBe(202);
  await cloud.gone(`/v3/volumes/${id}`);
  expect(files(cloud)).toEqual([]);
});

test("a volume moves to another back end with its data; nothing stays behind", async () => {
  const CINDER_ENABLED_BACKENDS = "file:one,file:two";
  await using cloud = await volumeCloud({ settings: { CINDER_FILE_FORMAT: "raw", CINDER_ENABLED_BACKENDS } });
  const specs = (name: string) => ({ extra_specs: { volume_backend_name: name } });
  for (const name of ["one", "two"])
    await cloud.admin.post("/v3/types", { volume_type: { name, ...specs(name) } });
  const id = await cloud.volume({ volume_type: "one" });
  expect(files(cloud, "one")).toEqual([`volume-${id}`]);
  const file = await open(join(folder(cloud, "one"), `volume-${id}`), "r+");
  await file.write("data", 0);
  await file.close();
  const refused = await cloud.act(id, "os-migrate_volume", { host: "elsewhere@two#two" });
  expect(refused.body.badRequest.message).toBe(
    "Invalid host: No available service named 'elsewhere@two#two'",
  );
  await cloud.act(id, "os-retype", { new_type: "two", migration_policy: "on-demand" });
  await cloud.until("it to be of type two", async () => (await cloud.show(id)).volume_type === "two");
  expect(await cloud.show(id)).toMatchObject({
    status: "available",
    migration_status: "success",
    "os-vol-host-attr:host": "testhost@two#two",
  });
  await cloud.until("the old data to be gone", () => files(cloud, "one").length === 0);
  const [name] = files(cloud, "two");
  expect(await begin(join(folder(cloud, "two"), name!), 4)).toBe("data");
  // Its type would keep it where it is.
  await cloud.act(id, "os-retype", { new_type: "__DEFAULT__" });
  await cloud.until(
    "it to be of no special type",
    async () => (await cloud.show(id)).volume_type === "__DEFAULT__",
  );
  await cloud.act(id, "os-migrate_volume", { host: "testhost@one#one", lock_volume: true });
  const host = async () => (await cloud.show(id))["os-vol-host-attr:host"];
  await cloud.until("it to be back", async () => (await host()) === "testhost@one#one");
  await cloud.until("the data of two to be gone", () => files(cloud, "two").length === 0);
  await cloud.admin.delete(`/v3/volumes/${id}`);
  await cloud.gone(`/v3/volumes/${id}`);
  expect(files(cloud, "one")).toEqual([]);
});

test("existing files become volumes, and volumes files", async () => {
  await using cloud = await volumeCloud({ settings: RAW });
  const file = await open(join(folder(cloud), "found"), "w");
  await file.truncate(2 ** 30);
  await file.close();
  const list = async () => (await cloud.admin.get("/v3/manageable_volumes?host=testhost@file", LATEST)).body;
  const ref = { "source-name": "found" };
  expect(await list()).toEqual({ "manageable-volumes": [{ reference: ref, size: 1, safe_to_manage: true }] });
  const body = { volume: { host: "testhost@file#file", ref, name: "taken" } };
  const made = await cloud.admin.post("/v3/manageable_volumes", body, LATEST);
  expect([made.status, made.body.volume.status]).toEqual([202, "creating"]);
  const { id } = made.body.volume;
  expect(await cloud.settled(id, "available")).toMatchObject({ size: 1, name: "taken" });
  expect(files(cloud)).toEqual([`volume-${id}`]);
  expect((await cloud.act(id, "os-unmanage")).status).toBe(202);
  await cloud.gone(`/v3/volumes/${id}`);
  expect(files(cloud)).toEqual([`volume-${id}`]);
  cloud.log.expectError("manage");
  const missing = { volume: { host: "testhost@file#file", ref: { "source-name": "nothing" } } };
  const failed = await cloud.admin.post("/v3/manageable_volumes", missing, LATEST);
  await cloud.settled(failed.body.volume.id, "error");
});

test.skipIf(!hasProgram("qemu-img"))(
  "VO-18 qcow2: a volume from a snapshot shares its data with it",
  async () => {
    await using cloud = await volumeCloud({
      settings: { CINDER_DRIVER: "file", CINDER_FILE_FORMAT: "qcow2" },
    });
    const id = await cloud.volume();
    const snapshot = await cloud.snapshot(id);
    const copy = await cloud.volume({ snapshot_id: snapshot });
    expect(files(cloud)).toEqual(
      [`layer-${snapshot}`, `snapshot-${snapshot}`, `volume-${id}`, `volume-${copy}`].sort(),
    );
    await cloud.admin.delete(`/v3/volumes/${id}?cascade=true`);
    await cloud.gone(`/v3/volumes/${id}`);
    await cloud.admin.delete(`/v3/volumes/${copy}`);
    await cloud.gone(`/v3/volumes/${copy}`);
    expect(files(cloud)).toEqual([]);
  },
);

test("VO-29 a volume group that is missing: CRITICAL in the log, and the service is down", async () => {
  const settings = { CINDER_DRIVER: "lvm", VOLUME_GROUP: "no-such-group" };
  const logged: string[] = [];
  await using cloud = await volumeCloud({ settings, windows: ["key", "g-api", "c-api", "c-sch"] });
  cloud.log.expectError("volume group no-such-group doesn't exist");
  cloud.log.book.listen((line) => logged.push(line.text));
  await using broken = await volumeCloudWithVolumeService(settings, logged);
  expect(
    logged.filter((text) =>
      /CRITICAL .*Bad or unexpected response from the storage volume backend API: volume group no-such-group doesn't exist/.test(
        text,
      ),
    ),
  ).toHaveLength(1);
  broken.log.expectError("No valid backend was found");
  const id = await broken.create();
  await broken.settled(id, "error");
});

async function volumeCloudWithVolumeService(settings: Record<string, string>, logged: string[]) {
  const cloud = await volumeCloud({ settings, windows: ["key", "g-api", "c-api", "c-sch", "c-vol"] });
  cloud.log.expectError("volume group no-such-group doesn't exist");
  logged.push(...cloud.log.book.lines("c-vol").map((line) => line.text));
  return cloud;
}

test("VO-30 every line about a volume carries its id", async () => {
  await using cloud = await volumeCloud();
  const id = await cloud.volume();
  await cloud.act(id, "os-extend", { new_size: 2 });
  await cloud.until("2 GB", async () => (await cloud.show(id)).size === 2);
  await cloud.admin.delete(`/v3/volumes/${id}`);
  await cloud.gone(`/v3/volumes/${id}`);
  const lines = cloud.log.book.lines(null).filter(({ text }) => text.includes(id) && !text.includes('"'));
  const windows = new Set(lines.map(({ window }) => window));
  expect([...windows].sort()).toEqual(["c-api", "c-sch", "c-vol"]);
  expect(lines.map(({ text }) => text).join("\n")).toContain(`Deleted volume ${id} successfully.`);
});

test("other services: what the compute service asks for, and asking twice", async () => {
  await using cloud = await volumeCloud();
  const volumes = cloud.cloud.peers.get(volumePublic);
  const id = await cloud.volume();
  const context = {
    ...adminContext("req-1"),
    projectId: (await cloud.show(id))["os-vol-tenant-attr:tenant_id"],
  };
  const server = "7a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d11";
  const wanted = { id: "7a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d22", sizeGb: 1, name: "v" };
  expect(volumes.create(context, wanted).id).toBe(wanted.id);
  expect(volumes.create(context, wanted).id).toBe(wanted.id);
  expect(volumes.list(context).map((volume) => volume.id)).toEqual([wanted.id, id]);
  const { attachmentId } = volumes.createAttachment(context, id, server);
  const connector = { host: "c01", mountpoint: "/dev/vdb" };
  const info = {
    kind: "none",
    path: "",
    format: "raw",
    readonly: false,
    serial: id,
    multiattach: false,
  } as const;
  expect(await volumes.connectAttachment(context, attachmentId, connector)).toEqual(info);
  expect(await volumes.connectAttachment(context, attachmentId, connector)).toEqual(info);
  volumes.completeAttachment(context, attachmentId);
  volumes.completeAttachment(context, attachmentId);
  expect(volumes.show(context, id)).toMatchObject({
    status: "in-use",
    attachments: [{ attachmentId, instanceUuid: server, mountpoint: "/dev/vdb" }],
  });
  volumes.beginDetaching(context, id);
  volumes.rollDetaching(context, id);
  volumes.beginDetaching(context, id);
  await volumes.deleteAttachment(context, attachmentId);
  await volumes.deleteAttachment(context, attachmentId);
  expect(volumes.show(context, id)).toMatchObject({ status: "available", attachments: [] });
  const snapshot = volumes.createSnapshot(context, id, { name: "s", force: false });
  expect(volumes.listSnapshots(context).map((each) => each.id)).toEqual([snapshot.id]);
  await cloud.snapshotSettled(snapshot.id, "available");
  volumes.deleteSnapshot(context, snapshot.id);
  await cloud.gone(`/v3/snapshots/${snapshot.id}`);
  volumes.delete(context, id);
  await cloud.gone(`/v3/volumes/${id}`);
});
