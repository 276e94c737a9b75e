import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { expectRefusals, identityCloud, logIn, make } from "../testing.ts";

async function world() {
  const all = await identityCloud();
  const demo = await logIn(all.cloud, { name: "demo", password: "secret" });
  const [project] = (await all.admin.get("/v3/projects?name=demo")).body.projects;
  return {
    all,
    admin: all.admin,
    demo,
    userId: demo.answer.body.token.user.id as string,
    projectId: project.id as string,
  };
}

test("credentials of any type: create, list, show, change the blob, delete", async () => {
  const { all, admin, userId, projectId } = await world();
  await using _ = all;
  const created = await admin.post("/v3/credentials", {
    credential: { user_id: userId, project_id: projectId, type: "cert", blob: "pem" },
  });
  expect(created.status).toBe(201);
  const { id } = created.body.credential;
  const credential = {
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    user_id: userId,
    project_id: projectId,
    type: "cert",
    blob: "pem",
    links: { self: expect.stringMatching(new RegExp(`/v3/credentials/${id}$`)) },
  };
  expect(created.body).toEqual({ credential });
  const list = async (query: string) => (await admin.get(`/v3/credentials?${query}`)).body.credentials;
  expect(await list(`user_id=${userId}&type=cert`)).toEqual([credential]);
  expect(await list("type=totp")).toEqual([]);
  expect(
    (await admin.patch(`/v3/credentials/${id}`, { credential: { blob: "new" } })).body.credential.blob,
  ).toBe("new");
  expect((await admin.delete(`/v3/credentials/${id}`)).status).toBe(204);
  expect((await admin.get(`/v3/credentials/${id}`)).status).toBe(404);
});

test("an ec2 credential is named after its access key", async () => {
  const { all, admin, userId, projectId } = await world();
  await using _ = all;
  const blob = JSON.stringify({ access: "key", secret: "secret" });
  const credential = await make(admin, "POST /v3/credentials", {
    credential: { user_id: userId, project_id: projectId, type: "ec2", blob },
  });
  expect(credential.id).toBe(createHash("sha256").update("key").digest("hex"));
  await expectRefusals(admin, [
    [
      "POST /v3/credentials",
      { credential: { user_id: userId, project_id: projectId, type: "ec2", blob } },
      409,
      /Duplicate entry/,
    ],
    [
      "POST /v3/credentials",
      { credential: { user_id: userId, type: "ec2", blob: "{" } },
      400,
      /^\{.*\} is not valid under any of the given schemas/,
    ],
    [
      "POST /v3/credentials",
      { credential: { user_id: userId, project_id: projectId, type: "ec2", blob: "x" } },
      400,
      "Invalid blob in credential",
    ],
    [
      "POST /v3/credentials",
      { credential: { user_id: userId, project_id: projectId, type: "ec2", blob: '{"secret": "x"}' } },
      400,
      /^Expecting to find access in credential\./,
    ],
  ]);
});

test("EC2 keys of a user: make, list, show, delete; each sees its own", async () => {
  const { all, admin, demo, userId, projectId } = await world();
  await using _ = all;
  const path = `/v3/users/${userId}/credentials/OS-EC2`;
  const created = await demo.post(path, { tenant_id: projectId });
  expect(created.status).toBe(201);
  const { access } = created.body.credential;
  const credential = {
    user_id: userId,
    tenant_id: projectId,
    access: expect.stringMatching(/^[0-9a-f]{32}$/),
    secret: expect.stringMatching(/^[0-9a-f]{32}$/),
    trust_id: null,
    links: { self: expect.stringMatching(new RegExp(`${path}/${access}$`)) },
  };
  expect(created.body).toEqual({ credential });
  expect((await demo.get(path)).body.credentials).toEqual([credential]);
  expect((await demo.get(`${path}/${access}`)).body).toEqual({ credential });
  expect((await admin.get(`${path}/${access}`)).status).toBe(200);
  const [other] = (await admin.get("/v3/users?name=admin")).body.users;
  await expectRefusals(demo, [
    [
      `GET /v3/users/${other.id}/credentials/OS-EC2`,
      undefined,
      403,
      "You are not authorized to perform the requested action: identity:ec2_list_credentials.",
    ],
  ]);
  await expectRefusals(admin, [
    [`GET ${path}/none`, undefined, 404, /^Could not find credential: [0-9a-f]{64}\.$/],
    [`POST ${path}`, { tenant_id: "none" }, 404, "Could not find project: none."],
  ]);
  expect((await demo.delete(`${path}/${access}`)).status).toBe(204);
  expect((await demo.get(path)).body.credentials).toEqual([]);
});

test("a member has credentials of its own and cannot reach another's", async () => {
  const { all, admin, demo, userId } = await world();
  await using _ = all;
  const [other] = (await admin.get("/v3/users?name=admin")).body.users;
  const foreign = await make(admin, "POST /v3/credentials", {
    credential: { user_id: other.id, type: "cert", blob: "x" },
  });
  const own = await make(demo, "POST /v3/credentials", {
    credential: { user_id: userId, type: "cert", blob: "x" },
  });
  const list = (await demo.get("/v3/credentials")).body.credentials;
  expect(list.map((row: { id: string }) => row.id)).toEqual([own.id]);
  const denied = (rule: string) =>
    `You are not authorized to perform the requested action: identity:${rule}.`;
  await expectRefusals(demo, [
    [`GET /v3/credentials/${foreign.id}`, undefined, 403, denied("get_credential")],
    [`DELETE /v3/credentials/${foreign.id}`, undefined, 403, denied("delete_credential")],
    [
      "POST /v3/credentials",
      { credential: { user_id: other.id, type: "cert", blob: "x" } },
      403,
      denied("create_credential"),
    ],
  ]);
  await expectRefusals(admin, [
    [
      "POST /v3/credentials",
      { credential: { type: "cert", blob: "x" } },
      400,
      /is not valid under any of the given schemas/,
    ],
    ["GET /v3/credentials/none", undefined, 404, "Could not find credential: none."],
    ["DELETE /v3/credentials/none", undefined, 404, "Could not find credential: none."],
    [
      `PATCH /v3/credentials/${foreign.id}`,
      { credential: { user_id: userId } },
      400,
      /can not be updated for credential|Additional|blob/,
    ],
  ]);
});
