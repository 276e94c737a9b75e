import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import { matchesRequirement } from "./extra-specs-ops.ts";
import type { HostFilter } from "./filter.ts";

/**
 * Hosts that have what the flavor's extra specs demand. `capabilities:cpu_info:arch` must be there and match; a key
 * without a namespace is looked at only when the host has such a capability.
 */
export class ComputeCapabilitiesFilter implements HostFilter {
  readonly name = "ComputeCapabilitiesFilter";
  readonly oncePerRequest = true;

  applies({ flavor }: SchedulingRequest): boolean {
    return Object.keys(flavor.extra_specs).length > 0;
  }

  passes(host: HostState, { flavor }: SchedulingRequest): boolean {
    return Object.entries(flavor.extra_specs).every(([key, requirement]) => {
      const scope = key.split(":");
      if (scope.length === 1) {
        if (!(key in host.capabilities) && !(key in host.stats)) return true;
      } else if (scope.shift() !== "capabilities") return true;
      const value = lookUp(host, scope);
      return value !== null && value !== undefined && matchesRequirement(asText(value), requirement);
    });
  }
}

function lookUp(host: HostState, scope: readonly string[]): unknown {
  let at: unknown = host.capabilities;
  for (const [depth, name] of scope.entries()) {
    if (typeof at !== "object" || at === null) return null;
    const inner: unknown = (at as Record<string, unknown>)[name];
    at = inner ?? (depth === 0 ? host.stats[name] : null);
  }
  return at;
}

function asText(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
