// What can be asked for when a server is created, and what of it is seen afterwards, by whom.

import { expect, test } from "bun:test";
import { LATEST, type ServerCloud, serverCloud } from "../testing/server-cloud.ts";
import { type FakeGuest, FakeWorld } from "./drivers/fake/store.ts";

const ADMIN_ONLY = [
  "OS-EXT-SRV-ATTR:host",
  "OS-EXT-SRV-ATTR:hypervisor_hostname",
  "OS-EXT-SRV-ATTR:instance_name",
];

/** The guest as the simulated hypervisor has it. */
function guestOf(cloud: ServerCloud, id: string, host = "testhost"): FakeGuest {
  const folder = cloud.paths.dir("instances");
  const guest = FakeWorld.open(folder).get(host, id);
  FakeWorld.release(folder);
  if (!guest) throw new Error(`no guest ${id} on ${host}`);
  return guest;
}

/** A network of the user's own with a pool of addresses, and its id. */
async function tenantNetwork(cloud: ServerCloud, user: string): Promise<string> {
  const neutron = await cloud.as("q-svc", user);
  const network = await neutron.post("/v2.0/networks", { network: { name: "demo-net" } });
  const id = network.body.network.id as string;
  const subnet = await neutron.post("/v2.0/subnets", {
    subnet: {
      network_id: id,
      ip_version: 4,
      cidr: "192.168.7.0/24",
      allocation_pools: [{ start: "192.168.7.11", end: "192.168.7.20" }],
    },
  });
  expect(subnet.status).toBe(201);
  return id;
}

test("CP-08 boot with a key: its name is shown, and the server has an address of the project's network", async () => {
  await using cloud = await serverCloud({ networks: true });
  const { nova } = cloud;
  await nova.post("/v2.1/os-keypairs", { keypair: { name: "xae" } });
  const id = await cloud.server({ name: "bosh-cli", flavorRef: "2", key_name: "xae", networks: "auto" });
  const server = await cloud.show(id);
  expect(server).toMatchObject({ name: "bosh-cli", key_name: "xae", status: "ACTIVE" });
  const addresses = Object.values(server.addresses as Record<string, object[]>).flat();
  expect(addresses).toMatchObject([{ version: 4, "OS-EXT-IPS:type": "fixed" }]);
});

test("CP-09 boot on a tenant network, by the network's id, with a security group", async () => {
  await using cloud = await serverCloud({ networks: true });
  const network = await tenantNetwork(cloud, "demo");
  const demo = await cloud.as("n-api", "demo");
  const made = await demo.post("/v2.1/servers", {
    server: {
      name: "demo-instance1",
      imageRef: cloud.imageId,
      flavorRef: "1",
      networks: [{ uuid: network }],
      security_groups: [{ name: "default" }],
    },
  });
  const { id } = made.body.server;
  const server = await cloud.settled(id, "ACTIVE");
  expect(server.addresses["demo-net"]).toHaveLength(1);
  expect(server.addresses["demo-net"][0].addr).toMatch(/^192\.168\.7\.(1[1-9]|20)$/);
  expect(server.security_groups).toEqual([{ name: "default" }]);
});

test("CP-11 a boot with everything, as it stands before a host is chosen", async () => {
  await using cloud = await serverCloud({ networks: true });
  await cloud.stop("n-sch");
  await cloud.nova.post("/v2.1/os-keypairs", { keypair: { name: "KeyPair01" } });
  const made = await cloud.nova.post("/v2.1/servers", {
    server: {
      name: "myCirrosServer",
      imageRef: cloud.imageId,
      flavorRef: "1",
      key_name: "KeyPair01",
      security_groups: [{ name: "default" }],
      user_data: btoa("#!/bin/sh\ntrue\n"),
      metadata: { role: "web" },
    },
  });
  expect(made.body.server.adminPass).toHaveLength(12);
  const { id } = made.body.server;
  expect(await cloud.show(id)).toMatchObject({
    status: "BUILD",
    "OS-EXT-STS:task_state": "scheduling",
    "OS-EXT-STS:vm_state": "building",
    "OS-EXT-STS:power_state": 0,
    "OS-EXT-SRV-ATTR:host": null,
    "OS-EXT-SRV-ATTR:instance_name": "instance-00000001",
    "OS-EXT-SRV-ATTR:user_data": btoa("#!/bin/sh\ntrue\n"),
    addresses: {},
    hostId: "",
    key_name: "KeyPair01",
    metadata: { role: "web" },
  });
  await cloud.start("n-sch");
  await cloud.settled(id, "ACTIVE");
});

