import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { adminContext } from "../../core/context.ts";
import { type TestCloud, testCloud } from "../../testing/cloud.ts";
import { imagePublic } from "../public.ts";
import { createImage, noise, OCTETS, uploadImage } from "../testing.ts";

const SETTINGS = { GLANCE_ENABLED_BACKENDS: "objects:swift,file:file" };

function swiftCloud(settings: Record<string, string> = {}): Promise<TestCloud> {
  return testCloud({ windows: ["key", "g-api", "swift"], settings: { ...SETTINGS, ...settings } });
}

/** Names of the objects in the store's container. */
async function objects(cloud: TestCloud): Promise<string[]> {
  const glance = await cloud.as("swift", "glance", "service");
  const [{ id }] = cloud.sql("keystone", "SELECT id FROM project WHERE name = 'service'") as [{ id: string }];
  const answer = await glance.get(`/v1/AUTH_${id}/glance?format=json`);
  return answer.status === 200 ? answer.body.map((object: { name: string }) => object.name) : [];
}

const md5 = (data: Uint8Array) => createHash("md5").update(data).digest("hex");

test("IM-28 data in the object store: upload, range, download, delete", async () => {
  await using cloud = await swiftCloud();
  const demo = await cloud.as("g-api", "demo");
  const data = noise(3 << 20);
  const id = await createImage(demo);
  const put = await demo.put(`/v2/images/${id}/file`, data, {
    ...OCTETS,
    "content-length": `${data.length}`,
  });
  expect(put.status).toBe(204);
  expect((await demo.get(`/v2/images/${id}`)).body).toMatchObject({
    status: "active",
    stores: "objects",
    size: data.length,
    checksum: md5(data),
  });
  expect(cloud.sql("glance", "SELECT value FROM image_locations")).toEqual([
    { value: `swift+config://objects/glance/${id}` },
  ]);
  expect(await objects(cloud)).toEqual([id]);
  const part = await demo.get(`/v2/images/${id}/file`, { range: "bytes=10-19" });
  expect(part.status).toBe(206);
  expect(part.headers.get("content-range")).toBe(`bytes 10-19/${data.length}`);
  expect(part.headers.get("content-length")).toBe("10");
  const whole = await cloud.cloud.app("g-api").fetch(
    new Request(`http://x/v2/images/${id}/file`, {
      headers: { "x-auth-token": await cloud.token("demo") },
    }),
    { target: `/v2/images/${id}/file` },
  );
  expect(md5(await whole.bytes())).toBe(md5(data));
  expect((await demo.delete(`/v2/images/${id}`)).status).toBe(204);
  while ((await objects(cloud)).length > 0) await Bun.sleep(2);
});

test("data of unknown size is kept in segments; another store takes a copy", async () => {
  await using cloud = await swiftCloud({ GLANCE_SWIFT_STORE_LARGE_OBJECT_CHUNK_SIZE: "1500000" });
  const admin = await cloud.as("g-api");
  const data = noise(4_000_000);
  const stream = new ReadableStream({
    start(controller) {
      for (let at = 0; at < data.length; at += 70_000) controller.enqueue(data.slice(at, at + 70_000));
      controller.close();
    },
  });
  const id = await createImage(admin);
  expect((await admin.put(`/v2/images/${id}/file`, stream, OCTETS)).status).toBe(204);
  expect(await objects(cloud)).toEqual([id, `${id}-00001`, `${id}-00002`, `${id}-00003`]);
  const copied = await admin.post(`/v2/images/${id}/import`, {
    method: { name: "copy-image" },
    stores: ["file"],
  });
  expect(copied.status).toBe(202);
  while ((await admin.get(`/v2/images/${id}`)).body.stores !== "objects,file") await Bun.sleep(2);
  const path = cloud.paths.at("images", id);
  expect(md5(await Bun.file(path).bytes())).toBe(md5(data));
  expect((await admin.delete(`/v2/stores/objects/${id}`)).status).toBe(204);
  while ((await objects(cloud)).length > 0) await Bun.sleep(2);
  expect((await admin.get(`/v2/images/${id}/file`)).status).toBe(200);
});

test("a store may be chosen for an upload, and is described", async () => {
  await using cloud = await swiftCloud();
  const admin = await cloud.as("g-api");
  expect((await admin.get("/v2/info/stores/detail")).body.stores[0]).toEqual({
    id: "objects",
    default: "true",
    type: "swift",
    properties: { container: "glance", large_object_size: 5120, large_object_chunk_size: 200 },
  });
  const id = await createImage(admin);
  await admin.put(`/v2/images/${id}/file`, noise(10), { ...OCTETS, "x-image-meta-store": "file" });
  expect((await admin.get(`/v2/images/${id}`)).body.stores).toBe("file");
  expect(await objects(cloud)).toEqual([]);
});

test("other services get the data as a file of this host", async () => {
  await using cloud = await swiftCloud();
  const admin = await cloud.as("g-api");
  const id = await uploadImage(admin, "the data");
  const images = cloud.cloud.peers.get(imagePublic);
  const context = adminContext("req-00000000-0000-0000-0000-000000000000");
  expect(() => images.dataPath(context, id)).toThrow("not on this host");
  const path = await images.fetch(context, id);
  expect(await Bun.file(path).text()).toBe("the data");
  expect(images.dataPath(context, id)).toBe(path);
});

test("an upload that breaks off, or whose object store stops, leaves nothing; strays go", async () => {
  await using cloud = await swiftCloud();
  const demo = await cloud.as("g-api", "demo");
  const broken = new ReadableStream({
    pull(controller) {
      controller.enqueue(noise(200_000));
      controller.error(Object.assign(new Error("gone"), { code: "ECONNRESET" }));
    },
  });
  const id = await createImage(demo);
  expect((await demo.put(`/v2/images/${id}/file`, broken, OCTETS)).status).toBe(400);
  expect((await demo.get(`/v2/images/${id}`)).body.status).toBe("queued");
  expect(await objects(cloud)).toEqual([]);
  const refused = await demo.put(`/v2/images/${id}/file`, "QED\0 is refused", OCTETS);
  expect(refused.status).toBe(415);
  expect(await objects(cloud)).toEqual([]);

  const kept = await uploadImage(demo, noise(100));
  await cloud.cloud.stopService("swift");
  expect((await demo.put(`/v2/images/${id}/file`, noise(9), OCTETS)).status).toBe(503);
  expect((await demo.get(`/v2/images/${kept}/file`)).status).toBe(503);
  const gone = await uploadImageTo(demo, "file");
  expect((await demo.delete(`/v2/images/${kept}`)).status).toBe(204);
  await cloud.cloud.startService("swift");
  expect(await objects(cloud)).toEqual([kept, `${kept}-00001`]);
  await cloud.cloud.restartService("g-api");
  const next = await uploadImage(demo, noise(100));
  expect(await objects(cloud)).toEqual([next, `${next}-00001`]);
  expect((await demo.get(`/v2/images/${gone}/file`)).status).toBe(200);

  async function uploadImageTo(client: typeof demo, store: string) {
    const made = await createImage(client);
    await client.put(`/v2/images/${made}/file`, noise(9), { ...OCTETS, "x-image-meta-store": store });
    return made;
  }
});
