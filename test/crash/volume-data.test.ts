// The process is killed in the middle of each operation on a volume's data, at several moments. Afterwards every volume and
// snapshot has, byte for byte, what it had before or what it was to get, and its state says which.
//
// CRASH_DELAYS: milliseconds between the request and the kill.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { run, Stack } from "../support/stack.ts";
import { type Api, login, NO_QUOTAS, setting } from "./api.ts";

const DELAYS = (process.env["CRASH_DELAYS"] ?? "30,200").split(",").map(Number);
const NEWEST = { "openstack-api-version": "volume 3.70" };
const IMAGE_BYTES = 24 << 20;
const ARGS = setting([
  ...NO_QUOTAS,
  "CINDER_QUOTA_BACKUPS=-1",
  "CINDER_QUOTA_BACKUP_GIGABYTES=-1",
  "CINDER_ENABLED_BACKENDS=file:alpha,file:beta",
  "ENABLED_SERVICES=key,g-api,c-api,c-sch,c-vol,c-bak,swift",
]);

interface Resource {
  id: string;
  status: string;
  size: number;
  volume_type: string;
  migration_status: string | null;
  "os-vol-host-attr:host": string;
  "os-vol-mig-status-attr:name_id": string | null;
}

describeWith("kill -9 in the middle of work on volumes", [program("qemu-img")], () => {
  const state = mkdtempSync(join(tmpdir(), "stack-kill-"));
  let stack: Stack;
  let cloud: Api;
  /** Raw files that volumes begin as. */
  const content = { old: join(state, "old.raw"), new: join(state, "new.raw") };
  const images: Record<string, string> = {};

  beforeAll(async () => {
    stack = await Stack.up({ state, args: ARGS });
    cloud = await login(stack, NEWEST);
    for (const name of ["old", "new"] as const) {
      const data = randomBytes(IMAGE_BYTES);
      writeFileSync(content[name], data);
      const id = await cloud.createImage(name);
      expect((await cloud.upload(id, data)).status).toBe(204);
      images[name] = id;
    }
    for (const name of ["alpha", "beta"]) {
      const extra_specs = { volume_backend_name: name };
      await post("types", { volume_type: { name, extra_specs } });
    }
  }, 60_000);
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  const post = (path: string, body: unknown) =>
    cloud.json<Record<string, Resource>>("POST", `${cloud.volumes}/${path}`, body);

  async function act(path: string, body: unknown): Promise<void> {
    const answer = await cloud.ask("POST", `${cloud.volumes}/${path}`, body).catch(() => null);
    if (answer && answer.status >= 500) throw new Error(`${path}: ${answer.status}`);
  }

  const RESTING = ["available", "error", "error_restoring", "error_extending"];

  async function settled(kind: "volume" | "snapshot" | "backup", id: string): Promise<Resource> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const shown = await cloud.json<Record<string, Resource>>("GET", `${cloud.volumes}/${kind}s/${id}`);
      const found = shown[kind]!;
      const moving = ["starting", "migrating"].includes(found.migration_status ?? "");
      if (RESTING.includes(found.status) && !moving) return found;
      if (Date.now() > deadline) throw new Error(`stuck: ${JSON.stringify(found)}`);
      await Bun.sleep(50);
    }
  }

  async function volume(from: Record<string, unknown> = { imageRef: images["old"] }): Promise<string> {
    const made = await post("volumes", { volume: { size: 1, volume_type: "alpha", ...from } });
    const { id } = made["volume"]!;
    expect((await settled("volume", id)).status).toBe("available");
    return id;
  }

  async function snapshot(volumeId: string): Promise<string> {
    const { id } = (await post("snapshots", { snapshot: { volume_id: volumeId } }))["snapshot"]!;
    expect((await settled("snapshot", id)).status).toBe("available");
    return id;
  }

  async function backup(volumeId: string): Promise<string> {
    const { id } = (await post("backups", { backup: { volume_id: volumeId } }))["backup"]!;
    expect((await settled("backup", id)).status).toBe("available");
    return id;
  }

  async function reimage(id: string): Promise<void> {
    await post(`volumes/${id}/action`, { "os-reimage": { image_id: images["new"] } }).catch(() => null);
    expect((await settled("volume", id)).status).toBe("available");
  }

  /** Which of the two a volume has. */
  async function contentOf(id: string): Promise<"old" | "new" | "neither"> {
    const { "os-vol-host-attr:host": host, "os-vol-mig-status-attr:name_id": dataId } = await settled(
      "volume",
      id,
    );
    const path = join(state, "volumes", host.split("#")[1] ?? "", `volume-${dataId ?? id}`);
    for (const name of ["old", "new"] as const) {
      if ((await run(["qemu-img", "compare", "-F", "raw", path, content[name]])).status === 0) return name;
    }
    return "neither";
  }

  const contentOfSnapshot = async (id: string) =>
    contentOf(await volume({ snapshot_id: id, volume_type: null }));

  async function killedDuring(request: () => Promise<unknown>, delayMs: number): Promise<void> {
    const asked = request().catch(() => {});
    await Bun.sleep(delayMs);
    await stack.kill();
    await asked;
    stack = await Stack.up({ state, args: ARGS });
    cloud = await login(stack, NEWEST);
  }

  const listed = async (kind: string, name: string) =>
    (
      await cloud.json<Record<string, (Resource & { name: string })[]>>(
        "GET",
        `${cloud.volumes}/${kind}/detail`,
      )
    )[kind]!.find((each) => each.name === name);

  let n = 0;
  const each = (what: string, check: (delayMs: number, name: string) => Promise<void>) =>
    test(
      `${what}, killed after ${DELAYS.join(", ")} ms`,
      async () => {
        for (const delayMs of DELAYS) await check(delayMs, `n${++n}`);
      },
      DELAYS.length * 60_000,
    );

  each("create from an image", async (delayMs, name) => {
    const body = { volume: { size: 1, volume_type: "alpha", imageRef: images["old"], name } };
    await killedDuring(() => act("volumes", body), delayMs);
    const made = await listed("volumes", name);
    if (!made) return;
    expect([(await settled("volume", made.id)).status, await contentOf(made.id)]).toEqual([
      "available",
      "old",
    ]);
  });

  each("snapshot", async (delayMs, name) => {
    const id = await volume();
    await killedDuring(() => act("snapshots", { snapshot: { volume_id: id, name } }), delayMs);
    const made = await listed("snapshots", name);
    await reimage(id).catch(async () => expect(await contentOf(id)).toBe("old"));
    if (!made) return;
    expect((await settled("snapshot", made.id)).status).toBe("available");
    expect(await contentOfSnapshot(made.id)).toBe("old");
  });

  each("clone", async (delayMs, name) => {
    const id = await volume();
    await killedDuring(() => act("volumes", { volume: { source_volid: id, size: 1, name } }), delayMs);
    const made = await listed("volumes", name);
    if (made) {
      expect([(await settled("volume", made.id)).status, await contentOf(made.id)]).toEqual([
        "available",
        "old",
      ]);
    }
    expect(await contentOf(id)).toBe("old");
  });

  each("extend", async (delayMs) => {
    const id = await volume();
    await killedDuring(() => act(`volumes/${id}/action`, { "os-extend": { new_size: 2 } }), delayMs);
    const { status, size } = await settled("volume", id);
    expect([status, [1, 2].includes(size), await contentOf(id)]).toEqual(["available", true, "old"]);
  });

  each("retype to another back end", async (delayMs) => {
    const id = await volume();
    const retype = { new_type: "beta", migration_policy: "on-demand" };
    await killedDuring(() => act(`volumes/${id}/action`, { "os-retype": retype }), delayMs);
    const { status, volume_type, "os-vol-host-attr:host": host } = await settled("volume", id);
    expect([status, await contentOf(id)]).toEqual(["available", "old"]);
    expect(host.endsWith(`#${volume_type}`)).toBe(true);
  });

  each("migrate", async (delayMs) => {
    const id = await volume({ imageRef: images["old"], volume_type: "__DEFAULT__" });
    const { "os-vol-host-attr:host": host } = await settled("volume", id);
    const target = host.includes("alpha")
      ? host.replaceAll("alpha", "beta")
      : host.replaceAll("beta", "alpha");
    await killedDuring(() => act(`volumes/${id}/action`, { "os-migrate_volume": { host: target } }), delayMs);
    const { status, "os-vol-host-attr:host": now } = await settled("volume", id);
    expect([status, [host, target].includes(now), await contentOf(id)]).toEqual(["available", true, "old"]);
  });

  each("revert to a snapshot", async (delayMs) => {
    const id = await volume();
    const snapshotId = await snapshot(id);
    await reimage(id);
    await killedDuring(() => act(`volumes/${id}/action`, { revert: { snapshot_id: snapshotId } }), delayMs);
    expect((await settled("volume", id)).status).toBe("available");
    expect(["old", "new"]).toContain(await contentOf(id));
    expect(await contentOfSnapshot(snapshotId)).toBe("old");
  });

  each("backup", async (delayMs, name) => {
    const id = await volume();
    await killedDuring(() => act("backups", { backup: { volume_id: id, name } }), delayMs);
    const made = await listed("backups", name);
    expect([(await settled("volume", id)).status, await contentOf(id)]).toEqual(["available", "old"]);
    if (!made) return;
    expect((await settled("backup", made.id)).status).toBe("available");
    const { restore } = await cloud.json<{ restore: { volume_id: string } }>(
      "POST",
      `${cloud.volumes}/backups/${made.id}/restore`,
      { restore: {} },
    );
    expect((await settled("volume", restore.volume_id)).status).toBe("available");
    expect(await contentOf(restore.volume_id)).toBe("old");
  });

  each("restore", async (delayMs) => {
    const id = await volume();
    const backupId = await backup(id);
    await reimage(id);
    await killedDuring(() => act(`backups/${backupId}/restore`, { restore: { volume_id: id } }), delayMs);
    expect((await settled("backup", backupId)).status).toBe("available");
    expect((await settled("volume", id)).status).toBe("available");
    expect(["old", "new"]).toContain(await contentOf(id));
  });
});
