import { expect, test } from "bun:test";
import { createImage, imageCloud, noise, OCTETS, reason, uploadImage } from "./testing.ts";

const MIB = 1 << 20;

test("limits of the identity service: count, size, staging, what is under way; and the report", async () => {
  await using cloud = await imageCloud({
    settings: { GLANCE_USE_KEYSTONE_LIMITS: "True", GLANCE_USER_STORAGE_QUOTA: "1" },
  });
  const key = await cloud.as("key");
  const demo = await cloud.as("g-api", "demo");
  const service = (await key.get("/v3/services?type=image")).body.services[0].id;
  const project = (await key.get("/v3/projects?name=demo")).body.projects[0].id;
  const refused = await demo.post("/v2/images", { name: "x" });
  expect(refused.status).toBe(413);
  expect(reason(refused.text)).toContain(
    "Resource image_count_total is over limit of 0 due to current usage 0 and delta 1",
  );
  const limit = (resource_name: string, default_limit: number) => ({
    service_id: service,
    resource_name,
    default_limit,
  });
  await key.post("/v3/registered_limits", {
    registered_limits: [
      limit("image_count_total", 3),
      limit("image_size_total", 1),
      limit("image_stage_total", 1),
      limit("image_count_uploading", 1),
    ],
  });
  const first = await uploadImage(demo, noise(2 * MIB));
  // What is there already is counted, not what comes.
  const second = await createImage(demo);
  expect((await demo.put(`/v2/images/${second}/file`, noise(10), OCTETS)).status).toBe(413);
  expect((await demo.get("/v2/info/usage")).body.usage).toEqual({
    image_size_total: { usage: 2, limit: 1 },
    image_stage_total: { usage: 0, limit: 1 },
    image_count_total: { usage: 2, limit: 3 },
    image_count_uploading: { usage: 0, limit: 1 },
  });
  await key.post("/v3/limits", {
    limits: [
      { service_id: service, project_id: project, resource_name: "image_size_total", resource_limit: 10 },
    ],
  });
  expect((await demo.put(`/v2/images/${second}/stage`, noise(2 * MIB), OCTETS)).status).toBe(204);
  const third = await createImage(demo);
  expect((await demo.put(`/v2/images/${third}/file`, noise(10), OCTETS)).text).toContain(
    "image_count_uploading",
  );
  expect((await demo.put(`/v2/images/${third}/stage`, noise(10), OCTETS)).text).toContain(
    "image_stage_total",
  );
  expect((await demo.post("/v2/images", { name: "x" })).status).toBe(413);
  await demo.delete(`/v2/images/${first}`);
  expect((await demo.get("/v2/info/usage")).body.usage).toMatchObject({
    image_size_total: { usage: 0, limit: 10 },
    image_stage_total: { usage: 2, limit: 1 },
    image_count_uploading: { usage: 1, limit: 1 },
  });
});
