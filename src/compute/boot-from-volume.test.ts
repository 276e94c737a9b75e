// Servers and the real block storage service together: attaching by name, booting from volumes old style and new,
// volumes for several servers.

import { expect, test } from "bun:test";
import type { ApiClient } from "../testing/cloud.ts";
import { LATEST, type ServerCloud, serverCloud } from "../testing/server-cloud.ts";

type Json = Record<string, unknown>;

async function volumeCloud(settings: Record<string, string> = {}) {
  const cloud = await serverCloud({ volumes: "real", settings });
  const cinder = await cloud.as("c-api");
  const [{ id: project }] = cloud.sql("keystone", "SELECT id FROM project WHERE name = 'admin'") as [
    { id: string },
  ];
  const base = `/v3/${project}`;
  const show = async (id: string) => (await cinder.get(`${base}/volumes/${id}`)).body.volume;
  const settled = async (id: string, status: string) => {
    await cloud.until(`volume ${id} to be ${status}`, async () => (await show(id))?.status === status);
    return show(id);
  };
  const add = async (more: Json = {}): Promise<string> => {
    const answer = await cinder.post(`${base}/volumes`, { volume: { size: 1, name: "test", ...more } });
    if (answer.status !== 202) throw new Error(answer.text);
    await settled(answer.body.volume.id, "available");
    return answer.body.volume.id;
  };
  return { cloud, cinder, base, show, settled, add };
}

const attach = (cloud: ServerCloud, id: string, volumeId: string, more: Json = {}) =>
  cloud.nova.post(
    `/v2.1/servers/${id}/os-volume_attachments`,
    { volumeAttachment: { volumeId, ...more } },
    LATEST,
  );

const detach = (cloud: ServerCloud, id: string, volumeId: string) =>
  cloud.nova.delete(`/v2.1/servers/${id}/os-volume_attachments/${volumeId}`, LATEST);

async function snapshotOf(cloud: ServerCloud, cinder: ApiClient, base: string, volumeId: string) {
  const made = await cinder.post(`${base}/snapshots`, { snapshot: { volume_id: volumeId, name: "snap" } });
  const id = made.body.snapshot.id as string;
  await cloud.until(
    "the snapshot",
    async () => (await cinder.get(`${base}/snapshots/${id}`)).body.snapshot.status === "available",
  );
  return id;
}

test("VO-10 VO-13 a volume is attached by a name in the guest; another server cannot have it meanwhile", async () => {
  const { cloud, add, settled } = await volumeCloud();
  await using _ = cloud;
  const [first, second] = [await cloud.server(), await cloud.server()];
  const volume = await add();
  const answer = await attach(cloud, first, volume, { device: "/dev/vdd" });
  expect([answer.status, answer.body.volumeAttachment.device]).toEqual([200, "/dev/vdd"]);
  expect(await settled(volume, "in-use")).toMatchObject({
    attachments: [{ server_id: first, device: "/dev/vdd", volume_id: volume }],
  });
  const twice = await attach(cloud, second, volume);
  expect([twice.status, twice.body.badRequest.message]).toEqual([
    400,
    `Invalid volume: volume ${volume} is already attached to instances: ${first}`,
  ]);
  const other = await add();
  const taken = await attach(cloud, first, other, { device: "/dev/vdd" });
  expect([taken.status, taken.body.conflictingRequest?.message]).toEqual([
    409,
    "The supplied device path (/dev/vdd) is in use.",
  ]);
  expect((await detach(cloud, first, volume)).status).toBe(202);
  await settled(volume, "available");
});

test("a server that is deleted lets its volumes go, and keeps or deletes them as was asked", async () => {
  const { cloud, add, settled, show } = await volumeCloud();
  await using _ = cloud;
  const id = await cloud.server();
  const [kept, goes] = [await add(), await add()];
  await attach(cloud, id, kept);
  await attach(cloud, id, goes, { delete_on_termination: true });
  await settled(kept, "in-use");
  await settled(goes, "in-use");
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.gone(id);
  await settled(kept, "available");
  await cloud.until("the other volume to be gone", async () => (await show(goes)) === undefined);
});

