// What every resource of the Network API can be asked for (tags, revisions, sorting, pages, fields, filters), and the
// nouns beside networks, ports and routers. Facts: neutron and neutron_lib of Zed.

import { expect, test } from "bun:test";
import { NetworkCloud } from "../testing/cloud.ts";

// biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
type Body = any;

const namesOf = (rows: Body[]) => rows.map((row) => row.name);

test("tags: one, all, none, and the four ways to ask by them", async () => {
  await using cloud = await NetworkCloud.start();
  const { admin } = cloud;
  const tagged: Record<string, string[]> = { red: ["red"], both: ["red", "blue"], none: [] };
  for (const [name, tags] of Object.entries(tagged)) {
    const { id } = await cloud.make("networks", { name });
    const put = await admin.put(`/v2.0/networks/${id}/tags`, { tags });
    expect(put.status).toBe(200);
    expect(put.body.tags.toSorted()).toEqual(tags.toSorted());
  }
  const asked = async (query: string) =>
    namesOf((await admin.get(`/v2.0/networks?${query}&sort_key=name&sort_dir=asc`)).body.networks).filter(
      (name: string) => Object.hasOwn(tagged, name),
    );
  expect(await asked("tags=red")).toEqual(["both", "red"]);
  expect(await asked("tags=red,blue")).toEqual(["both"]);
  expect(await asked("tags-any=red,blue")).toEqual(["both", "red"]);
  expect(await asked("not-tags=red,blue")).toEqual(["none", "red"]);
  expect(await asked("not-tags-any=red,blue")).toEqual(["none"]);
  const [red] = (await admin.get("/v2.0/networks?name=red")).body.networks;
  const one = `/v2.0/networks/${red.id}/tags`;
  expect((await admin.get(`${one}/red`)).status).toBe(204);
  expect((await admin.put(`${one}/green`)).status).toBe(201);
  expect((await admin.get(one)).body.tags.toSorted()).toEqual(["green", "red"]);
  expect((await admin.delete(`${one}/green`)).status).toBe(204);
  const gone = await admin.get(`${one}/green`);
  expect(gone.status).toBe(404);
  expect(gone.body.NeutronError).toMatchObject({
    type: "TagNotFound",
    message: "Tag green could not be found.",
  });
  expect((await admin.put(`${one}/${"x".repeat(256)}`)).status).toBe(400);
  expect((await admin.delete(one)).status).toBe(204);
  expect((await admin.get(one)).body.tags).toEqual([]);
});

test("revisions grow with every change, and a change may name the one it is meant for", async () => {
  await using cloud = await NetworkCloud.start();
  const { admin } = cloud;
  const network = await cloud.make("networks", { name: "first" });
  const path = `/v2.0/networks/${network.id}`;
  const changed = (await admin.put(path, { network: { name: "second" } })).body.network;
  expect(changed.revision_number).toBe(network.revision_number + 1);
  const late = await admin.put(
    path,
    { network: { name: "third" } },
    { "if-match": `revision_number=${network.revision_number}` },
  );
  expect(late.status).toBe(412);
  expect(late.body.NeutronError.type).toBe("RevisionNumberConstraintFailed");
  const meant = { "if-match": `revision_number=${changed.revision_number}` };
  expect((await admin.put(path, { network: { name: "third" } }, meant)).status).toBe(200);
});

