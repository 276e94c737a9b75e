import { expect, test } from "bun:test";
import { testCloud } from "../../testing/cloud.ts";

test("ID-08 create a user, v3", async () => {
  await using cloud = await testCloud({ windows: ["key"] });
  const keystone = await cloud.as("key");
  const created = await keystone.post("/v3/users", {
    user: { name: "nova2", password: "000000", domain_id: "default" },
  });
  expect(created.status).toBe(201);
  const { id, links } = created.body.user;
  expect(created.body).toEqual({
    user: {
      domain_id: "default",
      enabled: true,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      name: "nova2",
      options: {},
      password_expires_at: null,
      links: { self: expect.stringContaining(`/v3/users/${id}`) },
    },
  });
  expect(links.self).toStartWith("http://");
});

test("a name is taken only once in a domain", async () => {
  await using cloud = await testCloud({ windows: ["key"] });
  const keystone = await cloud.as("key");
  await keystone.post("/v3/users", { user: { name: "twin" } });
  const again = await keystone.post("/v3/users", { user: { name: "twin" } });
  expect(again.status).toBe(409);
  expect(again.body).toEqual({
    error: {
      code: 409,
      message:
        "Conflict occurred attempting to store user - Duplicate entry found with name twin at domain ID default.",
      title: "Conflict",
    },
  });
});

test("a member may show itself and nobody else", async () => {
  await using cloud = await testCloud({ windows: ["key"] });
  const demo = await cloud.as("key", "demo");
  const admin = await cloud.as("key");
  const users = (await admin.get("/v3/users")).body.users as { id: string; name: string }[];
  const idOf = (name: string) => users.find((user) => user.name === name)!.id;
  expect((await demo.get(`/v3/users/${idOf("demo")}`)).status).toBe(200);
  const other = await demo.get(`/v3/users/${idOf("admin")}`);
  expect(other.status).toBe(403);
  expect(other.body.error.message).toBe(
    "You are not authorized to perform the requested action: identity:get_user.",
  );
  expect((await demo.get("/v3/users")).status).toBe(403);
});

test("disabling a user ends its tokens at once", async () => {
  await using cloud = await testCloud({ windows: ["key"] });
  const admin = await cloud.as("key");
  const demo = await cloud.as("key", "demo");
  const { user } = (await demo.get("/v3/auth/tokens", { "x-subject-token": await cloud.token("demo") })).body
    .token;
  expect((await admin.patch(`/v3/users/${user.id}`, { user: { enabled: false } })).status).toBe(200);
  expect((await demo.get("/v3/auth/projects")).status).toBe(401);
});
