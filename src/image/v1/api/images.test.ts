import { afterEach, expect, test } from "bun:test";
import type { ApiClient, TestCloud } from "../../../testing/cloud.ts";
import { imageCloud, noise, OCTETS } from "../../testing.ts";

const clouds: TestCloud[] = [];

async function legacyCloud(settings: Record<string, string> = {}): Promise<TestCloud> {
  const cloud = await imageCloud({ settings: { GLANCE_V1: "True", ...settings } });
  clouds.push(cloud);
  return cloud;
}

afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud[Symbol.asyncDispose]();
});

const meta = (fields: Record<string, string>, properties: Record<string, string> = {}) => ({
  ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`x-image-meta-${name}`, value])),
  ...Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [`x-image-meta-property-${name}`, value]),
  ),
});
const BARE = { name: "cirros", disk_format: "raw", container_format: "bare" };

async function upload(client: ApiClient, data: Uint8Array, fields: Record<string, string> = {}) {
  const answer = await client.post("/v1/images", data, { ...OCTETS, ...meta({ ...BARE, ...fields }) });
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body.image;
}

async function reached(client: ApiClient, id: string, status: string) {
  for (;;) {
    const { headers } = await client.head(`/v1/images/${id}`);
    if (headers.get("x-image-meta-status") === status) return headers;
    await Bun.sleep(2);
  }
}

test("version 1 is served when it is asked for only", async () => {
  const cloud = await imageCloud();
  clouds.push(cloud);
  const admin = await cloud.as("g-api");
  expect((await admin.get("/v1/images")).status).toBe(300);
  const legacy = await legacyCloud();
  const ids = (await legacy.request("g-api", "GET", "/versions")).body.versions.map(
    (v: { id: string }) => v.id,
  );
  expect(ids.slice(-2)).toEqual(["v1.1", "v1.0"]);
  expect((await legacy.request("g-api", "GET", "/v1/images")).status).toBe(401);
});

test("IM-01 one call makes an image and takes its data", async () => {
  const cloud = await legacyCloud();
  const admin = await cloud.as("g-api");
  const data = noise(5000);
  const answer = await admin.post("/v1/images", data, {
    ...OCTETS,
    ...meta({ ...BARE, is_public: "True", min_ram: "64" }, { kernel_id: "k", "os-distro": "x" }),
  });
  expect(answer.status).toBe(201);
  const { image } = answer.body;
  expect(answer.headers.get("location")).toBe(`/v1/images/${image.id}`);
  expect(answer.headers.get("etag")).toBe(image.checksum);
  const md5 = new Bun.CryptoHasher("md5").update(data as Uint8Array<ArrayBuffer>).digest("hex");
  expect(image).toEqual({
    id: image.id,
    name: "cirros",
    status: "active",
    disk_format: "raw",
    container_format: "bare",
    size: 5000,
    virtual_size: 5000,
    checksum: md5,
    min_disk: 0,
    min_ram: 64,
    owner: image.owner,
    is_public: true,
    protected: false,
    deleted: false,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
    updated_at: expect.any(String),
    deleted_at: null,
    properties: { kernel_id: "k", os_distro: "x" },
  });
  const head = await admin.head(`/v1/images/${image.id}`);
  expect(head.status).toBe(200);
  expect(head.headers.get("x-image-meta-is_public")).toBe("True");
  expect(head.headers.get("x-image-meta-size")).toBe("5000");
  expect(head.headers.get("x-image-meta-property-kernel_id")).toBe("k");
  expect(head.headers.has("x-image-meta-deleted_at")).toBeFalse();
  expect(head.headers.get("etag")).toBe(md5);
  const whole = await admin.get(`/v1/images/${image.id}`);
  expect(whole.headers.get("content-length")).toBe("5000");
  expect(whole.headers.get("x-image-meta-checksum")).toBe(md5);
  expect((await admin.get(`/v2/images/${image.id}`)).body).toMatchObject({
    visibility: "public",
    kernel_id: "k",
  });
});

