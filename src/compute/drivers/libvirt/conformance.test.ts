// The driver contract with real guests; needs what live.test.ts needs. A second libvirtd (testing/second-daemon.ts) is the other
// host, with storage of its own.

import { describe, setDefaultTimeout } from "bun:test";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { driverConformance, type Subject } from "../conformance.ts";
import type { ComputeDriver, GuestSpec } from "../driver.ts";
import { driverModule } from "./index.ts";
import { guestImage, liveContext, vif, whyNotLive } from "./testing/live-context.ts";
import { secondDaemon, whyNoSecondDaemon } from "./testing/second-daemon.ts";

const reason = (await whyNotLive()) ?? whyNoSecondDaemon();
if (reason !== null) console.warn(`skipped: libvirt: the driver contract: ${reason}`);

// The suite's own hooks and tests wait for guests to boot.
setDefaultTimeout(180_000);

/** Enough for the image to boot, which a guest that lets go of devices must. */
const MEMORY_MB = 128;

/** The suite lets its guests run until its end; emulated, more than two at a time are too many. */
function onlyTheLatest(driver: ComputeDriver, spawned: GuestSpec[]): ComputeDriver {
  return new Proxy(driver, {
    get(target, name) {
      if (name === "spawn") {
        return async (guest: GuestSpec) => {
          for (const former of spawned.splice(0)) {
            if (former.uuid !== guest.uuid) await target.destroy(former, { keepDisks: false });
          }
          spawned.push(guest);
          await target.spawn({ ...guest, memoryMb: MEMORY_MB });
        };
      }
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function open(): Promise<Subject> {
  const daemon = await secondDaemon();
  const live = liveContext();
  const elsewhere = liveContext({ COMPUTE_HOSTS: `c02=${daemon.uri}` });
  const bridge = `brlc${process.pid}`.slice(0, 15);
  await Bun.$`ip link add ${bridge} type bridge && ip link set ${bridge} up`.quiet();
  const spawned: GuestSpec[] = [];
  const opened = async () => {
    const driver = driverModule.create(live.context, driverModule.hosts(live.context)[0]!);
    await driver.init();
    return driver;
  };
  let inner = await opened();
  const other = driverModule.create(elsewhere.context, driverModule.hosts(elsewhere.context)[0]!);
  await other.init();
  return {
    module: driverModule,
    driver: onlyTheLatest(inner, spawned),
    other,
    image: guestImage(),
    async volume() {
      const serial = crypto.randomUUID();
      const path = join(live.context.stateDir, `volume-${serial}`);
      writeFileSync(path, "");
      truncateSync(path, 16 * 1024 * 1024);
      return { kind: "file", path, format: "raw", readonly: false, serial };
    },
    vif: async () => vif(bridge),
    async reopen() {
      await inner.close();
      inner = await opened();
      return onlyTheLatest(inner, spawned);
    },
    async stopFromInside(guest) {
      const booted = async () =>
        /acpid: OK/.test(new TextDecoder().decode(await inner.consoleOutput(guest, 2 ** 20)));
      while (!(await booted())) await Bun.sleep(50);
      const connection = await connect("qemu:///system");
      try {
        // The guest's own doing: it reacts to the power button, which is pressed again when it has not been noticed.
        const domain = await connection.domainLookupByUUID(guest.uuid);
        const isUp = async () => (await connection.domainGetState(domain)).state === c.VIR_DOMAIN_RUNNING;
        for (let waited = 0; await isUp(); waited += 50) {
          if (waited % 5000 === 0) await connection.domainShutdownFlags(domain);
          await Bun.sleep(50);
        }
      } finally {
        await connection.close();
      }
    },
    cleanup: () => driverModule.cleanup(live.context),
    async dispose() {
      await inner.close();
      await other.close();
      await daemon[Symbol.asyncDispose]();
      await Bun.$`ip link del ${bridge}`.quiet().nothrow();
      live[Symbol.dispose]();
      elsewhere[Symbol.dispose]();
    },
  };
}

describe.skipIf(reason !== null)("real guests", () => {
  driverConformance("libvirt", open);
});
