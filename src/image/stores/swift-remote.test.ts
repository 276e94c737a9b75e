// Image data in another object store, by an address with credentials.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { createImage, imageCloud, noise, PATCH } from "../testing.ts";

const DATA = noise(100_000);
const ACCOUNT = "/v1/AUTH_test";

interface Seen {
  method: string;
  path: string;
  range: string | null;
}

let seen: Seen[];
let server: ReturnType<typeof Bun.serve>;
let objects: Map<string, Uint8Array>;

/** A Swift with tempauth, and an identity service beside it. */
async function answer(request: Request): Promise<Response> {
  const { pathname, origin } = new URL(request.url);
  const { method, headers } = request;
  seen.push({ method, path: pathname, range: headers.get("range") });
  if (pathname === "/auth/v1.0") {
    if (headers.get("x-auth-user") !== "test:tester" || headers.get("x-auth-key") !== "se/cret") {
      return new Response(null, { status: 401 });
    }
    return new Response(null, {
      headers: { "x-storage-url": `${origin}${ACCOUNT}`, "x-auth-token": "tk1" },
    });
  }
  if (pathname === "/v3/auth/tokens") {
    const { auth } = (await request.json()) as { auth: Record<string, never> };
    expect(auth).toMatchObject({
      identity: { password: { user: { name: "tester", password: "se/cret", domain: { id: "default" } } } },
      scope: { project: { name: "test", domain: { id: "default" } } },
    });
    const endpoints = [{ interface: "public", url: `${origin}${ACCOUNT}` }];
    const token = { catalog: [{ type: "object-store", endpoints }] };
    return Response.json({ token }, { status: 201, headers: { "x-subject-token": "tk1" } });
  }
  if (headers.get("x-auth-token") !== "tk1") return new Response(null, { status: 401 });
  const data = objects.get(pathname);
  if (!data) return new Response(null, { status: 404 });
  if (method === "DELETE") {
    objects.delete(pathname);
    return new Response(null, { status: 204 });
  }
  const range = /^bytes=(\d+)-(\d+)$/.exec(headers.get("range") ?? "");
  const body = range ? data.slice(Number(range[1]), Number(range[2]) + 1) : data;
  return new Response(method === "HEAD" ? null : (body as never), {
    status: range ? 206 : 200,
    headers: { "content-length": String(body.length) },
  });
}

beforeEach(() => {
  seen = [];
  objects = new Map([[`${ACCOUNT}/images/cirros%20image`, DATA]]);
  server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
});
afterEach(() => server.stop(true));

const cloudOf = (settings: Record<string, string> = {}) =>
  imageCloud({
    settings: {
      GLANCE_ENABLED_BACKENDS: "file:file,objects:swift",
      GLANCE_SHOW_MULTIPLE_LOCATIONS: "True",
      GLANCE_IMPORT_ALLOWED_HOSTS: "127.0.0.1",
      ...settings,
    },
  });

const locate = (url: string) => [{ op: "add", path: "/locations/-", value: { url, metadata: {} } }];

test.each([
  ["tempauth", "auth/v1.0"],
  ["an identity service", "v3"],
])(
  "IM-05 OB-41 data stays where it is, behind %s: referred to, read in ranges, removed with its image",
  async (_, path) => {
    await using cloud = await cloudOf();
    const demo = await cloud.as("g-api", "demo");
    const id = await createImage(demo);
    const url = `swift+http://test%3Atester:se%2Fcret@127.0.0.1:${server.port}/${path}/images/cirros%20image`;
    const patched = await demo.patch(`/v2/images/${id}`, locate(url), PATCH);
    expect([patched.status, patched.body]).toMatchObject([
      200,
      { status: "active", size: DATA.length, stores: "objects", locations: [{ url }] },
    ]);
    const part = await demo.get(`/v2/images/${id}/file`, { range: "bytes=50-59" });
    expect(part.status).toBe(206);
    expect(seen.at(-1)).toEqual({
      method: "GET",
      path: `${ACCOUNT}/images/cirros%20image`,
      range: "bytes=50-59",
    });
    const target = `/v2/images/${id}/file`;
    const whole = await cloud.cloud
      .app("g-api")
      .fetch(new Request(`http://x${target}`, { headers: { "x-auth-token": await cloud.token("demo") } }), {
        target,
      });
    expect(Buffer.from(await whole.bytes()).equals(DATA)).toBe(true);
    expect((await demo.delete(`/v2/images/${id}`)).status).toBe(204);
    while (objects.size > 0) await Bun.sleep(2);
  },
);

test("addresses that lead nowhere, or may not be followed", async () => {
  await using cloud = await cloudOf();
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  const other = await createImage(demo);
  const host = `127.0.0.1:${server.port}`;
  for (const url of [
    `swift+http://test:tester:wrong@${host}/auth/v1.0/images/cirros%20image`,
    `swift+http://test:tester:se%2Fcret@${host}/auth/v1.0/images/none`,
    `swift+http://${host}/auth/v1.0/images/cirros`,
    `swift+http://test@${host}/auth/v1.0/images/cirros`,
    `swift+http://a:b@${host}/cirros`,
    `swift+http://a%zz:b@${host}/images/cirros`,
    `swift+https://test:tester:se%2Fcret@${host}/auth/v1.0/images/cirros%20image`,
    `swift+config://objects/glance/${other}`,
  ]) {
    const refused = await demo.patch(`/v2/images/${id}`, locate(url), PATCH);
    expect([url, refused.status]).toEqual([url, 400]);
    expect(refused.text).toContain("Invalid location");
  }
});

test("loopback addresses are out of bounds unless the operator names them", async () => {
  await using cloud = await cloudOf({ GLANCE_IMPORT_ALLOWED_HOSTS: "" });
  const demo = await cloud.as("g-api", "demo");
  const id = await createImage(demo);
  const url = `swift+http://test:tester:se%2Fcret@127.0.0.1:${server.port}/auth/v1.0/images/cirros%20image`;
  expect((await demo.patch(`/v2/images/${id}`, locate(url), PATCH)).status).toBe(400);
  expect(seen).toEqual([]);
});