test("IM-03 true in any case; names with blanks and other letters", async () => {
  const cloud = await legacyCloud();
  const admin = await cloud.as("g-api");
  for (const [sent, name] of [
    ["cirros image", "cirros image"],
    ["cirros%20image", "cirros image"],
    ["100% sure", "100% sure"],
    [Buffer.from("Grüße", "utf8").toString("latin1"), "Grüße"],
    ["Gr%C3%BC%C3%9Fe", "Grüße"],
  ] as const) {
    const image = await upload(admin, noise(10), { name: sent, is_public: "tRuE" });
    expect(image).toMatchObject({ name, is_public: true });
    const { headers } = await admin.head(`/v1/images/${image.id}`);
    expect(Buffer.from(headers.get("x-image-meta-name")!, "latin1").toString()).toBe(name);
  }
});

test("a property of version 2 cannot break a header", async () => {
  const cloud = await legacyCloud();
  const admin = await cloud.as("g-api");
  const made = await admin.post("/v2/images", { name: "x\r\ny: z", "a b\n(c)é": "1\r\nset-cookie: 2" });
  const { status, headers } = await admin.head(`/v1/images/${made.body.id}`);
  expect(status).toBe(200);
  expect(headers.get("x-image-meta-name")).toBe("x y: z");
  expect(headers.get("x-image-meta-property-a%20b%0a%28c%29%c3%a9")).toBe("1 set-cookie: 2");
  expect(headers.has("set-cookie")).toBeFalse();
});

test("IM-04 copy_from answers at once; the image is queued, saving, then active", async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const data = noise(3 << 20);
  using web = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method === "HEAD")
        return new Response(null, { headers: { "content-length": `${data.length}` } });
      const body = async function* () {
        yield data.subarray(0, 1000);
        await gate;
        yield data.subarray(1000);
      };
      return new Response(body() as never, { headers: { "content-length": `${data.length}` } });
    },
  });
  const cloud = await legacyCloud({
    GLANCE_IMPORT_ALLOWED_HOSTS: "127.0.0.1",
    GLANCE_IMPORT_ALLOWED_PORTS: `${web.port}`,
  });
  const admin = await cloud.as("g-api");
  const answer = await admin.post("/v1/images", undefined, {
    ...meta(BARE),
    "x-glance-api-copy-from": `http://127.0.0.1:${web.port}/cirros.img`,
  });
  expect(answer.status).toBe(201);
  expect(answer.body.image).toMatchObject({
    status: "queued",
    checksum: null,
    size: data.length,
    virtual_size: null,
  });
  await reached(admin, answer.body.image.id, "saving");
  release();
  const headers = await reached(admin, answer.body.image.id, "active");
  expect(headers.get("x-image-meta-size")).toBe(`${data.length}`);
});

test("a copy that was cut short begins again when the service starts", async () => {
  let requests = 0;
  const data = noise(300_000);
  using web = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const headers = { "content-length": `${data.length}` };
      if (request.method === "HEAD") return new Response(null, { headers });
      if (++requests > 1) return new Response(data as never);
      const body = async function* () {
        yield data.subarray(0, 1000);
        await new Promise(() => {}); // for ever
      };
      return new Response(body() as never, { headers });
    },
  });
  const cloud = await legacyCloud({
    GLANCE_IMPORT_ALLOWED_HOSTS: "127.0.0.1",
    GLANCE_IMPORT_ALLOWED_PORTS: `${web.port}`,
  });
  const admin = await cloud.as("g-api");
  const from = { ...meta(BARE), "x-glance-api-copy-from": `http://127.0.0.1:${web.port}/x` };
  const { id } = (await admin.post("/v1/images", undefined, from)).body.image;
  await reached(admin, id, "saving");
  await cloud.cloud.restartService("g-api");
  const headers = await reached(admin, id, "active");
  expect([headers.get("x-image-meta-size"), requests]).toEqual(["300000", 2]);
});

