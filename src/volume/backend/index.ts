// The volume service (cinder-volume): the back ends of this host.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Values } from "../../config/keys.ts";
import type { Handler, Subscription } from "../../core/bus.ts";
import { messageOf } from "../../core/errors.ts";
import type { Service, ServiceContext, ServiceDeclaration } from "../../core/service.ts";
import { faultSeam } from "../../faults/book.ts";
import { faultyDriver } from "../../faults/driver.ts";
import { Cinder } from "../cinder.ts";
import { volumeBackendSection, volumeSection } from "../config.ts";
import type { DriverContext } from "../drivers/driver.ts";
import { type BackendChoice, chooseBackends, makeDriver } from "../drivers/registry.ts";
import { migrations } from "../migrations/index.ts";
import type { Exports } from "../targets/exports.ts";
import { VOLUME_BINARY, volumeTopic } from "../topics.ts";
import { Backend } from "./backend.ts";
import { handlersOf } from "./handlers.ts";
import { exportsOf, stopExports } from "./iscsi.ts";
import { Limiter } from "./limiter.ts";
import { liveCopy } from "./live-copy.ts";
import { recover } from "./recover.ts";
import { reportPool } from "./report.ts";

/** Whole volumes read or written at once, for all back ends: more only makes the disk seek. */
const COPIES_AT_ONCE = 2;
/** cinder.conf: backend_stats_polling_interval. */
const REPORT_SECONDS = 60;

export const cinderVolume: ServiceDeclaration = {
  window: "c-vol",
  program: "cinder-volume",
  project: "cinder",
  summary: "Block storage: keeps the volumes of this host.",
  requires: [],
  sections: [volumeBackendSection, volumeSection],
  migrations,
  logFile: "cinder/cinder-volume.log",
  create,
  cleanup: stopExports,
};

function create(context: ServiceContext): Service {
  let backends: Backend[] = [];
  let exports: Exports | null = null;
  let subscriptions: Subscription[] = [];
  let ends: (() => void)[] = [];
  return {
    async start() {
      const cinder = new Cinder(context);
      // What an upload was converting when the process died.
      rmSync(context.paths.at("conversion"), { recursive: true, force: true });
      exports = await exportsOf(cinder);
      backends = await makeBackends(cinder, exports);
      await Promise.all(backends.map((backend) => begin(cinder, backend)));
      const working = () => backends.filter(({ problem }) => problem === null);
      for (const { host } of backends) {
        cinder.services.store.beat(VOLUME_BINARY, host, cinder.settings.CINDER_AVAILABILITY_ZONE);
      }
      cinder.services.store.forgetReports(
        working().map(({ host }) => host),
        context.machine.hostName,
      );
      ends = [
        cinder.services.keepReporting(VOLUME_BINARY, () => working().map(({ host }) => host)),
        context.clock.every(REPORT_SECONDS * 1000, () => {
          for (const backend of working()) {
            reportPool(backend).catch((error) =>
              context.log.error(null, `${backend.host} could not report`, error),
            );
          }
        }),
      ];
      for (const backend of working()) recover(backend);
      const find = (host: string) => backends.find(({ pool }) => pool === host) ?? null;
      subscriptions = backends.map((backend) =>
        context.bus.consume(volumeTopic(backend.host), {
          handlers: handlersOf(backend, find) as Record<string, Handler>,
        }),
      );
    },
    async stop() {
      for (const end of ends.splice(0)) end();
      await Promise.all(subscriptions.splice(0).map((subscription) => subscription.stop()));
    },
    async check() {
      const broken = backends.find(({ problem }) => problem !== null);
      if (broken) return `${broken.name}: ${messageOf(broken.problem)}`;
      return exports ? exports.check() : null;
    },
  };
}

async function makeBackends(cinder: Cinder, exports: Exports | null): Promise<Backend[]> {
  const settings = cinder.context.config(volumeBackendSection);
  const choices = await chooseBackends(
    settings.CINDER_ENABLED_BACKENDS,
    settings.CINDER_DRIVER,
    settings.VOLUME_GROUP,
  );
  const copies = new Limiter(COPIES_AT_ONCE);
  return Promise.all(
    choices.map(async (choice) => {
      const driver = await makeDriver(choice.driver, driverContext(cinder, choice));
      cinder.log.info(null, `Back end ${choice.name} is of driver ${choice.driver}: ${choice.reason}`);
      const faults = cinder.context.peers.find(faultSeam);
      const asked = faultyDriver(driver, "volume", choice.name, faults);
      return new Backend({ cinder, name: choice.name, driver: asked, copies, exports });
    }),
  );
}

function driverContext(cinder: Cinder, { name }: BackendChoice): DriverContext {
  const { context } = cinder;
  const settings = context.config(volumeBackendSection);
  const dir = join(context.paths.dir("volumes"), name);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return {
    backendName: name,
    log: context.log,
    clock: context.clock,
    machine: context.machine,
    dir,
    poolBytes: settings.VOLUME_BACKING_FILE_SIZE,
    fileFormat: fileFormat(settings),
    volumeGroup: settings.VOLUME_GROUP,
    lvmType: settings.CINDER_LVM_TYPE,
    volumeClear: settings.CINDER_VOLUME_CLEAR,
    liveCopy: (volume, target) => liveCopy(cinder, volume, target),
    formatOf: (dataId) => cinder.store.volumes.formatOfData(dataId),
  };
}

/** Only raw data can be exported. */
function fileFormat(settings: Values<typeof volumeBackendSection>): DriverContext["fileFormat"] {
  const { CINDER_FILE_FORMAT: format, CINDER_TARGET_HELPER: helper } = settings;
  return format === "auto" && helper !== "none" ? "raw" : format;
}

/** A back end that fails keeps nobody else from working, as in Cinder. */
async function begin(cinder: Cinder, backend: Backend): Promise<void> {
  try {
    await backend.init();
    await reportPool(backend);
  } catch (error) {
    cinder.log.critical(
      null,
      `Failed to initialize driver ${backend.name}: Bad or unexpected response from the storage volume backend API: ${messageOf(error)}`,
      error,
    );
  }
}
