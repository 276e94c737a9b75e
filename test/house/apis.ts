// The services with a route table, and the headers that each route of a versioned API needs.

import type { Route } from "../../src/http/api.ts";
import { declarations } from "../../src/services.ts";

export const APIS = ["key", "g-api", "placement-api", "q-svc", "c-api", "n-api"].filter((window) =>
  declarations.some((declaration) => declaration.window === window),
);

/** The version header and the newest minor version. */
const VERSIONED: Record<string, [header: (minor: number) => Record<string, string>, newest: number]> = {
  "n-api": [(minor) => ({ "openstack-api-version": `compute 2.${minor}` }), 93],
  "c-api": [(minor) => ({ "openstack-api-version": `volume 3.${minor}` }), 70],
  "placement-api": [(minor) => ({ "openstack-api-version": `placement 1.${minor}` }), 39],
};

/** For the newest version that has the route. */
export function headersFor(window: string): ((route: Route) => Record<string, string>) | undefined {
  const versioned = VERSIONED[window];
  if (!versioned) return undefined;
  const [header, newest] = versioned;
  return (route) => header(Math.min(route.until ?? newest, newest));
}
