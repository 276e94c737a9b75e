import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiClient } from "../../testing/cloud.ts";
import { createImage, imageCloud, noise, OCTETS, reason, uploadImage } from "../testing.ts";

const STORES = { GLANCE_ENABLED_BACKENDS: "file:file,second:file" };

/** Waits until no import works on the image any more. */
async function settled(client: ApiClient, id: string) {
  for (;;) {
    const { body } = await client.get(`/v2/images/${id}`);
    if (body.os_glance_import_task === undefined) return body;
    await Bun.sleep(1);
  }
}

const imported = (
  client: ApiClient,
  id: string,
  name: string,
  more: Record<string, unknown> = {},
  method = {},
) => client.post(`/v2/images/${id}/import`, { method: { name, ...method }, ...more });

test("glance-direct: staged, imported into two stores, the task tells", async () => {
  await using cloud = await imageCloud({ settings: STORES });
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  const bytes = noise(2_000_000);
  expect((await demo.put(`/v2/images/${id}/stage`, bytes, OCTETS)).status).toBe(204);
  expect((await demo.get(`/v2/images/${id}`)).body).toMatchObject({
    status: "uploading",
    size: bytes.length,
  });
  const answer = await imported(demo, id, "glance-direct", { all_stores: true });
  expect([answer.status, answer.text]).toEqual([202, ""]);
  const image = await settled(demo, id);
  expect(image).toMatchObject({
    status: "active",
    size: bytes.length,
    checksum: new Bun.CryptoHasher("md5").update(bytes).digest("hex"),
    stores: "file,second",
    os_glance_importing_to_stores: "",
    os_glance_failed_import: "",
  });
  expect(readdirSync(cloud.paths.at("staging"))).toEqual([]);
  expect(readdirSync(cloud.paths.at("images-second"))).toEqual([id]);
  const { tasks } = (await demo.get(`/v2/images/${id}/tasks`)).body;
  expect(tasks).toMatchObject([
    {
      type: "api_image_import",
      status: "success",
      image_id: id,
      request_id: answer.headers.get("x-openstack-request-id"),
      result: { image_id: id },
      input: { import_req: { method: { name: "glance-direct" } }, backend: ["file", "second"] },
    },
  ]);
  const admin = await cloud.as("g-api");
  expect((await admin.get(`/v2/tasks/${tasks[0].id}`)).body.status).toBe("success");
  expect((await admin.get("/v2/tasks")).body.tasks[0].id).toBe(tasks[0].id);
  expect((await admin.delete(`/v2/tasks/${tasks[0].id}`)).status).toBe(405);

  expect((await demo.delete(`/v2/stores/second/${id}`)).status).toBe(204);
  expect((await demo.get(`/v2/images/${id}`)).body.stores).toBe("file");
  expect(readdirSync(cloud.paths.at("images-second"))).toEqual([]);
  expect((await demo.delete(`/v2/stores/file/${id}`)).status).toBe(403);
});

test("copy-image brings an image into the other stores, for administrators", async () => {
  await using cloud = await imageCloud({ settings: STORES });
  const demo = await cloud.as("g-api", "demo");
  const admin = await cloud.as("g-api");
  const id = await uploadImage(demo, noise(5000));
  expect((await imported(demo, id, "copy-image", { all_stores: true })).status).toBe(403);
  expect((await imported(admin, id, "copy-image", { stores: ["file"] })).status).toBe(400);
  expect((await imported(admin, id, "copy-image", { all_stores: true })).status).toBe(202);
  expect(await settled(demo, id)).toMatchObject({ status: "active", stores: "file,second", size: 5000 });
});

