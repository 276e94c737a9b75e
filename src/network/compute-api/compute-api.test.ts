// Nova's network calls, asked of the compute API.

import { expect, test } from "bun:test";
import type { Answer, ApiClient } from "../../testing/cloud.ts";
import { NetworkCloud } from "../testing/cloud.ts";

const start = (settings: Record<string, string> = {}) =>
  NetworkCloud.start({ windows: ["key", "n-net", "q-svc", "n-api"], settings });

const version = (minor: number) => ({ "x-openstack-nova-api-version": `2.${minor}` });
const bad = (message: string) => ({ badRequest: { code: 400, message } });

async function group(api: ApiClient, name: string): Promise<{ id: string; rules: unknown[] }> {
  const made = await api.post("/v2.1/os-security-groups", { security_group: { name, description: "test" } });
  expect(made.status).toBe(200);
  return made.body.security_group;
}

const rule = (api: ApiClient, fields: Record<string, unknown>): Promise<Answer> =>
  api.post("/v2.1/os-security-group-rules", { security_group_rule: fields });

test("SG-13 every project has a default group that cannot be deleted while in use", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api");
  const { security_groups } = (await nova.get("/v2.1/os-security-groups")).body;
  expect(security_groups).toMatchObject([
    {
      name: "default",
      description: "Default security group",
      tenant_id: cloud.projectId,
      rules: [
        { ip_protocol: null, group: { name: "default", tenant_id: cloud.projectId }, ip_range: {} },
        { ip_protocol: null, group: { name: "default", tenant_id: cloud.projectId }, ip_range: {} },
      ],
    },
  ]);
  const server = await cloud.server("one");
  expect(cloud.network.securityGroupsOf(server.uuid)).toEqual([
    { id: security_groups[0].id, name: "default" },
  ]);
  const refused = await nova.delete(`/v2.1/os-security-groups/${security_groups[0].id}`);
  expect(refused.status).toBe(400);
  expect(refused.body).toEqual(bad(`Security Group ${security_groups[0].id} in use.`));
});

test("SG-03 SG-04 a group is made, shown, changed, deleted; the default one stays a user's", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api", "demo");
  const made = await group(nova, "global_http");
  expect(made.rules).toEqual([]);
  const path = `/v2.1/os-security-groups/${made.id}`;
  expect((await nova.get(path)).body.security_group).toMatchObject({
    id: made.id,
    name: "global_http",
    description: "test",
  });
  const changed = await nova.put(path, { security_group: { name: "web", description: "other" } });
  expect(changed.body.security_group).toMatchObject({ name: "web", description: "other" });
  expect((await nova.delete(path)).status).toBe(202);
  const gone = await nova.get(path);
  expect(gone.status).toBe(404);
  expect(gone.body).toEqual({
    itemNotFound: { code: 404, message: `Security group ${made.id} does not exist` },
  });
  const own = (await nova.get("/v2.1/os-security-groups")).body.security_groups[0];
  expect((await nova.delete(`/v2.1/os-security-groups/${own.id}`)).status).toBe(400);
});

test("SG-05 SG-06 SG-07 SG-09 SG-11 SG-12 rules for addresses", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api", "demo");
  const { id } = await group(nova, "open");
  const add = async (ip_protocol: string, from_port: unknown, to_port: unknown) => {
    const made = await rule(nova, {
      parent_group_id: id,
      ip_protocol,
      from_port,
      to_port,
      cidr: "0.0.0.0/0",
    });
    expect(made.status).toBe(200);
    return made.body.security_group_rule;
  };
  const ssh = await add("tcp", 22, 22);
  expect(ssh).toEqual({
    id: ssh.id,
    parent_group_id: id,
    ip_protocol: "tcp",
    from_port: 22,
    to_port: 22,
    group: {},
    ip_range: { cidr: "0.0.0.0/0" },
  });
  expect(await add("icmp", -1, -1)).toMatchObject({ ip_protocol: "icmp", from_port: -1, to_port: -1 });
  expect(await add("udp", "53", "53")).toMatchObject({ ip_protocol: "udp", from_port: 53, to_port: 53 });
  await add("tcp", 1, 65_535);
  const { rules } = (await nova.get(`/v2.1/os-security-groups/${id}`)).body.security_group;
  expect(rules).toHaveLength(4);
  expect((await nova.delete(`/v2.1/os-security-group-rules/${ssh.id}`)).status).toBe(202);
  const again = await nova.delete(`/v2.1/os-security-group-rules/${ssh.id}`);
  expect(again.status).toBe(404);
});