test("copy_from: what cannot be fetched kills the image; forbidden addresses are refused at once", async () => {
  using web = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => (request.method === "HEAD" ? new Response("x") : new Response("no", { status: 500 })),
  });
  const cloud = await legacyCloud({
    GLANCE_IMPORT_ALLOWED_HOSTS: "127.0.0.1,127.0.0.2",
    GLANCE_IMPORT_ALLOWED_PORTS: `${web.port}`,
  });
  const admin = await cloud.as("g-api");
  const from = (uri: string) =>
    admin.post("/v1/images", undefined, { ...meta(BARE), "x-glance-api-copy-from": uri });
  const failing = await from(`http://127.0.0.1:${web.port}/x`);
  expect(failing.status).toBe(201);
  cloud.log.expectError("Copy from external source");
  await reached(admin, failing.body.image.id, "killed");
  const list = await admin.get("/v1/images/detail?is_public=None");
  expect(list.body.images).toEqual([]);
  for (const uri of ["http://127.0.0.9/x", "file:///etc/passwd", "", "http://127.0.0.1:1/x"]) {
    expect((await from(uri)).status).toBe(400);
  }
  const strict = await legacyCloud();
  const other = await strict.as("g-api");
  for (const uri of ["http://169.254.169.254/latest", "http://[::1]/", "http://localhost/"]) {
    const refused = await other.post("/v1/images", undefined, {
      ...meta(BARE),
      "x-glance-api-copy-from": uri,
    });
    expect(refused.status).toBe(400);
  }
  expect((await other.get("/v1/images/detail?is_public=None")).body.images).toEqual([]);
});

test("IM-05 a location is referred to, not copied", async () => {
  const data = noise(1000);
  using web = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(data as never) });
  const cloud = await legacyCloud({
    GLANCE_IMPORT_ALLOWED_HOSTS: "127.0.0.1",
    GLANCE_IMPORT_ALLOWED_PORTS: `${web.port}`,
  });
  const admin = await cloud.as("g-api");
  const location = `http://127.0.0.1:${web.port}/cirros.img`;
  const answer = await admin.post("/v1/images", undefined, meta({ ...BARE, location }));
  expect(answer.status).toBe(201);
  expect(answer.body.image).toMatchObject({ status: "active", size: 1000, checksum: null });
  expect(answer.text).not.toContain(location);
  expect(cloud.sql("glance", "SELECT value FROM image_locations")).toEqual([{ value: location }]);
  const back = await admin.get(`/v1/images/${answer.body.image.id}`);
  expect(back.headers.get("content-length")).toBe("1000");
  const mismatch = await admin.post("/v1/images", undefined, meta({ ...BARE, location, size: "7" }));
  expect(mismatch.status).toBe(409);
  for (const bad of ["file:///etc/passwd", "swift+config://ref/c/o", "ftp://x/y"]) {
    expect((await admin.post("/v1/images", undefined, meta({ ...BARE, location: bad }))).status).toBe(400);
  }
});

