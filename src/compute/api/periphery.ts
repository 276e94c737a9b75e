// The routes beside the servers, for the compute service's own table.

import type { ServiceContext } from "../../core/service.ts";
import type { Route } from "../../http/api.ts";
import { placementPublic } from "../../placement/public.ts";
import { CertificateAuthority } from "../certificates.ts";
import { novaSection } from "../config.ts";
import { quotaSection } from "../config-periphery.ts";
import type { PeripheryParts } from "../make-periphery.ts";
import { ComputeNodes } from "../nodes.ts";
import { aggregateRoutes } from "./aggregates.ts";
import { availabilityZoneRoutes } from "./availability-zones.ts";
import { bareMetalNodeRoutes } from "./bare-metal-nodes.ts";
import { certificateRoutes } from "./certificates.ts";
import { extensionRoutes } from "./extensions.ts";
import { flavorAccessRoutes } from "./flavor-access.ts";
import { flavorExtraSpecRoutes } from "./flavor-extra-specs.ts";
import { flavorRoutes } from "./flavors.ts";
import { hostRoutes } from "./hosts.ts";
import { hypervisorRoutes } from "./hypervisors.ts";
import { keypairRoutes } from "./keypairs.ts";
import { limitRoutes } from "./limits.ts";
import { projectCheck } from "./project-check.ts";
import { quotaRoutes } from "./quotas.ts";
import { hasCertificates, removedRoutes } from "./removed.ts";
import { serverGroupRoutes } from "./server-groups.ts";
import { serviceRoutes } from "./services.ts";
import { usageRoutes } from "./usage.ts";
import { versionRoutes } from "./versions.ts";

export function peripheryRoutes(context: ServiceContext, periphery: PeripheryParts): Route[] {
  const { clock, bus, log, peers } = context;
  const nova = context.config(novaSection);
  const maxLimit = nova.API_MAX_LIMIT;
  const ceiling = Number(nova.COMPUTE_API_MAX_MICROVERSION.trim().slice(2));
  const authority = new CertificateAuthority(context.paths.at("CA", "ca.pem"), clock);
  const nodes = new ComputeNodes(context.db);
  const placement = () =>
    context.endpoints.base("placement-api") === null ? null : peers.get(placementPublic);
  const checkProject = projectCheck(peers, context.config(quotaSection).QUOTA_ACCEPT_ANY_PROJECT);
  return [
    ...versionRoutes(nova.COMPUTE_API_MAX_MICROVERSION),
    ...extensionRoutes(),
    ...removedRoutes(ceiling),
    ...bareMetalNodeRoutes(),
    ...(hasCertificates(ceiling) ? certificateRoutes(authority) : []),
    ...flavorRoutes(periphery.flavors, maxLimit),
    ...flavorExtraSpecRoutes(periphery.flavors),
    ...flavorAccessRoutes(periphery.flavors, checkProject),
    ...keypairRoutes(periphery.keypairs, maxLimit),
    ...quotaRoutes(periphery.quotas, checkProject),
    ...limitRoutes(periphery.quotas),
    ...usageRoutes(periphery.store, clock, maxLimit),
    ...serviceRoutes({ periphery, nodes, placement, clock, log }),
    ...hypervisorRoutes(periphery, nodes, bus, maxLimit),
    ...hostRoutes(periphery, nodes),
    ...aggregateRoutes(periphery.zones, bus),
    ...availabilityZoneRoutes(periphery, nova.INTERNAL_SERVICE_AVAILABILITY_ZONE),
    ...serverGroupRoutes(periphery.groups, maxLimit),
  ];
}