test("web-download, from where the operator allows it", async () => {
  const server = createServer((request, response) => {
    if (request.url === "/ok") response.end("data from the web");
    else if (request.url === "/short") {
      response.writeHead(200, { "content-length": "100" });
      response.write("little");
      response.socket?.destroySoon();
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await using closed = await imageCloud();
    const nobody = await closed.as("g-api", "demo");
    const refused = await imported(
      nobody,
      await createImage(nobody),
      "web-download",
      {},
      { uri: `${base}/ok` },
    );
    expect([refused.status, reason(refused.text)]).toEqual([
      400,
      `URI for web-download does not pass filtering: ${base}/ok`,
    ]);

    await using cloud = await imageCloud({
      settings: { GLANCE_IMPORT_ALLOWED_HOSTS: "127.0.0.1", GLANCE_IMPORT_ALLOWED_PORTS: "" },
    });
    const demo = await cloud.as("g-api", "demo");
    const id = await createImage(demo);
    expect((await imported(demo, id, "web-download", {}, { uri: `${base}/ok` })).status).toBe(202);
    expect((await settled(demo, id)).status).toBe("active");
    expect((await demo.get(`/v2/images/${id}/file`)).text).toBe("data from the web");

    for (const path of ["/none", "/short"]) {
      const bad = await createImage(demo);
      expect((await imported(demo, bad, "web-download", {}, { uri: base + path })).status).toBe(202);
      expect(await settled(demo, bad)).toMatchObject({
        status: "queued",
        size: null,
        os_glance_failed_import: "file",
        os_glance_importing_to_stores: "",
      });
      const [task] = (await demo.get(`/v2/images/${bad}/tasks`)).body.tasks;
      expect(task.status).toBe("failure");
      expect(task.message).not.toBe("");
    }
    expect(readdirSync(cloud.paths.at("staging"))).toEqual([]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("glance-download copies data and hardware properties of an image one may read", async () => {
  await using cloud = await imageCloud({ settings: { GLANCE_ENABLED_IMPORT_METHODS: "[glance-download]" } });
  const demo = await cloud.as("g-api", "demo");
  const other = await cloud.as("g-api", "demo", "invisible_to_admin");
  const from = await uploadImage(demo, "data", { hw_disk_bus: "scsi", speed: "fast", disk_format: "iso" });
  const params = { glance_image_id: from, glance_region: "RegionOne", glance_service_interface: "public" };
  const id = await createImage(demo);
  expect((await imported(demo, id, "glance-download", {}, params)).status).toBe(202);
  const image = await settled(demo, id);
  expect(image).toMatchObject({ status: "active", disk_format: "iso", hw_disk_bus: "scsi", size: 4 });
  expect(image.speed).toBeUndefined();
  const theirs = await createImage(other);
  await imported(other, theirs, "glance-download", {}, params);
  expect((await settled(other, theirs)).status).toBe("queued");
  const bad = await imported(
    demo,
    await createImage(demo),
    "glance-download",
    {},
    { ...params, glance_image_id: "x" },
  );
  expect(reason(bad.text)).toBe("Remote image id does not look like a UUID: x");
});

test.each([
  [{}, 400, "Import request requires a 'method' field."],
  [{ method: {} }, 400, "Import request requires a 'name' field."],
  [{ method: { name: "magic" } }, 400, "Unknown import method name 'magic'."],
  [{ method: { name: "glance-direct" }, all_stores: "yes" }, 400, "'all_stores' must be boolean value only"],
  [
    { method: { name: "glance-direct" } },
    409,
    "Image needs to be staged before 'glance-direct' method can be used",
  ],
  [{ method: { name: "copy-image" } }, 409, "Only images with status active can be targeted for copying"],
  [
    { method: { name: "web-download", uri: "http://127.0.0.1/" }, stores: ["moon"] },
    409,
    "Store for identifier moon not found",
  ],
  [{ method: { name: "web-download" } }, 400, "URI for web-download does not pass filtering: None"],
])("import with %j is refused", async (body, status, text) => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const answer = await demo.post(`/v2/images/${await createImage(demo)}/import`, body);
  expect([answer.status, reason(answer.text)]).toEqual([status, text]);
});

test("an import that was cut short by a crash is taken up again", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  await demo.put(`/v2/images/${id}/stage`, "staged", OCTETS);
  await imported(demo, id, "glance-direct");
  expect((await settled(demo, id)).status).toBe("active");
  const [task] = (await demo.get(`/v2/images/${id}/tasks`)).body.tasks;
  // As it was in the middle: the message, the lock and the staged data are there, the image has nothing yet.
  await cloud.cloud.stopService("g-api");
  const sql = (statement: string, ...parameters: string[]) => cloud.sql("glance", statement, ...parameters);
  sql("UPDATE images SET status = 'importing', checksum = NULL WHERE id = ?", id);
  sql("UPDATE image_locations SET deleted = 1 WHERE image_id = ?", id);
  sql("UPDATE image_properties SET deleted = 0 WHERE image_id = ? AND name = 'os_glance_import_task'", id);
  sql("UPDATE tasks SET status = 'processing', expires_at = NULL WHERE id = ?", task.id);
  sql(
    "INSERT INTO bus_messages (topic, method, args, context) VALUES ('glance', 'import_image', ?, '{}')",
    JSON.stringify({ taskId: task.id }),
  );
  writeFileSync(cloud.paths.at("staging", id), "staged");
  await cloud.cloud.startService("g-api");
  expect(await settled(demo, id)).toMatchObject({ status: "active", size: 6 });
  expect((await demo.get(`/v2/images/${id}/file`)).text).toBe("staged");
  expect((await demo.get(`/v2/images/${id}/tasks`)).body.tasks[0].status).toBe("success");
  expect(readdirSync(cloud.paths.at("images"))).toEqual([id]);
});
