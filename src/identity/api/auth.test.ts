import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import type { TestCloud } from "../../testing/cloud.ts";
import { clientWith, expectRefusals, identityCloud, logIn, make, namesIn } from "../testing.ts";

const DOMAIN = { id: "default" };
const UNAUTHORIZED = "The request you have made requires authentication.";

const post = (cloud: TestCloud, auth: unknown, query = "") =>
  cloud.request("key", "POST", `/v3/auth/tokens${query}`, { auth });
const byPassword = (user: object) => ({ methods: ["password"], password: { user } });
const DEMO = byPassword({ name: "demo", domain: DOMAIN, password: "secret" });

test("a token in a project: who, where, roles, catalog, times", async () => {
  await using all = await identityCloud({ clock: new FakeClock() });
  const { cloud } = all;
  const answer = await post(cloud, { identity: DEMO, scope: { project: { name: "demo", domain: DOMAIN } } });
  expect(answer.status).toBe(201);
  expect(answer.headers.get("x-subject-token")).toMatch(/^gAAAA[\w-]+$/);
  expect(answer.headers.get("vary")).toBe("X-Auth-Token");
  const domain = { id: "default", name: "Default" };
  expect(answer.body).toEqual({
    token: {
      methods: ["password"],
      user: { id: expect.any(String), name: "demo", domain, password_expires_at: null },
      audit_ids: [expect.stringMatching(/^[\w-]{22}$/)],
      issued_at: "2013-02-27T17:39:31.123000Z",
      expires_at: "2013-02-28T17:39:31.123000Z",
      project: { id: expect.stringMatching(/^[0-9a-f]{32}$/), name: "demo", domain },
      is_domain: false,
      roles: [
        { id: expect.any(String), name: "member" },
        { id: expect.any(String), name: "reader" },
      ],
      catalog: [
        {
          id: expect.any(String),
          type: "identity",
          name: "keystone",
          endpoints: expect.arrayContaining([
            {
              id: expect.any(String),
              interface: "public",
              region: "RegionOne",
              region_id: "RegionOne",
              url: expect.any(String),
            },
          ]),
        },
      ],
    },
  });
  const bare = await post(
    cloud,
    { identity: DEMO, scope: { project: { name: "demo", domain: DOMAIN } } },
    "?nocatalog",
  );
  expect(bare.body.token.catalog).toBeUndefined();
});

test("every way to name the user and the scope", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const [user] = (await admin.get("/v3/users?name=admin")).body.users;
  const [project] = (await admin.get("/v3/projects?name=admin")).body.projects;
  const password = "secret";
  const users = [
    { id: user.id, password },
    { name: "admin", domain: DOMAIN, password },
    { name: "admin", domain: { name: "Default" }, password },
  ];
  for (const who of users) expect((await post(cloud, { identity: byPassword(who) })).status).toBe(201);
  const identity = byPassword(users[0]!);
  const scopes: [scope: object | string | undefined, shown: object][] = [
    [undefined, {}],
    ["unscoped", {}],
    [{ unscoped: {} }, {}],
    [{ project: { id: project.id } }, { project: { name: "admin" } }],
    [{ project: { name: "demo", domain: { name: "Default" } } }, { project: { name: "demo" } }],
    [{ domain: { id: "default" } }, { domain: { id: "default", name: "Default" } }],
    [{ domain: { name: "Default" } }, { domain: { id: "default" } }],
    [{ system: { all: true } }, { system: { all: true } }],
  ];
  for (const [scope, shown] of scopes) {
    const { status, body } = await post(cloud, { identity, ...(scope === undefined ? {} : { scope }) });
    const { project: inProject, domain, system } = body.token ?? {};
    const part = Object.fromEntries(
      Object.entries({ project: inProject, domain, system }).filter(([, value]) => value !== undefined),
    );
    expect({ scope, status }).toEqual({ scope, status: 201 });
    expect(part).toMatchObject(shown);
    expect(Object.keys(part)).toEqual(Object.keys(shown));
  }
});

