import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import { makeContext } from "../../core/context.ts";
import { type PeripheryCloud, peripheryCloud } from "../../testing/periphery-cloud.ts";
import type { InstanceRow } from "../tables.ts";

const version = (minor: number) => ({ "openstack-api-version": `compute 2.${minor}` });

const DEFAULTS = {
  cores: 20,
  fixed_ips: -1,
  floating_ips: 10,
  injected_file_content_bytes: 10240,
  injected_file_path_bytes: 255,
  injected_files: 5,
  instances: 10,
  key_pairs: 100,
  metadata_items: 128,
  ram: 51200,
  security_group_rules: 20,
  security_groups: 10,
  server_group_members: 10,
  server_groups: 10,
};

async function projectId(cloud: PeripheryCloud, name: string): Promise<string> {
  const { projects } = (await (await cloud.as("key")).get("/v3/projects")).body;
  return projects.find((project: { name: string }) => project.name === name).id;
}

function addServer(
  cloud: PeripheryCloud,
  uuid: string,
  project: string,
  more: Partial<InstanceRow> = {},
): void {
  cloud.store.insertInstance(
    {
      uuid,
      created_at: Date.UTC(2013, 5, 1),
      project_id: project,
      user_id: "someone",
      display_name: `server ${uuid}`,
      vm_state: "active",
      memory_mb: 2048,
      vcpus: 2,
      root_gb: 20,
      ephemeral_gb: 5,
      ...more,
    },
    (id) => `instance-${id}`,
  );
  const flavor = { name: "m1.small" } as never;
  cloud.store.extra.insert({ instance_uuid: uuid, flavor: { cur: flavor, old: null, new: null } });
}

test("QU-01 the default quota set", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const id = await projectId(cloud, "demo");
  expect((await demo.get(`/v2.1/os-quota-sets/${id}/defaults`)).body).toEqual({
    quota_set: { id, ...DEFAULTS },
  });
  expect((await demo.get(`/v2.1/os-quota-sets/${id}`)).body).toEqual({ quota_set: { id, ...DEFAULTS } });
  const at57 = (await demo.get(`/v2.1/os-quota-sets/${id}`, version(57))).body.quota_set;
  expect(Object.keys(at57).sort()).toEqual([
    "cores",
    "id",
    "instances",
    "key_pairs",
    "metadata_items",
    "ram",
    "server_group_members",
    "server_groups",
  ]);
  const admin = await cloud.as("n-api");
  expect((await admin.get("/v2.1/os-quota-class-sets/default")).body.quota_class_set).toMatchObject({
    id: "default",
    instances: 10,
  });
});

test("QU-03 QU-06 change one value: a row for what differs, and none after a reset", async () => {
  await using cloud = await peripheryCloud();
  const [admin, demo] = [await cloud.as("n-api"), await cloud.as("n-api", "demo")];
  const id = await projectId(cloud, "demo");
  const path = `/v2.1/os-quota-sets/${id}`;
  const rows = () =>
    cloud.sql("nova", "SELECT project_id, resource, hard_limit FROM quotas ORDER BY resource");
  expect(rows()).toEqual([]);
  const changed = await admin.put(path, { quota_set: { floating_ips: 20 } });
  expect(changed.body).toEqual({ quota_set: { ...DEFAULTS, floating_ips: 20 } });
  expect(rows()).toEqual([{ project_id: id, resource: "floating_ips", hard_limit: 20 }]);
  expect((await demo.get(path)).body.quota_set.floating_ips).toBe(20);
  expect((await demo.put(path, { quota_set: { cores: 99 } })).status).toBe(403);
  expect((await admin.delete(path)).status).toBe(202);
  expect(rows()).toEqual([]);
  const wrong = await admin.put(path, { quota_set: { cores: -2 } });
  expect(wrong.body.badRequest.message).toBe(
    "Invalid input for field/attribute cores. Value: -2. -2 is less than the minimum of -1",
  );
});

test("a limit is not set below what is in use, unless it is forced; users may have their own", async () => {
  await using cloud = await peripheryCloud();
  const admin = await cloud.as("n-api");
  const id = await projectId(cloud, "demo");
  const path = `/v2.1/os-quota-sets/${id}`;
  addServer(cloud, "one", id);
  addServer(cloud, "two", id);
  const refused = await admin.put(path, { quota_set: { instances: 1 } });
  expect([refused.status, refused.body.badRequest.message]).toEqual([
    400,
    "Quota limit 1 for instances must be greater than or equal to already used and reserved 2.",
  ]);
  expect((await admin.put(path, { quota_set: { instances: 1, force: true } })).status).toBe(200);
  const ofUser = await admin.put(`${path}?user_id=someone`, { quota_set: { cores: 21 } });
  expect(ofUser.body.badRequest.message).toBe("Quota limit 21 for cores must be less than or equal to 20.");
  await admin.put(`${path}?user_id=someone`, { quota_set: { cores: 5 } });
  expect((await admin.get(`${path}?user_id=someone`)).body.quota_set.cores).toBe(5);
  expect((await admin.get(path)).body.quota_set.cores).toBe(20);
  await admin.delete(`${path}?user_id=someone`);
  expect((await admin.get(`${path}?user_id=someone`)).body.quota_set.cores).toBe(20);
});

