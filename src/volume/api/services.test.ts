import { expect, test } from "bun:test";
import { LATEST, volumeCloud } from "../testing.ts";

test("VO-07 availability zones; none is available when every service of it is disabled", async () => {
  await using cloud = await volumeCloud();
  const zones = async () => (await cloud.demo.get("/v3/os-availability-zone")).body.availabilityZoneInfo;
  expect(await zones()).toEqual([{ zoneName: "nova", zoneState: { available: true } }]);
  const body = { binary: "cinder-volume", host: "testhost@fake", disabled_reason: "repair" };
  const disabled = await cloud.admin.put("/v3/os-services/disable-log-reason", body);
  expect(disabled.body).toEqual({
    disabled: true,
    disabled_reason: "repair",
    host: "testhost@fake",
    service: "",
    binary: "cinder-volume",
    status: "disabled",
  });
  expect(await zones()).toEqual([{ zoneName: "nova", zoneState: { available: false } }]);
});

test("VO-34 the service set: scheduler and back ends with their states", async () => {
  await using cloud = await volumeCloud({ settings: { CINDER_ENABLED_BACKENDS: "fake:one,fake:two" } });
  const { services } = (await cloud.admin.get("/v3/os-services", LATEST)).body;
  expect(services).toMatchObject([
    { binary: "cinder-scheduler", host: "testhost", zone: "nova", status: "enabled", state: "up" },
    {
      binary: "cinder-volume",
      host: "testhost@one",
      status: "enabled",
      state: "up",
      backend_state: "up",
      frozen: false,
    },
    { binary: "cinder-volume", host: "testhost@two", status: "enabled", state: "up" },
  ]);
  expect((await cloud.demo.get("/v3/os-services")).status).toBe(403);
  const hosts = (await cloud.admin.get("/v3/os-hosts")).body.hosts;
  expect(hosts.map((host: { host_name: string }) => host.host_name)).toEqual([
    "testhost",
    "testhost@one",
    "testhost@two",
  ]);
  const unknown = await cloud.admin.put("/v3/os-services/dance", {
    host: "testhost",
    binary: "cinder-volume",
  });
  expect(unknown.body.badRequest.message).toBe("Invalid input received: Unknown action");
});

test("VO-35 the pool is as large as the backing file would be; capabilities of a back end", async () => {
  await using cloud = await volumeCloud({ settings: { VOLUME_BACKING_FILE_SIZE: "20480M" } });
  await cloud.volume({ size: 5 });
  const { pools } = (await cloud.admin.get("/v3/scheduler-stats/get_pools?detail=True")).body;
  expect(pools).toMatchObject([
    {
      name: "testhost@fake#fake",
      capabilities: {
        total_capacity_gb: 20,
        allocated_capacity_gb: 5,
        thin_provisioning_support: true,
        volume_backend_name: "fake",
      },
    },
  ]);
  const { body } = await cloud.admin.get("/v3/capabilities/testhost@fake");
  expect(body).toMatchObject({
    namespace: "OS::Storage::Capabilities::cinder-volume.testhost@fake",
    volume_backend_name: "fake",
    replication_targets: [],
  });
});

test("a frozen back end takes no changes", async () => {
  await using cloud = await volumeCloud();
  const volume = await cloud.volume();
  expect((await cloud.admin.put("/v3/os-services/freeze", { host: "testhost@fake" })).status).toBe(202);
  const refused = await cloud.admin.delete(`/v3/volumes/${volume}`);
  expect(refused.body.badRequest.message).toBe(
    "Invalid input received: Modification operations are not allowed on frozen storage backends.",
  );
  expect((await cloud.admin.put("/v3/os-services/thaw", { host: "testhost@fake" })).status).toBe(202);
  expect((await cloud.admin.delete(`/v3/volumes/${volume}`)).status).toBe(202);
});

test("extensions and filters of lists", async () => {
  await using cloud = await volumeCloud();
  const { extensions } = (await cloud.demo.get("/v3/extensions")).body;
  expect(extensions.map((extension: { alias: string }) => extension.alias)).toContain("os-volume-transfer");
  expect((await cloud.demo.get("/v3/extensions/nothing")).status).toBe(404);
  const filters = await cloud.demo.get("/v3/resource_filters?resource=snapshot", LATEST);
  expect(filters.body.resource_filters).toMatchObject([{ resource: "snapshot" }]);
  const bad = await cloud.demo.get("/v3/volumes?nonsense=1", LATEST);
  expect(bad.body.badRequest.message).toBe("Invalid filters nonsense are found in query options.");
});

test("log levels of the running services, by set-log and get-log", async () => {
  await using cloud = await volumeCloud();
  const put = (action: string, body: Record<string, unknown>, headers: Record<string, string> = LATEST) =>
    cloud.admin.put(`/v3/os-services/${action}`, body, headers);
  const levels = async (body: Record<string, unknown> = {}) => (await put("get-log", body)).body.log_levels;
  expect(await levels()).toEqual([
    { host: "testhost", binary: "cinder-api", levels: { "cinder.api": expect.any(String) } },
    { host: "testhost", binary: "cinder-scheduler", levels: { "cinder.scheduler": expect.any(String) } },
    { host: "testhost@fake", binary: "cinder-volume", levels: { "cinder.volume": expect.any(String) } },
  ]);
  expect((await put("set-log", { level: "error", binary: "cinder-volume" })).status).toBe(202);
  expect(await levels({ binary: "cinder-volume", server: "testhost@fake", prefix: "cinder.v" })).toEqual([
    { host: "testhost@fake", binary: "cinder-volume", levels: { "cinder.volume": "ERROR" } },
  ]);
  expect(await levels({ server: "elsewhere" })).toEqual([]);
  expect((await put("set-log", { level: "warning", prefix: "cinder.sch" })).status).toBe(202);
  expect((await levels({ binary: "cinder-scheduler" }))[0].levels).toEqual({ "cinder.scheduler": "WARNING" });
  expect((await levels({ binary: "cinder-volume" }))[0].levels).toEqual({ "cinder.volume": "ERROR" });
  const wrong = await put("set-log", { level: "loud" });
  expect([wrong.status, wrong.body.badRequest.message]).toEqual([
    400,
    "Invalid input received: loud is not a valid log level.",
  ]);
  expect((await put("set-log", { level: "INFO", binary: "nova-api" })).status).toBe(400);
  const old = await put("get-log", {}, { "openstack-api-version": "volume 3.31" });
  expect(old.body.badRequest.message).toBe("Invalid input received: Unknown action");
});
