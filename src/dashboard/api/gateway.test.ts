import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TestCloud, testCloud } from "../../testing/cloud.ts";
import { GUARD, signedIn } from "../testing.ts";

let all: TestCloud;
beforeAll(async () => {
  all = await testCloud({ windows: ["key", "g-api", "horizon"] });
});
afterAll(() => all[Symbol.asyncDispose]());

test("a service answers the session's user as it answers any client", async () => {
  const admin = await signedIn(all, "admin");
  const created = await admin.send("POST", "/cloud/image/v2/images", {
    name: "one",
    disk_format: "raw",
    container_format: "bare",
  });
  expect(created.status).toBe(201);
  expect(created.headers.get("content-security-policy")).toBeNull();
  const direct = await (await all.as("g-api")).get(`/v2/images/${created.body.id}`);
  expect(direct.body).toEqual(created.body);
  const demo = await signedIn(all, "demo");
  expect((await demo.get(`/cloud/image/v2/images/${created.body.id}`)).status).toBe(404);
});

test("a body goes through as it is", async () => {
  const admin = await signedIn(all, "admin");
  const fields = { name: "two", disk_format: "raw", container_format: "bare" };
  const { id } = (await admin.send("POST", "/cloud/image/v2/images", fields)).body;
  const bytes = crypto.getRandomValues(new Uint8Array(70_000));
  const headers = { ...GUARD, "content-type": "application/octet-stream" };
  expect((await admin.send("PUT", `/cloud/image/v2/images/${id}/file`, bytes, headers)).status).toBe(204);
  const image = (await admin.get(`/cloud/image/v2/images/${id}`)).body;
  expect(image).toMatchObject({ status: "active", size: bytes.length });
  expect(image.os_hash_value).toBe(new Bun.CryptoHasher("sha512").update(bytes).digest("hex"));
});

test("a token that the browser sends is not used", async () => {
  const demo = await signedIn(all, "demo");
  const headers = { ...GUARD, "x-auth-token": await all.token("admin") };
  const { body } = await demo.get("/cloud/identity/v3/auth/projects", headers);
  const names: string[] = body.projects.map(({ name }: { name: string }) => name);
  expect(names).toContain("demo");
  expect(names).not.toContain("admin");
});

test("only services, and no preflight", async () => {
  const admin = await signedIn(all, "admin");
  for (const path of [
    "/cloud",
    "/cloud/",
    "/cloud/nonsense",
    "/cloud/dashboard/api/session",
    "/cloud/imagex/v2",
  ]) {
    expect([path, (await admin.get(path)).status]).toEqual([path, 404]);
  }
  expect((await admin.send("OPTIONS", "/cloud/image/v2/images")).status).toBe(405);
});
