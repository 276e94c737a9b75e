import { expect, test } from "bun:test";
import { clientWith, identityCloud } from "../testing.ts";

test("a token by OAuth 2.0's client credentials, which are an application credential's", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const demo = await cloud.as("key", "demo");
  const { user } = (await admin.get("/v3/auth/tokens", { "x-subject-token": await cloud.token("demo") })).body
    .token;
  const { application_credential: made } = (
    await demo.post(`/v3/users/${user.id}/application_credentials`, {
      application_credential: { name: "robot" },
    })
  ).body;
  const ask = (authorization: string | undefined, body: string) =>
    cloud.request("key", "POST", "/v3/OS-OAUTH2/token", body, {
      "content-type": "application/x-www-form-urlencoded",
      ...(authorization === undefined ? {} : { authorization }),
    });
  const basic = (id: string, secret: string) => `Basic ${btoa(`${id}:${secret}`)}`;
  const good = basic(made.id, made.secret);
  const grant = "grant_type=client_credentials";
  const answer = await ask(good, grant);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    access_token: expect.stringMatching(/^gAAAA/),
    token_type: "Bearer",
    expires_in: 86_400,
  });
  const robot = clientWith(cloud, answer.body.access_token);
  expect((await robot.get("/v3/auth/projects")).status).toBe(200);
  const refusals = [
    [undefined, grant, 401, "invalid_client", "OAuth2.0 client authorization is required."],
    ["Bearer x", grant, 401, "invalid_client", "OAuth2.0 client authorization type bearer is not supported."],
    [basic("", "x"), grant, 401, "invalid_client", "OAuth2.0 client authorization is invalid."],
    [good, "", 400, "invalid_request", "The parameter grant_type is required."],
    [
      good,
      "grant_type=password",
      400,
      "unsupported_grant_type",
      "The parameter grant_type password is not supported.",
    ],
  ] as const;
  for (const [header, body, status, error, error_description] of refusals) {
    const refused = await ask(header, body);
    expect([refused.status, refused.body]).toEqual([status, { error, error_description }]);
  }
  const wrong = await ask(basic(made.id, "wrong"), grant);
  expect([wrong.status, wrong.body.error]).toEqual([401, "invalid_client"]);
  expect(wrong.headers.get("www-authenticate")).toBe('Keystone uri="http://127.0.0.1/v3"');
});
