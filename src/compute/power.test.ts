import { expect, test } from "bun:test";
import { LATEST, serverCloud } from "../testing/server-cloud.ts";
import { GuestNotFound } from "./drivers/driver.ts";
import { powerNumber } from "./manager/power.ts";

test("CP-18 CP-19 stop and start, and what is refused meanwhile", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  expect((await cloud.act(id, "os-start")).body.conflictingRequest).toEqual({
    code: 409,
    message: `Cannot 'start' instance ${id} while it is in vm_state active`,
  });
  expect((await cloud.act(id, "os-stop")).status).toBe(202);
  const stopped = await cloud.settled(id, "SHUTOFF");
  expect(stopped).toMatchObject({ "OS-EXT-STS:vm_state": "stopped", "OS-EXT-STS:power_state": 4 });
  expect((await cloud.act(id, "os-stop")).body.conflictingRequest.message).toBe(
    `Cannot 'stop' instance ${id} while it is in vm_state stopped`,
  );
  await cloud.act(id, "os-start");
  await cloud.settled(id, "ACTIVE");
});

test("CP-22 CP-23 soft and hard reboot", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  const log = async () =>
    (await cloud.act(id, "os-getConsoleOutput", { length: 1000 })).body.output.length as number;
  const before = await log();
  for (const type of ["SOFT", "HARD"]) {
    expect((await cloud.act(id, "reboot", { type })).status).toBe(202);
    await cloud.settled(id, "ACTIVE");
  }
  expect(await log()).toBeGreaterThan(before);
  const actions = await cloud.nova.get(`/v2.1/servers/${id}/os-instance-actions`, LATEST);
  expect(actions.body.instanceActions.map((each: { action: string }) => each.action)).toEqual([
    "reboot",
    "reboot",
    "create",
  ]);
});

test("CP-24 CP-25 pause and suspend, and back", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  const steps = [
    ["pause", "PAUSED", 3],
    ["unpause", "ACTIVE", 1],
    ["suspend", "SUSPENDED", 7],
    ["resume", "ACTIVE", 1],
  ] as const;
  for (const [action, status, power] of steps) {
    expect((await cloud.act(id, action)).status).toBe(202);
    expect((await cloud.settled(id, status))["OS-EXT-STS:power_state"]).toBe(power);
  }
  expect((await cloud.act(id, "resume")).body.conflictingRequest.message).toBe(
    `Cannot 'resume' instance ${id} while it is in vm_state active`,
  );
});

test("CP-21 a state that is forced is only a state", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  await cloud.act(id, "os-resetState", { state: "error" });
  await cloud.settled(id, "ERROR");
  await cloud.act(id, "os-resetState", { state: "active" });
  await cloud.settled(id, "ACTIVE");
  await cloud.act(id, "os-stop");
  await cloud.settled(id, "SHUTOFF");
});

test("a locked server refuses its owner, not the administrator", async () => {
  await using cloud = await serverCloud();
  const demo = await cloud.as("n-api", "demo");
  const server = { name: "l", imageRef: cloud.imageId, flavorRef: "1", networks: "none" };
  const { id } = (await demo.post("/v2.1/servers", { server }, LATEST)).body.server;
  await cloud.settled(id, "ACTIVE");
  await demo.post(`/v2.1/servers/${id}/action`, { lock: { locked_reason: "mine" } }, LATEST);
  expect((await cloud.show(id)).locked_reason).toBe("mine");
  const refused = await demo.post(`/v2.1/servers/${id}/action`, { "os-stop": null }, LATEST);
  expect([refused.status, refused.body.conflictingRequest.message]).toEqual([
    409,
    `Instance ${id} is locked`,
  ]);
  expect((await cloud.act(id, "os-stop")).status).toBe(202);
  await cloud.settled(id, "SHUTOFF");
  await demo.post(`/v2.1/servers/${id}/action`, { unlock: null }, LATEST);
  await demo.post(`/v2.1/servers/${id}/action`, { "os-start": null }, LATEST);
  await cloud.settled(id, "ACTIVE");
});

test("a failure of the hypervisor is a fault of the server, which keeps its state", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_FAILURES: "powerOff:1 reboot:1" } });
  cloud.log.expectError("Simulated failure");
  const id = await cloud.server();
  await cloud.act(id, "os-stop");
  await cloud.settled(id, "ACTIVE");
  expect(cloud.row("SELECT message FROM instance_faults").message).toContain("Simulated failure of powerOff");
  await cloud.act(id, "reboot", { type: "HARD" });
  await cloud.settled(id, "ERROR", "ACTIVE");
  await cloud.act(id, "reboot", { type: "HARD" });
  await cloud.settled(id, "ACTIVE");
});

test("rescue and unrescue", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  const answer = await cloud.act(id, "rescue", { adminPass: "Rescue4Me" });
  expect([answer.status, answer.body.adminPass]).toEqual([200, "Rescue4Me"]);
  await cloud.settled(id, "RESCUE");
  expect((await cloud.act(id, "os-stop")).body.conflictingRequest.message).toBe(
    `Cannot 'stop' instance ${id} while it is in vm_state rescued`,
  );
  await cloud.act(id, "unrescue");
  await cloud.settled(id, "ACTIVE");
});

test("CP-52 diagnostics in the flat form, and in the form of 2.48", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  const flat = (await cloud.nova.get(`/v2.1/servers/${id}/diagnostics`)).body;
  expect(Object.keys(flat)).toEqual(
    expect.arrayContaining(["cpu0_time", "memory", "vda_read", "vda_errors"]),
  );
  const rich = (await cloud.nova.get(`/v2.1/servers/${id}/diagnostics`, LATEST)).body;
  expect(rich).toMatchObject({ state: "running", driver: "libvirt", num_cpus: 1, num_disks: 1 });
});

test("an unknown or malformed action is a bad request", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  const path = `/v2.1/servers/${id}/action`;
  expect((await cloud.act(id, "fly")).body.badRequest.message).toBe("There is no such action: fly");
  expect((await cloud.nova.post(path, { "os-stop": null, "os-start": null })).body.badRequest.message).toBe(
    "Malformed request body",
  );
  expect((await cloud.act(id, "reboot", { type: "GENTLE" })).status).toBe(400);
  expect((await cloud.nova.post(path, "[")).body.badRequest.message).toBe("Malformed request body");
});

test("a guest that is not there has no power state; a driver that cannot tell is a failure", async () => {
  const run = (thrown: Error) =>
    ({
      instance: { uuid: "11111111-2222-3333-4444-555555555555", name: "instance-00000001" },
      host: { driver: { info: () => Promise.reject(thrown) } },
    }) as unknown as Parameters<typeof powerNumber>[0];
  expect(await powerNumber(run(new GuestNotFound("1")))).toBe(0);
  const broken = powerNumber(run(new Error("the hypervisor does not answer")));
  expect(broken).rejects.toThrow("the hypervisor does not answer");
  await broken.catch(() => {});
});
