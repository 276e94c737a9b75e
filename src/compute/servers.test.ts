import { expect, test } from "bun:test";
import { LATEST, serverCloud } from "../testing/server-cloud.ts";

test("CP-07 CP-49 a server is created, scheduled, built and runs", async () => {
  await using cloud = await serverCloud({ networks: true });
  const { nova, imageId } = cloud;
  const answer = await nova.post("/v2.1/servers", {
    server: { name: "web", imageRef: imageId, flavorRef: "1" },
  });
  expect(answer.status).toBe(202);
  const { id, adminPass } = answer.body.server;
  expect(Object.keys(answer.body.server).sort()).toEqual([
    "OS-DCF:diskConfig",
    "adminPass",
    "id",
    "links",
    "security_groups",
  ]);
  expect(answer.headers.get("location")).toEndWith(`/v2.1/servers/${id}`);
  expect(adminPass).toMatch(/^[A-Za-z2-9]{12}$/);
  const server = await cloud.settled(id, "ACTIVE");
  expect(server).toMatchObject({
    name: "web",
    "OS-EXT-STS:vm_state": "active",
    "OS-EXT-STS:power_state": 1,
    "OS-EXT-SRV-ATTR:instance_name": "instance-00000001",
    "OS-EXT-SRV-ATTR:host": "testhost",
    "OS-EXT-AZ:availability_zone": "nova",
    progress: 0,
  });
  expect(server.adminPass).toBeUndefined();
  const events = await nova.get(`/v2.1/servers/${id}/os-instance-actions`, LATEST);
  expect(events.body.instanceActions.map((each: { action: string }) => each.action)).toEqual(["create"]);
});

test("CP-12 the administrator password is shown once, and is the one that was asked for", async () => {
  await using cloud = await serverCloud();
  const made = await cloud.nova.post(
    "/v2.1/servers",
    {
      server: {
        name: "a",
        imageRef: cloud.imageId,
        flavorRef: "1",
        networks: "none",
        adminPass: "Blah4Blah",
      },
    },
    LATEST,
  );
  expect(made.body.server.adminPass).toBe("Blah4Blah");
  expect(JSON.stringify(await cloud.settled(made.body.server.id, "ACTIVE"))).not.toContain("Blah4Blah");
});

test("CP-13 CP-38 metadata is kept; a new name changes the name but not the host name", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server({ name: "Small Image_1", metadata: { description: "Small test image" } });
  expect((await cloud.show(id)).metadata).toEqual({ description: "Small test image" });
  const renamed = await cloud.nova.put(`/v2.1/servers/${id}`, { server: { name: "other" } }, LATEST);
  expect(renamed.body.server).toMatchObject({
    name: "other",
    "OS-EXT-SRV-ATTR:hostname": "small-image-1",
  });
  const path = `/v2.1/servers/${id}/metadata`;
  expect((await cloud.nova.put(`${path}/x`, { meta: { x: "1" } })).body).toEqual({ meta: { x: "1" } });
  expect((await cloud.nova.post(path, { metadata: { y: "2" } })).body.metadata).toEqual({
    description: "Small test image",
    x: "1",
    y: "2",
  });
  expect((await cloud.nova.delete(`${path}/x`)).status).toBe(204);
  expect((await cloud.nova.get(`${path}/x`)).body.itemNotFound.message).toBe("Metadata item was not found");
});

