import { expect, test } from "bun:test";
import { LATEST, type ServerCloud, serverCloud } from "../testing/server-cloud.ts";
import { FakeWorld } from "./drivers/fake/store.ts";

const TWO_HOSTS = { FAKE_HOSTS: "c01:8:16384 c02:8:16384" };

const hostOf = (server: Record<string, unknown>) => server["OS-EXT-SRV-ATTR:host"] as string;

/** What placement holds for each consumer, by class. */
function held(cloud: ServerCloud): Record<string, number> {
  const rows = cloud.sql(
    "placement",
    `SELECT c.name, sum(a.used) AS used FROM allocations a JOIN resource_classes c ON c.id = a.resource_class_id
     GROUP BY c.name`,
  ) as { name: string; used: number }[];
  return Object.fromEntries(rows.map((row) => [row.name, row.used]));
}

test("CP-26 CP-27 resize, confirmed and reverted; the books are right throughout", async () => {
  await using cloud = await serverCloud({ settings: TWO_HOSTS });
  const id = await cloud.server();
  expect(held(cloud)).toEqual({ VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 });
  await cloud.act(id, "resize", { flavorRef: "3" });
  const resized = await cloud.settled(id, "VERIFY_RESIZE");
  expect(resized.flavor).toMatchObject({ original_name: "m1.medium", vcpus: 2 });
  expect(held(cloud)).toEqual({ VCPU: 3, MEMORY_MB: 4608, DISK_GB: 41 });
  await cloud.act(id, "revertResize");
  expect((await cloud.settled(id, "ACTIVE")).flavor.original_name).toBe("m1.tiny");
  expect(held(cloud)).toEqual({ VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 });
  await cloud.act(id, "resize", { flavorRef: "2" });
  await cloud.settled(id, "VERIFY_RESIZE");
  await cloud.act(id, "confirmResize");
  await cloud.until("the resize to be confirmed", async () => (await cloud.show(id)).status === "ACTIVE");
  expect((await cloud.show(id)).flavor.original_name).toBe("m1.small");
  await cloud.until("the source to be released", () => held(cloud)["VCPU"] === 1);
  expect(held(cloud)).toEqual({ VCPU: 1, MEMORY_MB: 2048, DISK_GB: 20 });
  const migrations = (await cloud.nova.get("/v2.1/os-migrations", LATEST)).body.migrations;
  expect(migrations.map((m: { status: string }) => m.status)).toEqual(["confirmed", "reverted"]);
});

test("resize: what is refused", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server({ flavorRef: "2" });
  const message = async (flavorRef: string) => {
    const answer = await cloud.act(id, "resize", { flavorRef });
    return [answer.status, Object.values(answer.body as Record<string, { message: string }>)[0]?.message];
  };
  expect(await message("2")).toEqual([400, "When resizing, instances must change flavor!"]);
  expect(await message("99")).toEqual([400, "Flavor 99 could not be found."]);
  expect((await cloud.act(id, "confirmResize")).body.conflictingRequest.message).toBe(
    `Cannot 'confirmResize' instance ${id} while it is in vm_state active`,
  );
});

test("a resize that no host has room for leaves the server as it was", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "c01:1:2048:30" } });
  const id = await cloud.server();
  await cloud.act(id, "resize", { flavorRef: "5" });
  const server = await cloud.settled(id, "ACTIVE", "ERROR");
  expect(server.flavor.original_name).toBe("m1.tiny");
  expect(held(cloud)).toEqual({ VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 });
  expect(cloud.row("SELECT message FROM instance_faults").message).toStartWith("No valid host was found.");
});

test("a disk that would shrink: the server stays as it was, and the fault says why", async () => {
  await using cloud = await serverCloud({ settings: TWO_HOSTS });
  cloud.log.expectError("Resize error: Unable to resize disk down.");
  const id = await cloud.server({ flavorRef: "2" });
  await cloud.act(id, "resize", { flavorRef: "1" });
  const server = await cloud.settled(id, "ACTIVE", "ERROR");
  expect(server).toMatchObject({ status: "ACTIVE", flavor: { original_name: "m1.small" } });
  expect(cloud.row("SELECT message FROM instance_faults").message).toBe(
    "Resize error: Unable to resize disk down.",
  );
  expect(cloud.row("SELECT status FROM migrations").status).toBe("error");
  expect(held(cloud)).toEqual({ VCPU: 1, MEMORY_MB: 2048, DISK_GB: 20 });
});

