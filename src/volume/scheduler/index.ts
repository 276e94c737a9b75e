// The volume scheduler (cinder-scheduler): which back end a volume goes to.

import type { Subscription } from "../../core/bus.ts";
import type { Service, ServiceContext, ServiceDeclaration } from "../../core/service.ts";
import { Cinder } from "../cinder.ts";
import { volumeSchedulerSection, volumeSection } from "../config.ts";
import { migrations } from "../migrations/index.ts";
import { SCHEDULER_BINARY, SCHEDULER_TOPIC } from "../topics.ts";
import { SchedulerManager } from "./manager.ts";

export const cinderScheduler: ServiceDeclaration = {
  window: "c-sch",
  program: "cinder-scheduler",
  project: "cinder",
  summary: "Block storage: chooses the back ends for volumes.",
  requires: [],
  sections: [volumeSchedulerSection, volumeSection],
  migrations,
  logFile: "cinder/cinder-scheduler.log",
  create,
};

function create(context: ServiceContext): Service {
  let subscription: Subscription | null = null;
  let stopReporting: (() => void) | null = null;
  return {
    async start() {
      const cinder = new Cinder(context);
      const manager = new SchedulerManager(cinder);
      manager.recover();
      stopReporting = cinder.services.keepReporting(SCHEDULER_BINARY, () => [context.machine.hostName]);
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
