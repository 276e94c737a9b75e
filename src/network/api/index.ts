// The Network API v2.0.
//
// Ledger (against Neutron 21, Zed; checked 2026-11-20)
//   Differs on purpose: one process on one host is every agent, so a network has one segment, a distributed or highly
//   available router is a plain one, and a metering label counts nothing; the lowest free address is given, where
//   Neutron takes one of the lowest at random; a subnet pool that is full answers 400, where Neutron answers 500.
//   Not here: segments, trunks, QoS, VPN, firewall and load balancer services, BGP, extended port bindings, prefix
//   delegation, NDP proxy, local IPs, network segment ranges.
//   Client quirks: python-neutronclient adds `.json` to some paths; it asks /v2.0/quotas/tenant for its own project.

import type { ServiceContext } from "../../core/service.ts";
import { createApi, type Route } from "../../http/api.ts";
import type { FetchApp } from "../../http/server.ts";
import type { NetworkParts } from "../parts.ts";
import { agentResource, autoAllocatedRoutes, availabilityZoneRoutes, schedulingRoutes } from "./agents.ts";
import { availabilityRoutes } from "./availability.ts";
import { discoveryRoutes } from "./discovery.ts";
import { fault, malformed } from "./faults.ts";
import {
  flavorProfileRoutes,
  flavorResource,
  serviceProfileResource,
  serviceProviderRoutes,
} from "./flavors.ts";
import { floatingIpResource, forwardingRoutes, poolRoutes } from "./floating-ips.ts";
import { meteringLabelResource, meteringRuleResource } from "./metering.ts";
import { networkResource } from "./networks.ts";
import {
  addressGroupActionRoutes,
  addressGroupResource,
  addressScopeResource,
  subnetPoolActionRoutes,
  subnetPoolResource,
} from "./pools.ts";
import { portResource } from "./ports.ts";
import { quotaRoutes } from "./quotas.ts";
import { rbacResource } from "./rbac.ts";
import { type Resource, resourceRoutes } from "./resource.ts";
import type { ApiParts } from "./resources.ts";
import { routerActionRoutes, routerResource } from "./routers.ts";
import { securityGroupResource, securityRuleResource } from "./security-groups.ts";
import { subnetResource } from "./subnets.ts";
import { type TaggedResource, tagRoutes } from "./tags.ts";
import { Views } from "./views.ts";

const PREFIX = "/v2.0";

/** @param administrator the project that is shown as the owner of what belongs to nobody */
export function networkRoutes(
  parts: NetworkParts,
  administrator: string,
  notify?: ServiceContext["notify"],
): Route[] {
  const api: ApiParts = { parts, views: new Views(parts, administrator) };
  const { store } = parts;
  const network = networkResource(api);
  const subnet = subnetResource(api);
  const port = portResource(api);
  const router = routerResource(api);
  const floatingIp = floatingIpResource(api);
  const group = securityGroupResource(api);
  const pool = subnetPoolResource(api);
  const tagged: [unknown, unknown][] = [
    [network, store.networks],
    [subnet, store.subnets],
    [port, store.ports],
    [router, store.routers],
    [floatingIp, store.floatingIps],
    [group, store.groups],
    [pool, store.pools],
  ];
  const rest = <Row>(resource: Resource<Row>) => {
    const { name } = resource;
    if (!notify) return resourceRoutes(PREFIX, resource);
    return resourceRoutes(PREFIX, {
      ...resource,
      tell: (call, action, payload) => notify(call.context, `${name}.${action}`, payload),
    });
  };
  return [
    ...discoveryRoutes(PREFIX),
    // Fixed paths stand before those with an id in the same place.
    ...quotaRoutes(PREFIX, api),
    ...rest(network),
    ...rest(subnet),
    ...rest(port),
    ...rest(router),
    ...routerActionRoutes(PREFIX, api),
    ...rest(floatingIp),
    ...forwardingRoutes(PREFIX, api),
    ...poolRoutes(PREFIX, api),
    ...rest(group),
    ...rest(securityRuleResource(api)),
    ...rest(pool),
    ...subnetPoolActionRoutes(PREFIX, api),
    ...rest(addressScopeResource(api)),
    ...rest(addressGroupResource(api)),
    ...addressGroupActionRoutes(PREFIX, api),
    ...rest(rbacResource(api)),
    ...rest(agentResource(api)),
    ...schedulingRoutes(PREFIX, api),
    ...availabilityZoneRoutes(PREFIX, api),
    ...availabilityRoutes(PREFIX, api),
    ...autoAllocatedRoutes(PREFIX, api),
    ...rest(meteringLabelResource(api)),
    ...rest(meteringRuleResource(api)),
    ...rest(flavorResource(api)),
    ...rest(serviceProfileResource(api)),
    ...flavorProfileRoutes(PREFIX, api),
    ...serviceProviderRoutes(PREFIX),
    ...tagRoutes(
      PREFIX,
      tagged.map(([resource, rows]) => ({ resource, rows }) as TaggedResource),
    ),
  ];
}

export function networkApi(context: ServiceContext, parts: NetworkParts, administrator: string): FetchApp {
  return createApi({
    context,
    routes: networkRoutes(parts, administrator, context.notify),
    fault,
    malformed,
    rewrite: withoutSuffix,
  });
}

/** `/v2.0/networks.json` is `/v2.0/networks`; a tag may end so by itself. */
function withoutSuffix(path: string): string {
  return path.endsWith(".json") && !path.includes("/tags/") ? path.slice(0, -".json".length) : path;
}
