import { expect, test } from "bun:test";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { peripheryCloud } from "../../testing/periphery-cloud.ts";

const version = (minor: number) => ({ "openstack-api-version": `compute 2.${minor}` });
/** Made with ssh-keygen, which also told the fingerprint (`-E md5`). */
const PUBLIC_KEY =
  "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDeGUxDjmrSAMRC4Cz/MdEe7+jFnHuh6BAi70Pyku3FyHtsZYq7oAYARHTeBZLEEb0vFprpYjoTe5mb222WX+Dql+Qh+ldfnjkZXYyhBxZnmgJMR6kQnRZafl65o1WFJYpWU7pd46KFCyVtYJxMBbg6I91/u9YWxUjwPekU/zzlzQ== mykey";
const FINGERPRINT = "e3:77:64:c9:12:87:18:d2:e5:a9:9e:f9:b2:98:5f:b3";

test("KP-01 generate: a PKCS#1 PEM of 2048 bits, shown once", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const made = await demo.post("/v2.1/os-keypairs", { keypair: { name: "test-key" } });
  expect(made.status).toBe(200);
  const { private_key, ...rest } = made.body.keypair;
  expect(private_key).toStartWith("-----BEGIN RSA PRIVATE KEY-----\n");
  const key = createPrivateKey(private_key);
  expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
  const [kind, data] = rest.public_key.split(" ");
  expect(kind).toBe("ssh-rsa");
  expect(rest.public_key).toEndWith("Generated-by-Nova");
  const { n = "" } = createPublicKey(key).export({ format: "jwk" });
  expect(Buffer.from(data, "base64").includes(Buffer.from(n, "base64url"))).toBe(true);
  expect(rest).toEqual({
    name: "test-key",
    public_key: rest.public_key,
    fingerprint: expect.stringMatching(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/),
    user_id: expect.any(String),
  });
  const shown = (await demo.get("/v2.1/os-keypairs/test-key")).body.keypair;
  expect(shown).toEqual({
    ...rest,
    id: 1,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    updated_at: null,
    deleted: false,
    deleted_at: null,
  });
});

test("KP-02 import a public key", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const keypair = { name: "mykey", public_key: PUBLIC_KEY };
  const made = await demo.post("/v2.1/os-keypairs", { keypair }, version(2));
  expect([made.status, made.body.keypair]).toEqual([
    201,
    {
      name: "mykey",
      public_key: PUBLIC_KEY,
      fingerprint: FINGERPRINT,
      type: "ssh",
      user_id: expect.any(String),
    },
  ]);
  const again = await demo.post("/v2.1/os-keypairs", { keypair });
  expect([again.status, again.body.conflictingRequest.message]).toEqual([
    409,
    "Key pair 'mykey' already exists.",
  ]);
  const bad = await demo.post("/v2.1/os-keypairs", { keypair: { name: "x", public_key: "ssh-rsa bogus" } });
  expect(bad.body.badRequest.message).toBe("Keypair data is invalid: failed to generate fingerprint");
});

test("since 2.92 keys are only imported, and names may have an @", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const post = (keypair: object, minor: number) =>
    demo.post("/v2.1/os-keypairs", { keypair }, version(minor));
  expect((await post({ name: "made" }, 92)).body.badRequest.message).toContain(
    "'public_key' is a required property",
  );
  expect((await post({ name: "me@home", public_key: PUBLIC_KEY }, 92)).status).toBe(201);
  expect((await post({ name: "me@work", public_key: PUBLIC_KEY }, 91)).body.badRequest.message).toBe(
    "An invalid 'name' value was provided. The name must be: Only expected characters: [_- 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ]",
  );
});

test("an x509 pair: a certificate and a PKCS#12 file", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const made = await demo.post("/v2.1/os-keypairs", { keypair: { name: "win", type: "x509" } }, version(2));
  expect(made.body.keypair).toMatchObject({ type: "x509" });
  expect(made.body.keypair.public_key).toStartWith("-----BEGIN CERTIFICATE-----");
  expect(Buffer.from(made.body.keypair.private_key, "base64")[0]).toBe(0x30);
});