test("VO-23 boot from a snapshot with a mapping of 2013: vda=SNAPSHOT:snap::1", async () => {
  const { cloud, cinder, base, add, settled, show } = await volumeCloud();
  await using _ = cloud;
  const volume = await add({ imageRef: cloud.imageId });
  const snapshot = await snapshotOf(cloud, cinder, base, volume);
  const body = {
    server: {
      name: "boot-from-vol-test",
      flavorRef: "2",
      networks: "none",
      block_device_mapping: [{ device_name: "vda", snapshot_id: snapshot, delete_on_termination: "1" }],
    },
  };
  const made = await cloud.nova.post("/v2.1/servers", body, LATEST);
  expect(made.status).toBe(202);
  const { id } = made.body.server;
  const server = await cloud.settled(id, "ACTIVE");
  expect(server.image).toBe("");
  const [{ id: root }] = server["os-extended-volumes:volumes_attached"];
  expect(await settled(root, "in-use")).toMatchObject({
    snapshot_id: snapshot,
    attachments: [{ device: "/dev/vda", server_id: id }],
  });
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.gone(id);
  await cloud.until("its root disk to be gone", async () => (await show(root)) === undefined);
  await settled(volume, "available");
});

// As if a crash had come after the volume was reserved and before the server knew.
for (const then of ["is built", "is deleted"]) {
  test(`a server whose root disk a crash left reserved for it ${then}`, async () => {
    const { cloud, cinder, base, add, settled, show } = await volumeCloud();
    await using _ = cloud;
    await cloud.stop("n-cpu");
    const id = await cloud.boot({
      imageRef: "",
      block_device_mapping_v2: [
        {
          source_type: "image",
          destination_type: "volume",
          boot_index: 0,
          uuid: cloud.imageId,
          volume_size: 1,
          delete_on_termination: true,
        },
      ],
    });
    const ofHost = () => cloud.sql("nova", "SELECT id FROM bus_messages WHERE topic = 'compute.testhost'");
    await cloud.until("the message to be with the host", () => ofHost().length === 1);
    const root = await add({ imageRef: cloud.imageId });
    const reserved = await cinder.post(
      `${base}/attachments`,
      { attachment: { volume_uuid: root, instance_uuid: id } },
      { "openstack-api-version": "volume 3.27" },
    );
    expect(reserved.status).toBe(200);
    cloud.sql("nova", "UPDATE block_device_mapping SET volume_id = ? WHERE instance_uuid = ?", root, id);
    if (then === "is deleted") await cloud.nova.delete(`/v2.1/servers/${id}`);
    await cloud.start("n-cpu");
    if (then === "is deleted") {
      await cloud.gone(id);
      await cloud.until("its root disk to be gone", async () => (await show(root)) === undefined);
      return;
    }
    await cloud.settled(id, "ACTIVE");
    const { attachments } = await settled(root, "in-use");
    expect(attachments).toMatchObject([{ device: "/dev/vda", server_id: id }]);
  });
}

test("VO-24 a volume beside the image's root disk, given at boot", async () => {
  const { cloud, add, settled } = await volumeCloud();
  await using _ = cloud;
  const volume = await add();
  const id = await cloud.server({
    block_device_mapping_v2: [
      { source_type: "image", destination_type: "local", boot_index: 0, uuid: cloud.imageId },
      { source_type: "volume", destination_type: "volume", boot_index: -1, uuid: volume },
    ],
  });
  expect((await cloud.show(id)).image.id).toBe(cloud.imageId);
  expect(await settled(volume, "in-use")).toMatchObject({
    attachments: [{ server_id: id, device: "/dev/vdb" }],
  });
});

test("VO-25 boot from a new volume that is made of an image and stays when the server goes", async () => {
  const { cloud, settled } = await volumeCloud();
  await using _ = cloud;
  const id = await cloud.server({
    name: "myInstanceFromVolume",
    imageRef: "",
    flavorRef: "2",
    block_device_mapping_v2: [
      {
        source_type: "image",
        destination_type: "volume",
        boot_index: 0,
        uuid: cloud.imageId,
        volume_size: 10,
        delete_on_termination: false,
      },
    ],
  });
  const server = await cloud.show(id);
  expect(server.image).toBe("");
  const [{ id: root, delete_on_termination }] = server["os-extended-volumes:volumes_attached"];
  expect(delete_on_termination).toBe(false);
  expect(await settled(root, "in-use")).toMatchObject({ size: 10, bootable: "true" });
  const refused = await detach(cloud, id, root);
  expect([refused.status, refused.body.badRequest?.message]).toEqual([
    400,
    "Cannot detach a root device volume",
  ]);
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.gone(id);
  expect(await settled(root, "available")).toMatchObject({ attachments: [] });
});

