// Whatever the APIs take of users, nftables takes of us: one table holds the rules of all projects, so a rule that it
// refused would close the network for everybody. Needs root, for `nft --check`.

import { expect, setDefaultTimeout, test } from "bun:test";
import { hostNames } from "../names.ts";
import { NetworkCloud } from "../testing/cloud.ts";
import { needsRoot, tools } from "../testing/guest.ts";
import { readDesired } from "./desired.ts";
import { filterTable } from "./filter.ts";
import { marksTable, natTable } from "./nat.ts";
import { routerTable } from "./router-nat.ts";

setDefaultTimeout(60_000);

const reason = needsRoot();
if (reason !== null) console.log(`skipped: what nftables accepts: ${reason}`);

const PROTOCOLS = [
  ...["ah", "dccp", "egp", "esp", "gre", "hopopt", "icmp", "igmp", "ip", "ipip", "ipv6-encap", "ipv6-frag"],
  ...["ipv6-icmp", "icmpv6", "ipv6-nonxt", "ipv6-opts", "ipv6-route", "ospf", "pgm", "rsvp", "sctp", "tcp"],
  ...["udp", "udplite", "vrrp", "any", 0, 1, 6, 17, 41, 58, 132, 254, 255],
];
const RANGES = [
  [null, null],
  [0, 0],
  [1, 65_535],
  [22, 22],
  [8, null],
  [255, 255],
  [0, 255],
] as const;
const PREFIXES = {
  IPv4: [null, "0.0.0.0/0", "10.1.2.3", "10.1.2.3/8", "255.255.255.255/32", "224.0.0.0/4"],
  IPv6: [null, "::/0", "fd00::1", "fd00::1/16", "::ffff:10.0.0.1"],
} as const;

async function accepts(text: string): Promise<void> {
  const { code, stderr } = await tools.attempt(["nft", "--check", "-f", "-"], text);
  expect([code, stderr]).toEqual([0, ""]);
}

test.skipIf(reason !== null)(
  "nftables accepts every rule, address pair and forwarding that is accepted",
  async () => {
    await using cloud = await NetworkCloud.start();
    const quota = { security_group_rule: -1, security_group: -1, floatingip: -1, port: -1 };
    await cloud.admin.put(`/v2.0/quotas/${cloud.projectId}`, { quota });
    const group = await cloud.make("security-groups", { name: "all" });
    const other = await cloud.make("security-groups", { name: "other" });
    const addresses = await cloud.make("address-groups", {
      name: "g",
      addresses: ["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "fd00::/8", "::/0", "10.9.9.9/32"],
    });
    let taken = 0;
    const rule = async (fields: Record<string, unknown>) => {
      const security_group_rule = { security_group_id: group.id, ...fields };
      const { status } = await cloud.admin.post("/v2.0/security-group-rules", { security_group_rule });
      if (status === 201) taken++;
      else expect(status).toBeLessThan(500);
    };
    for (const direction of ["ingress", "egress"]) {
      for (const ethertype of ["IPv4", "IPv6"] as const) {
        for (const protocol of PROTOCOLS) {
          for (const [port_range_min, port_range_max] of RANGES) {
            await rule({ direction, ethertype, protocol, port_range_min, port_range_max });
          }
        }
        for (const remote_ip_prefix of PREFIXES[ethertype]) {
          await rule({ direction, ethertype, protocol: "tcp", remote_ip_prefix });
        }
        for (const remote_group_id of [group.id, other.id])
          await rule({ direction, ethertype, remote_group_id });
        await rule({ direction, ethertype, remote_address_group_id: addresses.id });
      }
    }
    expect(taken).toBeGreaterThan(150);

    const network = await cloud.make("networks", { name: "n" });
    const subnet = { network_id: network.id, ip_version: 4, cidr: "192.168.9.0/24" };
    const { id: subnetId } = await cloud.make("subnets", subnet);
    await cloud.make("subnets", { network_id: network.id, ip_version: 6, cidr: "fd00:9::/64" });
    const groups = { security_groups: [group.id] };
    const own = await cloud.server("vm", [{ networkId: network.id }]);
    const pairs = ["0.0.0.0/0", "::/0", "10.1.2.3", "10.1.2.3/8", "fd00::5", "192.168.9.77", "10.1.2.4"].map(
      (ip_address) => ({ ip_address }),
    );
    const macs = [{ ip_address: "10.7.7.7", mac_address: "AA-BB-CC-DD-EE-FF" }];
    const changed = await cloud.admin.put(`/v2.0/ports/${own.vifs[0]!.id}`, {
      port: { ...groups, allowed_address_pairs: [...pairs, ...macs] },
    });
    expect([changed.status, changed.text]).toEqual([200, changed.text]);
    const [shared] = (await cloud.admin.get("/v2.0/networks?name=private")).body.networks;
    const flat = await cloud.server("flat", [{ networkId: shared.id }]);
    await cloud.admin.put(`/v2.0/ports/${flat.vifs[0]!.id}`, { port: groups });

    const external = await cloud.externalNetwork();
    const router = await cloud.make("routers", {
      name: "r",
      external_gateway_info: { network_id: external },
    });
    await cloud.admin.put(`/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnetId });
    let forwarded = 0;
    for (const { vifs } of [own, flat]) {
      const floating = await cloud.make("floatingips", { floating_network_id: external });
      for (const [i, protocol] of ["tcp", "udp", "sctp", "dccp", "icmp", "icmp6"].entries()) {
        const port_forwarding = {
          protocol,
          external_port: 1000 + i,
          internal_port: 2000 + i,
          internal_port_id: vifs[0]!.id,
          internal_ip_address: vifs[0]!.addresses[0]!.address,
        };
        const path = `/v2.0/floatingips/${floating.id}/port_forwardings`;
        const { status } = await cloud.admin.post(path, { port_forwarding });
        if (status === 201) forwarded++;
        else expect(status).toBeLessThan(500);
      }
    }
    expect(forwarded).toBeGreaterThan(4);

    const { store } = cloud.parts;
    const names = hostNames(0);
    const desired = readDesired(store, {
      slot: 0,
      useGroups: true,
      allowSameNet: true,
      domain: "novalocal",
      dnsDomain: "openstacklocal",
      publicCard: names.publicBridge,
      publicNetwork: "public",
      usersBridge: false,
      publicBridge: names.publicBridge,
    });
    const metadata = new Map(
      desired.flat.map(({ bridge, gateway }) => [bridge, { address: gateway, port: 80 }]),
    );
    const bridges = desired.tenant.bridges.map(({ name }) => name);
    const zones = new Map(bridges.map((name, i) => [name, i + 1]));
    await accepts(filterTable("stack-check", desired));
    await accepts(marksTable("stack-check", [...bridges, "br100"], zones, desired.flat));
    await accepts(
      natTable("stack-check", desired, { metadata, external: [{ bridge: "br-ex", range: "10.9.0.0/24" }] }),
    );
    for (const spec of desired.tenant.routers) await accepts(routerTable(spec));
  },
);
