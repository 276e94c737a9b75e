import { afterAll, beforeAll, expect, test } from "bun:test";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { LATEST, type VolumeCloud, volumeCloud } from "../testing.ts";

const MIB = 1 << 20;
const WINDOWS = ["key", "g-api", "c-api", "c-sch", "c-vol", "c-bak", "swift"];

let cloud: VolumeCloud;
beforeAll(async () => {
  cloud = await volumeCloud({
    windows: WINDOWS,
    settings: { CINDER_DRIVER: "file", CINDER_FILE_FORMAT: "raw" },
  });
});
afterAll(() => cloud[Symbol.asyncDispose]());

const backups = "/v3/backups";

async function backup(body: Record<string, unknown>): Promise<string> {
  const answer = await cloud.admin.post(backups, { backup: body }, LATEST);
  expect([answer.status, answer.text]).toEqual([202, expect.anything()]);
  return answer.body.backup.id;
}

async function backupIs(id: string, status: string) {
  let shown: Record<string, unknown> = {};
  await cloud.until(`backup ${id} to be ${status}`, async () => {
    shown = (await cloud.admin.get(`${backups}/${id}`, LATEST)).body.backup;
    if (shown["status"] === "error" && status !== "error") throw new Error(String(shown["fail_reason"]));
    return shown["status"] === status;
  });
  return shown;
}

/** How a volume begins; that nothing follows is seen from the space it takes. */
function beginningOf(volume: string, length: number): Buffer {
  const path = cloud.paths.at("volumes", "file", `volume-${volume}`);
  const { size, blocks } = statSync(path);
  expect([size, blocks * 512 <= length + 65_536]).toEqual([1024 * MIB, true]);
  const data = Buffer.alloc(length);
  const file = openSync(path, "r");
  readSync(file, data, 0, length, 0);
  closeSync(file);
  return data;
}

const noise = (length: number) => crypto.getRandomValues(new Uint8Array(length));

test("a full backup, an incremental one, and what a restore of each brings back", async () => {
  const first = noise(65_536);
  const volume = await cloud.volume({ imageRef: await cloud.image(first), metadata: { kept: "yes" } });
  const full = await backup({ volume_id: volume, name: "full", description: "all of it" });
  const shown = await backupIs(full, "available");
  expect(shown).toMatchObject({
    name: "full",
    description: "all of it",
    size: 1,
    object_count: 21,
    container: "volumebackups",
    is_incremental: false,
    has_dependent_backups: false,
    volume_id: volume,
    metadata: {},
  });
  expect((await cloud.show(volume)).status).toBe("available");
  const second = noise(65_536);
  const image = await cloud.image(second);
  expect((await cloud.act(volume, "os-reimage", { image_id: image })).status).toBe(202);
  await cloud.settled(volume, "available");
  const next = await backup({ volume_id: volume, incremental: true });
  expect(await backupIs(next, "available")).toMatchObject({ is_incremental: true, object_count: 1 });
  expect(await backupIs(full, "available")).toMatchObject({ has_dependent_backups: true });
  const refused = await cloud.admin.delete(`${backups}/${full}`, LATEST);
  expect([refused.status, refused.body.badRequest.message]).toEqual([
    400,
    "Invalid backup: Incremental backups exist for this backup.",
  ]);
  const restored = await cloud.admin.post(`${backups}/${next}/restore`, { restore: {} }, LATEST);
  expect([restored.status, restored.body.restore.volume_name]).toEqual([202, `restore_backup_${next}`]);
  const copy = restored.body.restore.volume_id;
  await cloud.settled(copy, "available");
  expect(beginningOf(copy, second.length).equals(second)).toBe(true);
  expect((await cloud.show(copy)).metadata).toEqual({ kept: "yes", src_backup_id: next });
  const back = await cloud.admin.post(
    `${backups}/${full}/restore`,
    { restore: { volume_id: volume } },
    LATEST,
  );
  expect(back.status).toBe(202);
  expect((await cloud.show(volume)).status).toBe("restoring-backup");
  await cloud.settled(volume, "available");
  expect(beginningOf(volume, first.length).equals(first)).toBe(true);
  const fromBackup = await cloud.volume({ size: null, backup_id: full });
  expect(beginningOf(fromBackup, first.length).equals(first)).toBe(true);
  for (const id of [next, full]) {
    expect((await cloud.admin.delete(`${backups}/${id}`, LATEST)).status).toBe(202);
    await cloud.gone(`${backups}/${id}`);
  }
  expect(cloud.sql("swift", "SELECT name FROM object")).toEqual([]);
  const told = cloud.cloud.notifications
    .recent()
    .filter(({ payload }) => (payload as { backup_id?: string }).backup_id === full)
    .map(({ event_type }) => event_type);
  expect(told.slice(0, 2)).toEqual(["backup.create.start", "backup.create.end"]);
  expect(told.slice(2, 4)).toEqual(["backup.restore.start", "backup.restore.end"]);
  expect(told.slice(-2)).toEqual(["backup.delete.start", "backup.delete.end"]);
}, 60_000);
