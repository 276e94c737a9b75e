import { expect, test } from "bun:test";
import { testLog } from "../core/test-log.ts";
import { LATEST, serverCloud } from "../testing/server-cloud.ts";
import { FilterScheduler } from "./drivers/filter.ts";
import { makeSchedulerDriver } from "./drivers/index.ts";
import { schedulerSettings, testHost, testRequest } from "./testing.ts";

const log = testLog().book.logger("n-sch", "nova.scheduler");

test("SC-05 the configured driver is loaded; a bad name keeps the service from starting", async () => {
  const settings = schedulerSettings();
  expect(makeSchedulerDriver("nova.scheduler.chance.ChanceScheduler", settings, []).name).toBe(
    "chance_scheduler",
  );
  expect(() => makeSchedulerDriver("nova.scheduler.no.Such", settings, [])).toThrow(
    "SCHEDULER_DRIVER: there is no scheduler driver nova.scheduler.no.Such",
  );
  const failing = serverCloud({ settings: { SCHEDULER_DRIVER: "ip_schedular" } });
  expect(failing).rejects.toThrow("n-sch did not start: SCHEDULER_DRIVER: there is no scheduler driver");
  await failing.catch(() => {});
});

test("chance and simple schedulers: any host that is up, and the one with the fewest CPUs in use", async () => {
  const hosts = [
    testHost("a", { vcpus_used: 3 }),
    testHost("b", { vcpus_used: 1 }),
    testHost("c", { up: false }),
  ];
  const simple = makeSchedulerDriver("simple_scheduler", schedulerSettings(), []);
  expect([...(await simple.select(testRequest(), hosts, log))].map(({ host }) => host)).toEqual(["b", "a"]);
  const chance = makeSchedulerDriver("chance_scheduler", schedulerSettings(), []);
  expect([...(await chance.select(testRequest(), hosts, log))].map(({ host }) => host).sort()).toEqual([
    "a",
    "b",
  ]);
  expect(() => chance.select(testRequest(), [hosts[2]!], log)).toThrow("Is the appropriate service running?");
});

test("one of the best hosts, or of equally good ones, is left to chance when that is configured", async () => {
  const hosts = ["a", "b", "c", "d"].map((name, i) => testHost(name, { free_ram_mb: i < 2 ? 9000 : 100 }));
  const first = async (settings: Record<string, string>, random: number) => {
    const driver = new FilterScheduler(
      schedulerSettings({ SCHEDULER_WEIGHERS: "RAMWeigher", ...settings }),
      [],
      () => random,
    );
    return [...(await driver.select(testRequest(), hosts, log))].map(({ host }) => host);
  };
  expect(await first({}, 0.99)).toEqual(["a", "b", "c", "d"]);
  expect((await first({ SHUFFLE_BEST_SAME_WEIGHED_HOSTS: "True" }, 0.99))[0]).toBe("b");
  expect((await first({ HOST_SUBSET_SIZE: "3" }, 0.99))[0]).toBe("c");
  expect((await first({ HOST_SUBSET_SIZE: "9" }, 0.99))[0]).toBe("d");
});

test("AD-06 SC-18 servers are spread over the simulated hosts, and fill them to the last place", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "c01:1:4096 c02:1:4096 c03:1:4096" } });
  const ids = await Promise.all([1, 2, 3].map(() => cloud.server()));
  const hosts = await Promise.all(ids.map(async (id) => (await cloud.show(id))["OS-EXT-SRV-ATTR:host"]));
  expect(hosts.sort()).toEqual(["c01", "c02", "c03"]);
});

test("SC-04 SC-16 a small host is full when placement says so", async () => {
  await using cloud = await serverCloud({
    settings: { FAKE_HOSTS: "compute1:1:1024:10", RAM_ALLOCATION_RATIO: "1.0", RESERVED_HOST_MEMORY_MB: "0" },
  });
  await cloud.server();
  await cloud.server();
  const third = await cloud.boot();
  expect((await cloud.settled(third, "ERROR")).fault.message).toStartWith("No valid host was found.");
  const [first] = (await cloud.nova.get("/v2.1/servers?status=ACTIVE")).body.servers;
  await cloud.nova.delete(`/v2.1/servers/${first.id}`);
  await cloud.gone(first.id);
  await cloud.server();
});

test("SC-15 a disabled host gets no servers until it is enabled", async () => {
  await using cloud = await serverCloud();
  const [service] = (await cloud.nova.get("/v2.1/os-services?binary=nova-compute", LATEST)).body.services;
  const path = `/v2.1/os-services/${service.id}`;
  await cloud.nova.put(path, { status: "disabled", disabled_reason: "drill" }, LATEST);
  const id = await cloud.boot();
  await cloud.settled(id, "ERROR");
  expect(cloud.log.lines.some(({ text }) => text.includes("Filter ComputeFilter returned 0 hosts"))).toBe(
    true,
  );
  await cloud.nova.put(path, { status: "enabled" }, LATEST);
  await cloud.server();
});

test("CP-51 zone:host:node of an administrator names the host, and is not for others", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "c01:4:8192 c02:4:8192" } });
  const id = await cloud.server({ availability_zone: "nova:c02" });
  expect((await cloud.show(id))["OS-EXT-SRV-ATTR:host"]).toBe("c02");
  const node = await cloud.server({ availability_zone: "nova::c01" });
  expect((await cloud.show(node))["OS-EXT-SRV-ATTR:hypervisor_hostname"]).toBe("c01");
  const demo = await cloud.as("n-api", "demo");
  const server = { name: "x", imageRef: cloud.imageId, flavorRef: "1", networks: "none" };
  const refused = await demo.post(
    "/v2.1/servers",
    { server: { ...server, availability_zone: "nova:c02" } },
    LATEST,
  );
  expect(refused.status).toBe(403);
  const missing = await cloud.boot({ availability_zone: "nova:c99" });
  expect((await cloud.settled(missing, "ERROR")).fault.message).toStartWith("No valid host was found.");
});

test("server groups: anti-affinity puts servers on different hosts, and fails when there are none left", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "c01:4:8192 c02:4:8192" } });
  const made = await cloud.nova.post(
    "/v2.1/os-server-groups",
    { server_group: { name: "apart", policy: "anti-affinity" } },
    LATEST,
  );
  const group = made.body.server_group.id as string;
  const boot = async () => {
    const answer = await cloud.nova.post(
      "/v2.1/servers",
      {
        server: { name: "g", imageRef: cloud.imageId, flavorRef: "1", networks: "none" },
        "os:scheduler_hints": { group },
      },
      LATEST,
    );
    return answer.body.server.id as string;
  };
  const hosts = [];
  for (const id of [await boot(), await boot()]) {
    hosts.push((await cloud.settled(id, "ACTIVE"))["OS-EXT-SRV-ATTR:host"]);
  }
  expect(hosts.sort()).toEqual(["c01", "c02"]);
  await cloud.settled(await boot(), "ERROR");
});

test("without a placement service the old filters count", async () => {
  await using cloud = await serverCloud({
    settings: { FAKE_HOSTS: "c01:1:1024:10", RAM_ALLOCATION_RATIO: "1.0", RESERVED_HOST_MEMORY_MB: "0" },
    windows: ["key", "g-api", "n-api", "n-cond", "n-sch", "n-cpu"],
  });
  await cloud.server();
  await cloud.server();
  await cloud.settled(await cloud.boot(), "ERROR");
});
