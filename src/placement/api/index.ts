// The Placement API, microversions 1.0 to 1.39.
//
// Ledger (against Placement 8.0, Zed; checked 2026-11-20)
//   Differs on purpose: a consumer that ends up holding nothing is always forgotten; Placement keeps one that was made by
//   an empty PUT. What is wrong with a body that is no JSON is not told.

import type { ServiceContext } from "../../core/service.ts";
import { createApi, type Route } from "../../http/api.ts";
import { authenticateByToken } from "../../http/auth.ts";
import type { FetchApp } from "../../http/server.ts";
import type { Placement } from "../manager.ts";
import { candidateRoutes } from "./allocation-candidates.ts";
import { allocationRoutes } from "./allocations.ts";
import { readBody } from "./bodies.ts";
import { fault, MICROVERSIONS, violation } from "./faults.ts";
import { inventoryRoutes } from "./inventories.ts";
import { nameRoutes } from "./names.ts";
import { providerDetailRoutes } from "./provider-details.ts";
import { providerRoutes } from "./providers.ts";
import { rootRoutes } from "./root.ts";

export function placementRoutes(context: ServiceContext, placement: Placement): Route[] {
  const { clock } = context;
  return [
    ...rootRoutes(clock),
    ...nameRoutes(placement, clock),
    ...providerRoutes(placement, clock),
    ...inventoryRoutes(placement, clock),
    ...providerDetailRoutes(placement, clock),
    ...allocationRoutes(placement, clock),
    ...candidateRoutes(placement, clock),
  ];
}

export function placementApi(context: ServiceContext, placement: Placement): FetchApp {
  const byToken = authenticateByToken(context.peers, ["placement"]);
  return createApi({
    context,
    routes: placementRoutes(context, placement),
    fault,
    violation,
    microversions: MICROVERSIONS,
    readBody,
    /** Whatever is asked of the root, nobody has to say who asks. */
    authenticate(call) {
      if (call.path !== "/" && call.path !== "") byToken(call);
    },
  });
}
