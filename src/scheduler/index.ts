// The scheduler (nova-scheduler): which host a server goes to. It belongs to the compute project and works on that
// project's rows.

import {
  computeSection,
  keepReporting,
  makePeriphery,
  migrations,
  novaSection,
  SCHEDULER_TOPIC,
} from "../compute/scheduling/public.ts";
import type { Subscription } from "../core/bus.ts";
import type { Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { pluginSection } from "../plugins/config.ts";
import { schedulerSection } from "./config.ts";
import { loadSchedulerDriver } from "./drivers/index.ts";
import { SchedulerManager } from "./manager.ts";
import { SchedulerPlugins } from "./plugins.ts";

export const novaScheduler: ServiceDeclaration = {
  window: "n-sch",
  program: "nova-scheduler",
  project: "nova",
  summary: "Compute: chooses the hosts for servers.",
  requires: [],
  sections: [schedulerSection, pluginSection, novaSection, computeSection],
  migrations,
  logFile: "nova/nova-scheduler.log",
  create,
};

/** What counts a host's room when there is no placement service. */
const COUNTING = ["RamFilter", "CoreFilter", "DiskFilter"];

function create(context: ServiceContext): Service {
  let subscription: Subscription | null = null;
  let stopReporting: (() => void) | null = null;
  const plugins = new SchedulerPlugins(context);
  return {
    async start() {
      const periphery = makePeriphery(context);
      const settings = {
        ...context.config(schedulerSection),
        DEFAULT_AVAILABILITY_ZONE: context.config(novaSection).DEFAULT_AVAILABILITY_ZONE,
      };
      const extra = context.endpoints.base("placement-api") === null ? COUNTING : [];
      const driver = await loadSchedulerDriver(settings, extra, plugins).catch((error) => {
        plugins.stop();
        throw error;
      });
      const manager = new SchedulerManager(context, periphery, driver);
      stopReporting = keepReporting(context, periphery.services, "nova-scheduler", SCHEDULER_TOPIC, [
        context.machine.hostName,
      ]);
      subscription = context.bus.consume(SCHEDULER_TOPIC, {
        handlers: manager.handlers(),
        // A decision that waits for a plugin must be claimed before the next one is made.
        ...(plugins.some ? { concurrency: 1 } : {}),
      });
    },
    async stop() {
      stopReporting?.();
      stopReporting = null;
      await subscription?.stop();
      subscription = null;
      plugins.stop();
    },
  };
}
