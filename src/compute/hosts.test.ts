// Hosts and services as an operator sees them when something stops, joins, or is to be emptied.

import { expect, test } from "bun:test";
import { type Clock, systemClock } from "../core/clock.ts";
import { LATEST, type ServerCloud, serverCloud } from "../testing/server-cloud.ts";

interface Row {
  binary: string;
  host: string;
  zone: string;
  state: string;
  status: string;
}

const services = async (cloud: ServerCloud): Promise<Row[]> =>
  (await cloud.nova.get("/v2.1/os-services", LATEST)).body.services;

const hypervisors = async (cloud: ServerCloud) =>
  (await cloud.nova.get("/v2.1/os-hypervisors/detail", { "x-openstack-nova-api-version": "2.53" })).body
    .hypervisors;

/** Real time, that a test may set forward. */
function movableClock() {
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  return { clock, forward: (seconds: number) => (aheadMs += seconds * 1000) };
}

test("AD-03 the service table holds the scheduler, the conductor and the hosts, never the APIs", async () => {
  await using cloud = await serverCloud({ networks: true });
  const rows = await services(cloud);
  const binaries = rows.map(({ binary }) => binary).sort();
  expect(binaries).not.toContain("nova-api");
  expect(binaries).not.toContain("nova-novncproxy");
  for (const binary of ["nova-compute", "nova-conductor", "nova-scheduler"]) {
    expect(binaries).toContain(binary);
  }
  const zones = rows.map(({ binary, zone }) => zone === (binary === "nova-compute" ? "nova" : "internal"));
  expect(zones.every(Boolean)).toBe(true);
});

test("a stopped nova-compute is down where that is shown, gets no servers, and comes back", async () => {
  const { clock, forward } = movableClock();
  await using cloud = await serverCloud({ clock });
  const id = await cloud.server();
  await cloud.stop("n-cpu");
  forward(61);
  await cloud.stop("n-sch");
  await cloud.start("n-sch");
  const states = async () =>
    Object.fromEntries((await services(cloud)).map(({ binary, state }) => [binary, state]));
  expect(await states()).toMatchObject({ "nova-compute": "down", "nova-scheduler": "up" });
  expect(await hypervisors(cloud)).toMatchObject([{ state: "down", status: "enabled" }]);
  expect((await cloud.show(id)).host_status).toBe("UNKNOWN");
  const zones = (await cloud.nova.get("/v2.1/os-availability-zone/detail")).body.availabilityZoneInfo;
  expect(zones.find((zone: { zoneName: string }) => zone.zoneName === "nova")).toMatchObject({
    hosts: { testhost: { "nova-compute": { active: true, available: false } } },
  });
  const refused = await cloud.settled(await cloud.boot(), "ERROR");
  expect(refused.fault.message).toBe("No valid host was found. There are not enough hosts available.");
  await cloud.start("n-cpu");
  expect(await states()).toMatchObject({ "nova-compute": "up" });
  expect(await hypervisors(cloud)).toMatchObject([{ state: "up" }]);
  await cloud.server();
});

test("AD-09 hypervisors one by one, and all of them added up", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "c01:4:8192:100 c02:8:16384:200" } });
  await cloud.server({ availability_zone: "nova:c02" });
  expect(await hypervisors(cloud)).toMatchObject([
    { hypervisor_hostname: "c01", vcpus: 4, vcpus_used: 0, memory_mb: 8192, running_vms: 0 },
    { hypervisor_hostname: "c02", vcpus: 8, vcpus_used: 1, memory_mb: 16384, running_vms: 1 },
  ]);
  const all = (await cloud.nova.get("/v2.1/os-hypervisors/statistics")).body.hypervisor_statistics;
  expect(all).toMatchObject({
    count: 2,
    vcpus: 12,
    vcpus_used: 1,
    memory_mb: 24_576,
    local_gb: 300,
    running_vms: 1,
  });
});

test("AD-18 a host is emptied by live migration before it is stopped", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "c01:4:8192 c02:4:8192" } });
  const ids = [
    await cloud.server({ availability_zone: "nova:c01" }),
    await cloud.server({ availability_zone: "nova:c01" }),
  ];
  const on = async (host: string) =>
    (await cloud.nova.get(`/v2.1/servers?host=${host}&all_tenants=1`)).body.servers.map(
      (server: { id: string }) => server.id,
    );
  expect((await on("c01")).sort()).toEqual([...ids].sort());
  const found = (await services(cloud)).find(({ host }) => host === "c01") as Row & { id: string };
  await cloud.nova.put(`/v2.1/os-services/${found.id}`, { status: "disabled" }, LATEST);
  for (const id of ids) {
    const answer = await cloud.act(id, "os-migrateLive", { host: null, block_migration: "auto" });
    expect(answer.status).toBe(202);
    await cloud.settled(id, "ACTIVE");
  }
  expect(await on("c01")).toEqual([]);
  expect((await on("c02")).sort()).toEqual([...ids].sort());
});

test("CP-54 servers go on while the control plane is away", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server();
  for (const window of ["n-sch", "n-cond", "placement-api", "n-api"]) await cloud.stop(window);
  const [power] = cloud.sql("nova", "SELECT power_state FROM instances WHERE uuid = ?", id);
  expect(power).toEqual({ power_state: 1 });
  for (const window of ["n-api", "placement-api", "n-cond", "n-sch"]) await cloud.start(window);
  expect(await cloud.show(id)).toMatchObject({ status: "ACTIVE", "OS-EXT-STS:power_state": 1 });
  await cloud.act(id, "reboot", { type: "HARD" });
  await cloud.settled(id, "ACTIVE");
});

test("CP-50 the table of servers answers an operator's SQL", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "c01.example.com:4:8192" } });
  const id = await cloud.server({ name: "web" });
  expect(
    cloud.sql("nova", "select uuid from instances where host = 'c01.example.com' and deleted = 0"),
  ).toEqual([{ uuid: id }]);
  const [row] = cloud.sql(
    "nova",
    `select hostname, display_name, user_id, project_id, created_at, updated_at, deleted_at, scheduled_at,
            launched_at, terminated_at from instances where uuid = ?`,
    id,
  ) as Record<string, string | null>[];
  expect(row).toMatchObject({ hostname: "web", display_name: "web", deleted_at: null, terminated_at: null });
  for (const name of ["created_at", "scheduled_at", "launched_at"]) {
    expect(row?.[name]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
  }
});