test("lists are sorted, cut into pages with links, cut to fields, and filtered; unknown filters are refused", async () => {
  await using cloud = await NetworkCloud.start();
  const { admin } = cloud;
  for (const name of ["b", "a", "c", "d"]) {
    await cloud.make("networks", { name, mtu: name < "c" ? 1300 : 1400 });
  }
  const only = "name=a&name=b&name=c&name=d";
  const list = async (query: string) => (await admin.get(`/v2.0/networks?${only}&${query}`)).body;
  expect(namesOf((await list("sort_key=name&sort_dir=desc")).networks)).toEqual(["d", "c", "b", "a"]);
  const twice = "sort_key=mtu&sort_dir=desc&sort_key=name&sort_dir=asc";
  expect(namesOf((await list(twice)).networks)).toEqual(["c", "d", "a", "b"]);
  const first = await list("sort_key=name&sort_dir=asc&limit=2");
  expect(namesOf(first.networks)).toEqual(["a", "b"]);
  const next = first.networks_links.find((link: Body) => link.rel === "next").href;
  const second = (await admin.get(next.slice(next.indexOf("/v2.0")))).body;
  expect(namesOf(second.networks)).toEqual(["c", "d"]);
  const previous = second.networks_links.find((link: Body) => link.rel === "previous").href;
  expect(namesOf((await admin.get(previous.slice(previous.indexOf("/v2.0")))).body.networks)).toEqual([
    "a",
    "b",
  ]);
  expect((await list("fields=name&fields=mtu&sort_key=name&sort_dir=asc")).networks[0]).toEqual({
    name: "a",
    mtu: 1300,
  });
  expect(namesOf((await list("mtu=1400&sort_key=name&sort_dir=asc")).networks)).toEqual(["c", "d"]);
  expect((await admin.get("/v2.0/networks?colour=red")).status).toBe(400);
  expect((await admin.get("/v2.0/networks?sort_key=name&sort_dir=sideways")).status).toBe(400);
  expect((await admin.get("/v2.0/networks?limit=-1")).status).toBe(400);
});

test("address scopes keep the pools in them apart, and networks tell the scope they are in", async () => {
  await using cloud = await NetworkCloud.start();
  const { admin } = cloud;
  const scope = await cloud.make("address-scopes", { name: "inside", ip_version: 4, shared: true });
  const pool = await cloud.make("subnetpools", {
    name: "first",
    prefixes: ["10.20.0.0/16"],
    default_prefixlen: 26,
    min_prefixlen: 24,
    address_scope_id: scope.id,
  });
  const overlapping = await admin.post("/v2.0/subnetpools", {
    subnetpool: { name: "second", prefixes: ["10.20.128.0/17"], address_scope_id: scope.id },
  });
  expect(overlapping.status).toBe(409);
  expect(overlapping.body.NeutronError.type).toBe("AddressScopePrefixConflict");
  const network = await cloud.make("networks", { name: "scoped" });
  const inPool = { network_id: network.id, ip_version: 4, subnetpool_id: pool.id };
  expect((await cloud.make("subnets", inPool)).cidr).toBe("10.20.0.0/26");
  expect((await cloud.make("subnets", { ...inPool, prefixlen: 24 })).cidr).toBe("10.20.1.0/24");
  expect((await admin.post("/v2.0/subnets", { subnet: { ...inPool, prefixlen: 20 } })).status).toBe(400);
  const shown = (await admin.get(`/v2.0/networks/${network.id}`)).body.network;
  expect([shown.ipv4_address_scope, shown.ipv6_address_scope]).toEqual([scope.id, null]);
  const inUse = await admin.delete(`/v2.0/address-scopes/${scope.id}`);
  expect(inUse.status).toBe(409);
  expect(inUse.body.NeutronError.type).toBe("AddressScopeInUse");
  expect((await admin.delete(`/v2.0/subnetpools/${pool.id}`)).body.NeutronError.type).toBe(
    "SubnetPoolDeleteError",
  );
});

