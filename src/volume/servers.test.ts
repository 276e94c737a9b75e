// Volumes and servers together: the compute service with this one, both real.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { LATEST as VOLUME_LATEST, type VolumeCloud, volumeCloud } from "./testing.ts";

const WINDOWS = [
  "key",
  "g-api",
  "placement-api",
  "c-api",
  "c-sch",
  "c-vol",
  "n-api",
  "n-cond",
  "n-sch",
  "n-cpu",
];
const LATEST = { "x-openstack-nova-api-version": "2.93" };

async function serverAndVolumeCloud(settings: Record<string, string> = {}) {
  const cloud = await volumeCloud({ windows: WINDOWS, settings });
  const nova = await cloud.as("n-api");
  const imageId = await cloud.image(new Uint8Array(1024));

  async function settled(id: string, status: string) {
    // biome-ignore lint/suspicious/noExplicitAny: a server as the API shows it
    let server: any;
    await cloud.until(`server ${id} to be ${status}`, async () => {
      server = (await nova.get(`/v2.1/servers/${id}`, LATEST)).body.server;
      if (server.status === "ERROR" && status !== "ERROR") throw new Error(JSON.stringify(server.fault));
      return server.status === status && server["OS-EXT-STS:task_state"] === null;
    });
    return server;
  }

  async function boot(body: Record<string, unknown> = {}): Promise<string> {
    const server = { name: "web", imageRef: imageId, flavorRef: "1", networks: "none", ...body };
    const answer = await nova.post("/v2.1/servers", { server }, LATEST);
    if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
    return answer.body.server.id;
  }

  return {
    cloud,
    nova,
    imageId,
    settled,
    boot,
    async server(body: Record<string, unknown> = {}) {
      const id = await boot(body);
      await settled(id, "ACTIVE");
      return id;
    },
    attach: (id: string, volumeId: string, more: Record<string, unknown> = {}) =>
      nova.post(
        `/v2.1/servers/${id}/os-volume_attachments`,
        { volumeAttachment: { volumeId, ...more } },
        LATEST,
      ),
    detach: (id: string, volumeId: string) =>
      nova.delete(`/v2.1/servers/${id}/os-volume_attachments/${volumeId}`, LATEST),
  };
}

const attachmentsOf = async (cloud: VolumeCloud, id: string) => (await cloud.show(id)).attachments;

test("VO-09 VO-10 VO-12 a volume is attached to a server, on the device it chooses or is told, and detached", async () => {
  const { cloud, server, attach, detach } = await serverAndVolumeCloud();
  await using _ = cloud;
  const id = await server();
  const [first, second] = [await cloud.volume(), await cloud.volume()];
  expect((await attach(id, first)).body.volumeAttachment).toMatchObject({
    id: first,
    serverId: id,
    volumeId: first,
    device: "/dev/vdb",
  });
  await cloud.settled(first, "in-use");
  expect(await attachmentsOf(cloud, first)).toMatchObject([
    { id: first, volume_id: first, server_id: id, device: "/dev/vdb", host_name: "testhost" },
  ]);
  expect((await attach(id, second, { device: "/dev/vdd" })).status).toBe(200);
  await cloud.settled(second, "in-use");
  for (const volume of [first, second]) {
    expect((await detach(id, volume)).status).toBe(202);
    await cloud.settled(volume, "available");
  }
});

test("VO-13 a volume another server has is refused, and users cannot take it from under its server", async () => {
  const { cloud, server, attach } = await serverAndVolumeCloud();
  await using _ = cloud;
  const [one, other] = [await server(), await server()];
  const volume = await cloud.volume();
  await attach(one, volume);
  await cloud.settled(volume, "in-use");
  const refused = await attach(other, volume);
  expect([refused.status, refused.body.badRequest.message]).toEqual([400, expect.stringContaining(volume)]);
  const [{ attachment_id }] = await attachmentsOf(cloud, volume);
  const taken = await cloud.admin.delete(`/v3/attachments/${attachment_id}`, VOLUME_LATEST);
  expect([taken.status, taken.body.conflictingRequest.message]).toEqual([
    409,
    `ConflictNovaUsingAttachment: Detach volume from instance ${one} using the Compute API`,
  ]);
  expect((await cloud.admin.delete(`/v3/volumes/${volume}`)).status).toBe(400);
});