test("who has a default project gets it unless another scope is asked for", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const [demo] = (await admin.get("/v3/users?name=demo")).body.users;
  const [project] = (await admin.get("/v3/projects?name=demo")).body.projects;
  await admin.patch(`/v3/users/${demo.id}`, { user: { default_project_id: project.id } });
  expect((await post(cloud, { identity: DEMO })).body.token.project.id).toBe(project.id);
  expect((await post(cloud, { identity: DEMO, scope: "unscoped" })).body.token.project).toBeUndefined();
  await admin.patch(`/v3/projects/${project.id}`, { project: { enabled: false } });
  expect((await post(cloud, { identity: DEMO })).body.token.project).toBeUndefined();
});

test("a token for another token: same end, same chain, other scope", async () => {
  const clock = new FakeClock();
  await using all = await identityCloud({ clock });
  const { cloud } = all;
  const first = await logIn(cloud, { name: "demo", password: "secret" });
  await clock.advance(60_000);
  const identity = { methods: ["token"], token: { id: first.token } };
  const scope = { project: { name: "demo", domain: DOMAIN } };
  const second = await post(cloud, { identity, scope });
  expect(second.status).toBe(201);
  expect(second.body.token).toMatchObject({
    methods: ["password", "token"],
    expires_at: first.answer.body.token.expires_at,
    audit_ids: [expect.any(String), first.answer.body.token.audit_ids[0]],
    project: { name: "demo" },
  });
  const third = { methods: ["token"], token: { id: second.headers.get("x-subject-token") } };
  expect((await post(cloud, { identity: third, scope: "unscoped" })).status).toBe(201);
  expect((await post(cloud, { identity: { methods: ["token"], token: { id: "x" } } })).status).toBe(404);
});

test("KEYSTONE_ALLOW_RESCOPE=False: only an unscoped token can be exchanged", async () => {
  await using all = await identityCloud({ settings: { KEYSTONE_ALLOW_RESCOPE: "False" } });
  const { cloud } = all;
  const scope = { project: { name: "demo", domain: DOMAIN } };
  const scoped = await logIn(cloud, { name: "demo", password: "secret" }, scope);
  const exchange = (id: string) => post(cloud, { identity: { methods: ["token"], token: { id } }, scope });
  expect((await exchange(scoped.token)).status).toBe(403);
  const unscoped = await logIn(cloud, { name: "demo", password: "secret" });
  expect((await exchange(unscoped.token)).status).toBe(201);
});

test("what is refused when a token is asked for", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const anonymous = clientWith(cloud, "");
  const malformed = /^Expecting to find .* The server could not comply with the request/;
  const ask = (auth: unknown, status: number, message: string | RegExp) =>
    ["POST /v3/auth/tokens", { auth }, status, message] as const;
  const user = (fields: object) =>
    byPassword({ name: "demo", domain: DOMAIN, password: "secret", ...fields });
  await expectRefusals(anonymous, [
    ask({ identity: user({ password: "wrong" }) }, 401, UNAUTHORIZED),
    ask({ identity: user({ name: "nobody" }) }, 401, UNAUTHORIZED),
    ask({ identity: byPassword({ id: "none", password: "x" }) }, 401, UNAUTHORIZED),
    ask({ identity: user({ domain: { id: "none" } }) }, 401, UNAUTHORIZED),
    ask({ identity: DEMO, scope: { project: { name: "admin", domain: DOMAIN } } }, 401, UNAUTHORIZED),
    ask({ identity: DEMO, scope: { project: { id: "none" } } }, 401, UNAUTHORIZED),
    ask({ identity: DEMO, scope: { domain: { id: "default" } } }, 401, UNAUTHORIZED),
    ask({ identity: DEMO, scope: { system: { all: true } } }, 401, UNAUTHORIZED),
    ask({ identity: DEMO, scope: { project: { name: "demo" } } }, 400, malformed),
    ask({ identity: DEMO, scope: {} }, 400, malformed),
    ask(
      { identity: DEMO, scope: { project: {} } },
      400,
      "Invalid input for field scope/project: id or name must be present.",
    ),
    ask({ identity: { methods: ["password"] } }, 400, /^Expecting to find password in identity\./),
    ask(
      { identity: { methods: ["magic"], magic: {} } },
      401,
      "Attempted to authenticate with an unsupported method.",
    ),
    ask({ identity: { methods: [] } }, 401, UNAUTHORIZED),
    ask(
      { identity: byPassword({ password: "x" }) },
      400,
      "Invalid input for field identity/password/user: id or name must be present.",
    ),
    ask({ identity: byPassword({ name: "demo", password: "x" }) }, 400, malformed),
    ask({}, 400, /'identity' is a required property/),
    ["POST /v3/auth/tokens", {}, 400, /auth/],
  ]);
  const challenge = await post(cloud, { identity: user({ password: "wrong" }) });
  expect(challenge.headers.get("www-authenticate")).toMatch(/^Keystone uri="http:\/\/.*\/v3"$/);
  const unsupported = await post(cloud, { identity: { methods: ["magic"], magic: {} } });
  expect(unsupported.body.error.identity.methods).toContain("password");
  expect((await admin.get("/v3/users", { "x-auth-token": "" })).status).toBe(401);
});

