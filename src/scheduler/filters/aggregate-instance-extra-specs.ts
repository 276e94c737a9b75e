import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import { matchesRequirement } from "./extra-specs-ops.ts";
import type { HostFilter } from "./filter.ts";

const SCOPE = "aggregate_instance_extra_specs";

/** Hosts in an aggregate whose metadata has what the flavor's extra specs demand. */
export class AggregateInstanceExtraSpecsFilter implements HostFilter {
  readonly name = "AggregateInstanceExtraSpecsFilter";
  readonly oncePerRequest = true;

  applies({ flavor }: SchedulingRequest): boolean {
    return Object.keys(flavor.extra_specs).length > 0;
  }

  passes(host: HostState, { flavor }: SchedulingRequest): boolean {
    return Object.entries(flavor.extra_specs).every(([key, requirement]) => {
      const colon = key.indexOf(":");
      if (colon >= 0 && key.slice(0, colon) !== SCOPE) return true;
      const values = host.aggregateMetadata.get(key.slice(colon + 1));
      return values !== undefined && [...values].some((value) => matchesRequirement(value, requirement));
    });
  }
}
