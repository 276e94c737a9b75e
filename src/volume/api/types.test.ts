import { afterAll, beforeAll, expect, test } from "bun:test";
import { LATEST, type VolumeCloud, version, volumeCloud } from "../testing.ts";

let cloud: VolumeCloud;
beforeAll(async () => {
  cloud = await volumeCloud();
});
afterAll(() => cloud[Symbol.asyncDispose]());

const make = async (name: string, more: Record<string, unknown> = {}) =>
  (await cloud.admin.post("/v3/types", { volume_type: { name, ...more } })).body.volume_type;

test("VO-33 volume types: only administrators make them", async () => {
  const refused = await cloud.demo.post("/v3/types", { volume_type: { name: "mine" } });
  expect([refused.status, refused.body.forbidden.message]).toEqual([
    403,
    "Policy doesn't allow volume_extension:type_create to be performed.",
  ]);
  const type = await make("gold", { description: "fast", extra_specs: { volume_backend_name: "fake" } });
  expect(type).toEqual({
    id: type.id,
    name: "gold",
    is_public: true,
    extra_specs: { volume_backend_name: "fake" },
    description: "fast",
    "os-volume-type-access:is_public": true,
  });
  const again = await cloud.admin.post("/v3/types", { volume_type: { name: "gold" } });
  expect([again.status, again.body.conflictingRequest.message]).toEqual([
    409,
    "Volume Type gold already exists.",
  ]);
  const volume = await cloud.volume({ volume_type: "gold" }, cloud.demo);
  expect((await cloud.show(volume)).volume_type_id).toBe(type.id);
  const used = await cloud.admin.delete(`/v3/types/${type.id}`);
  expect([used.status, used.body.badRequest.message]).toEqual([400, "Target volume type is still in use."]);
  await cloud.admin.delete(`/v3/volumes/${volume}`);
  await cloud.gone(`/v3/volumes/${volume}`);
  expect((await cloud.admin.delete(`/v3/types/${type.id}`)).status).toBe(202);
});

test("extra specs: users see those that are for them", async () => {
  const type = await make("specs");
  const path = `/v3/types/${type.id}/extra_specs`;
  const specs = { multiattach: "<is> True", secret: "x" };
  expect((await cloud.admin.post(path, { extra_specs: specs })).body).toEqual({ extra_specs: specs });
  expect((await cloud.admin.get(path)).body).toEqual({ extra_specs: specs });
  expect((await cloud.demo.get(path)).body).toEqual({ extra_specs: { multiattach: "<is> True" } });
  expect((await cloud.admin.put(`${path}/secret`, { secret: "y" })).body).toEqual({ secret: "y" });
  expect((await cloud.admin.put(`${path}/secret`, { other: "y" })).status).toBe(400);
  expect((await cloud.admin.delete(`${path}/secret`)).status).toBe(202);
  expect((await cloud.admin.get(`${path}/secret`)).body.itemNotFound.message).toBe(
    `Volume Type ${type.id} has no extra specs with key secret.`,
  );
  const cacheable = await cloud.admin.post(path, { extra_specs: { cacheable: "<is> True" } });
  expect(cacheable.body.badRequest.message).toBe("cacheable cannot be set with multiattach.");
});

test("a private type is for the projects it is given to", async () => {
  const type = await make("private", { "os-volume-type-access:is_public": false });
  const visible = async () => (await cloud.demo.get(`/v3/types/${type.id}`)).status;
  expect(await visible()).toBe(404);
  const probe = await cloud.show(await cloud.volume({}, cloud.demo));
  const project = probe["os-vol-tenant-attr:tenant_id"];
  const act = (action: string) => cloud.admin.post(`/v3/types/${type.id}/action`, { [action]: { project } });
  expect((await act("addProjectAccess")).status).toBe(202);
  expect((await act("addProjectAccess")).status).toBe(409);
  expect((await cloud.admin.get(`/v3/types/${type.id}/os-volume-type-access`)).body).toEqual({
    volume_type_access: [{ volume_type_id: type.id, project_id: project }],
  });
  expect(await visible()).toBe(200);
  expect((await act("removeProjectAccess")).status).toBe(202);
  expect(await visible()).toBe(404);
});

