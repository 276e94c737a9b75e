// nova-network's three managers on a host: a flat network with a DHCP server, one without, a bridge for each VLAN; and
// bridges that the user has made. Runs as root only.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { networkPublic } from "../public.ts";
import { NetworkCloud } from "../testing/cloud.ts";
import { Guest, hostPings, needsRoot, tools } from "../testing/guest.ts";

setDefaultTimeout(60_000);

const SLOT = 98;
const reason = needsRoot();
if (reason !== null) console.log(`skipped: network managers on the host: ${reason}`);

let cloud: NetworkCloud;

beforeAll(async () => {
  if (reason === null) cloud = await NetworkCloud.start({ slot: SLOT });
});

afterAll(async () => {
  if (reason === null) await cloud[Symbol.asyncDispose]();
});

const links = () => tools.run(["ip", "-d", "addr"]);

test.skipIf(reason !== null)(
  "NW-08 NW-10 each VLAN has a bridge and a DHCP server of its own, and is claimed by the project that needs one",
  async () => {
    const card = `uplink${SLOT}`;
    await tools.run(["ip", "link", "add", card, "type", "veth", "peer", "name", `${card}p`]);
    try {
      const made = cloud.parts.flatNetworks.create({
        label: "vlans",
        cidr: "10.198.0.0/23",
        num_networks: 2,
        kind: "vlan",
        vlan_start: 300,
        bridge_interface: card,
        network_size: 256,
      });
      await cloud.settled();
      expect(made.map((network) => network.bridge)).toEqual([`br300-${SLOT}`, `br301-${SLOT}`]);
      for (const [i, network] of made.entries()) {
        expect(await tools.run(["ip", "addr", "show", network.bridge!])).toContain(`10.198.${i}.1/24`);
        expect(await tools.run(["pgrep", "-af", `nova-${network.bridge}.pid`])).toContain(
          `--listen-address=10.198.${i}.1`,
        );
      }
      // Tagged where the kernel can; where it cannot the log says so and the bridges stay on this machine.
      if ((await links()).includes("vlan protocol 802.1Q id 300")) {
        expect(await tools.run(["bridge", "link"])).toContain(`vlan300-${SLOT}`);
      } else expect(cloud.logged()).toContain(`VLAN 300 stays on this machine, without vlan300-${SLOT}`);
      const one = await cloud.server("one", [{ networkId: made[0]!.uuid }]);
      const two = await cloud.server("two", [{ networkId: made[1]!.uuid }]);
      await using a = await Guest.plug(one.vifs[0]!);
      await using b = await Guest.plug(two.vifs[0]!);
      expect(await a.dhcp()).toBe("10.198.0.3");
      expect(await b.dhcp()).toBe("10.198.1.3");
      expect(await a.pings("10.198.0.1")).toBe(true);
      // Nothing of the one is heard on the other.
      await a.do("ip", "addr", "add", "10.198.1.77/24", "dev", "eth0");
      expect(await a.pings("10.198.1.3", "-I", "10.198.1.77")).toBe(false);
      await cloud.deleteServer(one);
      await cloud.deleteServer(two);
      for (const network of made) cloud.parts.flatNetworks.delete(network);
      await cloud.settled();
      expect(await links()).not.toContain(`br300-${SLOT}`);
      expect(await links()).not.toContain(`vlan300-${SLOT}`);
    } finally {
      await tools.attempt(["ip", "link", "del", card]);
    }
  },
);

test.skipIf(reason !== null)(
  "NW-08 a network of the flat manager has a bridge and no DHCP server: guests are told their address",
  async () => {
    const bridge = `flat-${SLOT}`;
    const [network] = cloud.parts.flatNetworks.create({
      label: "flat",
      cidr: "10.199.0.0/24",
      kind: "flat",
      bridge,
    });
    const server = await cloud.server("static", [{ networkId: network!.uuid }]);
    const [vif] = server.vifs;
    const address = vif!.addresses[0]!;
    expect(address).toMatchObject({ address: "10.199.0.2", gateway: "10.199.0.1", dhcp: false });
    await using guest = await Guest.plug(vif!);
    expect(await guest.dhcp()).toBeNull();
    await guest.configure(`${address.address}/24`, address.gateway);
    expect(await guest.pings("10.199.0.1")).toBe(true);
    await cloud.deleteServer(server);
    cloud.parts.flatNetworks.delete(network!);
    await cloud.settled();
  },
);

test.skipIf(reason !== null)(
  "NW-01 NW-02 NW-09 a bridge that the user has made keeps the host's address, and gets its guests and their gateway",
  async () => {
    const bridge = `mybr${SLOT}`;
    await tools.run(["ip", "link", "add", bridge, "type", "bridge"]);
    await tools.run(["ip", "link", "set", bridge, "up"]);
    await tools.run(["ip", "addr", "add", "10.197.100.22/24", "dev", bridge]);
    try {
      const [network] = cloud.parts.flatNetworks.create({
        label: "NimbulaNetwork",
        cidr: "10.197.100.64/27",
        bridge,
        project_id: cloud.projectId,
        multi_host: true,
        dns1: "10.237.8.8",
      });
      const server = await cloud.server("xae00", [{ networkId: network!.uuid }]);
      const addressesOf = () => tools.run(["ip", "addr", "show", bridge]);
      expect(await addressesOf()).toContain("10.197.100.22/24");
      expect(await addressesOf()).toContain("10.197.100.65/27");
      await using guest = await Guest.plug(server.vifs[0]!);
      expect(await guest.dhcp()).toBe("10.197.100.66");
      expect(await guest.pings("10.197.100.65")).toBe(true);
      expect(await guest.pings("10.197.100.22")).toBe(true);
      // It is closed to the host as any other.
      expect(await hostPings("10.197.100.66")).toBe(false);
      expect(await tools.run(["pgrep", "-af", `nova-${bridge}.pid`])).toContain("--server=10.237.8.8");
      await cloud.network.deallocateForInstance(cloud.context, server.uuid);
      cloud.parts.flatNetworks.associate(network!.uuid, { project_id: null });
      cloud.parts.flatNetworks.delete(cloud.parts.flatNetworks.find({ uuid: network!.uuid }));
      await cloud.settled();
      expect(await addressesOf()).not.toContain("10.197.100.65");
      expect(await addressesOf()).toContain("10.197.100.22/24");
      expect(cloud.test.cloud.peers.get(networkPublic).vifs(server.uuid)).toEqual([]);
    } finally {
      await tools.run(["ip", "link", "del", bridge]);
    }
  },
);

test.skipIf(reason !== null)(
  "a cleanup takes our address from the user's bridge and leaves the bridge",
  async () => {
    const bridge = `kept${SLOT}`;
    await tools.run(["ip", "link", "add", bridge, "type", "bridge"]);
    await tools.run(["ip", "link", "set", bridge, "up"]);
    try {
      cloud.parts.flatNetworks.create({ label: "kept", cidr: "10.196.0.0/24", bridge });
      await cloud.settled();
      expect(await tools.run(["ip", "addr", "show", bridge])).toContain("10.196.0.1/24");
      await cloud.test.cloud.stopService("n-net");
      const removed = (await cloud.test.cloud.cleanup()).join("\n");
      expect(removed).toContain(`took 10.196.0.1/24 from ${bridge}`);
      expect(await tools.run(["ip", "addr", "show", bridge])).not.toContain("10.196.0.1/24");
    } finally {
      await tools.run(["ip", "link", "del", bridge]);
      await cloud.test.cloud.startService("n-net");
    }
  },
);
