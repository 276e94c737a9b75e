// Finding out what happened, from the shell: one request's way, filters, notifications, tracebacks, a broker that is
// gone, daemons in the foreground.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, run, Stack } from "../support/stack.ts";

let stack: Stack;
let image: string;
beforeAll(async () => {
  stack = await Stack.up({
    args: ["--set", "NOTIFICATION_FILE=notifications.json"],
    env: { SERVICE_DOWN_TIME: "2", REPORT_INTERVAL: "1" },
  });
  writeFileSync(join(stack.state, "data"), "data");
  image = (
    await stack.admin(
      ...[
        "openstack",
        "image",
        "create",
        "--disk-format",
        "raw",
        "--file",
        "data",
        "i1",
        "-f",
        "value",
        "-c",
        "id",
      ],
    )
  ).trim();
}, 120_000);
afterAll(() => stack[Symbol.asyncDispose]());

async function until<T>(what: string, ask: () => Promise<T | null | false>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited for ${what} in vain`);
    await Bun.sleep(50);
  }
}

const serverCreate = (name: string) =>
  run(["nova", "--debug", "boot", "--flavor", "m1.tiny", "--image", image, "--nic", "none", name], {
    env: { ...stack.adminEnv, OS_COMPUTE_API_VERSION: "2.92" },
    cwd: stack.state,
  });

test("LG-08 LG-23 --debug prints the calls as curl would make them, with the request's id; stack trace tells its way", async () => {
  const { stderr, status } = await serverCreate("vm1");
  expect(status).toBe(0);
  expect(stderr).toMatch(/REQ: curl -g -i -X POST http:\/\/127\.0\.0\.1:\d+\/compute\/v2\.1\/servers /);
  expect(stderr).toMatch(/RESP: \[202\]/);
  const id = /POST call to compute .*servers used request id (req-[0-9a-f-]{36})/.exec(stderr)![1]!;
  const trace = await until("the trace of a finished build", async () => {
    const { stdout } = await stack.cli("trace", id);
    // Each log file is written a moment after its lines.
    const all = ["compute.instance.create.end", "Instance spawned successfully", "build_and_run_instance"];
    return all.every((text) => stdout.includes(text)) && stdout;
  });
  const at = (text: string | RegExp) => {
    const index = trace.search(text);
    expect([text, index >= 0]).toEqual([text, true]);
    return index;
  };
  expect(at(/nova-api .*POST \/v2\.1\/servers/)).toBeGreaterThan(0);
  expect(at(/notification +INFO compute\.instance\.create\.start from compute\./)).toBeLessThan(
    at(/notification +INFO compute\.instance\.create\.end/),
  );
  expect(at(/stack .*DEBUG nova\.bus .*build_and_run_instance/)).toBeLessThan(
    at(/Instance spawned successfully/),
  );
  const json = JSON.parse((await stack.cli("trace", id, "--json")).stdout) as { sinceMs: number }[];
  expect(json[0]!.sinceMs).toBe(0);
  expect(json.map(({ sinceMs }) => sinceMs)).toEqual(
    json.map(({ sinceMs }) => sinceMs).toSorted((a, b) => a - b),
  );
  const none = await stack.cli("trace", "req-none");
  expect([none.status, none.stderr]).toEqual([1, "stack: no log line speaks of req-none\n"]);
});

test("LG-15 notifications: a list, a tail, a file", async () => {
  const listed = (await stack.cli("notifications", "--event", "image.")).stdout;
  expect(listed).toMatch(/^\S+ \S+ notifications\.info image\.\S+ image\.create \[req-[0-9a-f-]{36}\]$/m);
  const tail = Bun.spawn([BINARY, "notifications", "tail", "--event", "identity.user", "--json"], {
    env: stack.adminEnv,
    stdout: "pipe",
  });
  let heard = "";
  const reading = (async () => {
    for await (const chunk of tail.stdout) heard += new TextDecoder().decode(chunk);
  })();
  let made = 0;
  await until("a notification of a new user", async () => {
    await stack.admin("openstack", "user", "create", `u${++made}`);
    return heard.includes("identity.user.created");
  });
  tail.kill();
  await reading;
  const first = JSON.parse(heard.split("\n")[0]!);
  expect(first).toMatchObject({ event_type: "identity.user.created", payload: { outcome: "success" } });
  const file = join(stack.state, "notifications.json");
  await until(
    "the file",
    async () => existsSync(file) && readFileSync(file, "utf8").includes(first.message_id),
  );
});

test("stack logs: by level, text, request, and the last lines only", async () => {
  const lines = async (...args: string[]) => (await stack.cli("logs", ...args)).stdout.trimEnd().split("\n");
  expect((await lines("key", "-n", "1")).length).toBe(1);
  expect((await lines("key", "--grep", "starting", "--grep", "!stopping"))[0]).toMatch(/Starting keystone$/);
  expect((await lines("--grep", "starting")).some((line) => line.startsWith("n-api: "))).toBe(true);
  expect((await lines("key", "--level", "critical")).join("")).toBe("");
  const id = /req-[0-9a-f-]{36}/.exec((await lines("key", "--grep", "auth/tokens", "-n", "1"))[0]!)![0];
  const own = await lines("key", "--request", id);
  expect(own.length > 0 && own.every((line) => line.includes(id))).toBe(true);
  expect((await stack.cli("logs", "key", "--level", "loud")).status).toBe(2);
  expect((await stack.cli("logs", "nobody")).status).toBe(2);
});

test("LG-24 a failure on the host: ERROR in its log, the traceback in TRACE lines below it", async () => {
  expect((await stack.cli("fault", "add", "compute.spawn")).status).toBe(0);
  const { stdout } = await serverCreate("vm2");
  const id = /\| id +\| (\S+)/.exec(stdout)![1]!;
  await until("ERROR", async () => {
    const shown = await stack.admin("openstack", "server", "show", id, "-f", "value", "-c", "status");
    return shown.trim() === "ERROR";
  });
  await stack.cli("fault", "clear");
  const file = join(stack.state, "log/nova/nova-compute.log");
  const text = await until("the traceback", async () => {
    const found = readFileSync(file, "utf8");
    return found.includes("Traceback") && found;
  });
  const trace = text.split("\n").filter((line) => line.includes(" TRACE nova.compute.manager "));
  expect(trace[0]).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \d+ TRACE nova\.compute\.manager \[req-\S+ admin admin\] Traceback \(most recent call last\):$/,
  );
  expect(trace.some((line) => / {2}File ".*", line \d+, in \S+/.test(line))).toBe(true);
  expect(text).toMatch(
    new RegExp(`ERROR nova\\.compute\\.manager \\[req-\\S+ admin admin\\] \\[instance: ${id}\\]`),
  );
});

test("LG-06 LG-07 LG-12 the broker gone and back: what the logs say, what waits, and that it is done afterwards", async () => {
  expect((await stack.cli("bus", "down")).stdout).toBe("The message bus is down.\n");
  const { stdout } = await serverCreate("vm3");
  const id = /\| id +\| (\S+)/.exec(stdout)![1]!;
  expect((await stack.cli("queues")).stdout).toMatch(/^conductor\t[1-9]/m);
  expect((await stack.cli("logs", "n-cpu")).stdout).toMatch(
    /ERROR nova\.openstack\.common\.rpc\.common \[-\] AMQP server on localhost:5672 is unreachable: \[Errno 111\] ECONNREFUSED\. Trying again in \d+ seconds\./,
  );
  expect((await stack.cli("bus", "up")).stdout).toBe("The message bus is up.\n");
  expect((await stack.cli("logs", "c-vol")).stdout).toContain("Connected to AMQP server on localhost:5672");
  await until("ACTIVE", async () => {
    const shown = await stack.admin("openstack", "server", "show", id, "-f", "value", "-c", "status");
    return shown.trim() === "ACTIVE";
  });
});

test("LG-11 the queue console on 55672, in a browser or by its API", async () => {
  await using _other = await Stack.up({
    args: [
      "--set",
      "BUS_CONSOLE_PORT=55672",
      "--set",
      "ENABLED_SERVICES=key,c-api,c-sch",
      "--host",
      "127.0.0.67",
    ],
  });
  expect(await (await fetch("http://127.0.0.67:55672/")).text()).toContain("<h1>Queues</h1>");
  const queues = (await (await fetch("http://127.0.0.67:55672/api/queues")).json()) as { name: string }[];
  expect(queues.map(({ name }) => name)).toContain("cinder-scheduler");
});

test("LG-16 the processes as ps shows them: one for each service", async () => {
  const ps = (await stack.cli("ps", "aux")).stdout;
  expect(ps).toMatch(/^USER +PID /);
  expect(ps).toMatch(/^\S+ +\d+ .*nova-api/m);
  await stack.cli("stop", "n-api");
  expect((await stack.cli("ps", "aux")).stdout).not.toMatch(/nova-api \(n-api\)/);
  await stack.cli("start", "n-api");
});

test("LG-26 LG-27 a host that is XXX: its daemon in the foreground says what is wrong; then it is :-) again", async () => {
  const table = async () => (await stack.cli("nova-manage", "service", "list")).stdout;
  await until("a smile", async () => /^nova-compute .* :-\)/m.test(await table()));
  await stack.cli("stop", "n-cpu");
  await until("XXX", async () => /^nova-compute .* XXX/m.test(await table()));
  const daemon = Bun.spawn([BINARY, "nova-compute"], { env: stack.adminEnv, stdout: "pipe" });
  let said = "";
  const reading = (async () => {
    for await (const chunk of daemon.stdout) said += new TextDecoder().decode(chunk);
  })();
  await until("a smile", async () => /^nova-compute .* :-\)/m.test(await table()));
  daemon.kill("SIGINT");
  expect(await daemon.exited).toBe(0);
  await reading;
  expect(said).toContain("Starting nova-compute");
  await stack.cli("start", "n-cpu");
});
