import { afterAll, beforeAll, expect, test } from "bun:test";
import { LATEST, type VolumeCloud, version, volumeCloud } from "../testing.ts";

let cloud: VolumeCloud;
beforeAll(async () => {
  cloud = await volumeCloud({ settings: { CINDER_QUOTA_VOLUMES: "-1", CINDER_QUOTA_GIGABYTES: "-1" } });
});
afterAll(() => cloud[Symbol.asyncDispose]());

const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/);
const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);

test("VO-01 create: the whole answer, as an ordinary user sees it", async () => {
  const answer = await cloud.demo.post("/v3/volumes", { volume: { size: 1, display_name: "test" } });
  expect(answer.status).toBe(202);
  expect(answer.headers.get("openstack-api-version")).toBe("volume 3.0");
  const { id } = answer.body.volume;
  expect(answer.body.volume).toEqual({
    id: UUID,
    status: "creating",
    size: 1,
    availability_zone: "nova",
    created_at: MOMENT,
    updated_at: null,
    name: "test",
    description: null,
    volume_type: "__DEFAULT__",
    snapshot_id: null,
    source_volid: null,
    metadata: {},
    links: [
      { rel: "self", href: `http://127.0.0.1/v3/volumes/${id}` },
      { rel: "bookmark", href: `http://127.0.0.1/volumes/${id}` },
    ],
    user_id: expect.any(String),
    bootable: "false",
    encrypted: false,
    replication_status: null,
    consistencygroup_id: null,
    multiattach: false,
    attachments: [],
  });
  await cloud.settled(id, "available");
});

test("VO-08 show: administrators see where it lies and whose it is", async () => {
  const id = await cloud.volume({ name: "mine", metadata: { a: "b" } }, cloud.demo);
  const volume = await cloud.show(id);
  const project = volume["os-vol-tenant-attr:tenant_id"];
  expect(volume).toMatchObject({
    status: "available",
    metadata: { a: "b" },
    "os-vol-host-attr:host": "testhost@fake#fake",
    "os-vol-mig-status-attr:migstat": null,
    group_id: null,
    provider_id: null,
    shared_targets: false,
    service_uuid: UUID,
    cluster_name: null,
    consumes_quota: true,
  });
  const own = (await cloud.demo.get(`/v3/volumes/${id}`)).body.volume;
  expect(own["os-vol-host-attr:host"]).toBeUndefined();
  expect(own["migration_status"]).toBeUndefined();
  expect([own["os-vol-tenant-attr:tenant_id"], project]).toEqual([project, expect.any(String)]);
});

test("another project's volume does not exist", async () => {
  const id = await cloud.volume();
  const missing = `Volume ${id} could not be found.`;
  for (const [method, path, body] of [
    ["get", `/v3/volumes/${id}`],
    ["delete", `/v3/volumes/${id}`],
    ["put", `/v3/volumes/${id}`, { volume: { name: "x" } }],
    ["post", `/v3/volumes/${id}/action`, { "os-extend": { new_size: 2 } }],
    ["post", "/v3/volumes", { volume: { source_volid: id } }],
    ["post", "/v3/snapshots", { snapshot: { volume_id: id } }],
    ["get", `/v3/volumes/${id}/metadata`],
  ] as const) {
    const send = cloud.demo[method] as (path: string, body?: unknown) => ReturnType<typeof cloud.demo.get>;
    const answer = await (body === undefined ? cloud.demo.get(path) : send(path, body));
    expect([method, path, answer.status, answer.body.itemNotFound?.message]).toEqual([
      method,
      path,
      404,
      missing,
    ]);
  }
});

test("VO-04 list: pages by marker, newest first; filters and sorting", async () => {
  const ids: string[] = [];
  for (const name of ["l1", "l2", "l3"]) ids.unshift(await cloud.volume({ name, metadata: { list: "yes" } }));
  const filter = `metadata=${encodeURIComponent("{'list': 'yes'}")}`;
  const first = (await cloud.admin.get(`/v3/volumes?${filter}&limit=2`)).body;
  expect(first.volumes.map((volume: { id: string }) => volume.id)).toEqual(ids.slice(0, 2));
  const next = new URL(first.volumes_links[0].href);
  expect(next.searchParams.get("marker")).toBe(ids[1]!);
  const second = (await cloud.admin.get(`${next.pathname}${next.search}`)).body;
  expect(second.volumes.map((volume: { id: string }) => volume.id)).toEqual(ids.slice(2));
  const names = async (query: string) =>
    (await cloud.admin.get(`/v3/volumes/detail?${filter}&${query}`, LATEST)).body.volumes.map(
      (volume: { name: string }) => volume.name,
    );
  expect(await names("sort=name:asc")).toEqual(["l1", "l2", "l3"]);
  expect(await names("name=l2")).toEqual(["l2"]);
  expect(await names("name~=l")).toHaveLength(3);
  expect(await names("status=error")).toEqual([]);
  const counted = await cloud.admin.get(`/v3/volumes?${filter}&with_count=true&limit=1`, LATEST);
  expect([counted.body.count, counted.body.volumes.length]).toEqual([3, 1]);
});

