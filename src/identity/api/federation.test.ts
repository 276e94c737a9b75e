import { expect, test } from "bun:test";
import { clientWith, expectRefusals, identityCloud } from "../testing.ts";

const PROVIDERS = "/v3/OS-FEDERATION/identity_providers";
const MAPPINGS = "/v3/OS-FEDERATION/mappings";
const SERVICES = "/v3/OS-FEDERATION/service_providers";
const RULES = [
  { local: [{ user: { name: "{0}" } }, { group: { id: "g" } }], remote: [{ type: "UserName" }] },
  { local: [{ groups: "{0}" }], remote: [{ type: "Groups", any_one_of: ["a.*"], regex: true }] },
];
const base = "http://127.0.0.1/v3/OS-FEDERATION";

test("identity providers and their remote ids", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const fields = { description: "D", enabled: true, remote_ids: ["b", "a"], authorization_ttl: 5 };
  const made = await admin.put(`${PROVIDERS}/ours`, { identity_provider: fields });
  expect(made.status).toBe(201);
  const links = {
    self: `${base}/identity_providers/ours`,
    protocols: `${base}/identity_providers/ours/protocols`,
  };
  const { domain_id } = made.body.identity_provider;
  const shown = { id: "ours", domain_id, ...fields, remote_ids: ["a", "b"], links };
  expect(made.body.identity_provider).toEqual(shown);
  expect((await admin.get(`/v3/domains/${domain_id}`)).body.domain).toMatchObject({
    name: domain_id,
    description: "Auto generated federated domain for Identity Provider: ours",
  });
  await admin.put(`${PROVIDERS}/other`, { identity_provider: { domain_id: "default" } });
  expect((await admin.get(`${PROVIDERS}?enabled=true`)).body.identity_providers).toEqual([shown]);
  const changed = await admin.patch(`${PROVIDERS}/ours`, {
    identity_provider: { remote_ids: ["c"], enabled: false },
  });
  expect(changed.body.identity_provider).toEqual({ ...shown, remote_ids: ["c"], enabled: false });
  await expectRefusals(admin, [
    [`PUT ${PROVIDERS}/ours`, { identity_provider: {} }, 409, /Duplicate entry: ours/],
    [`PATCH ${PROVIDERS}/other`, { identity_provider: { remote_ids: ["c"] } }, 409, /Duplicate remote ID: c/],
    [`PUT ${PROVIDERS}/x`, { identity_provider: { domain_id: "none" } }, 404, "Could not find domain: none."],
    [`PUT ${PROVIDERS}/x`, { identity_provider: { other: 1 } }, 400, /Additional properties/],
    [`PATCH ${PROVIDERS}/ours`, { identity_provider: {} }, 400, /does not have enough properties/],
    [`GET ${PROVIDERS}/none`, undefined, 404, "Could not find Identity Provider: none."],
    [`DELETE ${PROVIDERS}/none`, undefined, 404, "Could not find Identity Provider: none."],
  ]);
  expect((await admin.delete(`${PROVIDERS}/ours`)).status).toBe(204);
  expect((await admin.put(`${PROVIDERS}/third`, { identity_provider: { remote_ids: ["c"] } })).status).toBe(
    201,
  );
});

