import { expect, test } from "bun:test";
import { FakeClock } from "../core/clock.ts";
import { dataFiles, md5, noise, objectCloud, swiftAs } from "./testing.ts";

test("OB-05 OB-07 OB-08 OB-33 an object goes in, is described, comes out, goes", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const put = await swift.put("c/a%20b.txt", "hello", {
    "x-object-meta-mtime": "1795174979.113027",
    "x-object-meta-orig-filename": "a b.txt",
    "content-encoding": "identity",
    "content-disposition": "attachment",
  });
  expect(put.headers.get("etag")).toBe("5d41402abc4b2a76b9719d911017c592");
  expect(put.headers.get("last-modified")).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  const head = await swift.ask("HEAD", "c/a%20b.txt");
  expect(head.status).toBe(200);
  expect(Object.fromEntries(head.headers)).toMatchObject({
    "accept-ranges": "bytes",
    "content-disposition": "attachment",
    "content-encoding": "identity",
    "content-type": "text/plain",
    etag: "5d41402abc4b2a76b9719d911017c592",
    "x-object-meta-mtime": "1795174979.113027",
    "x-object-meta-orig-filename": "a b.txt",
  });
  const get = await swift.ask("GET", "c/a%20b.txt");
  expect([get.status, get.text, get.headers.get("content-length")]).toEqual([200, "hello", "5"]);
  expect((await swift.ask("DELETE", "c/a%20b.txt")).status).toBe(204);
  const gone = await swift.ask("GET", "c/a%20b.txt");
  expect([gone.status, gone.text]).toEqual([
    404,
    "<html><h1>Not Found</h1><p>The resource could not be found.</p></html>",
  ]);
  expect((await swift.ask("PUT", "nowhere/o", { body: "x" })).status).toBe(404);
});

test("names keep every byte", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const names = ["a//b", "a/../b", "./a", "/lead", "trail/", "%2F", "a%2Fb", "é €", "?#&=+", "%", "\t", ".."];
  for (const name of names) await swift.put(`c/${encodeURIComponent(name).replaceAll("%2F", "/")}`, name);
  for (const name of names) {
    const got = await swift.ask("GET", `c/${encodeURIComponent(name)}`);
    expect([name, got.status, got.text]).toEqual([name, 200, name]);
  }
  expect(
    (await swift.ask("GET", "c?format=json")).json.map((row: { name: string }) => row.name).sort(),
  ).toEqual([...names].sort());
});

test("small and large data, overwritten and removed: counts, bytes and files follow", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const large = noise(300_000);
  const used = async () => {
    const { headers } = await swift.ask("HEAD", "c");
    return [headers.get("x-container-object-count"), headers.get("x-container-bytes-used")];
  };
  await swift.put("c/o", large);
  expect(await used()).toEqual(["1", "300000"]);
  expect(md5((await swift.ask("GET", "c/o")).bytes)).toBe(md5(large));
  expect(dataFiles(cloud)).toHaveLength(1);
  await swift.put("c/o", noise(200_000, 2));
  await swift.put("c/o", "");
  expect(await used()).toEqual(["1", "0"]);
  const empty = await swift.ask("GET", "c/o");
  expect([empty.status, empty.text, empty.headers.get("etag")]).toEqual([200, "", md5("")]);
  await swift.ask("DELETE", "c/o");
  expect(await used()).toEqual(["0", "0"]);
  await cloud.cloud.stopService("swift");
  expect(dataFiles(cloud)).toEqual([]);
  expect(cloud.sql("swift", "SELECT * FROM stray_file")).toEqual([]);
  expect(cloud.sql("swift", "SELECT * FROM object_data")).toEqual([]);
});

