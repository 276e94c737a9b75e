import { expect, test } from "bun:test";
import { expectRefusals, identityCloud, logIn, make, namesIn } from "../testing.ts";

test("create, list, show, change, disable and delete a domain", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const created = await admin.post("/v3/domains", { domain: { name: "corp", description: "d" } });
  expect(created.status).toBe(201);
  const { id } = created.body.domain;
  expect(created.body.domain).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: "corp",
    description: "d",
    enabled: true,
    options: {},
    tags: [],
    links: { self: expect.stringMatching(new RegExp(`/v3/domains/${id}$`)) },
  });
  expect(namesIn((await admin.get("/v3/domains")).body.domains)).toEqual(["Default", "corp"]);
  expect(namesIn((await admin.get("/v3/domains?name=corp")).body.domains)).toEqual(["corp"]);
  expect((await admin.get(`/v3/projects/${id}`)).body.project).toMatchObject({
    is_domain: true,
    domain_id: null,
  });
  const changed = await admin.patch(`/v3/domains/${id}`, { domain: { enabled: false } });
  expect(changed.body.domain.enabled).toBe(false);
  expect(namesIn((await admin.get("/v3/domains?enabled=false")).body.domains)).toEqual(["corp"]);
  expect((await admin.delete(`/v3/domains/${id}`)).status).toBe(204);
  expect((await admin.get(`/v3/domains/${id}`)).status).toBe(404);
});

test("a domain goes with all that is in it", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const { id } = await make(admin, "POST /v3/domains", { domain: { name: "corp" } });
  const inside = { domain_id: id };
  const user = await make(admin, "POST /v3/users", { user: { name: "ann", ...inside } });
  const group = await make(admin, "POST /v3/groups", { group: { name: "ops", ...inside } });
  const top = await make(admin, "POST /v3/projects", { project: { name: "top", ...inside } });
  const low = await make(admin, "POST /v3/projects", {
    project: { name: "low", ...inside, parent_id: top.id },
  });
  const role = await make(admin, "POST /v3/roles", { role: { name: "local", ...inside } });
  await admin.patch(`/v3/domains/${id}`, { domain: { enabled: false } });
  expect((await admin.delete(`/v3/domains/${id}`)).status).toBe(204);
  for (const path of [`users/${user.id}`, `groups/${group.id}`, `projects/${top.id}`, `projects/${low.id}`]) {
    expect({ path, status: (await admin.get(`/v3/${path}`)).status }).toEqual({ path, status: 404 });
  }
  expect((await admin.get(`/v3/roles/${role.id}`)).status).toBe(404);
});

test("nobody of a disabled domain can log in, and tokens end", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const domain = await make(admin, "POST /v3/domains", { domain: { name: "corp" } });
  const user = await make(admin, "POST /v3/users", {
    user: { name: "ann", password: "x", domain_id: domain.id },
  });
  const ann = await logIn(cloud, { id: user.id, password: "x" });
  expect(ann.answer.status).toBe(201);
  await admin.patch(`/v3/domains/${domain.id}`, { domain: { enabled: false } });
  expect((await ann.get("/v3/auth/projects")).status).toBe(401);
  expect((await logIn(cloud, { id: user.id, password: "x" })).answer.status).toBe(401);
});

test("an id of one's own choice", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const id = "0123456789abcdef0123456789abcdef";
  const domain = await make(admin, "POST /v3/domains", { domain: { name: "corp", explicit_domain_id: id } });
  expect(domain.id).toBe(id);
  await expectRefusals(admin, [
    [
      "POST /v3/domains",
      { domain: { name: "other", explicit_domain_id: id } },
      409,
      /two projects acting as domains/,
    ],
    [
      "POST /v3/domains",
      { domain: { name: "other", explicit_domain_id: "x" } },
      400,
      "Domain ID does not conform to required UUID format.",
    ],
  ]);
});

test("what is refused", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const { id } = await make(admin, "POST /v3/domains", { domain: { name: "corp" } });
  await expectRefusals(admin, [
    [
      "POST /v3/domains",
      { domain: { name: "corp" } },
      409,
      "Conflict occurred attempting to store project - it is not permitted to have two projects acting as domains with the same name: corp.",
    ],
    ["POST /v3/domains", { domain: {} }, 400, /^'name' is a required property/],
    ["GET /v3/domains/none", undefined, 404, "Could not find domain: none."],
    ["PATCH /v3/domains/none", { domain: { enabled: true } }, 404, "Could not find domain: none."],
    ["DELETE /v3/domains/none", undefined, 404, "Could not find domain: none."],
    [
      `DELETE /v3/domains/${id}`,
      undefined,
      403,
      "Cannot delete a domain that is enabled, please disable it first.",
    ],
  ]);
  const demo = await cloud.as("key", "demo");
  const denied = (rule: string) =>
    `You are not authorized to perform the requested action: identity:${rule}.`;
  await expectRefusals(demo, [
    ["GET /v3/domains", undefined, 403, denied("list_domains")],
    ["POST /v3/domains", { domain: { name: "x" } }, 403, denied("create_domain")],
    [`DELETE /v3/domains/${id}`, undefined, 403, denied("delete_domain")],
  ]);
});

test("the configuration of a domain: set, show by group and option, change, remove", async () => {
  await using all = await identityCloud();
  const { admin } = all;
  const { id } = await make(admin, "POST /v3/domains", { domain: { name: "corp" } });
  const path = `/v3/domains/${id}/config`;
  const config = { ldap: { url: "ldap://here", user_tree_dn: "dc=x" }, identity: { driver: "ldap" } };
  expect((await admin.get(path)).status).toBe(404);
  expect((await admin.put(path, { config })).status).toBe(201);
  expect((await admin.get(path)).body).toEqual({ config });
  expect((await admin.get(`${path}/ldap`)).body).toEqual({ config: { ldap: config.ldap } });
  expect((await admin.get(`${path}/ldap/url`)).body).toEqual({ config: { url: "ldap://here" } });
  const changed = await admin.patch(`${path}/ldap/url`, { config: { url: "ldap://there" } });
  expect(changed.body.config.ldap.url).toBe("ldap://there");
  expect((await admin.put(path, { config })).status).toBe(200);
  expect((await admin.delete(`${path}/identity`)).status).toBe(204);
  expect((await admin.get(path)).body).toEqual({ config: { ldap: config.ldap } });
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.get(path)).status).toBe(404);
  expect((await admin.get("/v3/domains/config/ldap/url/default")).body).toEqual({
    config: { url: "ldap://localhost" },
  });
  await expectRefusals(admin, [
    [`PUT ${path}`, { config: { nonsense: {} } }, 403, /^Invalid domain specific configuration/],
    [`PUT ${path}`, { config: {} }, 403, /^Invalid domain specific configuration/],
    ["GET /v3/domains/config/nonsense/default", undefined, 403, /^Invalid domain specific configuration/],
  ]);
});
