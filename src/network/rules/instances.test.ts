// What the compute service gets: addresses, cards, groups and floating addresses of servers.

import { expect, test } from "bun:test";
import { CloudError } from "../../core/errors.ts";
import { healAfterForeignWrite } from "../store/heal.ts";
import { NetworkCloud } from "../testing/cloud.ts";

const refusal = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof CloudError) return `${error.type} ${error.kind}: ${error.message}`;
    throw error;
  }
  return "accepted";
};

test("NW-06 NW-11 NW-19 servers get the lowest addresses, keep them, and give them back", async () => {
  await using cloud = await NetworkCloud.start();
  const [one, two] = [await cloud.server("one"), await cloud.server("two")];
  expect(one.vifs[0]!.addresses[0]).toMatchObject({
    address: "10.0.0.2",
    version: 4,
    cidr: "10.0.0.0/24",
    gateway: "10.0.0.1",
    floating: [],
  });
  expect(two.vifs[0]!.addresses[0]!.address).toBe("10.0.0.3");
  expect(one.vifs[0]!.macAddress).toStartWith("fa:16:3e:");
  expect(one.vifs[0]!.tapName).toBe(`tap${one.vifs[0]!.id.slice(0, 11)}`);
  expect(one.vifs[0]!.networkName).toBe("private");
  await cloud.network.unplug(cloud.context, one.uuid);
  expect(cloud.network.vifs(one.uuid)[0]).toMatchObject({ status: "DOWN" });
  expect(cloud.network.vifs(one.uuid)[0]!.addresses[0]!.address).toBe("10.0.0.2");
  await cloud.deleteServer(one);
  expect(cloud.network.vifs(one.uuid)).toEqual([]);
  expect((await cloud.server("three")).vifs[0]!.addresses[0]!.address).toBe("10.0.0.2");
});

test("NW-12 the table says which server has an address", async () => {
  await using cloud = await NetworkCloud.start();
  const { uuid, vifs } = await cloud.server("one");
  const [row] = cloud.test.sql("nova", "SELECT * FROM fixed_ips WHERE instance_uuid = ?", uuid);
  expect(row).toMatchObject({ address: vifs[0]!.addresses[0]!.address, allocated: 1 });
  const [card] = cloud.test.sql("nova", "SELECT * FROM virtual_interfaces WHERE instance_uuid = ?", uuid);
  expect(card).toMatchObject({ address: vifs[0]!.macAddress, uuid: vifs[0]!.id });
});

test("allocating twice finds what the first call made; a failure leaves nothing", async () => {
  await using cloud = await NetworkCloud.start();
  const { uuid, vifs } = await cloud.server("one");
  const instance = {
    uuid,
    hostname: "one",
    projectId: cloud.projectId,
    availabilityZone: "nova",
    host: "testhost",
  };
  const again = await cloud.network.allocateForInstance(cloud.context, instance, "auto", []);
  expect(again.map((vif) => vif.id)).toEqual(vifs.map((vif) => vif.id));
  const net = await cloud.make("networks", { name: "empty" });
  const other = { ...instance, uuid: "00000000-0000-4000-8000-999999999999" };
  const [flat] = (await cloud.admin.get("/v2.0/networks?name=private")).body.networks;
  const request = [{ networkId: flat.id }, { networkId: net.id, fixedIp: "10.1.1.1" }];
  await expect(cloud.network.allocateForInstance(cloud.context, other, request, [])).rejects.toBeInstanceOf(
    CloudError,
  );
  expect(cloud.network.vifs(other.uuid)).toEqual([]);
  const used = cloud.test.sql("nova", "SELECT count(*) AS n FROM fixed_ips WHERE instance_uuid IS NOT NULL");
  expect(used).toEqual([{ n: 1 }]);
});

