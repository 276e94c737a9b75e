import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { FakeClock } from "../../core/clock.ts";
import { ec2Signature } from "../ec2-signature.ts";
import { clientWith, expectRefusals, identityCloud, logIn, make } from "../testing.ts";

async function world() {
  const clock = new FakeClock();
  const all = await identityCloud({ clock });
  const scope = { project: { name: "demo", domain: { id: "default" } } };
  const demo = await logIn(all.cloud, { name: "demo", password: "secret" }, scope);
  const { user, project } = demo.answer.body.token;
  const keys = await make(demo, `POST /v3/users/${user.id}/credentials/OS-EC2`, { tenant_id: project.id });
  const signed = (params: Record<string, string> = {}, secret: string = keys.secret) => {
    const request = {
      access: keys.access as string,
      verb: "GET",
      host: "127.0.0.1:8773",
      path: "/services/Cloud",
      params: {
        Action: "DescribeInstances",
        SignatureVersion: "2",
        SignatureMethod: "HmacSHA256",
        ...params,
      },
      headers: {},
    };
    const full = { ...request, signature: "", bodyHash: "" };
    return { credentials: { ...request, signature: ec2Signature(full, secret) } };
  };
  return { all, admin: all.admin, clock, demo, user, project, keys, signed };
}

test("an EC2 signature becomes a token for its owner, which the identity API does not take", async () => {
  const { all, admin, user, project, signed } = await world();
  await using _ = all;
  const answer = await admin.post("/v3/ec2tokens", signed({ Timestamp: "2013-02-27T17:39:31Z" }));
  expect(answer.status).toBe(200);
  expect(answer.body.token).toMatchObject({
    methods: ["ec2credential"],
    user: { id: user.id },
    project: { id: project.id },
  });
  const token = answer.headers.get("x-subject-token")!;
  expect((await admin.get("/v3/auth/tokens", { "x-subject-token": token })).status).toBe(200);
  expect((await clientWith(all.cloud, token).get("/v3/auth/projects")).status).toBe(403);
  // The same in the manner of v2.0.
  const old = await admin.post("/v2.0/ec2tokens", { ec2Credentials: signed().credentials });
  expect([old.status, old.body.access.user.name]).toEqual([200, "demo"]);
});

test("what is refused", async () => {
  const { all, admin, clock, demo, signed } = await world();
  await using _ = all;
  const unauthorized = "The request you have made requires authentication.";
  const path = "POST /v3/ec2tokens";
  await expectRefusals(admin, [
    [path, signed({}, "wrong"), 401, unauthorized],
    [path, { credentials: { ...signed().credentials, access: "none" } }, 404, /^Could not find credential: /],
    [path, { credentials: {} }, 401, unauthorized],
    [path, signed({ Timestamp: "then" }), 401, unauthorized],
  ]);
  const old = signed({ Timestamp: "2013-02-27T17:39:31Z" });
  await clock.advance(15 * 60_000 + 1000);
  await expectRefusals(admin, [[path, old, 401, unauthorized]]);
  await expectRefusals(demo, [[path, signed(), 403, /identity:ec2tokens_validate/]]);
  expect((await all.cloud.request("key", "POST", "/v3/ec2tokens", signed())).status).toBe(401);
});

test("an S3 signature", async () => {
  const { all, admin, keys, user } = await world();
  await using _ = all;
  const text = "GET\n\n\nWed, 27 Feb 2013 17:39:31 GMT\n/bucket";
  const signature = createHmac("sha1", keys.secret).update(text).digest("base64");
  const credentials = { access: keys.access, token: Buffer.from(text).toString("base64url"), signature };
  const answer = await admin.post("/v3/s3tokens", { credentials });
  expect([answer.status, answer.body.token.user.id]).toEqual([200, user.id]);
  expect((await admin.post("/v3/s3tokens", { credentials: { ...credentials, signature: "x" } })).status).toBe(
    401,
  );
});
