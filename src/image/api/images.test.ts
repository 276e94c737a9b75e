import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { createImage, imageCloud, OCTETS, PATCH, reason, uploadImage } from "../testing.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

test("the versions document, for any path without a version and without a token", async () => {
  await using cloud = await imageCloud();
  for (const path of ["/", "/v1/images", "/v3", "/anything/else"]) {
    const answer = await cloud.request("g-api", "GET", path);
    expect(answer.status).toBe(300);
    expect(answer.body.versions.map((v: { id: string }) => v.id)).toEqual([
      ...[
        "v2.16",
        "v2.15",
        "v2.14",
        "v2.13",
        "v2.12",
        "v2.11",
        "v2.10",
        "v2.9",
        "v2.8",
        "v2.7",
        "v2.6",
        "v2.5",
      ],
      ...["v2.4", "v2.3", "v2.2", "v2.1", "v2.0"],
    ]);
    expect(answer.body.versions[0]).toEqual({
      id: "v2.16",
      status: "CURRENT",
      links: [{ rel: "self", href: "http://127.0.0.1/v2/" }],
    });
  }
  expect((await cloud.request("g-api", "GET", "/versions")).status).toBe(200);
  expect((await cloud.request("g-api", "GET", "/healthcheck")).text).toBe("OK");
  expect((await cloud.request("g-api", "GET", "/v2/images")).status).toBe(401);
});

test("create and show: every attribute, properties beside them", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const created = await demo.post("/v2/images", {
    name: "cirros",
    disk_format: "qcow2",
    container_format: "bare",
    min_ram: 64,
    min_disk: 1,
    tags: ["b", "a", "b"],
    hw_disk_bus: "scsi",
  });
  expect(created.status).toBe(201);
  const { id } = created.body;
  expect(created.headers.get("location")).toBe(`/v2/images/${id}`);
  expect(created.headers.get("openstack-image-import-methods")).toBe("glance-direct,web-download,copy-image");
  expect(created.headers.get("openstack-image-store-ids")).toBe("file");
  expect(created.body).toEqual({
    name: "cirros",
    disk_format: "qcow2",
    container_format: "bare",
    visibility: "shared",
    size: null,
    virtual_size: null,
    status: "queued",
    checksum: null,
    protected: false,
    min_ram: 64,
    min_disk: 1,
    owner: expect.stringMatching(/^[0-9a-f]{32}$/),
    os_hidden: false,
    os_hash_algo: null,
    os_hash_value: null,
    id: expect.stringMatching(UUID),
    created_at: expect.stringMatching(MOMENT),
    updated_at: expect.stringMatching(MOMENT),
    tags: ["b", "a"],
    self: `/v2/images/${id}`,
    file: `/v2/images/${id}/file`,
    schema: "/v2/schemas/image",
    hw_disk_bus: "scsi",
  });
  expect((await demo.get(`/v2/images/${id}`)).body).toEqual(created.body);
});

test("an id of the client's own, once", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = "11111111-2222-3333-4444-555555555555";
  expect(await createImage(demo, { id })).toBe(id);
  const again = await demo.post("/v2/images", { id });
  expect(again.status).toBe(409);
  expect(reason(again.text)).toBe(`Image ID ${id} already exists!`);
  await demo.delete(`/v2/images/${id}`);
  expect((await demo.post("/v2/images", { id })).status).toBe(409);
});

test("IM-12 disk and container formats that are accepted", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  for (const disk_format of "ami ari aki vhd vhdx vmdk raw qcow2 vdi iso ploop".split(" ")) {
    expect((await demo.post("/v2/images", { disk_format })).status).toBe(201);
  }
  for (const container_format of "ami ari aki bare ovf ova docker compressed".split(" ")) {
    expect((await demo.post("/v2/images", { container_format })).status).toBe(201);
  }
  const refused = await demo.post("/v2/images", { disk_format: "floppy" });
  expect(refused.status).toBe(400);
  expect(reason(refused.text)).toBe(
    "Provided object does not match schema 'image': 'floppy' is not one of [None, 'ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi', 'iso', 'ploop']",
  );
});

