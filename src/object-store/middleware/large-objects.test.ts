import { expect, test } from "bun:test";
import { readdirSync, readlinkSync } from "node:fs";
import { md5, noise, objectCloud, swiftAs } from "../testing.ts";

test("OB-06 a dynamic large object is what lies below a prefix, in order", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c_segments");
  for (const [i, part] of ["aaaa", "bbbb", "cc"].entries()) await swift.put(`c_segments/o/${i}`, part);
  await swift.put("c/o", "", { "x-object-manifest": "c_segments/o/", "content-type": "x/y" });
  const get = await swift.ask("GET", "c/o");
  expect([get.status, get.text, get.headers.get("content-type")]).toEqual([200, "aaaabbbbcc", "x/y"]);
  expect(get.headers.get("etag")).toBe(`"${md5(md5("aaaa") + md5("bbbb") + md5("cc"))}"`);
  expect(get.headers.get("x-object-manifest")).toBe("c_segments/o/");
  const head = await swift.ask("HEAD", "c/o");
  expect(head.headers.get("content-length")).toBe("10");
  const part = await swift.ask("GET", "c/o", { headers: { range: "bytes=3-8" } });
  expect([part.status, part.text, part.headers.get("content-range")]).toEqual([
    206,
    "abbbbc",
    "bytes 3-8/10",
  ]);
  await swift.put("c_segments/o/9", "dd");
  expect((await swift.ask("GET", "c/o")).text).toBe("aaaabbbbccdd");
  expect((await swift.ask("GET", "c/o?multipart-manifest=get")).text).toBe("");
  const bad = await swift.ask("PUT", "c/p", { headers: { "x-object-manifest": "no-slash" } });
  expect([bad.status, bad.text]).toEqual([400, "X-Object-Manifest must be in the format container/prefix"]);
});

test("OB-06 a static large object: manifest checked, read whole and in parts, shown, removed", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("s");
  await swift.put("s/1", "aaaa");
  await swift.put("s/2", "bbbb");
  const manifest = [
    { path: "/s/1", etag: md5("aaaa"), size_bytes: 4 },
    { data: Buffer.from("-inline-").toString("base64") },
    { path: "/s/2", range: "1-2" },
  ];
  const put = (body: unknown, query = "") =>
    swift.ask("PUT", `c/o?multipart-manifest=put${query}`, { body: JSON.stringify(body) });
  const made = await put(manifest);
  expect(made.status).toBe(201);
  const etag = `"${md5(`${md5("aaaa")}${md5("-inline-")}${md5("bbbb")}:1-2;`)}"`;
  expect(made.headers.get("etag")).toBe(etag);
  const get = await swift.ask("GET", "c/o");
  expect([get.status, get.text, get.headers.get("x-static-large-object"), get.headers.get("etag")]).toEqual([
    200,
    "aaaa-inline-bb",
    "True",
    etag,
  ]);
  const part = await swift.ask("GET", "c/o", { headers: { range: "bytes=3-12" } });
  expect([part.status, part.text]).toEqual([206, "a-inline-b"]);
  const shown = await swift.ask("GET", "c/o?multipart-manifest=get");
  expect(shown.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(shown.json).toMatchObject([
    { name: "/s/1", hash: md5("aaaa"), bytes: 4 },
    { data: manifest[1]!.data },
    { name: "/s/2", range: "1-2" },
  ]);
  expect((await swift.ask("GET", "c?format=json")).json[0]).toMatchObject({ name: "o", bytes: 14 });

  const wrong = await put([
    { path: "/s/none", etag: null },
    { path: "/s/1", etag: "wrong" },
  ]);
  expect([wrong.status, wrong.text]).toEqual([400, "Errors:\n/s/none, 404 Not Found\n/s/1, Etag Mismatch\n"]);
  expect((await put("no list")).status).toBe(400);
  const deleted = await swift.ask("DELETE", "c/o?multipart-manifest=delete", {
    headers: { accept: "application/json" },
  });
  expect(deleted.json).toEqual({
    "Number Deleted": 3,
    "Number Not Found": 0,
    "Response Body": "",
    "Response Status": "200 OK",
    Errors: [],
  });
  expect(await swift.names("s")).toEqual([]);
});

