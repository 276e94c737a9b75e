// The conductor (nova-conductor): the window n-cond.

import type { Subscription } from "../../core/bus.ts";
import type { Service, ServiceContext, ServiceDeclaration } from "../../core/service.ts";
import { novaSection } from "../config.ts";
import { migrations } from "../migrations/index.ts";
import { keepReporting, makePeriphery } from "../nova.ts";
import { CONDUCTOR_TOPIC } from "../topics.ts";
import { imageCaching } from "./cache-images.ts";
import { Conductor } from "./conductor.ts";

export const novaConductor: ServiceDeclaration = {
  window: "n-cond",
  program: "nova-conductor",
  project: "nova",
  summary: "Compute: leads builds, resizes and migrations from step to step.",
  requires: [],
  sections: [novaSection],
  migrations,
  logFile: "nova/nova-conductor.log",
  create,
};

function create(context: ServiceContext): Service {
  let subscription: Subscription | null = null;
  let stopReporting: (() => void) | null = null;
  return {
    async start() {
      const { services } = makePeriphery(context);
      const conductor = new Conductor(context);
      stopReporting = keepReporting(context, services, "nova-conductor", CONDUCTOR_TOPIC, [
        context.machine.hostName,
      ]);
      const handlers = { ...conductor.handlers(), cache_images: imageCaching(context, services) };
      subscription = context.bus.consume(CONDUCTOR_TOPIC, { handlers });
    },
    async stop() {
      stopReporting?.();
      stopReporting = null;
      await subscription?.stop();
      subscription = null;
    },
  };
}