test.each([
  [{ status: "active" }, 403, "Attribute 'status' is read-only."],
  [{ checksum: "x" }, 403, "Attribute 'checksum' is read-only."],
  [{ self: "x" }, 403, "Attribute 'self' is read-only."],
  [{ deleted: "x" }, 403, "Attribute 'deleted' is reserved."],
  [{ os_glance_x: "x" }, 403, "Attribute 'os_glance_x' is reserved."],
  [{ locations: [] }, 403, "Attribute 'locations' is reserved."],
  [{ visibility: "public" }, 403, "You are not authorized to complete publicize_image action."],
  [{ owner: "other" }, 403, "You are not permitted to create images owned by 'other'."],
  [{ min_disk: -1 }, 400, "Invalid value '-1' for parameter 'min_disk': Cannot be a negative value"],
  [{ min_ram: 2 ** 31 }, 400, "'min_ram' value out of range, must not exceed 2147483647."],
  [{ min_ram: "1" }, 400, "Provided object does not match schema 'image': '1' is not of type 'integer'"],
  [{ speed: 5 }, 400, "Provided object does not match schema 'image': 5 is not of type 'string'"],
  [{ id: "x" }, 400, "'x' does not match '^([0-9a-fA-F])"],
  [{ ["p".repeat(256)]: "x" }, 400, "Custom property should not be greater than 255 characters."],
  ["[", 400, "Malformed JSON in request body."],
  ["5", 400, "Unexpected body type. Expected list/dict."],
  [undefined, 400, "Body expected in request."],
])("POST /v2/images with %j is refused", async (body, status, text) => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const answer = await demo.post("/v2/images", body);
  expect(answer.status).toBe(status);
  expect(reason(answer.text)).toContain(text);
});

test("quotas of properties and tags", async () => {
  await using cloud = await imageCloud({
    settings: { GLANCE_IMAGE_PROPERTY_QUOTA: "2", GLANCE_IMAGE_TAG_QUOTA: "2" },
  });
  const demo = await cloud.as("g-api", "demo");
  const properties = await demo.post("/v2/images", { a: "1", b: "2", c: "3" });
  expect(properties.status).toBe(413);
  expect(reason(properties.text)).toBe(
    "The limit has been exceeded on the number of allowed image properties. Attempted: 3, Maximum: 2",
  );
  expect((await demo.post("/v2/images", { tags: ["a", "b", "c"] })).status).toBe(413);
  const id = await createImage(demo, { a: "1", b: "2", tags: ["a", "b"] });
  expect((await demo.put(`/v2/images/${id}/tags/c`)).status).toBe(413);
  expect((await demo.patch(`/v2/images/${id}`, [{ op: "add", path: "/c", value: "3" }], PATCH)).status).toBe(
    413,
  );
});

test("JSON patch: add, replace and remove, in both drafts, all or nothing", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo, { hw_disk_bus: "ide", tags: ["x"] });
  const patch = (changes: unknown, type = "application/openstack-images-v2.1-json-patch") =>
    demo.patch(`/v2/images/${id}`, JSON.stringify(changes), { "content-type": type });
  const changed = await patch([
    { op: "replace", path: "/name", value: "new" },
    { op: "add", path: "/os~1name~0", value: "debian" },
    { op: "remove", path: "/hw_disk_bus" },
    { op: "replace", path: "/tags", value: ["y", "z"] },
    { op: "replace", path: "/min_ram", value: 5 },
  ]);
  expect(changed.status).toBe(200);
  expect(changed.body).toMatchObject({ name: "new", "os/name~": "debian", tags: ["y", "z"], min_ram: 5 });
  expect(changed.body.hw_disk_bus).toBeUndefined();

  const draft4 = "application/openstack-images-v2.0-json-patch";
  expect((await patch([{ add: "/kind", value: "a" }], draft4)).body.kind).toBe("a");
  const present = await patch([{ add: "/kind", value: "b" }], draft4);
  expect([present.status, reason(present.text)]).toEqual([
    409,
    "There was a conflict when trying to complete your request.\n\n Property kind already present.",
  ]);
  expect((await patch([{ add: "/kind", replace: "/kind", value: "b" }], draft4)).status).toBe(400);

  const half = await patch([
    { op: "replace", path: "/name", value: "never" },
    { op: "remove", path: "/nothing" },
  ]);
  expect([half.status, reason(half.text)]).toEqual([
    409,
    "There was a conflict when trying to complete your request.\n\n Property nothing does not exist.",
  ]);
  expect((await demo.get(`/v2/images/${id}`)).body.name).toBe("new");
});

