// The scheduler (nova-scheduler): which host a server goes to. It belongs to the compute project and works on that
// project's rows.

import {
  CELL_NAME,
  type ComputeNodes,
  computeSection,
  discoverHosts,
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
  let stopSearching: (() => void) | null = null;
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
      stopSearching = keepDiscovering(context, manager.nodes);
    },
    async stop() {
      stopReporting?.();
      stopReporting = null;
      stopSearching?.();
      stopSearching = null;
      await subscription?.stop();
      subscription = null;
      plugins.stop();
    },
  };
}

/** nova/scheduler/manager.py, _discover_hosts_in_cells. */
function keepDiscovering(context: ServiceContext, nodes: ComputeNodes): (() => void) | null {
  const seconds = context.config(computeSection).DISCOVER_HOSTS_IN_CELLS_INTERVAL;
  if (seconds <= 0) return null;
  const search = () => {
    const found = discoverHosts(nodes, context.clock.now());
    const names = found.map(({ host }) => `${CELL_NAME}:${host}`);
    if (found.length > 0) context.log.info(null, `Discovered ${found.length} new hosts: ${names.join(",")}`);
  };
  search();
  return context.clock.every(seconds * 1000, search);
}