test("IM-19 queued, then active; what fails is killed; the deleted row stays to be seen", async () => {
  const cloud = await legacyCloud();
  const admin = await cloud.as("g-api");
  const queued = (await admin.post("/v1/images", undefined, meta(BARE))).body.image;
  expect(queued).toMatchObject({ status: "queued", size: 0, checksum: null });
  expect((await admin.get(`/v1/images/${queued.id}`)).status).toBe(404);
  const filled = await admin.put(`/v1/images/${queued.id}`, noise(100), OCTETS);
  expect(filled.status).toBe(200);
  expect(filled.body.image).toMatchObject({ status: "active", size: 100 });
  expect((await admin.put(`/v1/images/${queued.id}`, noise(100), OCTETS)).status).toBe(409);
  const wrong = await admin.post("/v1/images", noise(10), {
    ...OCTETS,
    ...meta({ ...BARE, id: "11111111-1111-1111-1111-111111111111", checksum: "0".repeat(32) }),
  });
  expect(wrong.status).toBe(400);
  expect(wrong.text).toContain("did not match. Setting image status to 'killed'.");
  const killed = await admin.head("/v1/images/11111111-1111-1111-1111-111111111111");
  expect(killed.headers.get("x-image-meta-status")).toBe("killed");
  expect((await admin.delete(`/v1/images/${queued.id}`)).status).toBe(200);
  const gone = await admin.head(`/v1/images/${queued.id}`);
  expect(gone.headers.get("x-image-meta-deleted")).toBe("True");
  expect(gone.headers.get("x-image-meta-deleted_at")).toMatch(/^\d{4}-/);
  const demo = await cloud.as("g-api", "demo");
  expect((await demo.head(`/v1/images/${queued.id}`)).status).toBe(404);
  expect((await admin.put(`/v1/images/${queued.id}`, undefined, meta({ name: "x" }))).status).toBe(403);
  const all = await admin.get("/v1/images/detail?is_public=None&deleted=True");
  expect(all.body.images.map((image: { id: string }) => image.id)).toEqual([queued.id]);
});

test("IM-11 an update keeps properties unless they are purged; some attributes are fixed", async () => {
  const cloud = await legacyCloud();
  const demo = await cloud.as("g-api", "demo");
  const image = await upload(demo, noise(10));
  const put = (fields: Record<string, string>, properties: Record<string, string>, purge: string) =>
    demo.put(`/v1/images/${image.id}`, undefined, {
      ...meta(fields, properties),
      "x-glance-registry-purge-props": purge,
    });
  expect((await put({}, { a: "1", b: "2" }, "false")).body.image.properties).toEqual({ a: "1", b: "2" });
  expect((await put({ name: "new" }, { c: "3" }, "false")).body.image).toMatchObject({
    name: "new",
    properties: { a: "1", b: "2", c: "3" },
  });
  expect((await put({ min_disk: "2" }, { d: "4" }, "true")).body.image).toMatchObject({
    name: "new",
    min_disk: 2,
    properties: { d: "4" },
  });
  // Without the header everything that is not named goes.
  const plain = await demo.put(`/v1/images/${image.id}`, undefined, meta({ protected: "True" }));
  expect(plain.body.image).toMatchObject({ protected: true, properties: {} });
  expect((await demo.delete(`/v1/images/${image.id}`)).text).toContain("Image is protected");
  for (const [fields, status] of [
    [{ size: "11" }, 403],
    [{ checksum: "x" }, 403],
    [{ status: "queued" }, 403],
    [{ id: "other" }, 403],
    [{ is_public: "True" }, 403],
    [{ "disk-format": "none-such" }, 400],
    [{ min_ram: "-1" }, 400],
    [{ min_ram: "many" }, 400],
    [{ unheard_of: "1" }, 400],
    [{ container_format: "ami" }, 200],
    [{ disk_format: "ami", container_format: "bare" }, 400],
    [{ location: "http://example.com/x" }, 400],
  ] as [Record<string, string>, number][]) {
    const answer = await put(fields, {}, "false");
    expect(`${JSON.stringify(fields)} ${answer.status}`).toBe(`${JSON.stringify(fields)} ${status}`);
  }
  expect((await put({}, { os_glance_x: "1" }, "false")).status).toBe(403);
});

