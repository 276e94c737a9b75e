import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import type { ApiClient } from "../../testing/cloud.ts";
import { clientWith, expectRefusals, identityCloud, logIn, make, namesIn } from "../testing.ts";

/** demo, a member of project demo, is the trustor; ann, who has nothing, the trustee. */
async function world() {
  const clock = new FakeClock();
  const all = await identityCloud({ clock });
  const { admin, cloud } = all;
  const trustee = await make(admin, "POST /v3/users", { user: { name: "ann", password: "x" } });
  const [project] = (await admin.get("/v3/projects?name=demo")).body.projects;
  const [member] = (await admin.get("/v3/roles?name=member")).body.roles;
  const demo = await logIn(cloud, { name: "demo", password: "secret" }, { project: { id: project.id } });
  const trustorId = demo.answer.body.token.user.id as string;
  const fields = {
    trustor_user_id: trustorId,
    trustee_user_id: trustee.id,
    project_id: project.id,
    impersonation: true,
    roles: [{ name: "member" }],
  };
  const ann = await logIn(cloud, { name: "ann", password: "x" });
  const enter = (trustId: string) =>
    logIn(cloud, { name: "ann", password: "x" }, { "OS-TRUST:trust": { id: trustId } });
  return { all, admin, cloud, clock, demo, ann, trustee, trustorId, project, member, fields, enter };
}

const DENIED = "You are not authorized to perform the requested action.";
const PATH = "/v3/OS-TRUST/trusts";
const trust = (client: ApiClient, fields: object) => make(client, `POST ${PATH}`, { trust: fields });

test("create, list, show, roles, delete", async () => {
  const { all, demo, ann, trustee, trustorId, member, fields } = await world();
  await using _ = all;
  const created = await demo.post(PATH, { trust: { ...fields, expires_at: "2014-02-27T18:30:59.999999Z" } });
  expect(created.status).toBe(201);
  const { id } = created.body.trust;
  const roles = [expect.objectContaining({ id: member.id, name: "member", links: expect.anything() })];
  const self = expect.stringMatching(new RegExp(`${PATH}/${id}$`));
  const bare = {
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    trustor_user_id: trustorId,
    trustee_user_id: trustee.id,
    project_id: fields.project_id,
    impersonation: true,
    expires_at: "2014-02-27T18:30:59.999999Z",
    deleted_at: null,
    remaining_uses: null,
    redelegated_trust_id: null,
    redelegation_count: 0,
    links: { self },
  };
  const roles_links = { next: null, previous: null, self: expect.stringMatching(new RegExp(`${id}/roles$`)) };
  expect(created.body.trust).toEqual({ ...bare, roles, roles_links });
  expect((await ann.get(`${PATH}/${id}`)).body.trust).toEqual({ ...bare, roles, roles_links });
  expect((await demo.get(`${PATH}?trustor_user_id=${trustorId}`)).body.trusts).toEqual([bare]);
  expect((await ann.get(`${PATH}?trustee_user_id=${trustee.id}`)).body.trusts).toEqual([bare]);
  expect(namesIn((await demo.get(`${PATH}/${id}/roles`)).body.roles)).toEqual(["member"]);
  expect((await demo.get(`${PATH}/${id}/roles/${member.id}`)).body.role.name).toBe("member");
  expect((await demo.head(`${PATH}/${id}/roles/${member.id}`)).status).toBe(200);
  expect((await ann.delete(`${PATH}/${id}`)).status).toBe(403);
  expect((await demo.delete(`${PATH}/${id}`)).status).toBe(204);
  expect((await demo.get(`${PATH}/${id}`)).status).toBe(404);
});

test("a token by trust: as the trustor, with the roles given, and no more than that", async () => {
  const { all, demo, trustee, trustorId, project, fields, enter } = await world();
  await using _ = all;
  const { id } = await trust(demo, fields);
  const inside = await enter(id);
  expect(inside.answer.status).toBe(201);
  const { token } = inside.answer.body;
  expect(token).toMatchObject({
    user: { id: trustorId, name: "demo" },
    project: { id: project.id },
    "OS-TRUST:trust": {
      id,
      impersonation: true,
      trustee_user: { id: trustee.id },
      trustor_user: { id: trustorId },
    },
  });
  expect(namesIn(token.roles)).toEqual(["member", "reader"]);
  await expectRefusals(inside, [
    [`POST ${PATH}`, { trust: fields }, 403, /You are not authorized/],
    [
      "POST /v3/auth/tokens",
      {
        auth: {
          identity: { methods: ["token"], token: { id: inside.token } },
          scope: { project: { id: project.id } },
        },
      },
      403,
      /Using trust-scoped token to create another token/,
    ],
  ]);
});

test("without impersonation the token is the trustee's", async () => {
  const { all, demo, trustee, fields, enter } = await world();
  await using _ = all;
  const { id } = await trust(demo, { ...fields, impersonation: false });
  expect((await enter(id)).answer.body.token.user.id).toBe(trustee.id);
});

