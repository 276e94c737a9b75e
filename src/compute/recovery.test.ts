// What is left of a task that a crash cut short, and how it is brought to its end. A crash is played by stopping the
// service that holds the message, by writing the state of an earlier step, or by putting a message back.

import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type ServerCloud, serverCloud } from "../testing/server-cloud.ts";
import { FakeWorld } from "./drivers/fake/store.ts";

interface Message {
  topic: string;
  method: string;
  args: string;
  context: string;
}

const waiting = (cloud: ServerCloud): Message[] =>
  cloud.sql("nova", "SELECT topic, method, args, context FROM bus_messages ORDER BY id") as Message[];

function putBack(cloud: ServerCloud, { topic, method, args, context }: Message): void {
  cloud.sql(
    "nova",
    "INSERT INTO bus_messages (topic, method, args, context) VALUES (?, ?, ?, ?)",
    topic,
    method,
    args,
    context,
  );
}

const count = (cloud: ServerCloud, project: string, what: string): number =>
  (cloud.sql(project, `SELECT count(*) AS n FROM ${what}`)[0] as { n: number }).n;

/** What one server, and no more, is made of. */
function expectOneServer(cloud: ServerCloud, id: string): void {
  expect(count(cloud, "nova", `ports WHERE device_id = '${id}'`)).toBe(1);
  expect(count(cloud, "nova", "fixed_ips WHERE deleted = 0 AND port_id IN (SELECT id FROM ports)")).toBe(
    count(cloud, "nova", "ports"),
  );
  expect(
    cloud
      .sql("placement", "SELECT DISTINCT consumer_id FROM allocations")
      .map((row) => Object.values(row as object)[0]),
  ).toEqual([id]);
  expect(waiting(cloud)).toEqual([]);
}

test("without a scheduler servers wait in scheduling; when it starts they go through", async () => {
  await using cloud = await serverCloud();
  await cloud.stop("n-sch");
  const id = await cloud.boot();
  await cloud.until("the message to be with the scheduler", () =>
    waiting(cloud).some(({ topic }) => topic === "scheduler"),
  );
  expect(await cloud.show(id)).toMatchObject({ status: "BUILD", "OS-EXT-STS:task_state": "scheduling" });
  await cloud.start("n-sch");
  await cloud.settled(id, "ACTIVE");
});

test("AD-31 without a conductor, and without a compute host, servers wait; a start of them goes on", async () => {
  await using cloud = await serverCloud();
  await cloud.stop("n-cond");
  const id = await cloud.boot();
  expect((await cloud.show(id)).status).toBe("BUILD");
  await cloud.stop("n-cpu");
  await cloud.start("n-cond");
  await cloud.until("the message to be with the host", () =>
    waiting(cloud).some(({ topic }) => topic === "compute.testhost"),
  );
  await cloud.start("n-cpu");
  await cloud.settled(id, "ACTIVE");
});

for (const step of ["scheduling", "networking", "block_device_mapping", "spawning"]) {
  test(`a build that a crash cut short in ${step} is finished, nothing is doubled`, async () => {
    await using cloud = await serverCloud({ networks: true });
    await cloud.stop("n-cpu");
    const id = await cloud.boot({ networks: "auto" });
    await cloud.until("the message to be with the host", () =>
      waiting(cloud).some(({ topic }) => topic === "compute.testhost"),
    );
    const message = waiting(cloud).find(({ topic }) => topic === "compute.testhost")!;
    await cloud.start("n-cpu");
    await cloud.settled(id, "ACTIVE");
    await cloud.stop("n-cpu");
    cloud.sql(
      "nova",
      "UPDATE instances SET vm_state = 'building', task_state = ?, power_state = 0, launched_at = NULL WHERE uuid = ?",
      step,
      id,
    );
    putBack(cloud, message);
    await cloud.start("n-cpu");
    await cloud.settled(id, "ACTIVE");
    expectOneServer(cloud, id);
  });
}

