// The driver contract with real containers. Needs root and a docker daemon, and nothing from the internet.

import { describe, setDefaultTimeout } from "bun:test";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { driverConformance, type Subject } from "../conformance.ts";
import { liveContext, vif } from "../libvirt/testing/live-context.ts";
import { driverModule } from "./index.ts";
import { saveBusyboxImage, whyNoDocker } from "./testing/busybox-image.ts";

const reason = await whyNoDocker();
if (reason !== null) console.warn(`skipped: docker: the driver contract: ${reason}`);

setDefaultTimeout(60_000);

async function open(): Promise<Subject> {
  const live = liveContext();
  const path = join(live.context.stateDir, "busybox.tar");
  const sizeBytes = await saveBusyboxImage(path, "echo booted; trap 'exit 0' TERM; sleep 100000 & wait");
  const bridge = `brdc${process.pid}`.slice(0, 15);
  await Bun.$`ip link add ${bridge} type bridge && ip link set ${bridge} up`.quiet();
  const opened = async () => {
    const driver = driverModule.create(live.context, driverModule.hosts(live.context)[0]!);
    await driver.init();
    return driver;
  };
  let driver = await opened();
  return {
    module: driverModule,
    driver,
    other: null,
    image: {
      id: "70c1dc4a-2a34-4c39-a0b4-8f1c2a1d0003",
      path,
      diskFormat: "raw",
      containerFormat: "docker",
      sizeBytes,
      kernelPath: null,
      ramdiskPath: null,
      properties: {},
    },
    async volume() {
      const serial = crypto.randomUUID();
      const file = join(live.context.stateDir, `volume-${serial}`);
      writeFileSync(file, "");
      truncateSync(file, 16 * 1024 * 1024);
      return { kind: "file", path: file, format: "raw", readonly: false, serial };
    },
    vif: async () => vif(bridge),
    async reopen() {
      await driver.close();
      driver = await opened();
      return driver;
    },
    async stopFromInside(guest) {
      // The shell that asks goes down with it.
      await Bun.$`docker exec nova-${guest.uuid} /bin/sh -c "kill -TERM 1"`.quiet().nothrow();
    },
    cleanup: () => driverModule.cleanup(live.context),
    async dispose() {
      await driver.close();
      await driverModule.cleanup(live.context);
      await Bun.$`ip link del ${bridge}`.quiet().nothrow();
      live[Symbol.dispose]();
    },
  };
}

describe.skipIf(reason !== null)("containers", () => {
  driverConformance("docker", open);
});
