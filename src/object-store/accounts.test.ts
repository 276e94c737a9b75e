import { expect, test } from "bun:test";
import { FakeClock } from "../core/clock.ts";
import { addUser, dataFiles, noise, objectCloud, swiftAs } from "./testing.ts";

test("OB-01 OB-40 an account: made by its owner's first write, described, counted exactly", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  expect(swift.account).toMatch(/^AUTH_[0-9a-f]{32}$/);
  const before = await swift.ask("HEAD", "");
  expect(before.status).toBe(200);
  expect(before.headers.get("x-account-container-count")).toBe("0");
  expect(cloud.sql("swift", "SELECT count(*) AS n FROM account")).toEqual([{ n: 0 }]);

  await swift.put("c");
  await swift.put("c/o", "12345");
  await swift.put("c/o", "123");
  await swift.put("d/");
  const head = await swift.ask("HEAD", "");
  expect(Object.fromEntries(head.headers)).toMatchObject({
    "accept-ranges": "bytes",
    "content-type": "text/plain; charset=utf-8",
    "x-account-bytes-used": "3",
    "x-account-container-count": "2",
    "x-account-object-count": "1",
    "x-account-storage-policy-policy-0-bytes-used": "3",
    "x-timestamp": expect.stringMatching(/^\d{10}\.\d{5}$/),
    "x-trans-id": expect.stringMatching(/^tx[0-9a-f]{21}-[0-9a-f]{10}$/),
  });
  expect(head.headers.get("x-openstack-request-id")).toBe(head.headers.get("x-trans-id"));
  await swift.ask("DELETE", "c/o");
  expect((await swift.ask("HEAD", "")).headers.get("x-account-object-count")).toBe("0");
});

test("OB-02 a container is posted (404), made, touched, removed", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  expect((await swift.ask("POST", "middleware-test")).status).toBe(404);
  expect((await swift.ask("PUT", "middleware-test")).status).toBe(201);
  expect((await swift.ask("PUT", "middleware-test")).status).toBe(202);
  expect((await swift.ask("POST", "middleware-test")).status).toBe(204);
  await swift.put("middleware-test/o", "x");
  const conflict = await swift.ask("DELETE", "middleware-test");
  expect(conflict.status).toBe(409);
  expect(conflict.text).toBe(
    "<html><h1>Conflict</h1><p>There was a conflict when trying to complete your request.</p></html>",
  );
  await swift.ask("DELETE", "middleware-test/o");
  expect((await swift.ask("DELETE", "middleware-test")).status).toBe(204);
  expect((await swift.ask("DELETE", "middleware-test")).status).toBe(404);
});

test("OB-03 listings of containers and objects in every form", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  expect((await swift.ask("GET", "")).status).toBe(204);
  for (const name of ["b", "a", "ü"]) await swift.put(encodeURIComponent(name));
  expect(await swift.names("")).toEqual(["a", "b", "ü"]);
  expect(await swift.names("?marker=a&limit=1")).toEqual(["b"]);
  expect((await swift.ask("GET", "?format=json")).json.map((row: { name: string }) => row.name)).toEqual([
    "a",
    "b",
    "ü",
  ]);
  expect((await swift.ask("GET", "a")).status).toBe(204);
  for (const name of ["x/1", "x/2", "y"]) await swift.put(`a/${name}`, "data", { "content-type": "text/x" });
  expect(await swift.names("a?delimiter=/")).toEqual(["x/", "y"]);
  expect(await swift.names("a?prefix=x/&reverse=true")).toEqual(["x/2", "x/1"]);
  const json = await swift.ask("GET", "a?format=json&limit=1");
  expect(json.json).toEqual([
    {
      bytes: 4,
      hash: "8d777f385d3dfec8815d20f7496026dc",
      name: "x/1",
      content_type: "text/x",
      last_modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
    },
  ]);
  expect(json.headers.get("content-type")).toBe("application/json; charset=utf-8");
  const xml = await swift.ask("GET", "a", { headers: { accept: "text/xml" } });
  expect(xml.headers.get("content-type")).toBe("text/xml; charset=utf-8");
  expect(xml.text).toContain('<container name="a"><object><name>x/1</name>');
  const tooMany = await swift.ask("GET", "a?limit=10001");
  expect([tooMany.status, tooMany.text]).toEqual([412, "Maximum limit is 10000"]);
});

test("OB-04 OB-09 container metadata: set, kept, removed, under any spelling", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c", undefined, {
    "x-container-meta-allow-dev": "198.51.100.12",
    "x-container-meta-b": "1",
  });
  const meta = async () =>
    Object.fromEntries(
      [...(await swift.ask("HEAD", "c")).headers].filter(([name]) => name.startsWith("x-container-")),
    );
  await swift.ask("POST", "c", {
    headers: { "x-container-meta-C_D": "2", "x-remove-container-meta-b": "x" },
  });
  expect(await meta()).toEqual({
    "x-container-object-count": "0",
    "x-container-bytes-used": "0",
    "x-container-meta-allow-dev": "198.51.100.12",
    "x-container-meta-c-d": "2",
  });
  await swift.ask("POST", "c", {
    headers: {
      "x-container-meta-allow-dev": "",
      "x-container-read": "p:u",
      "x-container-write": "p:w",
      "x-container-sync-key": "secret",
    },
  });
  expect(await meta()).toEqual({
    "x-container-object-count": "0",
    "x-container-bytes-used": "0",
    "x-container-meta-c-d": "2",
    "x-container-read": "p:u",
    "x-container-write": "p:w",
    "x-container-sync-key": "secret",
  });
  await swift.ask("POST", "c", { headers: { "x-remove-container-read": "x", "x-container-write": "" } });
  expect(Object.keys(await meta())).not.toContain("x-container-read");
  expect((await swift.ask("HEAD", "c")).headers.get("x-storage-policy")).toBe("Policy-0");
});

