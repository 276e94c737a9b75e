// The network node of the installation guides: bridges made with ovs-vsctl, a card to the outside in one of them, and
// the external network on that. Runs as root only.

import { expect, setDefaultTimeout, test } from "bun:test";
import { ovsVsctl } from "../../programs/ovs-vsctl.ts";
import { NetworkCloud } from "../testing/cloud.ts";
import { Guest, needsRoot, tools } from "../testing/guest.ts";

setDefaultTimeout(60_000);

const SLOT = 93;
const INNER = `br-int-${SLOT}`;
const OUTER = `br-out-${SLOT}`;
const CARD = `eth2-${SLOT}`;
const OUTSIDE = "198.51.100.1";
const PORT = 8093;
const reason = needsRoot();
if (reason !== null) console.log(`skipped: an external network on a card: ${reason}`);

async function ovs(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const io = { env: process.env, out: (text: string) => (out += text), err: (text: string) => (err += text) };
  return { status: await ovsVsctl(argv, io), out, err };
}

const done = { status: 0, out: "", err: "" };

test.skipIf(reason !== null)(
  "NE-21 the external network is on the bridge that was made with ovs-vsctl, and on the card in it",
  async () => {
    const bridges = async () => (await ovs("list-br")).out.split("\n");
    try {
      expect(await ovs("add-br", INNER)).toEqual(done);
      expect(await ovs("add-br", OUTER)).toEqual(done);
      expect(await ovs("--may-exist", "add-br", OUTER)).toEqual(done);
      expect(await ovs("add-br", OUTER)).toEqual({
        status: 1,
        out: "",
        err: `ovs-vsctl: cannot create a bridge named ${OUTER} because a bridge named ${OUTER} already exists\n`,
      });
      expect(await bridges()).toEqual(expect.arrayContaining([INNER, OUTER]));
      expect((await ovs("add-port", OUTER, CARD)).err).toContain("No such device");
      // Who is outside has the other end of the card.
      const far = { id: "0e15e093-0000", tapName: CARD, macAddress: "fa:16:3e:0e:15:93" };
      await using outside = await Guest.plug(far as never, INNER);
      expect((await ovs("add-port", OUTER, CARD)).err).toBe(
        `ovs-vsctl: cannot create a port named ${CARD} because a port named ${CARD} already exists on bridge ${INNER}\n`,
      );
      expect(await ovs("del-port", INNER, CARD, "--", "add-port", OUTER, CARD)).toEqual(done);
      expect(await ovs("port-to-br", CARD)).toEqual({ ...done, out: `${OUTER}\n` });
      await outside.configure(`${OUTSIDE}/24`, null);
      await outside.serveCaller(PORT);
      await reachesOutside(outside);
      // The cloud is gone; the bridge and the card are the user's.
      expect((await ovs("list-ports", OUTER)).out).toBe(`${CARD}\n`);
      expect((await ovs("show")).out).toContain(
        `    Bridge ${OUTER}\n        Port ${OUTER}\n            Interface ${OUTER}\n                type: internal\n        Port ${CARD}\n`,
      );
      expect((await ovs("br-exists", OUTER)).status).toBe(0);
    } finally {
      await ovs("--if-exists", "del-br", INNER, "--", "--if-exists", "del-br", OUTER);
    }
    expect((await ovs("br-exists", OUTER)).status).toBe(2);
    expect(await ovs("del-br", OUTER)).toEqual({
      ...done,
      status: 1,
      err: `ovs-vsctl: no bridge named ${OUTER}\n`,
    });
    expect(await ovs("frobnicate")).toMatchObject({
      status: 1,
      err: "ovs-vsctl: unknown command 'frobnicate'; use --help for help\n",
    });
  },
);

/** A server behind a router: out under the router's address, in and out under its floating one. */
async function reachesOutside(outside: Guest): Promise<void> {
  await using cloud = await NetworkCloud.start({
    slot: SLOT,
    settings: { PUBLIC_INTERFACE: OUTER, FLOATING_RANGE: "198.51.100.0/24" },
  });
  const net = await cloud.make("networks", { name: "demo-net" });
  const cidr = { ip_version: 4, cidr: "192.168.93.0/24" };
  const subnet = await cloud.make("subnets", { network_id: net.id, ...cidr });
  const external = await cloud.externalNetwork();
  const router = await cloud.make("routers", {
    name: "demo-router",
    external_gateway_info: { network_id: external },
  });
  await cloud.admin.put(`/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  const server = await cloud.server("demo-instance1", [{ networkId: net.id }]);
  await cloud.settled();
  // The gateway is out there, not here.
  expect(await tools.run(["ip", "addr", "show", OUTER])).not.toContain(OUTSIDE);
  const [leg] = (
    await cloud.admin.get(`/v2.0/ports?device_owner=network:router_gateway&device_id=${router.id}`)
  ).body.ports;
  expect((await ovs("list-ports", OUTER)).out.split("\n")).toEqual(
    expect.arrayContaining([CARD, `tap${leg.id.slice(0, 11)}`]),
  );
  await using guest = await Guest.plug(server.vifs[0]!);
  expect(await guest.dhcp()).toBe("192.168.93.2");
  expect(await guest.asks(OUTSIDE, PORT)).toBe(leg.fixed_ips[0].ip_address);
  const floating = await cloud.make("floatingips", {
    floating_network_id: external,
    port_id: server.vifs[0]!.id,
  });
  await cloud.settled();
  expect(await guest.asks(OUTSIDE, PORT)).toBe(floating.floating_ip_address);
  const [group] = (await cloud.admin.get(`/v2.0/security-groups?name=default&project_id=${cloud.projectId}`))
    .body.security_groups;
  expect(await outside.pings(floating.floating_ip_address)).toBe(false);
  await cloud.make("security-group-rules", {
    security_group_id: group.id,
    direction: "ingress",
    protocol: "icmp",
  });
  await cloud.settled();
  expect(await outside.pings(floating.floating_ip_address)).toBe(true);
}
