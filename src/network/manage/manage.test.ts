// The operators' verbs on nova-network's tables, as nova-manage prints them.

import { expect, test } from "bun:test";
import { NetworkCloud } from "../testing/cloud.ts";
import { createFloating, deleteFloating, listFixed, listFloating, reserveFixed } from "./addresses.ts";
import {
  createNetworks,
  deleteNetwork,
  listNetworks,
  modifyNetwork,
  type NetworkCreateOptions,
} from "./networks.ts";

const NOTHING: NetworkCreateOptions = {
  label: null,
  cidr: null,
  numNetworks: null,
  networkSize: null,
  vlan: null,
  vlanStart: null,
  gateway: null,
  bridge: null,
  bridgeInterface: null,
  multiHost: null,
  dns1: null,
  dns2: null,
  uuid: null,
  fixedCidr: null,
  projectId: null,
  priority: null,
};

const rows = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t").map((cell) => cell.trim()));

test("NW-03 NW-04 a network for a project, and the list of networks with tabs", async () => {
  await using cloud = await NetworkCloud.start();
  const { parts } = cloud;
  createNetworks(parts, {
    ...NOTHING,
    label: "NimbulaNetwork",
    cidr: "10.21.100.64/27",
    bridge: "br100",
    projectId: "b571884d294948dfb504361ab2515f4f",
    numNetworks: 1,
    multiHost: true,
    dns1: "10.237.8.8",
  });
  const text = listNetworks(parts);
  const [header, , made] = text.split("\n");
  expect(header).toBe(
    "id   \tIPv4              \tIPv6           \tstart address  \tDNS1           \tDNS2           \tVlanID         \tproject        \tuuid           ",
  );
  const { uuid, id } = parts.flatNetworks.find({ cidr: "10.21.100.64/27" });
  expect(made!.split("\t").map((cell) => cell.trim())).toEqual([
    ...[String(id), "10.21.100.64/27", "None", "10.21.100.66", "10.237.8.8", "None", "None"],
    ...["b571884d294948dfb504361ab2515f4f", uuid],
  ]);
  const fixed = rows(listFixed(parts, null)).filter(([range]) => range === "10.21.100.64/27");
  expect(fixed.length).toBe(32);
});

test("NW-04 networks of the VLAN manager start one address later, numbers count up", async () => {
  await using cloud = await NetworkCloud.start({
    settings: { NETWORK_MANAGER: "nova.network.manager.VlanManager" },
  });
  const { parts } = cloud;
  createNetworks(parts, { ...NOTHING, label: "test", cidr: "10.1.0.0/23", numNetworks: 2, vlanStart: 300 });
  const made = rows(listNetworks(parts)).slice(-2);
  expect(made.map((row) => [row[1], row[3], row[6], row[7]])).toEqual([
    ["10.1.0.0/24", "10.1.0.3", "300", "None"],
    ["10.1.1.0/24", "10.1.1.3", "301", "None"],
  ]);
  expect(parts.flatNetworks.find({ cidr: "10.1.1.0/24" })).toMatchObject({ bridge: "br301", kind: "vlan" });
  expect(() => createNetworks(parts, { ...NOTHING, cidr: "10.9.0.0/24" })).toThrow(
    "label is required to create a network.",
  );
  expect(() => createNetworks(parts, { ...NOTHING, label: "x" })).toThrow(
    "cidr or cidr_v6 is required to create a network.",
  );
});

test("NW-07 a network is given to a project, taken away, and removed", async () => {
  await using cloud = await NetworkCloud.start();
  const { parts } = cloud;
  createNetworks(parts, { ...NOTHING, label: "own", cidr: "10.3.0.0/24", bridge: "br103" });
  const change = { fixedRange: "10.3.0.0/24", host: null, disassociateHost: false };
  modifyNetwork(parts, { ...change, project: "p1", disassociateProject: false });
  expect(parts.flatNetworks.find({ cidr: "10.3.0.0/24" }).project_id).toBe("p1");
  const by = { fixedRange: "10.3.0.0/24", uuid: null };
  expect(() => deleteNetwork(parts, by)).toThrow(
    "Network must be disassociated from project p1 before delete",
  );
  modifyNetwork(parts, { ...change, project: null, disassociateProject: true });
  deleteNetwork(parts, by);
  expect(listNetworks(parts)).not.toContain("10.3.0.0/24");
  expect(() => deleteNetwork(parts, by)).toThrow("Network could not be found with cidr 10.3.0.0/24.");
  expect(() => deleteNetwork(parts, { fixedRange: null, uuid: null })).toThrow(
    "Please specify either fixed_range or uuid",
  );
});

test("FI-01 floating addresses by project, address, server, pool and card", async () => {
  await using cloud = await NetworkCloud.start({ settings: { PUBLIC_INTERFACE: "vlan20" } });
  const { parts } = cloud;
  deleteFloating(parts, "172.24.4.0/24");
  expect(listFloating(parts, null)).toBe("No floating IP addresses have been defined.\n");
  createFloating(parts, { range: "1.2.3.4/31", pool: "nova", card: null });
  createFloating(parts, { range: "1.2.3.6", pool: "nova", card: "eth9" });
  expect(listFloating(parts, null)).toBe(
    "None\t1.2.3.4\tNone\tnova\tvlan20\nNone\t1.2.3.5\tNone\tnova\tvlan20\nNone\t1.2.3.6\tNone\tnova\teth9\n",
  );
  expect(() => createFloating(parts, { range: "1.2.3.6", pool: null, card: null })).toThrow(
    "Floating IP 1.2.3.6 already exists.",
  );
  const { uuid, vifs } = await cloud.server("web");
  const row = parts.floatingPools.allocate(cloud.context, cloud.projectId, "nova");
  await cloud.network.addFloatingIp(cloud.context, uuid, row.address, vifs[0]!.addresses[0]!.address);
  expect(listFloating(parts, null)).toContain(`${cloud.projectId}\t1.2.3.4\t${uuid}\tnova\tvlan20\n`);
});

test("a fixed address that is set aside is not given out until it is made available", async () => {
  await using cloud = await NetworkCloud.start();
  const { parts } = cloud;
  const first = "10.0.0.2";
  reserveFixed(parts, first, true);
  const one = await cloud.server("one");
  expect(one.vifs[0]!.addresses[0]!.address).toBe("10.0.0.3");
  reserveFixed(parts, first, false);
  const two = await cloud.server("two");
  expect(two.vifs[0]!.addresses[0]!.address).toBe(first);
  expect(() => reserveFixed(parts, "9.9.9.9", true)).toThrow("Fixed IP not found for address 9.9.9.9.");
  const used = rows(listFixed(parts, "testhost"));
  expect(used).toEqual([
    ["network", "IP address", "hostname", "host"],
    ["10.0.0.0/24", first, "two", "testhost"],
    ["10.0.0.0/24", "10.0.0.3", "one", "testhost"],
  ]);
});