test("KP-03 list and show", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  expect((await demo.get("/v2.1/os-keypairs")).body).toEqual({ keypairs: [] });
  for (const name of ["c", "a", "b"]) {
    await demo.post("/v2.1/os-keypairs", { keypair: { name, public_key: PUBLIC_KEY } });
  }
  const { keypairs } = (await demo.get("/v2.1/os-keypairs")).body;
  expect(keypairs.map((each: { keypair: object }) => each.keypair)).toEqual(
    ["a", "b", "c"].map((name) => ({ name, public_key: PUBLIC_KEY, fingerprint: FINGERPRINT })),
  );
  const page = await demo.get("/v2.1/os-keypairs?limit=2", version(35));
  expect(page.body.keypairs).toHaveLength(2);
  expect(page.body.keypairs_links).toEqual([
    { rel: "next", href: "http://127.0.0.1/v2.1/os-keypairs?limit=2&marker=b" },
  ]);
  expect((await demo.get("/v2.1/os-keypairs?limit=2&marker=b", version(35))).body).toEqual({
    keypairs: [{ keypair: expect.objectContaining({ name: "c", type: "ssh" }) }],
  });
  expect((await demo.get("/v2.1/os-keypairs?marker=zz", version(35))).body.badRequest.message).toBe(
    "Marker zz could not be found.",
  );
});

test("KP-04 delete", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const keypair = { name: "mykey", public_key: PUBLIC_KEY };
  await demo.post("/v2.1/os-keypairs", { keypair });
  const gone = await demo.delete("/v2.1/os-keypairs/mykey");
  expect([gone.status, gone.text]).toEqual([202, ""]);
  const missing = await demo.delete("/v2.1/os-keypairs/mykey");
  expect(missing.status).toBe(404);
  expect(missing.body.itemNotFound.message).toMatch(/^Keypair mykey not found for user [0-9a-f]{32}$/);
  await demo.post("/v2.1/os-keypairs", { keypair });
  expect((await demo.delete("/v2.1/os-keypairs/mykey", version(2))).status).toBe(204);
});

test("KP-08 key pairs belong to the user, and are limited", async () => {
  await using cloud = await peripheryCloud({ settings: { QUOTA_KEY_PAIRS: "1" } });
  const [admin, demo] = [await cloud.as("n-api"), await cloud.as("n-api", "demo")];
  const post = (client: typeof demo, name: string, more: object = {}) =>
    client.post("/v2.1/os-keypairs", { keypair: { name, public_key: PUBLIC_KEY, ...more } }, version(10));
  const made = await post(demo, "one");
  const userId = made.body.keypair.user_id;
  const full = await post(demo, "two");
  expect([full.status, full.body.forbidden.message]).toEqual([403, "Quota exceeded, too many key pairs."]);
  expect((await admin.get("/v2.1/os-keypairs", version(10))).body.keypairs).toEqual([]);
  expect((await admin.get("/v2.1/os-keypairs/one", version(10))).status).toBe(404);
  expect((await admin.get(`/v2.1/os-keypairs/one?user_id=${userId}`, version(10))).status).toBe(200);
  const { id: adminId } = (await cloud.as("key").then((key) => key.get("/v3/users?name=admin"))).body
    .users[0];
  expect((await demo.get(`/v2.1/os-keypairs?user_id=${adminId}`, version(10))).status).toBe(403);
  expect((await post(admin, "for-demo", { user_id: userId })).status).toBe(403);
  expect((await demo.delete("/v2.1/os-keypairs/one", version(10))).status).toBe(204);
  expect((await post(admin, "for-demo", { user_id: userId })).body.keypair.user_id).toBe(userId);
});
