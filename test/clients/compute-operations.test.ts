// The operators' programs and drills of the guides, on a cloud of two simulated hosts.

import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describeWith, isRoot, program } from "../support/requires.ts";
import { BINARY, type Outcome, run, Stack } from "../support/stack.ts";

describeWith("operators' programs", ["openstack", "nova", "neutron", "swift"].map(program), () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.up({ args: ["--set", "FAKE_HOSTS=c01:8:16384 c02:8:16384"] });
  }, 60_000);
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
  }, 60_000);

  const etc = (...parts: string[]) => join(stack.state, "etc", ...parts);

  /** A command line as it is typed, where `stack`, `service` and the other programs are in the path. */
  async function shell(text: string): Promise<Outcome> {
    const bin = join(stack.state, "bin");
    if (!existsSync(bin)) {
      mkdirSync(bin);
      const programs = ["nova-manage", "nova-status", "cinder-manage", "keystone", "service", "systemctl"];
      for (const name of [...programs, "chkconfig", "openstack-config"]) {
        writeFileSync(join(bin, name), `#!/bin/sh\nexec '${BINARY}' ${name} "$@"\n`, { mode: 0o755 });
      }
      writeFileSync(join(bin, "stack"), `#!/bin/sh\nexec '${BINARY}' "$@"\n`, { mode: 0o755 });
    }
    const env = { ...stack.adminEnv, PATH: `${bin}:${process.env["PATH"]}` };
    return run(["sh", "-c", text], { env, cwd: stack.state });
  }

  async function says(text: string): Promise<string> {
    const { status, stdout, stderr } = await shell(text);
    if (status !== 0) throw new Error(`${text} ended with ${status}: ${stderr}${stdout}`);
    return stdout;
  }

  /** The cells of a drawn table, head first. */
  const cells = (table: string) =>
    table
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );

  const TIME = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;

  test("AD-01 the service table of Folsom", async () => {
    const sorted = (await says("nova-manage service list | sort")).split("\n").filter((line) => line !== "");
    const head = sorted.find((line) => line.startsWith("Binary"))!;
    expect(head).toMatch(/^Binary {11}Host {33}Zone {13}Status {5}State Updated_At/);
    const of = (host: string) => sorted.find((line) => line.includes(` ${host} `))!;
    expect(of("c01")).toMatch(
      new RegExp(`^nova-compute {5}c01 {34}nova {13}enabled {4}:-\\) {3}${TIME.source}`),
    );
    await says("openstack compute service set --disable c02 nova-compute");
    expect(
      (await says("nova-manage service list")).split("\n").find((line) => line.includes(" c02 ")),
    ).toContain("disabled");
    await says("openstack compute service set --enable c02 nova-compute");
    await says("stack stop nova-compute");
    // As if the last sign of life had been long ago.
    await says(
      "stack sql \"UPDATE nova.services SET last_seen_up = '2013-07-16 05:41:08', updated_at = '2013-07-16 05:41:08' WHERE host = 'c02'\"",
    );
    const dead = (await says("nova-manage service list")).split("\n").find((line) => line.includes(" c02 "));
    expect(dead).toMatch(/ enabled +XXX +2013-07-16 05:41:08/);
    await says("stack start nova-compute");
  }, 60_000);

  test("AD-04 cinder-manage host list", async () => {
    const lines = (await says("cinder-manage host list | sort")).trimEnd().split("\n");
    const rows = lines.map((line) => line.split("\t").map((cell) => cell.trim()));
    expect(rows).toContainEqual(["host", "zone"]);
    expect(rows.filter(([, zone]) => zone === "nova").length).toBe(rows.length - 1);
    expect(rows.some(([host]) => host!.includes("@"))).toBe(true);
    expect(await says("cinder-manage service list")).toMatch(
      /^Binary +Host +Zone +Status +State +Updated At[^\n]*\ncinder-scheduler +\S+ +nova +enabled +:-\) /,
    );
  });

  test("AD-05 neutron agent-list", async () => {
    const [head, ...rows] = cells(await says("neutron agent-list 2>/dev/null"));
    for (const column of ["id", "agent_type", "host", "alive", "admin_state_up"])
      expect(head).toContain(column);
    const alive = head!.indexOf("alive");
    expect(rows.length).toBeGreaterThan(2);
    expect(new Set(rows.map((row) => row[alive]))).toEqual(new Set([":-)"]));
  });

  test("AD-10 nova-status upgrade check: a box for each check, all a success", async () => {
    const text = await says("nova-status upgrade check");
    expect(text).toMatch(
      /^\+-+\+\n\| Upgrade Check Results +\|\n\+-+\+\n\| Check: Cells v2 +\|\n\| Result: Success +\|\n\| Details: None +\|\n\+-+\+\n/,
    );
    for (const check of ["Cells v2", "Placement API", "Cinder API"]) {
      expect(text).toMatch(
        new RegExp(`\\| Check: ${check} +\\|\\n\\| Result: Success +\\|\\n\\| Details: None `),
      );
    }
    await says("stack stop placement-api");
    const without = await shell("nova-status upgrade check");
    expect(without.status).toBe(2);
    expect(without.stdout).toMatch(
      /Check: Placement API +\|\n\| Result: Failure +\|\n\| Details: Placement API does not seem to be running. +\|/,
    );
    await says("stack start placement-api");
  }, 30_000);

  test("AD-12 services by the names of SysV and systemd", async () => {
    const registry = await shell("service keystone restart");
    expect([registry.status, registry.stdout]).toEqual([
      0,
      `keystone start/running, process ${stack.pid()}\n`,
    ]);
    expect(await says("service openstack-nova-api stop")).toBe("nova-api stop/waiting\n");
    const status = await shell("service openstack-nova-api status");
    expect([status.status, status.stdout]).toEqual([3, "nova-api stop/waiting\n"]);
    expect(await says("service openstack-nova-api start; chkconfig openstack-nova-api on")).toContain(
      "nova-api start/running",
    );
    await says(
      "systemctl enable openstack-nova-api openstack-nova-conductor openstack-nova-scheduler openstack-nova-novncproxy",
    );
    await says(
      "systemctl start openstack-nova-api openstack-nova-conductor openstack-nova-scheduler openstack-nova-novncproxy",
    );
    expect(await says("systemctl is-active openstack-nova-scheduler.service")).toBe("active\n");
    expect(await says("systemctl is-enabled openstack-nova-scheduler")).toBe("enabled\n");
    expect(await says("systemctl status nova-scheduler")).toContain("Active: active (running)");
    const unknown = await shell("service no-such-thing restart");
    expect([unknown.status, unknown.stderr]).toEqual([1, "no-such-thing: unrecognized service\n"]);
  }, 30_000);

  test("AD-13 a loop over all services of a project", async () => {
    await says('service --install "$PWD/init.d"');
    const names = readdirSync(join(stack.state, "init.d")).filter((name) => name.startsWith("nova-"));
    expect(names).toContain("nova-compute");
    const text = await says("cd init.d; for i in $(ls nova-*); do service $i restart; done");
    expect(text.split("\n").filter((line) => line.includes("start/running")).length).toBe(names.length);
    expect(await says("cd init.d; for i in $(ls cinder-*); do ./$i status; done")).toMatch(
      /^cinder-api start\/running, process \d+\n[\s\S]*cinder-volume start\/running/,
    );
    expect(await says("service 'cinder-*' status")).toContain("cinder-scheduler start/running");
  }, 90_000);

  test("AD-14 Upstart's verbs, with a line for the job's state", async () => {
    const pid = stack.pid();
    expect(await says("stack stop nova-compute")).toBe("nova-compute stop/waiting\n");
    expect((await shell("stack status nova-compute")).stdout).toBe("nova-compute stop/waiting\n");
    expect(await says("stack start nova-compute")).toBe(`nova-compute start/running, process ${pid}\n`);
    expect(await says("stack status nova-compute")).toBe(`nova-compute start/running, process ${pid}\n`);
    expect(await says("stack restart nova-network")).toBe(`nova-network start/running, process ${pid}\n`);
  }, 30_000);

  test("AD-15 a line for every service's process", async () => {
    const pid = stack.pid();
    const nova = (await says("stack ps aux | grep nova-")).trimEnd().split("\n");
    for (const name of ["nova-api", "nova-compute", "nova-scheduler", "nova-conductor", "nova-network"]) {
      expect(nova.filter((line) => new RegExp(` ${pid} .* ${name} \\(`).test(line)).length).toBe(1);
    }
    for (const name of ["glance-", "keystone", "cinder", "swift"]) {
      expect(await says(`stack ps aux | grep ${name}`)).toContain(` ${pid} `);
    }
    await says("stack stop nova-scheduler");
    expect((await shell("stack ps aux | grep nova-scheduler")).stdout).toBe("");
    await says("stack start nova-scheduler");
  }, 30_000);

  test("AD-16 every service says in its log that it has reached the message queue", async () => {
    const logs = JSON.parse(readFileSync(join(stack.state, "cloud.json"), "utf8")).logDir;
    const lines = (await says(`grep AMQP ${logs}/nova/nova-*.log`)).trimEnd().split("\n");
    for (const name of ["nova-scheduler", "nova-conductor", "nova-compute"]) {
      expect(lines.find((line) => line.includes(`/${name}.log:`)) ?? lines.join("\n")).toMatch(
        /:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \d+ INFO nova\.openstack\.common\.rpc\.common \[-\] Connected to AMQP server on /,
      );
    }
  });

  test("AD-17 the smoke test after a boot: all four answer", async () => {
    await says("stack openrc admin > openrc");
    const text = await says(
      ". ./openrc; openstack image list; nova list 2>/dev/null; keystone tenant-list; swift stat",
    );
    expect(text).toContain("| ID | Name | Status");
    expect(text).toMatch(/\| ID +\| Name +\| Status +\| Task State +\| Power State +\| Networks +\|/);
    expect(text).toMatch(/\|\s+id\s+\|\s+name\s+\|\s+enabled\s+\|/);
    expect(text).toMatch(/Account: AUTH_[0-9a-f]{32}\n/);
  }, 60_000);

  test("AD-19 a service that is kept down: nothing starts it until it may again, not even the next start of the cloud", async () => {
    await says("stack stop nova-compute; systemctl mask nova-compute");
    const started = await shell("stack start nova-compute");
    expect([started.status, started.stderr]).toEqual([
      1,
      "stack: Unit nova-compute.service is masked; see: stack systemctl unmask\n",
    ]);
    expect((await shell("service nova-compute restart")).status).toBe(1);
    expect((await shell("systemctl is-enabled nova-compute")).stdout).toBe("masked\n");
    expect((await shell("stack status nova-compute")).stdout).toBe("nova-compute stop/waiting\n");
    await says("systemctl unmask nova-compute; stack start nova-compute");
    expect(await says("stack status nova-compute")).toContain("start/running");
    // As moving the scripts away does.
    await says("mkdir -p tmp; service --install init.d; mv init.d/nova-compute tmp");
    expect((await shell("init.d/nova-compute start")).status).toBe(127);
    renameSync(join(stack.state, "tmp", "nova-compute"), join(stack.state, "init.d", "nova-compute"));
    expect(await says("init.d/nova-compute status")).toContain("start/running");
  }, 60_000);

  test("AD-21 a daemon in the foreground: its log and its errors at the start are on the terminal", async () => {
    await says("stack stop glance-api");
    const env = { ...stack.adminEnv };
    const child = Bun.spawn([BINARY, "glance-api"], { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    const reader = child.stdout.getReader();
    let seen = "";
    while (!seen.includes("Starting glance-api")) {
      const { value, done } = await reader.read();
      if (done) break;
      seen += new TextDecoder().decode(value);
    }
    expect(seen).toMatch(/ INFO .*Starting glance-api\n/);
    expect((await shell("stack status glance-api")).stdout).toMatch(/start\/(running|starting)/);
    const twice = await shell(
      "until stack status glance-api | grep -q running; do :; done; stack glance-api",
    );
    expect([twice.status, twice.stderr]).toEqual([
      1,
      `glance-api already runs in process ${stack.pid()}; stop it first: stack stop glance-api\n`,
    ]);
    child.kill("SIGINT");
    expect(await child.exited).toBe(0);
    expect((await shell("stack status glance-api")).stdout).toBe("glance-api stop/waiting\n");
    copyFileSync(etc("glance", "glance-api.conf"), etc("glance", "glance-api.bak"));
    writeFileSync(etc("glance", "glance-api.conf"), "[DEFAULT]\nthis is no option\n");
    const broken = await shell("stack glance-api");
    expect(broken.status).toBe(1);
    expect(broken.stderr).toContain('expected "option = value" or "[group]", found "this is no option"');
    copyFileSync(etc("glance", "glance-api.bak"), etc("glance", "glance-api.conf"));
    await says("stack start glance-api");
  }, 60_000);

  test("AD-22 where each service's database is", async () => {
    const files = ["nova/nova.conf", "glance/glance-*.conf", "cinder/cinder.conf", "keystone/keystone.conf"];
    const text = await says(`grep -hE "connection ?=" ${files.map((file) => `etc/${file}`).join(" ")}`);
    const lines = text.trimEnd().split("\n");
    expect(lines.length).toBe(5);
    for (const line of lines) expect(line).toMatch(/^connection = sqlite:\/\/\/\/\S+\.db$/);
    for (const line of lines) expect(existsSync(line.replace("connection = sqlite:///", ""))).toBe(true);
  });

  test("AD-25 the cells, with their passwords masked", async () => {
    const [head, cell0, cell1] = cells(await says("nova-manage cell_v2 list_cells"));
    expect(head).toEqual(["Name", "UUID", "Transport URL", "Database Connection", "Disabled"]);
    expect(cell0!.slice(0, 3)).toEqual(["cell0", "00000000-0000-0000-0000-000000000000", "none:/"]);
    expect(cell1![0]).toBe("cell1");
    await says(
      "openstack-config --set etc/nova/nova.conf DEFAULT transport_url rabbit://openstack:secret@controller:5672/",
    );
    const masked = cells(await says("nova-manage cell_v2 list_cells"))[2]!;
    expect(masked[2]).toBe("rabbit://openstack:****@controller:5672/");
    expect(cells(await says("nova-manage cell_v2 list_cells --verbose"))[2]![2]).toContain(":secret@");
    await says("openstack-config --del etc/nova/nova.conf DEFAULT transport_url");
    const hosts = cells(await says("nova-manage cell_v2 list_hosts"));
    expect(hosts.slice(1)).toEqual([
      ["cell1", cell1![1]!, "c01"],
      ["cell1", cell1![1]!, "c02"],
    ]);
  });

  test("QU-02 QU-03 QU-08 a project's quotas: eleven lines, one changed, and the report of use and limits", async () => {
    const id = (await says("openstack project show demo -f value -c id")).trim();
    const lines = (await says(`nova-manage project quota ${id}`)).trimEnd().split("\n");
    expect(lines.map((line) => line.split(": ")[0])).toEqual([
      ...["metadata_items", "volumes", "gigabytes", "ram", "security_group_rules", "instances"],
      ...["security_groups", "injected_file_content_bytes", "floating_ips", "injected_files", "cores"],
    ]);
    expect(lines).toContain("instances: 10");
    const changed = await says(`nova-manage project quota ${id} --key cores --value 40`);
    expect(changed).toContain("cores: 40\n");
    expect(changed.trimEnd().split("\n").length).toBe(11);
    expect(
      await says(`openstack quota show --compute ${id} -f value -c cores || openstack quota show ${id}`),
    ).toContain("40");
    expect(await says(`nova-manage project quota ${id} --key volumes --value 3`)).toContain("volumes: 3\n");
    await stack.demo("openstack", "volume", "create", "--size", "1", "q");
    const report = (await says(`nova-manage project report ${id}`)).trimEnd().split("\n");
    expect(report[0]!.trim().split(/\s+/)).toEqual(["Resource", "Used", "Limit", "%"]);
    expect(report.length).toBe(16);
    const row = (name: string) => report.find((line) => line.startsWith(`${name} `))!.split(/\s+/);
    expect(row("volumes")).toEqual(["volumes", "1", "3", "33%"]);
    expect(row("reservation_expire")).toEqual(["reservation_expire", "0", "86400", "0%"]);
    expect(row("images")[0]).toBe("images");
    const wrong = await shell(`nova-manage project quota ${id} --key nonsense --value 1`);
    expect([wrong.status, wrong.stderr.includes("nonsense is not a valid quota key")]).toEqual([1, true]);
  }, 60_000);

  test("AD-26 AD-27 an option set in a configuration file counts after a restart; one without comments is as good", async () => {
    const file = etc("nova", "nova.conf");
    await says(`openstack-config --set ${file} DEFAULT cpu_allocation_ratio 3.0`);
    expect(readFileSync(file, "utf8")).toContain("cpu_allocation_ratio = 3.0\n");
    expect((await says(`openstack-config --get ${file} DEFAULT cpu_allocation_ratio`)).trim()).toBe("3.0");
    await says("service openstack-nova-compute restart");
    const ratio = async () =>
      (await says("stack sql 'SELECT DISTINCT cpu_allocation_ratio FROM nova.compute_nodes'")).trim();
    expect(await ratio()).toContain("3");
    await says(
      "cp etc/nova/nova.conf etc/nova/nova.bak; grep -Ev '^$|#' etc/nova/nova.bak > etc/nova/nova.conf",
    );
    expect(readFileSync(file, "utf8")).not.toContain("#");
    expect(readFileSync(file, "utf8")).toContain("cpu_allocation_ratio = 3.0\n");
    await says("service openstack-nova-compute restart");
    expect(await ratio()).toContain("3");
    expect(await says("stack status nova-compute")).toContain("start/running");
    await says(`openstack-config --del ${file} DEFAULT cpu_allocation_ratio`);
    await says("service nova-compute restart");
    expect(await ratio()).toContain("16");
  }, 60_000);

  test("AD-29 controller, network and compute in one box: one process has the services of all three", async () => {
    const status = JSON.parse((await stack.cli("status", "--json")).stdout);
    const windows = status.services.map((service: { window: string }) => service.window);
    for (const window of ["key", "n-api", "n-sch", "n-net", "q-svc", "n-cpu", "c-vol"])
      expect(windows).toContain(window);
    expect(status.pid).toBe(stack.pid());
  });

  test("SC-17 a new host gets servers when it was discovered, by hand or after the interval", async () => {
    await says("openstack-config --set etc/nova/nova.conf scheduler discover_hosts_in_cells_interval -1");
    await says('stack sql "UPDATE nova.compute_nodes SET mapped = 0"');
    await says("stack restart nova-compute nova-scheduler");
    const boot = (name: string) =>
      says(
        `openstack server create --wait --flavor m1.tiny --image $(openstack image list -f value -c ID | head -1) --network private ${name} -f value -c status; true`,
      );
    await says(
      "head -c 1048576 /dev/zero > i.raw; openstack image create --disk-format raw --container-format bare --file i.raw i",
    );
    await boot("early");
    expect(await says("openstack server show early -f value -c status -c fault")).toMatch(
      /No valid host was found/,
    );
    const found = await says("nova-manage cell_v2 discover_hosts --verbose");
    expect(found).toContain(
      "Found 2 cell mappings.\nSkipping cell0 since it does not contain hosts.\nGetting computes from cell 'cell1': ",
    );
    expect(found).toContain("Creating host mapping for compute host 'c01': ");
    expect(found).toMatch(/Found 2 unmapped computes in cell: [0-9a-f-]{36}\n$/);
    await boot("late");
    expect((await says("openstack server show late -f value -c status")).trim()).toBe("ACTIVE");
    expect((await shell("nova-manage cell_v2 discover_hosts --strict")).status).toBe(1);
    // The option's name as the guides misprint it.
    await says("openstack-config --del etc/nova/nova.conf scheduler discover_hosts_in_cells_interval");
    await says("openstack-config --set etc/nova/nova.conf scheduler discover_hosts_in_cells_internal 60");
    await says('stack sql "UPDATE nova.compute_nodes SET mapped = 0"');
    await says("stack restart nova-scheduler");
    expect(cells(await says("nova-manage cell_v2 list_hosts")).length).toBe(3);
    expect(await says("stack logs n-sch")).toContain("Discovered 2 new hosts: cell1:c01,cell1:c02");
  }, 120_000);

  test("CV-08 MD-15 the options of consoles and config drives by their names in nova.conf", async () => {
    const file = etc("nova", "nova.conf");
    const options = readFileSync(etc("nova", "nova.bak"), "utf8");
    const skipped = "1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01";
    expect(options).toContain(`#config_drive_skip_versions = ${skipped}\n`);
    for (const name of ["enabled", "server_listen", "server_proxyclient_address", "novncproxy_base_url"])
      expect(options).toContain(`#${name} =`);
    const set = (section: string, name: string, value: string) =>
      says(`openstack-config --set ${file} ${section} ${name} ${value}`);
    await set("vnc", "novncproxy_base_url", "http://192.168.10.10:6080/vnc_auto.html");
    await set("vnc", "server_listen", "0.0.0.0");
    await set("DEFAULT", "vncserver_proxyclient_address", "192.0.2.1");
    await says("stack restart nova-api nova-compute");
    const url = () => says("openstack console url show --novnc late -f value -c url");
    expect(await url()).toStartWith("http://192.168.10.10:6080/vnc_auto.html?path=%3Ftoken%3D");
    const token = (await url()).trim().split("%3D")[1]!;
    const where = JSON.parse(
      await says(
        `curl -s -H "X-Auth-Token: $(openstack token issue -f value -c id)" -H "X-OpenStack-Nova-API-Version: 2.93" $(openstack endpoint list --service compute --interface public -f value -c URL)/os-console-auth-tokens/${token}`,
      ),
    );
    expect(where.console.host).toBe("192.0.2.1");
    await set("vnc", "enabled", "false");
    await says("stack restart nova-compute");
    const refused = await shell("openstack console url show --novnc late");
    expect(refused.stderr).toContain("Unavailable console type novnc.");
  }, 60_000);
});

describeWith("the listening sockets", [isRoot, ...["unshare", "nsenter", "ss", "ip"].map(program)], () => {
  test("AD-11 8774, 8775 and 8778 on every address, by one process", async () => {
    // In a network of its own, where nobody else has these ports.
    const through = ["unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"];
    await using alone = await Stack.up({
      through,
      args: ["--port", "0", "--classic-ports", "--host", "0.0.0.0"],
    });
    const pid = alone.pid();
    const { stdout } = await run(["nsenter", "-t", String(pid), "-n", "ss", "-ltnp"]);
    const lines = stdout.split("\n").filter((line) => /:877\d\s/.test(line));
    const ports = lines.map((line) => /\s(\S+:877\d)\s/.exec(line)![1]).sort();
    for (const port of [8774, 8775, 8776, 8778]) expect(ports).toContain(`0.0.0.0:${port}`);
    for (const line of lines) expect(line).toContain(`pid=${pid},`);
  }, 60_000);
});
