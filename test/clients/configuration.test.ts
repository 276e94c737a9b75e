// OpenStack's own configuration files, edited as the courses do it, and what the courses take for granted around them.

import { describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { declarations } from "../../src/services.ts";
import { ProgramShell } from "../programs/shell.ts";
import { ROOT, Stack } from "../support/stack.ts";

const AUTHTOKEN = (user: string) => `
[keystone_authtoken]
auth_uri = http://127.0.0.1:5000/v2.0
auth_host = 127.0.0.1
auth_port = 35357
auth_protocol = http
admin_tenant_name = service
admin_user = ${user}
admin_password = ${user}1
[paste_deploy]
flavor = keystone
`;

function etc(stack: Stack, file: string): string {
  return join(stack.state, "etc", file);
}

describe("configuration", () => {
  test("CF-01 CF-02 CF-03 CF-04 CF-05 the services' own files, with the blocks of the courses, count from a restart on", async () => {
    await using stack = await Stack.up();
    const token = "0123456789abcdef";
    appendFileSync(etc(stack, "keystone/keystone.conf"), `\n[DEFAULT]\nadmin_token = ${token}\n`);
    for (const file of ["glance-api.conf", "glance-registry.conf"])
      appendFileSync(etc(stack, `glance/${file}`), AUTHTOKEN("glance"));
    // The controller of Icehouse, then the one and the compute node of 2023.
    appendFileSync(
      etc(stack, "nova/nova.conf"),
      `
[DEFAULT]
rpc_backend = qpid
qpid_hostname = controller
my_ip = 127.0.0.1
vncserver_listen = 127.0.0.1
vncserver_proxyclient_address = 127.0.0.1
auth_strategy = keystone
enabled_apis = osapi_compute,metadata
transport_url = rabbit://openstack:000000@controller
use_neutron = true
cpu_allocation_ratio = 3.0
[api_database]
connection = mysql+pymysql://nova:000000@controller/nova_api
[api]
auth_strategy = keystone
[placement]
region_name = RegionOne
auth_type = password
[glance]
api_servers = http://controller:9292
[oslo_concurrency]
lock_path = /var/lib/nova/tmp
[vnc]
enabled = true
server_listen = 0.0.0.0
novncproxy_base_url = http://192.168.10.10:6080/vnc_auto.html
[libvirt]
virt_type = qemu
${AUTHTOKEN("nova")}`,
    );
    expect(readFileSync(etc(stack, "keystone/keystone.conf"), "utf8")).toContain("connection = sqlite:///");
    const restarted = await stack.cli(
      "restart",
      "key",
      "g-api",
      "n-api",
      "n-cond",
      "n-sch",
      "n-cpu",
      "n-novnc",
    );
    expect(restarted.stderr).toBe("");
    const identity = stack.adminEnv["OS_AUTH_URL"]!.replace(/v3$/, "v2.0/tenants");
    const tenants = await fetch(identity, { headers: { "x-auth-token": token } });
    expect(tenants.status).toBe(200);
    expect(JSON.parse(await stack.admin("openstack", "image", "list", "-f", "json"))).toBeArray();
    const services = JSON.parse(await stack.admin("openstack", "compute", "service", "list", "-f", "json"));
    expect(services.map(({ Binary, State }: Record<string, string>) => `${Binary} ${State}`).sort()).toEqual([
      "nova-compute up",
      "nova-conductor up",
      "nova-scheduler up",
    ]);
    const [host] = JSON.parse(await stack.admin("openstack", "hypervisor", "list", "-f", "json"));
    expect(host.State).toBe("up");
    // Of the same file, what means something here does so: the ratio is the host's in placement.
    const ratio = await stack.cli(
      "sql",
      "select allocation_ratio from placement.inventories where resource_class_id = 0",
    );
    expect(ratio.stdout).toMatch(/\| +3(\.0)? \|/);
  }, 120_000);

  test("CF-07 CF-08 databases, grants and the weak passwords of the courses", async () => {
    await using stack = await Stack.up({
      args: ["--set", "ADMIN_PASSWORD=000000", "--set", "SERVICE_PASSWORD=keystone1"],
    });
    expect(stack.adminEnv["OS_PASSWORD"]).toBe("000000");
    await stack.admin("openstack", "token", "issue");
    const shell = new ProgramShell(stack.state, join(stack.state, "desk"));
    mkdirSync(shell.folder, { recursive: true });
    for (const name of ["keystone", "glance", "nova", "cinder"]) {
      const said = await shell.sh(
        `mysql -uroot -pdbroot123 -e "CREATE DATABASE ${name}; GRANT ALL PRIVILEGES ON ${name}.* TO '${name}'@'%' IDENTIFIED BY '${name}1';"`,
      );
      expect(said).toContain("Query OK");
    }
    await shell.sh(
      "keystone-manage db_sync; glance-manage db_sync; nova-manage db sync; cinder-manage db sync",
    );
    for (const [name, table] of [
      ["keystone", "user"],
      ["glance", "images"],
      ["nova", "instances"],
      ["cinder", "volumes"],
    ])
      expect(await shell.sh(`mysql ${name} -e "show tables"`)).toContain(`| ${table} `);
  }, 120_000);

  test("CF-06 CF-10 CF-13 the manual names every window, port and hypervisor there is", async () => {
    const manual = readFileSync(join(ROOT, "docs/configuration.md"), "utf8");
    const rows = [...manual.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm)].map(([, left, right]) => [
      left!,
      right!,
    ]);
    const windows = new Set(declarations.map(({ window }) => window));
    const packages = rows.filter(([, right]) => windows.has(right!));
    expect([...new Set(packages.map(([, window]) => window!))].sort()).toEqual([...windows].sort());
    const ports = new Set(rows.flatMap(([left]) => left!.match(/\b\d{4,5}\b/g) ?? []));
    for (const { ports: own = [], window } of declarations) {
      for (const port of own) expect([window, ports.has(String(port))]).toEqual([window, true]);
    }
    await using stack = await Stack.up();
    const [host] = JSON.parse(await stack.admin("openstack", "hypervisor", "list", "-f", "json"));
    expect(host["Hypervisor Type"]).toBe("fake");
    expect((await stack.cli("status")).stdout).toContain("simulated");
  }, 60_000);
});
