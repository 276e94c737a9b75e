// The object store is killed again and again in the middle of writes, overwrites and deletes, small and large. What was
// acknowledged is there; counts and bytes are those of what is listed; no file is without its row, and no row without.

import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "../support/stack.ts";
import { tokenByPassword } from "../support/token.ts";

const ARGS = [
  "ENABLED_SERVICES=key,swift",
  "DEBUG=False",
  "SWIFT_REPLICAS=2",
  "ADMIN_PASSWORD=crash",
].flatMap((entry) => ["--set", entry]);
const NAMES = 40;
const WORKERS = 16;
const SMALL = 3000;
const LARGE = 150_000;

/** What may be found of an object: the MD5 of its data, or null for none. One of them was acknowledged last. */
type Possible = Map<string, Set<string | null>>;

const md5 = (data: Uint8Array) =>
  new Bun.CryptoHasher("md5").update(data as Uint8Array<ArrayBuffer>).digest("hex");

async function login(stack: Stack): Promise<{ url: string; headers: Record<string, string> }> {
  const authUrl = stack.adminEnv["OS_AUTH_URL"]!;
  const { token, projectId } = await tokenByPassword(authUrl, "admin", "crash");
  const base = authUrl.replace("/identity/v3", "");
  return { url: `${base}/object-store/v1/AUTH_${projectId}`, headers: { "x-auth-token": token } };
}

/** Changes objects until the cloud is gone. */
async function play(stack: Stack, possible: Possible): Promise<void> {
  const { url, headers } = await login(stack);
  await fetch(`${url}/c`, { method: "PUT", headers });
  const busy = new Set<string>();
  let running = true;
  const workers = Array.from({ length: WORKERS }, async (_, w) => {
    for (let n = w; running; n++) {
      const name = `o${(n * 7 + w) % NAMES}`;
      if (busy.has(name)) {
        await Bun.sleep(0);
        continue;
      }
      busy.add(name);
      const deletes = n % 5 === 0;
      const data = randomBytes(n % 3 === 0 ? LARGE : SMALL);
      const wanted = deletes ? null : md5(data);
      const before = possible.get(name) ?? new Set([null]);
      // Until there is an answer, both are possible.
      possible.set(name, new Set([...before, wanted]));
      try {
        const answer = await fetch(`${url}/c/${name}`, {
          method: deletes ? "DELETE" : "PUT",
          headers,
          body: deletes ? null : data,
        });
        if (answer.status === 201 || answer.status === 204 || answer.status === 404)
          possible.set(name, new Set([wanted]));
        else throw new Error(`${answer.status}`);
      } catch {
        return;
      } finally {
        busy.delete(name);
      }
    }
  });
  await Bun.sleep(400);
  await stack.kill();
  running = false;
  await Promise.all(workers);
}

async function verify(stack: Stack, possible: Possible): Promise<void> {
  const { url, headers } = await login(stack);
  const listing = (await (await fetch(`${url}/c?format=json`, { headers })).json()) as {
    name: string;
    bytes: number;
    hash: string;
  }[];
  const bytes = listing.reduce((sum, entry) => sum + entry.bytes, 0);
  const counted = async (path: string, kind: string) => {
    const head = await fetch(url + path, { method: "HEAD", headers });
    return [head.headers.get(`x-${kind}-object-count`), head.headers.get(`x-${kind}-bytes-used`)].map(Number);
  };
  expect(await counted("/c", "container")).toEqual([listing.length, bytes]);
  expect(await counted("", "account")).toEqual([listing.length, bytes]);
  const listed = new Map(listing.map((entry) => [entry.name, entry.hash]));
  for (const [name, sums] of possible) {
    const answer = await fetch(`${url}/c/${name}`, { headers });
    const found = answer.status === 404 ? null : md5(new Uint8Array(await answer.arrayBuffer()));
    expect([name, found, [...sums].includes(found)]).toEqual([name, listed.get(name) ?? null, true]);
    possible.set(name, new Set([found]));
  }
  // The sweep of what the crash has left runs beside everything else.
  const db = new Database(join(stack.state, "swift.db"), { readonly: true });
  try {
    const strays = () => db.query<{ n: number }, []>("SELECT count(*) AS n FROM stray_file").get()!.n;
    while (strays() > 0) await Bun.sleep(10);
    const rows = db.query<{ file: string }, []>("SELECT file FROM object_data WHERE file IS NOT NULL").all();
    const wanted = rows.map(({ file }) => file).sort();
    for (const device of ["d1", "d2"]) {
      const folder = join(stack.state, "swift", device, "objects");
      const files = existsSync(folder)
        ? readdirSync(folder, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map(({ name }) => name)
        : [];
      expect([device, files.sort()]).toEqual([device, wanted]);
    }
  } finally {
    db.close();
  }
}

test("kill -9 in the middle of writes: what was acknowledged is there, counts are exact, nothing is left over", async () => {
  const state = mkdtempSync(join(tmpdir(), "stack-crash-"));
  try {
    const possible: Possible = new Map();
    for (let round = 0; round < 4; round++) {
      const stack = await Stack.up({ state, args: ARGS });
      if (round > 0) await verify(stack, possible);
      await play(stack, possible);
    }
    await using last = await Stack.up({ state, args: ARGS });
    await verify(last, possible);
    expect([...possible.values()].some((sums) => !sums.has(null))).toBe(true);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}, 180_000);
