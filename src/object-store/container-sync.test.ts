import { expect, test } from "bun:test";
import { FakeClock } from "../core/clock.ts";
import { noise, objectCloud, served, swiftAs } from "./testing.ts";

/** Two clouds; each knows where the other's accounts are. */
const realms = (port: number) =>
  [
    "[[post-config|container-sync-realms.conf]]",
    "[clouds]",
    "key = realm secret",
    `cluster_other = http://127.0.0.1:${port}/v1/`,
  ].join("\n");

test("a container is kept equal to one of another cloud, deletions too", async () => {
  const clock = new FakeClock();
  await using there = await objectCloud({ rc: realms(1) });
  await using server = await served(there);
  await using here = await objectCloud({
    clock,
    rc: realms(server.port),
    settings: { SWIFT_SYNC_INTERVAL: "60" },
  });
  const [from, to] = [await swiftAs(here), await swiftAs(there)];
  await to.put("copy", undefined, { "x-container-sync-key": "key" });
  await from.put("c");
  const large = noise(200_000);
  await from.put("c/before", large, { "x-object-meta-a": "1", "content-type": "x/y" });
  await from.ask("POST", "c", {
    headers: {
      "x-container-sync-to": `//clouds/other/${to.account}/copy`,
      "x-container-sync-key": "key",
    },
  });
  await from.put("c/%C3%BC//..", "after");
  const waiting = () => here.sql("swift", "SELECT 1 FROM sync_change").length;
  const round = async () => {
    await clock.advance(60_000);
    while (waiting() > 0) await Bun.sleep(1);
  };
  await round();
  expect(await to.names("copy")).toEqual(["before", "ü//.."]);
  const got = await to.ask("GET", "copy/before");
  expect(got.bytes).toEqual(large);
  expect([got.headers.get("x-object-meta-a"), got.headers.get("content-type")]).toEqual(["1", "x/y"]);
  const stamp = async (swift: typeof to, path: string) =>
    (await swift.ask("HEAD", path)).headers.get("x-timestamp");
  expect(await stamp(to, "copy/before")).toBe(await stamp(from, "c/before"));

  await from.ask("DELETE", "c/before");
  await round();
  expect(await to.names("copy")).toEqual(["ü//.."]);
});

test("whoever does not know the keys is refused, and so is an address outside a realm", async () => {
  await using cloud = await objectCloud({ rc: realms(1) });
  const swift = await swiftAs(cloud);
  await swift.put("c", undefined, { "x-container-sync-key": "key" });
  const nobody = await swiftAs(cloud, null);
  const forged = await nobody.raw("PUT", `/v1/${swift.account}/c/o`, {
    headers: { "x-container-sync-auth": "clouds nonce 0123", "x-timestamp": "1795174979.83601" },
  });
  expect(forged.status).toBe(401);
  const outside = await swift.ask("POST", "c", {
    headers: { "x-container-sync-to": "http://evil.example/v1/a/c" },
  });
  expect(outside.status).toBe(400);
  const unknown = await swift.ask("POST", "c", { headers: { "x-container-sync-to": "//none/x/a/c" } });
  expect([unknown.status, unknown.text]).toEqual([400, "No realm key for 'none'"]);
});