test("VO-31 the query that finds the volumes of a host's servers", async () => {
  const { cloud, server, attach } = await serverAndVolumeCloud();
  await using _ = cloud;
  const id = await server();
  const volume = await cloud.volume({ name: "test" });
  await attach(id, volume, { device: "/dev/vdc" });
  await cloud.settled(volume, "in-use");
  const instances = cloud.sql("nova", "SELECT uuid, host FROM instances WHERE host = 'testhost'");
  expect(instances).toMatchObject([{ uuid: id }]);
  expect(
    cloud.sql(
      "cinder",
      "SELECT id, status, attach_status, mountpoint, display_name FROM volumes WHERE instance_uuid = ?",
      id,
    ),
  ).toEqual([
    { id: volume, status: "in-use", attach_status: "attached", mountpoint: "/dev/vdc", display_name: "test" },
  ]);
});

test("VO-25 a server boots from a volume that is made of an image, and keeps it", async () => {
  const { cloud, nova, server, imageId } = await serverAndVolumeCloud();
  await using _ = cloud;
  const id = await server({
    imageRef: "",
    block_device_mapping_v2: [
      { boot_index: 0, uuid: imageId, source_type: "image", destination_type: "volume", volume_size: 2 },
    ],
  });
  const [volume] = (await cloud.admin.get("/v3/volumes/detail")).body.volumes;
  expect(volume).toMatchObject({
    size: 2,
    status: "in-use",
    bootable: "true",
    attachments: [{ device: "/dev/vda" }],
  });
  await nova.delete(`/v2.1/servers/${id}`);
  await cloud.settled(volume.id, "available");
});

test("VO-23 VO-24 a server boots from a volume, with another beside it", async () => {
  const { cloud, nova, server } = await serverAndVolumeCloud();
  await using _ = cloud;
  const root = await cloud.volume();
  await cloud.act(root, "os-set_bootable", { bootable: true });
  const data = await cloud.volume();
  const mapping = (uuid: string, boot_index: number, delete_on_termination: boolean) => ({
    uuid,
    source_type: "volume",
    destination_type: "volume",
    boot_index,
    delete_on_termination,
  });
  const id = await server({
    imageRef: "",
    block_device_mapping_v2: [mapping(root, 0, true), mapping(data, -1, false)],
  });
  expect([
    (await attachmentsOf(cloud, root))[0].device,
    (await attachmentsOf(cloud, data))[0].device,
  ]).toEqual(["/dev/vda", "/dev/vdb"]);
  await nova.delete(`/v2.1/servers/${id}`);
  await cloud.gone(`/v3/volumes/${root}`);
  await cloud.settled(data, "available");
});

async function movingCloud(settings: Record<string, string> = {}) {
  const more = await serverAndVolumeCloud({
    CINDER_ENABLED_BACKENDS: "file:alpha,file:beta",
    CINDER_FILE_FORMAT: "raw",
    ...settings,
  });
  const { cloud, server, attach } = more;
  const types: Record<string, string> = {};
  for (const name of ["alpha", "beta"]) {
    const volume_type = { name, extra_specs: { volume_backend_name: name } };
    types[name] = (await cloud.admin.post("/v3/types", { volume_type })).body.volume_type.id;
  }
  const bytes = crypto.getRandomValues(new Uint8Array(65_536));
  const imageRef = await cloud.image(bytes);
  const digest = (data: Uint8Array) => new Bun.CryptoHasher("sha256").update(data).digest("hex");
  return {
    ...more,
    bytes,
    async attached(body: Record<string, unknown> = {}) {
      const id = await server();
      const volume = await cloud.volume({ imageRef, ...body });
      await attach(id, volume);
      const shown = await cloud.settled(volume, "in-use");
      const here = shown["os-vol-host-attr:host"].split("#")[1] as string;
      return { id, volume, here, there: here === "alpha" ? "beta" : "alpha" };
    },
    files: (backend: string) => readdirSync(cloud.paths.at("volumes", backend)),
    /** That a file begins as the volume did. */
    isThere: (backend: string, file: string) =>
      digest(readFileSync(cloud.paths.at("volumes", backend, file)).subarray(0, bytes.length)) ===
      digest(bytes),
    async moved(volume: string, wanted: "success" | "error") {
      // A gibibyte is read meanwhile.
      for (const deadline = performance.now() + 60_000; performance.now() < deadline; await Bun.sleep(10)) {
        const shown = await cloud.show(volume);
        if (shown.status === "in-use" && shown["os-vol-mig-status-attr:migstat"] === wanted) return shown;
      }
      throw new Error(`volume ${volume} did not move: ${JSON.stringify(await cloud.show(volume))}`);
    },
  };
}

