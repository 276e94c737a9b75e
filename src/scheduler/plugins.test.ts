import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LATEST, type ServerCloud, serverCloud } from "../testing/server-cloud.ts";

const IP_SCHEDULER = join(import.meta.dir, "../../fixtures/plugins/ip_scheduler.ts");
const HOSTS = "doc-01:8:32768 doc-02:8:32768 ops-01:8:32768 dev-01:8:32768";

/** A cloud whose plugin folder is written before n-sch is started again with the setting. */
async function plugged(
  files: Record<string, string>,
  settings: Record<string, string>,
): Promise<ServerCloud> {
  const folder = join(process.env["TMPDIR"] ?? "/tmp", `stack-plugins-${crypto.randomUUID()}`);
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const absolute = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, value.replaceAll("./", `${folder}/`)]),
  );
  const made = await serverCloud({ settings: { FAKE_HOSTS: HOSTS, ...absolute } }).catch((error) => {
    Bun.spawnSync(["rm", "-r", folder]);
    throw error;
  });
  const dispose = made[Symbol.asyncDispose].bind(made);
  return Object.assign(made, {
    folder,
    async [Symbol.asyncDispose]() {
      await dispose();
      Bun.spawnSync(["rm", "-r", folder]);
    },
  });
}

const hostOf = async (cloud: ServerCloud, id: string) =>
  (await cloud.show(id))["OS-EXT-SRV-ATTR:host"] as string;

/** A boot from that address. */
async function bootFrom(cloud: ServerCloud, address: string, body: object = {}): Promise<string> {
  const server = {
    name: "scheduler-test",
    imageRef: cloud.imageId,
    flavorRef: "1",
    networks: "none",
    ...body,
  };
  const path = "/v2.1/servers";
  const response = await cloud.cloud.app("n-api").fetch(
    new Request(`http://127.0.0.1${path}`, {
      method: "POST",
      headers: { "x-auth-token": await cloud.token("demo"), "content-type": "application/json", ...LATEST },
      body: JSON.stringify({ server }),
    }),
    { target: path, remoteAddress: address },
  );
  const answer = (await response.json()) as { server: { id: string } };
  expect(response.status).toBe(202);
  return answer.server.id;
}

const logged = (cloud: ServerCloud, part: string) =>
  cloud.log.lines
    .filter(({ window, text }) => window === "n-sch" && text.includes(part))
    .map(({ text }) => text);

test("SC-07 SC-10 IPScheduler: the client's address chooses the hosts, the trace line says so", async () => {
  await using cloud = await plugged({}, { SCHEDULER_DRIVER: IP_SCHEDULER });
  const expected = { "10.1.4.7": "doc", "10.10.0.1": "doc", "10.2.0.1": "ops", "50.56.172.78": "dev" };
  for (const [address, prefix] of Object.entries(expected)) {
    const id = await bootFrom(cloud, address);
    await cloud.settled(id, "ACTIVE");
    const host = await hostOf(cloud, id);
    expect(host).toStartWith(`${prefix}-`);
    const [line] = logged(cloud, `Request from ${address} scheduled`);
    expect(line).toMatch(
      new RegExp(
        `^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\d+ DEBUG nova\\.scheduler\\.ip_scheduler \\[req-[0-9a-f-]{36} demo demo\\] Request from ${address} scheduled to ${host} from \\(pid=${process.pid}\\) _schedule ${IP_SCHEDULER}:\\d+$`,
      ),
    );
    const row = Number(line!.split(":").at(-1));
    expect(readFileSync(IP_SCHEDULER, "utf8").split("\n")[row - 1]).toContain("tools.log.debug");
  }
});

test("SC-12 SC-09 servers of one request: each its number, and a prefix without hosts is each one's own fault", async () => {
  await using cloud = await plugged({}, { SCHEDULER_DRIVER: IP_SCHEDULER });
  await bootFrom(cloud, "10.1.0.1", { min_count: 3, max_count: 3 });
  await cloud.until(
    "three servers",
    () => cloud.row("SELECT count(*) n FROM instances WHERE vm_state = 'active'").n === 3,
  );
  const rows = cloud.sql("nova", "SELECT launch_index, host FROM instances ORDER BY launch_index") as {
    launch_index: number;
    host: string;
  }[];
  expect(rows.map((row) => row.launch_index)).toEqual([0, 1, 2]);
  expect(rows.every(({ host }) => host.startsWith("doc-"))).toBe(true);

  const services = (await cloud.nova.get("/v2.1/os-services?host=ops-01", LATEST)).body.services;
  await cloud.nova.put(`/v2.1/os-services/${services[0].id}`, { status: "disabled" }, LATEST);
  cloud.log.expectError("Exception during scheduler.run_instance");
  const failing = await bootFrom(cloud, "10.2.0.1");
  const { fault } = await cloud.settled(failing, "ERROR");
  expect(fault).toMatchObject({ code: 500, message: "RangeError" });
  expect(logged(cloud, "list index out of range")[0]).toContain("TRACE nova.scheduler.ip_scheduler");
  await cloud.settled(await bootFrom(cloud, "10.3.0.1"), "ACTIVE");
});

