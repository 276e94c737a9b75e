import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import { makeContext } from "../../core/context.ts";
import { placementPublic } from "../../placement/public.ts";
import type { Answer } from "../../testing/cloud.ts";
import { type PeripheryCloud, peripheryCloud } from "../../testing/periphery-cloud.ts";
import { ComputeNodes } from "../nodes.ts";

const version = (minor: number) => ({ "openstack-api-version": `compute 2.${minor}` });
const context = makeContext({ requestId: "req-1" });
const message = (answer: Answer) =>
  Object.values(answer.body as Record<string, { message: string }>)[0]?.message;

/** Two compute hosts with their nodes, and the services of a controller. */
async function hostsCloud(clock = new FakeClock()): Promise<PeripheryCloud & { nodes: ComputeNodes }> {
  const cloud = await peripheryCloud({ clock });
  const { services } = cloud.periphery;
  services.report("nova-conductor", "cloud", "conductor");
  services.report("nova-scheduler", "cloud", "scheduler");
  services.register("nova-compute", "compute", ["c01", "c02"]);
  const nodes = new ComputeNodes(cloud.store.db);
  const placement = cloud.cloud.peers.get(placementPublic);
  for (const [i, host] of ["c01", "c02"].entries()) {
    const uuid = `00000000-0000-4000-8000-00000000000${i + 1}`;
    nodes.insert({
      created_at: clock.now(),
      uuid,
      host,
      hypervisor_hostname: `${host}.example.com`,
      hypervisor_type: "QEMU",
      hypervisor_version: 7002000,
      vcpus: 8,
      memory_mb: 8192,
      local_gb: 100,
      vcpus_used: 0,
      memory_mb_used: 512,
      local_gb_used: 0,
      free_ram_mb: 7680,
      free_disk_gb: 100,
      current_workload: 0,
      running_vms: 0,
      disk_available_least: 90,
      cpu_info: '{"arch": "x86_64"}',
      host_ip: "127.0.0.1",
    });
    placement.ensureProvider(context, {
      uuid,
      name: `${host}.example.com`,
      inventories: {},
      traits: [],
    });
  }
  return Object.assign(cloud, { nodes });
}

function addServer(cloud: PeripheryCloud, uuid: string, host: string): void {
  cloud.store.insertInstance(
    {
      uuid,
      created_at: 0,
      project_id: "project",
      host,
      node: `${host}.example.com`,
      vm_state: "active",
      vcpus: 2,
      memory_mb: 2048,
      root_gb: 20,
      ephemeral_gb: 0,
    },
    () => `instance-${uuid}`,
  );
}

test("AD-02 the service table", async () => {
  const clock = new FakeClock(Date.UTC(2023, 9, 16, 0, 33, 33));
  await using cloud = await hostsCloud(clock);
  const admin = await cloud.as("n-api");
  const { services } = (await admin.get("/v2.1/os-services", version(11))).body;
  const rows = services.map((s: Record<string, unknown>) =>
    ["id", "binary", "host", "zone", "status", "state", "updated_at"].map((key) => s[key]),
  );
  const at = "2023-10-16T00:33:33.000000";
  expect(rows).toEqual([
    [1, "nova-conductor", "cloud", "internal", "enabled", "up", at],
    [2, "nova-scheduler", "cloud", "internal", "enabled", "up", at],
    [3, "nova-compute", "c01", "nova", "enabled", "up", at],
    [4, "nova-compute", "c02", "nova", "enabled", "up", at],
  ]);
  expect(services[0]).toMatchObject({ disabled_reason: null, forced_down: false });
  const filtered = (await admin.get("/v2.1/os-services?binary=nova-compute&host=c02", version(53))).body
    .services;
  expect(filtered).toEqual([
    expect.objectContaining({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), host: "c02" }),
  ]);
  expect((await (await cloud.as("n-api", "demo")).get("/v2.1/os-services")).status).toBe(403);
});

test("a service that is silent for SERVICE_DOWN_TIME is down", async () => {
  const clock = new FakeClock();
  await using cloud = await hostsCloud(clock);
  const admin = await cloud.as("n-api");
  const states = async () =>
    (await admin.get("/v2.1/os-services?binary=nova-compute")).body.services.map(
      (service: { state: string }) => service.state,
    );
  clock.advance(59_000);
  cloud.periphery.services.heartbeat("nova-compute", ["c01"]);
  expect(await states()).toEqual(["up", "up"]);
  clock.advance(2_000);
  expect(await states()).toEqual(["up", "down"]);
});

