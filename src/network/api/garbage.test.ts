// Whatever is sent for one field of a resource, the answer is the client's error or the resource, never the server's
// error. The route table's own walk cannot do this: Neutron's bodies are described by attributes, not by schemas.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { NetworkCloud } from "../testing/cloud.ts";

setDefaultTimeout(60_000);

let cloud: NetworkCloud;
/** What the resources hang on. */
const ids = new Map<string, string>();
const idOf = (name: string) => ids.get(name)!;

beforeAll(async () => {
  cloud = await NetworkCloud.start();
  await cloud.admin.put(`/v2.0/quotas/${cloud.projectId}`, {
    quota: { network: -1, subnet: -1, port: -1, router: -1, floatingip: -1, security_group: -1 },
  });
  ids.set("external", await cloud.externalNetwork());
  ids.set("network", (await cloud.make("networks", { name: "keep" })).id);
  ids.set("served", (await cloud.make("networks", { name: "served" })).id);
  const served = { network_id: idOf("served"), ip_version: 4, cidr: "10.1.2.0/24" };
  ids.set("subnet", (await cloud.make("subnets", served)).id);
  ids.set("security_group", (await cloud.make("security-groups", { name: "keep" })).id);
});
afterAll(() => cloud[Symbol.asyncDispose]());

const ID = "5e8e5957-649f-477b-9e5b-f1f75b21c03c";
const GARBAGE: readonly unknown[] = [
  null,
  true,
  "",
  " ",
  "x",
  "\u0000",
  "ä🐧",
  "a".repeat(300),
  "1",
  ID,
  -1,
  0,
  4,
  65_536,
  1e30,
  0.5,
  "10.0.0.0/8",
  "10.0.0.300",
  "fe80::1",
  "fd00::/200",
  "fa:16:3e:00:00:01",
  "ff:ff:ff:ff:ff:ff",
  "dhcpv6-stateful",
  "network:router_interface",
  "network:dhcp",
  "compute:nova",
  [],
  [null],
  ["x"],
  [ID],
  [1, "1"],
  [{}],
  [[]],
  [{ start: "10.0.0.9", end: "10.0.0.1" }],
  [{ start: "10.0.0.1", end: "fd00::1" }],
  [{ subnet_id: ID }],
  [{ ip_address: "x" }],
  [{ ip_address: "10.1.2.3" }],
  [{ ip_address: "10.1.2.3" }, { ip_address: "10.1.2.3" }],
  [{ ip_address: "10.1.2.3", mac_address: "x" }],
  [{ opt_name: "x", opt_value: "y", ip_version: 5 }],
  [{ opt_name: "61", opt_value: null }],
  [{ destination: "10.0.0.0/8", nexthop: "fd00::1" }],
  [{ destination: "0.0.0.0/0", nexthop: "10.0.0.1" }],
  {},
  { a: 1 },
  { network_id: ID },
  { network_id: "x", external_fixed_ips: [{}] },
  { network_id: ID, enable_snat: "x", external_fixed_ips: [{ subnet_id: ID, ip_address: "x" }] },
  JSON.parse('{"__proto__": {"a": 1}}'),
];

interface Kind {
  path: string;
  name: string;
  /** What makes one. */
  fields(): Record<string, unknown>;
  /** Further fields that answers do not show. */
  hidden?: readonly string[];
}

let made = 0;

const KINDS: readonly Kind[] = [
  { path: "networks", name: "network", fields: () => ({ name: "n" }), hidden: ["segments"] },
  {
    path: "subnetpools",
    name: "subnetpool",
    fields: () => ({ name: "p", prefixes: ["10.64.0.0/12"], default_prefixlen: 24 }),
  },
  { path: "address-scopes", name: "address_scope", fields: () => ({ name: "s", ip_version: 4 }) },
  { path: "address-groups", name: "address_group", fields: () => ({ name: "g", addresses: [] }) },
  {
    path: "subnets",
    name: "subnet",
    fields: () => ({ network_id: idOf("network"), ip_version: 4, cidr: `10.200.${made % 250}.0/24` }),
    hidden: ["prefixlen", "use_default_subnetpool"],
  },
  { path: "ports", name: "port", fields: () => ({ network_id: idOf("served") }) },
  { path: "routers", name: "router", fields: () => ({ name: "r" }) },
  { path: "security-groups", name: "security_group", fields: () => ({ name: "g" }) },
  {
    path: "security-group-rules",
    name: "security_group_rule",
    fields: () => ({
      security_group_id: idOf("security_group"),
      direction: "ingress",
      protocol: "tcp",
      port_range_min: 1 + (made % 60_000),
      port_range_max: 1 + (made % 60_000),
    }),
  },
  { path: "floatingips", name: "floatingip", fields: () => ({ floating_network_id: idOf("external") }) },
  { path: "flavors", name: "flavor", fields: () => ({ name: "f", service_type: "L3_ROUTER_NAT" }) },
  { path: "service_profiles", name: "service_profile", fields: () => ({ metainfo: "{}" }) },
  { path: "metering/metering-labels", name: "metering_label", fields: () => ({ name: "m" }) },
  {
    path: "rbac-policies",
    name: "rbac_policy",
    fields: () => ({
      object_type: "network",
      object_id: idOf("network"),
      action: "access_as_shared",
      target_tenant: `t${made}`,
    }),
  },
];