test("look at a token, check it, revoke it", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const demo = await logIn(
    cloud,
    { name: "demo", password: "secret" },
    { project: { name: "demo", domain: DOMAIN } },
  );
  const subject = { "x-subject-token": demo.token };
  const shown = await admin.get("/v3/auth/tokens", subject);
  expect(shown.status).toBe(200);
  expect(shown.body).toEqual(demo.answer.body);
  expect(shown.headers.get("x-subject-token")).toBe(demo.token);
  expect((await admin.get("/v3/auth/tokens?nocatalog", subject)).body.token.catalog).toBeUndefined();
  const head = await admin.head("/v3/auth/tokens", subject);
  expect([head.status, head.text]).toEqual([200, ""]);
  // One's own token may be looked at; another's may not.
  expect((await demo.get("/v3/auth/tokens", subject)).status).toBe(200);
  const foreign = { "x-subject-token": await cloud.token() };
  const denied = await demo.get("/v3/auth/tokens", foreign);
  expect([denied.status, denied.body.error.message]).toEqual([
    403,
    "You are not authorized to perform the requested action: identity:validate_token.",
  ]);
  const revoked = await demo.delete("/v3/auth/tokens", subject);
  expect([revoked.status, revoked.text]).toEqual([204, ""]);
  expect((await demo.get("/v3/auth/projects")).status).toBe(401);
  const lookAt = async (token: string) => {
    const { status, body } = await admin.get("/v3/auth/tokens", { "x-subject-token": token });
    return [status, body.error?.message];
  };
  expect(await lookAt(demo.token)).toEqual([404, "Failed to validate token"]);
  expect(await lookAt("nonsense")).toEqual([404, "Could not recognize Fernet token"]);
  expect(await lookAt("")).toEqual([404, "No token in the request"]);
  const events = (await admin.get("/v3/OS-REVOKE/events")).body.events;
  expect(events).toEqual([
    {
      audit_id: demo.answer.body.token.audit_ids[0],
      issued_before: expect.any(String),
      revoked_at: expect.any(String),
    },
  ]);
  expect((await admin.get("/v3/OS-REVOKE/events?since=2099-01-01T00:00:00Z")).body.events).toEqual([]);
  expect((await admin.get("/v3/OS-REVOKE/events?since=then")).status).toBe(400);
});

