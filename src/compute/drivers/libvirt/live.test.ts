// The driver with real guests: needs root, a libvirtd that answers (scripts/hypervisor start) and the guest image
// (scripts/build-guest). Guests have 128 MiB and run at most two at a time; all are gone afterwards, whatever happens.
// LIVE_LOG=1 prints the driver's log.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, readFileSync, readlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Connection, connect } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import {
  type BlockDevice,
  type ComputeDriver,
  DeviceDetachFailed,
  GuestDiskFailed,
  GuestNotFound,
  GuestOperationFailed,
  type GuestSpec,
  type LifecycleEvent,
} from "../driver.ts";
import { ImageCache } from "./image-cache.ts";
import { driverModule } from "./index.ts";
import { tryVirtType } from "./kvm.ts";
import {
  fileVolume,
  greeting,
  guestImage,
  guestSpec,
  type LiveContext,
  liveContext,
  vif,
  whyNotLive,
} from "./testing/live-context.ts";
import { el, xmlText } from "./xml/element.ts";

const reason = await whyNotLive();
if (reason !== null) console.warn(`skipped: the libvirt driver with real guests: ${reason}`);

const MINUTE = 60_000;
const bridge = `brlv${process.pid}`.slice(0, 15);

describe.skipIf(reason !== null)("real guests", () => {
  let live: LiveContext;
  let driver: ComputeDriver;
  let connection: Connection;
  const events: LifecycleEvent[] = [];
  const made: GuestSpec[] = [];

  const dir = () => live.context.instancesDir;
  const inFolder = (guest: GuestSpec, name: string) => join(dir(), guest.uuid, name);

  /** Remembers it for the end. */
  function wanted(changes: Partial<GuestSpec> = {}): GuestSpec {
    const spec = guestSpec(changes);
    made.push(spec);
    return spec;
  }

  async function until<T>(
    what: string,
    look: () => Promise<T | null | false> | T | null | false,
  ): Promise<T> {
    for (let i = 0; i < 2400; i++) {
      const found = await look();
      if (found !== null && found !== false) return found;
      await Bun.sleep(50);
    }
    throw new Error(`waited in vain for ${what}`);
  }

  async function output(guest: GuestSpec): Promise<string> {
    return new TextDecoder().decode(await driver.consoleOutput(guest, 4 * 1024 * 1024));
  }

  function printed(guest: GuestSpec, text: RegExp, after = 0): Promise<string> {
    return until(`${guest.name} to print ${text}`, async () => {
      const all = await output(guest);
      return text.test(all.slice(after)) && all;
    });
  }

  async function state(guest: GuestSpec): Promise<string> {
    return (await driver.info(guest)).powerState;
  }

  async function domain(guest: GuestSpec) {
    return connection.domainLookupByUUID(guest.uuid);
  }

  async function xml(guest: GuestSpec, flags = 0): Promise<string> {
    return connection.domainGetXMLDesc(await domain(guest), flags);
  }

  async function rejection(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      () => {
        throw new Error("not rejected");
      },
      (error: unknown) => error,
    );
  }

  function happened(guest: GuestSpec, kind: LifecycleEvent["kind"]): Promise<boolean> {
    return until(`${kind} of ${guest.name}`, () =>
      events.some((event) => event.guest.uuid === guest.uuid && event.kind === kind),
    );
  }

  beforeAll(async () => {
    if (reason !== null) return;
    live = liveContext({ DEVICE_DETACH_TIMEOUT: "10", REMOVE_UNUSED_ORIGINAL_MINIMUM_AGE_SECONDS: "0" });
    driver = driverModule.create(live.context, driverModule.hosts(live.context)[0]!);
    await driver.init();
    driver.listen((event) => events.push(event));
    connection = await connect("qemu:///system");
    await Bun.$`ip link add ${bridge} type bridge && ip link set ${bridge} up`.quiet();
  }, MINUTE);

  afterAll(async () => {
    if (reason !== null) return;
    try {
      for (const guest of made) await driver.destroy(guest, { keepDisks: false });
      expect(await driverModule.cleanup(live.context)).toEqual([]);
      expect(await driver.list()).toEqual([]);
    } finally {
      await driver.close();
      await connection.close();
      await Bun.$`ip link del ${bridge}`.quiet().nothrow();
      live[Symbol.dispose]();
    }
  }, 2 * MINUTE);

  describe("one guest from spawn to destroy", () => {
    let guest: GuestSpec;
    let volume: BlockDevice;
    const iso = new Uint8Array(64 * 1024).fill(7);

    test(
      "CP-39 CP-40 CV-02 spawn: it runs from an overlay on the cached image, in a folder with a link beside it",
      async () => {
        guest = wanted({
          localDisks: [
            { deviceName: "/dev/vdb", sizeMb: 64, guestFormat: null, kind: "ephemeral", bus: null },
            { deviceName: "/dev/vdc", sizeMb: 16, guestFormat: null, kind: "swap", bus: null },
          ],
          configDrive: { format: "iso9660", image: iso },
          imageProperties: { hw_watchdog_action: "reset" },
        });
        await driver.spawn(guest);
        expect(await driver.info(guest)).toEqual({
          uuid: guest.uuid,
          name: guest.name,
          powerState: "running",
        });
        expect(await driver.list()).toEqual([{ uuid: guest.uuid, name: guest.name, powerState: "running" }]);
        for (const name of ["disk", "disk.eph0", "disk.swap", "disk.config", "console.log", "libvirt.xml"]) {
          expect(existsSync(inFolder(guest, name))).toBe(true);
        }
        expect(readlinkSync(join(dir(), guest.name))).toBe(guest.uuid);
        expect(existsSync(join(dir(), guest.name, "console.log"))).toBe(true);
        expect(lstatSync(join(dir(), guest.uuid)).mode & 0o777).toBe(0o700);
        const base = ImageCache.nameOf(guest.image?.id ?? "");
        expect(existsSync(join(dir(), "_base", base))).toBe(true);
        const info = await Bun.$`qemu-img info -U -f qcow2 --output=json ${inFolder(guest, "disk")}`.json();
        expect(info).toMatchObject({
          "virtual-size": 2 ** 30,
          "backing-filename": `../_base/${base}`,
          "backing-filename-format": "raw",
        });
        expect(existsSync(join(dir(), "_base", "ephemeral_64M_ext4"))).toBe(true);
        expect(existsSync(join(dir(), "_base", "swap_16"))).toBe(true);
        expect(new Uint8Array(readFileSync(inFolder(guest, "disk.config")))).toEqual(iso);
        expect(live.log().join("\n")).not.toContain("WARNING");
      },
      MINUTE,
    );

    test(
      "CV-09 its screen answers as VNC does, its serial line prints what it prints",
      async () => {
        const screen = await driver.console(guest, "novnc");
        expect(screen?.host).toBe("127.0.0.1");
        expect(screen?.port).toBeGreaterThanOrEqual(5900);
        expect(await greeting(screen?.port ?? 0)).toStartWith("RFB 003.008");
        const line = await driver.console(guest, "serial");
        expect(await greeting(line?.port ?? 0)).not.toBe("");
        expect(await driver.console(guest, "serial")).toEqual(line);
        expect(await driver.console(guest, "spice-html5")).toBeNull();
        await printed(guest, /Linux version/);
      },
      MINUTE,
    );

    test("diagnostics", async () => {
      const found = await driver.diagnostics(guest);
      expect(found).toMatchObject({
        state: "running",
        hypervisorOs: "linux",
        configDrive: true,
        memoryMaximumMb: 128,
        nics: [],
      });
      expect(["kvm", "qemu"]).toContain(found.hypervisor);
      expect(found.uptime).toBeGreaterThanOrEqual(0);
      expect(found.cpus.map(({ id }) => id)).toEqual([0]);
      expect(found.cpus[0]?.timeNs).toBeGreaterThan(0);
      expect(found.disks.map(({ device }) => device)).toEqual(["vda", "vdb", "vdc", "hda"]);
      expect(found.disks[0]?.readBytes).toBeGreaterThan(0);
    });

    test(
      "CP-45 a volume comes, grows and goes while the guest runs",
      async () => {
        await printed(guest, /EXT4-fs \(vda1\): mounted/);
        volume = fileVolume(live.context.stateDir, "/dev/vdd");
        writeFileSync(volume.connection.path, "");
        truncateSync(volume.connection.path, 64 * 1024 * 1024);
        const before = (await output(guest)).length;
        await driver.attachVolume(guest, volume);
        await printed(guest, /\[vdd\] 131072 512-byte logical blocks/, before);
        // Attaching it again changes nothing.
        await driver.attachVolume(guest, volume);
        for (const flags of [0, c.VIR_DOMAIN_XML_INACTIVE]) {
          const text = await xml(guest, flags);
          expect(text.split(`<serial>${volume.volumeId}</serial>`).length).toBe(2);
          expect(text).toContain(`ua-${volume.volumeId}`);
        }

        truncateSync(volume.connection.path, 128 * 1024 * 1024);
        await driver.extendVolume(guest, volume, 128 * 1024 * 1024);
        await printed(guest, /vdd: detected capacity change from 131072 to 262144/, before);

        await driver.detachVolume(guest, volume);
        expect(await xml(guest)).not.toContain(volume.volumeId);
        expect(await xml(guest, c.VIR_DOMAIN_XML_INACTIVE)).not.toContain(volume.volumeId);
        await driver.detachVolume(guest, volume);
      },
      2 * MINUTE,
    );

    test(
      "a guest that stands still does not let go, and the volume stays attached",
      async () => {
        using impatient = liveContext({ DEVICE_DETACH_ATTEMPTS: "2", DEVICE_DETACH_TIMEOUT: "1" });
        Object.assign(impatient.context, {
          instancesDir: live.context.instancesDir,
          log: live.context.log,
          stateDir: live.context.stateDir,
        });
        const other = driverModule.create(impatient.context, driverModule.hosts(impatient.context)[0]!);
        await other.init();
        try {
          await driver.attachVolume(guest, volume);
          await driver.pause(guest);
          expect(await rejection(other.detachVolume(guest, volume))).toBeInstanceOf(DeviceDetachFailed);
          for (const flags of [0, c.VIR_DOMAIN_XML_INACTIVE]) {
            expect(await xml(guest, flags)).toContain(volume.volumeId);
          }
          await driver.unpause(guest);
          await driver.detachVolume(guest, volume);
          expect(await xml(guest)).not.toContain(volume.volumeId);
        } finally {
          await other.close();
        }
      },
      MINUTE,
    );

    test(
      "a network card comes and goes",
      async () => {
        const card = vif(bridge);
        await driver.attachInterface(guest, card);
        await driver.attachInterface(guest, card);
        const text = await xml(guest);
        expect(text).toContain(`<source bridge='${bridge}'/>`);
        expect(text).toContain(`<target dev='${card.tapName}'/>`);
        expect(text).toContain("<model type='virtio'/>");
        expect(existsSync(`/sys/class/net/${bridge}/brif/${card.tapName}`)).toBe(true);
        const found = await driver.diagnostics(guest);
        expect(found.nics.map(({ device, macAddress }) => ({ device, macAddress }))).toEqual([
          { device: card.tapName, macAddress: card.macAddress },
        ]);
        await driver.detachInterface(guest, card);
        expect(await xml(guest)).not.toContain(card.macAddress);
        expect(await xml(guest, c.VIR_DOMAIN_XML_INACTIVE)).not.toContain(card.macAddress);
        expect(existsSync(`/sys/class/net/${card.tapName}`)).toBe(false);
        await driver.detachInterface(guest, card);

        // Where nothing is plumbed, the guest does without.
        await driver.attachInterface(guest, vif(null));
        expect(await xml(guest)).not.toContain("<interface");
      },
      MINUTE,
    );

    test("pause and unpause", async () => {
      await driver.pause(guest);
      expect(await state(guest)).toBe("paused");
      await driver.pause(guest);
      await driver.unpause(guest);
      expect(await state(guest)).toBe("running");
    });

    test(
      "suspend and resume: it goes on where it was",
      async () => {
        const before = (await output(guest)).length;
        await driver.suspend(guest);
        expect(await state(guest)).toBe("suspended");
        expect((await driver.list()).map(({ powerState }) => powerState)).toEqual(["suspended"]);
        expect(await driver.console(guest, "novnc")).toBeNull();
        await driver.resume(guest);
        expect(await state(guest)).toBe("running");
        expect((await output(guest)).slice(before)).not.toContain("Linux version");
        expect(await rejection(driver.suspend(guestSpec()))).toBeInstanceOf(GuestNotFound);
      },
      MINUTE,
    );

    test(
      "a snapshot of the running guest is a whole disk, and leaves nothing behind",
      async () => {
        const copy = await driver.snapshot(guest, "qcow2");
        const path = join(live.context.stateDir, "copy.qcow2");
        await Bun.write(path, new Response(copy.data as unknown as ReadableStream));
        expect(copy.sizeBytes).toBe(Bun.file(path).size);
        await copy.dispose();
        expect(await Bun.$`qemu-img info -f qcow2 --output=json ${path}`.json()).toMatchObject({
          "virtual-size": 2 ** 30,
        });
        expect(await Bun.$`qemu-img info -f qcow2 --output=json ${path}`.text()).not.toContain("backing");
        await Bun.$`qemu-img check -q -f qcow2 ${path}`;
        expect(await Array.fromAsync(new Bun.Glob("*").scan(join(dir(), "snapshots")))).toEqual([]);
        expect(await state(guest)).toBe("running");
        expect(await connection.domainGetBlockJobInfo(await domain(guest), "vda")).toBeNull();
      },
      MINUTE,
    );

    test(
      "a guest that is asked shuts itself down, and is started again",
      async () => {
        await printed(guest, /acpid: OK/);
        await driver.powerOff(guest, 60);
        expect(await state(guest)).toBe("shutdown");
        expect(await output(guest)).toContain("reboot: Power down");
        await driver.powerOff(guest, 60);

        const copy = await driver.snapshot(guest, "raw");
        let length = 0;
        for await (const piece of copy.data) length += piece.length;
        await copy.dispose();
        expect(length).toBe(2 ** 30);

        // A volume that comes while it is off is there when it starts, and goes again.
        await driver.attachVolume(guest, volume);
        expect(await xml(guest)).toContain(volume.volumeId);
        await driver.detachVolume(guest, volume);
        expect(await xml(guest)).not.toContain(volume.volumeId);

        await driver.powerOn(guest);
        await driver.powerOn(guest);
        expect(await state(guest)).toBe("running");
      },
      2 * MINUTE,
    );

    test(
      "CP-22 a soft reboot is the guest's own doing",
      async () => {
        const started = (await output(guest)).lastIndexOf("Linux version");
        await printed(guest, /acpid: OK/, started);
        await driver.reboot(guest, "soft", 60);
        expect(await state(guest)).toBe("running");
        await printed(guest, /reboot: Power down[\s\S]*Linux version/, started);
        expect(live.log().at(-1)).toContain("Instance soft rebooted successfully.");
      },
      2 * MINUTE,
    );

    test(
      "a soft reboot of a guest that does not hear it becomes a hard one; the console log goes on",
      async () => {
        const before = await output(guest);
        await driver.pause(guest);
        await driver.unpause(guest);
        const { id } = await domain(guest);
        await driver.reboot(guest, "soft", 1);
        expect(await state(guest)).toBe("running");
        expect((await domain(guest)).id).not.toBe(id);
        expect((await output(guest)).startsWith(before.slice(0, 1000))).toBe(true);
      },
      MINUTE,
    );

    test(
      "a hard reboot brings back a guest whose domain has vanished, with its present configuration",
      async () => {
        const dom = await domain(guest);
        await connection.domainDestroyFlags(dom);
        await connection.domainUndefineFlags(dom);
        await happened(guest, "stopped");
        await happened(guest, "undefined");
        expect(await driver.list()).toEqual([{ uuid: guest.uuid, name: guest.name, powerState: "shutdown" }]);
        expect(await state(guest)).toBe("shutdown");
        guest = { ...guest, memoryMb: 144 };
        await driver.reboot(guest, "hard", 0);
        expect(await state(guest)).toBe("running");
        expect(await xml(guest)).toContain(`<memory unit='KiB'>${144 * 1024}</memory>`);
      },
      MINUTE,
    );

    test("CP-43 what happens behind the cloud's back is told", async () => {
      events.length = 0;
      await connection.domainSuspend(await domain(guest));
      await happened(guest, "paused");
      await connection.domainResume(await domain(guest));
      await happened(guest, "resumed");
      await connection.domainDestroyFlags(await domain(guest));
      await happened(guest, "stopped");
      await connection.domainCreateWithFlags(await domain(guest));
      await happened(guest, "started");
    });

    test(
      "rescue: it runs from the other image, its root disk beside; unrescue: as before",
      async () => {
        events.length = 0;
        await driver.rescue(guest, { ...guestImage(), id: "70c1dc4a-2a34-4c39-a0b4-8f1c2a1d0003" }, "secret");
        expect(await state(guest)).toBe("running");
        const rescued = await xml(guest);
        expect(rescued).toMatch(/disk\.rescue'[\s\S]*dev='vda'[\s\S]*\/disk'[\s\S]*dev='vdb'/);
        await driver.unrescue(guest);
        expect(await state(guest)).toBe("running");
        expect(await xml(guest)).not.toContain("rescue");
        expect(existsSync(inFolder(guest, "disk.rescue"))).toBe(false);
        // The driver's own doings are nobody's news.
        expect(events.filter((event) => event.guest.uuid === guest.uuid)).toEqual([]);

        const stable = { ...guestImage(), properties: { hw_rescue_bus: "virtio", hw_rescue_device: "disk" } };
        await driver.rescue(guest, stable, "secret");
        const text = await xml(guest);
        expect(text.match(/<boot order='1'\/>/g)?.length).toBe(1);
        expect(text).toMatch(/disk\.rescue'[\s\S]*dev='vdd'/);
        expect(text).toContain("disk.eph0");
        await driver.unrescue(guest);
      },
      MINUTE,
    );

    test("the agent and the interrupt", async () => {
      expect(await rejection(driver.setAdminPassword(guest, "x"))).toMatchObject({
        message: "QEMU guest agent is not enabled",
      });
      await driver.crashDump(guest);
      expect(await rejection(driver.crashDump(guestSpec()))).toBeInstanceOf(GuestNotFound);
    });

    test(
      "resize here: confirm and revert",
      async () => {
        const larger = { ...guest, memoryMb: 160, rootGb: 2, flavorName: "m1.micro" };
        const target = driver.migrationTarget();
        expect(
          await rejection(driver.migrateDiskAndPowerOff({ ...guest, rootGb: 2 }, target, 1, 0)),
        ).toBeInstanceOf(GuestDiskFailed);
        expect(await state(guest)).toBe("running");

        let transfer = await driver.migrateDiskAndPowerOff(guest, target, 2, 0);
        // As after a crash in the middle.
        transfer = await driver.migrateDiskAndPowerOff(guest, target, 2, 0);
        expect(existsSync(join(dir(), `${guest.uuid}_resize`, "disk"))).toBe(true);
        await driver.finishMigration(larger, transfer, true);
        await driver.finishMigration(larger, transfer, true);
        expect(await state(guest)).toBe("running");
        const disk = inFolder(guest, "disk");
        expect(await Bun.$`qemu-img info -U -f qcow2 --output=json ${disk}`.json()).toMatchObject({
          "virtual-size": 2 * 2 ** 30,
        });
        await driver.revertMigration(guest, true);
        expect(existsSync(disk)).toBe(false);
        await driver.finishRevertMigration(guest, true);
        expect(await state(guest)).toBe("running");
        expect(await Bun.$`qemu-img info -U -f qcow2 --output=json ${disk}`.json()).toMatchObject({
          "virtual-size": 2 ** 30,
        });
        expect(existsSync(join(dir(), `${guest.uuid}_resize`))).toBe(false);

        transfer = await driver.migrateDiskAndPowerOff(guest, target, 2, 0);
        await driver.finishMigration(larger, transfer, false);
        expect(await state(guest)).toBe("shutdown");
        await driver.confirmMigration(guest, true);
        await driver.confirmMigration(guest, true);
        expect(existsSync(join(dir(), `${guest.uuid}_resize`))).toBe(false);
        guest = larger;
      },
      2 * MINUTE,
    );

    test("destroy: nothing of it stays; without its disks' consent they do", async () => {
      await driver.destroy(guest, { keepDisks: true });
      expect(existsSync(inFolder(guest, "disk"))).toBe(true);
      expect(await state(guest)).toBe("shutdown");
      // As any guest that is off.
      await driver.powerOff(guest, 60);
      await driver.attachVolume(guest, volume);
      await driver.detachVolume(guest, volume);
      expect(await driver.console(guest, "novnc")).toBeNull();
      expect(await rejection(driver.pause(guest))).toBeInstanceOf(GuestOperationFailed);
      const copy = await driver.snapshot(guest, "qcow2");
      expect(copy.sizeBytes).toBeGreaterThan(0);
      await copy.dispose();
      await driver.destroy(guest, { keepDisks: false });
      await driver.destroy(guest, { keepDisks: false });
      expect(existsSync(join(dir(), guest.uuid))).toBe(false);
      expect(() => lstatSync(join(dir(), guest.name))).toThrow();
      expect(await rejection(driver.info(guest))).toBeInstanceOf(GuestNotFound);
      expect(await rejection(driver.consoleOutput(guest, 100))).toBeInstanceOf(GuestNotFound);
    });
  });

  test(
    "a kernel and a ramdisk of their own",
    async () => {
      const guest = wanted({ image: guestImage("ami"), rootGb: 0 });
      await driver.spawn(guest);
      await printed(guest, /EXT4-fs \(vda\): mounted/);
      expect(await xml(guest)).toContain(`<kernel>${inFolder(guest, "kernel")}</kernel>`);
      await driver.destroy(guest, { keepDisks: false });
    },
    MINUTE,
  );

  test(
    "IM-13 hardware that QEMU has not: the spawn fails and leaves nothing",
    async () => {
      const guest = wanted({ imageProperties: { hw_vif_model: "sungem" }, vifs: [vif(bridge)] });
      expect(await rejection(driver.spawn(guest))).toMatchObject({
        message: expect.stringContaining("Requested hardware 'sungem' is not supported by the '"),
      });
      const full = wanted({ vifs: [{ ...vif("nosuchbridge") }] });
      expect(await rejection(driver.spawn(full))).toBeInstanceOf(GuestOperationFailed);
      const small = wanted({ image: { ...guestImage(), path: join(live.context.stateDir, "nothing") } });
      small.image = { ...small.image!, id: crypto.randomUUID() };
      await rejection(driver.spawn(small));
      for (const { uuid, name } of [guest, full, small]) {
        expect(existsSync(join(dir(), uuid))).toBe(false);
        expect(() => lstatSync(join(dir(), name))).toThrow();
        expect(await rejection(connection.domainLookupByUUID(uuid))).toMatchObject({
          codeName: "VIR_ERR_NO_DOMAIN",
        });
      }
    },
    MINUTE,
  );

  test(
    "IM-13 hardware of another kind: SCSI disk, SATA-less CD, e1000 card, vfat config drive",
    async () => {
      const guest = wanted({
        imageProperties: {
          hw_disk_bus: "scsi",
          hw_cdrom_bus: "ide",
          hw_vif_model: "e1000",
          hw_video_model: "vga",
        },
        configDrive: { format: "vfat", image: new Uint8Array(1024 * 1024) },
        vifs: [vif(bridge)],
      });
      await driver.spawn(guest);
      const text = await xml(guest);
      expect(text).toContain("<target dev='sda' bus='scsi'/>");
      expect(text).toContain("<target dev='sdz' bus='scsi'/>");
      expect(text).toContain("model='virtio-scsi'");
      expect(text).toContain("<model type='e1000'/>");
      await printed(guest, /\[sda\] 2097152 512-byte logical blocks/);
      const extra = fileVolume(live.context.stateDir, "/dev/sdb");
      writeFileSync(extra.connection.path, new Uint8Array(1024 * 1024));
      await driver.attachVolume(guest, extra);
      expect(await xml(guest)).toContain("<target dev='sdb' bus='scsi'/>");
      await printed(guest, /\[sdb\] 2048 512-byte logical blocks/);
      await driver.detachVolume(guest, extra);
      await driver.destroy(guest, { keepDisks: false });
    },
    2 * MINUTE,
  );

  test(
    "boot from a volume",
    async () => {
      const root = fileVolume(live.context.stateDir, "/dev/vda", { bootIndex: 0 });
      await Bun.$`qemu-img convert -f qcow2 -O raw ${guestImage().path} ${root.connection.path}`;
      const guest = wanted({ image: null, bootsFromVolume: true, blockDevices: [root] });
      await driver.spawn(guest);
      await printed(guest, /EXT4-fs \(vda1\): mounted/);
      await driver.destroy(guest, { keepDisks: false });
      expect(existsSync(root.connection.path)).toBe(true);
    },
    MINUTE,
  );

  test(
    "other clouds' domains are not seen, not touched; cleanup takes all of ours, with saved memory",
    async () => {
      using other = liveContext();
      const stranger = driverModule.create(other.context, driverModule.hosts(other.context)[0]!);
      await stranger.init();
      const ours = wanted();
      const theirs = guestSpec();
      try {
        await driver.spawn(ours);
        await stranger.spawn(theirs);
        expect((await driver.list()).map(({ uuid }) => uuid)).toEqual([ours.uuid]);
        expect((await stranger.list()).map(({ uuid }) => uuid)).toEqual([theirs.uuid]);
        expect(await rejection(driver.info(theirs))).toBeInstanceOf(GuestNotFound);
        await driver.destroy(theirs, { keepDisks: false });
        expect((await stranger.info(theirs)).powerState).toBe("running");
        expect(await rejection(driver.spawn({ ...guestSpec(), name: theirs.name }))).toMatchObject({
          message: expect.stringContaining("There is another domain called"),
        });
        await stranger.suspend(theirs);
        expect(await driverModule.cleanup(other.context)).toEqual([
          `domain ${theirs.name} (${theirs.uuid}) at qemu:///system`,
        ]);
        expect(existsSync(join(other.context.instancesDir, theirs.uuid, "disk"))).toBe(true);
        expect((await driver.info(ours)).powerState).toBe("running");
      } finally {
        await stranger.destroy(theirs, { keepDisks: false });
        await stranger.close();
        await driver.destroy(ours, { keepDisks: false });
      }
    },
    2 * MINUTE,
  );

  test(
    "what an interrupted spawn has left is removed by the next; what another host has left is taken over",
    async () => {
      const guest = wanted();
      await driver.spawn(guest);
      const { id } = await domain(guest);
      writeFileSync(inFolder(guest, "stray"), "x");
      await driver.spawn(guest);
      expect((await domain(guest)).id).not.toBe(id);
      expect(existsSync(inFolder(guest, "stray"))).toBe(false);

      await driver.destroy(guest, { keepDisks: true });
      const info = JSON.parse(readFileSync(inFolder(guest, "disk.info"), "utf8"));
      writeFileSync(inFolder(guest, "disk.info"), JSON.stringify({ ...info, host: "c99" }));
      writeFileSync(inFolder(guest, "kept"), "x");
      await driver.destroy(guest, { keepDisks: false });
      await expect(driver.spawn({ ...guest, imageProperties: { hw_vif_model: "x" } })).rejects.toThrow();
      expect(existsSync(inFolder(guest, "disk"))).toBe(true);
      await driver.spawn(guest);
      expect(existsSync(inFolder(guest, "kept"))).toBe(true);
      expect(JSON.parse(readFileSync(inFolder(guest, "disk.info"), "utf8"))).toEqual(info);
      await driver.destroy(guest, { keepDisks: false });
      expect(existsSync(join(dir(), guest.uuid))).toBe(false);
    },
    MINUTE,
  );

  test(
    "a volume is swapped for a larger one while the guest runs, and for another while it is off, with all that is on it",
    async () => {
      const MIB = 1024 * 1024;
      const sized = (mib: number, fill: number) => {
        const device = fileVolume(live.context.stateDir, "/dev/vdb");
        writeFileSync(device.connection.path, new Uint8Array(mib * MIB).fill(fill));
        return device;
      };
      // What was on the new ones before is written over, also where the old one has nothing.
      const [first, second, third] = [sized(64, 0), sized(96, 9), sized(96, 9)];
      const content = (device: BlockDevice) => readFileSync(device.connection.path).subarray(0, 64 * MIB);
      const image = content(first);
      image.set(crypto.getRandomValues(new Uint8Array(65_536)), 50 * MIB);
      writeFileSync(first.connection.path, image);
      const guest = wanted({ blockDevices: [first] });
      await driver.spawn(guest);
      await printed(guest, /EXT4-fs \(vda1\): mounted/);
      const before = (await output(guest)).length;
      await driver.swapVolume(guest, first, second, 96 * MIB);
      await printed(guest, /vdb: detected capacity change from 131072 to 196608/, before);
      expect(content(second).equals(image)).toBe(true);
      for (const flags of [0, c.VIR_DOMAIN_XML_INACTIVE]) {
        const text = await xml(guest, flags);
        const names = [first, second].map(({ connection: { path } }) => text.includes(path));
        expect(names).toEqual([false, true]);
      }
      expect(await xml(guest, c.VIR_DOMAIN_XML_INACTIVE)).toContain(`<serial>${second.volumeId}</serial>`);
      await driver.swapVolume(guest, first, second, 96 * MIB);
      // Its former name in the guest does not stand in the way of the old one.
      await driver.attachVolume(guest, { ...first, deviceName: "/dev/vdc" });
      expect(await xml(guest)).toContain(first.connection.path);
      await driver.detachVolume(guest, first);
      await driver.powerOff(guest, 0);
      await driver.swapVolume(guest, second, third, null);
      expect(content(third).equals(image)).toBe(true);
      expect(await xml(guest)).toContain(third.connection.path);
      await driver.powerOn({ ...guest, blockDevices: [third] });
      expect(await xml(guest)).toContain(`<serial>${third.volumeId}</serial>`);
      expect(await rejection(driver.swapVolume(guest, first, second, null))).toBeInstanceOf(
        GuestOperationFailed,
      );
      await driver.destroy(guest, { keepDisks: false });
    },
    2 * MINUTE,
  );

  test(
    "an interrupted snapshot: the mirror is ended and its file removed when the driver starts again",
    async () => {
      const guest = wanted();
      await driver.spawn(guest);
      const folder = join(dir(), "snapshots", `${guest.uuid}-1-1`);
      await Bun.$`mkdir -p ${folder}`;
      const destination = el(
        "disk",
        { type: "file" },
        el("source", { file: join(folder, "disk.raw") }),
        el("driver", { type: "raw" }),
      );
      const dom = await domain(guest);
      await connection.domainBlockCopy(
        dom,
        "vda",
        xmlText(destination),
        [],
        c.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB,
      );
      expect(await connection.domainGetBlockJobInfo(dom, "vda")).not.toBeNull();
      const again = driverModule.create(live.context, driverModule.hosts(live.context)[0]!);
      await again.init();
      await again.close();
      expect(await connection.domainGetBlockJobInfo(dom, "vda")).toBeNull();
      expect(existsSync(folder)).toBe(false);
      await driver.destroy(guest, { keepDisks: false });
    },
    MINUTE,
  );

  test(
    "an ISO image is a CD to boot from",
    async () => {
      const path = join(live.context.stateDir, "boot.iso");
      writeFileSync(path, new Uint8Array(2 ** 20));
      const image = { ...guestImage(), id: crypto.randomUUID(), diskFormat: "iso", path };
      const guest = wanted({ image });
      await driver.spawn(guest);
      expect(await xml(guest)).toMatch(
        /device='cdrom'>\s*<driver name='qemu' type='raw'[\s\S]*<target dev='hda' bus='ide'\/>/,
      );
      await driver.reboot({ ...guest, image: null, imageProperties: { disk_format: "iso" } }, "hard", 0);
      expect(await state(guest)).toBe("running");
      await driver.destroy(guest, { keepDisks: false });
      expect(existsSync(path)).toBe(true);
    },
    MINUTE,
  );

  test(
    "CP-48 whether a guest really runs is tried out",
    async () => {
      const own = await connect("qemu:///system");
      try {
        const cpu = el(
          "cpu",
          { mode: "custom", match: "exact" },
          el("model", { fallback: "allow" }, "qemu64"),
        );
        expect(await tryVirtType(own, live.context.clock, "qemu", { dac: true, cpu })).toEqual({
          works: true,
          reason: "a trial guest ran",
        });
        const { reason } = await driverModule.probe(live.context);
        expect(reason).toMatch(/^qemu:\/\/\/system answers, QEMU \d+\.\d+\.\d+, (KVM|TCG)$/);
      } finally {
        await own.close();
      }
    },
    MINUTE,
  );

  test("what the host has", async () => {
    const found = await driver.resources();
    expect(found.hypervisorHostname).toBe("live-test");
    expect(found.hypervisorType).toBe("QEMU");
    expect(found.hypervisorVersion).toBeGreaterThan(2_000_000);
    expect(found.vcpus).toBeGreaterThan(0);
    expect(found.memoryMb).toBeGreaterThan(256);
    expect(found.localGb).toBeGreaterThan(0);
    expect(found.supportedInstances).toContainEqual(["x86_64", "qemu", "hvm"]);
    expect(Object.keys(found.cpuInfo).sort()).toEqual(["arch", "features", "model", "topology", "vendor"]);
    expect(found.traits).toContain("COMPUTE_NET_VIF_MODEL_VIRTIO");
    expect(found.traits).toContain("HW_CPU_X86_SSE42");
    expect(found.uptime).toMatch(/ up .* load average: /);
    expect(await driver.check()).toBeNull();
  });
});
