// The network verbs of the courses with the unmodified clients and the operators' programs, against the compiled cloud
// with the simulated driver.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { describeWith, program } from "../support/requires.ts";
import { BINARY, run, Stack } from "../support/stack.ts";

describeWith("the neutron client and nova-manage", [program("neutron"), program("openstack")], () => {
  let stack: Stack;
  const neutron = (...args: string[]) => stack.demo("neutron", ...args);
  const manage = async (...args: string[]) => {
    const outcome = await stack.cli("nova-manage", ...args);
    if (outcome.status !== 0) throw new Error(`nova-manage ${args.join(" ")}: ${outcome.stderr}`);
    return outcome.stdout;
  };
  const cells = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t").map((cell) => cell.trim()));

  /** `10.0.0`: of the private network, which has another number for each cloud of a machine. */
  let prefix = "";

  beforeAll(async () => {
    stack = await Stack.up();
    prefix = /10\.0\.\d+(?=\.0\/24)/.exec(await manage("network", "list"))![0];
  }, 60_000);
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test("NW-03 NW-04 nova-manage makes a project's network, and lists it", async () => {
    const project = (
      await stack.admin("openstack", "project", "show", "demo", "-f", "value", "-c", "id")
    ).trim();
    expect(
      await manage(
        ...[
          "network",
          "create",
          "--label=NimbulaNetwork",
          "--fixed_range_v4=10.21.100.64/27",
          "--bridge=br100",
        ],
        ...[`--project_id=${project}`, "--num_networks=1", "--multi_host=T", "--dns1=10.237.8.8"],
      ),
    ).toBe("");
    const [header, ...rows] = cells(await manage("network", "list"));
    expect(header).toEqual([
      "id",
      "IPv4",
      "IPv6",
      "start address",
      "DNS1",
      "DNS2",
      "VlanID",
      "project",
      "uuid",
    ]);
    const row = rows.find((one) => one[1] === "10.21.100.64/27")!;
    expect(row.slice(2, 8)).toEqual(["None", "10.21.100.66", "10.237.8.8", "None", "None", project]);
    expect(await stack.demo("openstack", "network", "list", "-f", "value", "-c", "ID")).toContain(row[8]!);
    const refused = await stack.cli("nova-manage", "network", "delete", "10.21.100.64/27");
    expect([refused.status, refused.stderr]).toEqual([
      1,
      `error: Network must be disassociated from project ${project} before delete\n`,
    ]);
    await manage("network", "modify", "10.21.100.64/27", "--disassociate-project");
    await manage("network", "delete", "--fixed_range=10.21.100.64/27");
    expect(await manage("network", "list")).not.toContain("10.21.100.64/27");
  }, 60_000);

  test("FI-01 nova-manage floating list, create, delete", async () => {
    await manage("floating", "create", "--ip_range=1.2.3.4/30", "--pool", "nova", "--interface=vlan20");
    const rows = cells(await manage("floating", "list"));
    expect(rows).toContainEqual(["None", "1.2.3.5", "None", "nova", "vlan20"]);
    expect(rows).toContainEqual(["None", "1.2.3.6", "None", "nova", "vlan20"]);
    const twice = await stack.cli("nova-manage", "floating", "create", "--ip_range=1.2.3.5");
    expect([twice.status, twice.stderr]).toEqual([1, "error: Floating IP 1.2.3.5 already exists.\n"]);
    await manage("floating", "delete", "1.2.3.4/30");
    expect(await manage("floating", "list")).not.toContain("1.2.3.5");
  }, 60_000);

  test("a fixed address is set aside and made available", async () => {
    await manage("fixed", "reserve", `${prefix}.2`);
    await manage("fixed", "unreserve", `--address=${prefix}.2`);
    expect((await manage("fixed", "list")).split("\n")[0]).toMatch(
      /^network\s+\tIP address\s+\thostname\s+\thost$/,
    );
    const unknown = await stack.cli("nova-manage", "fixed", "reserve", "9.9.9.9");
    expect([unknown.status, unknown.stderr]).toEqual([1, "error: Fixed IP not found for address 9.9.9.9.\n"]);
  }, 60_000);

  test("NE-03 NE-08 NE-09 NE-10 NE-11 NE-12 networks, subnets and ports by their positional forms", async () => {
    expect(await neutron("net-create", "net1")).toContain("Created a new network:");
    expect(await neutron("subnet-create", "net1", "192.168.2.0/24", "--name", "subnet1")).toContain(
      '{"start": "192.168.2.2", "end": "192.168.2.254"}',
    );
    const chosen = await neutron("port-create", "net1", "--fixed-ip", "ip_address=192.168.2.40");
    expect(chosen).toContain('"ip_address": "192.168.2.40"');
    expect(chosen).toMatch(/mac_address\s+\| fa:16:3e:/);
    expect(await neutron("port-create", "net1")).toContain('"ip_address": "192.168.2.2"');
    const found = await neutron(
      "port-list",
      "--fixed-ips",
      "ip_address=192.168.2.2",
      "ip_address=192.168.2.40",
    );
    expect(found.split("\n").filter((line) => line.includes("192.168.2."))).toHaveLength(2);
    expect(await neutron("port-list")).toContain('"ip_address": "192.168.2.40"');
  }, 120_000);

  test("NE-32 the client under its first name does the same", async () => {
    const quantum = (...args: string[]) => run([BINARY, "quantum", ...args], { env: stack.demoEnv });
    expect((await quantum("net-create", "old-name")).stdout).toContain("Created a new network:");
    const listed = await quantum("net-list", "-c", "name", "-f", "value");
    expect(listed).toMatchObject({
      status: 0,
      stdout: await neutron("net-list", "-c", "name", "-f", "value"),
    });
    expect(listed.stdout).toContain("old-name");
    expect((await quantum("net-delete", "old-name")).stdout).toContain("Deleted network");
    const refused = await quantum("net-show", "nobody");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("Unable to find network");
    const without = await run([BINARY, "quantum", "net-list"], {
      env: { ...stack.demoEnv, PATH: stack.state },
    });
    expect(without).toMatchObject({ status: 127, stderr: expect.stringContaining("python3-neutronclient") });
  });

  test("NE-16 NE-19 agents and extensions", async () => {
    const agents = await stack.admin("neutron", "agent-list");
    for (const kind of ["Linux bridge agent", "DHCP agent", "L3 agent", "Metadata agent"]) {
      expect(agents).toMatch(new RegExp(`${kind}.*:-\\)`));
    }
    const extensions = await neutron("ext-list", "-c", "alias", "-c", "name");
    for (const alias of ["agent", "binding", "extraroute", "provider", "quotas", "router"]) {
      expect(extensions).toContain(`| ${alias} `);
    }
  }, 60_000);

  test("SG-19 what would be filtered and translated, and who is plugged in where", async () => {
    const shown = await stack.cli("net", "show");
    expect(shown.stdout).toContain("Nothing of this cloud's network is on this host.");
    expect(shown.stdout).toContain(`-A nova-network-snat -s ${prefix}.0/24 -j MASQUERADE`);
    const topology = JSON.parse((await stack.cli("net", "show", "topology")).stdout);
    expect(topology.networks.map((network: { name: string }) => network.name)).toContain("public");
    expect((await stack.cli("net", "list")).status).toBe(2);
  }, 60_000);
});
