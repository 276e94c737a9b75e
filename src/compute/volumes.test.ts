import { expect, test } from "bun:test";
import { Invalid } from "../core/errors.ts";
import { LATEST, type ServerCloud, serverCloud } from "../testing/server-cloud.ts";
import { TestVolumes } from "../testing/test-volumes.ts";

async function volumeCloud(settings: Record<string, string> = {}) {
  const volumes = new TestVolumes();
  const cloud = await serverCloud({ volumes, settings });
  const { id } = cloud.sql("keystone", "SELECT id FROM project WHERE name = 'admin'")[0] as { id: string };
  const status = (volumeId: string) => volumes.volumes.get(volumeId)?.status;
  const settled = (volumeId: string, wanted: string) =>
    cloud.until(`volume ${volumeId} to be ${wanted}`, () => status(volumeId) === wanted);
  return {
    cloud,
    volumes,
    status,
    settled,
    add: (changes = {}) => volumes.add({ projectId: id, ...changes }),
  };
}

const attach = (cloud: ServerCloud, id: string, volumeId: string, more: Record<string, unknown> = {}) =>
  cloud.nova.post(
    `/v2.1/servers/${id}/os-volume_attachments`,
    { volumeAttachment: { volumeId, ...more } },
    LATEST,
  );

const attachments = async (cloud: ServerCloud, id: string) =>
  (await cloud.nova.get(`/v2.1/servers/${id}/os-volume_attachments`)).body.volumeAttachments;

test("a volume is attached to a running server, seen everywhere, and detached", async () => {
  const { cloud, add, settled, volumes } = await volumeCloud();
  await using _ = cloud;
  const id = await cloud.server();
  const volume = add();
  const answer = await attach(cloud, id, volume, { delete_on_termination: true });
  expect([answer.status, answer.body.volumeAttachment]).toMatchObject([
    200,
    { id: volume, volumeId: volume, serverId: id, device: "/dev/vdb", delete_on_termination: true },
  ]);
  await settled(volume, "in-use");
  expect(volumes.volumes.get(volume)?.attachments).toMatchObject([
    { instanceUuid: id, mountpoint: "/dev/vdb" },
  ]);
  expect(await attachments(cloud, id)).toEqual([
    { id: volume, volumeId: volume, serverId: id, device: "/dev/vdb" },
  ]);
  expect((await cloud.show(id))["os-extended-volumes:volumes_attached"]).toEqual([
    { id: volume, delete_on_termination: true },
  ]);
  expect((await attach(cloud, id, volume)).body.badRequest.message).toBe(
    `Invalid volume: volume ${volume} is already attached to instances: ${id}`,
  );
  expect((await cloud.nova.delete(`/v2.1/servers/${id}/os-volume_attachments/${volume}`)).status).toBe(202);
  await settled(volume, "available");
  expect(await attachments(cloud, id)).toEqual([]);
});

test("the guest refuses the disk: the volume is let go and the mapping is gone", async () => {
  const { cloud, add, settled } = await volumeCloud({ FAKE_FAILURES: "attachVolume:1" });
  await using _ = cloud;
  cloud.log.expectError("Simulated failure of attachVolume");
  const id = await cloud.server();
  const volume = add();
  await attach(cloud, id, volume);
  await settled(volume, "available");
  await cloud.until("the mapping to be gone", async () => (await attachments(cloud, id)).length === 0);
});

test("a server that boots from a volume made of an image; the volume goes with it", async () => {
  const { cloud, volumes } = await volumeCloud();
  await using _ = cloud;
  const id = await cloud.server({
    imageRef: "",
    block_device_mapping_v2: [
      {
        boot_index: 0,
        uuid: cloud.imageId,
        source_type: "image",
        destination_type: "volume",
        volume_size: 2,
        delete_on_termination: true,
      },
    ],
  });
  const [volume] = [...volumes.volumes.values()];
  expect(volume).toMatchObject({ sizeGb: 2, status: "in-use", attachments: [{ mountpoint: "/dev/vda" }] });
  const server = await cloud.show(id);
  expect(server.image).toBe("");
  expect(server["os-extended-volumes:volumes_attached"]).toEqual([
    { id: volume!.id, delete_on_termination: true },
  ]);
  expect(cloud.sql("placement", "SELECT count(*) AS n FROM allocations")).toEqual([{ n: 2 }]);
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.gone(id);
  await cloud.until("the volume to be deleted", () => volumes.volumes.size === 0);
});

test("a volume that is deleted with the server only when it is to be", async () => {
  const { cloud, add, settled } = await volumeCloud();
  await using _ = cloud;
  const id = await cloud.server();
  const volume = add();
  await attach(cloud, id, volume);
  await settled(volume, "in-use");
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.gone(id);
  await settled(volume, "available");
});

