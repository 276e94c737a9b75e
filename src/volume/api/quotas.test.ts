import { expect, test } from "bun:test";
import { LATEST, volumeCloud } from "../testing.ts";

test("VO-36 beyond ten volumes or the gigabytes creating is refused with 413", async () => {
  await using cloud = await volumeCloud();
  for (let i = 0; i < 10; i++) await cloud.create({}, cloud.demo);
  const eleventh = await cloud.demo.post("/v3/volumes", { volume: { size: 1 } });
  expect([eleventh.status, eleventh.headers.get("retry-after"), eleventh.body]).toEqual([
    413,
    "0",
    {
      overLimit: {
        code: 413,
        message: "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.",
        retryAfter: "0",
      },
    },
  ]);
  const large = await cloud.admin.post("/v3/volumes", { volume: { size: 1001 } });
  expect(large.body.overLimit.message).toBe(
    "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested 1001G, quota is 1000G and 0G has been consumed.",
  );
});

test("QU-07 usages are written down where the courses look for them", async () => {
  await using cloud = await volumeCloud();
  const id = await cloud.volume({ size: 3 });
  await cloud.snapshot(id);
  const usages = () =>
    Object.fromEntries(
      (
        cloud.sql("cinder", "SELECT resource, in_use FROM quota_usages") as {
          resource: string;
          in_use: number;
        }[]
      ).map(({ resource, in_use }) => [resource, in_use]),
    );
  expect(usages()).toMatchObject({ volumes: 1, gigabytes: 6, snapshots: 1 });
  await cloud.admin.delete(`/v3/volumes/${id}?cascade=true`);
  await cloud.gone(`/v3/volumes/${id}`);
  expect(usages()).toMatchObject({ volumes: 0, gigabytes: 0, snapshots: 0 });
});

test("QU-06 a project's own limits: set, shown with usage, enforced, deleted", async () => {
  await using cloud = await volumeCloud();
  const id = await cloud.volume({}, cloud.demo);
  const project = (await cloud.show(id))["os-vol-tenant-attr:tenant_id"];
  const path = `/v3/os-quota-sets/${project}`;
  const set = await cloud.admin.put(path, { quota_set: { volumes: 1 } });
  expect([set.status, set.body.quota_set.volumes]).toEqual([200, 1]);
  expect(cloud.sql("cinder", "SELECT resource, hard_limit FROM quotas WHERE deleted = 0")).toEqual([
    { resource: "volumes", hard_limit: 1 },
  ]);
  expect((await cloud.demo.post("/v3/volumes", { volume: { size: 1 } })).status).toBe(413);
  const usage = (await cloud.admin.get(`${path}?usage=True`)).body.quota_set;
  expect([usage.id, usage.volumes, usage.gigabytes]).toEqual([
    project,
    { limit: 1, in_use: 1, reserved: 0 },
    { limit: 1000, in_use: 1, reserved: 0 },
  ]);
  const low = await cloud.admin.put(path, { quota_set: { volumes: 0 } });
  expect(low.body.badRequest.message).toBe(
    "Quota volumes limit must be equal or greater than existing resources. Current usage is 1 and the requested limit is 0.",
  );
  expect((await cloud.demo.put(path, { quota_set: { volumes: 9 } })).status).toBe(403);
  expect((await cloud.admin.delete(path)).status).toBe(200);
  expect((await cloud.admin.get(path)).body.quota_set.volumes).toBe(10);
});

test("the default class changes every project's limits; limits show them with what is used", async () => {
  await using cloud = await volumeCloud();
  const path = "/v3/os-quota-class-sets/default";
  const set = await cloud.admin.put(path, { quota_class_set: { snapshots: 7 } });
  expect(set.body.quota_class_set.snapshots).toBe(7);
  await cloud.volume({ size: 2 }, cloud.demo);
  expect((await cloud.demo.get("/v3/limits")).body.limits).toEqual({
    rate: [],
    absolute: {
      maxTotalVolumes: 10,
      maxTotalSnapshots: 7,
      maxTotalVolumeGigabytes: 1000,
      maxTotalBackups: 10,
      maxTotalBackupGigabytes: 1000,
      totalVolumesUsed: 1,
      totalGigabytesUsed: 2,
      totalSnapshotsUsed: 0,
      totalBackupsUsed: 0,
      totalBackupGigabytesUsed: 0,
    },
  });
});

test("a type's own quota", async () => {
  await using cloud = await volumeCloud();
  const type = (await cloud.admin.post("/v3/types", { volume_type: { name: "fast" } })).body.volume_type;
  await cloud.admin.put("/v3/os-quota-class-sets/default", { quota_class_set: { volumes_fast: 0 } });
  const refused = await cloud.demo.post("/v3/volumes", { volume: { size: 1, volume_type: type.id } }, LATEST);
  expect(refused.body.overLimit.message).toBe(
    "VolumeLimitExceeded: Maximum number of volumes allowed (0) exceeded for quota 'volumes_fast'.",
  );
});