test.each([
  [[{ op: "replace", path: "/status", value: "active" }], 403, "Attribute 'status' is read-only."],
  [[{ op: "add", path: "/os_glance_x", value: "a" }], 403, "Attribute 'os_glance_x' is reserved."],
  [[{ op: "remove", path: "/name" }], 403, "Property name may not be removed."],
  [[{ op: "replace", path: "/owner", value: "x" }], 403, "Owner can't be updated by non admin."],
  [[{ op: "add", path: "/owner", value: "x" }], 403, "Owner can't be updated by non admin."],
  [[{ op: "replace", path: "/visibility", value: "public" }], 403, "complete publicize_image action."],
  [[{ op: "replace", path: "/visibility", value: "secret" }], 400, "is not one of"],
  [[{ op: "move", path: "/a", value: "x" }], 400, "Invalid operation: `move`."],
  [[{ path: "/a" }], 400, "Unable to find `op` in JSON Schema change."],
  [[{ op: "add" }], 400, "Unable to find 'path' in JSON Schema change"],
  [[{ op: "add", path: "/a" }], 400, 'Operation "add" requires a member named "value".'],
  [[{ op: "add", path: "a", value: "x" }], 400, 'Pointer `a` does not start with "/".'],
  [[{ op: "add", path: "/a//b", value: "x" }], 400, 'contains adjacent "/".'],
  [[{ op: "add", path: "/a/", value: "x" }], 400, 'end with "/".'],
  [[{ op: "add", path: "/a~2", value: "x" }], 400, "recognized escape sequence."],
  [[{ op: "add", path: "/tags/-", value: "x" }], 400, "Invalid JSON pointer for this resource: '/tags/-'"],
  [
    [{ op: "add", path: "/locations/-", value: { url: "file:///etc/passwd", metadata: {} } }],
    403,
    "locations are invisible.",
  ],
  [[5], 400, "Operations must be JSON objects."],
  [{}, 400, "Request body must be a JSON array of operation objects."],
])("PATCH with %j is refused", async (changes, status, text) => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  const answer = await demo.patch(`/v2/images/${id}`, JSON.stringify(changes), PATCH);
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(text);
});

test("PATCH of another media type names those there are", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  const answer = await demo.patch(`/v2/images/${id}`, []);
  expect(answer.status).toBe(415);
  expect(answer.headers.get("accept-patch")).toBe(
    "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch",
  );
});

test("formats are fixed once there is data", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await uploadImage(demo, "data");
  const answer = await demo.patch(
    `/v2/images/${id}`,
    JSON.stringify([{ op: "replace", path: "/disk_format", value: "iso" }]),
    PATCH,
  );
  expect(answer.status).toBe(403);
  expect(reason(answer.text)).toBe("Attribute disk_format can be only replaced for a queued image.");
});