test("a build cut short after its volume was made does not make another", async () => {
  const { cloud, volumes } = await volumeCloud();
  await using _ = cloud;
  await cloud.stop("n-cpu");
  const id = await cloud.boot({
    imageRef: "",
    block_device_mapping_v2: [
      {
        boot_index: 0,
        uuid: cloud.imageId,
        source_type: "image",
        destination_type: "volume",
        volume_size: 1,
      },
    ],
  });
  await cloud.until("the message to be with the host", () =>
    cloud
      .sql("nova", "SELECT topic FROM bus_messages")
      .some((row) => (row as { topic: string }).topic === "compute.testhost"),
  );
  // As if the host had got as far as to ask for the volume.
  const early = "7a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d11";
  cloud.sql("nova", "UPDATE block_device_mapping SET volume_id = ? WHERE instance_uuid = ?", early, id);
  await cloud.start("n-cpu");
  await cloud.settled(id, "ACTIVE");
  expect([...volumes.volumes.keys()]).toEqual([early]);
});

test("attaching that was cut short before the host knew of it is undone at the next start", async () => {
  const { cloud, add, volumes, status } = await volumeCloud();
  await using _ = cloud;
  const id = await cloud.server();
  const volume = add();
  await cloud.stop("n-cpu");
  await attach(cloud, id, volume);
  expect(status(volume)).toBe("reserved");
  cloud.sql("nova", "DELETE FROM bus_messages");
  cloud.sql("nova", "UPDATE block_device_mapping SET attachment_id = NULL WHERE volume_id = ?", volume);
  await cloud.start("n-cpu");
  expect(await attachments(cloud, id)).toEqual([]);
  expect(volumes.volumes.get(volume)).toMatchObject({ status: "available", attachments: [] });
});

test("what the block storage service refuses, the compute API tells", async () => {
  const { cloud, add, volumes } = await volumeCloud();
  await using _ = cloud;
  const id = await cloud.server();
  const missing = "7a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d11";
  expect((await attach(cloud, id, missing)).body.itemNotFound.message).toBe(
    `Volume ${missing} could not be found.`,
  );
  const busy = add();
  volumes.before = (what) => {
    if (what.startsWith("attach")) throw new Invalid("Invalid volume: it is busy");
  };
  expect((await attach(cloud, id, busy)).body.badRequest.message).toBe("Invalid volume: it is busy");
  expect(await attachments(cloud, id)).toEqual([]);
  await cloud.stop("c-api");
  expect((await attach(cloud, id, busy)).status).toBe(503);
  const refused = await cloud.nova.post("/v2.1/os-volumes", { volume: { size: 1 } });
  expect(refused.status).toBe(503);
});

test("os-volumes: the block storage service through the old compute API", async () => {
  const { cloud } = await volumeCloud();
  await using _ = cloud;
  const body = { volume: { size: "1", display_name: "v", metadata: { a: "b" } } };
  const made = await cloud.nova.post("/v2.1/os-volumes", body);
  expect([made.status, made.body.volume]).toMatchObject([
    200,
    {
      displayName: "v",
      size: 1,
      metadata: { a: "b" },
      attachments: [{}],
      createdAt: "2013-02-27T00:00:00.000000",
    },
  ]);
  const path = `/v2.1/os-volumes/${made.body.volume.id}`;
  expect((await cloud.nova.get(path)).body.volume.id).toBe(made.body.volume.id);
  expect((await cloud.nova.get("/v2.1/os-volumes/detail")).body.volumes).toHaveLength(1);
  expect((await cloud.nova.delete(path)).status).toBe(202);
  expect((await cloud.nova.get(path, LATEST)).status).toBe(404);
});

test("volumes of shelved, resized and rebuilt servers stay with them", async () => {
  const { cloud, add, settled } = await volumeCloud({ FAKE_HOSTS: "c01:8:16384 c02:8:16384" });
  await using _ = cloud;
  const id = await cloud.server();
  const volume = add();
  await attach(cloud, id, volume);
  await settled(volume, "in-use");
  await cloud.act(id, "resize", { flavorRef: "2" });
  await cloud.settled(id, "VERIFY_RESIZE");
  await cloud.act(id, "revertResize");
  await cloud.settled(id, "ACTIVE");
  expect(await attachments(cloud, id)).toHaveLength(1);
  await cloud.act(id, "rebuild", { imageRef: cloud.imageId });
  await cloud.settled(id, "ACTIVE");
  await settled(volume, "in-use");
  await cloud.act(id, "migrate");
  await cloud.settled(id, "VERIFY_RESIZE");
  await cloud.act(id, "confirmResize");
  await cloud.settled(id, "ACTIVE");
  await settled(volume, "in-use");
  await cloud.act(id, "shelve");
  const { status } = await cloud.settled(id, "SHELVED", "SHELVED_OFFLOADED");
  if (status === "SHELVED") await cloud.act(id, "shelveOffload");
  await cloud.settled(id, "SHELVED_OFFLOADED");
  await cloud.act(id, "unshelve");
  await cloud.settled(id, "ACTIVE");
  await settled(volume, "in-use");
  expect(await attachments(cloud, id)).toHaveLength(1);
});

const swap = (cloud: ServerCloud, id: string, from: string, to: string, version = LATEST) =>
  cloud.nova.put(
    `/v2.1/servers/${id}/os-volume_attachments/${from}`,
    { volumeAttachment: { volumeId: to } },
    version,
  );

