// The scheduler lab of the seeds: an own scheduler in a file, named in nova.conf, read by `stack restart n-sch`; it
// looks at the client's address. Real clients, the compiled cloud, simulated hosts.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { ROOT, Stack } from "../support/stack.ts";

const HOSTS = ["doc-01", "doc-02", "ops-01", "ops-02", "dev-01", "dev-02"];
// biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
type Body = any;

const IMAGE = "cirros-0.3.1-x86_64-uec";
const DRIVER = "compute_scheduler_driver = nova.scheduler.ip_scheduler.IPScheduler";

describeWith("the scheduler lab", [program("openstack"), program("nova")], () => {
  let folder: string;
  let stack: Stack;
  let imageId: string;
  let tokens: Record<"admin" | "demo", string>;
  const rc = () => join(folder, "stackrc");
  const plugin = () => join(stack.state, "plugins", "ip_scheduler.ts");
  const novaConf = (...lines: string[]) =>
    writeFileSync(
      rc(),
      [
        `FAKE_HOSTS="${HOSTS.map((host) => `${host}:8:32768`).join(" ")}"`,
        "[[post-config|$NOVA_CONF]]",
        "[DEFAULT]",
        ...lines,
        "",
      ].join("\n"),
    );
  const log = async () => (await stack.cli("logs", "n-sch")).stdout.split("\n");

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "stack-lab-"));
    novaConf();
    stack = await Stack.up({ args: ["--rc", rc()] });
    const image = join(stack.state, "image.raw");
    writeFileSync(image, new Uint8Array(1 << 16));
    await stack.admin(
      ...["openstack", "image", "create", "--public", "--disk-format", "raw", "--container-format", "bare"],
      ...["--file", image, IMAGE],
    );
    imageId = (await stack.demo("openstack", "image", "show", IMAGE, "-f", "value", "-c", "id")).trim();
    const issue = ["openstack", "token", "issue", "-f", "value", "-c", "id"];
    const [admin, demo] = await Promise.all([stack.admin(...issue), stack.demo(...issue)]);
    tokens = { admin: admin.trim(), demo: demo.trim() };
    mkdirSync(join(stack.state, "plugins"), { recursive: true });
    copyFileSync(join(ROOT, "fixtures/plugins/ip_scheduler.ts"), plugin());
  }, 60_000);
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The compute API, from that address. */
  async function ask(
    who: "admin" | "demo",
    path: string,
    options: { from?: string; method?: string; body?: unknown } = {},
  ): Promise<{ status: number | undefined; body: Body }> {
    const base = new URL(stack.adminEnv["OS_AUTH_URL"]!);
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: Body }>();
    request(
      {
        host: base.hostname,
        port: base.port,
        path: `/compute/v2.1${path}`,
        method: options.method ?? "GET",
        ...(options.from === undefined ? {} : { localAddress: options.from }),
        headers: {
          "x-auth-token": tokens[who],
          "content-type": "application/json",
          "openstack-api-version": "compute 2.93",
        },
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          const text = Buffer.concat(parts).toString();
          resolve({ status: answer.statusCode, body: text === "" ? null : JSON.parse(text) });
        });
      },
    )
      .on("error", reject)
      .end(options.body === undefined ? undefined : JSON.stringify(options.body));
    return await promise;
  }

  async function bootFrom(address: string, name: string, count = 1): Promise<void> {
    const server = { name, imageRef: imageId, flavorRef: "1", networks: "none" };
    const body = { server: { ...server, min_count: count, max_count: count } };
    expect((await ask("demo", "/servers", { from: address, method: "POST", body })).status).toBe(202);
  }

  /** When it is ACTIVE or ERROR: as the administrator sees it. */
  async function settled(name: string): Promise<Body> {
    for (;;) {
      const { body } = await ask("admin", `/servers/detail?all_tenants=1&name=${name}`);
      const server = body.servers.find((one: Body) => one.name === name);
      if (["ACTIVE", "ERROR"].includes(server?.status)) return server;
      await Bun.sleep(20);
    }
  }

  const hostOf = (server: Body) => server["OS-EXT-SRV-ATTR:host"] as string;

  test("SC-05 SC-07 SC-10 the scheduler of nova.conf is in force after a restart of n-sch", async () => {
    novaConf(DRIVER);
    const restarted = await stack.cli("restart", "n-sch");
    expect(restarted.stderr + restarted.stdout).toMatch(/^nova-scheduler start\/running, process \d+\n$/);
    await stack.demo(
      ...["nova", "boot", "--flavor", "1", "--image", imageId, "--nic", "none", "--poll", "scheduler-test"],
    );
    const host = hostOf(await settled("scheduler-test"));
    expect(host).toStartWith("dev-");
    const line = (await log()).find((text) => text.includes("Request from 127.0.0.1 scheduled to"));
    expect(line).toMatch(
      new RegExp(
        `^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} (\\d+) DEBUG nova\\.scheduler\\.ip_scheduler \\[req-\\S+ demo demo\\] Request from 127\\.0\\.0\\.1 scheduled to ${host} from \\(pid=\\1\\) _schedule ${plugin()}:\\d+$`,
      ),
    );
  }, 120_000);

  test("SC-07 SC-09 SC-12 edited and read again: addresses choose doc, ops and dev; a prefix without hosts fails", async () => {
    const source = readFileSync(plugin(), "utf8");
    writeFileSync(
      plugin(),
      source.replace('startsWith("10.1")', 'startsWith("127.0.0.2")').replace('"10.2"', '"127.0.0.3"'),
    );
    // Not before the restart.
    await bootFrom("127.0.0.2", "before");
    expect(hostOf(await settled("before"))).toStartWith("dev-");
    await stack.cli("restart", "n-sch");
    const from = { "127.0.0.2": "doc", "127.0.0.3": "ops", "127.0.0.4": "dev" };
    for (const [address, prefix] of Object.entries(from)) {
      await bootFrom(address, `from-${prefix}`);
      expect(hostOf(await settled(`from-${prefix}`))).toStartWith(`${prefix}-`);
    }
    await bootFrom("127.0.0.2", "many", 2);
    for (const name of ["many-1", "many-2"]) expect(hostOf(await settled(name))).toStartWith("doc-");

    for (const host of ["ops-01", "ops-02"]) {
      await stack.admin("openstack", "compute", "service", "set", "--disable", host, "nova-compute");
    }
    await bootFrom("127.0.0.3", "nowhere");
    expect((await settled("nowhere")).status).toBe("ERROR");
    expect(JSON.stringify((await settled("nowhere")).fault)).toContain("RangeError");
    await bootFrom("127.0.0.2", "elsewhere");
    expect((await settled("elsewhere")).status).toBe("ACTIVE");
  }, 180_000);

  test("SC-06 SC-08 resize asks the same scheduler; all hosts down is NoValidHost", async () => {
    const { id } = await settled("from-doc");
    await stack.admin("openstack", "server", "resize", "--flavor", "m1.small", "--wait", id);
    // That client came from 127.0.0.1.
    expect(hostOf((await ask("admin", `/servers/${id}`)).body.server)).toStartWith("dev-");
    const { services } = (await ask("admin", "/os-services?binary=nova-compute")).body;
    for (const service of services) {
      await ask("admin", `/os-services/${service.id}`, { method: "PUT", body: { status: "disabled" } });
    }
    await bootFrom("127.0.0.2", "none-up");
    const failed = await settled("none-up");
    expect(JSON.stringify(failed.fault)).toContain(
      "No valid host was found. Is the appropriate service running?",
    );
  }, 120_000);

  test("SC-05 a fault in the file keeps n-sch from starting and names the line; the rest of the cloud goes on", async () => {
    writeFileSync(plugin(), "export default {\n  scheduleRunInstance() {\n    const a = ;\n  },\n};\n");
    const restarted = await stack.cli("restart", "n-sch");
    expect(restarted.status).not.toBe(0);
    const status = JSON.parse((await stack.cli("status", "--json")).stdout);
    const service = status.services.find(({ window }: { window: string }) => window === "n-sch");
    expect(service.state).toBe("failed");
    expect(service.reason).toContain("ip_scheduler.ts:3:");
    await stack.demo("openstack", "server", "list");
  }, 60_000);
});
