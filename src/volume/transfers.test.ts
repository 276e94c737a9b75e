import { expect, test } from "bun:test";
import { LATEST, volumeCloud } from "./testing.ts";

test("VO-19 VO-20 VO-21 a transfer: offered with a key shown once, listed, accepted by another project", async () => {
  await using cloud = await volumeCloud();
  const volume = await cloud.volume({ name: "gift" });
  const made = await cloud.admin.post("/v3/os-volume-transfer", { transfer: { volume_id: volume } });
  expect(made.status).toBe(202);
  const { id, auth_key } = made.body.transfer;
  expect(auth_key).toMatch(/^[0-9a-f]{16}$/);
  expect(made.body.transfer).toMatchObject({ volume_id: volume, name: null, created_at: expect.any(String) });
  await cloud.settled(volume, "awaiting-transfer");
  const shown = await cloud.admin.get(`/v3/os-volume-transfer/${id}`);
  expect(shown.body.transfer.auth_key).toBeUndefined();
  const list = async () => (await cloud.admin.get("/v3/os-volume-transfer")).body.transfers;
  expect(await list()).toMatchObject([{ id, volume_id: volume, name: null }]);
  const accept = (key: string) =>
    cloud.demo.post(`/v3/os-volume-transfer/${id}/accept`, { accept: { auth_key: key } });
  const wrong = await accept("0000000000000000");
  expect([wrong.status, wrong.body.badRequest.message]).toEqual([
    400,
    `Invalid auth key: Attempt to transfer ${id} with invalid auth key.`,
  ]);
  const accepted = await accept(auth_key);
  expect([accepted.status, accepted.body.transfer.volume_id]).toEqual([202, volume]);
  expect((await cloud.demo.get(`/v3/volumes/${volume}`)).body.volume.status).toBe("available");
  expect(await list()).toEqual([]);
});

test("VO-22 a transfer that is withdrawn; only what is available is offered", async () => {
  await using cloud = await volumeCloud();
  const volume = await cloud.volume();
  const offer = () => cloud.admin.post("/v3/volume-transfers", { transfer: { volume_id: volume } }, LATEST);
  const made = await offer();
  expect(made.body.transfer).toMatchObject({ no_snapshots: false, accepted: false });
  expect((await offer()).body.badRequest.message).toBe("Invalid volume: status must be available");
  expect((await cloud.admin.delete(`/v3/volume-transfers/${made.body.transfer.id}`, LATEST)).status).toBe(
    202,
  );
  await cloud.settled(volume, "available");
});

test("QU-09 without quota a transfer is not accepted", async () => {
  await using cloud = await volumeCloud({ settings: { CINDER_QUOTA_VOLUMES: "1" } });
  await cloud.volume({}, cloud.demo);
  const volume = await cloud.volume();
  const made = await cloud.admin.post("/v3/os-volume-transfer", { transfer: { volume_id: volume } });
  const { id, auth_key } = made.body.transfer;
  const refused = await cloud.demo.post(`/v3/os-volume-transfer/${id}/accept`, { accept: { auth_key } });
  expect([refused.status, refused.body.overLimit.message]).toEqual([
    413,
    "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota 'volumes'.",
  ]);
  await cloud.settled(volume, "awaiting-transfer");
});
