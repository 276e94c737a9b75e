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
import { schedulerSection } from "./config.ts";
import { SchedulerManager } from "./manager.ts";

export const novaScheduler: ServiceDeclaration = {
  window: "n-sch",
  program: "nova-scheduler",
  project: "nova",
  summary: "Compute: chooses the hosts for servers.",
  requires: [],
  sections: [schedulerSection, novaSection, computeSection],
  migrations,
  logFile: "nova/nova-scheduler.log",
  create,
};

function create(context: ServiceContext): Service {
  let subscription: Subscription | null = null;
  let stopReporting: (() => void) | null = null;
  return {
    async start() {
      const periphery = makePeriphery(context);
      const manager = new SchedulerManager(context, periphery);
      stopReporting = keepReporting(context, periphery.services, "nova-scheduler", SCHEDULER_TOPIC, [
        context.machine.hostName,
      ]);
      subscription = context.bus.consume(SCHEDULER_TOPIC, { handlers: manager.handlers() });
    },
    async stop() {
      stopReporting?.();
      stopReporting = null;
      await subscription?.stop();
      subscription = null;
    },
  };
}