test("SC-08 no host is up: NoValidHost, with the scheduler's own words", async () => {
  await using cloud = await plugged({}, { SCHEDULER_DRIVER: IP_SCHEDULER });
  for (const { id } of (await cloud.nova.get("/v2.1/os-services?binary=nova-compute", LATEST)).body
    .services) {
    await cloud.nova.put(`/v2.1/os-services/${id}`, { status: "disabled" }, LATEST);
  }
  const { fault } = await cloud.settled(await bootFrom(cloud, "10.1.0.1"), "ERROR");
  expect(fault.message).toBe("No valid host was found. Is the appropriate service running?");
});

test("SC-06 a driver's five functions, and what each is given", async () => {
  const driver = `
    let seen = [];
    export default {
      updateServiceCapabilities(host, service) { seen.push(service + "/" + host.host + "/" + host.free_ram_mb); },
      hostsUp(context, topic, tools) { return tools.hostsUp(context, topic).filter((host) => host !== "doc-02"); },
      scheduleRunInstance(context, run, tools) {
        tools.log.info("told of " + seen.join(" "));
        tools.log.info("run " + JSON.stringify(Object.keys(run)));
        const [host] = this.hostsUp(context, "compute", tools);
        for (const uuid of run.requestSpec.instance_uuids) tools.runInstance(context, { instance: { uuid }, host });
      },
      async schedulePrepResize(context, move, tools) {
        tools.log.info("resize to " + move.instanceType.name + " from " + move.instance.host);
        const hosts = await tools.hosts();
        const { host } = hosts.find((host) => host.up && host.host === "doc-02");
        tools.prepResize(context, { instance: move.instance, host });
      },
      scheduleLiveMigration(context, move, tools) {
        tools.log.info("live migration to " + move.dest);
        tools.liveMigration(context, { instance: move.instance, dest: "ops-01" });
      },
    };`;
  await using cloud = await plugged({ "own.ts": driver }, { SCHEDULER_DRIVER: "./own.ts" });
  const id = await cloud.server({ personality: undefined });
  expect(await hostOf(cloud, id)).toBe("doc-01");
  expect(logged(cloud, "told of compute/doc-01/").length).toBe(1);
  expect(logged(cloud, "run ")[0]).toContain(
    `run ["requestSpec","adminPassword","injectedFiles","requestedNetworks","isFirstTime","filterProperties"]`,
  );
  await cloud.act(id, "resize", { flavorRef: "2" });
  await cloud.settled(id, "VERIFY_RESIZE");
  expect(await hostOf(cloud, id)).toBe("doc-02");
  expect(logged(cloud, "resize to m1.small from doc-01").length).toBe(1);
  await cloud.act(id, "confirmResize");
  await cloud.settled(id, "ACTIVE");
  await cloud.act(id, "os-migrateLive", { host: null, block_migration: "auto" });
  await cloud.until("the move", async () => (await hostOf(cloud, id)) === "ops-01");
  expect(logged(cloud, "live migration to null").length).toBe(1);
});

test("SC-11 a plugin's own DEBUG lines show context, request_spec and filter_properties", async () => {
  const source = readFileSync(IP_SCHEDULER, "utf8").replace(
    "    const { requestSpec } = run;\n",
    [
      "    const { requestSpec } = run;",
      "    tools.log.debug(`context = $" + "{JSON.stringify(context)}`);",
      "    tools.log.debug(`request_spec = $" + "{JSON.stringify(run.requestSpec)}`);",
      "    tools.log.debug(`filter_properties = $" + "{JSON.stringify(run.filterProperties)}`);",
      "",
    ].join("\n"),
  );
  expect(source).toContain("request_spec = ");
  await using cloud = await plugged({ "ip_scheduler.ts": source }, { SCHEDULER_DRIVER: "./ip_scheduler.ts" });
  const id = await bootFrom(cloud, "10.1.0.1");
  await cloud.settled(id, "ACTIVE");
  expect(logged(cloud, "context = ")[0]).toContain('"remoteAddress":"10.1.0.1"');
  expect(logged(cloud, "request_spec = ")[0]).toContain(`"instance_uuids":["${id}"]`);
  expect(logged(cloud, "filter_properties = ")[0]).toContain('"retry":null');
});

test("SC-05 the old class path finds the file in the plugin folder; an edit counts after a restart of n-sch", async () => {
  await using cloud = await serverCloud({
    settings: { FAKE_HOSTS: HOSTS, SCHEDULER_DRIVER: "nova.scheduler.chance.ChanceScheduler" },
  });
  expect(logged(cloud, "no such")).toEqual([]);
  const path = cloud.paths.at("plugins", "only.ts");
  mkdirSync(cloud.paths.at("plugins"), { recursive: true });
  const filter = (prefix: string) =>
    `export default { passes: (host) => host.host.startsWith("${prefix}") };`;
  writeFileSync(path, filter("doc-"));
  await using other = await plugged(
    { "only.ts": filter("doc-") },
    { SCHEDULER_FILTERS: "ComputeFilter ./only.ts" },
  );
  expect(await hostOf(other, await other.server())).toStartWith("doc-");
  const folder = (other as unknown as { folder: string }).folder;
  writeFileSync(join(folder, "only.ts"), filter("ops-"));
  expect(await hostOf(other, await other.server())).toStartWith("doc-");
  await other.stop("n-sch");
  await other.start("n-sch");
  expect(await hostOf(other, await other.server())).toStartWith("ops-");
  expect(logged(other, "Filter only returned 1 host(s)").length).toBe(1);
});