test("SG-01 SG-02 SG-09 groups are listed, of all projects for the administrator, with their rules", async () => {
  await using cloud = await start();
  const demo = await cloud.test.as("n-api", "demo");
  const admin = await cloud.test.as("n-api");
  const { id } = await group(demo, "open");
  for (const [ip_protocol, from_port, to_port] of [
    ["icmp", -1, 255],
    ["tcp", 1, 65_535],
    ["udp", 1, 65_535],
  ]) {
    const fields = { parent_group_id: id, ip_protocol, from_port, to_port, cidr: "0.0.0.0/0" };
    expect((await rule(demo, fields)).status).toBe(200);
  }
  type Listed = { id: string; name: string; description: string; tenant_id: string; rules: object[] };
  const list = async (api: ApiClient, query = ""): Promise<Listed[]> =>
    (await api.get(`/v2.1/os-security-groups${query}`)).body.security_groups;
  const own = await list(demo);
  expect(own.map((one) => one.name).sort()).toEqual(["default", "open"]);
  for (const one of own) {
    expect(Object.keys(one).sort()).toEqual(["description", "id", "name", "rules", "tenant_id"]);
  }
  expect((await list(admin)).map((one) => one.id)).not.toContain(id);
  const all = await list(admin, "?all_tenants=1");
  expect(all.find((one) => one.id === id)).toMatchObject({ name: "open", tenant_id: own[0]!.tenant_id });
  expect(new Set(all.map((one) => one.tenant_id)).size).toBeGreaterThan(1);
  const { rules } = own.find((one) => one.id === id)!;
  expect(rules).toHaveLength(3);
  expect(rules).toContainEqual({
    id: expect.any(String),
    parent_group_id: id,
    ip_protocol: "tcp",
    from_port: 1,
    to_port: 65_535,
    group: {},
    ip_range: { cidr: "0.0.0.0/0" },
  });
});

test("SG-10 a rule for the members of a group", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api", "demo");
  const cluster = await group(nova, "cluster");
  const http = await group(nova, "global-http");
  const made = await rule(nova, {
    parent_group_id: cluster.id,
    group_id: http.id,
    ip_protocol: "tcp",
    from_port: 22,
    to_port: 22,
  });
  expect(made.body.security_group_rule).toMatchObject({
    group: { name: "global-http" },
    ip_range: {},
    from_port: 22,
  });
  const wide = await rule(nova, { parent_group_id: cluster.id, group_id: http.id, ip_protocol: "udp" });
  expect(wide.body.security_group_rule).toMatchObject({ from_port: 1, to_port: 65_535 });
});

test("what is wrong with a rule or a group is said as Nova says it", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api", "demo");
  const { id } = await group(nova, "strict");
  const good = {
    parent_group_id: id,
    ip_protocol: "tcp",
    from_port: 80,
    to_port: 80,
    cidr: "10.0.0.0/8",
  };
  await rule(nova, good);
  const cases: [Record<string, unknown>, string][] = [
    [{}, `This rule already exists in group ${id}`],
    [{ parent_group_id: "7" }, "Security group id should be uuid"],
    [{ parent_group_id: null }, "Security group id should be uuid"],
    [{ ip_protocol: "gre" }, "Invalid IP protocol gre."],
    [{ from_port: 90 }, "Invalid port range 90:80. Former value cannot be greater than the later"],
    [{ to_port: 70_000 }, "Invalid port range 80:70000. Valid TCP ports should be between 1-65535"],
    [{ from_port: "ssh" }, "Invalid input received: To and From ports must be integers"],
    [
      { ip_protocol: "icmp", from_port: 300 },
      "Invalid port range 300:80. For ICMP, the type:code must be valid",
    ],
    [
      { ip_protocol: "icmp", from_port: "echo" },
      "Invalid input received: Type and Code must be integers for ICMP protocol type",
    ],
    [{ cidr: "10.0.0.0/33" }, "10.0.0.0/33 is not a valid IP network."],
    [{ cidr: 7 }, "7 is not a valid IP network."],
    [{ cidr: "10.0.0.0/0" }, "Bad prefix for network in cidr 10.0.0.0/0"],
    [{ ip_protocol: null }, "Not enough parameters to build a valid rule."],
    [{ ip_protocol: { a: 1 } }, "Invalid IP protocol {'a': 1}."],
    [{ from_port: [1] }, "Invalid input received: To and From ports must be integers"],
  ];
  for (const [change, message] of cases) {
    const answer = await rule(nova, { ...good, ...change });
    expect([answer.status, answer.body]).toEqual([400, bad(message)]);
  }
  const path = "/v2.1/os-security-groups";
  const long = "x".repeat(256);
  for (const [body, message] of [
    [{}, "The request body can't be empty"],
    [{ group: {} }, "Missing parameter security_group"],
    [
      { security_group: { name: 7, description: "" } },
      "Invalid input received: name is not a string or unicode",
    ],
    [
      { security_group: { name: long, description: "" } },
      "Invalid input received: name has 256 characters, more than 255.",
    ],
  ] as const) {
    const answer = await nova.post(path, body);
    expect([answer.status, answer.body]).toEqual([400, bad(message)]);
  }
});

