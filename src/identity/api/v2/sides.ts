// v2.0 has two sides, the public one and the administrators'. They have a port each, or a path each where there is one
// port for all (DevStack's names). Both serve every route; what differs is the list of tenants.

import type { Call } from "../../../http/call.ts";

export const ADMIN_PORT = 35357;
export const ADMIN_MOUNT = "/identity_admin";

export function isAdminSide(call: Call): boolean {
  return call.mount === ADMIN_MOUNT || call.env.incoming?.socket.localPort === ADMIN_PORT;
}
