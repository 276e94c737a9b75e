import { afterAll, beforeAll, expect, test } from "bun:test";
import { LATEST, type VolumeCloud, version, volumeCloud } from "../testing.ts";

const WINDOWS = ["key", "g-api", "c-api", "c-sch", "c-vol", "c-bak", "swift"];
const PATH = "/v3/backups";

let cloud: VolumeCloud;
beforeAll(async () => {
  cloud = await volumeCloud({ windows: WINDOWS });
});
afterAll(() => cloud[Symbol.asyncDispose]());

const create = (body: Record<string, unknown>, client = cloud.admin) =>
  client.post(PATH, { backup: body }, LATEST);

async function backupIs(id: string, status: string): Promise<Record<string, unknown>> {
  let shown: Record<string, unknown> = {};
  await cloud.until(`backup ${id} to be ${status}`, async () => {
    shown = (await cloud.admin.get(`${PATH}/${id}`, LATEST)).body.backup;
    return shown["status"] === status;
  });
  return shown;
}

async function backup(body: Record<string, unknown>, client = cloud.admin): Promise<string> {
  const answer = await create(body, client);
  expect(answer.status).toBe(202);
  const { id } = answer.body.backup;
  await backupIs(id, "available");
  return id;
}

test("what is shown of a backup, by microversion", async () => {
  const volume = await cloud.volume();
  const id = await backup({ volume_id: volume, name: "b", metadata: { a: "1" } });
  const { body } = await cloud.admin.get(`${PATH}/${id}`, LATEST);
  const { os: _, ...shown } = body.backup;
  expect(shown).toEqual({
    id,
    name: "b",
    links: [
      { rel: "self", href: expect.stringContaining(`/v3/backups/${id}`) },
      { rel: "bookmark", href: expect.stringContaining(`/backups/${id}`) },
    ],
    status: "available",
    size: 1,
    object_count: 0,
    availability_zone: null,
    container: "volumebackups",
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    updated_at: expect.any(String),
    description: null,
    fail_reason: null,
    volume_id: volume,
    is_incremental: false,
    has_dependent_backups: false,
    snapshot_id: null,
    data_timestamp: shown.created_at,
    metadata: { a: "1" },
    "os-backup-project-attr:project_id": expect.any(String),
    user_id: expect.any(String),
  });
  const old = Object.keys((await cloud.admin.get(`${PATH}/${id}`)).body.backup);
  expect(old).not.toContain("metadata");
  expect(old).not.toContain("user_id");
  const changes = { backup: { name: "c", description: "d", metadata: { x: "y" } } };
  expect((await cloud.admin.put(`${PATH}/${id}`, changes, version(8))).status).toBe(404);
  expect((await cloud.admin.put(`${PATH}/${id}`, changes, version(42))).status).toBe(400);
  expect((await cloud.admin.put(`${PATH}/${id}`, changes, LATEST)).status).toBe(200);
  expect((await cloud.admin.get(`${PATH}/${id}`, LATEST)).body.backup).toMatchObject({
    name: "c",
    description: "d",
    metadata: { x: "y" },
  });
  const counted = await cloud.admin.get(
    `${PATH}/detail?name=c&with_count=True&limit=1&sort=name:asc`,
    LATEST,
  );
  expect([counted.body.count, counted.body.backups.length]).toEqual([1, 1]);
  expect((await cloud.demo.get(`${PATH}?all_tenants=1`, LATEST)).body).toEqual({ backups: [] });
  expect((await cloud.demo.get(`${PATH}/${id}`, LATEST)).status).toBe(404);
  expect((await cloud.demo.get(`${PATH}?colour=red`, LATEST)).status).toBe(400);
});

