import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PropertyProtections } from "./protections.ts";
import { createImage, imageCloud, PATCH, reason } from "./testing.ts";

const FILE = `
# who may do what
[^x_owner_.*]
create = admin,member
read = admin,member
update = admin,member
delete = admin,member

[^x_billing_.*]
create = admin
read = admin
update = admin
delete = admin

[^x_fixed$]
create = @
read = @
update = !
delete = !

[.*]
create = @
read = @
update = @
delete = @
`;

function written(text: string): { file: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "stack-protections-"));
  const file = join(folder, "property-protections.conf");
  writeFileSync(file, text);
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

test("properties are protected by role: created, read, changed and removed by some only", async () => {
  using conf = written(FILE);
  await using cloud = await imageCloud({
    settings: { GLANCE_PROPERTY_PROTECTION_FILE: conf.file, GLANCE_V1: "True" },
  });
  const admin = await cloud.as("g-api");
  const demo = await cloud.as("g-api", "demo");
  const refused = await demo.post("/v2/images", { x_billing_code: "1" });
  expect([refused.status, reason(refused.text)]).toEqual([403, "Property 'x_billing_code' is protected"]);
  const id = await createImage(demo, { x_owner_a: "1", x_fixed: "1", other: "1" });
  const patch = (client: typeof demo, op: string, path: string, value?: string) =>
    client.patch(`/v2/images/${id}`, [{ op, path: `/${path}`, value }], PATCH).then(({ status }) => status);
  expect(await patch(admin, "add", "x_billing_code", "7")).toBe(200);
  const own = (await demo.get(`/v2/images/${id}`)).body;
  expect(own.x_billing_code).toBeUndefined();
  expect(own.x_owner_a).toBe("1");
  expect((await admin.get(`/v2/images/${id}`)).body.x_billing_code).toBe("7");
  const listed = (await demo.get("/v2/images")).body.images[0];
  expect([listed.other, listed.x_billing_code]).toEqual(["1", undefined]);
  // What may not be read is not there to be changed.
  expect(await patch(demo, "replace", "x_billing_code", "8")).toBe(409);
  expect(await patch(demo, "add", "x_billing_code", "8")).toBe(403);
  expect(await patch(demo, "remove", "x_billing_code")).toBe(409);
  expect(await patch(demo, "replace", "x_fixed", "2")).toBe(403);
  expect(await patch(demo, "remove", "x_fixed")).toBe(403);
  expect(await patch(demo, "replace", "x_owner_a", "2")).toBe(200);
  expect(await patch(demo, "remove", "other")).toBe(200);
  expect((await admin.get(`/v2/images/${id}`)).body.x_billing_code).toBe("7");

  // Version 1 keeps what the caller cannot see when it purges the rest.
  const head = await demo.head(`/v1/images/${id}`);
  expect(head.headers.has("x-image-meta-property-x_billing_code")).toBeFalse();
  const fixed = { "x-image-meta-property-x_fixed": "1" };
  const purged = await demo.put(`/v1/images/${id}`, undefined, fixed);
  expect([purged.status, purged.body.image.properties]).toEqual([200, { x_fixed: "1" }]);
  expect((await demo.put(`/v1/images/${id}`, undefined, {})).status).toBe(403);
  const changed = { ...fixed, "x-image-meta-property-x_billing_code": "9" };
  expect((await demo.put(`/v1/images/${id}`, undefined, changed)).status).toBe(403);
  expect((await admin.get(`/v2/images/${id}`)).body).toMatchObject({ x_billing_code: "7", x_fixed: "1" });
});

test("properties are protected by policy rules", async () => {
  using conf = written(
    "[.*]\ncreate = context_is_admin\nread = default\nupdate = default\ndelete = context_is_admin\n",
  );
  await using cloud = await imageCloud({
    settings: {
      GLANCE_PROPERTY_PROTECTION_FILE: conf.file,
      GLANCE_PROPERTY_PROTECTION_RULE_FORMAT: "policies",
    },
  });
  const admin = await cloud.as("g-api");
  const demo = await cloud.as("g-api", "demo");
  expect((await demo.post("/v2/images", { a: "1" })).status).toBe(403);
  const id = await createImage(admin, { a: "1", visibility: "public" });
  expect((await demo.get(`/v2/images/${id}`)).body.a).toBe("1");
});

test("a file that makes no sense is refused", () => {
  const all = "create = a\nread = a\nupdate = a\n";
  for (const [text, why] of [
    [`[a]\n${all}`, "[a] says nothing of delete"],
    [`[(]\n${all}delete = a`, "Invalid regular expression"],
    [`[a]\n${all}delete = @,!`, "mutually exclusive"],
    ["create = a", "makes no sense"],
  ] as const) {
    expect(() => PropertyProtections.parse(text, "roles")).toThrow(why);
  }
  expect(() => PropertyProtections.parse(`[a]\n${all}delete = a,b`, "policies")).toThrow(
    "only one policy rule",
  );
  expect(() => PropertyProtections.load("/nowhere", "roles")).toThrow("GLANCE_PROPERTY_PROTECTION_FILE");
  expect(() => PropertyProtections.load("/nowhere", "other")).toThrow("roles or policies");
});
