import { afterAll, beforeAll, expect, test } from "bun:test";
import { LATEST, type VolumeCloud, volumeCloud } from "../testing.ts";

const SERVER = "7a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d11";

let cloud: VolumeCloud;
beforeAll(async () => {
  cloud = await volumeCloud();
});
afterAll(() => cloud[Symbol.asyncDispose]());

const attachment = (body: Record<string, unknown>) =>
  cloud.admin.post("/v3/attachments", { attachment: body }, LATEST);

test("VO-06 the states a volume goes through when a server takes it and lets it go", async () => {
  const volume = await cloud.volume();
  const made = await attachment({ volume_uuid: volume, instance_uuid: SERVER });
  expect(made.status).toBe(200);
  const { id } = made.body.attachment;
  expect(made.body.attachment).toEqual({
    id,
    status: "reserved",
    instance: SERVER,
    volume_id: volume,
    attached_at: "",
    detached_at: "",
    attach_mode: null,
    connection_info: {},
  });
  expect((await cloud.show(volume)).status).toBe("reserved");
  const path = `/v3/attachments/${id}`;
  const connector = { host: "c01", mountpoint: "/dev/vdb" };
  const connected = await cloud.admin.put(path, { attachment: { connector } }, LATEST);
  expect([connected.status, connected.body.attachment]).toMatchObject([
    200,
    {
      status: "attaching",
      attach_mode: "rw",
      connection_info: { driver_volume_type: "fake", access_mode: "rw", attachment_id: id },
    },
  ]);
  expect((await cloud.show(volume)).status).toBe("attaching");
  expect((await cloud.admin.post(`${path}/action`, { "os-complete": null }, LATEST)).status).toBe(204);
  expect(await cloud.show(volume)).toMatchObject({
    status: "in-use",
    attachments: [{ id: volume, attachment_id: id, server_id: SERVER, device: "/dev/vdb", host_name: "c01" }],
  });
  expect(
    cloud.sql(
      "cinder",
      "SELECT status, attach_status, instance_uuid, mountpoint FROM volumes WHERE id = ?",
      volume,
    ),
  ).toEqual([{ status: "in-use", attach_status: "attached", instance_uuid: SERVER, mountpoint: "/dev/vdb" }]);
  const listed = await cloud.admin.get(`/v3/attachments?volume_id=${volume}`, LATEST);
  expect(listed.body.attachments).toEqual([{ id, status: "attached", instance: SERVER, volume_id: volume }]);
  expect((await cloud.demo.get(path, LATEST)).status).toBe(404);
  expect((await cloud.admin.delete(path, LATEST)).body).toEqual({ attachments: [] });
  expect(await cloud.show(volume)).toMatchObject({ status: "available", attachments: [] });
});

test("VO-13 one attachment at a time", async () => {
  const volume = await cloud.volume();
  await attachment({ volume_uuid: volume, instance_uuid: SERVER });
  const other = SERVER.replace("7a", "7b");
  const second = await attachment({ volume_uuid: volume, instance_uuid: other });
  expect([second.status, second.body.badRequest.message]).toEqual([
    400,
    `Invalid volume: Volume ${volume} status must be available or downloading to reserve, but the current status is reserved.`,
  ]);
});

test("a type for several servers at a time", async () => {
  const specs = { multiattach: "<is> True" };
  await cloud.admin.post("/v3/types", { volume_type: { name: "shared", extra_specs: specs } });
  const volume = await cloud.volume({ volume_type: "shared" });
  const connector = { host: "c01", mountpoint: "/dev/vdb" };
  const ids: string[] = [];
  for (const server of [SERVER, SERVER.replace("7a", "7b")]) {
    const made = await attachment({ volume_uuid: volume, instance_uuid: server, connector });
    expect(made.status).toBe(200);
    ids.push(made.body.attachment.id);
    await cloud.admin.post(
      `/v3/attachments/${made.body.attachment.id}/action`,
      { "os-complete": {} },
      LATEST,
    );
  }
  expect((await cloud.show(volume)).attachments).toHaveLength(2);
  await cloud.admin.delete(`/v3/attachments/${ids[0]}`, LATEST);
  expect((await cloud.show(volume)).status).toBe("in-use");
  await cloud.admin.delete(`/v3/attachments/${ids[1]}`, LATEST);
  expect((await cloud.show(volume)).status).toBe("available");
});

test("attaching as it was done before there were attachments: reserve, connect, attach, detach", async () => {
  const volume = await cloud.volume();
  expect((await cloud.act(volume, "os-reserve")).status).toBe(202);
  expect((await cloud.show(volume)).status).toBe("attaching");
  expect((await cloud.act(volume, "os-reserve")).body.badRequest.message).toBe(
    "Invalid volume: Volume status must be available to reserve, but the status is attaching.",
  );
  expect((await cloud.act(volume, "os-unreserve")).status).toBe(202);
  await cloud.act(volume, "os-reserve");
  const connector = { connector: { host: "c01" } };
  expect((await cloud.act(volume, "os-initialize_connection", connector)).body.connection_info).toEqual({
    driver_volume_type: "fake",
    data: { qos_specs: null, access_mode: "rw", encrypted: false, cacheable: false },
  });
  const how = { instance_uuid: SERVER, mountpoint: "/dev/vdc", mode: "rw" };
  expect((await cloud.act(volume, "os-attach", how)).status).toBe(202);
  expect(await cloud.show(volume)).toMatchObject({ status: "in-use", metadata: { attached_mode: "rw" } });
  expect((await cloud.act(volume, "os-begin_detaching")).status).toBe(202);
  expect((await cloud.show(volume)).status).toBe("detaching");
  expect((await cloud.act(volume, "os-roll_detaching")).status).toBe(202);
  expect((await cloud.show(volume)).status).toBe("in-use");
  await cloud.act(volume, "os-begin_detaching");
  expect((await cloud.act(volume, "os-terminate_connection", connector)).status).toBe(202);
  expect((await cloud.act(volume, "os-detach", {})).status).toBe(202);
  expect((await cloud.show(volume)).status).toBe("available");
});

test("a read-only volume is attached read-only", async () => {
  const volume = await cloud.volume();
  expect((await cloud.act(volume, "os-update_readonly_flag", { readonly: true })).status).toBe(202);
  const how = { instance_uuid: SERVER, mountpoint: "/dev/vdc", mode: "rw" };
  expect((await cloud.act(volume, "os-attach", how)).body.badRequest.message).toBe(
    `Invalid attaching mode 'rw' for volume ${volume}.`,
  );
  expect((await cloud.act(volume, "os-attach", { ...how, mode: "ro" })).status).toBe(202);
});

test("administrators put a state right, and detach by force", async () => {
  const volume = await cloud.volume();
  await cloud.act(volume, "os-attach", { instance_uuid: SERVER, mountpoint: "/dev/vdc" });
  const [{ attachment_id }] = (await cloud.show(volume)).attachments;
  expect(
    (await cloud.act(volume, "os-force_detach", { attachment_id, connector: null }, cloud.demo)).status,
  ).toBe(404);
  expect((await cloud.act(volume, "os-force_detach", { attachment_id, connector: null })).status).toBe(202);
  expect((await cloud.show(volume)).status).toBe("available");
  expect((await cloud.act(volume, "os-reset_status", { status: "error" })).status).toBe(202);
  expect((await cloud.show(volume)).status).toBe("error");
});
