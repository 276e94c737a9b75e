// What every driver must do, as tests: `driverConformance(name, open)` in a driver's own test file runs them all. Only
// the contract's post-conditions are checked, so a real guest that boots nothing is good enough.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Vif } from "../../network/public.ts";
import type { ConnectionInfo } from "../../volume/public.ts";
import {
  type BlockDevice,
  type ComputeDriver,
  type DriverModule,
  type GuestImage,
  GuestNotFound,
  GuestOperationFailed,
  type GuestSpec,
  type LifecycleEvent,
  type PowerState,
} from "./driver.ts";

export interface Subject {
  module: DriverModule;
  /** Opened. */
  driver: ComputeDriver;
  /** Another host of the same driver, opened; null: moves between hosts are not checked. */
  other: ComputeDriver | null;
  /** Something a guest can be made of. */
  image: GuestImage;
  /** The data of a new volume. */
  volume(): Promise<ConnectionInfo>;
  /** A card whose host side is there. */
  vif(): Promise<Vif>;
  /** Closes the first host and opens it again, as when the cloud is restarted. */
  reopen(): Promise<ComputeDriver>;
  /** The guest powers itself off. */
  stopFromInside(guest: GuestSpec): Promise<void>;
  /** Calls `module.cleanup` with the context of this cloud, whose drivers are closed. */
  cleanup(): Promise<string[]>;
  dispose(): Promise<void>;
}

let serial = 0;

/** A small guest; what a test needs besides is in `changes`. */
export function conformanceGuest(image: GuestImage, changes: Partial<GuestSpec> = {}): GuestSpec {
  serial++;
  const uuid = crypto.randomUUID();
  return {
    uuid,
    name: `conformance-${uuid.slice(0, 8)}`,
    displayName: `Guest ${serial} <&"'>`,
    hostname: `guest-${serial}`,
    projectId: "0123456789abcdef0123456789abcdef",
    userId: "fedcba9876543210fedcba9876543210",
    flavorName: "m1.nano",
    vcpus: 1,
    memoryMb: 64,
    rootGb: 1,
    extraSpecs: {},
    image,
    bootsFromVolume: false,
    imageProperties: {},
    rootDeviceName: "/dev/vda",
    localDisks: [],
    blockDevices: [],
    vifs: [],
    configDrive: null,
    ...changes,
  };
}