test("services are disabled and forced down: as before 2.53", async () => {
  await using cloud = await hostsCloud();
  const admin = await cloud.as("n-api");
  const put = (action: string, body: object, minor = 11) =>
    admin.put(`/v2.1/os-services/${action}`, body, version(minor));
  const who = { host: "c01", binary: "nova-compute" };
  expect((await put("disable", who)).body).toEqual({ service: { ...who, status: "disabled" } });
  expect((await put("enable", who)).body).toEqual({ service: { ...who, status: "enabled" } });
  const reasoned = await put("disable-log-reason", { ...who, disabled_reason: "new disk" });
  expect(reasoned.body).toEqual({ service: { ...who, status: "disabled", disabled_reason: "new disk" } });
  expect(message(await put("disable-log-reason", who))).toBe("Missing disabled reason field");
  expect((await put("force-down", { ...who, forced_down: true })).body).toEqual({
    service: { ...who, forced_down: true },
  });
  const [row] = (await admin.get("/v2.1/os-services?host=c01", version(11))).body.services;
  expect(row).toMatchObject({
    status: "disabled",
    state: "down",
    disabled_reason: "new disk",
    forced_down: true,
  });
  const unknown = await put("disable", { ...who, host: "c99" });
  expect([unknown.status, message(unknown)]).toEqual([404, "Host 'c99' is not mapped to any cell"]);
  expect(message(await put("disable", { host: "cloud", binary: "nova-scheduler" }))).toBe(
    "Updating a nova-scheduler service is not supported. Only nova-compute services can be updated.",
  );
  expect((await put("explode", who)).status).toBe(404);
});

test("services are disabled and forced down: by uuid since 2.53", async () => {
  await using cloud = await hostsCloud();
  const admin = await cloud.as("n-api");
  const [{ id }] = (await admin.get("/v2.1/os-services?host=c01", version(53))).body.services;
  const put = (body: object) => admin.put(`/v2.1/os-services/${id}`, body, version(53));
  const disabled = await put({ status: "disabled", disabled_reason: "new disk" });
  expect(disabled.body.service).toMatchObject({ id, status: "disabled", disabled_reason: "new disk" });
  expect((await put({ forced_down: true })).body.service).toMatchObject({ state: "down", forced_down: true });
  expect((await put({ status: "enabled", forced_down: false })).body.service).toMatchObject({
    status: "enabled",
    disabled_reason: null,
    state: "up",
  });
  expect(message(await put({ status: "enabled", disabled_reason: "x" }))).toBe(
    "Specifying 'disabled_reason' with status 'enabled' is invalid.",
  );
  expect(message(await put({}))).toBe(
    "No updates were requested. Fields 'status' or 'forced_down' should be specified.",
  );
  expect(message(await admin.put("/v2.1/os-services/1", { status: "enabled" }, version(53)))).toBe(
    "Invalid uuid 1",
  );
});

test("a compute service goes with its node, its place in aggregates and its provider, when it is empty", async () => {
  await using cloud = await hostsCloud();
  const admin = await cloud.as("n-api");
  const placement = cloud.cloud.peers.get(placementPublic);
  addServer(cloud, "one", "c01");
  await admin.post("/v2.1/os-aggregates", { aggregate: { name: "rack" } });
  await admin.post("/v2.1/os-aggregates/1/action", { add_host: { host: "c02" } });
  const services = (await admin.get("/v2.1/os-services?binary=nova-compute", version(53))).body.services;
  const [busy, free] = services.map((service: { id: string }) => service.id);
  const refused = await admin.delete(`/v2.1/os-services/${busy}`, version(53));
  expect([refused.status, message(refused)]).toEqual([
    409,
    "Unable to delete compute service that is hosting instances. Migrate or delete the instances first.",
  ]);
  expect((await admin.delete(`/v2.1/os-services/${free}`, version(53))).status).toBe(204);
  expect((await admin.delete(`/v2.1/os-services/${free}`, version(53))).status).toBe(404);
  expect((await admin.get("/v2.1/os-aggregates/1")).body.aggregate.hosts).toEqual([]);
  expect(cloud.nodes.ofHost("c02")).toBeNull();
  expect(placement.provider("00000000-0000-4000-8000-000000000002")).toBeNull();
  expect(placement.provider("00000000-0000-4000-8000-000000000001")).not.toBeNull();
});

