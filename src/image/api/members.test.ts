import { expect, test } from "bun:test";
import { createImage, imageCloud, reason } from "../testing.ts";

async function sharing() {
  const cloud = await imageCloud();
  const owner = await cloud.as("g-api", "demo");
  const other = await cloud.as("g-api", "demo", "invisible_to_admin");
  const project = (
    await cloud.request("key", "GET", "/v3/auth/tokens", undefined, {
      "x-auth-token": await cloud.token("demo", "invisible_to_admin"),
      "x-subject-token": await cloud.token("demo", "invisible_to_admin"),
    })
  ).body.token.project.id as string;
  const id = await createImage(owner, { name: "shared" });
  return { cloud, owner, other, project, id };
}

test("an image is shared, accepted, listed, rejected, and taken back", async () => {
  const { cloud, owner, other, project, id } = await sharing();
  await using _ = cloud;
  const added = await owner.post(`/v2/images/${id}/members`, { member: project });
  expect(added.status).toBe(200);
  expect(added.body).toEqual({
    member_id: project,
    image_id: id,
    status: "pending",
    created_at: expect.any(String),
    updated_at: expect.any(String),
    schema: "/v2/schemas/member",
  });
  const listed = async (query = "") => (await other.get(`/v2/images${query}`)).body.images.length;
  expect((await other.get(`/v2/images/${id}`)).status).toBe(200);
  expect(await listed()).toBe(0);
  expect(await listed("?visibility=shared&member_status=pending")).toBe(1);
  expect(await listed("?member_status=all")).toBe(1);

  const member = `/v2/images/${id}/members/${project}`;
  expect((await other.put(member, { status: "accepted" })).body.status).toBe("accepted");
  expect(await listed()).toBe(1);
  expect((await owner.get(`/v2/images/${id}/members`)).body).toEqual({
    members: [expect.objectContaining({ member_id: project, status: "accepted" })],
    schema: "/v2/schemas/members",
  });
  expect((await other.put(member, { status: "rejected" })).status).toBe(200);
  expect(await listed()).toBe(0);
  expect((await owner.delete(member)).status).toBe(204);
  expect((await other.get(`/v2/images/${id}`)).status).toBe(404);
  expect((await owner.delete(member)).status).toBe(404);
  expect((await owner.post(`/v2/images/${id}/members`, { member: project })).body.status).toBe("pending");
});

test("who may not: the owner accept, a stranger look, anybody share what is not theirs", async () => {
  const { cloud, owner, other, project, id } = await sharing();
  await using _ = cloud;
  await owner.post(`/v2/images/${id}/members`, { member: project });
  const member = `/v2/images/${id}/members/${project}`;
  const accept = await owner.put(member, { status: "accepted" });
  expect([accept.status, reason(accept.text)]).toEqual([
    403,
    `Not allowed to update members for image ${id}.`,
  ]);
  const wrong = await other.put(member, { status: "maybe" });
  expect([wrong.status, reason(wrong.text)]).toEqual([
    400,
    'Incorrect request: Status must be "pending", "accepted" or "rejected".',
  ]);
  const share = await other.post(`/v2/images/${id}/members`, { member: "third" });
  expect([share.status, reason(share.text)]).toEqual([403, `Not allowed to create members for image ${id}.`]);
  const twice = await owner.post(`/v2/images/${id}/members`, { member: project });
  expect([twice.status, reason(twice.text)]).toEqual([
    409,
    `Member ${project} is duplicated for image ${id}`,
  ]);
  await owner.post(`/v2/images/${id}/members`, { member: "third" });
  expect((await other.get(`/v2/images/${id}/members`)).body.members.length).toBe(1);
  expect((await other.get(`/v2/images/${id}/members/third`)).status).toBe(404);
  expect((await other.delete(member)).status).toBe(403);
  const service = await cloud.as("g-api", "admin");
  expect((await service.get(`/v2/images/${id}/members`)).body.members.length).toBe(2);
});

test("only shared images have members", async () => {
  const { cloud, owner, project } = await sharing();
  await using _ = cloud;
  const id = await createImage(owner, { visibility: "private" });
  expect((await owner.post(`/v2/images/${id}/members`, { member: project })).status).toBe(403);
  const list = await owner.get(`/v2/images/${id}/members`);
  expect([list.status, reason(list.text)]).toEqual([
    403,
    `Not allowed to list members for image ${id}: Only shared images have members.`,
  ]);
  expect((await owner.get(`/v2/images/${id}/members/${project}`)).status).toBe(404);
});

test.each([
  [{}, "Member to be added not specified"],
  [{ member: "" }, "Member can't be empty"],
  [[], 'Expected a member in the form: {"member": "image_id"}'],
  [{ member: 5 }, 'Expected a member in the form: {"member": "image_id"}'],
])("sharing with %j is refused", async (body, text) => {
  const { cloud, owner, id } = await sharing();
  await using _ = cloud;
  const answer = await owner.post(`/v2/images/${id}/members`, body);
  expect([answer.status, reason(answer.text)]).toEqual([400, text]);
});
