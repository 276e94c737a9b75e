// Can the back end what the volume's type requires? Authority: cinder/scheduler/filters/capabilities_filter.py of Zed.

import type { PoolState } from "../pools.ts";
import type { PlacementRequest } from "../request.ts";
import { satisfies } from "../requirements.ts";
import type { BackendFilter } from "./filter.ts";

export class CapabilitiesFilter implements BackendFilter {
  readonly name = "CapabilitiesFilter";

  passes({ capabilities }: PoolState, { extraSpecs, extendsAttached }: PlacementRequest): boolean {
    if (extendsAttached && capabilities["online_extend_support"] === false) return false;
    return Object.entries(extraSpecs).every(([key, requirement]) => {
      const scope = key.split(":");
      // Other scopes are not for the scheduler: `provisioning:type`, `RESKEY:availability_zones`.
      if (scope.length > 1 && scope[0] !== "capabilities") return true;
      if (scope[0] === "capabilities") scope.shift();
      const capability = lookUp(capabilities, scope);
      if (capability === undefined) return false;
      const values = Array.isArray(capability) ? capability : [capability];
      return values.some((value) => satisfies(value, requirement));
    });
  }
}

function lookUp(from: unknown, path: readonly string[]): unknown {
  let at = from;
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