test("lists: brief and in detail, filters, public and others, pages", async () => {
  const cloud = await legacyCloud();
  const admin = await cloud.as("g-api");
  const demo = await cloud.as("g-api", "demo");
  const open = await upload(admin, noise(10), { name: "open", is_public: "True" });
  const mine = await upload(demo, noise(2000), { name: "mine" });
  await demo.put(`/v1/images/${mine.id}`, undefined, meta({}, { os: "linux" }));
  const names = async (client: ApiClient, query = "") => {
    const answer = await client.get(`/v1/images/detail${query}`);
    if (answer.status !== 200) return `${answer.status}`;
    return answer.body.images.map((image: { name: string }) => image.name).join(" ");
  };
  expect(await names(demo)).toBe("mine open");
  expect(await names(admin)).toBe("open");
  expect(await names(admin, "?is_public=None")).toBe("mine open");
  expect(await names(admin, "?is_public=False")).toBe("mine");
  expect(await names(demo, "?is_public=None&property-os=linux")).toBe("mine");
  expect(await names(demo, "?size_min=100")).toBe("mine");
  expect(await names(demo, "?size_max=100")).toBe("open");
  expect(await names(demo, "?name=open&status=active&disk_format=raw&container_format=bare")).toBe("open");
  expect(await names(demo, "?protected=True")).toBe("");
  expect(await names(demo, "?sort_key=name&sort_dir=asc&limit=1")).toBe("mine");
  expect(await names(demo, `?sort_key=name&sort_dir=asc&limit=1&marker=${mine.id}`)).toBe("open");
  expect(await names(demo, "?changes-since=2001-01-01T00:00:00Z")).toBe("mine open");
  expect(await names(demo, "?changes-since=2999-01-01T00:00:00Z")).toBe("");
  for (const bad of [
    "?size_min=x",
    "?protected=maybe",
    "?sort_key=owner",
    "?sort_dir=up",
    "?limit=x",
    "?limit=-1",
    "?marker=nonsense",
    "?marker=00000000-0000-0000-0000-000000000000",
    "?changes-since=yesterday",
  ]) {
    expect(`${bad} ${await names(demo, bad)}`).toBe(`${bad} 400`);
  }
  const brief = await demo.get("/v1/images");
  expect(brief.body.images[1]).toEqual({
    id: open.id,
    name: "open",
    size: 10,
    disk_format: "raw",
    container_format: "bare",
    checksum: open.checksum,
  });
  expect((await demo.head("/v1/images/detail")).status).toBe(405);
  await demo.delete(`/v1/images/${mine.id}`);
  expect(await names(demo)).toBe("open");
  expect(await names(demo, "?changes-since=2001-01-01T00:00:00Z")).toBe("mine open");
});

test("members, who may share on, and what is shared with whom", async () => {
  const cloud = await legacyCloud();
  const admin = await cloud.as("g-api");
  const demo = await cloud.as("g-api", "demo");
  const image = await upload(admin, noise(10));
  const project = (await upload(demo, noise(10))).owner;
  const path = `/v1/images/${image.id}/members`;
  expect((await demo.head(`/v1/images/${image.id}`)).status).toBe(404);
  expect((await admin.put(`${path}/${project}`)).status).toBe(204);
  expect((await admin.get(path)).body).toEqual({ members: [{ member_id: project, can_share: false }] });
  expect((await demo.head(`/v1/images/${image.id}`)).status).toBe(200);
  expect((await demo.put(`${path}/third`)).status).toBe(404);
  expect((await admin.put(`${path}/${project}`, { member: { can_share: true } })).status).toBe(204);
  expect((await demo.put(`${path}/third`)).status).toBe(204);
  expect((await demo.get(`/v1/shared-images/${project}`)).body).toEqual({
    shared_images: [{ image_id: image.id, can_share: true }],
  });
  expect((await demo.get("/v1/shared-images/third")).body).toEqual({ shared_images: [] });
  const all = { memberships: [{ member_id: "x", can_share: true }, { member_id: project }] };
  expect((await admin.put(path, all)).status).toBe(204);
  const members = (await admin.get(path)).body.members;
  expect(members.find((m: { member_id: string }) => m.member_id === "x")).toEqual({
    member_id: "x",
    can_share: true,
  });
  expect(members).toHaveLength(2);
  expect((await admin.delete(`${path}/${project}`)).status).toBe(204);
  expect((await admin.delete(`${path}/${project}`)).status).toBe(404);
  expect((await demo.head(`/v1/images/${image.id}`)).status).toBe(404);
  expect((await admin.put(path, { memberships: [{}] })).status).toBe(400);
  expect((await admin.put(path, {})).status).toBe(400);
  expect((await admin.get(`${path}/x`)).status).toBe(405);
});

