import { expect, test } from "bun:test";
import { md5, objectCloud, swiftAs } from "../testing.ts";

test("links to objects: followed, shown, static, broken, in circles", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c/target", "data", { "x-object-meta-a": "1" });
  await swift.put("c/link", undefined, {
    "x-symlink-target": "c/target",
    "content-type": "application/symlink",
  });
  const got = await swift.ask("GET", "c/link");
  expect([
    got.status,
    got.text,
    got.headers.get("x-object-meta-a"),
    got.headers.get("content-location"),
  ]).toEqual([200, "data", "1", `/v1/${swift.account}/c/target`]);
  const itself = await swift.ask("GET", "c/link?symlink=get");
  expect([itself.text, itself.headers.get("x-symlink-target")]).toEqual(["", "c/target"]);
  const row = (await swift.ask("GET", "c?format=json")).json.find((r: { name: string }) => r.name === "link");
  expect(row.symlink_path).toBe(`/v1/${swift.account}/c/target`);
  const posted = await swift.ask("POST", "c/link", { headers: { "x-object-meta-b": "2" } });
  expect([posted.status, posted.headers.get("location")]).toEqual([307, `/v1/${swift.account}/c/target`]);

  const wrong = await swift.ask("PUT", "c/static", {
    headers: { "x-symlink-target": "c/target", "x-symlink-target-etag": "other" },
  });
  expect(wrong.status).toBe(409);
  await swift.put("c/static", undefined, {
    "x-symlink-target": "c/target",
    "x-symlink-target-etag": md5("data"),
  });
  expect((await swift.ask("GET", "c/static")).text).toBe("data");
  await swift.put("c/target", "changed");
  expect((await swift.ask("GET", "c/static")).status).toBe(409);

  await swift.put("c/x", undefined, { "x-symlink-target": "c/y" });
  expect((await swift.ask("GET", "c/x")).status).toBe(404);
  await swift.put("c/y", undefined, { "x-symlink-target": "c/x" });
  expect((await swift.ask("GET", "c/x")).status).toBe(409);
  const body = await swift.ask("PUT", "c/z", { body: "x", headers: { "x-symlink-target": "c/o" } });
  expect([body.status, body.text]).toEqual([400, "Symlink requests require a zero byte body"]);
});
