// Behaviour that Swift's own functional tests ask for (test/functional of Swift 2.30) and that crosses middleware.

import { expect, test } from "bun:test";
import { addUser, objectCloud, swiftAs } from "../testing.ts";

test("a link kept as a version leads nobody where they may not go", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await addUser(cloud, { name: "eve", project: "evil", role: "member" });
  const eve = await swiftAs(cloud, "eve", "evil");
  const asEve = (path: string) => eve.raw("GET", `/v1/${swift.account}/${path}`);
  await swift.put("versioned");
  await swift.put("secret");
  await swift.put("secret/o", "hidden");
  await swift.ask("POST", "versioned", {
    headers: { "x-versions-enabled": "true", "x-container-read": "evil:eve" },
  });
  const plain = await swift.put("versioned/plain", "shown");
  expect((await asEve("versioned/plain")).text).toBe("shown");
  const id = plain.headers.get("x-object-version-id");
  expect((await asEve(`versioned/plain?version-id=${id}`)).status).toBe(403);
  await swift.put("versioned/link", undefined, { "x-symlink-target": "secret/o" });
  expect((await swift.ask("GET", "versioned/link")).text).toBe("hidden");
  expect((await asEve("versioned/link")).status).toBe(403);
  await swift.ask("POST", "secret", { headers: { "x-container-read": "evil:eve" } });
  expect((await asEve("versioned/link")).text).toBe("hidden");
});

test("from history to stack: a DELETE takes the marker away and brings the version back", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("old");
  await swift.put("c", undefined, { "x-history-location": "old" });
  await swift.put("c/o", "one");
  await swift.put("c/o", "two");
  await swift.ask("DELETE", "c/o");
  expect(await swift.names("old")).toHaveLength(3);
  await swift.ask("POST", "c", { headers: { "x-versions-location": "old" } });
  await swift.ask("DELETE", "c/o");
  expect((await swift.ask("GET", "c/o")).text).toBe("two");
  expect(await swift.names("old")).toHaveLength(1);
});

test("versions count against a container's quota, and are listed backwards oldest first", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.ask("POST", "c", {
    headers: { "x-versions-enabled": "true", "x-container-meta-quota-bytes": "10" },
  });
  const first = (await swift.put("c/o", "aaaaa")).headers.get("x-object-version-id");
  const second = (await swift.put("c/o", "bbbbb")).headers.get("x-object-version-id");
  expect((await swift.ask("PUT", "c/o", { body: "ccccc" })).status).toBe(413);
  const listed = await swift.ask("GET", "c?versions&reverse=on&format=json");
  expect(listed.json.map((row: { version_id: string }) => row.version_id)).toEqual([first, second]);
  for (const format of ["plain", "xml"])
    expect((await swift.ask("GET", `c?versions&format=${format}`)).status).toBe(406);
});

test("X-If-Delete-At: only what is to be gone at that second is removed", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  const at = String(Math.floor(Date.now() / 1000) + 100);
  await swift.put("c");
  await swift.put("c/o", "data", { "x-delete-at": at });
  const remove = (value: string) => swift.ask("DELETE", "c/o", { headers: { "x-if-delete-at": value } });
  expect((await remove("bad")).status).toBe(400);
  expect((await remove(String(Number(at) + 1))).status).toBe(412);
  expect((await remove(at)).status).toBe(204);
  expect((await swift.ask("GET", "c/o")).status).toBe(404);
});

test("segments are given out to pages their container's ACL names", async () => {
  await using cloud = await objectCloud();
  const swift = await swiftAs(cloud);
  const nobody = await swiftAs(cloud, null);
  const read = { "x-container-read": ".r:example.com,.rlistings" };
  await swift.put("c", undefined, read);
  await swift.put("segments", undefined, read);
  await swift.put("segments/s1", "one ");
  await swift.put("segments/s2", "two");
  await swift.put("c/dlo", "", { "x-object-manifest": "segments/s" });
  const manifest = JSON.stringify([{ path: "/segments/s1" }, { path: "/segments/s2" }]);
  await swift.put("c/slo?multipart-manifest=put", manifest);
  for (const object of ["dlo", "slo"]) {
    const from = (referer: string) => nobody.ask("GET", `c/${object}`, { headers: { referer } });
    expect((await from("http://example.com/page")).text).toBe("one two");
    expect((await from("http://elsewhere.org/")).status).toBe(401);
  }
});

test("etag-quoter: entity tags in quotes where the container or the account asks for it", async () => {
  await using cloud = await objectCloud({
    rc: [
      "[[post-config|$SWIFT_CONFIG_PROXY_SERVER]]",
      "[pipeline:main]",
      "pipeline = catch_errors cache etag-quoter authtoken keystoneauth proxy-server",
    ].join("\n"),
  });
  const swift = await swiftAs(cloud);
  await swift.put("c");
  await swift.put("c/o", "data");
  const etag = async () => (await swift.ask("HEAD", "c/o")).headers.get("etag");
  const bare = "8d777f385d3dfec8815d20f7496026dc";
  expect(await etag()).toBe(bare);
  await swift.ask("POST", "", { headers: { "x-account-rfc-compliant-etags": "true" } });
  expect(await etag()).toBe(`"${bare}"`);
  await swift.ask("POST", "c", { headers: { "x-container-rfc-compliant-etags": "false" } });
  expect(await etag()).toBe(bare);
  expect((await swift.ask("HEAD", "c")).headers.get("x-container-rfc-compliant-etags")).toBe("False");
  expect((await swift.raw("GET", "/info")).json.etag_quoter).toEqual({ enable_by_default: false });
});
