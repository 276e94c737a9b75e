import { afterAll, beforeAll, expect, test } from "bun:test";
import type { ApiClient, TestCloud } from "../../testing/cloud.ts";
import { createImage, imageCloud, reason, uploadImage } from "../testing.ts";

let cloud: TestCloud;
let demo: ApiClient;
let ids: string[];

beforeAll(async () => {
  cloud = await imageCloud();
  demo = await cloud.as("g-api", "demo");
  ids = [
    await uploadImage(demo, "a".repeat(100), {
      name: "a",
      disk_format: "raw",
      tags: ["x", "y"],
      os_distro: "debian",
    }),
    await uploadImage(demo, "b".repeat(300), {
      name: "b",
      disk_format: "qcow2",
      tags: ["x"],
      protected: true,
    }),
    await uploadImage(demo, "c".repeat(200), { name: "c, d", disk_format: "iso", min_ram: 64 }),
    await createImage(demo, { name: "e", disk_format: "raw", os_hidden: true }),
    await createImage(demo, { name: "f", container_format: "ovf" }),
  ];
});

afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

async function names(query: string): Promise<string> {
  const answer = await demo.get(`/v2/images?${query}`);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body.images.map((image: { name: string }) => image.name).join(" ");
}

test.each([
  ["", "f c, d b a"],
  ["name=a", "a"],
  ["name=in:a,b", "b a"],
  ['name=in:"c, d",f', "f c, d"],
  ["status=queued", "f"],
  ["status=in:queued,active&name=b", "b"],
  ["disk_format=in:qcow2,iso", "c, d b"],
  ["container_format=ovf", "f"],
  ["size=200", "c, d"],
  ["size_min=200", "c, d b"],
  ["size_min=150&size_max=250", "c, d"],
  ["min_ram=64", "c, d"],
  ["protected=true", "b"],
  ["os_hidden=true", "e"],
  ["tag=x", "b a"],
  ["tag=x&tag=y", "a"],
  ["os_distro=debian", "a"],
  ["os_distro=fedora", ""],
  ["created_at=gt:2000-01-01T00:00:00Z&name=a", "a"],
  ["created_at=lt:2000-01-01", ""],
  ["updated_at=neq:2000-01-01T00:00:00Z&name=a", "a"],
  ["visibility=shared&name=a", "a"],
  ["visibility=private", ""],
  ["sort=name:asc", "a b c, d f"],
  ["sort=size:asc,name", "f a c, d b"],
  ["sort_key=size&sort_dir=desc", "b c, d a f"],
  ["sort_key=disk_format&sort_dir=asc&sort_key=name&sort_dir=desc", "c, d b f a"],
  ["limit=2", "f c, d"],
  ["limit=0", ""],
])("%s lists %p", async (query, expected) => {
  expect(await names(query)).toBe(expected);
});

test("id, checksum and owner are filters", async () => {
  expect(await names(`id=in:${ids[0]},${ids[1]}`)).toBe("b a");
  const { checksum, os_hash_value, owner } = (await demo.get(`/v2/images/${ids[0]}`)).body;
  expect(await names(`checksum=${checksum}`)).toBe("a");
  expect(await names(`os_hash_value=${os_hash_value}`)).toBe("a");
  expect(await names(`owner=${owner}`)).toBe("f c, d b a");
  expect(await names("owner=nobody")).toBe("");
});

test.each([
  ["limit=x", "limit param must be an integer"],
  ["limit=-1", "limit param must be positive"],
  ["marker=nothing", "No image found with ID nothing"],
  ["visibility=secret", "Invalid visibility value: secret"],
  ["member_status=maybe", "Invalid status: maybe"],
  ["sort_key=owner", "Invalid sort key: owner."],
  ["sort_dir=up", "Invalid sort direction: up"],
  ["sort=name:up", "Invalid sort direction: up"],
  ["sort=name&sort_key=name", "Old and new sorting syntax cannot be combined"],
  ["sort_key=name&sort_dir=asc&sort_dir=desc", "Number of sort dirs does not match the number of sort keys"],
  ["changes-since=2013-01-01", 'The "changes-since" filter is no longer available on v2.'],
  ["os_hidden=x", "Invalid value 'x' for 'os_hidden' filter. Valid values are 'true' or 'false'."],
  ["size_min=x", "Unable to filter on a range with a non-numeric value."],
])("%s is refused", async (query, text) => {
  const answer = await demo.get(`/v2/images?${query}`);
  expect(answer.status).toBe(400);
  expect(reason(answer.text)).toContain(text);
});

test("pages follow each other by marker, in every order, without gaps", async () => {
  for (const sort of [
    "created_at:desc",
    "name:asc",
    "size:desc",
    "disk_format:asc,size:desc",
    "size:asc",
    "id:asc",
  ]) {
    const whole = await names(`sort=${sort}`);
    const seen: string[] = [];
    let next: string | undefined = `/v2/images?sort=${sort}&limit=1`;
    while (next) {
      const { body } = await demo.get(next);
      seen.push(...body.images.map((image: { name: string }) => image.name));
      expect(body.first).toBe(`/v2/images?sort=${encodeURIComponent(sort).replaceAll("%3A", "%3A")}&limit=1`);
      next = body.next;
      expect(seen.length).toBeLessThan(9);
    }
    expect(seen.join(" ")).toBe(whole);
  }
});

test("IM-07 the list has what the columns show", async () => {
  const { body } = await demo.get("/v2/images?name=a");
  expect(body).toEqual({
    images: [(await demo.get(`/v2/images/${ids[0]}`)).body],
    first: "/v2/images?name=a",
    schema: "/v2/schemas/images",
  });
  expect(body.images[0]).toMatchObject({
    id: ids[0],
    name: "a",
    disk_format: "raw",
    container_format: "bare",
    size: 100,
    status: "active",
  });
});
