// The compute API's network calls: what nova-network served until microversion 2.35, over the same rules and tables as
// the Network API. The compute service mounts them among its own routes.
//
// Ledger (against Nova 14, Newton, and 26, Zed)
//   Differs on purpose: groups and rules have uuids, as in Zed; what Newton's nova-network had and Zed answers with 410
//   (networks, bulk addresses, names, fixed addresses, default rules) is served until 2.35.
//   Not here: IPv6 networks of nova-network, VPN (cloudpipe).

import type { Route } from "../../http/api.ts";
import { fixedIpRoutes } from "./fixed-ips.ts";
import { floatingIpDnsRoutes } from "./floating-ip-dns.ts";
import { floatingIpRoutes } from "./floating-ips.ts";
import { floatingIpBulkRoutes } from "./floating-ips-bulk.ts";
import { networkRoutes } from "./networks.ts";
import type { NovaNetworkOptions } from "./parts.ts";
import { securityGroupRoutes } from "./security-groups.ts";

export type { NovaNetworkOptions } from "./parts.ts";

/** Paths begin after the version and the project; errors are to be told in Nova's body. */
export function novaNetworkRoutes(options: NovaNetworkOptions): Route[] {
  return [
    ...securityGroupRoutes(options),
    ...floatingIpRoutes(options),
    ...floatingIpBulkRoutes(options),
    ...floatingIpDnsRoutes(options),
    ...networkRoutes(options),
    ...fixedIpRoutes(options),
  ];
}