test("OB-09 account metadata, and nobody sets the system's own", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  const posted = await swift.ask("POST", "", {
    headers: { "x-account-meta-color": "r\u00c3\u00a9d", "x-account-sysmeta-x": "1", "x-backend-y": "2" },
  });
  expect(posted.status).toBe(204);
  const { headers } = await swift.ask("HEAD", "");
  expect(headers.get("x-account-meta-color")).toBe("r\u00c3\u00a9d");
  expect([...headers.keys()].filter((name) => /sysmeta|backend/.test(name))).toEqual([]);
  await swift.ask("POST", "", { headers: { "x-remove-account-meta-color": "x" } });
  expect((await swift.ask("HEAD", "")).headers.get("x-account-meta-color")).toBeNull();
});

test("constraints on names and metadata, worded as Swift words them", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const refused = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const got = await swift.ask(method, path, { headers });
    return [got.status, got.text];
  };
  expect(await refused("PUT", "x".repeat(257))).toEqual([
    400,
    "Container name length of 257 longer than 256",
  ]);
  expect(await refused("PUT", `c/${"x".repeat(1025)}`)).toEqual([
    400,
    "Object name length of 1025 longer than 1024",
  ]);
  expect(await refused("POST", "c", { [`x-container-meta-${"a".repeat(129)}`]: "v" })).toEqual([
    400,
    `Metadata name too long: x-container-meta-A${"a".repeat(128)}`,
  ]);
  expect(await refused("POST", "c", { "x-container-meta-a": "v".repeat(257) })).toEqual([
    400,
    "Metadata value longer than 256: x-container-meta-A",
  ]);
  const many = Object.fromEntries(Array.from({ length: 91 }, (_, i) => [`x-container-meta-${i}`, "v"]));
  expect(await refused("POST", "c", many)).toEqual([400, "Too many metadata items; max 90"]);
  const heavy = Object.fromEntries(
    Array.from({ length: 17 }, (_, i) => [`x-container-meta-${i}`, "v".repeat(256)]),
  );
  expect(await refused("POST", "c", heavy)).toEqual([400, "Total metadata too large; max 4096"]);
  expect((await refused("GET", "c/%FF"))[0]).toBe(412);
  expect((await refused("PUT", "c/a%00b"))[0]).toBe(412);
  expect((await refused("PATCH", "c"))[0]).toBe(405);
  expect((await refused("DELETE", ""))[0]).toBe(405);
  expect((await swift.raw("GET", "/v2/AUTH_x")).status).toBe(400);
  expect((await swift.raw("GET", "/v1")).status).toBe(412);
});

test("limits come from swift.conf", async () => {
  await using cloud = await objectCloud({
    rc: "[[post-config|$SWIFT_CONF]]\n[swift-constraints]\nmax_container_name_length = 5\n",
  });
  const swift = await swiftAs(cloud);
  expect((await swift.ask("PUT", "123456")).status).toBe(400);
  expect((await swift.raw("GET", "/info")).json.swift.max_container_name_length).toBe(5);
});

test("OB-37 a deleted account is gone at once, with all that was in it, and later reaped", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({
    clock,
    settings: { SWIFT_REAPER_INTERVAL: "3600" },
    rc: "[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]\n[app:proxy-server]\nallow_account_management = yes\n",
  });
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c/large", noise(100_000));
  await swift.put("c/small", "x");
  await swift.put("d");
  expect((await swift.ask("DELETE", "")).status).toBe(403);
  await addUser(cloud, { name: "boss", project: "bosses", role: "ResellerAdmin" });
  const boss = await swiftAs(cloud, "boss", "bosses");
  expect((await boss.raw("DELETE", `/v1/${swift.account}?bulk`)).status).toBe(400);
  expect((await boss.raw("DELETE", `/v1/${swift.account}`)).status).toBe(204);
  expect((await boss.raw("DELETE", `/v1/${swift.account}`)).status).toBe(404);
  expect((await swift.ask("GET", "c/small")).status).toBe(404);
  await swift.put("c");
  expect(await swift.names("")).toEqual(["c"]);
  expect(dataFiles(cloud)).toHaveLength(1);
  await clock.advance(3_600_000);
  while (
    !cloud.log.lines.some((line) => line.text.includes("Reaped a deleted account: 2 containers, 2 objects"))
  )
    await Bun.sleep(1);
  await cloud.cloud.stopService("swift");
  expect(dataFiles(cloud)).toEqual([]);
  expect(cloud.sql("swift", "SELECT name FROM account")).toEqual([{ name: swift.account }]);
});
