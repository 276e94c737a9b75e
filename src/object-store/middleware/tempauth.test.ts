import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import type { TestCloud } from "../../testing/cloud.ts";
import { objectCloud, swiftAs } from "../testing.ts";

const RC = [
  "[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]",
  "[pipeline:main]",
  "pipeline = catch_errors proxy-logging cache name_check domain_remap read_only tempauth proxy-logging proxy-server",
  "[filter:tempauth]",
  "user_admin_admin = admin .admin .reseller_admin",
  "user_test_tester = testing .admin",
  "user_test_guest = guest",
  "user64_w7w_w7Y = secret .admin",
  "[filter:domain_remap]",
  "storage_domain = example.com",
].join("\n");

async function tempCloud(cloud: TestCloud) {
  const nobody = await swiftAs(cloud, null);
  const login = (user: string, key: string) =>
    nobody.raw("GET", "/auth/v1.0", { headers: { "x-auth-user": user, "x-auth-key": key } });
  const as = async (user: string, key: string) => {
    const token = (await login(user, key)).headers.get("x-auth-token")!;
    return (method: string, path: string, headers: Record<string, string> = {}) =>
      nobody.raw(method, path, { headers: { "x-auth-token": token, ...headers } });
  };
  return { login, as, nobody };
}

test("OB-28 a user of the configuration gets a token and the address of its account", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({ rc: RC, clock });
  const { login, as, nobody } = await tempCloud(cloud);
  const got = await login("test:tester", "testing");
  expect([got.status, got.headers.get("x-storage-url"), got.headers.get("x-auth-token-expires")]).toEqual([
    200,
    "http://127.0.0.1/v1/AUTH_test",
    "86400",
  ]);
  expect(got.headers.get("x-auth-token")).toMatch(/^AUTH_tk[0-9a-f]{32}$/);
  expect((await login("test:tester", "testing")).headers.get("x-auth-token")).toBe(
    got.headers.get("x-auth-token"),
  );
  const wrong = await login("test:tester", "wrong");
  expect([wrong.status, wrong.headers.get("www-authenticate")]).toEqual([401, 'Swift realm="unknown"']);
  expect((await login("test:none", "x")).headers.get("www-authenticate")).toBe('Swift realm="test"');
  expect((await login("\u00c3\u00bc:\u00c3\u00b6", "secret")).headers.get("x-storage-url")).toBe(
    "http://127.0.0.1/v1/AUTH_%C3%BC",
  );

  const tester = await as("test:tester", "testing");
  const guest = await as("test:guest", "guest");
  const admin = await as("admin:admin", "admin");
  expect((await tester("PUT", "/v1/AUTH_test/c")).status).toBe(201);
  expect((await guest("GET", "/v1/AUTH_test/c")).status).toBe(403);
  expect((await admin("PUT", "/v1/AUTH_test/c")).status).toBe(202);
  expect((await nobody.raw("GET", "/v1/AUTH_test/c")).status).toBe(401);
  await tester("POST", "/v1/AUTH_test/c", { "x-container-read": "test:guest" });
  expect((await guest("GET", "/v1/AUTH_test/c")).status).toBe(204);
  await clock.advance(86_400_000);
  expect((await tester("GET", "/v1/AUTH_test/c")).status).toBe(401);
});

test("access control lists of a whole account", async () => {
  await using cloud = await objectCloud({ rc: RC });
  const { as } = await tempCloud(cloud);
  const tester = await as("test:tester", "testing");
  const guest = await as("test:guest", "guest");
  await tester("PUT", "/v1/AUTH_test/c");
  const grant = (acl: string) => tester("POST", "/v1/AUTH_test", { "x-account-access-control": acl });
  const rights = async () => [
    (await guest("GET", "/v1/AUTH_test")).status,
    (await guest("PUT", "/v1/AUTH_test/c/o")).status,
    (await guest("POST", "/v1/AUTH_test")).status,
  ];
  expect(await rights()).toEqual([403, 403, 403]);
  await grant('{"read-only":["test:guest"]}');
  expect(await rights()).toEqual([200, 403, 403]);
  await grant('{"read-write":["test:guest"]}');
  expect(await rights()).toEqual([200, 201, 403]);
  await grant('{"admin":["test:guest"]}');
  expect(await rights()).toEqual([200, 201, 204]);
  expect((await guest("HEAD", "/v1/AUTH_test")).headers.get("x-account-access-control")).toBe(
    '{"admin":["test:guest"]}',
  );
  const bad = await grant('{"owner":[]}');
  expect([bad.status, bad.text]).toEqual([
    400,
    'X-Account-Access-Control invalid: Key "owner" not recognized\n\nInput: {"owner":[]}\n',
  ]);
});

test("names that are not wanted, hosts that name containers, accounts that must not change", async () => {
  await using cloud = await objectCloud({ rc: RC });
  const { as } = await tempCloud(cloud);
  const tester = await as("test:tester", "testing");
  await tester("PUT", "/v1/AUTH_test/c");
  const bad = await tester("PUT", "/v1/AUTH_test/c/a%3Cb");
  expect([bad.status, bad.text]).toEqual([
    400,
    "Object/Container/Account name contains forbidden chars from '\"`<>",
  ]);
  expect((await tester("PUT", "/v1/AUTH_test/c/a/../b")).status).toBe(400);
  expect((await tester("PUT", `/v1/AUTH_test/c/${"x".repeat(250)}`)).status).toBe(400);

  const host = { host: "c.auth-test.example.com:8080" };
  expect((await tester("PUT", "/o", host)).status).toBe(201);
  expect((await tester("GET", "/", host)).json).toMatchObject([{ name: "o" }]);
  const wide = { host: `${Buffer.from("ü").toString("latin1")}.auth-test.example.com` };
  expect((await tester("PUT", "/v1/AUTH_test/%C3%BC")).status).toBe(201);
  expect((await tester("PUT", "/o", wide)).status).toBe(201);
  expect((await tester("GET", "/v1/AUTH_test/%C3%BC/o")).status).toBe(200);
  expect((await tester("GET", "/", { host: "a.b.c.example.com" })).text).toBe("Bad domain in host header");

  cloud.sql("swift", `UPDATE account SET metadata = '{"x-account-sysmeta-read-only":"true"}'`);
  await cloud.cloud.restartService("swift");
  const again = await (await tempCloud(cloud)).as("test:tester", "testing");
  const refused = await again("PUT", "/v1/AUTH_test/c/p");
  expect([refused.status, refused.text]).toEqual([405, "Writes are disabled for this account."]);
  expect((await again("GET", "/v1/AUTH_test/c")).status).toBe(200);
});