for (const [action, args, task] of [
  ["os-migrateLive", { host: "c02", block_migration: "auto" }, "migrating"],
  ["resize", { flavorRef: "2" }, "resize_"],
  ["migrate", null, "resize_"],
] as const) {
  test(`a server that is deleted in the middle of ${action} leaves nothing on either host`, async () => {
    await using cloud = await serverCloud({ settings: { ...TWO_HOSTS, FAKE_LATENCY_MS: "20" } });
    const id = await cloud.server({ availability_zone: "nova:c01" });
    await cloud.act(id, action, args);
    await cloud.until(`the ${action} to begin`, () =>
      ["running", "migrating"].includes(cloud.row("SELECT status FROM migrations").status),
    );
    expect((await cloud.show(id))["OS-EXT-STS:task_state"]).toStartWith(task);
    expect((await cloud.nova.delete(`/v2.1/servers/${id}`)).status).toBe(204);
    await cloud.gone(id);
    expect(held(cloud)).toEqual({});
    expect(cloud.row("SELECT status FROM migrations").status).toBe("error");
    const folder = cloud.paths.dir("instances");
    const world = FakeWorld.open(folder);
    expect(world.count()).toBe(0);
    FakeWorld.release(folder);
  });
}

test("a resized server that is deleted holds nothing any more, and counts as confirmed", async () => {
  await using cloud = await serverCloud({ settings: TWO_HOSTS });
  const id = await cloud.server();
  await cloud.act(id, "resize", { flavorRef: "2" });
  await cloud.settled(id, "VERIFY_RESIZE");
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.gone(id);
  expect(held(cloud)).toEqual({});
  expect(cloud.row("SELECT status FROM migrations").status).toBe("confirmed");
});

test("CP-28 rebuild: same id, other image", async () => {
  await using cloud = await serverCloud({ networks: true });
  const id = await cloud.server({ networks: "auto" });
  const before = await cloud.show(id);
  const made = await cloud.images.post("/v2/images", {
    name: "second",
    disk_format: "raw",
    container_format: "bare",
  });
  await cloud.images.put(`/v2/images/${made.body.id}/file`, new Uint8Array(10), {
    "content-type": "application/octet-stream",
  });
  const answer = await cloud.act(id, "rebuild", { imageRef: made.body.id, name: "again" });
  expect(answer.status).toBe(202);
  const after = await cloud.settled(id, "ACTIVE");
  expect(after).toMatchObject({ id, name: "again", image: { id: made.body.id } });
  expect(after.addresses).toEqual(before.addresses);
});

test("CP-30 cold migration goes to another host", async () => {
  await using cloud = await serverCloud({ settings: TWO_HOSTS });
  const id = await cloud.server();
  const from = hostOf(await cloud.show(id));
  await cloud.act(id, "migrate");
  const moved = await cloud.settled(id, "VERIFY_RESIZE");
  expect(hostOf(moved)).not.toBe(from);
  await cloud.act(id, "confirmResize");
  await cloud.until("the move to be confirmed", async () => (await cloud.show(id)).status === "ACTIVE");
  await cloud.until("the source to be released", () => held(cloud)["VCPU"] === 1);
});

test("CP-31 CP-32 live migration: the host changes, the server stays ACTIVE", async () => {
  await using cloud = await serverCloud({ settings: TWO_HOSTS });
  const id = await cloud.server({ availability_zone: "nova:c01" });
  const answer = await cloud.act(id, "os-migrateLive", { host: "c02", block_migration: "auto" });
  expect(answer.status).toBe(202);
  await cloud.until("the server to be on c02", async () => hostOf(await cloud.show(id)) === "c02");
  expect((await cloud.settled(id, "ACTIVE")).status).toBe("ACTIVE");
  expect(cloud.row("SELECT status, migration_type FROM migrations")).toEqual({
    status: "completed",
    migration_type: "live-migration",
  });
  expect(held(cloud)).toEqual({ VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 });
});

for (const [how, action, args] of [
  ["cold", "migrate", null],
  ["live", "os-migrateLive", { host: "c02", block_migration: "auto" }],
] as const) {
  test(`the ports of a server are bound to the host that a ${how} migration brings it to`, async () => {
    await using cloud = await serverCloud({ settings: TWO_HOSTS, networks: true });
    const id = await cloud.server({ availability_zone: "nova:c01", networks: "auto" });
    const port = () => cloud.row("SELECT binding_host_id AS host, status FROM ports WHERE device_id = ?", id);
    expect(port()).toEqual({ host: "c01", status: "ACTIVE" });
    expect((await cloud.act(id, action, args)).status).toBe(202);
    await cloud.until("the server to be on c02", async () => hostOf(await cloud.show(id)) === "c02");
    const moved = await cloud.settled(id, "ACTIVE", "VERIFY_RESIZE");
    expect(port()).toEqual({ host: "c02", status: "ACTIVE" });
    if (moved.status === "ACTIVE") return;
    await cloud.act(id, "revertResize");
    await cloud.settled(id, "ACTIVE");
    expect(port()).toEqual({ host: "c01", status: "ACTIVE" });
  });
}