test("IM-16 who sees what: public, community, shared and private images", async () => {
  await using cloud = await imageCloud();
  const admin = await cloud.as("g-api");
  const demo = await cloud.as("g-api", "demo");
  const ids: Record<string, string> = {};
  for (const visibility of ["public", "community", "shared", "private"]) {
    ids[visibility] = await createImage(admin, { name: visibility, visibility });
  }
  const mine = await createImage(demo, { name: "mine", visibility: "private" });
  const names = async (client: typeof demo, query = "") =>
    (await client.get(`/v2/images${query}`)).body.images.map((image: { name: string }) => image.name).sort();
  expect(await names(demo)).toEqual(["mine", "public"]);
  expect(await names(demo, "?visibility=community")).toEqual(["community"]);
  expect(await names(demo, "?visibility=all")).toEqual(["community", "mine", "public"]);
  expect(await names(admin)).toEqual(["community", "mine", "private", "public", "shared"]);
  for (const hidden of ["shared", "private"]) {
    const answer = await demo.get(`/v2/images/${ids[hidden]}`);
    expect([answer.status, reason(answer.text)]).toEqual([404, `No image found with ID ${ids[hidden]}`]);
    expect((await demo.get(`/v2/images/${ids[hidden]}/file`)).status).toBe(404);
  }
  expect((await demo.get(`/v2/images/${ids["community"]}`)).status).toBe(200);
  const theirs = await demo.delete(`/v2/images/${ids["public"]}`);
  expect([theirs.status, reason(theirs.text)]).toEqual([403, "You do not own this image"]);
  expect((await admin.delete(`/v2/images/${mine}`)).status).toBe(204);
});

test("IM-17 a protected image is not deleted until it is unprotected", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo, { protected: true });
  const refused = await demo.delete(`/v2/images/${id}`);
  expect([refused.status, reason(refused.text)]).toEqual([
    403,
    `Image ${id} is protected and cannot be deleted.`,
  ]);
  await demo.patch(
    `/v2/images/${id}`,
    JSON.stringify([{ op: "replace", path: "/protected", value: false }]),
    PATCH,
  );
  expect((await demo.delete(`/v2/images/${id}`)).status).toBe(204);
  expect((await demo.delete(`/v2/images/${id}`)).status).toBe(404);
});

test("IM-26 the operator may keep uploading to administrators", async () => {
  await using cloud = await imageCloud();
  mkdirSync(cloud.paths.dir("etc", "glance"), { recursive: true });
  writeFileSync(cloud.paths.at("etc", "glance", "policy.json"), JSON.stringify({ add_image: "role:admin" }));
  await cloud.cloud.restartService("g-api");
  const demo = await cloud.as("g-api", "demo");
  const admin = await cloud.as("g-api");
  let answer = await demo.post("/v2/images", { name: "x" });
  // The policy file is looked at anew only now and then.
  for (let i = 0; i < 50 && answer.status === 201; i++) {
    await Bun.sleep(20);
    answer = await demo.post("/v2/images", { name: "x" });
  }
  expect([answer.status, reason(answer.text)]).toEqual([
    403,
    "You are not authorized to complete add_image action.",
  ]);
  expect((await admin.post("/v2/images", { name: "x" })).status).toBe(201);
});

test("tags one by one", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  expect((await demo.put(`/v2/images/${id}/tags/a%20b`)).status).toBe(204);
  expect((await demo.put(`/v2/images/${id}/tags/a%20b`)).status).toBe(204);
  expect((await demo.get(`/v2/images/${id}`)).body.tags).toEqual(["a b"]);
  expect((await demo.put(`/v2/images/${id}/tags/${"x".repeat(256)}`)).status).toBe(400);
  expect((await demo.delete(`/v2/images/${id}/tags/a%20b`)).status).toBe(204);
  expect((await demo.delete(`/v2/images/${id}/tags/a%20b`)).status).toBe(404);
  const other = await cloud.as("g-api", "demo", "invisible_to_admin");
  expect((await other.put(`/v2/images/${id}/tags/x`)).status).toBe(404);
});

test("deactivate and reactivate", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const admin = await cloud.as("g-api");
  const queued = await createImage(demo);
  const refused = await demo.post(`/v2/images/${queued}/actions/deactivate`);
  expect([refused.status, reason(refused.text)]).toEqual([
    403,
    "Not allowed to deactivate image in status 'queued'",
  ]);
  const id = await uploadImage(demo, "data");
  expect((await demo.post(`/v2/images/${id}/actions/deactivate`)).status).toBe(204);
  expect((await demo.get(`/v2/images/${id}`)).body.status).toBe("deactivated");
  const data = await demo.get(`/v2/images/${id}/file`);
  expect([data.status, reason(data.text)]).toEqual([
    403,
    "The requested image has been deactivated. Image data download is forbidden.",
  ]);
  expect((await admin.get(`/v2/images/${id}/file`)).text).toBe("data");
  expect((await demo.post(`/v2/images/${id}/actions/reactivate`)).status).toBe(204);
  expect((await demo.get(`/v2/images/${id}/file`)).text).toBe("data");
});