test("a build message that comes again when all is done changes nothing", async () => {
  await using cloud = await serverCloud({ networks: true });
  await cloud.stop("n-cpu");
  const id = await cloud.boot({ networks: "auto" });
  await cloud.until("the message to be with the host", () =>
    waiting(cloud).some(({ topic }) => topic === "compute.testhost"),
  );
  const message = waiting(cloud).find(({ topic }) => topic === "compute.testhost")!;
  await cloud.start("n-cpu");
  const before = await cloud.settled(id, "ACTIVE");
  await cloud.stop("n-cpu");
  putBack(cloud, message);
  await cloud.start("n-cpu");
  await cloud.until("the message to be dropped", () => waiting(cloud).length === 0);
  expect(await cloud.show(id)).toEqual(before);
  expectOneServer(cloud, id);
});

test("a task whose message is lost does not last: a build fails, another task is ended", async () => {
  await using cloud = await serverCloud();
  const lost = await cloud.server();
  const rebooting = await cloud.server();
  await cloud.stop("n-cpu");
  const set = "UPDATE instances SET vm_state = ?, task_state = ? WHERE uuid = ?";
  cloud.sql("nova", set, "building", "spawning", lost);
  cloud.sql("nova", set, "active", "rebooting", rebooting);
  await cloud.start("n-cpu");
  const server = await cloud.settled(lost, "ERROR");
  expect(server.fault.message).toContain("was interrupted");
  await cloud.settled(rebooting, "ACTIVE");
});

test("a host that fails to spawn: the next is tried, then there is none left", async () => {
  await using cloud = await serverCloud({
    settings: { FAKE_HOSTS: "c01:8:8192 c02:8:8192", FAKE_FAILURES: "spawn:3" },
    networks: true,
  });
  cloud.log.expectError("Simulated failure");
  cloud.log.expectError("Instance failed to spawn");
  const failed = await cloud.boot({ networks: "auto" });
  const server = await cloud.settled(failed, "ERROR");
  expect(server.fault.message).toBe(
    `Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures for instance ${failed}.`,
  );
  expect(count(cloud, "placement", "allocations")).toBe(0);
  const second = await cloud.boot({ networks: "auto" });
  await cloud.settled(second, "ACTIVE");
  expect(count(cloud, "nova", `ports WHERE device_id = '${second}'`)).toBe(1);
});

test("a server that is deleted while it is built leaves nothing", async () => {
  await using cloud = await serverCloud({ networks: true, settings: { FAKE_LATENCY_MS: "5" } });
  const id = await cloud.boot({ networks: "auto" });
  await cloud.until(
    "the build to begin",
    async () => (await cloud.show(id))["OS-EXT-STS:task_state"] !== "scheduling",
  );
  expect((await cloud.nova.delete(`/v2.1/servers/${id}`)).status).toBe(204);
  await cloud.gone(id);
  expect(count(cloud, "nova", "ports WHERE device_owner LIKE 'compute:%'")).toBe(0);
  expect(count(cloud, "placement", "allocations")).toBe(0);
});

test("a server on a host that is down is deleted at once; its guest goes when the host is back", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  await cloud.stop("n-cpu");
  const [service] = (
    await cloud.nova.get("/v2.1/os-services?binary=nova-compute", { "x-openstack-nova-api-version": "2.53" })
  ).body.services;
  await cloud.nova.put(
    `/v2.1/os-services/${service.id}`,
    { forced_down: true },
    { "x-openstack-nova-api-version": "2.53" },
  );
  expect((await cloud.nova.delete(`/v2.1/servers/${id}`)).status).toBe(204);
  expect((await cloud.nova.get(`/v2.1/servers/${id}`)).status).toBe(404);
  expect(count(cloud, "placement", "allocations")).toBe(0);
  await cloud.start("n-cpu");
  expect(cloud.log.lines.some(({ text }) => text.includes("its guest on testhost is removed"))).toBe(true);
});