test("default types: the cloud's, and a project's own", async () => {
  expect((await cloud.demo.get("/v3/types/default")).body.volume_type.name).toBe("__DEFAULT__");
  const type = await make("own");
  const probe = await cloud.show(await cloud.volume({}, cloud.demo));
  const project = probe["os-vol-tenant-attr:tenant_id"];
  const path = `/v3/default-types/${project}`;
  const set = await cloud.admin.put(path, { default_type: { volume_type: "own" } }, LATEST);
  expect(set.body).toEqual({ default_type: { project_id: project, volume_type_id: type.id } });
  expect((await cloud.show(await cloud.volume({}, cloud.demo))).volume_type).toBe("own");
  expect((await cloud.admin.get("/v3/default-types", LATEST)).body.default_types).toHaveLength(1);
  expect((await cloud.admin.delete(path, LATEST)).status).toBe(204);
  expect((await cloud.admin.get(path, LATEST)).status).toBe(404);
  expect((await cloud.admin.get(path, version(61))).status).toBe(404);
});

test("an encrypted type can be described; volumes of it cannot be made", async () => {
  const type = await make("luks");
  const path = `/v3/types/${type.id}/encryption`;
  expect((await cloud.admin.get(path)).body).toEqual({});
  const encryption = { provider: "luks", control_location: "front-end", key_size: "256", cipher: null };
  const made = await cloud.admin.post(path, { encryption });
  expect(made.body.encryption).toMatchObject({ ...encryption, key_size: 256, volume_type_id: type.id });
  expect((await cloud.admin.get(`${path}/provider`)).body).toEqual({ provider: "luks" });
  const refused = await cloud.admin.post("/v3/volumes", { volume: { size: 1, volume_type: "luks" } });
  expect([refused.status, refused.body.badRequest.message]).toEqual([400, "Key manager error"]);
  const { encryption_id } = (await cloud.admin.get(path)).body;
  await cloud.admin.put(`${path}/${encryption_id}`, { encryption: { key_size: 128 } });
  expect((await cloud.admin.get(path)).body.key_size).toBe(128);
  expect((await cloud.admin.delete(`${path}/${encryption_id}`)).status).toBe(202);
});

test("QoS specs: made, given to a type, taken away, deleted", async () => {
  const type = await make("qos");
  const qos_specs = { name: "limits", consumer: "front-end", total_iops_sec: "100" };
  const made = await cloud.admin.post("/v3/qos-specs", { qos_specs });
  const { id } = made.body.qos_specs;
  expect(made.body.qos_specs).toEqual({
    id,
    name: "limits",
    consumer: "front-end",
    specs: { total_iops_sec: "100" },
  });
  expect((await cloud.admin.post("/v3/qos-specs", { qos_specs })).status).toBe(409);
  expect((await cloud.admin.get(`/v3/qos-specs/${id}/associate?vol_type_id=${type.id}`)).status).toBe(202);
  expect((await cloud.admin.get(`/v3/qos-specs/${id}/associations`)).body.qos_associations).toEqual([
    { association_type: "volume_type", name: "qos", id: type.id },
  ]);
  const volume = await cloud.volume({ volume_type: "qos" });
  const connect = { connector: { host: "somewhere" } };
  const connection = await cloud.act(volume, "os-initialize_connection", connect);
  expect(connection.body.connection_info.data.qos_specs).toEqual({ total_iops_sec: "100" });
  expect(
    (await cloud.admin.put(`/v3/qos-specs/${id}/delete_keys`, { keys: ["total_iops_sec"] })).status,
  ).toBe(202);
  expect((await cloud.admin.delete(`/v3/qos-specs/${id}`)).body.badRequest.message).toBe(
    "Qos specs still in use.",
  );
  expect((await cloud.admin.delete(`/v3/qos-specs/${id}?force=true`)).status).toBe(202);
  expect((await cloud.admin.get(`/v3/types/${type.id}`)).body.volume_type.qos_specs_id).toBeNull();
});

test("retype: to another type of the same back end", async () => {
  await make("plain");
  const volume = await cloud.volume();
  const answer = await cloud.act(volume, "os-retype", { new_type: "plain", migration_policy: "never" });
  expect(answer.status).toBe(202);
  await cloud.until("it to be of the type", async () => (await cloud.show(volume)).volume_type === "plain");
  expect((await cloud.show(volume)).status).toBe("available");
});
