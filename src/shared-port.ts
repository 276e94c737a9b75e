// The one port that serves everything by path: `/identity` is Keystone's, `/metrics` the operators', the rest the
// dashboard's.

import type { HostedService } from "./hosted-service.ts";
import type { FetchApp, Routed } from "./http/server.ts";

/** A page in such an answer runs in an origin of its own: it cannot act as the user who is signed in to the dashboard. */
const SANDBOX = {
  "content-security-policy": "sandbox allow-scripts allow-forms allow-popups allow-downloads",
};

export interface SharedRoutes {
  services: ReadonlyMap<string, HostedService>;
  operations: FetchApp;
  /** The app itself, unless something is to go wrong on purpose. */
  seam(window: string, app: FetchApp): FetchApp;
}

/** Null: nobody's path. @throws PeerUnavailable when the service of that path does not run */
export function routeShared({ services, operations, seam }: SharedRoutes, target: string): Routed | null {
  for (const hosted of services.values()) {
    const { mount, adminMount, foreignContent, sharedPaths } = hosted.declaration;
    const found = [mount, adminMount].find((path) => path !== undefined && isBelow(target, path));
    const whole = sharedPaths?.some((path) => isBelow(target, path));
    if (found === undefined && !whole) continue;
    return {
      app: seam(hosted.window, hosted.app()),
      mount: found ?? "",
      headers: foreignContent ? SANDBOX : undefined,
    };
  }
  if (isBelow(target, "/metrics") || isBelow(target, "/healthcheck")) return { app: operations, mount: "" };
  // Everything else is the dashboard's: it sends a browser to its own mount point.
  const dashboard = services.get("horizon");
  return dashboard?.state === "running" ? { app: dashboard.app(), mount: "" } : null;
}

function isBelow(target: string, mount: string): boolean {
  const next = target[mount.length];
  return target.startsWith(mount) && (next === undefined || next === "/" || next === "?");
}