test("CP-20 guests that stopped by themselves are SHUTOFF after a start of nova-compute", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  await cloud.act(id, "os-stop");
  await cloud.settled(id, "SHUTOFF");
  await cloud.stop("n-cpu");
  cloud.sql("nova", "UPDATE instances SET vm_state = 'active', power_state = 1 WHERE uuid = ?", id);
  await cloud.start("n-cpu");
  await cloud.settled(id, "SHUTOFF");
  const actions = cloud.sql("nova", "SELECT action FROM instance_actions ORDER BY id DESC LIMIT 1");
  expect(actions).toEqual([{ action: "stop" }]);
  await cloud.act(id, "os-start");
  await cloud.settled(id, "ACTIVE");
});

test("CP-20 guests that `stack down` has removed are SHUTOFF at the next start, and start again", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  await cloud.stop("n-cpu");
  rmSync(join(cloud.paths.root, "instances"), { recursive: true });
  await cloud.start("n-cpu");
  await cloud.settled(id, "SHUTOFF");
  await cloud.act(id, "os-start");
  await cloud.settled(id, "ACTIVE");
});

/** Everything that is sent from now on, also after it was worked off. */
function keepMessages(cloud: ServerCloud): (method: string) => Message {
  cloud.sql("nova", "CREATE TABLE kept AS SELECT topic, method, args, context FROM bus_messages WHERE 0");
  cloud.sql(
    "nova",
    `CREATE TRIGGER keep AFTER INSERT ON bus_messages
     BEGIN INSERT INTO kept VALUES (NEW.topic, NEW.method, NEW.args, NEW.context); END`,
  );
  return (method) => {
    const [found] = cloud.sql("nova", "SELECT * FROM kept WHERE method = ? LIMIT 1", method) as Message[];
    if (!found) throw new Error(`${method} was not sent`);
    return found;
  };
}

/** How many guests the simulated hosts have, with what is set aside for a resize. */
function guests(cloud: ServerCloud): number {
  const folder = cloud.paths.dir("instances");
  const world = FakeWorld.open(folder);
  try {
    return world.count();
  } finally {
    FakeWorld.release(folder);
  }
}

for (const [type, steps] of [
  ["SOFT", ["rebooting", "reboot_pending", "reboot_started"]],
  ["HARD", ["rebooting_hard", "reboot_pending_hard", "reboot_started_hard"]],
] as const) {
  for (const step of steps) {
    test(`a reboot that a crash cut short in ${step} is finished`, async () => {
      await using cloud = await serverCloud();
      const kept = keepMessages(cloud);
      const id = await cloud.server();
      await cloud.act(id, "reboot", { type });
      await cloud.settled(id, "ACTIVE");
      await cloud.stop("n-cpu");
      cloud.sql("nova", "UPDATE instances SET task_state = ? WHERE uuid = ?", step, id);
      putBack(cloud, kept("reboot_instance"));
      await cloud.start("n-cpu");
      await cloud.settled(id, "ACTIVE");
      await cloud.until("the message to be gone", () => waiting(cloud).length === 0);
      expect(guests(cloud)).toBe(1);
    });
  }
}

test("a delete that a crash cut short, after the guest and its allocations were gone, is finished", async () => {
  await using cloud = await serverCloud({ networks: true });
  const id = await cloud.server({ networks: "auto" });
  await cloud.stop("n-cpu");
  expect((await cloud.nova.delete(`/v2.1/servers/${id}`)).status).toBe(204);
  expect((await cloud.show(id))["OS-EXT-STS:task_state"]).toBe("deleting");
  const folder = cloud.paths.dir("instances");
  const world = FakeWorld.open(folder);
  world.clear();
  FakeWorld.release(folder);
  cloud.sql("placement", "DELETE FROM allocations");
  await cloud.start("n-cpu");
  await cloud.gone(id);
  expect(count(cloud, "nova", `ports WHERE device_id = '${id}'`)).toBe(0);
});

