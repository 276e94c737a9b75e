// neutron-server: the Network API over the tables and rules it shares with nova-network.

import type { Service, ServiceContext } from "../../core/service.ts";
import { identityPublic } from "../../identity/public.ts";
import { firstStart } from "../nova-network.ts";
import { makeNetwork } from "../parts.ts";
import { networkMetrics } from "../store-metrics.ts";
import { networkApi } from "./index.ts";

export function createNeutronServer(context: ServiceContext): Service {
  const service: Service = {
    async start() {
      const parts = makeNetwork(context);
      firstStart(context, parts);
      const identity = context.peers.get(identityPublic);
      const admin = identity.projectIds().find((id) => identity.project(id)?.name === "admin");
      service.app = networkApi(context, parts, admin ?? "");
    },
    async stop() {},
    metrics: () => networkMetrics(context.db),
  };
  return service;
}