test("what a backup is refused for", async () => {
  const volume = await cloud.volume();
  const first = await create({ volume_id: volume, incremental: true });
  expect([first.status, first.body.badRequest.message]).toEqual([
    400,
    "Invalid backup: No backups available to do an incremental backup.",
  ]);
  cloud.sql("cinder", "UPDATE volumes SET status = 'in-use' WHERE id = ?", volume);
  const used = await create({ volume_id: volume });
  expect(used.body.badRequest.message).toBe(
    "Invalid volume: Backing up an in-use volume must use the force flag.",
  );
  cloud.sql("cinder", "UPDATE volumes SET status = 'error' WHERE id = ?", volume);
  const broken = await create({ volume_id: volume, force: true });
  expect(broken.body.badRequest.message).toBe(
    'Invalid volume: Volume to be backed up must be available or in-use, but the current status is "error".',
  );
  cloud.sql("cinder", "UPDATE volumes SET status = 'available' WHERE id = ?", volume);
  const snapshot = await cloud.snapshot(await cloud.volume());
  expect((await create({ volume_id: volume, snapshot_id: snapshot })).status).toBe(400);
  expect((await create({ volume_id: crypto.randomUUID() })).status).toBe(404);
  expect((await create({})).status).toBe(400);
  const admin = await cloud.as("c-api");
  const project = await cloud.show(volume);
  const id = project["os-vol-tenant-attr:tenant_id"];
  const usedGb = cloud.sql("cinder", "SELECT 1 FROM backups WHERE deleted = 0").length;
  const limits = (backups: number) => ({ quota_set: { backups, backup_gigabytes: usedGb } });
  expect((await admin.put(`/v3/os-quota-sets/${id}`, limits(usedGb))).status).toBe(200);
  const size = await create({ volume_id: volume });
  expect([size.status, size.body.overLimit.message]).toEqual([
    413,
    `VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes quota. Requested 1G, quota is ${usedGb}G and ${usedGb}G has been consumed.`,
  ]);
  await admin.put(`/v3/os-quota-sets/${id}`, { quota_set: { backups: usedGb, backup_gigabytes: -1 } });
  expect((await create({ volume_id: volume })).body.overLimit.message).toBe(
    `BackupLimitExceeded: Maximum number of backups allowed (${usedGb}) exceeded`,
  );
  await admin.delete(`/v3/os-quota-sets/${id}`);
});

test("a record is exported, and imported where the backup is not known any more", async () => {
  const volume = await cloud.volume();
  const id = await backup({ volume_id: volume, name: "kept" });
  const exported = await cloud.admin.get(`${PATH}/${id}/export_record`, LATEST);
  const record = exported.body["backup-record"];
  expect(record.backup_service).toBe("cinder.backup.drivers.swift.SwiftBackupDriver");
  const decoded = JSON.parse(Buffer.from(record.backup_url, "base64").toString());
  expect(decoded).toMatchObject({ id, volume_id: volume, display_name: "kept", driver_info: {}, size: 1 });
  const again = await cloud.admin.post(`${PATH}/import_record`, { "backup-record": record }, LATEST);
  expect([again.status, again.body.badRequest.message]).toEqual([
    400,
    "Invalid backup: Backup already exists in database.",
  ]);
  cloud.sql("cinder", "UPDATE backups SET deleted = 1, status = 'deleted' WHERE id = ?", id);
  const imported = await cloud.admin.post(`${PATH}/import_record`, { "backup-record": record }, LATEST);
  expect([imported.status, imported.body.backup.id]).toEqual([201, id]);
  expect(await backupIs(id, "available")).toMatchObject({ name: "kept", volume_id: volume });
  const restored = await cloud.admin.post(`${PATH}/${id}/restore`, { restore: { name: "r" } }, LATEST);
  await cloud.settled(restored.body.restore.volume_id, "available");
  const url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
  const bad = (backup_url: string, backup_service = "x") =>
    cloud.admin.post(`${PATH}/import_record`, { "backup-record": { backup_service, backup_url } }, LATEST);
  for (const each of ["####", url([]), url({}), url({ id: "x" }), url({ id: 7, size: 1 })]) {
    expect((await bad(each)).status).toBe(400);
  }
  cloud.log.expectError("Import record");
  const foreign = await bad(url({ id: "not-here", size: 1 }), "cinder.backup.drivers.ceph");
  expect(foreign.status).toBe(201);
  expect(await backupIs("not-here", "error")).toMatchObject({
    fail_reason: expect.stringContaining("Service"),
  });
  expect((await cloud.demo.post(`${PATH}/import_record`, { "backup-record": record }, LATEST)).status).toBe(
    403,
  );
});