test("an attached volume is migrated under its server, keeps its attachment, and can be detached and attached again", async () => {
  const { cloud, attached, files, isThere, moved, detach, attach } = await movingCloud();
  await using _ = cloud;
  const { id, volume, here, there } = await attached();
  const [before] = await attachmentsOf(cloud, volume);
  const host = `testhost@${there}#${there}`;
  const asked = await cloud.act(volume, "os-migrate_volume", { host });
  expect(asked.status).toBe(202);
  const shown = await moved(volume, "success");
  expect(shown).toMatchObject({ "os-vol-host-attr:host": host, attachments: [before] });
  await cloud.until("the former data to be gone", () => files(here).length === 0);
  const [file = ""] = files(there);
  expect([file, isThere(there, file)]).toEqual([`volume-${shown["os-vol-mig-status-attr:name_id"]}`, true]);
  const path = cloud.paths.at("volumes", there, file);
  const { attachment } = (await cloud.admin.get(`/v3/attachments/${before.attachment_id}`, VOLUME_LATEST))
    .body;
  expect(attachment.connection_info).toMatchObject({ device_path: path });
  const [{ connection_info }] = cloud.sql(
    "nova",
    "SELECT connection_info FROM block_device_mapping WHERE volume_id = ? AND deleted = 0",
    volume,
  ) as [{ connection_info: string }];
  expect(JSON.parse(connection_info).path).toBe(path);
  await detach(id, volume);
  await cloud.settled(volume, "available");
  await attach(id, volume);
  await cloud.settled(volume, "in-use");
}, 120_000);

test("an attached volume is retyped onto another back end when that is allowed, and stays where it is when not", async () => {
  const { cloud, attached, files, moved, isThere } = await movingCloud();
  await using _ = cloud;
  const { volume } = await attached({ volume_type: "alpha" });
  cloud.log.expectError("migration not allowed");
  const retype = (policy: string) =>
    cloud.act(volume, "os-retype", { new_type: "beta", migration_policy: policy });
  expect((await retype("never")).status).toBe(202);
  await cloud.settled(volume, "in-use");
  expect(await cloud.show(volume)).toMatchObject({ volume_type: "alpha" });
  expect((await retype("on-demand")).status).toBe(202);
  expect(await moved(volume, "success")).toMatchObject({
    volume_type: "beta",
    "os-vol-host-attr:host": "testhost@beta#beta",
  });
  expect(isThere("beta", files("beta")[0] ?? "")).toBe(true);
}, 120_000);

test("a volume that cannot be moved under its server stays with it, as it was", async () => {
  const { cloud, attached, files, moved, isThere, server } = await movingCloud();
  await using _ = cloud;
  const { volume, here, there } = await attached();
  await cloud.stop("n-api");
  cloud.log.expectError("is attached, and the compute service is not there");
  await cloud.act(volume, "os-migrate_volume", { host: `testhost@${there}#${there}` });
  await moved(volume, "error");
  expect([files(there), isThere(here, `volume-${volume}`)]).toEqual([[], true]);
  await cloud.start("n-api");
  await server();
}, 120_000);

test("VO-37 volumes through the compute API of old", async () => {
  const { cloud, nova } = await serverAndVolumeCloud();
  await using _ = cloud;
  const id = await cloud.volume({ name: "seen" });
  const listed = await nova.get("/v2.1/os-volumes");
  expect(listed.body.volumes).toMatchObject([{ id, displayName: "seen", status: "available", size: 1 }]);
});

test("while the back end is down a volume waits for its server, and the server for its volume", async () => {
  const { cloud, server, attach } = await serverAndVolumeCloud();
  await using _ = cloud;
  const id = await server();
  const volume = await cloud.volume();
  await cloud.stop("n-cpu");
  expect((await attach(id, volume)).status).toBe(200);
  expect((await cloud.show(volume)).status).toBe("reserved");
  await cloud.start("n-cpu");
  await cloud.settled(volume, "in-use");
});