test("SG-20 ten groups in a project, twenty rules in a group", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api", "demo");
  const groups: { id: string }[] = [];
  for (let i = 1; i < 10; i++) groups.push(await group(nova, `g${i}`));
  const full = await nova.post("/v2.1/os-security-groups", {
    security_group: { name: "one more", description: "" },
  });
  expect(full.status).toBe(403);
  const message = "Maximum number of security groups or rules exceeded";
  expect(full.body).toEqual({ forbidden: { code: 403, message } });
  for (let port = 1; port <= 21; port++) {
    const made = await rule(nova, {
      parent_group_id: groups[0]!.id,
      ip_protocol: "tcp",
      from_port: port,
      to_port: port,
    });
    expect(made.status).toBe(port <= 20 ? 200 : 403);
  }
});

test("FI-03 FI-04 FI-07 an address is allocated from a pool and goes back", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api", "demo");
  expect((await nova.get("/v2.1/os-floating-ip-pools")).body).toEqual({
    floating_ip_pools: [{ name: "public" }],
  });
  const made = (await nova.post("/v2.1/os-floating-ips", {})).body.floating_ip;
  expect(made).toEqual({
    id: made.id,
    ip: "172.24.4.3",
    pool: "public",
    fixed_ip: null,
    instance_id: null,
  });
  expect((await nova.get("/v2.1/os-floating-ips")).body.floating_ips).toEqual([made]);
  expect((await nova.get(`/v2.1/os-floating-ips/${made.id}`)).body.floating_ip).toEqual(made);
  const stranger = await cloud.test.as("n-api", "admin", "demo");
  expect((await stranger.get(`/v2.1/os-floating-ips/${made.id}`)).status).toBe(200);
  const unknown = await nova.post("/v2.1/os-floating-ips", { pool: "nowhere" });
  expect([unknown.status, unknown.body]).toEqual([
    404,
    { itemNotFound: { code: 404, message: "Floating IP pool not found." } },
  ]);
  expect((await nova.delete(`/v2.1/os-floating-ips/${made.id}`)).status).toBe(202);
  const gone = await nova.get(`/v2.1/os-floating-ips/${made.id}`);
  expect(gone.body.itemNotFound.message).toBe(`Floating IP not found for ID ${made.id}`);
  const next = (await nova.post("/v2.1/os-floating-ips", { pool: "public" })).body.floating_ip;
  expect(next.ip).toBe("172.24.4.3");
});

test("FI-09 ten addresses in a project", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api", "demo");
  for (let i = 0; i < 10; i++) expect((await nova.post("/v2.1/os-floating-ips", {})).status).toBe(200);
  const full = await nova.post("/v2.1/os-floating-ips", { pool: "public" });
  expect([full.status, full.body]).toEqual([
    403,
    { forbidden: { code: 403, message: "IP allocation over quota in pool public." } },
  ]);
});

test("FI-02 pools are filled, listed and emptied in bulk", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api");
  const made = await nova.post("/v2.1/os-floating-ips-bulk", {
    floating_ips_bulk_create: { ip_range: "192.168.253.0/29", pool: "test", interface: "eth9" },
  });
  expect(made.body).toEqual({
    floating_ips_bulk_create: { ip_range: "192.168.253.0/29", pool: "test", interface: "eth9" },
  });
  const listed = async () =>
    (await nova.get("/v2.1/os-floating-ips-bulk")).body.floating_ip_info.filter(
      (row: { pool: string }) => row.pool === "test",
    );
  expect((await listed()).map((row: { address: string }) => row.address)).toEqual(
    [1, 2, 3, 4, 5, 6].map((n) => `192.168.253.${n}`),
  );
  expect((await listed())[0]).toEqual({
    address: "192.168.253.1",
    pool: "test",
    interface: "eth9",
    project_id: null,
    instance_uuid: null,
  });
  const twice = await nova.post("/v2.1/os-floating-ips-bulk", {
    floating_ips_bulk_create: { ip_range: "192.168.253.4/32", pool: "test" },
  });
  expect(twice.body.conflictingRequest.message).toBe("Floating IP 192.168.253.4 already exists.");
  const removed = await nova.put("/v2.1/os-floating-ips-bulk/delete", { ip_range: "192.168.253.0/29" });
  expect(removed.body).toEqual({ floating_ips_bulk_delete: "192.168.253.0/29" });
  expect(await listed()).toEqual([]);
  const demo = await cloud.test.as("n-api", "demo");
  expect((await demo.get("/v2.1/os-floating-ips-bulk")).status).toBe(403);
});

