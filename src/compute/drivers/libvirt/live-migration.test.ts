// Migration between two real libvirtds on one machine: the second one is started here (testing/second-daemon.ts). Same needs
// as live.test.ts, and libvirtd and virtlogd as programs.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ComputeDriver, GuestNotFound, GuestOperationFailed, type GuestSpec } from "../driver.ts";
import { driverModule } from "./index.ts";
import { guestSpec, type LiveContext, liveContext, whyNotLive } from "./testing/live-context.ts";
import { type SecondDaemon, secondDaemon, whyNoSecondDaemon } from "./testing/second-daemon.ts";

const reason = (await whyNotLive()) ?? whyNoSecondDaemon();
if (reason !== null) console.warn(`skipped: migration between libvirt hosts: ${reason}`);

const MINUTE = 60_000;

describe.skipIf(reason !== null)("two hosts", () => {
  let daemon: SecondDaemon;
  let live: LiveContext;
  let elsewhere: LiveContext;
  let c01: ComputeDriver;
  /** Sees the same folder as c01. */
  let c02: ComputeDriver;
  /** The same daemon as c02, with a folder of its own. */
  let c03: ComputeDriver;
  const made: GuestSpec[] = [];

  beforeAll(async () => {
    if (reason !== null) return;
    daemon = await secondDaemon();
    live = liveContext({ COMPUTE_HOSTS: `c01=qemu:///system c02=${daemon.uri}` });
    elsewhere = liveContext({ COMPUTE_HOSTS: `c03=${daemon.uri}` });
    const [first, second] = driverModule.hosts(live.context);
    c01 = driverModule.create(live.context, first!);
    c02 = driverModule.create(live.context, second!);
    c03 = driverModule.create(elsewhere.context, driverModule.hosts(elsewhere.context)[0]!);
    for (const driver of [c01, c02, c03]) await driver.init();
  }, MINUTE);

  afterAll(async () => {
    if (reason !== null) return;
    try {
      for (const driver of [c01, c02, c03]) {
        for (const guest of made) await driver.destroy(guest, { keepDisks: false });
        expect(await driver.list()).toEqual([]);
        await driver.close();
      }
    } finally {
      await daemon[Symbol.asyncDispose]();
      live[Symbol.dispose]();
      elsewhere[Symbol.dispose]();
    }
  }, MINUTE);

  async function spawned(): Promise<GuestSpec> {
    const guest = guestSpec();
    made.push(guest);
    await c01.spawn(guest);
    await printed(c01, guest, /Run \/init/);
    return guest;
  }

  async function printed(driver: ComputeDriver, guest: GuestSpec, text: RegExp): Promise<string> {
    for (let i = 0; i < 1200; i++) {
      const output = new TextDecoder().decode(await driver.consoleOutput(guest, 2 ** 20));
      if (text.test(output)) return output;
      await Bun.sleep(50);
    }
    throw new Error(`${guest.name} does not print ${text}`);
  }

  const quiet = () => ({ signal: new AbortController().signal, onProgress() {} });

  test(
    "the guest moves while it runs, on shared storage",
    async () => {
      const guest = await spawned();
      await expect(c02.prepareLiveMigration(guest, true)).rejects.toBeInstanceOf(GuestOperationFailed);
      await c02.prepareLiveMigration(guest, false);
      const seen: number[] = [];
      await c01.liveMigrate(guest, c02.migrationTarget(), {
        ...quiet(),
        blockMigration: false,
        onProgress: ({ memoryTotal }) => seen.push(memoryTotal),
      });
      expect((await c02.info(guest)).powerState).toBe("running");
      expect(await c01.list()).toEqual([]);
      // The source's leftovers go; the disks are the other's now.
      await c01.destroy(guest, { keepDisks: false });
      expect(existsSync(join(live.context.instancesDir, guest.uuid, "disk"))).toBe(true);
      await expect(c01.info(guest)).rejects.toBeInstanceOf(GuestNotFound);
      const output = await printed(c02, guest, /EXT4-fs \(vda1\): mounted/);
      expect(output.split("Linux version").length).toBe(2);
      await c02.reboot(guest, "hard", 0);
      expect((await c02.info(guest)).powerState).toBe("running");
      await c02.destroy(guest, { keepDisks: false });
      expect(existsSync(join(live.context.instancesDir, guest.uuid))).toBe(false);
    },
    2 * MINUTE,
  );

  test(
    "its disks move with it, where each host has its own; without asking for that it is refused",
    async () => {
      const guest = await spawned();
      await expect(c03.prepareLiveMigration(guest, false)).rejects.toMatchObject({
        message: expect.stringContaining("is not on shared storage"),
      });
      await c03.prepareLiveMigration(guest, true);
      await c01.liveMigrate(guest, c03.migrationTarget(), { ...quiet(), blockMigration: true });
      await c01.destroy(guest, { keepDisks: false });
      expect((await c03.info(guest)).powerState).toBe("running");
      expect(existsSync(join(live.context.instancesDir, guest.uuid))).toBe(false);
      const disk = join(elsewhere.context.instancesDir, guest.uuid, "disk");
      await printed(c03, guest, /EXT4-fs \(vda1\): mounted/);
      await c03.powerOff(guest, 0);
      await Bun.$`qemu-img check -q -f qcow2 ${disk}`;
      await c03.powerOn(guest);
      await printed(c03, guest, /mounted[\s\S]*Linux version[\s\S]*EXT4-fs \(vda1\): mounted/);
      await c03.destroy(guest, { keepDisks: false });
    },
    2 * MINUTE,
  );

  test(
    "a migration that is given up leaves the guest where it was",
    async () => {
      const guest = await spawned();
      await c03.prepareLiveMigration(guest, true);
      const abort = new AbortController();
      const moving = c01.liveMigrate(guest, c03.migrationTarget(), {
        blockMigration: true,
        signal: abort.signal,
        onProgress: () => abort.abort(),
      });
      // Small guests may be faster than the first report.
      await moving.then(
        () => {},
        async (error) => {
          expect(error).toMatchObject({ message: expect.stringContaining("aborted") });
          expect((await c01.info(guest)).powerState).toBe("running");
          await expect(c03.info(guest)).resolves.toMatchObject({ powerState: "shutdown" });
        },
      );
      await c03.destroy(guest, { keepDisks: false });
      await c01.destroy(guest, { keepDisks: false });
    },
    2 * MINUTE,
  );

  test(
    "a migration that cannot be leaves the guest where it was",
    async () => {
      const guest = await spawned();
      const nowhere = { ...c02.migrationTarget(), uri: "qemu+unix:///system?socket=/nonexistent/sock" };
      await expect(
        c01.liveMigrate(guest, nowhere, { ...quiet(), blockMigration: false }),
      ).rejects.toMatchObject({
        kind: "unavailable",
      });
      expect((await c01.info(guest)).powerState).toBe("running");
      // The other host refuses: it has no such disk.
      await expect(
        c01.liveMigrate(guest, c03.migrationTarget(), { ...quiet(), blockMigration: false }),
      ).rejects.toBeInstanceOf(GuestOperationFailed);
      expect((await c01.info(guest)).powerState).toBe("running");
      await c01.pause(guest);
      await c01.unpause(guest);
      await c01.destroy(guest, { keepDisks: false });
    },
    2 * MINUTE,
  );

  test(
    "cold migration, to a host with shared storage and to one without, confirmed and reverted",
    async () => {
      const guest = await spawned();
      for (const [other, shared] of [
        [c02, true],
        [c03, false],
      ] as const) {
        const at = (shared ? live : elsewhere).context.instancesDir;
        let transfer = await c01.migrateDiskAndPowerOff(guest, other.migrationTarget(), 1, 0);
        expect(await c01.list()).toEqual([]);
        await other.finishMigration(guest, transfer, true);
        expect((await other.info(guest)).powerState).toBe("running");
        await other.revertMigration(guest, false);
        expect(await other.list()).toEqual([]);
        await c01.finishRevertMigration(guest, true);
        expect((await c01.info(guest)).powerState).toBe("running");

        transfer = await c01.migrateDiskAndPowerOff(guest, other.migrationTarget(), 1, 0);
        await other.finishMigration(guest, transfer, true);
        await c01.confirmMigration(guest, false);
        expect(existsSync(join(live.context.instancesDir, `${guest.uuid}_resize`))).toBe(false);
        expect((await other.info(guest)).powerState).toBe("running");
        expect(existsSync(join(at, guest.uuid, "disk"))).toBe(true);

        transfer = await other.migrateDiskAndPowerOff(guest, c01.migrationTarget(), 1, 0);
        await c01.finishMigration(guest, transfer, false);
        await other.confirmMigration(guest, false);
        expect((await c01.info(guest)).powerState).toBe("shutdown");
      }
      await c01.destroy(guest, { keepDisks: false });
    },
    2 * MINUTE,
  );
});
