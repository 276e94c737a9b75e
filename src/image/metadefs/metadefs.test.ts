import { expect, test } from "bun:test";
import { imageCloud, reason } from "../testing.ts";

const ALL = "/v2/metadefs/namespaces";
const CPU = `${ALL}/OS::Compute::CPU`;

async function definitions() {
  const cloud = await imageCloud();
  const admin = await cloud.as("g-api", "admin");
  const member = await cloud.as("g-api", "demo");
  return { cloud, admin, member };
}

const said = (answer: { status: number; text: string }) => [answer.status, reason(answer.text)];

test("a namespace comes with all it holds, and goes with it", async () => {
  const { cloud, admin } = await definitions();
  await using _ = cloud;
  const cores = { title: "Cores", type: "integer", minimum: 1 };
  const made = await admin.post(ALL, {
    namespace: "OS::Compute::CPU",
    display_name: "CPU",
    visibility: "public",
    resource_type_associations: [{ name: "OS::Glance::Image", prefix: "hw_" }],
    properties: { cpu_cores: cores },
    objects: [{ name: "limits", required: ["quota"], properties: { quota: { title: "Q", type: "string" } } }],
    tags: [{ name: "smp" }],
  });
  expect(made.status).toBe(201);
  expect(made.headers.get("location")).toContain(CPU);

  const shown = await admin.get(CPU);
  expect(shown.body).toMatchObject({
    namespace: "OS::Compute::CPU",
    display_name: "CPU",
    visibility: "public",
    protected: false,
    self: CPU,
    schema: "/v2/schemas/metadefs/namespace",
    resource_type_associations: [{ name: "OS::Glance::Image", prefix: "hw_" }],
    properties: { cpu_cores: cores },
    objects: [{ name: "limits", self: `${CPU}/objects/limits` }],
    tags: [{ name: "smp" }],
  });
  const prefixed = await admin.get(`${CPU}?resource_type=OS::Glance::Image`);
  expect(Object.keys(prefixed.body.properties)).toEqual(["hw_cpu_cores"]);
  const typed = `${CPU}/properties/hw_cpu_cores?resource_type=OS::Glance::Image`;
  expect((await admin.get(typed)).body).toMatchObject({ name: "cpu_cores", ...cores });

  expect((await admin.delete(CPU)).status).toBe(204);
  expect(said(await admin.get(CPU))).toEqual([
    404,
    "Metadata definition namespace=OS::Compute::CPU was not found.",
  ]);
  const left = [
    "metadef_namespaces",
    "metadef_objects",
    "metadef_properties",
    "metadef_tags",
    "metadef_namespace_resource_types",
  ].map((table) => cloud.sql("glance", `SELECT count(*) AS n FROM ${table}`)[0]);
  expect(left).toEqual(left.map(() => ({ n: 0 })));
});

test("a namespace that cannot be made whole is not made at all", async () => {
  const { cloud, admin } = await definitions();
  await using _ = cloud;
  const twice = await admin.post(ALL, { namespace: "one", tags: [{ name: "a" }, { name: "a" }] });
  expect(twice.status).toBe(409);
  expect((await admin.get(`${ALL}/one`)).status).toBe(404);
});

test("namespaces are listed by who may see them, filtered, sorted, and paged", async () => {
  const { cloud, admin, member } = await definitions();
  await using _ = cloud;
  for (const namespace of ["a", "b", "c"]) {
    await admin.post(ALL, {
      namespace,
      visibility: namespace === "b" ? "private" : "public",
      ...(namespace === "c" ? { resource_type_associations: [{ name: "OS::Nova::Flavor" }] } : {}),
    });
  }
  const names = async (client: typeof admin, query: string) =>
    (await client.get(`${ALL}${query}`)).body.namespaces.map(
      (entry: { namespace: string }) => entry.namespace,
    );
  const byName = "?sort_key=namespace&sort_dir=asc";
  expect(await names(admin, byName)).toEqual(["a", "b", "c"]);
  expect(await names(member, byName)).toEqual(["a", "c"]);
  expect(await names(admin, `${byName}&visibility=private`)).toEqual(["b"]);
  expect(await names(admin, "?resource_types=OS::Nova::Flavor")).toEqual(["c"]);
  const page = (await admin.get(`${ALL}${byName}&limit=2`)).body;
  expect(page.namespaces.length).toBe(2);
  expect((await admin.get(page.next)).body.namespaces).toEqual([expect.objectContaining({ namespace: "c" })]);
  expect((await member.get(`${ALL}/b`)).status).toBe(404);
  expect((await admin.get(`${ALL}?visibility=secret`)).status).toBe(400);
  expect((await admin.get(`${ALL}?sort_key=moon`)).status).toBe(400);
});