test("ID-25 an expired token is 401; with allow_expired it can still be looked at", async () => {
  const clock = new FakeClock();
  await using all = await identityCloud({ clock });
  const { cloud } = all;
  const demo = await logIn(cloud, { name: "demo", password: "secret" });
  await clock.advance(86_400_000);
  expect((await demo.get("/v3/auth/projects")).status).toBe(401);
  const admin = await logIn(
    cloud,
    { name: "admin", password: "secret" },
    { project: { name: "admin", domain: DOMAIN } },
  );
  const subject = { "x-subject-token": demo.token };
  expect((await admin.get("/v3/auth/tokens", subject)).status).toBe(404);
  expect((await admin.get("/v3/auth/tokens?allow_expired=1", subject)).body.token.user.name).toBe("demo");
});

test("where one may go: projects, domains, the system; and the catalog", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  expect(namesIn((await admin.get("/v3/auth/projects")).body.projects)).toEqual(["admin", "demo"]);
  expect(namesIn((await admin.get("/v3/auth/domains")).body.domains)).toEqual(["Default"]);
  expect((await admin.get("/v3/auth/system")).body.system).toEqual([{ all: true }]);
  const catalog = await admin.get("/v3/auth/catalog");
  expect(catalog.body).toEqual({
    catalog: [expect.objectContaining({ type: "identity" })],
    links: { self: expect.stringMatching(/\/v3\/auth\/catalog$/) },
  });
  const demo = await logIn(cloud, { name: "demo", password: "secret" });
  expect((await demo.get("/v3/auth/system")).body.system).toEqual([]);
  expect((await demo.get("/v3/auth/domains")).body.domains).toEqual([]);
  expect((await demo.get("/v3/auth/catalog")).status).toBe(403);
});

test("ID-01 the static token may do everything, without any user", async () => {
  await using all = await identityCloud();
  const root = clientWith(all.cloud, "ADMIN");
  expect((await root.get("/v3/users")).status).toBe(200);
  const created = await root.post("/v3/users", {
    user: { name: "first", domain_id: "default", password: "x" },
  });
  expect(created.status).toBe(201);
  const [role] = (await root.get("/v3/roles?name=admin")).body.roles;
  expect((await root.put(`/v3/domains/default/users/${created.body.user.id}/roles/${role.id}`)).status).toBe(
    204,
  );
  const subject = { "x-subject-token": await all.cloud.token("demo") };
  expect((await root.get("/v3/auth/tokens", subject)).body.token.user.name).toBe("demo");
  // It is nobody: there is no domain a new user could be put into.
  await expectRefusals(root, [["POST /v3/users", { user: { name: "x" } }, 400, /using the admin token/]]);
  expect((await clientWith(all.cloud, "ADMINX").get("/v3/users")).status).toBe(401);
});

test("two methods where the user's rules ask for them; a receipt carries the first", async () => {
  const clock = new FakeClock(59_000);
  await using all = await identityCloud({ clock });
  const { admin, cloud } = all;
  const [demo] = (await admin.get("/v3/users?name=demo")).body.users;
  const seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  await make(admin, "POST /v3/credentials", { credential: { user_id: demo.id, type: "totp", blob: seed } });
  await admin.patch(`/v3/users/${demo.id}`, {
    user: { options: { multi_factor_auth_rules: [["password", "totp"]], multi_factor_auth_enabled: true } },
  });
  const totp = { user: { id: demo.id, passcode: "287082" } };
  const first = await post(cloud, { identity: DEMO });
  expect(first.status).toBe(401);
  expect(first.body).toMatchObject({
    receipt: { methods: ["password"], user: { name: "demo" } },
    required_auth_methods: [["password", "totp"]],
  });
  const receipt = first.headers.get("openstack-auth-receipt")!;
  const second = await cloud.request(
    "key",
    "POST",
    "/v3/auth/tokens",
    { auth: { identity: { methods: ["totp"], totp } } },
    { "openstack-auth-receipt": receipt },
  );
  expect(second.status).toBe(201);
  const both = { methods: ["password", "totp"], password: DEMO.password, totp };
  expect((await post(cloud, { identity: both })).body.token.methods).toEqual(["password", "totp"]);
  const wrong = { ...both, totp: { user: { id: demo.id, passcode: "000000" } } };
  expect((await post(cloud, { identity: wrong })).status).toBe(401);
});
