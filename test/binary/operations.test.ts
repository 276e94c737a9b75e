// What an operator does with a running cloud, as the Operations Guide has it, from the shell: logs, levels, health,
// figures, probes.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run, Stack } from "../support/stack.ts";
import { tokenByPassword } from "../support/token.ts";

let stack: Stack;
let base: string;
let token: string;

beforeAll(async () => {
  stack = await Stack.up();
  const { OS_AUTH_URL: url, OS_PASSWORD: password } = stack.adminEnv;
  base = url!.replace("/identity/v3", "");
  token = (await tokenByPassword(url!, "admin", password!)).token;
}, 60_000);
afterAll(() => stack[Symbol.asyncDispose]());

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${base}${path}`, {
    ...init,
    headers: { "x-auth-token": token, "content-type": "application/json" },
  });

const sh = (script: string) =>
  run(["sh", "-c", script], { cwd: join(stack.state, "log"), env: stack.adminEnv });

/** Log lines are written a tenth of a second late at most. */
async function grepped(script: string): Promise<string> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const { stdout, status } = await sh(script);
    if (status === 0 && stdout !== "") return stdout;
    if (Date.now() > deadline) throw new Error(`nothing came of: ${script}`);
    await Bun.sleep(20);
  }
}

test("LG-01 LG-25 a folder per project, a file per service", async () => {
  for (const file of [
    "nova/nova-api.log",
    "nova/nova-scheduler.log",
    "nova/nova-compute.log",
    "nova/nova-conductor.log",
    "nova/nova-network.log",
    "glance/api.log",
    "cinder/cinder-volume.log",
    "cinder/cinder-scheduler.log",
    "cinder/cinder-api.log",
    "keystone/keystone.log",
  ]) {
    expect([file, existsSync(join(stack.state, "log", file))]).toEqual([file, true]);
  }
});

test("LG-03 LG-08 a server's id is found in the API's, the scheduler's and the compute host's log; a request id too", async () => {
  const { images } = (await (await ask("/image/v2/images?status=active&container_format=bare")).json()) as {
    images: { id: string }[];
  };
  const imageRef = images[0]?.id ?? (await image());
  const answer = await ask("/compute/v2.1/servers", {
    method: "POST",
    body: JSON.stringify({ server: { name: "traced", flavorRef: "1", imageRef } }),
  });
  const { server } = (await answer.json()) as { server: { id: string } };
  await ask(`/compute/v2.1/servers/${server.id}`);
  for (const file of ["nova-api", "nova-scheduler", "nova-compute"])
    await grepped(`grep ${server.id} nova/${file}.log`);

  const requestId = answer.headers.get("x-openstack-request-id")!;
  await grepped(`grep ${requestId} nova/nova-compute.log`);
  const trace = await stack.cli("trace", requestId);
  expect(trace.status).toBe(0);
  for (const program of ["nova-api", "nova-scheduler", "nova-compute"])
    expect(trace.stdout).toContain(` ${program} `);
});

test("LG-21 requests are counted with grep and wc", async () => {
  await ask("/compute/v2.1/flavors");
  await ask("/compute/v2.1/flavors/none");
  expect(await grepped('grep " 200 " nova/nova-api.log | grep /flavors')).toContain(
    '"GET /v2.1/flavors HTTP/1.1" status: 200 ',
  );
  expect(await grepped('grep " 404 " nova/nova-api.log')).toContain("/flavors/none");
  expect(Number((await sh("grep INFO nova/nova-api.log | grep /flavors | wc -l")).stdout)).toBeGreaterThan(1);
});

test("LG-12 the backlog of a queue shows what has lost its consumer", async () => {
  expect((await stack.cli("stop", "c-sch")).status).toBe(0);
  await ask("/volume/v3/volumes", { method: "POST", body: JSON.stringify({ volume: { size: 1 } }) });
  const { stdout } = await stack.cli("queues");
  expect(stdout).toMatch(/^cinder-scheduler\t1$/m);
  await stack.cli("start", "c-sch");
  const deadline = Date.now() + 10_000;
  while (!/^cinder-scheduler\t0$/m.test((await stack.cli("queues")).stdout)) {
    if (Date.now() > deadline) throw new Error("the scheduler does not take its messages");
    await Bun.sleep(20);
  }
});

test("LG-05 a level is changed while the service runs, and read anew at its start", async () => {
  const level = async () => (await stack.cli("log-level", "n-api")).stdout.trim().split(/\s+/).at(-1);
  expect(await level()).toBe("DEBUG");
  expect((await stack.cli("log-level", "n-api", "warning")).status).toBe(0);
  expect(await level()).toBe("WARNING");
  await ask("/compute/v2.1/flavors?quiet=1");
  await stack.cli("restart", "n-api");
  expect(await level()).toBe("DEBUG");
  await ask("/compute/v2.1/flavors?loud=1");
  await grepped("grep loud=1 nova/nova-api.log");
  expect(readFileSync(join(stack.state, "log/nova/nova-api.log"), "utf8")).not.toContain("quiet=1");
  expect((await stack.cli("log-level", "n-api", "LOUD")).status).toBe(2);
  expect((await stack.cli("log-level", "n-none")).status).toBe(2);
});

test("LG-17 a process check: 0 while it runs, 2 when it does not, one line with the reason", async () => {
  const fine = await stack.cli("health", "nova-compute");
  expect([fine.status, fine.stdout]).toEqual([0, "OK - n-cpu | running=1\n"]);
  expect((await fetch(`${base}/healthcheck`)).status).toBe(200);
  await stack.cli("stop", "n-cpu");
  const dead = await stack.cli("health", "n-cpu");
  expect([dead.status, dead.stdout]).toEqual([2, "CRITICAL - n-cpu: stopped | running=0\n"]);
  const all = await fetch(`${base}/healthcheck`);
  expect([all.status, await all.text()]).toEqual([503, "n-cpu: stopped"]);
  await stack.cli("start", "n-cpu");
  const nowhere = await stack.cli("health", "--state", join(stack.state, "nowhere"));
  expect([nowhere.status, nowhere.stdout]).toEqual([2, "CRITICAL - no cloud is running here\n"]);
});

test("LG-18 the disk check warns and alarms by the share that is free", async () => {
  expect((await stack.cli("health", "disk", "-w", "0%", "-c", "0%")).stdout).toMatch(
    /^OK - free space: \S+ \d+ MiB \(\d+%\) \| free=\d+MB\n$/,
  );
  const warned = await stack.cli("health", "disk", "-w", "100%", "-c", "0%");
  expect([warned.status, warned.stdout.split(" ")[0]]).toEqual([1, "WARNING"]);
  expect((await stack.cli("health", "disk", "-w", "100%", "-c", "100%")).status).toBe(2);
});

test("LG-19 LG-22 figures of the machine and of the services, without a token", async () => {
  await ask("/compute/v2.1/flavors");
  const answer = await fetch(`${base}/metrics`);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await answer.text();
  for (const series of [
    'stack_service_up{service="n-api",program="nova-api"} 1',
    'stack_queue_messages{project="nova",topic="scheduler"} 0',
    /^stack_http_requests_total\{service="n-api",method="GET",status="200"\} \d+$/m,
    /^node_load1 [\d.]+$/m,
    /^openstack_nova_total_vms \d+$/m,
    /^openstack_nova_server_flavors\{flavor="m1.tiny"\} \d+$/m,
    /^openstack_nova_vcpus\{hostname="[^"]+"\} \d+$/m,
    /^openstack_cinder_volumes \d+$/m,
    /^openstack_glance_images\{status="active"\} \d+$/m,
    /^node_memory_MemAvailable_bytes \d+$/m,
    /^node_filesystem_avail_bytes\{mountpoint="[^"]+"\} \d+$/m,
    /^node_network_receive_bytes_total\{device="lo"\} \d+$/m,
  ]) {
    if (typeof series === "string") expect(text).toContain(series);
    else expect(text).toMatch(series);
  }
  expect((await stack.cli("metrics")).stdout).toContain("node_load1 ");
});

test("LG-20 a functional probe does what users do and leaves nothing", async () => {
  const probe = await stack.cli("probe");
  expect(probe.stdout).toEndWith("the cloud works\n");
  expect(probe.status).toBe(0);
  const left = await Promise.all(
    ["/identity/v3/users", "/image/v2/images", "/compute/v2.1/servers", "/volume/v3/volumes"].map(
      async (path) => (await ask(path)).text(),
    ),
  );
  for (const text of left) expect(text).not.toContain("probe-");
  await stack.cli("stop", "swift");
  const broken = await stack.cli("probe");
  expect(broken.status).toBe(1);
  expect(broken.stdout).toContain("does not work: store an object\n");
  await stack.cli("start", "swift");
});

test("LG-29 a support bundle has the story and no secret", async () => {
  const path = join(stack.state, "support.tar.gz");
  expect((await stack.cli("support", path)).status).toBe(0);
  const names = (await sh(`tar tzf ${path}`)).stdout.split("\n");
  for (const name of ["version.txt", "doctor.json", "status.json", "settings.txt", "log/nova/nova-api.log"])
    expect(names).toContain(name);
  const all = (await sh(`tar xzOf ${path}`)).stdout;
  const { adminPassword, servicePassword, serviceToken } = JSON.parse(
    readFileSync(join(stack.state, "secrets.json"), "utf8"),
  );
  for (const secret of [adminPassword, servicePassword, serviceToken, token])
    expect(all).not.toContain(secret);
});

async function image(): Promise<string> {
  const wanted = { name: "tiny", disk_format: "raw", container_format: "bare" };
  const made = await ask("/image/v2/images", { method: "POST", body: JSON.stringify(wanted) });
  const { id } = (await made.json()) as { id: string };
  await fetch(`${base}/image/v2/images/${id}/file`, {
    method: "PUT",
    headers: { "x-auth-token": token, "content-type": "application/octet-stream" },
    body: new Uint8Array(1 << 20),
  });
  return id;
}
