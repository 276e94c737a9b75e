// The views that tell an operator what is filtered, translated and connected.

import { expect, test } from "bun:test";
import { readDesired } from "../engine/desired.ts";
import { desiredOptions } from "../engine/make.ts";
import { NetworkCloud } from "../testing/cloud.ts";
import { iptablesSave } from "./iptables.ts";
import { topologyOf } from "./topology.ts";

const rules = (cloud: NetworkCloud) =>
  iptablesSave(
    readDesired(cloud.parts.store, desiredOptions(cloud.parts.base.config, 0)),
    "Wed Feb 27 2013",
  ).split("\n");

test("SG-19 iptables-save: chains for forwarding, floating addresses and each guest's groups", async () => {
  await using cloud = await NetworkCloud.start({ settings: { ALLOW_SAME_NET_TRAFFIC: "False" } });
  const [group] = (await cloud.admin.get(`/v2.0/security-groups?name=default&project_id=${cloud.projectId}`))
    .body.security_groups;
  const rule = { security_group_id: group.id, direction: "ingress" };
  await cloud.make("security-group-rules", {
    ...rule,
    protocol: "tcp",
    port_range_min: 22,
    port_range_max: 22,
  });
  await cloud.make("security-group-rules", {
    ...rule,
    protocol: "tcp",
    port_range_min: 80,
    port_range_max: 90,
  });
  await cloud.make("security-group-rules", {
    ...rule,
    protocol: "icmp",
    port_range_min: 8,
    port_range_max: 0,
  });
  const one = await cloud.server("one");
  await cloud.server("two");
  const vif = one.vifs[0]!;
  const { floating_ip_address: address } = await cloud.make("floatingips", {
    floating_network_id: await cloud.externalNetwork(),
    port_id: vif.id,
  });
  const lines = rules(cloud);
  const chain = `nova-compute-inst-${vif.id.slice(0, 11)}`;
  for (const line of [
    "*nat",
    ":nova-network-float-snat - [0:0]",
    "-A nova-network-PREROUTING -i br100 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8775",
    `-A nova-network-PREROUTING -d ${address}/32 -j DNAT --to-destination 10.0.0.2`,
    `-A nova-network-float-snat -s 10.0.0.2/32 -o br-ex -j SNAT --to-source ${address}`,
    "-A nova-network-snat -s 10.0.0.0/24 -j MASQUERADE",
    "*filter",
    "-A nova-network-FORWARD -i br100 -j ACCEPT",
    `:${chain} - [0:0]`,
    `-A nova-compute-local -d 10.0.0.2/32 -j ${chain}`,
    `-A ${chain} -m state --state RELATED,ESTABLISHED -j ACCEPT`,
    `-A ${chain} -s 10.0.0.1/32 -p udp -m udp --sport 67 --dport 68 -j ACCEPT`,
    `-A ${chain} -s 10.0.0.3/32 -j ACCEPT`,
    `-A ${chain} -s 0.0.0.0/0 -p tcp -m tcp --dport 22 -j ACCEPT`,
    `-A ${chain} -s 0.0.0.0/0 -p tcp -m multiport --dports 80:90 -j ACCEPT`,
    `-A ${chain} -s 0.0.0.0/0 -p icmp -m icmp --icmp-type 8/0 -j ACCEPT`,
    `-A ${chain} -j nova-compute-sg-fallback`,
    "-A nova-compute-sg-fallback -j DROP",
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.filter((line) => line === "COMMIT")).toHaveLength(2);
  await cloud.admin.delete(`/v2.0/security-groups/${group.id}`);
  await cloud.deleteServer(one);
  expect(rules(cloud).join("\n")).not.toContain(chain);
});

test("who is plugged in where, as far as the caller may see it", async () => {
  await using cloud = await NetworkCloud.start();
  const net = await cloud.make("networks", { name: "mine" });
  const subnet = await cloud.make("subnets", { network_id: net.id, ip_version: 4, cidr: "192.168.7.0/24" });
  const external = await cloud.externalNetwork();
  const router = await cloud.make("routers", { name: "r", external_gateway_info: { network_id: external } });
  await cloud.admin.put(`/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  const { uuid, vifs } = await cloud.server("web", [{ networkId: net.id }]);
  const all = topologyOf(cloud.parts, cloud.context);
  expect(all.networks).toContainEqual({
    id: net.id,
    name: "mine",
    status: "ACTIVE",
    "router:external": false,
    subnets: [{ id: subnet.id, cidr: "192.168.7.0/24" }],
  });
  expect(all.routers).toContainEqual({
    id: router.id,
    name: "r",
    status: "ACTIVE",
    external_gateway_info: { network_id: external },
  });
  expect(all.ports.find((port) => port.id === vifs[0]!.id)).toMatchObject({
    network_id: net.id,
    device_id: uuid,
  });
  expect(all.servers).toEqual([{ id: uuid, hostname: "web" }]);
  const stranger = topologyOf(cloud.parts, { ...cloud.context, isAdmin: false, projectId: "other" });
  expect(stranger.networks.map((network) => network.name).sort()).toEqual(["private", "public"]);
  expect(stranger.routers).toEqual([]);
  expect(stranger.servers).toEqual([]);
});