test("NW-03 NW-06 a network is made with its addresses, given away, and deleted", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api");
  const made = await nova.post("/v2.1/os-networks", {
    network: {
      label: "NimbulaNetwork",
      cidr: "10.21.100.64/27",
      bridge: "br100",
      project_id: cloud.projectId,
      multi_host: "T",
      dns1: "10.237.8.8",
    },
  });
  expect(made.status).toBe(400);
  const { network } = (
    await nova.post("/v2.1/os-networks", {
      network: {
        label: "NimbulaNetwork",
        cidr: "10.21.100.64/27",
        bridge: "br101",
        project_id: cloud.projectId,
        multi_host: true,
        dns1: "10.237.8.8",
      },
    })
  ).body;
  expect(network).toMatchObject({
    label: "NimbulaNetwork",
    cidr: "10.21.100.64/27",
    gateway: "10.21.100.65",
    dhcp_start: "10.21.100.66",
    netmask: "255.255.255.224",
    broadcast: "10.21.100.95",
    multi_host: true,
    dns1: "10.237.8.8",
    project_id: cloud.projectId,
    deleted: false,
  });
  const rows = cloud.test.sql(
    "nova",
    "SELECT address, reserved FROM fixed_ips WHERE address LIKE '10.21.100.%' ORDER BY id",
  ) as { address: string; reserved: number }[];
  expect(rows).toHaveLength(32);
  expect(rows.filter((row) => row.reserved === 1).map((row) => row.address)).toEqual([
    "10.21.100.64",
    "10.21.100.65",
    "10.21.100.95",
  ]);
  const again = await nova.post("/v2.1/os-networks", {
    network: { label: "other", cidr: "10.21.100.64/27" },
  });
  expect([again.status, again.body.conflictingRequest.message]).toEqual([
    409,
    "Requested cidr (10.21.100.64/27) conflicts with existing cidr",
  ]);
  const owned = await nova.delete(`/v2.1/os-networks/${network.id}`);
  expect(owned.body.conflictingRequest.message).toBe(`Network ${network.id} is still in use.`);
  const freed = await nova.post(`/v2.1/os-networks/${network.id}/action`, { disassociate: null });
  expect(freed.status).toBe(202);
  expect((await nova.get(`/v2.1/os-networks/${network.id}`)).body.network.project_id).toBeNull();
  expect((await nova.delete(`/v2.1/os-networks/${network.id}`)).status).toBe(202);
  expect((await nova.get(`/v2.1/os-networks/${network.id}`)).body.itemNotFound.message).toBe(
    "Network not found",
  );
});

test("NW-05 users see the networks they may use, without what is the administrator's", async () => {
  await using cloud = await start();
  const demo = await cloud.test.as("n-api", "demo");
  const { networks } = (await demo.get("/v2.1/os-networks")).body;
  const flat = networks.find((network: { label: string }) => network.label === "private");
  expect(flat).toMatchObject({ label: "private", cidr: "10.0.0.0/24", gateway: "10.0.0.1" });
  expect(Object.keys(flat)).not.toContain("bridge");
  const tenant = (await demo.get("/v2.1/os-tenant-networks")).body.networks;
  expect(tenant).toContainEqual({ id: flat.id, cidr: "10.0.0.0/24", label: "private" });
  const made = await demo.post("/v2.1/os-networks", { network: { label: "x", cidr: "10.9.0.0/24" } });
  expect(made.status).toBe(403);
  expect((await demo.delete(`/v2.1/os-tenant-networks/${flat.id}`)).status).toBe(404);
});