test("CP-14 SC-12 several at once: one reservation, numbered names and launch indexes", async () => {
  await using cloud = await serverCloud();
  const answer = await cloud.nova.post(
    "/v2.1/servers",
    {
      server: {
        name: "n",
        imageRef: cloud.imageId,
        flavorRef: "1",
        networks: "none",
        min_count: 3,
        max_count: 3,
        return_reservation_id: true,
      },
    },
    LATEST,
  );
  const { reservation_id } = answer.body;
  expect(reservation_id).toMatch(/^r-[0-9a-z]{8}$/);
  const list = `/v2.1/servers/detail?reservation_id=${reservation_id}&sort_key=display_name&sort_dir=asc`;
  await cloud.until("three servers to run", async () =>
    (await cloud.nova.get(list, LATEST)).body.servers.every((s: { status: string }) => s.status === "ACTIVE"),
  );
  const servers = (await cloud.nova.get(list, LATEST)).body.servers as Record<string, unknown>[];
  expect(servers.map((s) => [s["name"], s["OS-EXT-SRV-ATTR:launch_index"]])).toEqual([
    ["n-1", 0],
    ["n-2", 1],
    ["n-3", 2],
  ]);
});

test("CP-17 SC-01 a server that fits nowhere goes to ERROR and says why", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "tiny:1:1024:10" } });
  const id = await cloud.boot({ flavorRef: "5" });
  const server = await cloud.settled(id, "ERROR");
  expect(server).toMatchObject({
    "OS-EXT-STS:vm_state": "error",
    "OS-EXT-STS:power_state": 0,
    hostId: "",
    fault: { code: 500, message: "No valid host was found. " },
  });
  expect(server.fault.details).toContain("NoValidHost");
  expect(cloud.log.lines.some((line) => line.text.includes("Got no allocation candidates"))).toBe(true);
  const events = cloud.row("SELECT event, result FROM instance_actions_events");
  expect(events).toMatchObject({ event: "conductor_schedule_and_build_instances", result: "Error" });
  expect(cloud.sql("placement", "SELECT * FROM allocations")).toEqual([]);
});

test("CP-04 CP-05 CP-06 lists: of all projects, of one host, with what has changed since, deleted ones too", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "c01:4:8192 c02:4:8192" } });
  const demo = await cloud.as("n-api", "demo");
  const body = {
    server: { name: "demos", imageRef: cloud.imageId, flavorRef: "1", networks: "none" },
  };
  const other = (await demo.post("/v2.1/servers", body, LATEST)).body.server.id as string;
  const first = await cloud.server({ availability_zone: "nova:c01" });
  const second = await cloud.server({ availability_zone: "nova:c02" });
  const ids = async (query: string, client = cloud.nova) => {
    const answer = await client.get(`/v2.1/servers?${query}`, LATEST);
    return answer.body.servers.map((s: { id: string }) => s.id).sort();
  };
  expect(await ids("")).toEqual([first, second].sort());
  expect(await ids("all_tenants=1")).toEqual([first, second, other].sort());
  expect((await demo.get("/v2.1/servers?all_tenants=1", LATEST)).status).toBe(403);
  expect(await ids("host=c01&all_tenants=1&name=web")).toEqual([first]);
  expect(await ids("host=c01", demo)).toEqual([other]);
  const since = new Date(Date.now() - 60_000).toISOString();
  await cloud.nova.delete(`/v2.1/servers/${second}`);
  await cloud.gone(second);
  expect(await ids("")).toEqual([first]);
  expect(await ids(`changes-since=${since}`)).toEqual([first, second].sort());
  const shown = await cloud.nova.get(`/v2.1/servers/detail?changes-since=${since}&status=deleted`, LATEST);
  expect(shown.body.servers).toMatchObject([{ id: second, status: "DELETED" }]);
});

test("CP-37 filters: the name is a pattern; pages are linked", async () => {
  await using cloud = await serverCloud();
  const ids: string[] = [];
  for (const name of ["web1", "web2", "db1"]) ids.push(await cloud.server({ name }));
  const names = async (query: string) =>
    (await cloud.nova.get(`/v2.1/servers?${query}`)).body.servers.map((s: { name: string }) => s.name);
  expect((await names("name=web")).sort()).toEqual(["web1", "web2"]);
  expect(await names("name=^db[0-9]$")).toEqual(["db1"]);
  expect(await names(`status=shutoff`)).toEqual([]);
  const page = await cloud.nova.get("/v2.1/servers?limit=2&sort_key=created_at&sort_dir=asc");
  expect(page.body.servers).toHaveLength(2);
  const next = new URL(page.body.servers_links[0].href);
  const rest = await cloud.nova.get(next.pathname.replace("/compute", "") + next.search);
  expect(rest.body.servers.map((s: { id: string }) => s.id)).toEqual([ids[2]]);
  expect((await cloud.nova.get("/v2.1/servers?marker=nope")).body.badRequest.message).toBe(
    "marker [nope] not found",
  );
});

