import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import { tokenValidator } from "../../http/auth.ts";
import type { TestCloud } from "../../testing/cloud.ts";
import { clientWith, expectRefusals, identityCloud, logIn, make, namesIn } from "../testing.ts";

async function world() {
  const clock = new FakeClock();
  const all = await identityCloud({ clock });
  const { admin, cloud } = all;
  const [project] = (await admin.get("/v3/projects?name=demo")).body.projects;
  const demo = await logIn(cloud, { name: "demo", password: "secret" }, { project: { id: project.id } });
  const userId = demo.answer.body.token.user.id as string;
  const path = `/v3/users/${userId}/application_credentials`;
  const create = (fields: object) => make(demo, `POST ${path}`, { application_credential: fields });
  return { all, admin, cloud, clock, project, demo, userId, path, create };
}

async function enter(cloud: TestCloud, application_credential: object, more: object = {}) {
  const answer = await cloud.request("key", "POST", "/v3/auth/tokens", {
    auth: { identity: { methods: ["application_credential"], application_credential }, ...more },
  });
  const token = answer.headers.get("x-subject-token") ?? "";
  return { answer, token, client: clientWith(cloud, token) };
}

test("create, list, show, delete; the secret is shown once", async () => {
  const { all, demo, project, userId, path } = await world();
  await using _ = all;
  const created = await demo.post(path, {
    application_credential: {
      name: "monitoring",
      description: "d",
      expires_at: "2014-02-27T18:30:59.123456Z",
    },
  });
  expect(created.status).toBe(201);
  const { secret, ...rest } = created.body.application_credential;
  expect(secret).toMatch(/^[\w-]{86}$/);
  expect(rest).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: "monitoring",
    description: "d",
    project_id: project.id,
    user_id: userId,
    system: null,
    unrestricted: false,
    expires_at: "2014-02-27T18:30:59.123456",
    roles: expect.any(Array),
    links: { self: expect.stringMatching(new RegExp(`/v3/application_credentials/${rest.id}$`)) },
  });
  expect(namesIn(rest.roles)).toEqual(["member", "reader"]);
  expect((await demo.get(`${path}/${rest.id}`)).body).toEqual({ application_credential: rest });
  expect((await demo.get(`${path}?name=monitoring`)).body.application_credentials).toEqual([rest]);
  expect((await demo.get(`${path}?name=x`)).body.application_credentials).toEqual([]);
  expect((await demo.delete(`${path}/${rest.id}`)).status).toBe(204);
  expect((await demo.get(`${path}/${rest.id}`)).status).toBe(404);
});

test("logging in by id or by name and user; always in its project, with its roles", async () => {
  const { all, cloud, project, userId, create } = await world();
  await using _ = all;
  const { id } = await create({ name: "c", secret: "s", roles: [{ name: "reader" }] });
  const { answer, client } = await enter(cloud, { id, secret: "s" });
  expect(answer.status).toBe(201);
  expect(answer.body.token).toMatchObject({
    methods: ["application_credential"],
    project: { id: project.id },
    application_credential: { id, name: "c", restricted: true },
  });
  expect(namesIn(answer.body.token.roles)).toEqual(["reader"]);
  const user = { id: userId };
  expect((await enter(cloud, { name: "c", user, secret: "s" })).answer.status).toBe(201);
  expect(
    (await enter(cloud, { name: "c", user: { name: "demo", domain: { id: "default" } }, secret: "s" })).answer
      .status,
  ).toBe(201);
  expect((await enter(cloud, { id, secret: "wrong" })).answer.status).toBe(401);
  expect((await enter(cloud, { id: "none", secret: "s" })).answer.status).toBe(404);
  const elsewhere = { scope: { domain: { id: "default" } } };
  expect((await enter(cloud, { id, secret: "s" }, elsewhere)).answer.status).toBe(401);
  // It may not make others of its kind, nor trusts.
  await expectRefusals(client, [
    [`POST /v3/users/${userId}/application_credentials`, { application_credential: { name: "d" } }, 403, /./],
  ]);
});

test("an unrestricted one may make others", async () => {
  const { all, cloud, userId, create } = await world();
  await using _ = all;
  const { id } = await create({ name: "c", secret: "s", unrestricted: true });
  const { client } = await enter(cloud, { id, secret: "s" });
  const path = `/v3/users/${userId}/application_credentials`;
  expect((await client.post(path, { application_credential: { name: "d" } })).status).toBe(201);
});

