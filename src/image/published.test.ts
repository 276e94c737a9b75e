import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { adminContext, makeContext } from "../core/context.ts";
import type { TestCloud } from "../testing/cloud.ts";
import { imagePublic } from "./public.ts";
import { imageCloud, noise } from "./testing.ts";

async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

async function memberContext(cloud: TestCloud, project: string) {
  const token = await cloud.token("demo", project);
  const { body } = await cloud.request("key", "GET", "/v3/auth/tokens", undefined, {
    "x-auth-token": token,
    "x-subject-token": token,
  });
  return makeContext({
    requestId: "req-1",
    projectId: body.token.project.id,
    userId: body.token.user.id,
    roles: ["member", "reader"],
  });
}

test("IM-23 another service makes a snapshot image, with the user's own rights", async () => {
  await using cloud = await imageCloud();
  const images = cloud.cloud.peers.get(imagePublic);
  const user = await memberContext(cloud, "demo");
  const stranger = await memberContext(cloud, "invisible_to_admin");
  const bytes = noise(10_000);
  const made = images.create(user, {
    name: "snap",
    diskFormat: "raw",
    containerFormat: "bare",
    visibility: "private",
    minDiskGb: 1,
    properties: {
      image_type: "snapshot",
      instance_uuid: "u",
      base_image_ref: "b",
      image_location: "snapshot",
    },
  });
  expect(made).toMatchObject({
    status: "queued",
    owner: user.projectId,
    visibility: "private",
    minDiskGb: 1,
  });
  const marks = "SELECT name, value FROM image_properties WHERE image_id = ? ORDER BY name";
  expect(cloud.sql("glance", marks, made.id)).toEqual([
    { name: "base_image_ref", value: "b" },
    { name: "image_location", value: "snapshot" },
    { name: "image_type", value: "snapshot" },
    { name: "instance_uuid", value: "u" },
  ]);
  expect(() => images.dataPath(user, made.id)).toThrow("has no data");
  const active = await images.upload(user, made.id, stream(bytes));
  expect(active).toMatchObject({ status: "active", sizeBytes: 10_000, virtualSizeBytes: 10_000 });
  expect(readFileSync(images.dataPath(user, made.id)).equals(bytes)).toBe(true);
  expect(images.setProperties(user, made.id, { os_distro: "debian" }).properties).toMatchObject({
    image_type: "snapshot",
    os_distro: "debian",
  });
  expect(images.list(user).map(({ id }) => id)).toEqual([made.id]);
  expect(images.list(stranger)).toEqual([]);
  expect(() => images.show(stranger, made.id)).toThrow(`No image found with ID ${made.id}`);
  expect(() => images.dataPath(stranger, made.id)).toThrow("No image found");
  expect(() => images.delete(stranger, made.id)).toThrow("No image found");
  expect(images.show(adminContext("req-2"), made.id).name).toBe("snap");
  images.delete(user, made.id);
  expect(images.list(user)).toEqual([]);
});
