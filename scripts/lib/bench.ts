// The benchmark: one cloud of the compiled binary, one load generator (this process), each figure measured several
// times and printed as the median. Ratios compare with what the machine itself can do, in the same run.

import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY, run } from "../../test/support/stack.ts";
import { tokenByPassword } from "../../test/support/token.ts";

const quick = process.argv.includes("--quick");
const SECONDS = quick ? 1 : 3;
const GIB = 1 << 30;
const LARGE_BYTES = quick ? GIB / 8 : GIB;
const PASSWORD = "bench";
/** Enough for 10,000 servers. */
const HOSTS = 100;

interface Bench {
  state: string;
  base: string;
  token: string;
  projectId: string;
  pid: number;
}

function row(name: string, value: string, remark = ""): void {
  console.log(`${name.padEnd(52)} ${value.padStart(18)}  ${remark}`.trimEnd());
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function percentile(numbers: number[], p: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? Number.NaN;
}

async function startCloud(settings: string[] = []): Promise<{ bench: Bench; readyMs: number }> {
  const state = mkdtempSync(join(tmpdir(), "stack-bench-"));
  const startedAt = performance.now();
  const set = [`ADMIN_PASSWORD=${PASSWORD}`, "DEBUG=False", ...settings].flatMap((entry) => ["--set", entry]);
  const up = await run([
    BINARY,
    "up",
    "--detach",
    "--port",
    "0",
    "--driver",
    "fake",
    "--state",
    state,
    ...set,
  ]);
  const readyMs = performance.now() - startedAt;
  if (up.status !== 0) throw new Error(up.stderr + up.stdout);
  const cloud = JSON.parse(readFileSync(join(state, "cloud.json"), "utf8"));
  const bench: Bench = {
    state,
    base: `http://127.0.0.1:${cloud.sharedPort}`,
    token: "",
    projectId: "",
    pid: cloud.pid,
  };
  const { token, projectId } = await issueToken(bench);
  return { bench: { ...bench, token, projectId }, readyMs };
}

async function stopCloud({ state }: Bench): Promise<void> {
  await run([BINARY, "down", "--state", state]);
  rmSync(state, { recursive: true, force: true });
}

const issueToken = ({ base }: Bench) => tokenByPassword(`${base}/identity/v3`, "admin", PASSWORD);

function pssMib(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
}

/** Runs `work` for a while on `connections` connections at once. */
async function load(name: string, connections: number, work: (n: number) => Promise<void>): Promise<void> {
  let n = 0;
  const latencies: number[] = [];
  const until = performance.now() + SECONDS * 1000;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < until) {
        const begun = performance.now();
        await work(n++);
        latencies.push(performance.now() - begun);
      }
    }),
  );
  const rate = latencies.length / ((performance.now() - startedAt) / 1000);
  const ms = (value: number) => value.toFixed(value < 10 ? 2 : 0);
  row(
    `${name}, ${connections} at a time`,
    `${rate.toFixed(0)} /s`,
    `p50 ${ms(percentile(latencies, 50))} ms, p99 ${ms(percentile(latencies, 99))} ms`,
  );
}

async function ask(bench: Bench, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(`${bench.base}${path}`, {
    ...init,
    headers: { "x-auth-token": bench.token, ...(init.headers as Record<string, string>) },
  });
  if (!response.ok)
    throw new Error(`${init.method ?? "GET"} ${path}: ${response.status} ${await response.text()}`);
  return response;
}

async function createServers(bench: Bench, count: number): Promise<string[]> {
  const response = await ask(bench, "/compute/v2.1/servers", {
    method: "POST",
    headers: { "content-type": "application/json", "openstack-api-version": "compute 2.37" },
    body: JSON.stringify({
      server: {
        name: "b",
        flavorRef: "1",
        imageRef: await imageId(bench),
        networks: "none",
        min_count: count,
        max_count: count,
      },
    }),
  });
  const { server } = (await response.json()) as { server: { id: string } };
  return [server.id];
}

let cachedImage: string | null = null;
async function imageId(bench: Bench): Promise<string> {
  if (cachedImage) return cachedImage;
  const created = await ask(bench, "/image/v2/images", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      name: "bench",
      disk_format: "raw",
      container_format: "bare",
      visibility: "public",
    }),
  });
  const { id } = (await created.json()) as { id: string };
  await ask(bench, `/image/v2/images/${id}/file`, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: new Uint8Array(1024),
  });
  cachedImage = id;
  return id;
}

