import { expect, test } from "bun:test";
import { FakeClock } from "../../../core/clock.ts";
import { clientWith, expectRefusals, identityCloud, make, namesIn } from "../../testing.ts";

const UNAUTHORIZED = "The request you have made requires authentication.";
const CREDENTIALS = { username: "demo", password: "secret" };

test("ID-22 ID-23 a token with its catalog by HTTP", async () => {
  await using all = await identityCloud({ clock: new FakeClock() });
  const { admin, cloud } = all;
  const service = await make(admin, "POST /v3/services", { service: { type: "compute", name: "nova" } });
  for (const side of ["public", "internal", "admin"]) {
    await make(admin, "POST /v3/endpoints", {
      endpoint: {
        service_id: service.id,
        interface: side,
        region_id: "RegionOne",
        url: "http://203.0.113.10:8774/v2/$(tenant_id)s",
      },
    });
  }
  const [project] = (await admin.get("/v3/projects?name=demo")).body.projects;
  const body = { auth: { passwordCredentials: CREDENTIALS, tenantName: "demo" } };
  const answer = await cloud.request("key", "POST", "/v2.0/tokens", body);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("vary")).toBe("X-Auth-Token");
  const url = `http://203.0.113.10:8774/v2/${project.id}`;
  expect(answer.body).toEqual({
    access: {
      token: {
        id: expect.stringMatching(/^gAAAA[\w-]+$/),
        expires: "2013-02-28T17:39:31Z",
        issued_at: "2013-02-27T17:39:31.123000Z",
        audit_ids: [expect.any(String)],
        tenant: { id: project.id, name: "demo", description: "", enabled: true },
      },
      serviceCatalog: [
        expect.objectContaining({
          type: "identity",
          endpoints: [expect.objectContaining({ publicURL: expect.stringMatching(/\/v2\.0$/) })],
        }),
        {
          type: "compute",
          name: "nova",
          endpoints_links: [],
          endpoints: [
            { id: expect.any(String), region: "RegionOne", publicURL: url, internalURL: url, adminURL: url },
          ],
        },
      ],
      user: {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        name: "demo",
        username: "demo",
        roles: [{ name: "member" }, { name: "reader" }],
        roles_links: [],
      },
      metadata: { is_admin: 0, roles: [expect.any(String), expect.any(String)] },
    },
  });
  // The token works in v3 as well.
  const { token } = answer.body.access;
  expect(namesIn((await clientWith(cloud, token.id).get("/v3/auth/projects")).body.projects)).toContain(
    "demo",
  );
});

test("unscoped; by the tenant's id; from a token", async () => {
  await using all = await identityCloud();
  const { cloud } = all;
  const post = (auth: object) => cloud.request("key", "POST", "/v2.0/tokens", { auth });
  const unscoped = await post({ passwordCredentials: CREDENTIALS });
  expect(unscoped.body.access).toMatchObject({ serviceCatalog: [], user: { roles: [] } });
  expect(unscoped.body.access.token.tenant).toBeUndefined();
  const { id } = unscoped.body.access.token;
  const tenants = (await clientWith(cloud, id).get("/v2.0/tenants")).body.tenants;
  const scoped = await post({ token: { id }, tenantId: tenants[0].id });
  expect(scoped.body.access.token.tenant.name).toBe("demo");
  expect(scoped.body.access.token.expires).toBe(unscoped.body.access.token.expires);
  const userId = scoped.body.access.user.id;
  const byId = await post({ passwordCredentials: { userId, password: "secret" }, tenantName: "demo" });
  expect(byId.status).toBe(200);
});

test("look at a token, check it, list its endpoints, revoke it", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const body = { auth: { passwordCredentials: CREDENTIALS, tenantName: "demo" } };
  const made = (await cloud.request("key", "POST", "/v2.0/tokens", body)).body;
  const { id, tenant } = made.access.token;
  const path = `/v2.0/tokens/${id}`;
  expect((await admin.get(path)).body).toEqual(made);
  const head = await admin.head(path);
  expect([head.status, head.text]).toEqual([200, ""]);
  expect((await admin.get(`${path}?belongsTo=${tenant.id}`)).status).toBe(200);
  const endpoints = (await admin.get(`${path}/endpoints`)).body;
  expect(endpoints.endpoints).toMatchObject([
    { type: "identity", name: "keystone", publicURL: expect.any(String) },
  ]);
  await expectRefusals(admin, [
    [`GET ${path}?belongsTo=none`, undefined, 401, UNAUTHORIZED],
    ["GET /v2.0/tokens/nonsense", undefined, 404, "Could not recognize Fernet token"],
    ["GET /v2.0/tokens/revoked", undefined, 410, /no longer available/],
  ]);
  const demo = clientWith(cloud, id);
  await expectRefusals(demo, [[`DELETE ${path}`, undefined, 403, /admin_required/]]);
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.get(path)).status).toBe(404);
  expect((await demo.get("/v2.0/tenants")).status).toBe(401);
});

test("what is refused", async () => {
  await using all = await identityCloud();
  const anonymous = clientWith(all.cloud, "");
  const post = "POST /v2.0/tokens";
  await expectRefusals(anonymous, [
    [post, { auth: { passwordCredentials: { ...CREDENTIALS, password: "x" } } }, 401, UNAUTHORIZED],
    [post, { auth: { passwordCredentials: { username: "nobody", password: "x" } } }, 401, UNAUTHORIZED],
    [post, { auth: { passwordCredentials: CREDENTIALS, tenantName: "none" } }, 401, UNAUTHORIZED],
    [post, { auth: { passwordCredentials: CREDENTIALS, tenantName: "admin" } }, 401, UNAUTHORIZED],
    [post, { auth: { token: { id: "x" }, tenantName: "demo" } }, 401, UNAUTHORIZED],
    [post, { auth: {} }, 400, /^Expecting to find passwordCredentials in auth\./],
    [
      post,
      { auth: { passwordCredentials: { username: "demo" } } },
      400,
      /^Expecting to find password in passwordCredentials/,
    ],
    [post, {}, 400, /^Expecting to find auth in request body\.|'auth' is a required property/],
    [post, "{", 400, /^Expecting to find valid JSON in request body\./],
  ]);
  const challenge = await anonymous.post("/v2.0/tokens", {
    auth: { passwordCredentials: { ...CREDENTIALS, password: "x" } },
  });
  expect(challenge.headers.get("www-authenticate")).toMatch(/^Keystone uri="http:\/\/[^/]+"$/);
});