test("its tokens end with it, with its time, and with its user's role", async () => {
  const { all, admin, cloud, clock, demo, project, userId, path, create } = await world();
  await using _ = all;
  const works = async (token: string) =>
    (await clientWith(cloud, token).get("/v3/auth/projects")).status === 200;
  const short = await create({ name: "short", secret: "s", expires_at: "2013-02-27T18:00:00Z" });
  const first = await enter(cloud, { id: short.id, secret: "s" });
  expect(await works(first.token)).toBe(true);
  await clock.advance(3_600_000);
  expect(await works(first.token)).toBe(false);
  expect((await enter(cloud, { id: short.id, secret: "s" })).answer.status).toBe(401);

  const gone = await create({ name: "gone", secret: "s" });
  const second = await enter(cloud, { id: gone.id, secret: "s" });
  await demo.delete(`${path}/${gone.id}`);
  expect(await works(second.token)).toBe(false);

  const last = await create({ name: "last", secret: "s" });
  const third = await enter(cloud, { id: last.id, secret: "s" });
  const [member] = (await admin.get("/v3/roles?name=member")).body.roles;
  await admin.delete(`/v3/projects/${project.id}/users/${userId}/roles/${member.id}`);
  expect(await works(third.token)).toBe(false);
});

test("access rules narrow what the token may be used for", async () => {
  const { all, cloud, demo, userId, path, create } = await world();
  await using _ = all;
  const rule = { service: "compute", method: "GET", path: "/v2.1/servers" };
  const { id, access_rules } = await create({ name: "c", secret: "s", access_rules: [rule] });
  expect(access_rules).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{32}$/), ...rule }]);
  const { token, answer, client } = await enter(cloud, { id, secret: "s" });
  expect(answer.body.token.application_credential.access_rules).toMatchObject([rule]);
  const validator = all.context.peers.get(tokenValidator);
  const use = { serviceTypes: ["compute"], method: "GET", paths: ["/v2.1/servers"] };
  expect(validator.validate(token, use)?.userId).toBe(userId);
  expect(validator.validate(token, { ...use, method: "POST" })).toBeNull();
  expect(validator.validate(token, { ...use, serviceTypes: ["image"] })).toBeNull();
  expect(validator.validate(token)).toBeNull();
  expect((await client.get("/v3/auth/projects")).status).toBe(401);
  // A service that does not know of access rules must not be told that the token is good.
  const look = (headers: object) => demo.get("/v3/auth/tokens", { "x-subject-token": token, ...headers });
  expect((await look({})).status).toBe(404);
  expect((await look({ "openstack-identity-access-rules": "1" })).status).toBe(200);
  // The rule is the user's; it goes when no credential uses it.
  const rules = `/v3/users/${userId}/access_rules`;
  const listed = (await demo.get(rules)).body.access_rules;
  expect(listed).toMatchObject([rule]);
  expect((await demo.get(`${rules}/${listed[0].id}`)).body.access_rule).toMatchObject(rule);
  await expectRefusals(demo, [
    [`DELETE ${rules}/${listed[0].id}`, undefined, 403, "May not delete access rule in use"],
    [`GET ${rules}/none`, undefined, 404, "Could not find Access Rule: none."],
  ]);
  await demo.delete(`${path}/${id}`);
  expect((await demo.delete(`${rules}/${listed[0].id}`)).status).toBe(204);
});

test("what is refused", async () => {
  const { all, admin, demo, path, create } = await world();
  await using _ = all;
  await create({ name: "c" });
  const post = `POST ${path}`;
  await expectRefusals(demo, [
    [
      post,
      { application_credential: { name: "c" } },
      409,
      "Conflict occurred attempting to store application_credential - Duplicate entry found with name c.",
    ],
    [post, { application_credential: {} }, 400, /^'name' is a required property/],
    [
      post,
      { application_credential: { name: "d", roles: [{ name: "admin" }] } },
      400,
      "Invalid application credential: Cannot create an application credential with unassigned role",
    ],
    [
      post,
      { application_credential: { name: "d", expires_at: "soon" } },
      400,
      /^Timestamp not in expected format\./,
    ],
    [
      post,
      { application_credential: { name: "d", expires_at: "2012-01-01" } },
      400,
      /must not be before now/,
    ],
    [`GET ${path}/none`, undefined, 404, "Could not find Application Credential: none."],
    [`DELETE ${path}/none`, undefined, 404, "Could not find Application Credential: none."],
  ]);
  await expectRefusals(admin, [
    [post, { application_credential: { name: "d" } }, 403, /create_application_credential/],
  ]);
});
