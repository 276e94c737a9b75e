// The compute service (nova): its API. The services behind it are in `conductor/`, `manager/` and `../scheduler/`.

import type { Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { computeApi } from "./api/index.ts";
import { novaSection } from "./config.ts";
import { flavorSection, quotaSection, serviceSection } from "./config-periphery.ts";
import { computeInside } from "./inside.ts";
import { migrations } from "./migrations/index.ts";
import { Nova } from "./nova.ts";
import { policies } from "./policies.ts";
import { computePublic } from "./public.ts";
import { computeMetrics } from "./store-metrics.ts";

export { novaConductor } from "./conductor/index.ts";
export { novaCompute } from "./manager/index.ts";

export const novaApi: ServiceDeclaration = {
  window: "n-api",
  program: "nova-api",
  project: "nova",
  summary: "Compute: the API for servers, flavors, key pairs and hosts.",
  ports: [8774],
  mount: "/compute",
  catalog: [
    { type: "compute", name: "nova", description: "OpenStack Compute", path: "/v2.1" },
    {
      type: "compute_legacy",
      name: "nova_legacy",
      description: "OpenStack Compute (Legacy 2.0)",
      path: "/v2/$(project_id)s",
    },
  ],
  requires: [],
  sections: [novaSection, quotaSection, flavorSection, serviceSection],
  policies,
  migrations,
  logFile: "nova/nova-api.log",
  create,
};

function create(context: ServiceContext): Service {
  let withdraw: (() => void) | null = null;
  const service: Service = {
    async start() {
      const nova = new Nova(context);
      nova.periphery.prepare();
      service.app = computeApi(context, nova);
      withdraw = context.peers.provide(computePublic, computeInside(nova));
    },
    async stop() {
      withdraw?.();
      withdraw = null;
    },
    metrics: () => computeMetrics(context.db),
  };
  return service;
}
