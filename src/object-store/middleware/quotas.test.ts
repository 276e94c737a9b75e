import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import { addUser, objectCloud, swiftAs } from "../testing.ts";

test("a container's quota of bytes and objects", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c", undefined, {
    "x-container-meta-quota-bytes": "10",
    "x-container-meta-quota-count": "2",
  });
  await swift.put("c/a", "12345");
  const large = await swift.ask("PUT", "c/b", { body: "123456" });
  expect([large.status, large.text]).toEqual([413, "Upload exceeds quota."]);
  await swift.put("c/b", "12345");
  expect((await swift.ask("PUT", "c/c")).status).toBe(413);
  const bad = await swift.ask("POST", "c", { headers: { "x-container-meta-quota-bytes": "many" } });
  expect([bad.status, bad.text]).toEqual([400, "Invalid bytes quota."]);
});

test("an account's quota is set by a reseller's admin alone", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const header = { "x-account-meta-quota-bytes": "10" };
  expect((await swift.ask("POST", "", { headers: header })).status).toBe(403);
  await addUser(cloud, { name: "boss", project: "bosses", role: "ResellerAdmin" });
  const boss = await swiftAs(cloud, "boss", "bosses");
  expect((await boss.raw("POST", `/v1/${swift.account}`, { headers: header })).status).toBe(204);
  await swift.put("c/a", "12345");
  const large = await swift.ask("PUT", "c/b", { body: "123456" });
  expect([large.status, large.text]).toEqual([413, "Upload exceeds quota."]);
});

test("the rate of writes is limited by waiting, then by refusing", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({
    clock,
    rc: [
      "[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]",
      "[filter:ratelimit]",
      "account_ratelimit = 1",
      "max_sleep_time_seconds = 3",
      "rate_buffer_seconds = 0",
    ].join("\n"),
  });
  const swift = await swiftAs(cloud);
  expect((await swift.raw("GET", "/info")).json.ratelimit).toMatchObject({ account_ratelimit: 1 });
  const begun = Array.from({ length: 6 }, (_, i) => swift.ask("PUT", `c${i}`));
  for (let i = 0; i < 10; i++) await clock.advance(500);
  const statuses = (await Promise.all(begun)).map(({ status }) => status);
  expect(statuses).toEqual([201, 201, 201, 498, 498, 498]);
  cloud.log.expectError("Ratelimit (Max Sleep)");
});