test("hypervisors: list, details, search, servers, statistics by version", async () => {
  await using cloud = await hostsCloud();
  const admin = await cloud.as("n-api");
  addServer(cloud, "one", "c01");
  const path = "/v2.1/os-hypervisors";
  expect((await admin.get(path)).body.hypervisors[0]).toEqual({
    id: 1,
    hypervisor_hostname: "c01.example.com",
    state: "up",
    status: "enabled",
  });
  const details = {
    hypervisor_hostname: "c01.example.com",
    state: "up",
    status: "enabled",
    hypervisor_type: "QEMU",
    hypervisor_version: 7002000,
    host_ip: "127.0.0.1",
  };
  expect((await admin.get(`${path}/detail`)).body.hypervisors[0]).toEqual({
    ...details,
    id: 1,
    service: { id: 3, host: "c01", disabled_reason: null },
    vcpus: 8,
    memory_mb: 8192,
    local_gb: 100,
    vcpus_used: 0,
    memory_mb_used: 512,
    local_gb_used: 0,
    free_ram_mb: 7680,
    free_disk_gb: 100,
    current_workload: 0,
    running_vms: 0,
    disk_available_least: 90,
    cpu_info: '{"arch": "x86_64"}',
  });
  const uuid = "00000000-0000-4000-8000-000000000001";
  expect((await admin.get(`${path}/${uuid}?with_servers=true`, version(88))).body.hypervisor).toEqual({
    ...details,
    id: uuid,
    service: { id: expect.any(String), host: "c01", disabled_reason: null },
    servers: [{ name: "instance-one", uuid: "one" }],
    uptime: null,
  });
  expect((await admin.get(`${path}/1`, version(28))).body.hypervisor.cpu_info).toEqual({ arch: "x86_64" });
  expect((await admin.get(`${path}/c0/search`)).body.hypervisors).toHaveLength(2);
  expect((await admin.get(`${path}/C02/servers`)).body.hypervisors).toEqual([
    { id: 2, hypervisor_hostname: "c02.example.com", state: "up", status: "enabled" },
  ]);
  const none = await admin.get(`${path}/zz/search`);
  expect([none.status, message(none)]).toEqual([404, "No hypervisor matching 'zz' could be found."]);
  expect((await admin.get(`${path}/c01/search`, version(53))).status).toBe(404);
  const pattern = await admin.get(`${path}?hypervisor_hostname_pattern=c02`, version(53));
  expect(pattern.body.hypervisors).toHaveLength(1);
  const page = await admin.get(`${path}?limit=1`, version(33));
  expect(page.body).toEqual({
    hypervisors: [expect.objectContaining({ id: 1 })],
    hypervisors_links: [{ rel: "next", href: "http://127.0.0.1/v2.1/os-hypervisors?limit=1&marker=1" }],
  });
  expect((await admin.get(`${path}?marker=9`, version(33))).status).toBe(400);
  expect((await admin.get(`${path}/statistics`)).body.hypervisor_statistics).toEqual({
    count: 2,
    vcpus: 16,
    memory_mb: 16384,
    local_gb: 200,
    vcpus_used: 0,
    memory_mb_used: 1024,
    local_gb_used: 0,
    free_ram_mb: 15360,
    free_disk_gb: 200,
    current_workload: 0,
    running_vms: 0,
    disk_available_least: 180,
  });
  expect((await admin.get(`${path}/statistics`, version(88))).status).toBe(404);
  expect((await admin.get(`${path}/99`)).body.itemNotFound.message).toBe(
    "Hypervisor with ID '99' could not be found.",
  );
});

test("AD-07 the host list", async () => {
  await using cloud = await hostsCloud();
  const admin = await cloud.as("n-api");
  expect((await admin.get("/v2.1/os-hosts")).body).toEqual({
    hosts: [
      { host_name: "cloud", service: "conductor", zone: "internal" },
      { host_name: "cloud", service: "scheduler", zone: "internal" },
      { host_name: "c01", service: "compute", zone: "nova" },
      { host_name: "c02", service: "compute", zone: "nova" },
    ],
  });
  expect((await admin.get("/v2.1/os-hosts?zone=nova")).body.hosts).toHaveLength(2);
  expect((await admin.get("/v2.1/os-hosts", version(43))).status).toBe(404);
});

test("AD-08 the use of a host: as it is, at most, and by project", async () => {
  await using cloud = await hostsCloud();
  const admin = await cloud.as("n-api");
  addServer(cloud, "one", "c01");
  const row = (project: string, cpu: number, memory_mb: number, disk_gb: number) => ({
    resource: { host: "c01", project, cpu, memory_mb, disk_gb },
  });
  expect((await admin.get("/v2.1/os-hosts/c01")).body).toEqual({
    host: [
      row("(total)", 8, 8192, 100),
      row("(used_now)", 0, 512, 0),
      row("(used_max)", 2, 2048, 20),
      row("project", 2, 2048, 20),
    ],
  });
  expect((await admin.put("/v2.1/os-hosts/c01", { status: "disable" })).body).toEqual({
    host: "c01",
    status: "disabled",
  });
  expect((await admin.get("/v2.1/os-hosts/c01/reboot")).status).toBe(501);
  expect((await admin.get("/v2.1/os-hosts/c99")).status).toBe(404);
});
