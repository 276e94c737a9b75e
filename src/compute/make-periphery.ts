// The parts beside the servers, made and wired in one place. Every service of the compute project makes its own over the
// one database; what they remember of rarely changed tables they remember together.

import type { ServiceContext } from "../core/service.ts";
import { placementPublic } from "../placement/public.ts";
import { Aggregates } from "./aggregates.ts";
import { novaSection } from "./config.ts";
import { flavorSection, quotaSection, serviceSection } from "./config-periphery.ts";
import { Flavors } from "./flavors.ts";
import { Keypairs } from "./keypairs.ts";
import { ComputeNodes } from "./nodes.ts";
import type { Periphery } from "./periphery.ts";
import { Quotas } from "./quotas/quotas.ts";
import { configuredLimits } from "./quotas/resources.ts";
import { ServerGroups } from "./server-groups.ts";
import { ServiceRegistry } from "./services-table.ts";
import { PeripheryStore } from "./store-periphery.ts";

export interface PeripheryParts extends Periphery {
  store: PeripheryStore;
  flavors: Flavors;
  keypairs: Keypairs;
  quotas: Quotas;
  services: ServiceRegistry;
  zones: Aggregates;
  groups: ServerGroups;
  /** The API service calls it once: stock flavors of a new cloud, and what a crash may have left undone. */
  prepare(): void;
}

/** What it needs of a service's context: tools that read the tables beside a running cloud have no more. */
export interface PeripheryContext
  extends Pick<ServiceContext, "db" | "clock" | "ids" | "log" | "config" | "peers"> {
  endpoints: Pick<ServiceContext["endpoints"], "base">;
}

export function makePeriphery(context: PeripheryContext): PeripheryParts {
  const { clock, ids, log } = context;
  const store = new PeripheryStore(context.db);
  const nova = context.config(novaSection);
  const reports = context.config(serviceSection);
  const configured = configuredLimits(context.config(quotaSection));
  const flavors = new Flavors({ store, clock, ids });
  const quotas = new Quotas({ store, clock, configured });
  const services = new ServiceRegistry({
    store,
    clock,
    ids,
    downTimeSeconds: reports.SERVICE_DOWN_TIME,
    reportIntervalSeconds: reports.REPORT_INTERVAL,
  });
  const zones = new Aggregates({
    store,
    services,
    nodes: new ComputeNodes(context.db),
    clock,
    ids,
    log,
    defaultZone: nova.DEFAULT_AVAILABILITY_ZONE,
    internalZone: nova.INTERNAL_SERVICE_AVAILABILITY_ZONE,
    placement: () =>
      context.endpoints.base("placement-api") === null ? null : context.peers.get(placementPublic),
  });
  return {
    store,
    flavors,
    keypairs: new Keypairs({ store, clock, quotas }),
    quotas,
    services,
    zones,
    groups: new ServerGroups({ store, clock, ids, quotas }),
    prepare() {
      flavors.seed(context.config(flavorSection).FLAVOR_PRESET);
      zones.syncPlacement();
    },
  };
}
