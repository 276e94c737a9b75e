// What the services notify of, as a consumer of the topic sees it.

import { expect, test } from "bun:test";
import type { SentNotification } from "./core/notifications.ts";
import { testCloud } from "./testing/cloud.ts";
import { serverCloud } from "./testing/server-cloud.ts";

// biome-ignore lint/suspicious/noExplicitAny: payloads of every shape
type Payload = Record<string, any>;

const eventsOf = (sent: readonly SentNotification[], about: string) =>
  sent.filter(({ event_type }) => event_type.startsWith(about)).map(({ event_type }) => event_type);
const payloadOf = (sent: readonly SentNotification[], event: string): Payload => {
  const found = sent.findLast(({ event_type }) => event_type === event);
  if (!found) throw new Error(`no ${event} among ${sent.map(({ event_type }) => event_type)}`);
  return found.payload as Payload;
};

const MONITOR = `[[post-config|$NOVA_CONF]]
[DEFAULT]
notification_topics = monitor
notification_driver = nova.openstack.common.notifier.rabbit_notifier
`;

test("LG-15 Nova's compute.instance.* on the topic of notification_topics, with who asked for it", async () => {
  await using cloud = await serverCloud({ networks: true, rc: MONITOR });
  const { notifications } = cloud.cloud;
  const id = await cloud.server({ name: "vm1", flavorRef: "2", networks: "auto", metadata: { role: "web" } });
  await cloud.nova.post(`/v2.1/servers/${id}/action`, { "os-stop": null });
  await cloud.settled(id, "SHUTOFF");
  await cloud.nova.delete(`/v2.1/servers/${id}`);
  await cloud.gone(id);
  const sent = notifications.recent().filter(({ publisher_id }) => publisher_id === "compute.testhost");
  expect(eventsOf(sent, "compute.instance")).toEqual([
    "compute.instance.create.start",
    "compute.instance.create.end",
    "compute.instance.power_off.start",
    "compute.instance.power_off.end",
    "compute.instance.delete.start",
    "compute.instance.shutdown.start",
    "compute.instance.shutdown.end",
    "compute.instance.delete.end",
  ]);
  expect(sent.every(({ topics }) => topics.join() === "monitor.info")).toBe(true);
  expect(new Set(sent.map(({ _context_request_id }) => _context_request_id)).size).toBe(3);
  expect(sent.every(({ _context_user_name }) => _context_user_name === "admin")).toBe(true);
  const created = payloadOf(sent, "compute.instance.create.end");
  expect(created).toMatchObject({
    instance_id: id,
    display_name: "vm1",
    instance_type: "m1.small",
    instance_flavor_id: "2",
    memory_mb: 2048,
    disk_gb: 20,
    vcpus: 1,
    host: "testhost",
    state: "active",
    state_description: "",
    message: "Success",
    metadata: { role: "web" },
    terminated_at: "",
  });
  expect(created["fixed_ips"][0]).toMatchObject({ type: "fixed", version: 4, floating_ips: [] });
  expect(created["launched_at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000$/);
  const deleted = payloadOf(sent, "compute.instance.delete.end");
  expect(deleted).toMatchObject({ state: "deleted" });
  expect(deleted["deleted_at"]).not.toBe("");
});

test("LG-15 Nova's versioned form where notification_format asks for it", async () => {
  const rc = "[[post-config|$NOVA_CONF]]\n[notifications]\nnotification_format = versioned\n";
  await using cloud = await serverCloud({ rc });
  const id = await cloud.server({ name: "vm1", flavorRef: "1", networks: "none" });
  const sent = cloud.cloud.notifications.recent();
  expect(eventsOf(sent, "compute.instance")).toEqual([]);
  const end = sent.find(({ event_type }) => event_type === "instance.create.end")!;
  expect(end.publisher_id).toBe("nova-compute:testhost");
  expect(end.topics).toEqual(["versioned_notifications.info"]);
  expect(end.payload).toMatchObject({
    "nova_object.name": "InstanceCreatePayload",
    "nova_object.namespace": "nova",
    "nova_object.data": {
      uuid: id,
      display_name: "vm1",
      state: "active",
      power_state: "running",
      flavor: { "nova_object.name": "FlavorPayload", "nova_object.data": { flavorid: "1", name: "m1.tiny" } },
    },
  });
});

test("LG-15 Keystone's as CADF: who did what to whom; authentication, grants and failures too", async () => {
  await using cloud = await testCloud({ windows: ["key"] });
  const { notifications } = cloud.cloud;
  const admin = await cloud.as("key");
  const { body } = await admin.post("/v3/users", { user: { name: "alice", password: "alice-secret" } });
  const alice = body.user.id as string;
  await admin.patch(`/v3/users/${alice}`, { user: { description: "x" } });
  const projects = await admin.get("/v3/projects?name=demo");
  const roles = await admin.get("/v3/roles?name=member");
  const grant = `/v3/projects/${projects.body.projects[0].id}/users/${alice}/roles/${roles.body.roles[0].id}`;
  await admin.put(grant);
  await admin.delete(grant);
  await admin.delete(`/v3/users/${alice}`);
  const password = { user: { name: "alice", domain: { id: "default" }, password: "no" } };
  await cloud.request("key", "POST", "/v3/auth/tokens", {
    auth: { identity: { methods: ["password"], password } },
  });
  const sent = notifications.recent();
  expect(eventsOf(sent, "identity.")).toEqual([
    "identity.authenticate",
    "identity.user.created",
    "identity.user.updated",
    "identity.role_assignment.created",
    "identity.role_assignment.deleted",
    "identity.user.deleted",
    "identity.authenticate",
  ]);
  const created = payloadOf(sent, "identity.user.created");
  expect(created).toMatchObject({
    typeURI: "http://schemas.dmtf.org/cloud/audit/1.0/event",
    eventType: "activity",
    action: "created.user",
    outcome: "success",
    resource_info: alice,
    target: { typeURI: "data/security/account/user", id: alice },
    observer: { typeURI: "service/security" },
    initiator: { username: "admin" },
  });
  expect(payloadOf(sent, "identity.role_assignment.created")).toMatchObject({
    action: "created.role_assignment",
    user: alice,
    project: projects.body.projects[0].id,
    role: roles.body.roles[0].id,
    inherited_to_projects: false,
  });
  expect(payloadOf(sent, "identity.authenticate")).toMatchObject({
    action: "authenticate",
    outcome: "failure",
  });
  expect(sent[0]!.publisher_id).toBe("identity.testhost");
  expect(JSON.stringify(sent)).not.toContain("alice-secret");
});

test("LG-15 Keystone's basic form, a driver that sends nothing, and one that writes to the log", async () => {
  const rc = `[[post-config|$KEYSTONE_CONF]]
[DEFAULT]
notification_format = basic
notification_driver = log
[[post-config|$GLANCE_API_CONF]]
[oslo_messaging_notifications]
driver = noop
`;
  await using cloud = await testCloud({ windows: ["key", "g-api"], rc });
  const admin = await cloud.as("key");
  const { body } = await admin.post("/v3/projects", { project: { name: "p1" } });
  await (await cloud.as("g-api")).post("/v2/images", { name: "i1" });
  const sent = cloud.cloud.notifications.recent();
  const { request_id, ...payload } = payloadOf(sent, "identity.project.created");
  expect(payload).toEqual({ resource_info: body.project.id });
  expect(request_id).toStartWith("req-");
  expect(eventsOf(sent, "image.")).toEqual([]);
  const line = cloud.log.lines.find(({ text }) =>
    text.includes("INFO oslo.messaging.notification.identity.project.created"),
  );
  expect(line?.text).toContain(body.project.id);
});

test("LG-15 Glance's: create, prepare, upload, activate, update, members, delete", async () => {
  await using cloud = await testCloud({ windows: ["key", "g-api"] });
  const glance = await cloud.as("g-api");
  const { body } = await glance.post("/v2/images", {
    name: "i1",
    disk_format: "raw",
    container_format: "bare",
    visibility: "shared",
    tags: ["t"],
    colour: "red",
  });
  const image = `/v2/images/${body.id}`;
  await glance.put(`${image}/file`, "data", { "content-type": "application/octet-stream" });
  await glance.patch(image, JSON.stringify([{ op: "replace", path: "/name", value: "i2" }]), {
    "content-type": "application/openstack-images-v2.1-json-patch",
  });
  await glance.post(`${image}/members`, { member: "p" });
  await glance.delete(`${image}/members/p`);
  await glance.delete(image);
  const sent = cloud.cloud.notifications.recent();
  expect(eventsOf(sent, "image.")).toEqual([
    "image.create",
    "image.prepare",
    "image.upload",
    "image.activate",
    "image.update",
    "image.member.create",
    "image.member.delete",
    "image.delete",
  ]);
  expect(payloadOf(sent, "image.create")).toMatchObject({
    id: body.id,
    name: "i1",
    status: "queued",
    is_public: false,
    tags: ["t"],
    properties: { colour: "red" },
    deleted: false,
  });
  expect(payloadOf(sent, "image.activate")).toMatchObject({ status: "active", size: 4 });
  expect(payloadOf(sent, "image.update")).toMatchObject({ name: "i2" });
  expect(payloadOf(sent, "image.member.create")).toMatchObject({ image_id: body.id, member_id: "p" });
  expect(payloadOf(sent, "image.delete")).toMatchObject({ id: body.id, deleted: true });
  expect(sent.find(({ event_type }) => event_type === "image.create")!.publisher_id).toBe("image.testhost");
});

test("LG-15 Cinder's: volume.create.start and end, resize, snapshot, delete", async () => {
  await using cloud = await testCloud({ windows: ["key", "c-api", "c-sch", "c-vol"] });
  const cinder = await cloud.as("c-api");
  const waitFor = async (path: string, key: string, status: string | null) => {
    for (;;) {
      const answer = await cinder.get(path);
      const now = answer.status === 404 ? null : answer.body[key].status;
      if (now === status) return;
      if (now?.startsWith("error")) throw new Error(answer.text);
      await Bun.sleep(5);
    }
  };
  const projects = await (await cloud.as("key")).get("/v3/projects?name=admin");
  const base = `/v3/${projects.body.projects[0].id}`;
  const { body } = await cinder.post(`${base}/volumes`, { volume: { name: "v1", size: 1 } });
  const volume = `${base}/volumes/${body.volume.id}`;
  await waitFor(volume, "volume", "available");
  await cinder.post(`${volume}/action`, { "os-extend": { new_size: 2 } });
  await waitFor(volume, "volume", "available");
  const made = await cinder.post(`${base}/snapshots`, {
    snapshot: { volume_id: body.volume.id, name: "s1" },
  });
  const snapshot = `${base}/snapshots/${made.body.snapshot.id}`;
  await waitFor(snapshot, "snapshot", "available");
  await cinder.delete(snapshot);
  await waitFor(snapshot, "snapshot", null);
  await cinder.delete(volume);
  await waitFor(volume, "volume", null);
  await new Promise((resolve) => setImmediate(resolve));
  const sent = cloud.cloud.notifications
    .recent()
    .filter(({ event_type }) => /^(volume|snapshot)\./.test(event_type));
  expect(sent.map(({ event_type }) => event_type)).toEqual([
    "volume.create.start",
    "volume.create.end",
    "volume.resize.start",
    "volume.resize.end",
    "snapshot.create.start",
    "snapshot.create.end",
    "snapshot.delete.start",
    "snapshot.delete.end",
    "volume.delete.start",
    "volume.delete.end",
  ]);
  expect(payloadOf(sent, "volume.create.end")).toMatchObject({
    volume_id: body.volume.id,
    display_name: "v1",
    size: 1,
    status: "available",
    volume_attachment: [],
  });
  expect(sent[0]!.publisher_id).toMatch(/^volume\.testhost@/);
  expect(payloadOf(sent, "snapshot.create.end")).toMatchObject({ status: "available", volume_size: 2 });
});

test("LG-15 Neutron's: what was asked for and what came of it", async () => {
  await using cloud = await testCloud({ windows: ["key", "n-net", "q-svc"] });
  const neutron = await cloud.as("q-svc");
  const before = cloud.cloud.notifications.recent().length;
  const { body } = await neutron.post("/v2.0/networks", { network: { name: "n1" } });
  const path = `/v2.0/networks/${body.network.id}`;
  await neutron.put(path, { network: { name: "n2" } });
  await neutron.delete(path);
  const sent = cloud.cloud.notifications.recent().slice(before);
  expect(eventsOf(sent, "network.")).toEqual([
    "network.create.start",
    "network.create.end",
    "network.update.start",
    "network.update.end",
    "network.delete.start",
    "network.delete.end",
  ]);
  expect(payloadOf(sent, "network.create.start")).toEqual({ network: { name: "n1" } });
  expect(payloadOf(sent, "network.create.end")).toEqual(body);
  expect(payloadOf(sent, "network.delete.end")).toMatchObject({
    network_id: body.network.id,
    network: { name: "n2" },
  });
  expect(sent[0]!.publisher_id).toBe("network.testhost");
});