test("NE-29 what cannot be had is refused before the server is made", async () => {
  await using cloud = await NetworkCloud.start();
  const context = cloud.context;
  const validate = (request: Parameters<typeof cloud.network.validateRequest>[1], groups: string[] = []) =>
    refusal(() => cloud.network.validateRequest(context, request, groups, 1));
  const bare = await cloud.make("networks", { name: "bare" });
  expect(await validate([{ networkId: bare.id }])).toBe(
    `NetworkRequiresSubnet invalid: Network ${bare.id} requires a subnet in order to boot instances on.`,
  );
  expect(await validate([{ networkId: "00000000-0000-4000-8000-000000000000" }])).toBe(
    "NetworkNotFound not-found: Network 00000000-0000-4000-8000-000000000000 could not be found.",
  );
  await cloud.make("subnets", { network_id: bare.id, ip_version: 4, cidr: "192.168.5.0/24" });
  expect(await validate("auto")).toBe(
    "NetworkAmbiguous conflict: Multiple possible networks found, use a Network ID to be more specific.",
  );
  expect(await validate("none")).toBe("accepted");
  expect(await validate([{ networkId: bare.id, fixedIp: "192.168.6.1" }])).toBe(
    "FixedIpInvalid invalid: Fixed IP address 192.168.6.1 is invalid.",
  );
  const port = await cloud.make("ports", { network_id: bare.id });
  expect(await validate([{ portId: port.id }])).toBe("accepted");
  const server = await cloud.server("taker", [{ portId: port.id }]);
  expect(await validate([{ portId: port.id }])).toBe(`PortInUse conflict: Port ${port.id} is still in use.`);
  expect(await validate([{ networkId: bare.id }], ["nowhere"])).toStartWith(
    "SecurityGroupNotFoundForProject invalid: Security group nowhere not found for project",
  );
  await cloud.deleteServer(server);
  const shown = (await cloud.admin.get(`/v2.0/ports/${port.id}`)).body.port;
  expect(shown).toMatchObject({ device_id: "", device_owner: "", status: "DOWN" });
});

test("NE-13 a server's port tells whose it is", async () => {
  await using cloud = await NetworkCloud.start();
  const { uuid, vifs } = await cloud.server("one");
  expect((await cloud.admin.get(`/v2.0/ports/${vifs[0]!.id}`)).body.port).toMatchObject({
    device_id: uuid,
    device_owner: "compute:nova",
    status: "ACTIVE",
    "binding:vnic_type": "normal",
    "binding:host_id": "testhost",
    allowed_address_pairs: [],
    extra_dhcp_opts: [],
    fixed_ips: [{ ip_address: "10.0.0.2" }],
  });
});

test("SG-14 groups are put on a server and taken off", async () => {
  await using cloud = await NetworkCloud.start();
  const web = await cloud.make("security_groups".replace("_", "-"), { name: "web" });
  const server = await cloud.server("one");
  await cloud.network.addSecurityGroup(cloud.context, server.uuid, "web");
  expect(cloud.network.securityGroupsOf(server.uuid).map(({ name }) => name)).toEqual(["default", "web"]);
  expect((await cloud.admin.delete(`/v2.0/security-groups/${web.id}`)).status).toBe(409);
  await cloud.network.removeSecurityGroup(cloud.context, server.uuid, "default");
  expect(cloud.network.securityGroupsOf(server.uuid)).toEqual([{ id: web.id, name: "web" }]);
});

test("FI-05 FI-06 FI-09 a floating address moves between servers and stays with its project", async () => {
  await using cloud = await NetworkCloud.start();
  const [one, two] = [await cloud.server("one"), await cloud.server("two")];
  const external = await cloud.externalNetwork();
  const { floating_ip_address: address } = await cloud.make("floatingips", {
    floating_network_id: external,
    project_id: cloud.projectId,
  });
  const { network, context } = cloud;
  const floatingOf = (uuid: string) => network.vifs(uuid)[0]!.addresses[0]!.floating;
  await network.addFloatingIp(context, one.uuid, address, null);
  expect(floatingOf(one.uuid)).toEqual([address]);
  expect(network.serverOfFloatingIp(context, address)).toBe(one.uuid);
  await network.addFloatingIp(context, two.uuid, address, "10.0.0.3");
  expect([floatingOf(one.uuid), floatingOf(two.uuid)]).toEqual([[], [address]]);
  expect(await refusal(() => network.removeFloatingIp(context, one.uuid, address))).toBe(
    `FloatingIpNotAssociated conflict: Floating IP ${address} is not associated with instance ${one.uuid}.`,
  );
  await network.unplug(context, two.uuid);
  expect(floatingOf(two.uuid)).toEqual([address]);
  await network.removeFloatingIp(context, two.uuid, address);
  const [kept] = (await cloud.admin.get("/v2.0/floatingips")).body.floatingips;
  expect(kept).toMatchObject({ floating_ip_address: address, port_id: null, status: "DOWN" });
  const stranger = { ...context, projectId: "other", isAdmin: false, roles: ["member"] };
  expect(await refusal(() => network.addFloatingIp(stranger, one.uuid, address, null))).toBe(
    "NotFound not-found: floating IP not found",
  );
});