/** A server with a volume. */
async function swapCloud(settings: Record<string, string> = {}) {
  const all = await volumeCloud(settings);
  const id = await all.cloud.server();
  const old = all.add();
  await attach(all.cloud, id, old);
  await all.settled(old, "in-use");
  return { ...all, id, old };
}

test("a volume is swapped for another: the mapping names the new one, the old one is free", async () => {
  const { cloud, add, settled, id, old, volumes } = await swapCloud();
  await using _ = cloud;
  const fresh = add({ sizeGb: 2 });
  expect((await swap(cloud, id, old, fresh)).status).toBe(202);
  await settled(fresh, "in-use");
  await settled(old, "available");
  expect(await attachments(cloud, id)).toEqual([
    { id: fresh, volumeId: fresh, serverId: id, device: "/dev/vdb" },
  ]);
  expect(volumes.volumes.get(fresh)?.attachments).toMatchObject([
    { instanceUuid: id, mountpoint: "/dev/vdb" },
  ]);
  const { body } = await cloud.nova.get(`/v2.1/servers/${id}/os-instance-actions`, LATEST);
  const { request_id, action } = body.instanceActions[0];
  expect(action).toBe("swap_volume");
  const shown = await cloud.nova.get(`/v2.1/servers/${id}/os-instance-actions/${request_id}`, LATEST);
  expect(shown.body.instanceAction.events).toMatchObject([
    { event: "compute_swap_volume", result: "Success" },
  ]);
  expect((await swap(cloud, id, fresh, old)).body.badRequest.message).toBe(
    "Invalid volume: New volume must be the same size or larger.",
  );
});

test("a swap that fails on the host leaves the server its volume and the other one free", async () => {
  const { cloud, add, settled, id, old } = await swapCloud({ FAKE_FAILURES: "swapVolume:1" });
  await using _ = cloud;
  cloud.log.expectError("Simulated failure of swapVolume");
  const fresh = add();
  await swap(cloud, id, old, fresh);
  await settled(fresh, "available");
  await settled(old, "in-use");
  expect(await attachments(cloud, id)).toMatchObject([{ volumeId: old }]);
  expect((await cloud.show(id)).status).toBe("ACTIVE");
  await swap(cloud, id, old, fresh);
  await settled(old, "available");
});

test("a swap that a crash cut short is brought to its end", async () => {
  const { cloud, add, settled, id, old } = await swapCloud();
  await using _ = cloud;
  const fresh = add();
  await cloud.stop("n-cpu");
  await swap(cloud, id, old, fresh);
  const [message] = cloud.sql("nova", "SELECT topic, method, args, context FROM bus_messages") as Record<
    string,
    string
  >[];
  await cloud.start("n-cpu");
  await settled(old, "available");
  // The old attachment was not ended yet when the power went: the message comes again.
  await cloud.stop("n-cpu");
  const { topic, method, args, context } = message!;
  cloud.sql(
    "nova",
    "INSERT INTO bus_messages (topic, method, args, context) VALUES (?, ?, ?, ?)",
    ...[topic!, method!, args!, context!],
  );
  await cloud.start("n-cpu");
  await cloud.until(
    "the message to be gone",
    () => cloud.sql("nova", "SELECT 1 FROM bus_messages").length === 0,
  );
  expect(await attachments(cloud, id)).toMatchObject([{ volumeId: fresh }]);
  await settled(fresh, "in-use");
  await settled(old, "available");
});

test("swaps that are refused", async () => {
  const { cloud, add, status, id, old, volumes } = await swapCloud();
  await using _ = cloud;
  const missing = "7a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d11";
  const text = async (from: string, to: string) => {
    const { status, body } = await swap(cloud, id, from, to, { "x-openstack-nova-api-version": "2.1" });
    return [status, (Object.values(body)[0] as { message: string }).message];
  };
  expect(await text(missing, old)).toEqual([404, `Volume ${missing} could not be found.`]);
  expect(await text(old, missing)).toEqual([400, `Volume ${missing} could not be found.`]);
  const free = add();
  expect(await text(free, add())).toEqual([
    400,
    "Invalid volume: Old volume is attached to a different instance.",
  ]);
  const shared = add({
    multiattach: true,
    status: "in-use",
    attachments: [{ attachmentId: "a", instanceUuid: missing, mountpoint: "/dev/vdb" }],
  });
  volumes.volumes.get(shared)!.status = "in-use";
  expect(await text(old, shared)).toEqual([
    400,
    "Invalid volume: New volume must be detached in order to swap.",
  ]);
  volumes.volumes.get(old)!.multiattach = true;
  volumes.volumes
    .get(old)!
    .attachments.push({ attachmentId: "b", instanceUuid: missing, mountpoint: "/dev/vdb" });
  expect(await text(old, free)).toEqual([
    400,
    "Swapping multi-attach volumes with more than one read/write attachment is not supported.",
  ]);
  expect([status(old), status(free)]).toEqual(["in-use", "available"]);
  await cloud.act(id, "suspend");
  await cloud.settled(id, "SUSPENDED");
  expect(await text(old, free)).toEqual([
    409,
    `Cannot 'swap_volume' instance ${id} while it is in vm_state suspended`,
  ]);
});