test("refusals: media type, formats, sources, stores, other projects' images", async () => {
  const cloud = await legacyCloud({ GLANCE_IMAGE_SIZE_CAP: "10000" });
  const admin = await cloud.as("g-api");
  const demo = await cloud.as("g-api", "demo");
  const post = (headers: Record<string, string>, data?: Uint8Array) =>
    admin.post("/v1/images", data, headers);
  expect((await post({ "content-type": "text/plain", ...meta(BARE) }, noise(9))).text).toContain(
    "Content-Type must be application/octet-stream",
  );
  expect((await post({ ...OCTETS, ...meta({ name: "x" }) }, noise(9))).text).toContain(
    "Disk format is not specified.",
  );
  expect((await post({ ...meta({ ...BARE, size: "10001" }) })).text).toContain(
    "image larger than 10000 bytes",
  );
  expect((await post({ ...OCTETS, ...meta(BARE) }, noise(10_001))).status).toBe(413);
  const two = { ...OCTETS, ...meta(BARE), "x-glance-api-copy-from": "http://example.com/" };
  expect((await post(two, noise(9))).text).toContain("multiple image sources");
  expect((await post({ ...OCTETS, ...meta({ ...BARE, store: "rbd" }) }, noise(9))).text).toContain(
    "Required store rbd is invalid",
  );
  expect((await post({ ...OCTETS, ...meta({ ...BARE, store: "file" }) }, noise(9))).status).toBe(201);
  expect((await post(meta({ ...BARE, id: "x" }))).text).toContain("Invalid image id format");
  const open = await upload(admin, noise(9), { is_public: "True" });
  expect((await post(meta({ ...BARE, id: open.id }))).status).toBe(409);
  expect((await demo.put(`/v1/images/${open.id}`, undefined, meta({ name: "x" }))).status).toBe(403);
  expect((await demo.delete(`/v1/images/${open.id}`)).status).toBe(403);
  expect((await demo.post("/v1/images", undefined, meta({ ...BARE, is_public: "True" }))).status).toBe(403);
  expect((await post(meta({ ...BARE, size: "0" }))).body.image).toMatchObject({ status: "active", size: 0 });
  const dangerous = Buffer.concat([
    Buffer.from("QFI\xfb\0\0\0\x03\0\0\0\0\0\0\0\x68", "latin1"),
    Buffer.alloc(600),
  ]);
  const refused = await post({ ...OCTETS, ...meta(BARE) }, dangerous);
  expect(`${refused.status} ${refused.text}`).toContain("415");
});

test("IM-27 the registry's window tells what it was asked; stopped, version 1 answers 503", async () => {
  const { testCloud } = await import("../../../testing/cloud.ts");
  const cloud = await testCloud({ windows: ["key", "g-reg", "g-api"], settings: { GLANCE_V1: "True" } });
  clouds.push(cloud);
  const admin = await cloud.as("g-api");
  await upload(admin, noise(10));
  expect((await admin.get("/v1/images/detail")).status).toBe(200);
  const said = () => cloud.log.book.lines("g-reg").map((line) => line.text.replace(/^.*?\] /, ""));
  expect(said()).toContain("Successfully created image");
  expect(said()).toContain("Returning detailed image list");
  await cloud.cloud.stopService("g-reg");
  expect((await admin.get("/v1/images")).status).toBe(503);
  expect((await admin.get("/v2/images")).status).toBe(200);
  await cloud.cloud.startService("g-reg");
  expect((await admin.get("/v1/images")).status).toBe(200);
});