test("a trust ends: expired, used up, deleted, its trustor without the role or disabled", async () => {
  const { all, admin, clock, demo, trustorId, project, member, fields, enter } = await world();
  await using _ = all;
  const statusOf = async (id: string) => (await enter(id)).answer.status;
  const short = await trust(demo, { ...fields, expires_at: "2013-02-27T18:00:00.000000Z" });
  const inside = await enter(short.id);
  expect((await inside.get("/v3/auth/projects")).status).toBe(200);
  await clock.advance(3_600_000);
  expect(await statusOf(short.id)).toBe(401);
  expect((await inside.get("/v3/auth/projects")).status).toBe(401);

  const twice = await trust(demo, { ...fields, remaining_uses: 2 });
  expect([await statusOf(twice.id), await statusOf(twice.id)]).toEqual([201, 201]);
  expect(await statusOf(twice.id)).toBe(401);

  const gone = await trust(demo, fields);
  const held = await enter(gone.id);
  await demo.delete(`${PATH}/${gone.id}`);
  expect((await held.get("/v3/auth/projects")).status).toBe(401);
  expect(await statusOf(gone.id)).toBe(401);

  const weak = await trust(demo, fields);
  const token = await enter(weak.id);
  const grant = `/v3/projects/${project.id}/users/${trustorId}/roles/${member.id}`;
  await admin.delete(grant);
  expect((await token.get("/v3/auth/projects")).status).toBe(401);
  expect(await statusOf(weak.id)).toBe(403);
  await admin.put(grant);
  expect(await statusOf(weak.id)).toBe(201);
  await admin.patch(`/v3/users/${trustorId}`, { user: { enabled: false } });
  expect(await statusOf(weak.id)).toBe(403);
});

test("a trust handed on: no more roles, no longer, as often as allowed", async () => {
  const { all, admin, cloud, demo, trustee, fields, enter } = await world();
  await using _ = all;
  const bob = await make(admin, "POST /v3/users", { user: { name: "bob", password: "x" } });
  const first = await trust(demo, { ...fields, allow_redelegation: true, redelegation_count: 1 });
  const inside = await enter(first.id);
  const next = { ...fields, trustee_user_id: bob.id };
  await expectRefusals(inside, [
    [`POST ${PATH}`, { trust: { ...next, allow_redelegation: true, redelegation_count: 2 } }, 403, DENIED],
    [`POST ${PATH}`, { trust: { ...next, remaining_uses: 1 } }, 403, DENIED],
    [`POST ${PATH}`, { trust: { ...next, roles: [{ name: "reader" }] } }, 403, DENIED],
  ]);
  const second = await trust(inside, next);
  expect(second).toMatchObject({ redelegated_trust_id: first.id, redelegation_count: 0 });
  const scope = { "OS-TRUST:trust": { id: second.id } };
  const asBob = await logIn(cloud, { name: "bob", password: "x" }, scope);
  expect(asBob.answer.status).toBe(201);
  await expectRefusals(asBob, [
    [`POST ${PATH}`, { trust: { ...next, trustee_user_id: trustee.id } }, 403, /./],
  ]);
  await demo.delete(`${PATH}/${first.id}`);
  expect((await clientWith(cloud, asBob.token).get("/v3/auth/projects")).status).toBe(401);
  expect((await demo.get(`${PATH}/${second.id}`)).status).toBe(404);
});

test("what is refused", async () => {
  const { all, admin, demo, ann, trustorId, trustee, fields } = await world();
  await using _ = all;
  const dated = { ...fields, expires_at: "2014-01-01T00:00:00Z" };
  await trust(demo, dated);
  const { id } = await trust(demo, fields);
  const { roles: __, ...rest } = fields;
  await expectRefusals(demo, [
    [`POST ${PATH}`, { trust: dated }, 409, "Conflict occurred attempting to store trust - Duplicate entry."],
    [`POST ${PATH}`, { trust: { ...fields, roles: [] } }, 403, /At least one role should be specified/],
    [`POST ${PATH}`, { trust: rest }, 403, /At least one role should be specified/],
    [`POST ${PATH}`, { trust: { ...fields, roles: [{ name: "admin" }] } }, 404, /Could not find role|roles/],
    [`POST ${PATH}`, { trust: { ...fields, roles: [{ name: "none" }] } }, 404, "Role none is not defined"],
    [`POST ${PATH}`, { trust: { ...fields, trustee_user_id: "none" } }, 404, "Could not find user: none."],
    [`POST ${PATH}`, { trust: { ...fields, impersonation: "x" } }, 400, /'x' is not of type 'boolean'/],
    [
      `POST ${PATH}`,
      { trust: { ...fields, expires_at: "tomorrow" } },
      400,
      /^Timestamp not in expected format\./,
    ],
    [
      `POST ${PATH}`,
      { trust: { ...fields, expires_at: "2012-01-01T00:00:00Z" } },
      400,
      /^The 'expires_at' must not be before now\./,
    ],
    [`GET ${PATH}/none`, undefined, 404, "Could not find trust: none."],
    [`GET ${PATH}/${id}/roles/none`, undefined, 404, "Could not find role: none."],
    [
      `GET ${PATH}`,
      undefined,
      403,
      "You are not authorized to perform the requested action: identity:list_trusts.",
    ],
    [`GET ${PATH}?trustee_user_id=${trustee.id}`, undefined, 403, /list_trusts_for_trustee/],
  ]);
  await expectRefusals(ann, [
    [`POST ${PATH}`, { trust: fields }, 403, /You are not authorized/],
    [`GET ${PATH}?trustor_user_id=${trustorId}`, undefined, 403, /list_trusts_for_trustor/],
  ]);
  expect((await admin.get(PATH)).body.trusts).toHaveLength(2);
  const stranger = await logIn(all.cloud, { name: "nova", password: "secret" });
  expect((await stranger.get(`${PATH}/${id}`)).status).toBe(403);
});