async function waitActive(bench: Bench, id: string): Promise<void> {
  for (;;) {
    const { server } = (await (await ask(bench, `/compute/v2.1/servers/${id}`)).json()) as {
      server: { status: string; fault?: { message: string } };
    };
    if (server.status === "ACTIVE") return;
    if (server.status === "ERROR") throw new Error(`server ${id}: ${server.fault?.message}`);
    await Bun.sleep(1);
  }
}

async function deleteServers(bench: Bench): Promise<void> {
  for (;;) {
    const listed = await ask(bench, "/compute/v2.1/servers?limit=1000");
    const { servers } = (await listed.json()) as { servers: { id: string }[] };
    if (servers.length === 0) return;
    await Promise.all(
      servers.map(({ id }) =>
        ask(bench, `/compute/v2.1/servers/${id}`, { method: "DELETE" }).catch(() => {}),
      ),
    );
    await Bun.sleep(50);
  }
}

async function startAndSize(): Promise<Bench> {
  const times: number[] = [];
  const first: number[] = [];
  for (let i = 0; i < (quick ? 1 : 5); i++) {
    const startedAt = performance.now();
    const { bench, readyMs } = await startCloud();
    times.push(readyMs);
    cachedImage = null;
    const [id] = await createServers(bench, 1);
    await waitActive(bench, id!);
    first.push(performance.now() - startedAt);
    await stopCloud(bench);
  }
  row("cold start to every API answering", `${median(times).toFixed(0)} ms`, "real OpenStack Zed: 25 s");
  row("exec to first server ACTIVE", `${median(first).toFixed(0)} ms`, "real: 52 s");
  const idle = await startCloud();
  await Bun.sleep(3000);
  row("idle memory (PSS)", `${pssMib(idle.bench.pid).toFixed(0)} MiB`, "real: 4,058 MiB");
  await stopCloud(idle.bench);
  cachedImage = null;
  const { bench } = await startCloud([
    ...["QUOTA_INSTANCES", "QUOTA_CORES", "QUOTA_RAM"].map((name) => `${name}=-1`),
    `NUMBER_FAKE_NOVA_COMPUTE=${HOSTS}`,
  ]);
  row("executable", `${(statSync(BINARY).size / 2 ** 20).toFixed(0)} MiB`, "real: 1,199 MiB of packages");
  return bench;
}

async function apis(bench: Bench): Promise<void> {
  await load("token issue (password)", 4, async () => void (await issueToken(bench)));
  await load("token validation", 8, async () => {
    await ask(bench, "/identity/v3/auth/tokens?nocatalog", { headers: { "x-subject-token": bench.token } });
  });
  await load("image list", 8, async () => void (await (await ask(bench, "/image/v2/images")).text()));
  await load("network list", 8, async () => void (await (await ask(bench, "/network/v2.0/networks")).text()));
}

async function servers(bench: Bench): Promise<void> {
  const posted: number[] = [];
  const active: number[] = [];
  for (let i = 0; i < (quick ? 5 : 40); i++) {
    const startedAt = performance.now();
    const [id] = await createServers(bench, 1);
    posted.push(performance.now() - startedAt);
    await waitActive(bench, id!);
    active.push(performance.now() - startedAt);
  }
  row("POST /servers returns (p50, one at a time)", `${median(posted).toFixed(1)} ms`, "real: 229 ms");
  row("... reaches ACTIVE (p50)", `${median(active).toFixed(1)} ms`, "real: 1.6 s");
  const startedAt = performance.now();
  const count = quick ? 20 : 100;
  let left = count;
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      while (left-- > 0) await waitActive(bench, (await createServers(bench, 1))[0]!);
    }),
  );
  const rate = count / ((performance.now() - startedAt) / 1000);
  row(`${count} servers, 10 at a time, until ACTIVE`, `${rate.toFixed(1)} /s`, "real: 0.63 /s");
  await deleteServers(bench);
  for (const total of quick ? [100] : [100, 10_000]) {
    for (let made = 0; made < total; made += 100) {
      const [id] = await createServers(bench, Math.min(100, total - made));
      await waitActive(bench, id!);
    }
    const page = total > 1000 ? "?limit=100" : "";
    const name = `server list, details, ${total} servers${page ? ", pages of 100" : ""}`;
    for (const connections of [1, 8]) {
      await load(name, connections, async () => {
        await (await ask(bench, `/compute/v2.1/servers/detail${page}`)).text();
      });
    }
    row(`memory with ${total} servers (PSS)`, `${pssMib(bench.pid).toFixed(0)} MiB`);
  }
  await deleteServers(bench);
}