test("IM-19 IM-20 IM-22 IM-28 what SQL sees: states, the file's place, properties, the deleted row", async () => {
  await using cloud = await imageCloud();
  const admin = await cloud.as("g-api");
  const id = await uploadImage(admin, "data", {
    kernel_id: "11111111-2222-3333-4444-555555555555",
    visibility: "public",
  });
  const db = (statement: string, ...parameters: string[]) => cloud.sql("glance", statement, ...parameters);
  expect(db("SELECT image_id, value FROM image_locations")).toEqual([
    { image_id: id, value: `file://${cloud.paths.at("images", id)}` },
  ]);
  expect(db("SELECT name, value FROM image_properties WHERE image_id = ?", id)).toEqual([
    { name: "kernel_id", value: "11111111-2222-3333-4444-555555555555" },
  ]);
  expect(db("SELECT status, is_public, deleted, deleted_at FROM images")).toEqual([
    { status: "active", is_public: 1, deleted: 0, deleted_at: null },
  ]);
  await admin.delete(`/v2/images/${id}`);
  expect(db("SELECT status, deleted, deleted_at IS NOT NULL AS dated FROM images")).toEqual([
    { status: "deleted", deleted: 1, dated: 1 },
  ]);
  expect(db("SELECT deleted FROM image_locations")).toEqual([{ deleted: 1 }]);
});

test("a row that somebody changed by SQL is what the next request sees", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  await demo.get("/v2/images");
  cloud.sql("glance", "UPDATE images SET name = 'renamed' WHERE id = ?", id);
  expect((await demo.get(`/v2/images/${id}`)).body.name).toBe("renamed");
  expect((await demo.get("/v2/images")).body.images[0].name).toBe("renamed");
});

test("schemas, stores, import methods", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  const admin = await cloud.as("g-api");
  for (const name of ["image", "images", "member", "members", "task", "tasks"]) {
    expect((await demo.get(`/v2/schemas/${name}`)).body.name).toBe(name);
  }
  expect((await demo.get("/v2/schemas/image")).body.additionalProperties).toEqual({ type: "string" });
  expect((await demo.get("/v2/info/stores")).body).toEqual({ stores: [{ id: "file", default: "true" }] });
  expect((await demo.get("/v2/info/stores/detail")).status).toBe(403);
  expect((await admin.get("/v2/info/stores/detail")).body.stores[0]).toMatchObject({
    id: "file",
    type: "file",
  });
  expect((await demo.get("/v2/info/import")).body["import-methods"].value).toEqual([
    "glance-direct",
    "web-download",
    "copy-image",
  ]);
  expect((await demo.get("/v2/info/usage")).body).toEqual({ usage: {} });
  expect((await demo.get("/v2/tasks")).status).toBe(403);
  expect((await admin.get("/v2/tasks")).body).toEqual({
    tasks: [],
    first: "/v2/tasks",
    schema: "/v2/schemas/tasks",
  });
});

test("paths and methods that are not there", async () => {
  await using cloud = await imageCloud();
  const demo = await cloud.as("g-api", "demo");
  expect((await demo.get("/v2/images/")).status).toBe(404);
  expect((await demo.delete("/v2/images/")).status).toBe(404);
  expect((await demo.get("/v2/nothing")).status).toBe(404);
  const put = await demo.put("/v2/images");
  expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, POST"]);
  expect((await demo.get("/v2.9/images")).status).toBe(200);
  expect((await demo.get("/v2/images/not-a-uuid")).status).toBe(404);
  expect((await demo.get(`/v2/images/${"x".repeat(300)}`)).status).toBe(404);
  expect((await demo.post(`/v2/images/x/actions/deactivate`, {})).status).toBe(400);
  expect((await demo.put("/v2/images/x/file", "data", OCTETS)).status).toBe(404);
});