test("networks and routers say which agent serves them, and in which zone; both can be moved", async () => {
  await using cloud = await NetworkCloud.start();
  const { admin } = cloud;
  const network = await cloud.make("networks", { name: "served", availability_zone_hints: ["nova"] });
  await cloud.make("subnets", { network_id: network.id, ip_version: 4, cidr: "192.168.7.0/24" });
  const router = await cloud.make("routers", { name: "served" });
  const external = await cloud.externalNetwork();
  await admin.put(`/v2.0/routers/${router.id}`, {
    router: { external_gateway_info: { network_id: external } },
  });
  const agents: Body[] = (await admin.get("/v2.0/agents")).body.agents;
  const idOf = (type: string) => agents.find(({ agent_type }) => agent_type === type).id;
  for (const [what, id, agentPath, list, key] of [
    ["networks", network.id, "dhcp-networks", "dhcp-agents", "network_id"],
    ["routers", router.id, "l3-routers", "l3-agents", "router_id"],
  ] as const) {
    const agentId = idOf(what === "networks" ? "DHCP agent" : "L3 agent");
    const serving = async () =>
      (await admin.get(`/v2.0/${what}/${id}/${list}`)).body.agents.map((agent: Body) => agent.id);
    const zones = async () =>
      (await admin.get(`/v2.0/${what}/${id}`)).body[what.slice(0, -1)].availability_zones;
    expect(await serving()).toEqual([agentId]);
    expect(await zones()).toEqual(["nova"]);
    expect((await admin.delete(`/v2.0/agents/${agentId}/${agentPath}/${id}`)).status).toBe(204);
    expect(await serving()).toEqual([]);
    expect(await zones()).toEqual([]);
    expect((await admin.post(`/v2.0/agents/${agentId}/${agentPath}`, { [key]: id })).status).toBe(201);
    const served = (await admin.get(`/v2.0/agents/${agentId}/${agentPath}`)).body[what];
    expect(served.map((one: Body) => one.id)).toContain(id);
  }
  expect((await admin.get("/v2.0/availability_zones")).body.availability_zones).toEqual(
    expect.arrayContaining([
      { name: "nova", resource: "network", state: "available" },
      { name: "nova", resource: "router", state: "available" },
    ]),
  );
  const nowhere = await admin.post("/v2.0/networks", { network: { availability_zone_hints: ["moon"] } });
  expect(nowhere.status).toBe(404);
  expect(nowhere.body.NeutronError.type).toBe("AvailabilityZoneNotFound");
});

test("DNS names of ports and networks, MTUs, and what a project may have", async () => {
  await using cloud = await NetworkCloud.start({ settings: { DNS_DOMAIN: "example.net" } });
  const { admin } = cloud;
  const network = await cloud.make("networks", { name: "named", dns_domain: "example.org.", mtu: 1400 });
  expect(network).toMatchObject({ dns_domain: "example.org.", mtu: 1400 });
  await cloud.make("subnets", { network_id: network.id, ip_version: 4, cidr: "192.168.7.0/24" });
  const port = await cloud.make("ports", { network_id: network.id, dns_name: "web" });
  expect(port.dns_name).toBe("web");
  expect(port.dns_assignment).toEqual([
    { hostname: "web", ip_address: "192.168.7.2", fqdn: "web.example.net." },
  ]);
  const nameless = await cloud.make("ports", { network_id: network.id });
  expect(nameless.dns_assignment[0].fqdn).toBe("host-192-168-7-3.example.net.");
  const bad = await admin.post("/v2.0/ports", { port: { network_id: network.id, dns_name: "-web" } });
  expect(bad.status).toBe(400);
  const large = await admin.post("/v2.0/networks", { network: { mtu: 9000 } });
  expect(large.status).toBe(400);
  expect(large.body.NeutronError.message).toContain("MTU");

  const path = `/v2.0/quotas/${cloud.projectId}`;
  expect((await admin.put(path, { quota: { router: 1 } })).body.quota.router).toBe(1);
  const { quota } = (await admin.get(`${path}/details.json`)).body;
  expect(quota.router).toEqual({ limit: 1, used: 1, reserved: 0 });
  const over = await admin.post("/v2.0/routers", { router: { name: "over" } });
  expect(over.status).toBe(409);
  expect(over.body.NeutronError).toMatchObject({
    type: "OverQuota",
    message: "Quota exceeded for resources: ['router'].",
  });
  expect((await admin.put(path, { quota: { router: 0, check_limit: true } })).status).toBe(400);
  expect((await admin.delete(path)).status).toBe(204);
  expect((await admin.get(path)).body.quota.router).toBe(10);
});