const BAD: [body: unknown, status: number, message: string][] = [
  [{}, 400, "'volume' is a required property"],
  [
    { volume: { size: 0 } },
    400,
    "Invalid input for field/attribute size. Value: 0. 0 is less than the minimum of 1",
  ],
  [
    { volume: { size: "x" } },
    400,
    "Invalid input for field/attribute size. Value: x. 'x' does not match '^[0-9]+$'",
  ],
  [{ volume: {} }, 400, "Invalid input received: Volume size 'None' must be an integer and greater than 0"],
  [{ volume: { size: 1, volume_type: "none" } }, 404, "Volume type with name none could not be found."],
  [{ volume: { size: 1, availability_zone: "mars" } }, 400, "Availability zone 'mars' is invalid."],
  [
    { volume: { size: 1, imageRef: "7a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d11" } },
    400,
    "Invalid image identifier or unable to access requested image.",
  ],
  [
    { volume: { size: 1, group_id: "7a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d11" } },
    404,
    "Group 7a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d11 could not be found.",
  ],
];
for (const [body, status, message] of BAD) {
  test(`create is refused: ${message}`, async () => {
    const answer = await cloud.admin.post("/v3/volumes", body);
    const fault = answer.body.badRequest ?? answer.body.itemNotFound;
    expect([answer.status, fault.code, fault.message]).toEqual([status, status, message]);
  });
}

test("VO-15 extend: larger only, detached only", async () => {
  const id = await cloud.volume();
  const refused = await cloud.act(id, "os-extend", { new_size: 1 });
  expect(refused.body.badRequest.message).toBe(
    "Invalid input received: New size for extend must be greater than current size. (current: 1, extended: 1).",
  );
  expect((await cloud.act(id, "os-extend", { new_size: 3 })).status).toBe(202);
  await cloud.until("it to be 3 GB", async () => (await cloud.show(id)).size === 3);
  expect((await cloud.show(id)).status).toBe("available");
});

test("VO-16 delete: deleting, then gone; refused with snapshots unless cascading", async () => {
  const id = await cloud.volume();
  const snapshot = await cloud.snapshot(id);
  const refused = await cloud.admin.delete(`/v3/volumes/${id}`);
  expect([refused.status, refused.body.badRequest.message]).toEqual([
    400,
    expect.stringContaining("must not be migrating, attached, belong to a group, have snapshots"),
  ]);
  expect((await cloud.admin.delete(`/v3/volumes/${id}?cascade=true`)).status).toBe(202);
  await cloud.gone(`/v3/volumes/${id}`);
  await cloud.gone(`/v3/snapshots/${snapshot}`);
});

test("name, description, bootable and metadata change", async () => {
  const id = await cloud.volume();
  const changed = await cloud.admin.put(`/v3/volumes/${id}`, {
    volume: { name: "new", description: "of it" },
  });
  expect(changed.body.volume).toMatchObject({ name: "new", description: "of it" });
  expect((await cloud.act(id, "os-set_bootable", { bootable: true })).status).toBe(200);
  expect((await cloud.show(id)).bootable).toBe("true");
  const metadata = `/v3/volumes/${id}/metadata`;
  await cloud.admin.post(metadata, { metadata: { a: "1", b: "2" } });
  await cloud.admin.put(`${metadata}/b`, { meta: { b: "3" } });
  expect((await cloud.admin.delete(`${metadata}/a`)).status).toBe(200);
  expect((await cloud.admin.get(metadata)).body).toEqual({ metadata: { b: "3" } });
  const missing = await cloud.admin.delete(`${metadata}/a`);
  expect(missing.body.itemNotFound.message).toBe(`Volume ${id} has no metadata with key a.`);
  const tagged = await cloud.admin.get(metadata, version(15));
  const etag = tagged.headers.get("etag")!;
  const stale = { ...version(15), "if-match": "x" };
  expect((await cloud.admin.put(metadata, { metadata: {} }, stale)).status).toBe(412);
  const fresh = await cloud.admin.put(metadata, { metadata: {} }, { ...version(15), "if-match": etag });
  expect([fresh.status, fresh.body]).toEqual([200, { metadata: {} }]);
});

test("a summary of what there is", async () => {
  await cloud.volume({ size: 2 }, cloud.demo);
  const { body } = await cloud.demo.get("/v3/volumes/summary", LATEST);
  expect(body["volume-summary"].total_count).toBeGreaterThan(0);
  expect(body["volume-summary"].total_size).toBeGreaterThanOrEqual(2);
});

test("the project in the path must be the token's; without one since 3.67, and v2 for old clients", async () => {
  const volume = await cloud.show(await cloud.volume());
  const project = volume["os-vol-tenant-attr:tenant_id"];
  expect((await cloud.admin.get(`/v3/${project}/volumes/${volume.id}`)).status).toBe(200);
  expect((await cloud.admin.get(`/v2/${project}/volumes/${volume.id}`)).status).toBe(200);
  const other = await cloud.admin.get(`/v3/${"0".repeat(32)}/volumes/${volume.id}`);
  expect([other.status, other.body.badRequest.message]).toEqual([400, "Malformed request url"]);
  expect((await cloud.admin.get("/v3/volumes/")).status).toBe(404);
});

test("versions: all at the root without a token, 406 for one there is not", async () => {
  const root = await cloud.request("c-api", "GET", "/");
  expect([root.status, root.body.versions[0].id, root.body.versions[0].version]).toEqual([
    300,
    "v3.0",
    "3.70",
  ]);
  const refused = await cloud.admin.get("/v3/volumes", version(71));
  expect(refused.status).toBe(406);
});