test("ranges: one, several, none that can be given", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const large = noise(100_000);
  for (const [name, data] of [
    ["small", large.slice(0, 50_000)],
    ["large", large],
  ] as const) {
    await swift.put(`c/${name}`, data, { "content-type": "x/y" });
    const part = await swift.ask("GET", `c/${name}`, { headers: { range: "bytes=10-19" } });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 10-19/${data.length}`]);
    expect(part.bytes).toEqual(data.slice(10, 20));
    const none = await swift.ask("GET", `c/${name}`, { headers: { range: "bytes=100000-" } });
    expect([none.status, none.headers.get("content-range")]).toEqual([416, `bytes */${data.length}`]);
    const two = await swift.ask("GET", `c/${name}`, { headers: { range: "bytes=0-1,-2" } });
    const boundary = /^multipart\/byteranges;boundary=(\w+)$/.exec(two.headers.get("content-type")!)![1];
    expect(two.bytes.length).toBe(Number(two.headers.get("content-length")));
    const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
    expect(latin(two.bytes)).toBe(
      [
        `--${boundary}\r\nContent-Type: x/y\r\nContent-Range: bytes 0-1/${data.length}\r\n\r\n${latin(data.slice(0, 2))}\r\n`,
        `--${boundary}\r\nContent-Type: x/y\r\nContent-Range: bytes ${data.length - 2}-${data.length - 1}/${data.length}\r\n\r\n${latin(data.slice(-2))}\r\n`,
        `--${boundary}--`,
      ].join(""),
    );
  }
});

test("conditions on reading and writing", async () => {
  await using cloud = await objectCloud({ clock: new FakeClock() });
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c/o", "x");
  const etag = md5("x");
  const status = async (method: string, headers: Record<string, string>) =>
    (await swift.ask(method, "c/o", { headers })).status;
  expect(await status("GET", { "if-none-match": `"${etag}"` })).toBe(304);
  expect(await status("GET", { "if-none-match": '"other"' })).toBe(200);
  expect(await status("GET", { "if-match": etag })).toBe(200);
  expect(await status("GET", { "if-match": "other" })).toBe(412);
  const modified = (await swift.ask("HEAD", "c/o")).headers.get("last-modified")!;
  expect(await status("GET", { "if-modified-since": modified })).toBe(304);
  expect(await status("GET", { "if-unmodified-since": modified })).toBe(200);
  expect(await status("GET", { "if-unmodified-since": "Sat, 01 Jan 2000 00:00:00 GMT" })).toBe(412);
  expect(await status("PUT", { "if-none-match": "*" })).toBe(412);
  expect((await swift.ask("PUT", "c/new", { headers: { "if-none-match": "*" } })).status).toBe(201);
  const other = await swift.ask("PUT", "c/new", { headers: { "if-none-match": '"a"' } });
  expect([other.status, other.text]).toEqual([400, "If-None-Match only supports *"]);
});

test("OB-33 a checksum that does not match leaves nothing", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const bad = await swift.ask("PUT", "c/o", { body: noise(100_000), headers: { etag: md5("other") } });
  expect([bad.status, bad.text]).toEqual([
    422,
    "<html><h1>Unprocessable Entity</h1><p>Unable to process the contained instructions</p></html>",
  ]);
  expect((await swift.ask("HEAD", "c/o")).status).toBe(404);
  expect(dataFiles(cloud)).toEqual([]);
  expect((await swift.ask("PUT", "c/o", { body: "x", headers: { etag: `"${md5("x")}"` } })).status).toBe(201);
});

test("OB-32 no length: 411; longer than 5 GiB and 2 bytes: 413", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const put = (headers: Record<string, string>) => swift.ask("PUT", "c/o", { headers });
  const long = await put({ "content-length": "5368709123" });
  expect([long.status, long.text]).toEqual([413, "Your request is too large."]);
  expect((await swift.raw("GET", "/info")).json.swift.max_file_size).toBe(5_368_709_122);
});

test("POST replaces an object's metadata and leaves its data", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c/o", "data", { "x-object-meta-a": "1", "x-object-meta-b": "2", "content-type": "x/y" });
  const posted = await swift.ask("POST", "c/o", { headers: { "x-object-meta-b": "3" } });
  expect([posted.status, posted.text]).toEqual([
    202,
    "<html><h1>Accepted</h1><p>The request is accepted for processing.</p></html>",
  ]);
  const { headers } = await swift.ask("HEAD", "c/o");
  expect(headers.get("x-object-meta-a")).toBeNull();
  expect(headers.get("x-object-meta-b")).toBe("3");
  expect(headers.get("content-type")).toBe("x/y");
  await swift.ask("POST", "c/o", { headers: { "content-type": "p/q" } });
  expect((await swift.ask("GET", "c?format=json")).json[0].content_type).toBe("p/q");
  expect((await swift.ask("POST", "c/none")).status).toBe(404);
});

test("OB-37 an object with X-Delete-At is gone in that second, and later removed", async () => {
  const clock = new FakeClock();
  await using cloud = await objectCloud({ clock, settings: { SWIFT_EXPIRER_INTERVAL: "300" } });
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const past = await swift.ask("PUT", "c/o", { headers: { "x-delete-at": "1000000000" } });
  expect([past.status, past.text]).toEqual([400, "X-Delete-At in past"]);
  const wrong = await swift.ask("PUT", "c/o", { headers: { "x-delete-after": "soon" } });
  expect([wrong.status, wrong.text]).toEqual([400, "Non-integer X-Delete-After"]);
  await swift.put("c/o", noise(100_000), { "x-delete-after": "10" });
  await swift.put("c/p", "stays", { "x-delete-after": "10" });
  await swift.ask("POST", "c/p", { headers: { "x-object-meta-a": "1" } });
  const at = Math.floor(clock.now() / 1000) + 10;
  expect((await swift.ask("HEAD", "c/o")).headers.get("x-delete-at")).toBe(String(at));
  await clock.advance(11_000);
  expect((await swift.ask("GET", "c/o")).status).toBe(404);
  expect((await swift.ask("POST", "c/o")).status).toBe(404);
  expect(await swift.names("c")).toEqual(["o", "p"]);
  await clock.advance(300_000);
  while (cloud.sql("swift", "SELECT 1 FROM object WHERE name = 'o'").length > 0) await Bun.sleep(1);
  expect(await swift.names("c")).toEqual(["p"]);
  expect((await swift.ask("HEAD", "c")).headers.get("x-container-bytes-used")).toBe("5");
});

test("the type: as given, guessed, or guessed though given", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const typeOf = async (name: string, headers: Record<string, string>) => {
    await swift.put(`c/${name}`, "x", headers);
    return (await swift.ask("HEAD", `c/${name}`)).headers.get("content-type");
  };
  expect(await typeOf("a.jpg", {})).toBe("image/jpeg");
  expect(await typeOf("a", {})).toBe("application/octet-stream");
  expect(await typeOf("a.jpg", { "content-type": "x/y" })).toBe("x/y");
  const wide = Buffer.from("x/ü").toString("latin1");
  expect(await typeOf("wide", { "content-type": wide })).toBe(wide);
  expect((await swift.ask("GET", "c?format=json&prefix=w")).json[0].content_type).toBe("x/ü");
  expect(await typeOf("a.jpg", { "content-type": "x/y", "x-detect-content-type": "true" })).toBe(
    "image/jpeg",
  );
});

test("OB-36 SWIFT_REPLICAS copies of large data, and one that is lost does no harm", async () => {
  await using cloud = await objectCloud({
    settings: { SWIFT_REPLICAS: "2", SWIFT_HASH: "66a3d6b56c1f479c8b4e70ab5c2000f5" },
  });
  const swift = await swiftAs(cloud);
  await swift.put("c");
  const data = noise(100_000);
  await swift.put("c/o", data);
  const files = dataFiles(cloud);
  expect(files.map(({ parentPath }) => /d[12]/.exec(parentPath)![0]).sort()).toEqual(["d1", "d2"]);
  const first = files.find(({ parentPath }) => parentPath.includes("/d1/"))!;
  await Bun.file(`${first.parentPath}/${first.name}`).delete();
  expect(md5((await swift.ask("GET", "c/o")).bytes)).toBe(md5(data));
  await swift.ask("DELETE", "c/o");
  await cloud.cloud.stopService("swift");
  expect(dataFiles(cloud)).toEqual([]);
});