test("QU-04 a project that does not exist is refused; by a switch it gets the defaults", async () => {
  {
    await using cloud = await peripheryCloud();
    const admin = await cloud.as("n-api");
    const refused = await admin.get("/v2.1/os-quota-sets/demo");
    expect([refused.status, refused.body.badRequest.message]).toEqual([
      400,
      "Project ID demo is not a valid project.",
    ]);
  }
  await using cloud = await peripheryCloud({ settings: { QUOTA_ACCEPT_ANY_PROJECT: "True" } });
  const admin = await cloud.as("n-api");
  expect((await admin.get("/v2.1/os-quota-sets/demo")).body.quota_set).toEqual({ id: "demo", ...DEFAULTS });
});

test("QU-05 defaults come from the configuration, or from the class default", async () => {
  await using cloud = await peripheryCloud({ settings: { QUOTA_INSTANCES: "1024" } });
  const admin = await cloud.as("n-api");
  const id = await projectId(cloud, "demo");
  const instances = async () => (await admin.get(`/v2.1/os-quota-sets/${id}`)).body.quota_set.instances;
  expect(await instances()).toBe(1024);
  const changed = await admin.put("/v2.1/os-quota-class-sets/default", {
    quota_class_set: { instances: 2048 },
  });
  expect(changed.body.quota_class_set.instances).toBe(2048);
  expect(await instances()).toBe(2048);
});

test("QU-14 a raised quota of floating addresses, as nova.conf has it", async () => {
  const rc = "[[post-config|$NOVA_CONF]]\n[DEFAULT]\nquota_floating_ips = 50\n";
  await using cloud = await peripheryCloud({ rc });
  const admin = await cloud.as("n-api");
  const id = await projectId(cloud, "demo");
  const { quota_set } = (await admin.get(`/v2.1/os-quota-sets/${id}/defaults`)).body;
  expect((await admin.get(`/v2.1/os-quota-sets/${id}`)).body.quota_set.floating_ips).toBe(50);
  expect(quota_set.floating_ips).toBe(50);
  expect((await (await cloud.as("n-api", "demo")).get("/v2.1/limits")).body.limits.absolute).toMatchObject({
    maxTotalFloatingIps: 50,
  });
});

test("QU-07 usage counters follow the servers", async () => {
  await using cloud = await peripheryCloud();
  const id = await projectId(cloud, "demo");
  const rows = () =>
    Object.fromEntries(
      cloud
        .sql(
          "nova",
          "SELECT resource, sum(in_use) AS used FROM quota_usages WHERE project_id = ? GROUP BY resource",
          id,
        )
        .map((row) => Object.values(row as object)),
    );
  addServer(cloud, "one", id);
  addServer(cloud, "two", id, { memory_mb: 512, vcpus: 1 });
  expect(rows()).toMatchObject({ instances: 2, cores: 3, ram: 2560 });
  cloud.store.updateInstance("two", { memory_mb: 1024 }, 0);
  expect(rows()).toMatchObject({ instances: 2, cores: 3, ram: 3072 });
  cloud.store.updateInstance("one", { deleted: 1 }, 0);
  expect(rows()).toMatchObject({ instances: 1, cores: 1, ram: 1024 });
  const admin = await cloud.as("n-api");
  const detail = (await admin.get(`/v2.1/os-quota-sets/${id}/detail`)).body.quota_set;
  expect([detail.cores, detail.ram]).toEqual([
    { limit: 20, in_use: 1, reserved: 0 },
    { limit: 51200, in_use: 1024, reserved: 0 },
  ]);
});

