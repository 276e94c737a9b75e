// The process is killed while ports and floating addresses come and go: what was acknowledged is there afterwards, what
// was taken back is gone, and no address is leaked or given out twice.

import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = join(import.meta.dir, "../main.ts");
const WORKERS = 8;
/** So many ports are acknowledged before the process is killed. */
const ENOUGH = 40;

function stack(state: string, ...args: string[]): string {
  const done = Bun.spawnSync([process.execPath, "run", MAIN, ...args, "--state", state], {
    env: { PATH: process.env["PATH"] },
  });
  if (done.exitCode !== 0) throw new Error(`${args.join(" ")}: ${done.stderr}${done.stdout}`);
  return done.stdout.toString();
}

function up(state: string): void {
  const settings = [
    "ADMIN_PASSWORD=secret",
    "ENABLED_SERVICES=key,n-net,q-svc",
    "QUOTA_FLOATINGIP=-1",
    "DEBUG=False",
  ].flatMap((setting) => ["--set", setting]);
  stack(state, "up", "--detach", "--port", "0", "--driver", "fake", ...settings);
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
type Ask = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: any }>;

async function client(state: string): Promise<Ask> {
  const url = /OS_AUTH_URL=["']?([^"'\n]+)/.exec(stack(state, "openrc", "admin"))![1]!;
  const domain = { id: "default" };
  const answer = await fetch(`${url}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ["password"],
          password: { user: { name: "admin", domain, password: "secret" } },
        },
        scope: { project: { name: "admin", domain } },
      },
    }),
  });
  const headers = {
    "x-auth-token": answer.headers.get("x-subject-token")!,
    "content-type": "application/json",
  };
  const base = url.replace(/\/identity\/v3$/, "/network/v2.0");
  return async (method, path, body) => {
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${base}${path}`, init);
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };
}

interface Acknowledged {
  made: Set<string>;
  removed: Set<string>;
  /** A deletion was under way when the process died: both outcomes are right. */
  open: Set<string>;
}

/** Makes ports with floating addresses and removes most of them again, until nobody answers. */
async function churn(ask: Ask, privateId: string, publicId: string, known: Acknowledged): Promise<void> {
  const remove = async (path: string, id: string) => {
    known.open.add(id);
    const { status } = await ask("DELETE", `${path}/${id}`);
    if (status === 204) known.removed.add(id);
  };
  try {
    for (let i = 0; ; i++) {
      const port = { network_id: privateId, device_owner: "compute:nova", device_id: crypto.randomUUID() };
      const made = await ask("POST", "/ports", { port });
      if (made.status !== 201) continue;
      known.made.add(made.body.port.id);
      const floatingip = { floating_network_id: publicId, port_id: made.body.port.id };
      const floating = await ask("POST", "/floatingips", { floatingip });
      if (floating.status === 201) known.made.add(floating.body.floatingip.id);
      if (i % 4 === 0) continue;
      await remove("/ports", made.body.port.id);
      if (floating.status === 201) await remove("/floatingips", floating.body.floatingip.id);
    }
  } catch {
    // The connection was cut: the process is dead.
  }
}

/** Rows that belong to nobody. */
const LEAKS = [
  "SELECT count(*) FROM fixed_ips WHERE port_id IS NOT NULL AND port_id NOT IN (SELECT id FROM ports)",
  "SELECT count(*) FROM fixed_ips WHERE port_id IS NULL AND (allocated = 1 OR instance_uuid IS NOT NULL)",
  "SELECT count(*) FROM floating_ips WHERE project_id IS NULL AND fixed_ip_id IS NOT NULL",
  `SELECT count(*) FROM ports WHERE device_owner = 'network:floatingip'
     AND id NOT IN (SELECT floating_port_id FROM floating_ips WHERE floating_port_id IS NOT NULL)`,
  "SELECT count(*) FROM ports WHERE id NOT IN (SELECT port_id FROM fixed_ips WHERE port_id IS NOT NULL)",
];

test("addresses survive a kill: none lost, none doubled, none leaked", async () => {
  const state = mkdtempSync(join(tmpdir(), "stack-crash-"));
  try {
    up(state);
    const { pid } = JSON.parse(stack(state, "status", "--json"));
    const before = await client(state);
    const { networks } = (await before("GET", "/networks")).body;
    const [privateId, publicId] = ["private", "public"].map(
      (name) => networks.find((network: { name: string }) => network.name === name).id,
    );
    const known: Acknowledged = { made: new Set(), removed: new Set(), open: new Set() };
    const work = Array.from({ length: WORKERS }, () => churn(before, privateId, publicId, known));
    while (known.made.size < ENOUGH) await Bun.sleep(1);
    process.kill(pid, "SIGKILL");
    await Promise.all(work);
    while (existsSync(`/proc/${pid}`)) await Bun.sleep(5);

    up(state);
    const after = await client(state);
    const { ports } = (await after("GET", "/ports")).body;
    const { floatingips } = (await after("GET", "/floatingips")).body;
    const present = new Set([...ports, ...floatingips].map((row: { id: string }) => row.id));
    expect([...known.made].filter((id) => !present.has(id) && !known.open.has(id))).toEqual([]);
    expect([...known.removed].filter((id) => present.has(id))).toEqual([]);
    const addresses: string[] = ports.flatMap(
      (port: { network_id: string; fixed_ips: { ip_address: string }[] }) =>
        port.fixed_ips.map(({ ip_address }) => `${port.network_id} ${ip_address}`),
    );
    expect(new Set(addresses).size).toBe(addresses.length);
    using db = new Database(join(state, "nova.db"), { readonly: true });
    expect(LEAKS.map((query) => db.query(query).values()[0]![0])).toEqual(LEAKS.map(() => 0));
  } finally {
    stack(state, "down");
    rmSync(state, { recursive: true, force: true });
  }
}, 120_000);