test("only an admin writes definitions; names are taken once; protected ones stay", async () => {
  const { cloud, admin, member } = await definitions();
  await using _ = cloud;
  expect((await member.post(ALL, { namespace: "mine" })).status).toBe(403);
  await admin.post(ALL, { namespace: "kept", visibility: "public", protected: true });
  expect(said(await admin.post(ALL, { namespace: "kept" }))).toEqual([
    409,
    "The metadata definition namespace=kept already exists.",
  ]);
  const kept = `${ALL}/kept`;
  await admin.post(`${kept}/objects`, { name: "o" });
  await admin.post(`${kept}/properties`, { name: "p", title: "P", type: "string" });
  await admin.post(`${kept}/tags/t`);
  expect(said(await admin.delete(kept))).toEqual([
    403,
    "Metadata definition namespace kept is protected and cannot be deleted.",
  ]);
  for (const inside of ["objects/o", "objects", "properties/p", "properties", "tags/t", "tags"]) {
    expect([inside, (await admin.delete(`${kept}/${inside}`)).status]).toEqual([inside, 403]);
    expect((await member.delete(`${kept}/${inside}`)).status).toBe(403);
  }
  expect((await member.get(kept)).status).toBe(200);
  const opened = await admin.put(kept, { namespace: "kept", visibility: "public", protected: false });
  expect(opened.body).toMatchObject({ namespace: "kept", protected: false });
  expect((await admin.delete(kept)).status).toBe(204);
});

test("objects, properties and tags are made, changed, renamed and deleted", async () => {
  const { cloud, admin } = await definitions();
  await using _ = cloud;
  await admin.post(ALL, { namespace: "n", visibility: "public" });
  const n = `${ALL}/n`;

  const object = await admin.post(`${n}/objects`, { name: "o", description: "first" });
  expect([object.status, object.body.description]).toEqual([201, "first"]);
  expect((await admin.post(`${n}/objects`, { name: "o" })).status).toBe(409);
  expect((await admin.put(`${n}/objects/o`, { name: "o2" })).body.name).toBe("o2");
  expect(said(await admin.get(`${n}/objects/o`))).toEqual([
    404,
    "The metadata definition object with name=o was not found in namespace=n.",
  ]);
  expect((await admin.get(`${n}/objects`)).body.objects).toEqual([expect.objectContaining({ name: "o2" })]);
  expect((await admin.delete(`${n}/objects/o2`)).status).toBe(204);

  const property = { name: "p", title: "P", type: "string", enum: ["x", "y"] };
  expect((await admin.post(`${n}/properties`, property)).body).toMatchObject(property);
  expect((await admin.post(`${n}/properties`, property)).status).toBe(409);
  expect((await admin.post(`${n}/properties`, { name: "q", title: "Q", type: "moon" })).status).toBe(400);
  expect((await admin.put(`${n}/properties/p`, { ...property, title: "Other" })).body.title).toBe("Other");
  expect(Object.keys((await admin.get(`${n}/properties`)).body.properties)).toEqual(["p"]);
  expect((await admin.delete(`${n}/properties/p`)).status).toBe(204);
  expect((await admin.get(`${n}/properties/p`)).status).toBe(404);

  const tags = async () =>
    (await admin.get(`${n}/tags?sort_key=name&sort_dir=asc`)).body.tags.map(
      (tag: { name: string }) => tag.name,
    );
  expect((await admin.post(`${n}/tags/t1`)).status).toBe(201);
  expect((await admin.post(`${n}/tags/t1`)).status).toBe(409);
  await admin.put(`${n}/tags/t1`, { name: "t2" });
  expect(await tags()).toEqual(["t2"]);
  await admin.post(`${n}/tags`, { tags: [{ name: "t3" }] }, { "x-openstack-append": "true" });
  expect(await tags()).toEqual(["t2", "t3"]);
  await admin.post(`${n}/tags`, { tags: [{ name: "t4" }] });
  expect(await tags()).toEqual(["t4"]);
  expect((await admin.delete(`${n}/tags`)).status).toBe(204);
  expect(await tags()).toEqual([]);
});

test("resource types are known from the start, and made when first associated", async () => {
  const { cloud, admin, member } = await definitions();
  await using _ = cloud;
  const types = async () =>
    (await member.get("/v2/metadefs/resource_types")).body.resource_types.map(
      (type: { name: string }) => type.name,
    );
  expect(await types()).toContain("OS::Glance::Image");
  await admin.post(ALL, { namespace: "n", visibility: "public" });
  const inside = `${ALL}/n/resource_types`;
  const made = await admin.post(inside, { name: "My::Own", prefix: "my_" });
  expect([made.status, made.body.name, made.body.prefix]).toEqual([201, "My::Own", "my_"]);
  expect((await admin.post(inside, { name: "My::Own" })).status).toBe(409);
  expect(await types()).toContain("My::Own");
  expect((await admin.get(inside)).body.resource_type_associations.length).toBe(1);
  expect((await admin.delete(`${inside}/My::Own`)).status).toBe(204);
  expect((await admin.delete(`${inside}/My::Own`)).status).toBe(404);
  expect((await admin.get(inside)).body.resource_type_associations).toEqual([]);
});
