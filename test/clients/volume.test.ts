// The unmodified cinder, nova and openstack clients against the compiled cloud: volumes in files, simulated servers.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith, program } from "../support/requires.ts";
import { run, Stack } from "../support/stack.ts";

const CLIENTS = [
  program("cinder"),
  program("nova"),
  program("openstack"),
  program("swift"),
  program("qemu-img"),
];
const MIB = 1 << 20;

/** `| name | value |` rows of a table of properties. */
function properties(table: string): Record<string, string> {
  const rows = [...table.matchAll(/^\| (\S+)\s+\| (.*?)\s+\|$/gm)];
  return Object.fromEntries(rows.map(([, name, value]) => [name ?? "", value ?? ""]));
}

describeWith("block storage clients", CLIENTS, () => {
  const state = mkdtempSync(join(tmpdir(), "stack-volumes-"));
  const args = ["--set", "CINDER_ENABLED_BACKENDS=file:alpha,file:beta"];
  let stack: Stack;
  const cinder = (...args: string[]) => stack.demo("cinder", ...args);
  const nova = (...args: string[]) => stack.demo("nova", ...args);
  const asAdmin = (...args: string[]) => stack.admin("cinder", ...args);

  beforeAll(async () => {
    stack = await Stack.up({ state, args });
    const image = join(stack.state, "image.raw");
    writeFileSync(image, new Uint8Array(MIB));
    const raw = ["--disk-format", "raw", "--container-format", "bare"];
    await stack.admin("openstack", "image", "create", "--public", ...raw, "--file", image, "tiny");
  }, 60_000);
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  async function shown(kind: "" | "snapshot-" | "backup-", name: string): Promise<Record<string, string>> {
    return properties(await cinder(`${kind}show`, name));
  }

  async function settled(kind: "" | "snapshot-" | "backup-", name: string, status = "available") {
    for (let i = 0; i < 300; i++) {
      const found = await shown(kind, name);
      if (found["status"] === status) return found;
      if (found["status"]?.startsWith("error")) throw new Error(JSON.stringify(found));
    }
    throw new Error(`${name} did not become ${status}`);
  }

  async function gone(...list: string[]): Promise<void> {
    const [name = "", ...command] = list;
    for (let i = 0; i < 300; i++) if (!(await cinder(...command)).includes(name)) return;
    throw new Error(`${name} did not go`);
  }

  /** A volume from an image with these bytes. */
  async function volumeOf(name: string, data: Uint8Array): Promise<string> {
    const path = join(stack.state, `${name}.raw`);
    writeFileSync(path, data);
    const raw = ["--disk-format", "raw", "--container-format", "bare", "--file", path];
    await stack.demo("openstack", "image", "create", ...raw, `${name}-image`);
    await cinder("create", "--image-id", `${name}-image`, "--name", name, "1");
    return (await settled("", name))["id"] ?? "";
  }

  /** Where a volume's content begins, as raw bytes. */
  async function beginning(id: string, length: number): Promise<Buffer> {
    const found = await run(["find", join(stack.state, "volumes"), "-name", `volume-${id}`]);
    const raw = join(stack.state, "read.raw");
    await run(["qemu-img", "convert", "-U", "-O", "raw", found.stdout.trim(), raw]);
    const data = Buffer.alloc(length);
    const file = openSync(raw, "r");
    readSync(file, data, 0, length, 0);
    closeSync(file);
    return data;
  }

  const digest = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");
  const noise = (length: number) => crypto.getRandomValues(new Uint8Array(length));

  test("VO-01 VO-02 VO-04 VO-05 cinder create with either spelling, and cinder list", async () => {
    const made = properties(await cinder("create", "--display_name", "test", "1"));
    expect(made).toMatchObject({
      attachments: "[]",
      availability_zone: "nova",
      name: "test",
      description: "None",
      metadata: "{}",
      size: "1",
      snapshot_id: "None",
    });
    // The client shows it once more after it was made.
    expect(["creating", "available"]).toContain(made["status"]!);
    expect(made["created_at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    const dashed = properties(await cinder("create", "--display-name", "test-volume", "10"));
    expect(dashed).toMatchObject({ name: "test-volume", size: "10" });
    await settled("", "test");
    await settled("", "test-volume");
    const list = await cinder("--os-volume-api-version", "3.0", "list");
    const heads = list
      .split("\n")[1]
      ?.split("|")
      .map((head) => head.trim());
    expect(heads).toEqual(["", "ID", "Status", "Name", "Size", "Volume Type", "Bootable", "Attached to", ""]);
    expect(list).toMatch(new RegExp(`\\| ${made["id"]} \\| available \\| test +\\| 1 +\\|`));
    for (const name of ["test", "test-volume"]) await cinder("delete", name);
    await gone(made["id"] ?? "", "list");
  }, 120_000);

  test("VO-15 VO-17 snapshots, clones and extending by the cinder client", async () => {
    const data = noise(65_536);
    const origin = await volumeOf("origin", data);
    const taken = properties(await cinder("snapshot-create", "--name", "s1", "origin"));
    expect(taken).toMatchObject({ name: "s1", volume_id: origin, size: "1" });
    await settled("snapshot-", "s1");
    await cinder("create", "--snapshot-id", taken["id"] ?? "", "--name", "from-snapshot");
    await cinder("create", "--source-volid", origin, "--name", "clone", "2");
    for (const name of ["from-snapshot", "clone"]) {
      const { id } = await settled("", name);
      expect(digest(await beginning(id ?? "", data.length))).toBe(digest(data));
    }
    await cinder("extend", "clone", "3");
    expect(await settled("", "clone")).toMatchObject({ size: "3" });
    // The parent goes first; nothing that was made from it suffers.
    const refused = await run(["cinder", "delete", "origin"], { env: stack.demoEnv });
    expect(refused.status).toBe(1);
    await cinder("snapshot-delete", "s1");
    await gone("s1", "snapshot-list");
    await cinder("delete", "origin");
    await gone(origin, "list");
    for (const name of ["from-snapshot", "clone"]) {
      const { id } = await shown("", name);
      expect(digest(await beginning(id ?? "", data.length))).toBe(digest(data));
      await cinder("delete", name);
    }
    await gone("clone", "list");
  }, 180_000);

  test("backups by the cinder client: full, incremental, from a snapshot, restored, exported and imported", async () => {
    const first = noise(131_072);
    const volume = await volumeOf("precious", first);
    const made = properties(await cinder("backup-create", "--name", "full", "precious"));
    expect(made).toMatchObject({ name: "full", volume_id: volume });
    const full = await settled("backup-", "full");
    expect(full).toMatchObject({ container: "volumebackups", object_count: "21", is_incremental: "False" });
    const objects = (await stack.demo("swift", "list", "volumebackups")).trim().split("\n");
    expect(objects).toHaveLength(23);
    expect(objects[0]).toMatch(new RegExp(`^volume_${volume}/\\d{14}/az_nova_backup_${full["id"]}-00001$`));
    const stat = await stack.demo("swift", "stat", "volumebackups");
    // A gibibyte that holds 128 KiB.
    expect(Number(/Bytes: (\d+)/.exec(stat)?.[1])).toBeLessThan(6 * MIB);
    const snapshot = properties(await cinder("snapshot-create", "--name", "s2", "precious"));
    await settled("snapshot-", "s2");
    const second = ["--incremental", "--name", "second", "--snapshot-id", snapshot["id"] ?? ""];
    await cinder("backup-create", ...second, "precious");
    expect(await settled("backup-", "second")).toMatchObject({ is_incremental: "True", object_count: "0" });
    expect(await cinder("backup-list")).toMatch(/\| available \| second +\| 1 +\| 0 +\| volumebackups/);
    const restored = properties(await cinder("backup-restore", "second"));
    expect(restored).toMatchObject({ backup_id: (await shown("backup-", "second"))["id"] });
    await settled("", restored["volume_id"] ?? "");
    expect(digest(await beginning(restored["volume_id"] ?? "", first.length))).toBe(digest(first));
    const other = properties(await cinder("create", "--name", "other", "1"));
    await settled("", "other");
    await cinder("backup-restore", "--volume", other["id"] ?? "", "full");
    await settled("", "other");
    expect(digest(await beginning(other["id"] ?? "", first.length))).toBe(digest(first));
    // The record of a backup that the database has lost.
    const admin = "openstack volume backup".split(" ");
    const record = JSON.parse(
      await stack.admin(...admin, "record", "export", full["id"] ?? "", "-f", "json"),
    ) as Record<string, string>;
    const refused = await run(
      ["cinder", "backup-import", record["backup_service"] ?? "", record["backup_url"] ?? ""],
      { env: stack.adminEnv },
    );
    expect(refused.stderr).toContain("Backup already exists in database.");
    await cinder("backup-delete", "second");
    await gone("second", "backup-list");
    await cinder("backup-delete", "full");
    await gone("full", "backup-list");
    expect((await stack.demo("swift", "list", "volumebackups")).trim()).toBe("");
  }, 240_000);

  test("VO-09 VO-12 VO-32 a volume is attached again after its server's host has died", async () => {
    await cinder("create", "--name", "data", "1");
    const { id = "" } = await settled("", "data");
    await nova("boot", "--flavor", "1", "--image", "tiny", "--nic", "none", "--poll", "holder");
    const attached = properties(await nova("volume-attach", "holder", id, "auto"));
    expect(attached).toMatchObject({ device: "/dev/vdb", volumeId: id, id });
    await settled("", "data", "in-use");
    await stack.kill();
    stack = await Stack.up({ state, args });
    expect(await shown("", "data")).toMatchObject({ status: "in-use" });
    await nova("volume-detach", "holder", id);
    await settled("", "data");
    await nova("volume-attach", "holder", id, "/dev/vdc");
    expect((await settled("", "data", "in-use"))["attached_servers"]).toContain("-");
    await nova("volume-detach", "holder", id);
    await settled("", "data");
  }, 180_000);

  test("groups, consistency groups, types, transfers and services by the cinder client", async () => {
    await asAdmin("type-create", "plain");
    await asAdmin("group-type-create", "together");
    const groups = ["--os-volume-api-version", "3.70"];
    await cinder(...groups, "group-create", "--name", "g", "together", "plain");
    expect(await cinder(...groups, "group-list")).toContain("| g ");
    await cinder("consisgroup-create", "--name", "cg", "plain");
    expect(await cinder("consisgroup-list")).toContain("| cg ");
    await cinder("create", "--name", "gift", "1");
    const { id = "" } = await settled("", "gift");
    const offer = properties(await cinder("transfer-create", "gift"));
    expect(offer["auth_key"]).toMatch(/^[0-9a-f]{16}$/);
    await asAdmin("transfer-accept", offer["id"] ?? "", offer["auth_key"] ?? "");
    expect(await asAdmin("show", id)).toContain("| available ");
    const services = await asAdmin("service-list");
    for (const binary of ["cinder-backup", "cinder-scheduler", "cinder-volume"]) {
      expect(services).toMatch(new RegExp(`\\| ${binary} +\\| \\S+ +\\| nova \\| enabled \\| up +\\|`));
    }
    expect(await asAdmin(...groups, "cluster-list")).toContain("| Name ");
  }, 180_000);
});
