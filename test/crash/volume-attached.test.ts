// The process is killed while the data of an attached volume moves to another back end, at several moments. Afterwards the
// server has the volume, its data is whole, and both services name the same place.
//
// CRASH_DELAYS: milliseconds between the request and the kill.

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { run, Stack } from "../support/stack.ts";
import { type Api, login, NO_QUOTAS, setting } from "./api.ts";

const DELAYS = (process.env["CRASH_DELAYS"] ?? "20,120,400").split(",").map(Number);
const NEWEST = { "openstack-api-version": "volume 3.70, compute 2.93" };
const IMAGE_BYTES = 24 << 20;
const ARGS = setting([...NO_QUOTAS, "CINDER_ENABLED_BACKENDS=file:alpha,file:beta"]).concat(
  "--driver",
  "fake",
);

interface Volume {
  status: string;
  migration_status: string | null;
  attachments: { server_id: string; device: string }[];
  "os-vol-host-attr:host": string;
  "os-vol-mig-status-attr:name_id": string | null;
}

describeWith("kill -9 while an attached volume moves", [program("qemu-img")], () => {
  const state = mkdtempSync(join(tmpdir(), "stack-kill-"));
  const content = join(state, "content.raw");
  let stack: Stack;
  let cloud: Api;
  let serverId = "";
  let volumeId = "";

  const show = async () =>
    (await cloud.json<{ volume: Volume }>("GET", `${cloud.volumes}/volumes/${volumeId}`)).volume;

  async function until<T>(what: string, look: () => Promise<T>, good: (found: T) => boolean): Promise<T> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = await look();
      if (good(found)) return found;
      if (Date.now() > deadline) throw new Error(`waited for ${what} in vain: ${JSON.stringify(found)}`);
      await Bun.sleep(50);
    }
  }

  beforeAll(async () => {
    stack = await Stack.up({ state, args: ARGS });
    cloud = await login(stack, NEWEST);
    const data = randomBytes(IMAGE_BYTES);
    writeFileSync(content, data);
    const imageRef = await cloud.createImage("content");
    expect((await cloud.upload(imageRef, data)).status).toBe(204);
    const made = await cloud.json<{ volume: { id: string } }>("POST", `${cloud.volumes}/volumes`, {
      volume: { size: 1, imageRef },
    });
    volumeId = made.volume.id;
    await until("the volume", show, ({ status }) => status === "available");
    const server = { name: "holder", imageRef, flavorRef: "1", networks: "none" };
    const booted = await cloud.json<{ server: { id: string } }>("POST", "/compute/v2.1/servers", { server });
    serverId = booted.server.id;
    await until(
      "the server",
      () => cloud.servers(),
      (servers) => servers.every(({ status }) => status === "ACTIVE"),
    );
    const path = `/compute/v2.1/servers/${serverId}/os-volume_attachments`;
    await cloud.json("POST", path, { volumeAttachment: { volumeId } });
    await until("the attachment", show, ({ status }) => status === "in-use");
  }, 120_000);
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  test(
    `migrate, killed after ${DELAYS.join(", ")} ms`,
    async () => {
      for (const delayMs of DELAYS) {
        const from = (await show())["os-vol-host-attr:host"];
        const host = from.includes("alpha")
          ? from.replaceAll("alpha", "beta")
          : from.replaceAll("beta", "alpha");
        const action = { "os-migrate_volume": { host } };
        const asked = cloud
          .ask("POST", `${cloud.volumes}/volumes/${volumeId}/action`, action)
          .catch(() => null);
        await Bun.sleep(delayMs);
        await stack.kill();
        await asked;
        stack = await Stack.up({ state, args: ARGS });
        cloud = await login(stack, NEWEST);
        const resting = ({ status, migration_status: moving }: Volume) =>
          status === "in-use" && !["starting", "migrating"].includes(moving ?? "");
        const found = await until("the migration", show, resting);
        expect(found.attachments).toMatchObject([{ server_id: serverId, device: "/dev/vdb" }]);
        const now = found["os-vol-host-attr:host"];
        expect([from, host]).toContain(now);
        const file = `volume-${found["os-vol-mig-status-attr:name_id"] ?? volumeId}`;
        const path = join(state, "volumes", now.split("#")[1] ?? "", file);
        const compared = await run(["qemu-img", "compare", "-U", "-F", "raw", path, content]);
        expect([compared.status, compared.stdout]).toEqual([0, expect.anything()]);
        // The compute service starts the guest from the same place.
        using nova = new Database(join(state, "nova.db"), { readonly: true });
        const mapping = nova
          .query(
            "SELECT connection_info AS info FROM block_device_mapping WHERE volume_id = ? AND deleted = 0",
          )
          .get(volumeId) as { info: string };
        expect(JSON.parse(mapping.info).path).toBe(path);
        const left = async () =>
          (await run(["find", join(state, "volumes"), "-name", "volume-*"])).stdout.trim();
        expect(await until("the other copy to go", left, (files) => !files.includes("\n"))).toBe(path);
      }
    },
    DELAYS.length * 60_000,
  );
});