test("mappings, and the protocols that use them", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const made = await admin.put(`${MAPPINGS}/m`, { mapping: { rules: RULES } });
  const mapping = { id: "m", rules: RULES, links: { self: `${base}/mappings/m` } };
  expect([made.status, made.body]).toEqual([201, { mapping }]);
  expect((await admin.get(MAPPINGS)).body.mappings).toEqual([mapping]);
  const [first] = RULES;
  expect((await admin.patch(`${MAPPINGS}/m`, { mapping: { rules: [first] } })).body.mapping.rules).toEqual([
    first,
  ]);
  const protocols = `${PROVIDERS}/ours/protocols`;
  await admin.put(`${PROVIDERS}/ours`, { identity_provider: { domain_id: "default" } });
  const protocol = await admin.put(`${protocols}/saml2`, { protocol: { mapping_id: "m" } });
  const shown = {
    id: "saml2",
    mapping_id: "m",
    links: {
      self: `${base}/identity_providers/ours/protocols/saml2`,
      identity_provider: "http://127.0.0.1/v3/ours",
    },
  };
  expect([protocol.status, protocol.body]).toEqual([201, { protocol: shown }]);
  expect((await admin.get(protocols)).body.protocols).toEqual([
    { ...shown, idp_id: "ours", remote_id_attribute: null },
  ]);
  expect((await admin.patch(`${protocols}/saml2`, { protocol: { remote_id_attribute: "R" } })).status).toBe(
    200,
  );
  const anonymous = clientWith(cloud, "");
  await expectRefusals(admin, [
    [`PUT ${MAPPINGS}/m`, { mapping: { rules: RULES } }, 409, /Duplicate entry found with ID m/],
    [`PUT ${MAPPINGS}/n`, { mapping: {} }, 400, "'rules' is a required property\n"],
    [`PUT ${MAPPINGS}/n`, { mapping: { rules: [{ local: [], remote: [{}] }] } }, 400, /not valid under any/],
    [`PUT ${protocols}/saml2`, { protocol: { mapping_id: "m" } }, 409, /Duplicate/],
    [`PUT ${protocols}/oidc`, { protocol: { mapping_id: "none" } }, 400, "Invalid mapping id: none"],
    [
      `GET ${protocols}/none`,
      undefined,
      404,
      "Could not find federated protocol none for Identity Provider: ours.",
    ],
    [`GET ${protocols}/saml2/auth`, undefined, 401, /requires authentication/],
    [`GET ${protocols}/none/auth`, undefined, 404, /Could not find federated protocol/],
  ]);
  expect((await anonymous.post(`${protocols}/saml2/auth`)).status).toBe(401);
  expect((await admin.delete(`${protocols}/saml2`)).status).toBe(204);
  expect((await admin.delete(`${MAPPINGS}/m`)).status).toBe(204);
});

test("ID-39 nobody logs in from another directory: the methods are refused, what is known of it is kept", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  for (const method of ["mapped", "saml2", "openid", "external", "ldap"]) {
    const auth = { identity: { methods: [method], [method]: {} } };
    const answer = await cloud.request("key", "POST", "/v3/auth/tokens", { auth });
    expect([method, answer.status]).toEqual([method, 401]);
  }
  // An LDAP directory may be written down for a domain; its users are still those of the database.
  const config = { identity: { driver: "ldap" }, ldap: { url: "ldap://directory", user_tree_dn: "ou=x" } };
  expect((await admin.put("/v3/domains/default/config", { config })).status).toBe(201);
  expect((await admin.get("/v3/domains/default/config")).body).toEqual({ config });
  expect((await admin.get("/v3/users?domain_id=default")).body.users.length).toBeGreaterThan(5);
});

test("service providers, and how tokens tell of them", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const urls = { auth_url: "https://far/auth", sp_url: "https://far/sp" };
  const made = await admin.put(`${SERVICES}/far`, { service_provider: { ...urls, enabled: true } });
  const shown = {
    id: "far",
    ...urls,
    description: null,
    enabled: true,
    relay_state_prefix: "ss:mem:",
    links: { self: `${base}/service_providers/far` },
  };
  expect([made.status, made.body]).toEqual([201, { service_provider: shown }]);
  expect((await admin.get(`${SERVICES}?id=far`)).body.service_providers).toEqual([shown]);
  const token = await cloud.token("demo");
  const seen = async () =>
    (await admin.get("/v3/auth/tokens", { "x-subject-token": token })).body.token.service_providers;
  expect(await seen()).toEqual([{ id: "far", ...urls }]);
  const changed = await admin.patch(`${SERVICES}/far`, {
    service_provider: { enabled: false, description: "D" },
  });
  expect(changed.body.service_provider).toMatchObject({ enabled: false, description: "D" });
  expect(await seen()).toBeUndefined();
  await expectRefusals(admin, [
    [`PUT ${SERVICES}/far`, { service_provider: urls }, 409, /Duplicate entry found with ID far/],
    [`PUT ${SERVICES}/x`, { service_provider: {} }, 400, /required property/],
    [`GET ${SERVICES}/none`, undefined, 404, "Could not find Service Provider: none."],
  ]);
  expect((await admin.delete(`${SERVICES}/far`)).status).toBe(204);
  const demo = clientWith(cloud, await cloud.token("demo"));
  await expectRefusals(demo, [[`GET ${SERVICES}`, undefined, 403, /list_service_providers/]]);
  expect((await demo.get("/v3/OS-FEDERATION/projects")).body.projects).toHaveLength(2);
});
