import { expect, test } from "bun:test";
import { signature } from "../oauth1-signature.ts";
import { clientWith, expectRefusals, identityCloud, logIn, make, namesIn } from "../testing.ts";

async function world() {
  const all = await identityCloud();
  const { admin, cloud } = all;
  const consumer = await make(admin, "POST /v3/OS-OAUTH1/consumers", {
    consumer: { description: "printer" },
  });
  // To authorise is the administrator's, as in Keystone.
  const scope = { project: { name: "demo", domain: { id: "default" } } };
  const owner = await logIn(cloud, { name: "admin", password: "secret" }, scope);
  const { user, project } = owner.answer.body.token;
  let nonce = 0;
  /** A request signed by the consumer. */
  const signed = (
    path: string,
    parameters: Record<string, string>,
    tokenSecret = "",
    {
      headers = {},
      body,
      secret = consumer.secret,
    }: { headers?: object; body?: unknown; secret?: string } = {},
  ) => {
    const all_: Record<string, string> = {
      oauth_consumer_key: consumer.id,
      oauth_signature_method: "HMAC-SHA1",
      oauth_timestamp: String(Math.floor(Date.now() / 1000)),
      oauth_nonce: String(++nonce),
      oauth_version: "1.0",
      ...parameters,
    };
    const request = {
      method: "POST",
      url: `http://127.0.0.1${path}`,
      query: new URLSearchParams(),
      parameters: all_,
    };
    all_["oauth_signature"] = signature(request, secret, tokenSecret);
    const pairs = Object.entries(all_).map(([name, value]) => `${name}="${encodeURIComponent(value)}"`);
    return cloud.request("key", "POST", path, body, {
      ...headers,
      authorization: `OAuth ${pairs.join(", ")}`,
    });
  };
  const requestToken = async () => {
    const answer = await signed("/v3/OS-OAUTH1/request_token", { oauth_callback: "oob" }, "", {
      headers: { "requested-project-id": project.id },
    });
    return { answer, ...Object.fromEntries(new URLSearchParams(answer.text)) } as {
      answer: typeof answer;
      oauth_token: string;
      oauth_token_secret: string;
    };
  };
  return { all, admin, cloud, consumer, owner, user, project, signed, requestToken };
}

test("consumers: create with a secret shown once, list, show, change, delete", async () => {
  const { all, admin, consumer } = await world();
  await using _ = all;
  const path = `/v3/OS-OAUTH1/consumers/${consumer.id}`;
  expect(consumer).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    description: "printer",
    secret: expect.stringMatching(/^[0-9a-f]{32}$/),
    links: { self: expect.stringMatching(new RegExp(`${path}$`)) },
  });
  const { secret: _secret, ...shown } = consumer;
  expect((await admin.get(path)).body).toEqual({ consumer: shown });
  expect((await admin.get("/v3/OS-OAUTH1/consumers")).body.consumers).toEqual([shown]);
  const changed = await admin.patch(path, { consumer: { description: "d" } });
  expect(changed.body.consumer).toEqual({ ...shown, description: "d" });
  await expectRefusals(admin, [
    [`PATCH ${path}`, { consumer: { secret: "mine" } }, 400, /secret/],
    ["GET /v3/OS-OAUTH1/consumers/none", undefined, 404, "Consumer not found"],
  ]);
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.get(path)).status).toBe(404);
});

test("from a request token, authorised by a user, to an access token and to a token", async () => {
  const { all, admin, cloud, owner, user, project, consumer, signed, requestToken } = await world();
  await using _ = all;
  const asked = await requestToken();
  expect(asked.answer.status).toBe(201);
  expect(asked.answer.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
  const authorized = await owner.put(`/v3/OS-OAUTH1/authorize/${asked.oauth_token}`, {
    roles: [{ name: "member" }],
  });
  expect(authorized.status).toBe(200);
  const access = await signed(
    "/v3/OS-OAUTH1/access_token",
    { oauth_token: asked.oauth_token, oauth_verifier: authorized.body.token.oauth_verifier },
    asked.oauth_token_secret,
  );
  expect(access.status).toBe(201);
  const { oauth_token: id, oauth_token_secret: secret } = Object.fromEntries(
    new URLSearchParams(access.text),
  );
  const path = `/v3/users/${user.id}/OS-OAUTH1/access_tokens`;
  const shown = (await owner.get(path)).body.access_tokens;
  expect(shown).toMatchObject([
    { id, consumer_id: consumer.id, project_id: project.id, authorizing_user_id: user.id },
  ]);
  expect(namesIn((await owner.get(`${path}/${id}/roles`)).body.roles)).toEqual(["member"]);
  const entered = await signed("/v3/auth/tokens", { oauth_token: id! }, secret, {
    body: { auth: { identity: { methods: ["oauth1"], oauth1: {} } } },
    headers: {},
  });
  expect(entered.status).toBe(201);
  expect(entered.body.token).toMatchObject({
    methods: ["oauth1"],
    user: { id: user.id },
    project: { id: project.id },
    "OS-OAUTH1": { access_token_id: id, consumer_id: consumer.id },
  });
  const inside = clientWith(cloud, entered.headers.get("x-subject-token")!);
  expect((await inside.get("/v3/auth/projects")).status).toBe(200);
  expect((await owner.delete(`${path}/${id}`)).status).toBe(204);
  expect((await inside.get("/v3/auth/projects")).status).toBe(401);
  // A request token serves once.
  const again = await signed(
    "/v3/OS-OAUTH1/access_token",
    { oauth_token: asked.oauth_token, oauth_verifier: authorized.body.token.oauth_verifier },
    asked.oauth_token_secret,
  );
  expect(again.status).toBe(404);
  expect((await admin.get(`${path}/${id}`)).status).toBe(404);
});

test("what is refused", async () => {
  const { all, owner, cloud, signed, requestToken } = await world();
  await using _ = all;
  const { oauth_token: id, oauth_token_secret: secret } = await requestToken();
  await expectRefusals(owner, [
    [`PUT /v3/OS-OAUTH1/authorize/${id}`, { roles: "x" }, 400, /is not of type 'array'/],
    [`PUT /v3/OS-OAUTH1/authorize/${id}`, { roles: [{ name: "service" }] }, 401, /./],
    ["PUT /v3/OS-OAUTH1/authorize/none", { roles: [{ name: "member" }] }, 404, /./],
  ]);
  await expectRefusals(await cloud.as("key", "demo"), [
    ["GET /v3/OS-OAUTH1/consumers", undefined, 403, /identity:list_consumers/],
    [`PUT /v3/OS-OAUTH1/authorize/${id}`, { roles: [{ name: "member" }] }, 403, /identity:authorize/],
  ]);
  const path = "/v3/OS-OAUTH1/access_token";
  const early = await signed(path, { oauth_token: id, oauth_verifier: "x" }, secret);
  expect(early.status).toBe(401);
  const forged = await signed(path, { oauth_token: id, oauth_verifier: "x" }, "wrong");
  expect(forged.status).toBe(401);
  const bare = await owner.post("/v3/OS-OAUTH1/request_token");
  expect(bare.status).toBe(400);
  const wrongSecret = await signed("/v3/OS-OAUTH1/request_token", { oauth_callback: "oob" }, "", {
    secret: "x",
  });
  expect([400, 401]).toContain(wrongSecret.status);
});
