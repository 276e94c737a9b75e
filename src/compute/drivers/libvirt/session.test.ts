// The driver against a libvirtd of the tests' own: connections that come and go, guests that do not answer.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../../../core/clock.ts";
import { LogBook } from "../../../core/log.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { FakeLibvirtError, FakeServer, noReply } from "../../../libvirt/testing/fake-server.ts";
import { type BlockDevice, DeviceDetachFailed, type DriverContext, type LifecycleEvent } from "../driver.ts";
import { cloudIdOf } from "./cloud-id.ts";
import { LibvirtDriver } from "./driver.ts";
import { driverModule } from "./index.ts";
import { configWith } from "./testing/live-context.ts";
import { OWNER_NAMESPACE } from "./xml/metadata.ts";

const guest = { uuid: "0a3d1e2f-8f4e-4d1c-9d2b-5d6f7a8b9c0d", name: "instance-00000001" };
const dom = { ...guest, id: 7 };

let dir: string;
let server: FakeServer;
let clock: FakeClock;
let book: LogBook;
let context: DriverContext;
let driver: LibvirtDriver;
/** 0 is lifecycle, 1 deviceRemoved, 2 deviceRemovalFailed: the order in which the session asks. */
let registrations: number;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "libvirt-session-"));
  server = new FakeServer();
  clock = new FakeClock();
  book = new LogBook({ clock });
  registrations = 0;
  server.on("connectDomainEventCallbackRegisterAny", () => ({ callbackID: registrations++ }));
  server.on("connectDomainEventCallbackDeregisterAny", () => undefined);
  server.on("connectGetLibVersion", () => ({ libVer: 9_000_000n }));
  server.on("connectGetVersion", () => ({ hvVer: 7_002_000n }));
  server.on("connectGetType", () => ({ type: "QEMU" }));
  context = {
    log: book.logger("n-cpu", "nova.virt.libvirt.driver"),
    clock,
    machine: { hostName: "c01", privileged: false, slot: 0 },
    config: configWith({ LIBVIRT_URI: server.uri, DEVICE_DETACH_ATTEMPTS: "3" }),
    instancesDir: join(dir, "instances"),
    stateDir: dir,
  };
  driver = new LibvirtDriver(context, driverModule.hosts(context)[0]!);
  const cloud = await cloudIdOf(dir);
  server.on("domainLookupByUUID", ({ uuid }) => {
    if (uuid !== guest.uuid) throw new FakeLibvirtError(c.VIR_ERR_NO_DOMAIN, "no domain");
    return { dom };
  });
  server.on("domainGetMetadata", ({ uri, dom: { uuid } }) => {
    if (uri !== OWNER_NAMESPACE || uuid !== guest.uuid) {
      throw new FakeLibvirtError(c.VIR_ERR_NO_DOMAIN_METADATA, "no metadata");
    }
    return { metadata: `<domain cloud="${cloud}" host="c01" instances="/elsewhere" disk-bus="virtio"/>` };
  });
});