test("VO-31 which volumes the servers of a dead host had is answered by SQL", async () => {
  const { cloud, add, settled } = await volumeCloud();
  await using _ = cloud;
  const id = await cloud.server();
  const volume = await add();
  await attach(cloud, id, volume);
  await settled(volume, "in-use");
  const rows = cloud.sql(
    "cinder",
    "select id as volume_uuid, status, attach_status, mountpoint, display_name from volumes where instance_uuid = ?",
    id,
  );
  expect(rows).toEqual([
    {
      volume_uuid: volume,
      status: "in-use",
      attach_status: "attached",
      mountpoint: "/dev/vdb",
      display_name: "test",
    },
  ]);
});

test("a volume of a multiattach type is had by two servers, and let go by one after the other", async () => {
  const { cloud, cinder, base, add, show, settled } = await volumeCloud();
  await using _ = cloud;
  const extra_specs = { multiattach: "<is> True" };
  await cinder.post(`${base}/types`, { volume_type: { name: "shared", extra_specs } });
  const volume = await add({ volume_type: "shared" });
  const servers = [await cloud.server(), await cloud.server()];
  for (const id of servers) {
    expect((await attach(cloud, id, volume)).body.volumeAttachment.device).toBe("/dev/vdb");
    await settled(volume, "in-use");
  }
  await cloud.until("both to have it", async () => (await show(volume)).attachments.length === 2);
  const old = await cloud.nova.post(
    `/v2.1/servers/${await cloud.server()}/os-volume_attachments`,
    { volumeAttachment: { volumeId: volume } },
    { "x-openstack-nova-api-version": "2.59" },
  );
  expect(old.status).toBe(400);
  await detach(cloud, servers[0]!, volume);
  await cloud.until("one to have it", async () => (await show(volume)).attachments.length === 1);
  expect((await show(volume)).status).toBe("in-use");
  await detach(cloud, servers[1]!, volume);
  await settled(volume, "available");
});

test("a volume given to a server on the shelf has a name in the guest once that is back", async () => {
  const { cloud, add, settled } = await volumeCloud();
  await using _ = cloud;
  const id = await cloud.server();
  await cloud.act(id, "shelve");
  await cloud.settled(id, "SHELVED_OFFLOADED");
  const volume = await add();
  expect((await attach(cloud, id, volume)).body.volumeAttachment.device).toBeNull();
  await settled(volume, "in-use");
  await cloud.act(id, "unshelve");
  await cloud.settled(id, "ACTIVE");
  const shown = await cloud.nova.get(`/v2.1/servers/${id}/os-volume_attachments/${volume}`);
  expect(shown.body.volumeAttachment.device).toBe("/dev/vdb");
});

test("an attached volume that grows: the guest is told, and the mapping has the new size", async () => {
  const { cloud, cinder, base, add, settled, show } = await volumeCloud();
  await using _ = cloud;
  const id = await cloud.server();
  const volume = await add();
  await attach(cloud, id, volume);
  await settled(volume, "in-use");
  const grown = await cinder.post(
    `${base}/volumes/${volume}/action`,
    { "os-extend": { new_size: 3 } },
    { "openstack-api-version": "volume 3.42" },
  );
  expect(grown.status).toBe(202);
  await cloud.until("it to have grown", async () => (await show(volume)).size === 3);
  await cloud.until(
    "the guest to know",
    () =>
      cloud.row("SELECT volume_size FROM block_device_mapping WHERE volume_id = ?", volume).volume_size === 3,
  );
  await settled(volume, "in-use");
  const actions = (await cloud.nova.get(`/v2.1/servers/${id}/os-instance-actions`, LATEST)).body;
  expect(actions.instanceActions.map(({ action }: { action: string }) => action)).toContain("extend_volume");
});