test("a weigher of one's own decides, and may outweigh the others", async () => {
  const weigher = `export default { multiplier: 100, weigh: (host) => (host.host === "ops-01" ? 1 : 0) };`;
  await using cloud = await plugged({ "ops.js": weigher }, { SCHEDULER_WEIGHERS: "all_weighers ./ops.js" });
  expect(await hostOf(cloud, await cloud.server())).toBe("ops-01");
});

test("a plugin that throws, loops, answers nonsense or ends its process fails one request; the cloud goes on", async () => {
  const filter = `
    export default {
      async passes(host, request) {
        const mode = request.filterProperties.scheduler_hints.mode;
        if (mode === "throw") null.x;
        if (mode === "loop") for (;;) {}
        if (mode === "nonsense") return "perhaps";
        if (mode === "reject") return Promise.reject(new RangeError("too far"));
        if (mode === "exit") process.exit(3);
        return true;
      },
    };`;
  await using cloud = await plugged(
    { "odd.ts": filter },
    { SCHEDULER_FILTERS: "ComputeFilter ./odd.ts", PLUGIN_TIMEOUT: "0.3" },
  );
  cloud.log.expectError("passes of odd failed");
  cloud.log.expectError("odd: passes returned");
  const boot = async (mode: string) => {
    const answer = await cloud.nova.post(
      "/v2.1/servers",
      {
        server: { name: "g", imageRef: cloud.imageId, flavorRef: "1", networks: "none" },
        "os:scheduler_hints": { mode },
      },
      LATEST,
    );
    return answer.body.server.id as string;
  };
  const faults: Record<string, string> = {
    throw: "Scheduler plugin odd failed: TypeError",
    loop: "no answer within 0.3 s; it was stopped",
    nonsense: 'Scheduler plugin odd failed: passes returned "perhaps", which is neither true nor false',
    reject: "Scheduler plugin odd failed: RangeError",
    exit: "its thread ended",
  };
  for (const [mode, text] of Object.entries(faults)) {
    expect((await cloud.settled(await boot(mode), "ERROR")).fault.message).toContain(text);
    await cloud.settled(await boot("none"), "ACTIVE");
  }
  expect(logged(cloud, 'odd.ts", line 5,').length).toBeGreaterThan(0);
});

test("SC-05 a file that cannot be used keeps the service from starting, and says where the fault is", async () => {
  const refused = async (text: string, ...parts: string[]) => {
    const message = await plugged({ "bad.ts": text }, { SCHEDULER_DRIVER: "./bad.ts" }).then(
      () => "started",
      (error: Error) => error.message,
    );
    for (const part of parts) expect(message).toContain(part);
  };
  await refused(
    "export default {\n  scheduleRunInstance() {\n    const a = ;\n  }\n};",
    "n-sch did not start",
    "bad.ts:3:",
    "Unexpected ;",
  );
  await refused("type A = string;\n\nthrow new Error('boom' as A);", "bad.ts:3:", "boom");
  await refused(
    "export default { scheduleRunInstance() {} };",
    "a scheduler driver must have schedulePrepResize",
  );
  await refused("export const x = 1;", "no default export that is an object or a class");
  const missing = await serverCloud({ settings: { SCHEDULER_DRIVER: "/nowhere/no.ts" } }).then(
    () => "started",
    (error: Error) => error.message,
  );
  expect(missing).toContain("/nowhere/no.ts: cannot be read");
});

test("PLUGIN_RELOAD: an edit counts at the next use; one with a fault fails that request and is told", async () => {
  const filter = (prefix: string) =>
    `export default { passes: (host) => host.host.startsWith("${prefix}") };`;
  await using cloud = await plugged(
    { "only.ts": filter("doc-") },
    { SCHEDULER_FILTERS: "ComputeFilter ./only.ts", PLUGIN_RELOAD: "True" },
  );
  const path = join((cloud as unknown as { folder: string }).folder, "only.ts");
  let saved = 1_000_000_000;
  const save = (text: string) => {
    writeFileSync(path, text);
    // Another second, however fast this is.
    utimesSync(path, ++saved, saved);
  };
  expect(await hostOf(cloud, await cloud.server())).toStartWith("doc-");
  save(filter("ops-"));
  expect(await hostOf(cloud, await cloud.server())).toStartWith("ops-");
  cloud.log.expectError("was saved with a fault");
  cloud.log.expectError("passes of only failed");
  save("export default { passes: (host) => };");
  const { fault } = await cloud.settled(await cloud.boot(), "ERROR");
  expect(fault.message).toContain("only.ts:1:");
  save(filter("dev-"));
  expect(await hostOf(cloud, await cloud.server())).toStartWith("dev-");
});