test("CP-29 delete: it vanishes, works on ERROR servers, and gives everything back", async () => {
  await using cloud = await serverCloud({ networks: true });
  const id = await cloud.server({ networks: "auto" });
  expect(cloud.row("SELECT count(*) AS n FROM ports WHERE device_id = ?", id).n).toBe(1);
  expect((await cloud.nova.delete(`/v2.1/servers/${id}`)).status).toBe(204);
  await cloud.gone(id);
  expect(cloud.row("SELECT count(*) AS n FROM ports WHERE device_id = ?", id).n).toBe(0);
  expect(cloud.sql("placement", "SELECT * FROM allocations")).toEqual([]);
  expect(cloud.row("SELECT vm_state, deleted = id AS gone FROM instances WHERE uuid = ?", id)).toEqual({
    vm_state: "deleted",
    gone: 1,
  });
  const broken = await cloud.server();
  await cloud.act(broken, "os-resetState", { state: "error" });
  expect((await cloud.nova.delete(`/v2.1/servers/${broken}`)).status).toBe(204);
  await cloud.gone(broken);
});

test("QU-09 a project's limits: over them nothing is made", async () => {
  await using cloud = await serverCloud();
  const project = cloud.sql("keystone", "SELECT id FROM project WHERE name = 'demo'")[0] as { id: string };
  await cloud.nova.put(`/v2.1/os-quota-sets/${project.id}`, { quota_set: { instances: 2 } });
  const demo = await cloud.as("n-api", "demo");
  const server = { name: "q", imageRef: cloud.imageId, flavorRef: "1", networks: "none" };
  const answer = await demo.post("/v2.1/servers", { server: { ...server, min_count: 3 } }, LATEST);
  expect(answer.status).toBe(403);
  expect(answer.body.forbidden.message).toBe(
    "Quota exceeded for instances: Requested 3, but already used 0 of 2 instances",
  );
  expect(cloud.row("SELECT count(*) AS n FROM instances").n).toBe(0);
});

test("what a request gets wrong is told in Nova's words", async () => {
  await using cloud = await serverCloud();
  const server = { name: "x", imageRef: cloud.imageId, flavorRef: "1", networks: "none" };
  const refused = async (changes: Record<string, unknown>) => {
    const answer = await cloud.nova.post("/v2.1/servers", { server: { ...server, ...changes } }, LATEST);
    return [answer.status, Object.values(answer.body as Record<string, { message: string }>)[0]?.message];
  };
  const missing = "9d7e7b66-1d0b-4bb5-9f0e-2f3b3f0a0f51";
  expect(await refused({ flavorRef: "77" })).toEqual([400, "Flavor 77 could not be found."]);
  expect(await refused({ imageRef: missing })).toEqual([400, "Can not find requested image"]);
  expect(await refused({ key_name: "nokey" })).toEqual([400, "Invalid key_name provided."]);
  expect(await refused({ availability_zone: "mars" })).toEqual([
    400,
    "The requested availability zone is not available",
  ]);
  expect((await refused({ name: "" }))[1]).toContain("Invalid input for field/attribute name");
  expect((await refused({ user_data: "not base64!" }))[0]).toBe(400);
  expect((await cloud.nova.get(`/v2.1/servers/${missing}`)).body.itemNotFound.message).toBe(
    `Instance ${missing} could not be found.`,
  );
  expect((await cloud.nova.get("/v2.1/servers/")).status).toBe(404);
});
