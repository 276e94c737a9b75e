// What Nova once had, and Zed answers with 410 whatever is asked. Authority: nova/api/openstack/compute/routes.py of Zed.
// What the network service took over is served there.

import { CloudError } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import type { Reply } from "../../http/call.ts";

const REMOVED: readonly (readonly [path: string, ...methods: Route["method"][]])[] = [
  ["/os-agents", "GET", "POST"],
  ["/os-agents/:id", "PUT", "DELETE"],
  ["/os-cells", "GET", "POST"],
  ["/os-cells/capacities", "GET"],
  ["/os-cells/detail", "GET"],
  ["/os-cells/info", "GET"],
  ["/os-cells/sync_instances", "POST"],
  ["/os-cells/:id", "GET", "PUT", "DELETE"],
  ["/os-cells/:id/capacities", "GET"],
  ["/os-cloudpipe", "GET", "POST"],
  ["/os-cloudpipe/:id", "PUT"],
  ["/os-fping", "GET"],
  ["/os-fping/:id", "GET"],
  ["/servers/:server_id/consoles", "GET", "POST"],
  ["/servers/:server_id/consoles/:id", "GET", "DELETE"],
  ["/servers/:server_id/os-virtual-interfaces", "GET"],
];

/** Gone since Pike, whose highest version this was: a cloud with a lower ceiling has them still. */
const GONE_SINCE = 53;
const CERTIFICATES: typeof REMOVED = [
  ["/os-certificates", "POST"],
  ["/os-certificates/:id", "GET"],
];

/** @param ceiling the highest minor version of this cloud */
export const hasCertificates = (ceiling: number) => ceiling < GONE_SINCE;

/** @param ceiling the highest minor version of this cloud */
export function removedRoutes(ceiling: number): Route[] {
  const handler = (): Reply => {
    throw new CloudError("gone", "This resource is no longer available. No forwarding address is given.");
  };
  const removed = hasCertificates(ceiling) ? REMOVED : [...REMOVED, ...CERTIFICATES];
  return removed.flatMap(([path, ...methods]) =>
    methods.map((method): Route => ({ method, path, handler, access: { handlerAsks: [] } })),
  );
}
