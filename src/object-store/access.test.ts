import { expect, test } from "bun:test";
import { addUser, objectCloud, type Swift, swiftAs } from "./testing.ts";

/** Status of reading the object, listing, and writing at somebody else's container. */
async function rights(swift: Swift, account: string, headers: Record<string, string> = {}) {
  const path = `/v1/${account}/c`;
  const read = await swift.raw("GET", `${path}/o`, { headers });
  const list = await swift.raw("GET", path, { headers });
  const write = await swift.raw("PUT", `${path}/new`, { headers });
  return [read.status, list.status, write.status];
}

test("without a token 401, with a stranger's 403; the challenge names the realm", async () => {
  await using cloud = await objectCloud();
  const demo = await swiftAs(cloud);
  await demo.put("c");
  await demo.put("c/o", "x");
  const nobody = await swiftAs(cloud, null);
  expect(await rights(nobody, demo.account)).toEqual([401, 401, 401]);
  const refused = await nobody.raw("GET", `/v1/${demo.account}/c`);
  expect(refused.headers.get("www-authenticate")).toStartWith(`Swift realm="${demo.account}"`);
  expect(refused.text).toBe(
    "<html><h1>Unauthorized</h1><p>This server could not verify that you are authorized to access the document you requested.</p></html>",
  );
  const wrong = await nobody.raw("GET", `/v1/${demo.account}`, { headers: { "x-auth-token": "no such" } });
  expect(wrong.status).toBe(401);
  await addUser(cloud, { name: "bob", project: "bobs", role: "member" });
  const bob = await swiftAs(cloud, "bob", "bobs");
  expect(await rights(bob, demo.account)).toEqual([403, 403, 403]);
  expect((await nobody.raw("GET", "/v1/OTHER_x")).status).toBe(401);
});

test("OB-10 OB-11 read and write ACLs: by id, by name, stars, projects", async () => {
  await using cloud = await objectCloud();
  const demo = await swiftAs(cloud);
  await demo.put("c");
  await demo.put("c/o", "x");
  const { id, projectId } = await addUser(cloud, { name: "bob", project: "bobs", role: "member" });
  const bob = await swiftAs(cloud, "bob", "bobs");
  const post = (read: string, write: string) =>
    demo.ask("POST", "c", { headers: { "x-container-read": read, "x-container-write": write } });
  for (const entry of [`${projectId}:${id}`, "bobs:bob", "*:bob", "bobs:*", `*:${id}`, "*:*"]) {
    await post(entry, "");
    expect([entry, await rights(bob, demo.account)]).toEqual([entry, [200, 200, 403]]);
  }
  await post("", "bobs:bob");
  expect(await rights(bob, demo.account)).toEqual([403, 403, 201]);
  for (const entry of ["bob", "demo:bob", "bobs:alice", "bobs"]) {
    await post(entry, entry);
    expect([entry, await rights(bob, demo.account)]).toEqual([entry, [403, 403, 403]]);
  }
  const bad = await post("", ".r:*");
  expect([bad.status, bad.text]).toEqual([400, "Referrers not allowed in write ACL: '.r:*'"]);
  // Whoever only may read does not see who else may.
  await post("bobs:bob", "");
  const head = await bob.raw("HEAD", `/v1/${demo.account}/c`);
  expect(head.headers.get("x-container-read")).toBeNull();
});

test("OB-12 referrer ACLs: everybody reads objects, lists only with .rlistings", async () => {
  await using cloud = await objectCloud();
  const demo = await swiftAs(cloud);
  await demo.put("c");
  await demo.put("c/o", "x");
  const nobody = await swiftAs(cloud, null);
  const post = (read: string) => demo.ask("POST", "c", { headers: { "x-container-read": read } });
  await post(".r:*");
  expect(await rights(nobody, demo.account)).toEqual([200, 401, 401]);
  await post(".r:*,.rlistings");
  expect(await rights(nobody, demo.account)).toEqual([200, 200, 401]);
  await post(".r:.example.com,.r:-bad.example.com");
  const from = async (referer: string) =>
    (await nobody.raw("GET", `/v1/${demo.account}/c/o`, { headers: { referer } })).status;
  expect(await from("http://www.example.com/page")).toBe(200);
  expect(await from("http://bad.example.com/page")).toBe(401);
  expect(await from("http://elsewhere.org/")).toBe(401);
});

test("OB-13 roles: operators own their account, ResellerAdmin all of them, a reader reads where that role is set", async () => {
  const reads = [
    "[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]",
    "[filter:keystoneauth]",
    "project_reader_roles = auditor",
  ];
  await using cloud = await objectCloud({ rc: reads.join("\n") });
  const demo = await swiftAs(cloud);
  await demo.put("c");
  await demo.put("c/o", "x");
  await addUser(cloud, { name: "boss", project: "bosses", role: "ResellerAdmin" });
  const boss = await swiftAs(cloud, "boss", "bosses");
  expect(await rights(boss, demo.account)).toEqual([200, 200, 201]);
  await addUser(cloud, { name: "ro", project: "demo", role: "auditor" });
  const reader = await swiftAs(cloud, "ro", "demo");
  expect(await rights(reader, demo.account)).toEqual([200, 200, 403]);
  // Keystone's own role of readers is nobody here, as in Swift, until it is set.
  await addUser(cloud, { name: "kr", project: "demo", role: "reader" });
  const keystoneReader = await swiftAs(cloud, "kr", "demo");
  expect(await rights(keystoneReader, demo.account)).toEqual([403, 403, 403]);
  await addUser(cloud, { name: "op", project: "demo", role: "swiftoperator" });
  const operator = await swiftAs(cloud, "op", "demo");
  expect(await rights(operator, demo.account)).toEqual([200, 200, 201]);
  await addUser(cloud, { name: "none", project: "demo", role: "some_role" });
  const none = await swiftAs(cloud, "none", "demo");
  expect(await rights(none, demo.account)).toEqual([403, 403, 403]);
  // The admin of another project is nobody special here.
  expect(await rights(await swiftAs(cloud, "admin"), demo.account)).toEqual([403, 403, 403]);
});

test("service tokens: an account with the service's prefix needs both the user and the service", async () => {
  await using cloud = await objectCloud({
    rc: [
      "[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]",
      "[filter:keystoneauth]",
      "reseller_prefix = AUTH, SERVICE",
      "SERVICE_service_roles = service",
    ].join("\n"),
  });
  const demo = await swiftAs(cloud);
  await addUser(cloud, { name: "glancer", project: "services", role: "service" });
  const service = await swiftAs(cloud, "glancer", "services");
  const images = `/v1/${demo.account.replace("AUTH_", "SERVICE_")}/images`;
  const put = async (by: typeof demo, headers: Record<string, string> = {}) =>
    (await by.raw("PUT", images, { headers })).status;
  expect(await put(demo)).toBe(403);
  expect(await put(service)).toBe(403);
  expect(await put(demo, { "x-service-token": "wrong" })).toBe(403);
  expect(await put(demo, { "x-service-token": demo.token! })).toBe(403);
  expect(await put(service, { "x-service-token": service.token! })).toBe(403);
  expect(await put(demo, { "x-service-token": service.token! })).toBe(201);
  // The user's own account needs nobody else.
  expect((await demo.ask("PUT", "own")).status).toBe(201);
});
