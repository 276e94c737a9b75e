import { expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import type { ApiClient, TestCloud } from "../../testing/cloud.ts";
import { createImage, imageCloud, noise, uploadImage } from "../testing.ts";

const files = (cloud: TestCloud) => readdirSync(cloud.paths.at("image-cache")).sort();

async function until(done: () => Promise<boolean>) {
  while (!(await done())) await Bun.sleep(2);
}

async function cachedIds(client: ApiClient): Promise<string[]> {
  const { body } = await client.get("/v2/cache");
  return body.queued_images.length > 0
    ? ["waiting"]
    : body.cached_images.map((row: { image_id: string }) => row.image_id);
}

test("an image is queued for caching, cached, used, and dropped", async () => {
  await using cloud = await imageCloud();
  const admin = await cloud.as("g-api");
  const demo = await cloud.as("g-api", "demo");
  expect((await demo.get("/v2/cache")).status).toBe(403);
  expect((await admin.get("/v2/cache")).body).toEqual({ cached_images: [], queued_images: [] });
  expect((await admin.put("/v2/cache/no-such-image")).status).toBe(404);
  expect((await admin.put(`/v2/cache/${await createImage(admin)}`)).status).toBe(400);
  const id = await uploadImage(demo, noise(5000));
  expect((await demo.put(`/v2/cache/${id}`)).status).toBe(403);
  expect((await admin.put(`/v2/cache/${id}`)).status).toBe(202);
  await until(async () => (await cachedIds(admin))[0] === id);
  expect(files(cloud)).toEqual([id]);
  expect((await demo.get(`/v2/images/${id}/file`)).status).toBe(200);
  const [row] = (await admin.get("/v2/cache")).body.cached_images;
  expect(row).toEqual({
    image_id: id,
    hits: 1,
    last_accessed: expect.any(Number),
    last_modified: expect.any(Number),
    size: 5000,
  });
  expect((await admin.put(`/v2/cache/${id}`)).status).toBe(202);
  expect((await admin.get("/v2/cache")).body.queued_images).toEqual([]);
  expect((await admin.delete(`/v2/cache/${id}`)).status).toBe(204);
  expect((await admin.delete("/v2/cache/00000000-0000-0000-0000-000000000000")).status).toBe(404);
  expect(files(cloud)).toEqual([]);
  expect((await demo.get(`/v2/images/${id}/file`)).status).toBe(200);
});

test("the whole cache is cleared, in part or at once; a deleted image leaves it", async () => {
  await using cloud = await imageCloud();
  const admin = await cloud.as("g-api");
  const [a, b] = [await uploadImage(admin, noise(100)), await uploadImage(admin, noise(100, 2))];
  for (const id of [a, b]) await admin.put(`/v2/cache/${id}`);
  await until(async () => (await cachedIds(admin)).length === 2);
  expect((await admin.delete("/v2/cache", { "x-image-cache-clear-target": "other" })).status).toBe(400);
  expect((await admin.delete("/v2/cache", { "x-image-cache-clear-target": "queue" })).status).toBe(204);
  expect(await cachedIds(admin)).toHaveLength(2);
  await admin.delete(`/v2/images/${a}`);
  expect(await cachedIds(admin)).toEqual([b]);
  expect((await admin.delete("/v2/cache")).status).toBe(204);
  expect(await cachedIds(admin)).toEqual([]);
  expect(files(cloud)).toEqual([]);
});

test("the calls of old: cached_images and queued_images", async () => {
  await using cloud = await imageCloud();
  const admin = await cloud.as("g-api");
  const id = await uploadImage(admin, noise(100));
  expect((await admin.put(`/v2/queued_images/${id}`)).status).toBe(200);
  await until(async () => (await admin.get("/v2/cached_images")).body.cached_images.length === 1);
  expect((await admin.get("/v2/queued_images")).body).toEqual({ queued_images: [] });
  expect((await admin.delete("/v2/cached_images")).body).toEqual({ num_deleted: 1 });
  expect((await admin.delete("/v2/queued_images")).body).toEqual({ num_deleted: 0 });
  expect((await admin.delete(`/v2/cached_images/${id}`)).status).toBe(200);
  expect((await admin.put("/v2/queued_images/..%2F..%2Fetc")).status).toBe(404);
});

test("the least recently used goes when the cache is full; strays go at the start", async () => {
  await using cloud = await imageCloud({ settings: { GLANCE_IMAGE_CACHE_MAX_SIZE: "250" } });
  const admin = await cloud.as("g-api");
  const ids: string[] = [];
  for (let i = 1; i <= 3; i++) {
    const id = await uploadImage(admin, noise(100, i));
    ids.push(id);
    await admin.put(`/v2/cache/${id}`);
    await until(async () => (await cachedIds(admin)).includes(id));
  }
  expect(files(cloud)).toEqual(ids.slice(1).sort());
  await Bun.write(cloud.paths.at("image-cache", "stray"), "x");
  await Bun.write(cloud.paths.at("image-cache", "half.part"), "x");
  await cloud.cloud.restartService("g-api");
  expect(files(cloud)).toEqual(ids.slice(1).sort());
});

test("without the cache API its versions are not there", async () => {
  await using cloud = await imageCloud({ settings: { GLANCE_IMAGE_CACHE: "False" } });
  const admin = await cloud.as("g-api");
  const answer = await admin.get("/v2/cache");
  expect(answer.status).toBe(404);
  expect(answer.text).toContain("Caching via API is not supported at this site.");
  const ids = (await admin.get("/versions")).body.versions.map((version: { id: string }) => version.id);
  expect(ids.slice(0, 3)).toEqual(["v2.15", "v2.13", "v2.12"]);
  expect(existsSync(cloud.paths.at("image-cache"))).toBeTrue();
});