async function create(kind: Kind): Promise<Record<string, unknown>> {
  made++;
  const answer = await cloud.admin.post(`/v2.0/${kind.path}`, { [kind.name]: kind.fields() });
  expect([answer.status, kind.name, answer.text]).toEqual([201, kind.name, answer.text]);
  return answer.body[kind.name];
}

test.each(KINDS.map((kind) => [kind.name, kind] as const))("garbage for a field of a %s", async (_, kind) => {
  const sample = await create(kind);
  const names = [...Object.keys(sample), ...(kind.hidden ?? []), "nonsense"];
  const problems: string[] = [];
  let id = sample["id"];
  for (const name of names) {
    for (const value of GARBAGE) {
      made++;
      const body = { [kind.name]: { ...kind.fields(), [name]: value } };
      const answer = await cloud.admin.post(`/v2.0/${kind.path}`, body);
      if (answer.status >= 500) problems.push(`POST ${JSON.stringify(body)}: ${answer.text}`);
      const created = answer.status === 201 ? answer.body[kind.name].id : null;
      const target = created ?? id;
      const change = { [kind.name]: { [name]: value } };
      const updated = await cloud.admin.put(`/v2.0/${kind.path}/${target}`, change);
      if (updated.status >= 500) problems.push(`PUT ${JSON.stringify(change)}: ${updated.text}`);
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const query = `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
      const asked = await cloud.admin.get(`/v2.0/${kind.path}?${query}`);
      if (asked.status >= 500) problems.push(`GET ${name}=${text}: ${asked.text}`);
      if (target === id) continue;
      const removed = await cloud.admin.delete(`/v2.0/${kind.path}/${target}`);
      if (removed.status >= 500) problems.push(`DELETE after ${JSON.stringify(body)}: ${removed.text}`);
    }
    if ((await cloud.admin.get(`/v2.0/${kind.path}/${id}`)).status === 404) id = (await create(kind))["id"];
  }
  expect(problems).toEqual([]);
});

test("garbage for what is done to resources", async () => {
  const router = await cloud.make("routers", { name: "r" });
  const group = await cloud.make("address-groups", { name: "g", addresses: [] });
  const pool = await cloud.make("subnetpools", {
    name: "p",
    prefixes: ["10.64.0.0/12"],
    default_prefixlen: 24,
  });
  const port = await cloud.make("ports", { network_id: idOf("served") });
  const floating = await cloud.make("floatingips", { floating_network_id: idOf("external") });
  const agents = (await cloud.admin.get("/v2.0/agents")).body.agents as { id: string; agent_type: string }[];
  const agent = (type: string) => agents.find((one) => one.agent_type === type)!.id;
  const forwarding = { internal_port_id: port.id, internal_ip_address: port.fixed_ips[0].ip_address };
  const actions: [method: "post" | "put", path: string, body: Record<string, unknown>][] = [
    ["put", `routers/${router.id}/add_router_interface`, { subnet_id: idOf("subnet"), port_id: port.id }],
    ["put", `routers/${router.id}/remove_router_interface`, { subnet_id: idOf("subnet"), port_id: port.id }],
    ["put", `routers/${router.id}/add_extraroutes`, { router: { routes: [] } }],
    ["put", `routers/${router.id}/remove_extraroutes`, { router: { routes: [] } }],
    ["put", `address-groups/${group.id}/add_addresses`, { address_group: { addresses: [] } }],
    ["put", `address-groups/${group.id}/remove_addresses`, { address_group: { addresses: [] } }],
    ["put", `subnetpools/${pool.id}/add_prefixes`, { prefixes: [] }],
    ["put", `subnetpools/${pool.id}/remove_prefixes`, { prefixes: [] }],
    ["put", `subnetpools/${pool.id}/onboard_network_subnets`, { network_id: idOf("network") }],
    ["put", `networks/${idOf("network")}/tags`, { tags: [] }],
    ["put", `quotas/${cloud.projectId}x`, { quota: { network: 1, port: 2 } }],
    ["post", `agents/${agent("DHCP agent")}/dhcp-networks`, { network_id: idOf("network") }],
    ["post", `agents/${agent("L3 agent")}/l3-routers`, { router_id: router.id }],
    [
      "post",
      `floatingips/${floating.id}/port_forwardings`,
      { port_forwarding: { ...forwarding, internal_port: 80, external_port: 80, protocol: "tcp" } },
    ],
  ];
  const problems: string[] = [];
  for (const [method, path, body] of actions) {
    const bodies = [body, ...GARBAGE, ...Object.keys(body).flatMap((key) => spoilt(body, key))];
    for (const spoiled of bodies) {
      const answer = await cloud.admin[method](`/v2.0/${path}`, spoiled);
      if (answer.status >= 500) problems.push(`${path} ${JSON.stringify(spoiled)}: ${answer.text}`);
    }
  }
  expect(problems).toEqual([]);
});

/** The body with each garbage in place of a key, and of the keys below it. */
function spoilt(body: Record<string, unknown>, key: string): Record<string, unknown>[] {
  const inner = body[key];
  const deeper =
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.keys(inner).flatMap((name) => spoilt(inner as Record<string, unknown>, name))
      : [];
  return [
    ...GARBAGE.map((value) => ({ ...body, [key]: value })),
    ...deeper.map((value) => ({ ...body, [key]: value })),
  ];
}
