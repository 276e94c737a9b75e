// The process is killed in the middle of everything. What was acknowledged is there afterwards, whole; what was not
// has left nothing: no server stuck, no address, allocation, disk or file leaked or doubled.

import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "../support/stack.ts";

const SERVERS = 50;
const UPLOADS = 50;
const VOLUMES = 20;
const OBJECT_BYTES = 200_000;
const SETTINGS = [
  "QUOTA_INSTANCES=-1",
  "QUOTA_CORES=-1",
  "QUOTA_RAM=-1",
  "CINDER_QUOTA_VOLUMES=-1",
  "DEBUG=False",
];

interface Api {
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
  json(method: string, path: string, body?: unknown): Promise<any>;
  projectId: string;
  account: string;
}

async function api(stack: Stack): Promise<Api> {
  const env = stack.adminEnv as Record<string, string>;
  const domain = { id: "default" };
  const user = { name: "admin", domain, password: env["OS_PASSWORD"] };
  const response = await fetch(`${env["OS_AUTH_URL"]}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      auth: {
        identity: { methods: ["password"], password: { user } },
        scope: { project: { name: "admin", domain } },
      },
    }),
  });
  const { token } = (await response.json()) as { token: { project: { id: string } } };
  const auth = { "x-auth-token": response.headers.get("x-subject-token")! };
  const base = env["OS_AUTH_URL"]!.replace("/identity/v3", "");
  const ask: Api["ask"] = (method, path, body, headers = {}) => {
    const raw = body instanceof Uint8Array;
    return fetch(`${base}${path}`, {
      method,
      headers: {
        ...auth,
        ...(raw || body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : raw ? (body as BodyInit) : JSON.stringify(body),
    });
  };
  return {
    ask,
    async json(method, path, body) {
      const answer = await ask(method, path, body);
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    projectId: token.project.id,
    account: `/object-store/v1/AUTH_${token.project.id}`,
  };
}

async function createImage(cloud: Api, name: string): Promise<string> {
  const { id } = await cloud.json("POST", "/image/v2/images", {
    name,
    disk_format: "raw",
    container_format: "bare",
  });
  return id;
}

const upload = (cloud: Api, id: string, data: Uint8Array) =>
  cloud.ask("PUT", `/image/v2/images/${id}/file`, data, { "content-type": "application/octet-stream" });

// Several moments: early (nothing answered yet), in the middle, late (most answered, builds under way).
test.each([30, 120, 400, 1000])(
  "kill -9 after %d ms of 50 server creates and 50 uploads at once",
  async (delayMs) => {
    const state = mkdtempSync(join(tmpdir(), "stack-kill-"));
    const args = SETTINGS.flatMap((setting) => ["--set", setting]);
    try {
      const first = await Stack.up({ state, args });
      const cloud = await api(first);
      const imageId = await createImage(cloud, "base");
      expect((await upload(cloud, imageId, new Uint8Array(4096))).status).toBe(204);
      const network = (await cloud.json("GET", "/network/v2.0/networks?name=private")).networks[0].id;
      await cloud.ask("PUT", `${cloud.account}/c`);

      const servers: string[] = [];
      const objects = new Map<string, string>();
      const images = new Map<string, string>();
      const volumes: string[] = [];
      const md5 = (data: Uint8Array) =>
        new Bun.CryptoHasher("md5").update(data as Uint8Array<ArrayBuffer>).digest("hex");
      const swallow = () => {}; // the answer never came: nothing was acknowledged
      const work = [
        ...Array.from({ length: SERVERS }, async (_, i) => {
          const server = { name: `s${i}`, flavorRef: "1", imageRef: imageId, networks: [{ uuid: network }] };
          const answer = await cloud.ask("POST", "/compute/v2.1/servers", { server });
          if (answer.status === 202)
            servers.push(((await answer.json()) as { server: { id: string } }).server.id);
        }),
        ...Array.from({ length: UPLOADS }, async (_, i) => {
          const data = randomBytes(i % 2 === 0 ? 4096 : OBJECT_BYTES);
          if ((await cloud.ask("PUT", `${cloud.account}/c/o${i}`, data)).status === 201)
            objects.set(`o${i}`, md5(data));
        }),
        ...Array.from({ length: 5 }, async (_, i) => {
          const id = await createImage(cloud, `up${i}`);
          images.set(id, "");
          const data = randomBytes(OBJECT_BYTES);
          if ((await upload(cloud, id, data)).status === 204) images.set(id, md5(data));
        }),
        ...Array.from({ length: VOLUMES }, async (_, i) => {
          const volume = { name: `v${i}`, size: 1 };
          const answer = await cloud.ask("POST", `/volume/v3/${cloud.projectId}/volumes`, { volume });
          if (answer.status === 202)
            volumes.push(((await answer.json()) as { volume: { id: string } }).volume.id);
        }),
      ].map((promise) => promise.catch(swallow));
      await Bun.sleep(delayMs);
      await first.kill();
      await Promise.all(work);

      await using second = await Stack.up({ state, args });
      await verify(second, { servers, objects, images, volumes, state });
    } finally {
      rmSync(state, { recursive: true, force: true });
    }
  },
  120_000,
);

async function verify(
  stack: Stack,
  acknowledged: {
    servers: string[];
    objects: Map<string, string>;
    images: Map<string, string>;
    volumes: string[];
    state: string;
  },
): Promise<void> {
  const cloud = await api(stack);
  const deadline = Date.now() + 60_000;
  // biome-ignore lint/suspicious/noExplicitAny: a server's body
  let servers: any[];
  for (;;) {
    ({ servers } = await cloud.json("GET", "/compute/v2.1/servers/detail"));
    if (!servers.some((server) => server.status === "BUILD" || server["OS-EXT-STS:task_state"] !== null))
      break;
    if (Date.now() > deadline)
      throw new Error(`stuck: ${JSON.stringify(servers.filter((s) => s.status === "BUILD"))}`);
    await Bun.sleep(100);
  }
  const ids = new Set(servers.map((server) => server.id));
  expect(acknowledged.servers.filter((id) => !ids.has(id))).toEqual([]);
  expect(servers.filter((server) => !["ACTIVE", "ERROR"].includes(server.status))).toEqual([]);

  const active = servers.filter((server) => server.status === "ACTIVE");
  const addresses = active.map((server) => server.addresses.private?.[0]?.addr);
  expect(addresses.filter((address) => !address)).toEqual([]);
  expect(new Set(addresses).size).toBe(addresses.length);
  const { ports } = await cloud.json("GET", "/network/v2.0/ports");
  // biome-ignore lint/suspicious/noExplicitAny: a port's body
  const guests = ports.filter((port: any) => port.device_owner.startsWith("compute:"));
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const fixed = guests.map((port: any) => port.fixed_ips[0].ip_address);
  expect(new Set(fixed).size).toBe(fixed.length);
  // biome-ignore lint/suspicious/noExplicitAny: as above
  expect(guests.filter((port: any) => !ids.has(port.device_id))).toEqual([]);
  // biome-ignore lint/suspicious/noExplicitAny: as above
  expect(guests.filter((port: any) => active.some((server) => server.id === port.device_id))).toHaveLength(
    active.length,
  );

  const { resource_providers } = await cloud.json("GET", "/placement/resource_providers");
  let held = 0;
  for (const provider of resource_providers) {
    const { usages } = await cloud.json("GET", `/placement/resource_providers/${provider.uuid}/usages`);
    held += usages.VCPU ?? 0;
  }
  expect(held).toBe(active.length);

  await verifyVolumes(cloud, acknowledged, deadline);

  const listing = (await (await cloud.ask("GET", `${cloud.account}/c?format=json`)).json()) as {
    name: string;
    hash: string;
  }[];
  const head = await cloud.ask("HEAD", `${cloud.account}/c`);
  expect(Number(head.headers.get("x-container-object-count"))).toBe(listing.length);
  for (const [name, sum] of acknowledged.objects) {
    const data = await (await cloud.ask("GET", `${cloud.account}/c/${name}`)).bytes();
    expect([name, new Bun.CryptoHasher("md5").update(data).digest("hex")]).toEqual([name, sum]);
  }
  for (const { name, hash } of listing) {
    const data = await (await cloud.ask("GET", `${cloud.account}/c/${name}`)).bytes();
    expect([name, new Bun.CryptoHasher("md5").update(data).digest("hex")]).toEqual([name, hash]);
  }

  for (const [id, sum] of acknowledged.images) {
    const image = await cloud.json("GET", `/image/v2/images/${id}`);
    if (sum === "") expect(["queued", "active"]).toContain(image.status);
    else expect([image.status, image.checksum]).toEqual(["active", sum]);
  }
  const stored = new Set<string>();
  // biome-ignore lint/suspicious/noExplicitAny: an image's body
  for (const image of (await cloud.json("GET", "/image/v2/images")).images as any[]) {
    if (image.status === "active") stored.add(image.id);
  }
  const files = readdirSync(join(acknowledged.state, "images")).filter((name) =>
    /^[0-9a-f-]{36}$/.test(name),
  );
  expect(files.filter((name) => !stored.has(name))).toEqual([]);
}

/** Every volume became available, or failed in words; each that is there has its file, and no file is without one. */
async function verifyVolumes(
  cloud: Api,
  { volumes: acknowledged, state }: { volumes: string[]; state: string },
  deadline: number,
): Promise<void> {
  // biome-ignore lint/suspicious/noExplicitAny: a volume's body
  let volumes: any[];
  for (;;) {
    ({ volumes } = await cloud.json("GET", `/volume/v3/${cloud.projectId}/volumes/detail`));
    const busy = volumes.filter(({ status }) => !["available", "error"].includes(status));
    if (busy.length === 0) break;
    if (Date.now() > deadline) throw new Error(`stuck: ${JSON.stringify(busy)}`);
    await Bun.sleep(100);
  }
  const ids = new Set(volumes.map(({ id }) => id));
  expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
  const files = readdirSync(join(state, "volumes"), { recursive: true, encoding: "utf8" })
    .map((name) => /volume-([0-9a-f-]{36})$/.exec(name)?.[1])
    .filter((id) => id !== undefined);
  const available = volumes.filter(({ status }) => status === "available").map(({ id }) => id);
  expect(files.sort()).toEqual(available.sort());
  for (const { id } of volumes) {
    const answer = await cloud.ask("DELETE", `/volume/v3/${cloud.projectId}/volumes/${id}`);
    expect(answer.status).toBe(202);
  }
}