test("a segment that is missing when it is read ends the download", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c/1", "aaaa");
  await swift.ask("PUT", "c/o?multipart-manifest=put", { body: JSON.stringify([{ path: "/c/1" }]) });
  await swift.put("c/1", "bbbb");
  cloud.log.expectError("Object segment no longer valid");
  expect((await swift.ask("GET", "c/o")).status).toBe(409);
});

test("copies: by COPY, by X-Copy-From, of a large object as one or as its manifest", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("d");
  await swift.put("c/a b", "data", { "x-object-meta-a": "1", "content-type": "x/y" });
  const copied = await swift.ask("COPY", "c/a%20b", {
    headers: { destination: "/d/copy", "x-object-meta-b": "2" },
  });
  expect([copied.status, copied.headers.get("x-copied-from")]).toEqual([201, "c/a%20b"]);
  const { headers } = await swift.ask("HEAD", "d/copy");
  expect([
    headers.get("x-object-meta-a"),
    headers.get("x-object-meta-b"),
    headers.get("content-type"),
  ]).toEqual(["1", "2", "x/y"]);
  await swift.put("d/fresh", undefined, {
    "x-copy-from": "c/a%20b",
    "x-fresh-metadata": "true",
    "x-object-meta-b": "2",
  });
  const fresh = await swift.ask("GET", "d/fresh");
  expect([fresh.text, fresh.headers.get("x-object-meta-a")]).toEqual(["data", null]);
  expect((await swift.ask("COPY", "c/none", { headers: { destination: "d/x" } })).status).toBe(404);
  const bad = await swift.ask("COPY", "c/a%20b", { headers: { destination: "d" } });
  expect([bad.status, bad.text]).toEqual([
    412,
    "Destination header must be of the form <container name>/<object name>",
  ]);

  await swift.ask("PUT", "c/slo?multipart-manifest=put", { body: JSON.stringify([{ path: "/c/a b" }]) });
  await swift.put("d/whole", undefined, { "x-copy-from": "c/slo" });
  expect((await swift.ask("HEAD", "d/whole")).headers.get("x-static-large-object")).toBeNull();
  await swift.put("d/manifest?multipart-manifest=get", undefined, { "x-copy-from": "c/slo" });
  expect((await swift.ask("HEAD", "d/manifest")).headers.get("x-static-large-object")).toBe("True");
});

test("what was opened for an answer that nobody reads is closed", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  for (const container of ["segments", "c"]) await swift.put(container);
  const data = noise(200_000);
  for (const name of ["s1", "s2"]) await swift.put(`segments/${name}`, data);
  const manifest = JSON.stringify(["s1", "s2"].map((name) => ({ path: `/segments/${name}` })));
  await swift.put("c/static?multipart-manifest=put", manifest);
  await swift.put("c/dynamic", "", { "x-object-manifest": "segments/s" });
  const open = () =>
    readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).includes("/objects/");
      } catch {
        return false;
      }
    });
  for (const name of ["static", "dynamic"]) {
    // A copy to where there is nothing, a condition that fails, a description.
    for (const [method, headers, status] of [
      ["COPY", { destination: "nowhere/o" }, 404],
      ["COPY", { destination: "c/o", "if-none-match": "abc" }, 400],
      ["GET", { "if-none-match": "*" }, 304],
      ["HEAD", {}, 200],
      ["GET", { range: "bytes=199990-200010" }, 206],
    ] as const) {
      const got = await swift.ask(method, `c/${name}`, { headers });
      expect([name, method, headers, got.status]).toEqual([name, method, headers, status]);
      while (open().length > 0) await Bun.sleep(1);
    }
  }
});