async function objects(bench: Bench): Promise<void> {
  const account = `/object-store/v1/AUTH_${bench.projectId}`;
  await ask(bench, `${account}/bench`, { method: "PUT" });
  const small = randomBytes(4096);
  for (const connections of [1, 16]) {
    await load("object PUT 4 KiB", connections, async (n) => {
      await ask(bench, `${account}/bench/o${n}`, { method: "PUT", body: small });
    });
  }
  for (const connections of [1, 16]) {
    await load("object GET 4 KiB", connections, async (n) => {
      await (await ask(bench, `${account}/bench/o${n % 500}`)).arrayBuffer();
    });
  }
  await load(
    "object HEAD",
    16,
    async (n) => void (await ask(bench, `${account}/bench/o${n % 500}`, { method: "HEAD" })),
  );
  const before = pssMib(bench.pid);
  const file = join(bench.state, "large");
  writeRandom(file, LARGE_BYTES);
  const mb = LARGE_BYTES / 1e6;
  const hash = ceiling(() => {
    const md5 = new Bun.CryptoHasher("md5");
    md5.update(new Uint8Array(readFileSync(file).buffer));
    md5.digest("hex");
  });
  const copy = ceiling(() => writeRandom(`${file}.copy`, LARGE_BYTES));
  rmSync(`${file}.copy`);
  const limits = { hash, copy, sendfile: await sendfileSeconds(file) };
  await transfer(bench, "object", file, `${account}/bench/large`, mb, limits);
  const id = await imageForUpload(bench);
  await transfer(bench, "image", file, `/image/v2/images/${id}/file`, mb, limits);
  row("memory grown by these transfers (PSS)", `${(pssMib(bench.pid) - before).toFixed(0)} MiB`);
}

async function imageForUpload(bench: Bench): Promise<string> {
  const created = await ask(bench, "/image/v2/images", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "large", disk_format: "raw", container_format: "bare" }),
  });
  return ((await created.json()) as { id: string }).id;
}

async function transfer(
  bench: Bench,
  what: string,
  file: string,
  path: string,
  mb: number,
  limits: { hash: number; copy: number; sendfile: number },
): Promise<void> {
  const curl = async (...args: string[]) => {
    const auth = ["-H", `X-Auth-Token: ${bench.token}`];
    return mb / (await curlSeconds(...auth, ...args, `${bench.base}${path}`));
  };
  const size = `${(LARGE_BYTES / 2 ** 20).toFixed(0)} MiB`;
  const put = await curl("-T", file, "-H", "Content-Type: application/octet-stream");
  row(
    `${what} PUT ${size}`,
    `${put.toFixed(0)} MB/s`,
    `${((put / (mb / limits.hash)) * 100).toFixed(0)} % of MD5 alone, ${((put / (mb / limits.copy)) * 100).toFixed(0)} % of writing and syncing the file alone`,
  );
  const get = await curl();
  const bare = ((get / (mb / limits.sendfile)) * 100).toFixed(0);
  row(
    `${what} GET ${size}`,
    `${get.toFixed(0)} MB/s`,
    `${bare} % of a server that does nothing but sendfile`,
  );
}

async function curlSeconds(...args: string[]): Promise<number> {
  const startedAt = performance.now();
  const outcome = await run(["curl", "-sS", "--fail", "-o", "/dev/null", ...args]);
  if (outcome.status !== 0) throw new Error(outcome.stderr);
  return (performance.now() - startedAt) / 1000;
}

/** Seconds that the file takes from a server of its own process that does nothing but sendfile, the better of two. */
async function sendfileSeconds(file: string): Promise<number> {
  const source = `const s = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(Bun.file(${JSON.stringify(file)})) }); console.log(s.url.href);`;
  const server = Bun.spawn([process.execPath, "-e", source], { stdout: "pipe" });
  try {
    const { value } = await server.stdout.getReader().read();
    const url = new TextDecoder().decode(value).trim();
    return Math.min(await curlSeconds(url), await curlSeconds(url));
  } finally {
    server.kill();
  }
}

/** Seconds that the work takes, the better of two runs. */
function ceiling(work: () => void): number {
  return Math.min(
    ...[0, 1].map(() => {
      const startedAt = performance.now();
      work();
      return (performance.now() - startedAt) / 1000;
    }),
  );
}

function writeRandom(path: string, size: number): void {
  const chunk = randomBytes(1 << 20);
  const fd = openSync(path, "w");
  for (let n = 0; n < size; n += chunk.length) {
    chunk.writeUInt32LE(n / chunk.length, 0);
    writeSync(fd, chunk);
  }
  fsyncSync(fd);
  closeSync(fd);
}

console.log(
  `bench of ${createHash("sha256").update(readFileSync(BINARY)).digest("hex").slice(0, 12)}, ${new Date().toISOString()}`,
);
const bench = await startAndSize();
try {
  await apis(bench);
  await servers(bench);
  await objects(bench);
} finally {
  await stopCloud(bench);
}