test("what is shared cannot be taken away from who uses it, nor the default way outside from everybody", async () => {
  await using cloud = await NetworkCloud.start();
  const { admin } = cloud;
  const share = (object_type: string, object_id: string, target_tenant: string) =>
    admin.post("/v2.0/rbac-policies", {
      rbac_policy: { object_type, object_id, action: "access_as_shared", target_tenant },
    });
  const refused = async (id: string) => {
    const answer = await admin.delete(`/v2.0/rbac-policies/${id}`);
    expect(answer.body?.NeutronError?.type).toBe("RbacPolicyInUse");
  };
  const [demo, other] = ["d", "e"].map((digit) => digit.repeat(32)) as [string, string];
  const scope = await cloud.make("address-scopes", { name: "lent", ip_version: 4 });
  const lent = (await share("address_scope", scope.id, demo)).body.rbac_policy.id;
  const prefixes = { prefixes: ["10.30.0.0/16"], default_prefixlen: 24 };
  const pool = await cloud.make("subnetpools", {
    ...{ name: "theirs", project_id: demo, address_scope_id: scope.id },
    ...prefixes,
  });
  await refused(lent);
  const unreachable = await share("subnetpool", pool.id, other);
  expect(unreachable.status).toBe(400);
  expect(unreachable.body.NeutronError.type).toBe("RbacPolicyInitError");
  await admin.delete(`/v2.0/subnetpools/${pool.id}`);
  expect((await admin.delete(`/v2.0/rbac-policies/${lent}`)).status).toBe(204);

  const external = await cloud.externalNetwork();
  const path = `/v2.0/rbac-policies?object_id=${external}&action=access_as_external`;
  const [open] = (await admin.get(path)).body.rbac_policies;
  await refused(open.id);
});

test("port forwardings: one way to a destination, none to a port that has an address; the address stays while they are there", async () => {
  await using cloud = await NetworkCloud.start();
  const { admin } = cloud;
  const external = await cloud.externalNetwork();
  const network = await cloud.make("networks", { name: "forwarded" });
  const subnet = await cloud.make("subnets", {
    network_id: network.id,
    ip_version: 4,
    cidr: "192.168.7.0/24",
  });
  const router = await cloud.make("routers", { name: "r", external_gateway_info: { network_id: external } });
  const before = (await admin.get(`/v2.0/routers/${router.id}`)).body.router.revision_number;
  await admin.put(`/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  const after = (await admin.get(`/v2.0/routers/${router.id}`)).body.router.revision_number;
  expect(after).toBeGreaterThan(before);
  const port = await cloud.make("ports", { network_id: network.id });
  const floating = await cloud.make("floatingips", { floating_network_id: external });
  const path = `/v2.0/floatingips/${floating.id}/port_forwardings`;
  const forward = (external_port: number, internal: Body = port) =>
    admin.post(path, {
      port_forwarding: {
        ...{ protocol: "tcp", external_port, internal_port: 80, internal_port_id: internal.id },
        internal_ip_address: internal.fixed_ips[0].ip_address,
      },
    });
  const made = await forward(8080);
  expect(made.status).toBe(201);
  expect((await forward(8081)).status).toBe(400);
  const taken = await cloud.make("ports", { network_id: network.id });
  await cloud.make("floatingips", { floating_network_id: external, port_id: taken.id });
  expect((await forward(8082, taken)).body.NeutronError.type).toBe("PortHasBindingFloatingIP");
  const kept = await admin.delete(`/v2.0/floatingips/${floating.id}`);
  expect(kept.status).toBe(409);
  expect(kept.body.NeutronError.type).toBe("FipInUseByPortForwarding");
  expect((await admin.delete(`${path}/${made.body.port_forwarding.id}`)).status).toBe(204);
  expect((await admin.delete(`/v2.0/floatingips/${floating.id}`)).status).toBe(204);
  const { floatingip_pools: pools } = (await admin.get("/v2.0/floatingip-pools")).body;
  expect(pools).toContainEqual(
    expect.objectContaining({ network_id: external, subnet_name: "public-subnet" }),
  );
});

test("the addresses of an IPv6 network are counted exactly", async () => {
  await using cloud = await NetworkCloud.start();
  const network = await cloud.make("networks", { name: "wide" });
  await cloud.make("subnets", { network_id: network.id, ip_version: 6, cidr: "2001:db8::/64" });
  const { text } = await cloud.admin.get(`/v2.0/network-ip-availabilities/${network.id}`);
  expect(text).toContain('"total_ips":18446744073709551615');
});
