import { expect, test } from "bun:test";
import { objectCloud, swiftAs } from "../testing.ts";

test("X-Versions-Location keeps what is overwritten, and a delete brings it back", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("old");
  await swift.put("c", undefined, { "x-versions-location": "old" });
  expect((await swift.ask("HEAD", "c")).headers.get("x-versions-location")).toBe("old");
  for (const data of ["one", "two", "three"]) await swift.put("c/o", data);
  expect((await swift.names("old")).map((name) => name.replace(/\d{10}\.\d{5}$/, "T"))).toEqual([
    "001o/T",
    "001o/T",
  ]);
  expect((await swift.ask("DELETE", "c/o")).status).toBe(204);
  expect((await swift.ask("GET", "c/o")).text).toBe("two");
  await swift.ask("DELETE", "c/o");
  await swift.ask("DELETE", "c/o");
  expect((await swift.ask("GET", "c/o")).status).toBe(404);
  expect(await swift.names("old")).toEqual([]);
});

test("X-History-Location keeps a marker of what was deleted", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("old");
  await swift.put("c", undefined, { "x-history-location": "old" });
  await swift.put("c/o", "one");
  await swift.put("c/o", "two");
  expect((await swift.ask("DELETE", "c/o")).status).toBe(204);
  expect((await swift.ask("GET", "c/o")).status).toBe(404);
  const types = (await swift.ask("GET", "old?format=json")).json.map(
    (row: { content_type: string }) => row.content_type,
  );
  expect(types).toHaveLength(3);
  expect(types).toContain("application/x-deleted;swift_versions_deleted=1");
});

test("X-Versions-Enabled: every version has an id, is read, listed and removed by it", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c/o", "before");
  await swift.ask("POST", "c", { headers: { "x-versions-enabled": "true" } });
  expect((await swift.ask("HEAD", "c")).headers.get("x-versions-enabled")).toBe("True");
  expect((await swift.ask("GET", "c/o?version-id=null")).text).toBe("before");
  const first = (await swift.put("c/o", "one")).headers.get("x-object-version-id")!;
  const second = (await swift.put("c/o", "two")).headers.get("x-object-version-id")!;
  expect(first).toMatch(/^\d{10}\.\d{5}$/);
  expect((await swift.ask("GET", "c/o")).text).toBe("two");
  expect((await swift.ask("GET", `c/o?version-id=${first}`)).text).toBe("one");
  // What was there is a version like any other now.
  expect((await swift.ask("GET", "c/o?version-id=null")).status).toBe(404);
  const versions = async () =>
    (await swift.ask("GET", "c?versions&format=json")).json.map(
      (row: { version_id: string; is_latest: boolean }) => [row.version_id, row.is_latest],
    );
  const all = await versions();
  expect(all.slice(0, 2)).toEqual([
    [second, true],
    [first, false],
  ]);
  const before = all[2][0];
  expect((await swift.ask("GET", `c/o?version-id=${before}`)).text).toBe("before");
  const marker = (await swift.ask("DELETE", "c/o")).headers.get("x-object-version-id")!;
  expect((await swift.ask("GET", "c/o")).status).toBe(404);
  expect((await versions())[0]).toEqual([marker, true]);
  expect((await swift.ask("DELETE", `c/o?version-id=${marker}`)).status).toBe(204);
  expect((await swift.ask("DELETE", `c/o?version-id=${first}`)).status).toBe(204);
  expect((await versions()).map(([id]: [string]) => id)).toEqual([second, before]);
  // Names behind a NUL are nobody's business.
  expect(await swift.names("")).toEqual(["c"]);
  expect((await swift.ask("DELETE", "c")).status).toBe(409);
});