test("CP-15 CP-16 what an administrator sees of a server, and what its owner does", async () => {
  await using cloud = await serverCloud({ networks: true });
  const demo = await cloud.as("n-api", "demo");
  const server = { name: "demo-instance2", imageRef: cloud.imageId, flavorRef: "1" };
  const { id } = (await demo.post("/v2.1/servers", { server })).body.server;
  await cloud.settled(id, "ACTIVE");
  const seen = (await cloud.nova.get(`/v2.1/servers/${id}`)).body.server;
  expect(seen).toMatchObject({
    "OS-EXT-SRV-ATTR:host": "testhost",
    "OS-EXT-SRV-ATTR:hypervisor_hostname": "testhost",
    "OS-EXT-SRV-ATTR:instance_name": "instance-00000001",
    "OS-EXT-STS:power_state": 1,
    "OS-EXT-STS:vm_state": "active",
    security_groups: [{ name: "default" }],
    progress: 0,
  });
  const own = (await demo.get(`/v2.1/servers/${id}`)).body.server;
  expect(own).toMatchObject({
    "OS-EXT-AZ:availability_zone": "nova",
    "OS-SRV-USG:terminated_at": null,
    "os-extended-volumes:volumes_attached": [],
  });
  expect(own["OS-SRV-USG:launched_at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  for (const name of ADMIN_ONLY) expect(own).not.toHaveProperty(name);
});

test("CP-46 blank disks besides the root disk: ephemeral ones and swap, within the flavor's limits", async () => {
  await using cloud = await serverCloud();
  const flavor = { name: "disks", ram: 512, vcpus: 1, disk: 1, "OS-FLV-EXT-DATA:ephemeral": 3, swap: 512 };
  const { id: flavorRef } = (await cloud.nova.post("/v2.1/flavors", { flavor })).body.flavor;
  const blank = (size: number, more = {}) => ({
    source_type: "blank",
    destination_type: "local",
    boot_index: -1,
    volume_size: size,
    ...more,
  });
  const root = { source_type: "image", destination_type: "local", boot_index: 0, uuid: cloud.imageId };
  const id = await cloud.server({
    flavorRef,
    block_device_mapping_v2: [root, blank(2), blank(256, { guest_format: "swap" })],
  });
  const rows = cloud.sql(
    "nova",
    "SELECT device_name, volume_size, guest_format FROM block_device_mapping WHERE instance_uuid = ? AND source_type = 'blank' ORDER BY device_name",
    id,
  );
  expect(rows).toEqual([
    { device_name: "/dev/vdb", volume_size: 2, guest_format: null },
    { device_name: "/dev/vdc", volume_size: 256, guest_format: "swap" },
  ]);
  const refused = async (disk: object) => {
    const server = { name: "x", imageRef: cloud.imageId, flavorRef, networks: "none" };
    const body = { server: { ...server, block_device_mapping_v2: [root, disk] } };
    const answer = await cloud.nova.post("/v2.1/servers", body, LATEST);
    return [answer.status, answer.body.badRequest?.message];
  };
  expect(await refused(blank(4))).toEqual([
    400,
    "Ephemeral disks requested are larger than the instance type allows. If no size is given in one block device mapping, flavor ephemeral size will be used.",
  ]);
  expect(await refused(blank(1024, { guest_format: "swap" }))).toEqual([
    400,
    "Swap drive requested is larger than instance type allows.",
  ]);
});

test("MD-08 a config drive for the server that asks for one", async () => {
  await using cloud = await serverCloud();
  const id = await cloud.server({ config_drive: true });
  expect((await cloud.show(id)).config_drive).toBe("True");
  expect(guestOf(cloud, id).configDrive).toBe(true);
  const without = await cloud.server();
  expect((await cloud.show(without)).config_drive).toBe("");
  expect(guestOf(cloud, without).configDrive).toBe(false);
});

test("MD-09 a config drive for everybody, also when it was not asked for", async () => {
  await using cloud = await serverCloud({
    rc: "[[post-config|$NOVA_CONF]]\n[DEFAULT]\nforce_config_drive = true\n",
  });
  const id = await cloud.server();
  expect((await cloud.show(id)).config_drive).toBe("True");
  expect(guestOf(cloud, id).configDrive).toBe(true);
});

test("FL-04 a root disk of 0 GB takes the image's size, and is the administrator's to give", async () => {
  await using cloud = await serverCloud();
  const flavor = { name: "nodisk", ram: 256, vcpus: 1, disk: 0 };
  const { id: flavorRef } = (await cloud.nova.post("/v2.1/flavors", { flavor })).body.flavor;
  const id = await cloud.server({ flavorRef });
  expect(guestOf(cloud, id).rootGb).toBe(0);
  const demo = await cloud.as("n-api", "demo");
  const server = { name: "x", imageRef: cloud.imageId, flavorRef, networks: "none" };
  const refused = await demo.post("/v2.1/servers", { server }, LATEST);
  expect([refused.status, refused.body.forbidden?.message]).toEqual([
    403,
    "Only volume-backed servers are allowed for flavors with zero disk.",
  ]);
});

test("FL-12 a flavor larger than every host: ERROR, and the fault says that no host was found", async () => {
  await using cloud = await serverCloud();
  const flavor = { name: "xxl.super", id: "11", ram: 4_000_000, vcpus: 1000, disk: 1 };
  expect((await cloud.nova.post("/v2.1/flavors", { flavor })).status).toBe(200);
  await cloud.nova.put(`/v2.1/os-quota-sets/${projectOf(cloud, "admin")}`, {
    quota_set: { cores: -1, ram: -1 },
  });
  const server = await cloud.settled(await cloud.boot({ flavorRef: "11" }), "ERROR");
  expect(server.fault).toMatchObject({ code: 500, message: "No valid host was found. " });
});

function projectOf(cloud: ServerCloud, name: string): string {
  return (cloud.sql("keystone", "SELECT id FROM project WHERE name = ?", name)[0] as { id: string }).id;
}

test("QU-15 files to put into a server: five at most, of 10240 bytes, with paths of 255", async () => {
  await using cloud = await serverCloud();
  const old = { "x-openstack-nova-api-version": "2.56" };
  const ask = async (personality: { path: string; contents: string }[]) => {
    const server = { name: "x", imageRef: cloud.imageId, flavorRef: "1", networks: "none", personality };
    const answer = await cloud.nova.post("/v2.1/servers", { server }, old);
    return [answer.status, answer.body.forbidden?.message];
  };
  const file = (path: string, bytes = 1) => ({ path, contents: btoa("x".repeat(bytes)) });
  const many = (n: number) => Array.from({ length: n }, (_, i) => file(`/etc/file${i}`));
  expect((await ask([...many(4), file("/etc/large", 10_240)]))[0]).toBe(202);
  expect(await ask(many(6))).toEqual([403, "Personality file limit exceeded"]);
  expect(await ask([file("/etc/large", 10_241)])).toEqual([
    403,
    "Personality file content exceeds maximum 10240",
  ]);
  expect(await ask([file(`/${"p".repeat(255)}`)])).toEqual([
    403,
    "Personality file path exceeds maximum 255",
  ]);
});

test("QU-16 the 129th metadata item is refused", async () => {
  await using cloud = await serverCloud();
  const metadata = Object.fromEntries(Array.from({ length: 129 }, (_, i) => [`key${i}`, "value"]));
  const server = { name: "x", imageRef: cloud.imageId, flavorRef: "1", networks: "none" };
  const refused = await cloud.nova.post("/v2.1/servers", { server: { ...server, metadata } }, LATEST);
  expect([refused.status, refused.body.forbidden?.message]).toEqual([
    403,
    "Maximum number of metadata items exceeds 128",
  ]);
  const { key128: _, ...enough } = metadata;
  const id = await cloud.server({ metadata: enough });
  const more = await cloud.nova.post(`/v2.1/servers/${id}/metadata`, { metadata: { another: "1" } });
  expect(more.status).toBe(403);
});
