import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestCloud } from "../../testing/cloud.ts";
import { noise, objectCloud, type Swift, served, swiftAs } from "../testing.ts";

const PLUGIN = `
const encode = (text) => new TextEncoder().encode(text);
async function* shouted(body) {
  if (typeof body === "string" || body instanceof Uint8Array) body = [body];
  for await (const piece of body) {
    const bytes = typeof piece === "string" ? encode(piece) : piece;
    yield bytes.map((byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte));
  }
  yield encode("!");
}
export default (next, conf, tools) => async (request) => {
  const what = request.query.get("do");
  request.queryText = "";
  if (what === "loop") for (;;);
  if (what === "exit") process.exit(1);
  if (what === "throw") throw new RangeError("thrown");
  if (what === "reject") return Promise.reject("only text");
  if (what === "later") setTimeout(() => { throw new Error("out of turn"); }, 0);
  if (what === "number") return 42;
  if (what === "body") return { status: 200, body: 7 };
  if (what === "own") return tools.respond(404);
  if (what === "broken") return { status: 200, body: (async function* () { yield encode("a"); throw new Error("half way"); })() };
  if (what === "again") { await next(request); return next(request); }
  const reply = await next(request);
  if (what === "shout") {
    const { "content-length": length, etag, ...headers } = reply.headers;
    return { status: 203, headers, body: shouted(reply.body) };
  }
  if (what === "ignore") return { status: 204 };
  return what === "status" ? { ...reply, status: 206 } : reply;
};`;

let folder: string;
let cloud: TestCloud;
let swift: Swift;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "swift-plugin-"));
  const path = join(folder, "wild.ts");
  writeFileSync(path, PLUGIN);
  cloud = await objectCloud({
    rc: [
      "[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]",
      "[filter:wild]",
      `use = ${path}`,
      "plugin_timeout = 0.5",
      "[pipeline:main]",
      "pipeline = catch_errors listing_formats authtoken keystoneauth wild slo proxy-server",
    ].join("\n"),
  });
  swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c/small", "hello");
  await swift.put("c/large", noise(300_000));
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function works(): Promise<void> {
  expect((await swift.ask("GET", "c/small")).text).toBe("hello");
}

test("a plugin that throws, rejects or answers nonsense fails that request only", async () => {
  for (const what of ["throw", "reject", "number", "body"]) {
    cloud.log.expectError("middleware wild failed");
    const got = await swift.ask("GET", `c/small?do=${what}`);
    expect([what, got.status, got.text]).toEqual([what, 500, "An error occurred"]);
    await works();
  }
});

test("a plugin that never comes back, or ends its thread, is started anew", async () => {
  for (const what of ["loop", "exit"]) {
    cloud.log.expectError("middleware wild failed");
    cloud.log.expectError("middleware wild failed");
    const both = await Promise.all([swift.ask("GET", `c/small?do=${what}`), swift.ask("HEAD", "c/small")]);
    expect([what, both[0].status]).toEqual([what, 500]);
    expect([200, 500]).toContain(both[1].status);
    await works();
  }
});

test("bodies pass unread, read and made, small and large", async () => {
  expect((await swift.ask("GET", "c/large")).bytes).toEqual(noise(300_000));
  const shown = await swift.ask("GET", "c/small?do=status");
  expect([shown.status, shown.text]).toEqual([206, "hello"]);
  const shouted = await swift.ask("GET", "c/small?do=shout");
  expect([shouted.status, shouted.text]).toEqual([203, "HELLO!"]);
  const large = (await swift.ask("GET", "c/large?do=shout")).bytes;
  const expected = noise(300_000).map((byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte));
  expect(large).toEqual(Uint8Array.from([...expected, 33]));
  expect((await swift.ask("GET", "c/large?do=ignore")).status).toBe(204);
  expect((await swift.ask("GET", "c/large?do=again")).bytes).toHaveLength(300_000);
  const own = await swift.ask("GET", "c/small?do=own");
  expect([own.status, own.text]).toEqual([
    404,
    "<html><h1>Not Found</h1><p>The resource could not be found.</p></html>",
  ]);
});

test("a listing passes as the rows it is, and uploads stream through", async () => {
  expect(await swift.names("c")).toEqual(["large", "small"]);
  await swift.put("c/up", noise(200_000, 3));
  expect((await swift.ask("GET", "c/up")).bytes).toEqual(noise(200_000, 3));
  expect((await swift.ask("DELETE", "c/up")).status).toBe(204);
});

test("a body that fails half way cuts the connection", async () => {
  await using server = await served(cloud);
  const url = `http://127.0.0.1:${server.port}/v1/${swift.account}/c/small?do=broken`;
  cloud.log.expectError("sending an answer failed");
  const answer = await fetch(url, { headers: { "x-auth-token": swift.token! } });
  expect(answer.arrayBuffer()).rejects.toThrow();
  await works();
});

test("an error out of turn ends the thread, not the service", async () => {
  await swift.ask("GET", "c/small?do=later");
  // Whatever was in hand then fails; after that all is well again.
  let status = 0;
  for (let i = 0; i < 50 && status !== 200; i++) {
    cloud.log.expectError("middleware wild failed");
    status = (await swift.ask("GET", "c/small")).status;
  }
  expect(status).toBe(200);
});
