// The process is killed in the middle of everything. What was acknowledged is there afterwards, whole; what was not
// has left nothing: no server stuck, no address, allocation, disk or file leaked or doubled.

import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "../support/stack.ts";
import { type Api, type ImageBody, login, NO_QUOTAS, setting, settled } from "./api.ts";

const SERVERS = 50;
const UPLOADS = 50;
const VOLUMES = 20;
const OBJECT_BYTES = 200_000;
// Without the guest image, which is taken in at its leisure: its files would come and go beside the tests' own.
const ARGS = setting([...NO_QUOTAS, "DEBUG=False", "GUEST_IMAGE_DIR=/nonexistent"]);

// Several moments: early (nothing answered yet), in the middle, late (most answered, builds under way).
test.each([30, 120, 400, 1000])(
  "kill -9 after %d ms of 50 server creates and 50 uploads at once",
  async (delayMs) => {
    const state = mkdtempSync(join(tmpdir(), "stack-kill-"));
    try {
      const first = await Stack.up({ state, args: ARGS });
      const cloud = await login(first);
      const imageId = await cloud.createImage("base");
      expect((await cloud.upload(imageId, new Uint8Array(4096))).status).toBe(204);
      const network = await cloud.network("private");
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
          const id = await cloud.createImage(`up${i}`);
          images.set(id, "");
          const data = randomBytes(OBJECT_BYTES);
          if ((await cloud.upload(id, data)).status === 204) images.set(id, md5(data));
        }),
        ...Array.from({ length: VOLUMES }, async (_, i) => {
          const volume = { name: `v${i}`, size: 1 };
          const answer = await cloud.ask("POST", `${cloud.volumes}/volumes`, { volume });
          if (answer.status === 202)
            volumes.push(((await answer.json()) as { volume: { id: string } }).volume.id);
        }),
      ].map((promise) => promise.catch(swallow));
      await Bun.sleep(delayMs);
      await first.kill();
      await Promise.all(work);

      await using second = await Stack.up({ state, args: ARGS });
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
  const cloud = await login(stack);
  const deadline = Date.now() + 60_000;
  const servers = await settled(
    () => cloud.servers(),
    (server) => server.status === "BUILD" || server["OS-EXT-STS:task_state"] !== null,
    deadline,
  );
  const ids = new Set(servers.map((server) => server.id));
  expect(acknowledged.servers.filter((id) => !ids.has(id))).toEqual([]);
  expect(servers.filter((server) => !["ACTIVE", "ERROR"].includes(server.status))).toEqual([]);

  const active = servers.filter((server) => server.status === "ACTIVE");
  const addresses = active.map((server) => server.addresses.private?.[0]?.addr);
  expect(addresses.filter((address) => !address)).toEqual([]);
  expect(new Set(addresses).size).toBe(addresses.length);
  const guests = (await cloud.ports()).filter((port) => port.device_owner.startsWith("compute:"));
  const fixed = guests.map((port) => port.fixed_ips[0]!.ip_address);
  expect(new Set(fixed).size).toBe(fixed.length);
  expect(guests.filter((port) => !ids.has(port.device_id))).toEqual([]);
  expect(guests.filter((port) => active.some((server) => server.id === port.device_id))).toHaveLength(
    active.length,
  );

  const { resource_providers: providers } = await cloud.json<{ resource_providers: { uuid: string }[] }>(
    "GET",
    "/placement/resource_providers",
  );
  let held = 0;
  for (const { uuid } of providers) {
    const path = `/placement/resource_providers/${uuid}/usages`;
    held += (await cloud.json<{ usages: { VCPU?: number } }>("GET", path)).usages.VCPU ?? 0;
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
    const image = await cloud.json<ImageBody>("GET", `/image/v2/images/${id}`);
    if (sum === "") expect(["queued", "active"]).toContain(image.status);
    else expect([image.status, image.checksum]).toEqual(["active", sum]);
  }
  const whole = (await cloud.images()).filter(({ status }) => status === "active");
  const stored = new Set(whole.map(({ id }) => id));
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
  const volumes = await settled(
    () => cloud.listVolumes(),
    ({ status }) => !["available", "error"].includes(status),
    deadline,
  );
  const ids = new Set(volumes.map(({ id }) => id));
  expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
  const files = readdirSync(join(state, "volumes"), { recursive: true, encoding: "utf8" })
    .map((name) => /volume-([0-9a-f-]{36})$/.exec(name)?.[1])
    .filter((id) => id !== undefined);
  const available = volumes.filter(({ status }) => status === "available").map(({ id }) => id);
  expect(files.sort()).toEqual(available.sort());
  for (const { id } of volumes) {
    const answer = await cloud.ask("DELETE", `${cloud.volumes}/volumes/${id}`);
    expect(answer.status).toBe(202);
  }
}