test("QU-09 what is told when a limit would be passed", async () => {
  await using cloud = await peripheryCloud();
  const { quotas } = cloud.periphery;
  const project = await projectId(cloud, "demo");
  for (let i = 0; i < 9; i++) addServer(cloud, `server-${i}`, project, { vcpus: 1, memory_mb: 512 });
  const context = makeContext({ requestId: "req-1", projectId: project, userId: "someone" });
  const small = { vcpus: 1, memory_mb: 512 };
  const told = (min: number, max: number, flavor = small) => {
    try {
      return quotas.checkInstances(context, flavor, min, max);
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(told(1, 1)).toBe(1);
  expect(told(1, 5)).toBe(1);
  expect(told(2, 2)).toBe("Quota exceeded for instances: Requested 2, but already used 9 of 10 instances");
  expect(told(2, 3)).toBe("Quota exceeded for instances: Requested 2-3, but already used 9 of 10 instances");
  expect(told(1, 1, { vcpus: 16, memory_mb: 65536 })).toBe(
    "Quota exceeded for cores, ram: Requested 16, 65536, but already used 9, 4608 of 20, 51200 cores, ram",
  );
  addServer(cloud, "last", project);
  expect(told(1, 1)).toBe("Quota exceeded for instances: Requested 1, but already used 10 of 10 instances");
});

test("QU-11 absolute limits", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const id = await projectId(cloud, "demo");
  addServer(cloud, "one", id);
  expect((await demo.get("/v2.1/limits")).body).toEqual({
    limits: {
      rate: [],
      absolute: {
        maxImageMeta: 128,
        maxPersonality: 5,
        maxPersonalitySize: 10240,
        maxSecurityGroupRules: 20,
        maxSecurityGroups: 10,
        maxServerMeta: 128,
        maxTotalCores: 20,
        maxTotalFloatingIps: 10,
        maxTotalInstances: 10,
        maxTotalKeypairs: 100,
        maxTotalRAMSize: 51200,
        maxServerGroups: 10,
        maxServerGroupMembers: 10,
        totalCoresUsed: 2,
        totalInstancesUsed: 1,
        totalRAMUsed: 2048,
        totalFloatingIpsUsed: 0,
        totalSecurityGroupsUsed: 0,
        totalServerGroupsUsed: 0,
      },
    },
  });
  expect(Object.keys((await demo.get("/v2.1/limits", version(57))).body.limits.absolute)).toHaveLength(11);
  expect((await demo.get(`/v2.1/limits?tenant_id=other`)).status).toBe(403);
});

test("QU-10 usage of projects: hours times size, within the window", async () => {
  const clock = new FakeClock(Date.UTC(2013, 6, 1));
  await using cloud = await peripheryCloud({ clock });
  const [admin, demo] = [await cloud.as("n-api"), await cloud.as("n-api", "demo")];
  const id = await projectId(cloud, "demo");
  addServer(cloud, "running", id, { launched_at: Date.UTC(2013, 5, 30) });
  addServer(cloud, "ended", id, {
    launched_at: Date.UTC(2013, 5, 30, 2),
    terminated_at: Date.UTC(2013, 5, 30, 8),
    deleted: 2,
    vm_state: "deleted",
  });
  addServer(cloud, "before", id, {
    launched_at: Date.UTC(2013, 3, 1),
    terminated_at: Date.UTC(2013, 3, 2),
    deleted: 3,
  });
  const window = "start=2013-06-30T00:00:00&end=2013-07-01T00:00:00";
  const listed = await admin.get(`/v2.1/os-simple-tenant-usage?${window}`);
  expect(listed.body).toEqual({
    tenant_usages: [
      {
        tenant_id: id,
        total_hours: 30,
        total_vcpus_usage: 60,
        total_memory_mb_usage: 61440,
        total_local_gb_usage: 750,
        start: "2013-06-30T00:00:00.000000",
        stop: "2013-07-01T00:00:00.000000",
      },
    ],
  });
  expect(listed.text).toContain('"total_hours":30.0');
  const mine = (await demo.get(`/v2.1/os-simple-tenant-usage/${id}?${window}`)).body.tenant_usage;
  expect(mine.server_usages).toEqual([
    {
      instance_id: "ended",
      name: "server ended",
      tenant_id: id,
      flavor: "m1.small",
      hours: 6,
      memory_mb: 2048,
      vcpus: 2,
      local_gb: 25,
      started_at: "2013-06-30T02:00:00.000000",
      ended_at: "2013-06-30T08:00:00.000000",
      state: "terminated",
      uptime: 21600,
    },
    expect.objectContaining({
      instance_id: "running",
      hours: 24,
      ended_at: null,
      state: "active",
      uptime: 86400,
    }),
  ]);
  const page = await admin.get(`/v2.1/os-simple-tenant-usage?${window}&limit=1&detailed=1`, version(40));
  expect(page.body.tenant_usages[0].server_usages).toHaveLength(1);
  expect(page.body.tenant_usages_links[0].href).toContain("marker=ended");
  const rest = await admin.get(`/v2.1/os-simple-tenant-usage?${window}&marker=ended`, version(40));
  expect(rest.body.tenant_usages[0].total_hours).toBe(24);
  expect((await demo.get(`/v2.1/os-simple-tenant-usage?${window}`)).status).toBe(403);
  expect((await admin.get("/v2.1/os-simple-tenant-usage?start=yesterday")).body.badRequest.message).toBe(
    "Invalid datetime string: Datetime is in invalid format",
  );
  const reversed = await admin.get(
    "/v2.1/os-simple-tenant-usage?start=2013-06-30T00:00:00&end=2013-06-01T00:00:00",
  );
  expect(reversed.body.badRequest.message).toBe(
    "Invalid start time. The start time cannot occur after the end time.",
  );
});
