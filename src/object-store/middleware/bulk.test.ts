import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { member, objectCloud, swiftAs, TAR_END } from "../testing.ts";

test("bulk delete: names in a body, each with its own outcome", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("d");
  for (const name of ["a", "ü b"]) await swift.put(`c/${encodeURIComponent(name)}`, "x");
  await swift.put("d/o", "x");
  const got = await swift.ask("POST", "?bulk-delete", {
    body: "/c/a\nc/%C3%BC%20b\nc/none\nd\n",
    headers: { accept: "application/json", "content-type": "text/plain" },
  });
  expect(got.status).toBe(200);
  expect(got.json).toEqual({
    "Number Deleted": 2,
    "Number Not Found": 1,
    "Response Body": "",
    "Response Status": "400 Bad Request",
    Errors: [["d", "409 Conflict"]],
  });
  const none = await swift.ask("POST", "?bulk-delete", {
    body: "",
    headers: { "content-type": "text/plain" },
  });
  expect(none.text).toContain("Response Status: 400 Bad Request\n");
  expect(await swift.names("c")).toEqual([]);
});

test.each([
  ["tar", (data: Buffer) => data],
  ["tar.gz", (data: Buffer) => gzipSync(data)],
] as const)("an archive (%s) becomes objects", async (kind, pack) => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  const archive = Buffer.concat([
    member("c/a.txt", "hello"),
    member("c/dir/", "", { type: "5" }),
    member("c/dir/b", "x".repeat(100_000)),
    member("link", "", { type: "2" }),
    TAR_END,
  ]);
  const got = await swift.ask("PUT", `?extract-archive=${kind}`, {
    body: pack(archive),
    headers: { accept: "application/json" },
  });
  expect(got.json).toEqual({
    "Number Files Created": 2,
    "Response Body": "",
    "Response Status": "201 Created",
    Errors: [],
  });
  expect(await swift.names("c")).toEqual(["a.txt", "dir/b"]);
  expect((await swift.ask("GET", "c/a.txt")).text).toBe("hello");
  const into = await swift.ask("PUT", `up/load?extract-archive=${kind}`, { body: pack(archive) });
  expect(into.text).toContain("Number Files Created: 2\n");
  expect(await swift.names("up")).toEqual(["load/c/a.txt", "load/c/dir/b"]);
  const broken = await swift.ask("PUT", `?extract-archive=${kind}`, {
    body: "no archive",
    headers: { accept: "application/json" },
  });
  expect(broken.json["Response Status"]).toBe("400 Bad Request");
});
