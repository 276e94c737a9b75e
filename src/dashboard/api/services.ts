// /api/services: every window of the cloud, and the verbs of `stack start|stop|restart`. For administrators.

import { CloudError, Conflict, messageOf } from "../../core/errors.ts";
import { driverChoice, type ServiceContext, supervisor } from "../../core/service.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { ServicesView, ServiceVerb } from "../wire.ts";

export function serviceRoutes({ peers, log }: ServiceContext): Route[] {
  async function list(): Promise<Reply> {
    return json(200, await view(), { "cache-control": "no-store" });
  }

  function control(verb: ServiceVerb) {
    return async function controlService(call: Call): Promise<Reply> {
      const window = call.param("window");
      log.audit(call.context, `${verb} ${window}`);
      try {
        await peers.get(supervisor)[verb](window);
      } catch (error) {
        // The service's own reason, as `stack start` prints it; its window has the stack.
        if (error instanceof CloudError) throw error;
        throw new Conflict(`${window} did not ${verb}: ${messageOf(error)}`, { cause: error });
      }
      return json(200, await view());
    };
  }

  async function view(): Promise<ServicesView> {
    const cloud = peers.get(supervisor);
    return {
      driver: peers.find(driverChoice) ?? { name: "none", reason: "no compute service is running" },
      services: await cloud.status(),
      queues: cloud.queues(),
    };
  }

  const verbs: ServiceVerb[] = ["start", "stop", "restart"];
  return [
    { method: "GET", path: "/api/services", handler: list, access: "dashboard:services:list" },
    ...verbs.map(
      (verb): Route => ({
        method: "POST",
        path: `/api/services/:window/${verb}`,
        handler: control(verb),
        access: "dashboard:services:control",
      }),
    ),
  ];
}