test("a fixed address is shown, set aside and made available", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api");
  const server = await cloud.server("holder");
  const address = server.vifs[0]!.addresses[0]!.address;
  expect((await nova.get(`/v2.1/os-fixed-ips/${address}`)).body).toEqual({
    fixed_ip: { address, cidr: "10.0.0.0/24", hostname: "holder", host: "testhost" },
  });
  const path = "/v2.1/os-fixed-ips/10.0.0.3";
  expect((await nova.post(`${path}/action`, { reserve: null })).status).toBe(202);
  expect((await nova.get(path, version(4))).body.fixed_ip.reserved).toBe(true);
  expect((await cloud.server("next")).vifs[0]!.addresses[0]!.address).toBe("10.0.0.4");
  expect((await nova.post(`${path}/action`, { unreserve: null })).status).toBe(202);
  expect((await cloud.server("then")).vifs[0]!.addresses[0]!.address).toBe("10.0.0.3");
  const unknown = await nova.post("/v2.1/os-fixed-ips/10.7.7.7/action", { reserve: null });
  expect(unknown.body.itemNotFound.message).toBe("Fixed IP 10.7.7.7 not found");
  const wrong = await nova.get("/v2.1/os-fixed-ips/hello");
  expect(wrong.body).toEqual(bad("Fixed IP address hello is invalid."));
});

test("domains hold names for addresses", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api");
  const base = "/v2.1/os-floating-ip-dns";
  const made = await nova.put(`${base}/example.org`, {
    domain_entry: { scope: "public", project: "p1" },
  });
  const view = { domain: "example.org", scope: "public", project: "p1", availability_zone: null };
  expect(made.body).toEqual({ domain_entry: view });
  expect((await nova.get(base)).body).toEqual({ domain_entries: [view] });
  const entry = `${base}/example.org/entries/web`;
  const set = await nova.put(entry, { dns_entry: { ip: "172.24.4.9", dns_type: "A" } });
  expect(set.body.dns_entry).toMatchObject({ ip: "172.24.4.9", name: "web", type: "A" });
  expect((await nova.get(entry)).body.dns_entry.ip).toBe("172.24.4.9");
  expect((await nova.get(`${base}/example.org/entries/172.24.4.9`)).body.dns_entries).toHaveLength(1);
  const six = { dns_entry: { ip: "2001:db8::9", dns_type: "AAAA" } };
  expect((await nova.put(`${base}/example.org/entries/web6`, six)).body.dns_entry.type).toBe("AAAA");
  expect((await nova.put(`${base}/example.com/entries/web6`, six)).status).toBe(404);
  expect((await nova.delete(entry)).status).toBe(202);
  expect((await nova.get(entry)).status).toBe(404);
  expect((await nova.delete(`${base}/example.org`)).status).toBe(202);
  expect((await nova.delete(`${base}/example.org`)).status).toBe(404);
});

test("new default groups start with the default rules", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api");
  const path = "/v2.1/os-security-group-default-rules";
  const made = await nova.post(path, {
    security_group_default_rule: { ip_protocol: "tcp", from_port: 80, to_port: 80, cidr: "10.0.0.0/8" },
  });
  const view = {
    id: made.body.security_group_default_rule.id,
    ip_protocol: "tcp",
    from_port: 80,
    to_port: 80,
    ip_range: { cidr: "10.0.0.0/8" },
  };
  expect(made.body).toEqual({ security_group_default_rule: view });
  expect((await nova.get(path)).body).toEqual({ security_group_default_rules: [view] });
  const demo = await cloud.test.as("n-api", "demo");
  const [group] = (await demo.get("/v2.1/os-security-groups")).body.security_groups;
  expect(group.rules).toContainEqual(expect.objectContaining({ ip_protocol: "tcp", from_port: 80 }));
  expect((await nova.delete(`${path}/${view.id}`)).status).toBe(204);
  expect((await nova.get(`${path}/${view.id}`)).status).toBe(404);
});

test("from 2.36 on the calls are not there, and without nova-network nobody answers them", async () => {
  await using cloud = await start();
  const nova = await cloud.test.as("n-api");
  for (const path of ["os-security-groups", "os-floating-ips", "os-floating-ip-pools", "os-networks"]) {
    expect((await nova.get(`/v2.1/${path}`, version(35))).status).toBe(200);
    expect((await nova.get(`/v2.1/${path}`, version(36))).status).toBe(404);
  }
  await cloud.test.cloud.stopService("n-net");
  const down = await nova.get("/v2.1/os-floating-ips");
  expect([down.status, Object.keys(down.body)]).toEqual([503, ["serviceUnavailable"]]);
});