afterEach(async () => {
  await driver.close();
  server.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function until(look: () => boolean): Promise<void> {
  while (!look()) await Bun.sleep(1);
}

/** The client that has registered for events, in case others come for long calls. */
function main() {
  const client = server.clients.findLast(({ calls }) =>
    calls.some(({ name }) => name === "connectDomainEventCallbackRegisterAny"),
  );
  if (!client) throw new Error("nobody listens");
  return client;
}

function lines(): string[] {
  return book.lines("n-cpu").map(({ text }) => text.replace(/^\S+ \S+ \d+ /, ""));
}

describe("the connection", () => {
  test("a daemon that is not there: init fails, and says why", async () => {
    const nowhere = join(dir, "no-sock");
    const config = configWith({ LIBVIRT_URI: `qemu+unix:///system?socket=${nowhere}` });
    const lost = new LibvirtDriver({ ...context, config }, driverModule.hosts({ ...context, config })[0]!);
    await expect(lost.init()).rejects.toMatchObject({ kind: "unavailable" });
    expect(await lost.check()).toContain(nowhere);
    expect(await driverModule.probe({ ...context, config })).toMatchObject({ usable: false });
    expect(await driverModule.cleanup({ ...context, config })).toEqual([]);
    await lost.close();
    await lost.close();
  });

  test("the probe tells the version, and tries nothing", async () => {
    expect(await driverModule.probe(context)).toEqual({
      usable: true,
      reason: `${server.uri} answers, QEMU 7.2.0, KVM not tried yet`,
    });
    server.on("connectGetType", () => ({ type: "LXC" }));
    expect(await driverModule.probe(context)).toMatchObject({ usable: false });
  });

  test("a daemon that is still finding out what QEMU can is usable, one without QEMU is not", async () => {
    server.on("connectGetVersion", () => noReply);
    expect(await driverModule.probe(context)).toEqual({
      usable: true,
      reason: `${server.uri} answers, QEMU, KVM not tried yet`,
    });
    server.on("connectGetVersion", () => {
      throw new FakeLibvirtError(c.VIR_ERR_INTERNAL_ERROR, "Cannot find suitable emulator for x86_64");
    });
    expect(await driverModule.probe(context)).toEqual({
      usable: false,
      reason: `${server.uri}: Cannot find suitable emulator for x86_64`,
    });
  });

  test("a daemon that restarts is found again, and every guest's state is told", async () => {
    server.on("connectGetAllDomainStats", () => ({
      retStats: [
        { dom, params: [{ field: "state.state", value: { type: 1 as const, i: c.VIR_DOMAIN_PAUSED } }] },
        { dom: { uuid: crypto.randomUUID(), name: "a-strangers", id: 8 }, params: [] },
      ],
    }));
    server.on("connectListAllDomains", () => ({ domains: [], ret: 0 }));
    const events: LifecycleEvent[] = [];
    await driver.init();
    driver.listen((event) => events.push(event));
    expect(await driver.check()).toBeNull();

    server.on("connectOpen", () => {
      throw new FakeLibvirtError(c.VIR_ERR_NO_CONNECT, "starting up");
    });
    for (const client of server.clients) client.disconnect();
    await until(() => lines().some((line) => line.includes("Connection to libvirt lost")));
    await until(() => lines().some((line) => line.includes("next attempt in 100 ms")));
    expect(await driver.check()).toContain("starting up");
    await expect(driver.list()).rejects.toMatchObject({ kind: "unavailable" });
    await clock.advance(100);
    await until(() => lines().some((line) => line.includes("next attempt in 200 ms")));

    server.on("connectOpen", () => undefined);
    await clock.advance(200);
    await until(() => events.length > 0);
    expect(events).toEqual([{ guest, kind: "paused", atMs: clock.now() }]);
    expect(await driver.check()).toBeNull();
    expect(lines().some((line) => line.includes("Connection to libvirt restored"))).toBe(true);
  });

  test("whoever asks need not wait for the next attempt", async () => {
    server.on("connectGetAllDomainStats", () => ({ retStats: [] }));
    server.on("connectListAllDomains", () => ({ domains: [], ret: 0 }));
    await driver.init();
    for (const client of server.clients) client.disconnect();
    await until(() => lines().some((line) => line.includes("Connection to libvirt lost")));
    expect(await driver.list()).toEqual([]);
  });
});

describe("events", () => {
  test("only of this cloud's guests, and only what it did not do itself", async () => {
    server.on("domainGetState", () => ({ state: c.VIR_DOMAIN_RUNNING, reason: 0 }));
    const events: string[] = [];
    await driver.init();
    driver.listen((event) => events.push(`${event.kind} ${event.guest.name}`));
    const happens = (event: number, of = dom) =>
      main().event("domainEventCallbackLifecycle", { callbackID: 0, msg: { dom: of, event, detail: 0 } });

    server.on("domainSuspend", () => {
      happens(c.VIR_DOMAIN_EVENT_SUSPENDED);
      return undefined;
    });
    await driver.pause(guest);
    happens(c.VIR_DOMAIN_EVENT_STOPPED, { ...dom, uuid: crypto.randomUUID(), name: "a-strangers" });
    happens(c.VIR_DOMAIN_EVENT_STOPPED);
    await until(() => events.length > 0);
    expect(events).toEqual(["stopped instance-00000001"]);
  });
});

describe("a guest and its devices", () => {
  const volumeId = "aaaaaaaa-0000-4000-8000-000000000001";
  const volume: BlockDevice = {
    volumeId,
    connection: { kind: "file", path: "/v", format: "raw", readonly: false, serial: volumeId },
    deviceName: "/dev/vdb",
    bootIndex: null,
    deviceType: "disk",
    bus: null,
    tag: null,
  };
  let live: boolean;
  let stored: boolean;
  let asked: number;

  beforeEach(async () => {
    [live, stored, asked] = [true, true, 0];
    const disk = `<disk><target dev='vdb' bus='virtio'/><serial>${volumeId}</serial><alias name='ua-${volumeId}'/></disk>`;
    server.on("domainIsActive", () => ({ active: 1 }));
    server.on("domainGetXMLDesc", ({ flags }) => ({
      xml: `<domain><devices>${(flags & c.VIR_DOMAIN_XML_INACTIVE ? stored : live) ? disk : ""}</devices></domain>`,
    }));
    await driver.init();
  });

  /** What libvirt does when it is asked to detach. */
  function onDetach(fromGuest: (attempt: number) => void): void {
    server.on("domainDetachDeviceFlags", ({ flags }) => {
      if (flags & c.VIR_DOMAIN_AFFECT_CONFIG) stored = false;
      else fromGuest(++asked);
      return undefined;
    });
  }

  const released = () => {
    live = false;
    main().event("domainEventCallbackDeviceRemoved", {
      callbackID: 1,
      msg: { dom, devAlias: `ua-${volumeId}` },
    });
  };

  test("it lets go at once", async () => {
    onDetach(released);
    await driver.detachVolume(guest, volume);
    expect([live, stored, asked]).toEqual([false, false, 1]);
  });

  test("it lets go when it is asked again, also while libvirt still waits for the first answer", async () => {
    onDetach((attempt) => {
      if (attempt === 2) {
        setTimeout(released, 1);
        throw new FakeLibvirtError(c.VIR_ERR_INTERNAL_ERROR, "device is already in the process of unplug");
      }
    });
    const detaching = driver.detachVolume(guest, volume);
    await until(() => asked === 1);
    // The answer to the call is not yet the guest's answer.
    await clock.advance(0);
    while (asked === 1) await clock.advance(5000);
    await detaching;
    expect([live, stored, asked]).toEqual([false, false, 2]);
  });

  test("it never lets go: the device stays where it is", async () => {
    onDetach(() => {});
    const detaching = driver.detachVolume(guest, volume).then(
      () => null,
      (error: unknown) => error,
    );
    let error: unknown = null;
    void detaching.then((result) => {
      error = result;
    });
    while (error === null) await clock.advance(5000);
    expect(error).toBeInstanceOf(DeviceDetachFailed);
    // Three times twenty seconds, asked every five.
    expect([live, stored, asked]).toEqual([true, true, 12]);
  });

  test("it refuses", async () => {
    onDetach(() => {
      main().event("domainEventCallbackDeviceRemovalFailed", {
        callbackID: 2,
        dom,
        devAlias: `ua-${volumeId}`,
      });
    });
    await expect(driver.detachVolume(guest, volume)).rejects.toBeInstanceOf(DeviceDetachFailed);
    expect([live, stored, asked]).toEqual([true, true, 1]);
  });

  test("it has none", async () => {
    [live, stored] = [false, false];
    onDetach(() => {});
    await driver.detachVolume(guest, volume);
    expect(asked).toBe(0);
  });

  test("the connection breaks while it is waited for", async () => {
    onDetach(() => {});
    const detaching = driver.detachVolume(guest, volume).then(
      () => null,
      (error: unknown) => error,
    );
    await until(() => asked === 1);
    for (const client of server.clients) client.disconnect();
    expect(await detaching).toMatchObject({ kind: "unavailable" });
  });
});