export function driverConformance(name: string, open: () => Promise<Subject>): void {
  describe(`${name}: the driver contract`, () => {
    let subject: Subject;
    let driver: ComputeDriver;
    const made: GuestSpec[] = [];

    beforeAll(async () => {
      subject = await open();
      driver = subject.driver;
    });

    afterAll(async () => {
      for (const guest of made) await driver.destroy(guest, { keepDisks: false });
      await subject.dispose();
    });

    async function spawned(changes: Partial<GuestSpec> = {}): Promise<GuestSpec> {
      const guest = conformanceGuest(subject.image, changes);
      made.push(guest);
      await driver.spawn(guest);
      return guest;
    }

    const state = async (guest: GuestSpec, on = driver): Promise<PowerState> =>
      (await on.info(guest)).powerState;

    const listed = async (guest: GuestSpec, on = driver) =>
      (await on.list()).filter(({ uuid }) => uuid === guest.uuid);

    const able = (capability: keyof ComputeDriver["capabilities"]) =>
      Boolean(driver.capabilities[capability]);

    test("names its resources", async () => {
      const found = await driver.resources();
      expect(found.hypervisorHostname).not.toBe("");
      for (const amount of [found.vcpus, found.memoryMb, found.localGb]) expect(amount).toBeGreaterThan(0);
      expect(found.supportedInstances.length).toBeGreaterThan(0);
      expect(JSON.parse(JSON.stringify(found.cpuInfo))).toEqual(found.cpuInfo);
      expect(await driver.check()).toBeNull();
    });

    test("spawn: the guest runs and is listed once, also when it is spawned again", async () => {
      const guest = await spawned({ localDisks: [ephemeral("/dev/vdb")] });
      expect(await state(guest)).toBe("running");
      await driver.spawn(guest);
      expect(await listed(guest)).toEqual([{ uuid: guest.uuid, name: guest.name, powerState: "running" }]);
    });

    test("spawn without an image fails and leaves nothing", async () => {
      const guest = conformanceGuest(subject.image, { image: null });
      made.push(guest);
      await expect(driver.spawn(guest)).rejects.toThrow();
      expect(await listed(guest)).toEqual([]);
    });

    test("destroy: nothing is left, and repeating it does no harm", async () => {
      const guest = await spawned();
      await driver.destroy(guest, { keepDisks: false });
      await driver.destroy(guest, { keepDisks: false });
      expect(await listed(guest)).toEqual([]);
      await expect(driver.info(guest)).rejects.toBeInstanceOf(GuestNotFound);
      await expect(driver.powerOff(guest, 0)).rejects.toBeInstanceOf(GuestNotFound);
    });

    test("destroy that keeps the disks: the guest can be powered on again", async () => {
      const guest = await spawned();
      await driver.destroy(guest, { keepDisks: true });
      await driver.powerOn({ ...guest, image: null });
      expect(await state(guest)).toBe("running");
    });

    test("power off and on, each repeated", async () => {
      const guest = await spawned();
      await driver.powerOff(guest, 0);
      await driver.powerOff(guest, 0);
      expect(await state(guest)).toBe("shutdown");
      await driver.powerOn(guest);
      await driver.powerOn(guest);
      expect(await state(guest)).toBe("running");
    });

    test("reboot soft and hard: it runs, whatever it did before", async () => {
      const guest = await spawned();
      await driver.reboot(guest, "soft", 0);
      expect(await state(guest)).toBe("running");
      await driver.powerOff(guest, 0);
      await driver.reboot(guest, "hard", 0);
      expect(await state(guest)).toBe("running");
      await driver.destroy(guest, { keepDisks: true });
      await driver.reboot(guest, "hard", 0);
      expect(await state(guest)).toBe("running");
    });

    test("pause, and what it refuses", async () => {
      if (!able("pause")) return;
      const guest = await spawned();
      await driver.pause(guest);
      expect(await state(guest)).toBe("paused");
      await driver.unpause(guest);
      expect(await state(guest)).toBe("running");
      await driver.powerOff(guest, 0);
      await expect(driver.pause(guest)).rejects.toBeInstanceOf(GuestOperationFailed);
    });

    test("suspend and resume", async () => {
      if (!able("suspend")) return;
      const guest = await spawned();
      await driver.suspend(guest);
      expect(["suspended", "shutdown"]).toContain(await state(guest));
      await driver.resume(guest);
      expect(await state(guest)).toBe("running");
      await driver.powerOff(guest, 0);
      await driver.resume(guest);
      expect(await state(guest)).toBe("running");
    });

    test("rescue and back", async () => {
      if (!able("rescue")) return;
      const guest = await spawned();
      await driver.rescue(guest, subject.image, "secret");
      expect(await state(guest)).toBe("running");
      await driver.unrescue(guest);
      await driver.unrescue(guest);
      expect(await state(guest)).toBe("running");
    });

    test("resize on the same host: confirmed, reverted, and refused when the disk would shrink", async () => {
      if (!able("resize")) return;
      const small = await spawned();
      const large = { ...small, memoryMb: 96, rootGb: 2, flavorName: "m1.micro" };
      const here = driver.migrationTarget();
      const transfer = await driver.migrateDiskAndPowerOff(small, here, 2, 0);
      await driver.finishMigration(large, transfer, true);
      expect(await listed(small)).toMatchObject([{ powerState: "running" }]);
      await driver.confirmMigration(small, true);
      await driver.confirmMigration(small, true);
      expect(await state(large)).toBe("running");
      const again = await driver.migrateDiskAndPowerOff(large, here, 2, 0);
      await driver.finishMigration(large, again, false);
      expect(await state(large)).toBe("shutdown");
      await driver.revertMigration(large, true);
      await driver.finishRevertMigration(large, true);
      expect(await state(large)).toBe("running");
      await expect(driver.migrateDiskAndPowerOff(large, here, 1, 0)).rejects.toThrow();
      expect(await listed(large)).toHaveLength(1);
    });

    test("cold migration to another host, and back", async () => {
      const { other } = subject;
      if (!other || !able("migrate")) return;
      const guest = await spawned();
      const there = other.migrationTarget();
      const transfer = await driver.migrateDiskAndPowerOff(guest, there, 1, 0);
      await other.finishMigration(guest, transfer, true);
      expect(await state(guest, other)).toBe("running");
      await other.revertMigration(guest, false);
      expect(await listed(guest, other)).toEqual([]);
      await driver.finishRevertMigration(guest, true);
      expect(await state(guest)).toBe("running");
      const second = await driver.migrateDiskAndPowerOff(guest, there, 1, 0);
      await other.finishMigration(guest, second, true);
      await driver.confirmMigration(guest, false);
      expect(await listed(guest)).toEqual([]);
      expect(await state(guest, other)).toBe("running");
      await other.destroy(guest, { keepDisks: false });
    });

    test("live migration: it runs there and no longer here", async () => {
      const { other } = subject;
      if (!other || !able("liveMigrate")) return;
      const guest = await spawned();
      await other.prepareLiveMigration(guest, true);
      const seen: number[] = [];
      await driver.liveMigrate(guest, other.migrationTarget(), {
        blockMigration: true,
        signal: new AbortController().signal,
        onProgress: ({ memoryTotal }) => seen.push(memoryTotal),
      });
      expect(await listed(guest)).toEqual([]);
      expect(await state(guest, other)).toBe("running");
      await other.destroy(guest, { keepDisks: false });
    });

    test("volumes come and go, running or not", async () => {
      if (!able("attachVolume")) return;
      const guest = await spawned();
      const device = await newDevice(subject);
      await driver.attachVolume(guest, device);
      await driver.attachVolume(guest, device);
      await driver.detachVolume(guest, device);
      await driver.detachVolume(guest, device);
      await driver.powerOff(guest, 0);
      await driver.attachVolume(guest, device);
      await driver.powerOn({ ...guest, blockDevices: [device] });
      expect(await state(guest)).toBe("running");
    });

    test("a volume is swapped for another, running or not; the former is free for others then", async () => {
      if (!able("swapVolume")) return;
      const guest = await spawned();
      const [first, second] = [await newDevice(subject), await newDevice(subject)];
      await driver.attachVolume(guest, first);
      await driver.swapVolume(guest, first, second, null);
      await driver.swapVolume(guest, first, second, null);
      await driver.attachVolume(guest, { ...first, deviceName: "/dev/vdd" });
      await driver.detachVolume(guest, first);
      await driver.powerOff(guest, 0);
      await driver.swapVolume(guest, second, first, null);
      await driver.powerOn({ ...guest, blockDevices: [first] });
      expect(await state(guest)).toBe("running");
      await expect(driver.swapVolume(guest, second, first, null)).resolves.toBeUndefined();
      await driver.detachVolume(guest, first);
      await expect(driver.swapVolume(guest, second, first, null)).rejects.toBeInstanceOf(
        GuestOperationFailed,
      );
    });

    test("cards come and go", async () => {
      if (!able("attachInterface")) return;
      const guest = await spawned();
      const vif = await subject.vif();
      await driver.attachInterface(guest, vif);
      await driver.attachInterface(guest, vif);
      await driver.detachInterface(guest, vif);
      await driver.detachInterface(guest, vif);
      expect(await state(guest)).toBe("running");
    });

    test("the console log: never more than asked for, unknown guests are not found", async () => {
      const guest = await spawned();
      const all = await driver.consoleOutput(guest, 100_000);
      const tail = await driver.consoleOutput(guest, 20);
      expect(tail.length).toBeLessThanOrEqual(20);
      expect(all.length).toBeGreaterThanOrEqual(tail.length);
      await expect(driver.consoleOutput(conformanceGuest(subject.image), 10)).rejects.toBeInstanceOf(
        GuestNotFound,
      );
      for (const kind of driver.capabilities.consoles) {
        const address = await driver.console(guest, kind);
        if (address) expect(address.port).toBeGreaterThan(0);
      }
    });

    test("a snapshot can be read, and the guest goes on", async () => {
      if (!able("snapshot")) return;
      const guest = await spawned();
      const copy = await driver.snapshot(guest, "qcow2");
      let bytes = 0;
      for await (const chunk of copy.data) bytes += chunk.length;
      await copy.dispose();
      expect(bytes).toBeGreaterThan(0);
      if (copy.sizeBytes !== null) expect(bytes).toBe(copy.sizeBytes);
      expect(await state(guest)).toBe("running");
    });

    test("diagnostics describe the guest", async () => {
      if (!able("diagnostics")) return;
      const guest = await spawned();
      const found = await driver.diagnostics(guest);
      expect(found).toMatchObject({ state: "running", configDrive: false });
      expect(found.cpus).toHaveLength(1);
    });

    test("a guest that powers itself off is told of", async () => {
      const guest = await spawned();
      const stopped = Promise.withResolvers<LifecycleEvent>();
      const silence = driver.listen((event) => {
        if (event.guest.uuid === guest.uuid && event.kind === "stopped") stopped.resolve(event);
      });
      await subject.stopFromInside(guest);
      expect((await stopped.promise).guest.uuid).toBe(guest.uuid);
      silence();
      expect(await state(guest)).toBe("shutdown");
    });

    test("guests survive the driver", async () => {
      const guest = await spawned();
      driver = await subject.reopen();
      expect(await state(guest)).toBe("running");
    });

    test("cleanup leaves no guest that runs; one whose disks stay is off", async () => {
      await spawned();
      await driver.close();
      expect((await subject.cleanup()).length).toBeGreaterThan(0);
      driver = await subject.reopen();
      expect((await driver.list()).filter(({ powerState }) => powerState !== "shutdown")).toEqual([]);
    });
  });
}

const ephemeral = (deviceName: string): GuestSpec["localDisks"][number] => ({
  deviceName,
  sizeMb: 16,
  guestFormat: null,
  kind: "ephemeral",
  bus: null,
});

async function newDevice(subject: Subject): Promise<BlockDevice> {
  const connection = await subject.volume();
  return {
    volumeId: connection.serial,
    connection,
    deviceName: "/dev/vdc",
    bootIndex: null,
    deviceType: "disk",
    bus: null,
    tag: null,
  };
}