test("states put right by an administrator; a backup deleted by force", async () => {
  const volume = await cloud.volume();
  const id = await backup({ volume_id: volume });
  const act = (action: string, args: unknown, client = cloud.admin) =>
    client.post(`${PATH}/${id}/action`, { [action]: args }, LATEST);
  expect((await act("os-reset_status", { status: "error" })).status).toBe(202);
  await backupIs(id, "error");
  const wrong = await act("os-reset_status", { status: "restoring" });
  expect([wrong.status, wrong.body.badRequest.message]).toEqual([
    400,
    "Backup status: restoring is invalid, valid statuses are: ['available', 'error'].",
  ]);
  expect((await cloud.admin.post(`${PATH}/${id}/restore`, { restore: {} }, LATEST)).status).toBe(400);
  cloud.sql("cinder", "UPDATE backups SET status = 'creating' WHERE id = ?", id);
  expect((await cloud.admin.delete(`${PATH}/${id}`, LATEST)).status).toBe(400);
  expect((await act("os-force_delete", {})).status).toBe(202);
  await cloud.gone(`${PATH}/${id}`);
});

test("without the object store a backup ends in error and the volume is what it was", async () => {
  const volume = await cloud.volume();
  await cloud.stop("swift");
  cloud.log.expectError("Create backup");
  const answer = await create({ volume_id: volume });
  const { id } = answer.body.backup;
  expect(await backupIs(id, "error")).toMatchObject({
    fail_reason: "Connection to swift failed: The swift service is not available.",
  });
  expect((await cloud.show(volume)).status).toBe("available");
  await cloud.start("swift");
  expect((await cloud.admin.delete(`${PATH}/${id}`, LATEST)).status).toBe(202);
  await cloud.gone(`${PATH}/${id}`);
  const messages = (await cloud.admin.get("/v3/messages", LATEST)).body.messages;
  expect(messages[0]).toMatchObject({
    resource_type: "VOLUME_BACKUP",
    resource_uuid: id,
    user_message: "create backup:Backup driver failed to create backup.",
  });
});

test("what a stop interrupts of backups goes on at the next start; what nobody goes on with ends", async () => {
  const volume = await cloud.volume();
  await cloud.stop("c-bak");
  const { id } = (await create({ volume_id: volume })).body.backup;
  await cloud.until(
    "the scheduler to hand it on",
    () => cloud.sql("cinder", "SELECT 1 FROM bus_messages WHERE topic LIKE 'cinder-backup%'").length === 1,
  );
  expect((await cloud.show(volume)).status).toBe("backing-up");
  await cloud.start("c-bak");
  await backupIs(id, "available");
  expect((await cloud.show(volume)).status).toBe("available");
  await cloud.stop("c-bak");
  cloud.sql("cinder", "UPDATE backups SET status = 'creating' WHERE id = ?", id);
  cloud.sql("cinder", "UPDATE volumes SET status = 'backing-up' WHERE id = ?", volume);
  await cloud.start("c-bak");
  expect(await backupIs(id, "error")).toMatchObject({
    fail_reason: "incomplete backup reset on manager restart",
  });
  expect((await cloud.show(volume)).status).toBe("available");
});

test("a volume that is made from a backup waits for the backup service, also over a restart of the others", async () => {
  const id = await backup({ volume_id: await cloud.volume() });
  await cloud.stop("c-bak");
  const volume = await cloud.create({ size: null, backup_id: id });
  await backupIs(id, "restoring");
  await cloud.stop("c-vol");
  await cloud.start("c-vol");
  expect((await cloud.show(volume)).status).toBe("creating");
  await cloud.start("c-bak");
  await cloud.settled(volume, "available");
  expect((await cloud.show(volume)).metadata).toEqual({ src_backup_id: id });
  await backupIs(id, "available");
  const small = await cloud.admin.post("/v3/volumes", { volume: { size: 1, backup_id: "no" } }, LATEST);
  expect(small.status).toBe(400);
  const missing = { volume: { size: 1, backup_id: crypto.randomUUID() } };
  expect((await cloud.admin.post("/v3/volumes", missing, LATEST)).status).toBe(404);
});