test("FI-08 every server gets a floating address when that is wanted, and loses it with itself", async () => {
  await using cloud = await NetworkCloud.start({ settings: { AUTO_ASSIGN_FLOATING_IP: "True" } });
  const server = await cloud.server("xae00");
  const [address] = server.vifs[0]!.addresses[0]!.floating;
  expect(address).toStartWith("172.24.4.");
  await cloud.deleteServer(server);
  expect((await cloud.admin.get("/v2.0/floatingips")).body.floatingips).toEqual([]);
});

test("FI-10 a ghost is driven out with SQL, and the address can be used again", async () => {
  await using cloud = await NetworkCloud.start();
  const server = await cloud.server("ghost");
  const external = await cloud.externalNetwork();
  const { floating_ip_address: address } = await cloud.make("floatingips", {
    floating_network_id: external,
    project_id: cloud.projectId,
    port_id: server.vifs[0]!.id,
  });
  const [fixed] = cloud.test.sql("nova", "SELECT * FROM fixed_ips WHERE instance_uuid = ?", server.uuid) as {
    id: number;
  }[];
  const { id } = fixed!;
  const rows = () => cloud.test.sql("nova", "SELECT * FROM floating_ips WHERE fixed_ip_id = ?", id);
  expect(rows()).toMatchObject([{ address, project_id: cloud.projectId, host: "testhost" }]);
  cloud.test.sql("nova", "UPDATE floating_ips SET fixed_ip_id = NULL, host = NULL WHERE fixed_ip_id = ?", id);
  // The trap: the address is on nothing any more, so this finds no row.
  cloud.test.sql("nova", "UPDATE floating_ips SET project_id = NULL WHERE fixed_ip_id = ?", id);
  expect(healAfterForeignWrite(cloud.parts.store.db)).toEqual(["floating addresses taken off by hand: 1"]);
  expect(cloud.network.vifs(server.uuid)[0]!.addresses[0]!.floating).toEqual([]);
  expect((await cloud.admin.get("/v2.0/floatingips")).body.floatingips).toMatchObject([
    { floating_ip_address: address, status: "DOWN", port_id: null, router_id: null },
  ]);
  cloud.test.sql("nova", "UPDATE floating_ips SET project_id = NULL WHERE address = ?", address);
  healAfterForeignWrite(cloud.parts.store.db);
  expect((await cloud.admin.get("/v2.0/floatingips")).body.floatingips).toEqual([]);
  const next = await cloud.make("floatingips", {
    floating_network_id: external,
    port_id: server.vifs[0]!.id,
  });
  expect(next.floating_ip_address).toBe(address);
});

test("NW-07 NW-10 a free VLAN network is claimed by the first project that needs one", async () => {
  await using cloud = await NetworkCloud.start();
  const { flatNetworks } = cloud.parts;
  const [flat] = flatNetworks.list();
  flatNetworks.delete(flatNetworks.associate(flat!.uuid, { project_id: null }));
  const made = flatNetworks.create({
    label: "vlan",
    kind: "vlan",
    cidr: "10.1.0.0/22",
    network_size: 256,
    num_networks: 2,
    vlan_start: 300,
  });
  expect(made.map((row) => [row.vlan, row.bridge, row.dhcp_start])).toEqual([
    [300, "br300", "10.1.0.3"],
    [301, "br301", "10.1.1.3"],
  ]);
  const server = await cloud.server("first");
  expect(server.vifs[0]!.addresses[0]!.address).toBe("10.1.0.3");
  expect(flatNetworks.list().map((row) => row.project_id)).toEqual([cloud.projectId, null]);
  const other = await cloud.server("second", "auto", "another-project");
  expect(other.vifs[0]!.addresses[0]!.address).toBe("10.1.1.3");
  expect(await refusal(() => flatNetworks.claim("third", null))).toBe(
    "NoMoreNetworks invalid: No more available networks.",
  );
});