test("the ports of a server whose live migration fails stay bound to its host", async () => {
  await using cloud = await serverCloud({
    settings: { ...TWO_HOSTS, FAKE_FAILURES: "liveMigrate" },
    networks: true,
  });
  cloud.log.expectError("Simulated failure of liveMigrate");
  const id = await cloud.server({ availability_zone: "nova:c01", networks: "auto" });
  await cloud.act(id, "os-migrateLive", { host: "c02", block_migration: "auto" });
  await cloud.until(
    "the migration to have failed",
    () => cloud.row("SELECT status FROM migrations")?.status === "error",
  );
  expect(hostOf(await cloud.settled(id, "ACTIVE"))).toBe("c01");
  expect(cloud.row("SELECT binding_host_id AS host FROM ports WHERE device_id = ?", id)).toEqual({
    host: "c01",
  });
});

test("CP-33 evacuate: rebuilt on another host when its own is down", async () => {
  await using cloud = await serverCloud({ settings: TWO_HOSTS });
  const id = await cloud.server({ availability_zone: "nova:c01" });
  const up = await cloud.act(id, "evacuate", {});
  expect(up.status).toBe(400);
  const service = (await cloud.nova.get("/v2.1/os-services?host=c01&binary=nova-compute", LATEST)).body
    .services[0];
  await cloud.nova.put(`/v2.1/os-services/${service.id}`, { forced_down: true }, LATEST);
  expect((await cloud.act(id, "evacuate", {})).status).toBe(200);
  await cloud.until("the server to be on c02", async () => hostOf(await cloud.show(id)) === "c02");
  await cloud.settled(id, "ACTIVE");
});

test("AD-20 servers moved by SQL are where the table says: a hard reboot starts them there", async () => {
  await using cloud = await serverCloud({ settings: TWO_HOSTS });
  const id = await cloud.server({ availability_zone: "nova:c01" });
  cloud.sql("nova", "UPDATE instances SET host = 'c02', node = 'c02' WHERE host = 'c01' AND deleted = 0");
  expect(hostOf(await cloud.show(id))).toBe("c02");
  expect((await cloud.nova.get("/v2.1/servers?host=c02&all_tenants=1", LATEST)).body.servers).toHaveLength(1);
  await cloud.act(id, "reboot", { type: "HARD" });
  await cloud.settled(id, "ACTIVE");
  const output = await cloud.act(id, "os-getConsoleOutput", {});
  expect(output.body.output).toContain("login:");
});

test("CP-34 a snapshot becomes a private image of the project", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  const answer = await cloud.act(id, "createImage", { name: "snap", metadata: { purpose: "test" } });
  const imageId = answer.body.image_id as string;
  await cloud.settled(id, "ACTIVE");
  const image = (await cloud.images.get(`/v2/images/${imageId}`)).body;
  expect(image).toMatchObject({
    name: "snap",
    status: "active",
    visibility: "private",
    image_type: "snapshot",
    instance_uuid: id,
    base_image_ref: cloud.imageId,
    os_distro: "cirros",
    purpose: "test",
  });
  const proxied = (await cloud.nova.get(`/v2.1/images/${imageId}`)).body.image;
  expect(proxied).toMatchObject({ status: "ACTIVE", progress: 100, server: { id } });
});

for (const [action, args] of [
  ["createImage", { name: "snap" }],
  ["createBackup", { name: "snap", backup_type: "daily", rotation: 1 }],
  ["shelve", null],
] as const) {
  test(`an image that ${action} has begun does not outlive its server, which is deleted meanwhile`, async () => {
    await using cloud = await serverCloud();
    const images = async () => (await cloud.images.get("/v2/images")).body.images;
    const id = await cloud.server();
    await cloud.act(id, action, args);
    await cloud.until("the copy to begin", async () =>
      ((await cloud.show(id))["OS-EXT-STS:task_state"] ?? "").endsWith("pending_upload"),
    );
    expect(await images()).toHaveLength(2);
    await cloud.nova.delete(`/v2.1/servers/${id}`);
    await cloud.gone(id);
    await cloud.until("the image to be gone", async () => (await images()).length === 1);
  });
}

test("shelve, offload and unshelve", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  await cloud.act(id, "shelve");
  const shelved = await cloud.settled(id, "SHELVED_OFFLOADED", "SHELVED");
  if (shelved.status === "SHELVED") {
    await cloud.act(id, "shelveOffload");
    await cloud.settled(id, "SHELVED_OFFLOADED");
  }
  expect(held(cloud)).toEqual({});
  await cloud.act(id, "unshelve");
  expect(hostOf(await cloud.settled(id, "ACTIVE"))).toBe("testhost");
  expect(held(cloud)).toEqual({ VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 });
});

test("the image of a shelved server goes with it", async () => {
  await using cloud = await serverCloud();
  const images = async () => (await cloud.images.get("/v2/images")).body.images;
  const id = await cloud.server();
  await cloud.act(id, "shelve");
  await cloud.settled(id, "SHELVED_OFFLOADED");
  expect(await images()).toHaveLength(2);
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.gone(id);
  expect(await images()).toHaveLength(1);
});
