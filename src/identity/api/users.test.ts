import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import { clientWith, expectRefusals, identityCloud, logIn, make, namesIn } from "../testing.ts";

test("ID-08 create a user, v3", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v3/users", {
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

test("ID-06 ID-07 a user has an e-mail address and what else one gives it; list, show, change, delete", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const user = await make(admin, "POST /v3/users", {
    user: { name: "ann", password: "admin1", email: "ann@xxx.com", description: "first", phone: [1, 2] },
  });
  expect(user).toMatchObject({ email: "ann@xxx.com", description: "first", phone: [1, 2], enabled: true });
  const list = await admin.get("/v3/users");
  expect(namesIn(list.body.users)).toEqual([
    "admin",
    "ann",
    "cinder",
    "demo",
    "glance",
    "neutron",
    "nova",
    "placement",
    "swift",
  ]);
  expect(list.body.links).toEqual({
    next: null,
    previous: null,
    self: expect.stringMatching(/\/v3\/users$/),
  });
  const path = `/v3/users/${user.id}`;
  const changed = await admin.patch(path, { user: { name: "anne", email: null, enabled: false } });
  expect(changed.status).toBe(200);
  expect(changed.body.user).toMatchObject({ name: "anne", email: null, enabled: false, phone: [1, 2] });
  expect((await admin.get(path)).body.user).toMatchObject({ name: "anne", enabled: false });
  expect((await admin.head(path)).status).toBe(200);
  expect((await logIn(cloud, { name: "anne", password: "admin1" })).answer.status).toBe(401);
  const gone = await admin.delete(path);
  expect([gone.status, gone.text]).toEqual([204, ""]);
  expect((await admin.get(path)).status).toBe(404);
});

test("filters of the list", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const domain = await make(admin, "POST /v3/domains", { domain: { name: "other" } });
  await make(admin, "POST /v3/users", { user: { name: "Zoe", domain_id: domain.id, enabled: false } });
  const filters: [query: string, names: string[]][] = [
    ["name=demo", ["demo"]],
    ["name=nobody", []],
    [`domain_id=${domain.id}`, ["Zoe"]],
    ["enabled=false", ["Zoe"]],
    ["enabled=0&domain_id=default", []],
    ["name__contains=o&name__endswith=o", ["demo"]],
    ["name__istartswith=Z", ["Zoe"]],
    ["name__startswith=z", []],
    ["unknown=1&name=nova", ["nova"]],
  ];
  for (const [query, names] of filters) {
    expect({ query, names: namesIn((await admin.get(`/v3/users?${query}`)).body.users) }).toEqual({
      query,
      names,
    });
  }
});

test("ID-36 a user changes its own password; its tokens end", async () => {
  await using all = await identityCloud({ clock: new FakeClock() });
  const { cloud } = all;
  const demo = await logIn(cloud, { name: "demo", password: "secret" });
  const { id } = demo.answer.body.token.user;
  await expectRefusals(demo, [
    [
      `POST /v3/users/${id}/password`,
      { user: { password: "new" } },
      400,
      /'original_password' is a required/,
    ],
    [
      `POST /v3/users/${id}/password`,
      { user: { original_password: "wrong", password: "new" } },
      401,
      "The request you have made requires authentication.",
    ],
  ]);
  const change = { user: { original_password: "secret", password: "new" } };
  // Without a token: the password is the proof.
  expect((await cloud.request("key", "POST", `/v3/users/${id}/password`, change)).status).toBe(204);
  expect((await demo.get("/v3/auth/projects")).status).toBe(401);
  expect((await logIn(cloud, { name: "demo", password: "secret" })).answer.status).toBe(401);
  expect((await logIn(cloud, { name: "demo", password: "new" })).answer.status).toBe(201);
});

test("an administrator sets a password; null takes the log-in away", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const user = await make(admin, "POST /v3/users", { user: { name: "ann", password: "a" } });
  const statusWith = async (password: string) =>
    (await logIn(cloud, { name: "ann", password })).answer.status;
  expect(await statusWith("a")).toBe(201);
  await admin.patch(`/v3/users/${user.id}`, { user: { password: "b" } });
  expect([await statusWith("a"), await statusWith("b")]).toEqual([401, 201]);
  await admin.patch(`/v3/users/${user.id}`, { user: { password: null } });
  expect([await statusWith("b"), await statusWith("")]).toEqual([401, 401]);
});

