import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Config } from "../../../config/config.ts";
import { systemClock } from "../../../core/clock.ts";
import { testLog } from "../../../core/test-log.ts";
import { computeSection, fakeSection } from "../../config.ts";
import { conformanceGuest, driverConformance, type Subject } from "../conformance.ts";
import type { DriverContext, GuestImage } from "../driver.ts";
import { copyVolumeData } from "./copy.ts";
import type { FakeDriver } from "./driver.ts";
import { driverModule } from "./index.ts";

function contextIn(dir: string, settings: Record<string, string> = {}): DriverContext {
  const config = new Config({
    sections: [fakeSection, computeSection],
    env: {},
    rc: null,
    overrides: settings,
  });
  return {
    log: testLog().book.logger("fake", "fake.log"),
    clock: systemClock,
    machine: { hostName: "here", privileged: false, slot: 0 },
    config: (section) => config.values(section),
    instancesDir: dir,
    stateDir: dir,
  };
}

function imageIn(dir: string): GuestImage {
  const path = join(dir, "image.raw");
  writeFileSync(path, new Uint8Array(4096));
  return {
    id: "2e3c5bb5-0d0d-4a0b-9d3c-0a8e5dd9a6b7",
    path,
    diskFormat: "raw",
    containerFormat: "bare",
    sizeBytes: 4096,
    kernelPath: null,
    ramdiskPath: null,
    properties: {},
  };
}

async function subject(): Promise<Subject> {
  const dir = mkdtempSync(join(tmpdir(), "fake-driver-"));
  const context = contextIn(dir, { NUMBER_FAKE_NOVA_COMPUTE: "2" });
  const [first, second] = driverModule.hosts(context);
  let driver = driverModule.create(context, first!);
  const other = driverModule.create(context, second!);
  await driver.init();
  await other.init();
  let n = 0;
  return {
    module: driverModule,
    driver,
    other,
    image: imageIn(dir),
    async volume() {
      return { kind: "none", path: "", format: "raw", readonly: false, serial: `volume-${++n}` };
    },
    async vif() {
      return {
        id: "3d5d9f5e-6a3b-4f0e-8f34-0f7c0a4f2f11",
        macAddress: "fa:16:3e:00:00:01",
        networkId: "1",
        networkName: "private",
        addresses: [],
        mtu: 1500,
        bridge: null,
        tapName: "tap3d5d9f5e-6a",
        status: "ACTIVE",
        tag: null,
        ownedByServer: true,
      };
    },
    async reopen() {
      await driver.close();
      driver = driverModule.create(context, first!);
      await driver.init();
      return driver;
    },
    async stopFromInside(guest) {
      (driver as FakeDriver).stopFromInside(guest);
    },
    async cleanup() {
      await other.close();
      return driverModule.cleanup(context);
    },
    async dispose() {
      await driver.close();
      await other.close();
      rmSync(dir, { recursive: true });
    },
  };
}

driverConformance("fake", subject);

test("the console log of a simulated guest reads like a boot and grows with every reboot", async () => {
  const { driver, image, dispose } = await subject();
  const guest = conformanceGuest(image, { hostname: "web1" });
  await driver.spawn(guest);
  const text = async () => new TextDecoder().decode(await driver.consoleOutput(guest, 1e6));
  const first = await text();
  expect(first.split("\n").length).toBeGreaterThan(10);
  expect(first).toContain("web1 login:");
  await driver.reboot(guest, "soft", 0);
  expect((await text()).length).toBeGreaterThan(first.length);
  await dispose();
});

test("simulated hosts: one has this host's name, many are numbered, or they are named with their sizes", () => {
  const hosts = (settings: Record<string, string>) => driverModule.hosts(contextIn("/nowhere", settings));
  expect(hosts({})).toEqual([{ name: "here", address: "16:65536:2000" }]);
  expect(hosts({ NUMBER_FAKE_NOVA_COMPUTE: "100" }).at(-1)?.name).toBe("c100");
  expect(hosts({ FAKE_HOSTS: "doc-01:8:32768 ops-01:16:65536:500" })).toEqual([
    { name: "doc-01", address: "8:32768:2000" },
    { name: "ops-01", address: "16:65536:500" },
  ]);
  expect(() => hosts({ FAKE_HOSTS: "x:many" })).toThrow("no proper size");
});

test("failures are as many as were asked for, on the host that was named", async () => {
  const dir = mkdtempSync(join(tmpdir(), "fake-driver-"));
  const context = contextIn(dir, { FAKE_HOSTS: "c01:1:1024 c02:1:1024", FAKE_FAILURES: "spawn@c01:1" });
  const [c01, c02] = driverModule.hosts(context).map((host) => driverModule.create(context, host));
  await c01!.init();
  await c02!.init();
  const image = imageIn(dir);
  await c02!.spawn(conformanceGuest(image));
  await expect(c01!.spawn(conformanceGuest(image))).rejects.toThrow("Simulated failure of spawn on c01");
  await c01!.spawn(conformanceGuest(image));
  await c01!.close();
  await c02!.close();
  rmSync(dir, { recursive: true });
});

test("a swapped volume has the data of the old one, and nothing of what it had", async () => {
  const dir = mkdtempSync(join(tmpdir(), "fake-copy-"));
  try {
    const MIB = 1 << 20;
    const at = (name: string, bytes: Uint8Array) => {
      writeFileSync(join(dir, name), bytes);
      return { kind: "file", path: join(dir, name), format: "raw", readonly: false, serial: name } as const;
    };
    const data = new Uint8Array(3 * MIB + 512);
    data.set([1, 2, 3], 2 * MIB + 100);
    const [old, fresh] = [at("old", data), at("fresh", new Uint8Array(4 * MIB).fill(9))];
    await copyVolumeData(old, fresh);
    const now = new Uint8Array(readFileSync(fresh.path));
    expect(Buffer.from(now.subarray(0, data.length)).equals(Buffer.from(data))).toBe(true);
    expect(now.length).toBe(4 * MIB);
    await copyVolumeData({ ...old, kind: "none" }, fresh);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
