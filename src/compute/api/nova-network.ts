// The network calls of old microversions, which the network service answers, and the two server actions among them.
// Authority: nova/api/openstack/compute/floating_ips.py of Zed.

import type { Route } from "../../http/api.ts";
import { empty } from "../../http/call.ts";
import { novaNetworkRoutes } from "../../network/public.ts";
import type { Nova } from "../nova.ts";
import * as schemas from "./action-schemas.ts";
import type { ServerAction } from "./actions.ts";
import { targetServer } from "./target.ts";

export function networkProxyRoutes(nova: Nova): Route[] {
  return novaNetworkRoutes({
    peers: nova.context.peers,
    limit: (projectId, resource) => nova.quotas.limit(projectId, resource),
    maxLimit: nova.settings.API_MAX_LIMIT,
    server: (call, rule, parameter) => targetServer(nova, call, rule, parameter),
  });
}

const LAST = 43;

export function floatingIpActions(nova: Nova): ServerAction[] {
  return [
    {
      name: "addFloatingIp",
      rule: "os_compute_api:os-floating-ips:add",
      until: LAST,
      body: schemas.addFloatingIp,
      async handler(call, instance, args) {
        const { address, fixed_address } = args as { address: string; fixed_address?: string };
        await nova.network.addFloatingIp(call.context, instance.uuid, address, fixed_address ?? null);
        return empty(202);
      },
    },
    {
      name: "removeFloatingIp",
      rule: "os_compute_api:os-floating-ips:remove",
      until: LAST,
      body: schemas.removeFloatingIp,
      async handler(call, instance, args) {
        const { address } = args as { address: string };
        await nova.network.removeFloatingIp(call.context, instance.uuid, address);
        return empty(202);
      },
    },
  ];
}