test("a member may show itself and nobody else", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const demo = await cloud.as("key", "demo");
  const users = (await admin.get("/v3/users")).body.users as { id: string; name: string }[];
  const idOf = (name: string) => users.find((user) => user.name === name)!.id;
  expect((await demo.get(`/v3/users/${idOf("demo")}`)).status).toBe(200);
  const denied = (rule: string) =>
    `You are not authorized to perform the requested action: identity:${rule}.`;
  await expectRefusals(demo, [
    [`GET /v3/users/${idOf("admin")}`, undefined, 403, denied("get_user")],
    ["GET /v3/users/unknown", undefined, 403, denied("get_user")],
    ["GET /v3/users", undefined, 403, denied("list_users")],
    ["POST /v3/users", { user: { name: "x" } }, 403, denied("create_user")],
    ["POST /v3/users", { user: { name: 7 } }, 403, denied("create_user")],
    [`PATCH /v3/users/${idOf("demo")}`, { user: { enabled: true } }, 403, denied("update_user")],
    [`DELETE /v3/users/${idOf("demo")}`, undefined, 403, denied("delete_user")],
  ]);
});

test("what is refused", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const { id } = await make(admin, "POST /v3/users", { user: { name: "twin" } });
  await expectRefusals(admin, [
    [
      "POST /v3/users",
      { user: { name: "twin" } },
      409,
      "Conflict occurred attempting to store user - Duplicate entry found with name twin at domain ID default.",
    ],
    ["POST /v3/users", { user: { name: "x", domain_id: "nowhere" } }, 404, "Could not find domain: nowhere."],
    ["POST /v3/users", { user: {} }, 400, /^'name' is a required property\n\nFailed validating 'required'/],
    ["POST /v3/users", { user: { name: "" } }, 400, /^Invalid input for field 'name': '' is too short/],
    ["POST /v3/users", { user: { name: "x".repeat(256) } }, 400, /is too long/],
    ["POST /v3/users", { user: { name: "x", enabled: "yes" } }, 400, /'yes' is not of type 'boolean'/],
    [
      "POST /v3/users",
      { user: { name: "x", options: { a: 1 } } },
      400,
      /Additional properties are not allowed/,
    ],
    [
      "POST /v3/users",
      "{",
      400,
      "Expecting to find valid JSON in request body. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.",
    ],
    ["GET /v3/users/none", undefined, 404, "Could not find user: none."],
    ["PATCH /v3/users/none", { user: { enabled: true } }, 404, "Could not find user: none."],
    ["DELETE /v3/users/none", undefined, 404, "Could not find user: none."],
    [`PATCH /v3/users/${id}`, { user: { name: "admin" } }, 409, /Duplicate entry found with name admin/],
    [`PATCH /v3/users/${id}`, { user: { domain_id: "x" } }, 400, "Cannot change Domain ID"],
    [`PATCH /v3/users/${id}`, { user: { id: "x" } }, 400, "Cannot change ID"],
    [`PATCH /v3/users/${id}`, { user: {} }, 400, /does not have enough properties/],
    [
      "GET /v3/users?password_expires_at=xx:2026-01-01T00:00:00Z",
      undefined,
      400,
      /^The given operator xx is not valid/,
    ],
  ]);
});

test("disabling a user ends its tokens at once", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const demo = clientWith(cloud, await cloud.token("demo"));
  const { user } = (await demo.get("/v3/auth/tokens", { "x-subject-token": await cloud.token("demo") })).body
    .token;
  expect((await admin.patch(`/v3/users/${user.id}`, { user: { enabled: false } })).status).toBe(200);
  expect((await demo.get("/v3/auth/projects")).status).toBe(401);
});

test("projects of a user", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const demo = await logIn(cloud, { name: "demo", password: "secret" });
  const { id } = demo.answer.body.token.user;
  const own = await demo.get(`/v3/users/${id}/projects`);
  expect(namesIn(own.body.projects)).toEqual(["demo", "invisible_to_admin"]);
  expect(namesIn((await admin.get(`/v3/users/${id}/projects?name=demo`)).body.projects)).toEqual(["demo"]);
  const other = await admin.get("/v3/users?name=admin");
  expect((await demo.get(`/v3/users/${other.body.users[0].id}/projects`)).status).toBe(403);
});
