// libvirtd ends and comes back under a driver that is connected to it. Needs what live-migration.test.ts needs: the daemon is
// one of its own (testing/second-daemon.ts).

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "../../../libvirt/connection.ts";
import type { ComputeDriver, GuestSpec, LifecycleEvent } from "../driver.ts";
import { driverModule } from "./index.ts";
import { guestSpec, type LiveContext, liveContext, whyNotLive } from "./testing/live-context.ts";
import { type SecondDaemon, secondDaemon, whyNoSecondDaemon } from "./testing/second-daemon.ts";

const reason = (await whyNotLive()) ?? whyNoSecondDaemon();
if (reason !== null) console.warn(`skipped: libvirtd restarts: ${reason}`);

const MINUTE = 60_000;

describe.skipIf(reason !== null)("libvirtd restarts", () => {
  let daemon: SecondDaemon;
  let live: LiveContext;
  let driver: ComputeDriver;
  let guest: GuestSpec;
  const events: LifecycleEvent[] = [];

  beforeAll(async () => {
    if (reason !== null) return;
    daemon = await secondDaemon();
    live = liveContext({ COMPUTE_HOSTS: `c01=${daemon.uri}` });
    driver = driverModule.create(live.context, driverModule.hosts(live.context)[0]!);
    await driver.init();
    driver.listen((event) => events.push(event));
    guest = guestSpec();
    await driver.spawn(guest);
  }, MINUTE);

  afterAll(async () => {
    if (reason !== null) return;
    try {
      await driver.destroy(guest, { keepDisks: false });
      expect(await driver.list()).toEqual([]);
      await driver.close();
    } finally {
      await daemon[Symbol.asyncDispose]();
      live[Symbol.dispose]();
    }
  }, MINUTE);

  async function until(done: () => Promise<boolean> | boolean): Promise<void> {
    for (let i = 0; !(await done()); i++) {
      if (i === 1200) throw new Error(`waited in vain for ${done}`);
      await Bun.sleep(50);
    }
  }

  async function domain() {
    const connection = await connect(daemon.uri);
    try {
      return await connection.domainLookupByUUID(guest.uuid);
    } finally {
      await connection.close();
    }
  }

  const told = (kind: LifecycleEvent["kind"]) =>
    events.some((event) => event.guest.uuid === guest.uuid && event.kind === kind);

  test(
    "the guest runs on, what is asked meanwhile fails as unavailable, and the driver is back by itself",
    async () => {
      const { id } = await domain();
      const answer = driver.powerOff(guest, 60).catch((error: unknown) => error);
      await daemon.kill();
      expect(await answer).toMatchObject({ kind: "unavailable" });
      await until(async () => (await driver.check()) !== null);
      await expect(driver.list()).rejects.toMatchObject({ kind: "unavailable" });
      await expect(driver.pause(guest)).rejects.toMatchObject({ kind: "unavailable" });
      events.length = 0;

      await daemon.start();
      await until(async () => (await driver.check()) === null);
      expect(await driver.list()).toEqual([{ uuid: guest.uuid, name: guest.name, powerState: "running" }]);
      expect((await domain()).id).toBe(id);
      await until(() => told("started"));
      await driver.pause(guest);
      expect((await driver.info(guest)).powerState).toBe("paused");
      await driver.unpause(guest);
    },
    MINUTE,
  );

  test(
    "a guest that ended meanwhile is told of",
    async () => {
      const processes = await Bun.$`pgrep -f ${`qemu-system.*-uuid ${guest.uuid}`}`.text();
      await daemon.kill();
      events.length = 0;
      process.kill(Number(processes.trim()), "SIGKILL");
      await daemon.start();
      await until(() => told("stopped"));
      expect((await driver.info(guest)).powerState).toBe("shutdown");
      await driver.powerOn(guest);
      expect((await driver.info(guest)).powerState).toBe("running");
    },
    MINUTE,
  );
});