test("a snapshot of a server that boots from a volume is an image of volume snapshots, and boots again", async () => {
  const { cloud, cinder, base, settled } = await volumeCloud();
  await using _ = cloud;
  const disk = { source_type: "image", destination_type: "volume", boot_index: 0, volume_size: 1 };
  const server = { imageRef: "", flavorRef: "2" };
  const first = await cloud.server({
    ...server,
    block_device_mapping_v2: [{ ...disk, uuid: cloud.imageId }],
  });
  const { image_id } = (await cloud.act(first, "createImage", { name: "copy" })).body;
  await cloud.until(
    "the image to be active",
    async () => (await cloud.images.get(`/v2/images/${image_id}`)).body.status === "active",
  );
  const { snapshots } = (await cinder.get(`${base}/snapshots`)).body;
  expect(snapshots).toMatchObject([{ name: "snapshot for copy" }]);
  await cloud.until(
    "the snapshot",
    async () =>
      (await cinder.get(`${base}/snapshots/${snapshots[0].id}`)).body.snapshot.status === "available",
  );
  const second = await cloud.server({ imageRef: image_id, flavorRef: "2" });
  const [{ id: root }] = (await cloud.show(second))["os-extended-volumes:volumes_attached"];
  expect(await settled(root, "in-use")).toMatchObject({ snapshot_id: snapshots[0].id });
});

test("CP-35 by a switch, a server with a volume is not snapshotted before that is detached", async () => {
  const { cloud, add, settled } = await volumeCloud({ SNAPSHOT_WITH_VOLUMES: "False" });
  await using _ = cloud;
  const id = await cloud.server();
  const volume = await add();
  await attach(cloud, id, volume);
  await settled(volume, "in-use");
  const refused = await cloud.act(id, "createImage", { name: "snap" });
  expect([refused.status, refused.body.badRequest?.message]).toEqual([
    400,
    `Instance ${id} has volumes attached: detach them before a snapshot is taken.`,
  ]);
  await detach(cloud, id, volume);
  await settled(volume, "available");
  await cloud.until("the mapping to be gone", async () => {
    const path = `/v2.1/servers/${id}/os-volume_attachments`;
    return (await cloud.nova.get(path)).body.volumeAttachments.length === 0;
  });
  expect((await cloud.act(id, "createImage", { name: "snap" })).status).toBe(202);
  await cloud.settled(id, "ACTIVE");
});

test("a volume that is not bootable is no root disk; one made of an image brings the image's properties", async () => {
  const { cloud, cinder, base, add } = await volumeCloud();
  await using _ = cloud;
  await cloud.images.patch(
    `/v2/images/${cloud.imageId}`,
    JSON.stringify([{ op: "add", path: "/hw_disk_bus", value: "scsi" }]),
    { "content-type": "application/openstack-images-v2.1-json-patch" },
  );
  const root = (uuid: string) => ({
    imageRef: "",
    flavorRef: "2",
    block_device_mapping_v2: [{ boot_index: "0", uuid, source_type: "volume", destination_type: "volume" }],
  });
  const blank = await add();
  const body = { server: { name: "x", networks: "none", ...root(blank) } };
  const refused = await cloud.nova.post("/v2.1/servers", body, LATEST);
  expect([refused.status, refused.body.badRequest?.message]).toEqual([
    400,
    `Block Device ${blank} is not bootable.`,
  ]);
  const bootable = await add({ imageRef: cloud.imageId });
  const id = await cloud.server(root(bootable));
  const kept = cloud.sql(
    "nova",
    "SELECT key, value FROM instance_system_metadata WHERE instance_uuid = ? AND key LIKE 'image_%' ORDER BY key",
    id,
  ) as { key: string; value: string }[];
  expect(Object.fromEntries(kept.map(({ key, value }) => [key, value]))).toMatchObject({
    image_hw_disk_bus: "scsi",
    image_os_distro: "cirros",
    image_base_image_ref: "",
  });
  await cinder.post(`${base}/volumes/${blank}/action`, { "os-set_bootable": { bootable: true } });
  await cloud.server(root(blank));
});