for (const [step, method, status, atSource] of [
  ["resize_migrating", "resize_instance", "migrating", true],
  ["resize_migrated", "finish_resize", "post-migrating", false],
  ["resize_finish", "finish_resize", "post-migrating", false],
] as const) {
  test(`a resize that a crash cut short in ${step} is finished, nothing is doubled`, async () => {
    await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "c01:4:8192 c02:4:8192" } });
    const kept = keepMessages(cloud);
    const id = await cloud.server({ availability_zone: "nova:c01" });
    await cloud.stop("n-cpu");
    await cloud.act(id, "resize", { flavorRef: "2" });
    await cloud.until("the source to be asked", () =>
      waiting(cloud).some((message) => message.method === "resize_instance"),
    );
    const { flavor } = cloud.row("SELECT flavor FROM instance_extra WHERE instance_uuid = ?", id);
    await cloud.start("n-cpu");
    await cloud.settled(id, "VERIFY_RESIZE");
    const whole = guests(cloud);
    await cloud.stop("n-cpu");
    const host = atSource ? "source" : "dest";
    cloud.sql(
      "nova",
      `UPDATE instances SET vm_state = 'active', task_state = ?,
         host = (SELECT ${host}_compute FROM migrations), node = (SELECT ${host}_node FROM migrations) WHERE uuid = ?`,
      step,
      id,
    );
    cloud.sql("nova", "UPDATE instance_extra SET flavor = ? WHERE instance_uuid = ?", flavor, id);
    cloud.sql("nova", "UPDATE migrations SET status = ?", status);
    putBack(cloud, kept(method));
    await cloud.start("n-cpu");
    const resized = await cloud.settled(id, "VERIFY_RESIZE");
    expect(resized.flavor.original_name).toBe("m1.small");
    expect(guests(cloud)).toBe(whole);
    await cloud.act(id, "confirmResize");
    await cloud.settled(id, "ACTIVE");
    await cloud.until("the source to be released", () => guests(cloud) === 1);
    expect(
      cloud
        .sql("placement", "SELECT DISTINCT consumer_id FROM allocations")
        .map((row) => Object.values(row as object)[0]),
    ).toEqual([id]);
  });
}

test("an image that a crash left without its server knowing of it is removed; others that wait for data stay", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  await cloud.stop("n-cpu");
  await cloud.act(id, "createImage", { name: "promised" });
  const queued = async (name: string, properties: object) => {
    const image = { name, disk_format: "raw", container_format: "bare", ...properties };
    expect((await cloud.images.post("/v2/images", image)).status).toBe(201);
  };
  const ofServer = { image_location: "snapshot", image_type: "snapshot" };
  await queued("orphan", { ...ofServer, instance_uuid: id });
  await queued("another cloud's", { ...ofServer, instance_uuid: crypto.randomUUID() });
  await queued("a user's", {});
  await cloud.start("n-cpu");
  await cloud.settled(id, "ACTIVE");
  const { images } = (await cloud.images.get("/v2/images")).body;
  const states = images.map(({ name, status }: { name: string; status: string }) => `${name}: ${status}`);
  expect(states.sort()).toEqual([
    "a user's: queued",
    "another cloud's: queued",
    "cirros: active",
    "promised: active",
  ]);
});

test("the image of an unshelved server goes when the message comes again after a crash", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  await cloud.act(id, "shelve");
  await cloud.settled(id, "SHELVED_OFFLOADED");
  await cloud.stop("n-cpu");
  await cloud.act(id, "unshelve");
  await cloud.until("the message to be with the host", () =>
    waiting(cloud).some(({ topic }) => topic === "compute.testhost"),
  );
  // As if the crash had come between the last state and the image.
  cloud.sql("nova", "UPDATE instances SET vm_state = 'active', task_state = NULL WHERE uuid = ?", id);
  await cloud.start("n-cpu");
  await cloud.until("the queue to be empty", () => waiting(cloud).length === 0);
  expect((await cloud.images.get("/v2/images")).body.images).toHaveLength(1);
  expect(count(cloud, "nova", "instance_system_metadata WHERE key LIKE 'shelved%'")).toBe(0);
});
