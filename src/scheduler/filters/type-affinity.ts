import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

/** An aggregate's `instance_type` names the only flavors its hosts take. */
export class AggregateTypeAffinityFilter implements HostFilter {
  readonly name = "AggregateTypeAffinityFilter";
  readonly oncePerRequest = true;

  passes(host: HostState, { flavor }: SchedulingRequest): boolean {
    const names = host.aggregateMetadata.get("instance_type");
    return !names || names.has(flavor.name);
  }
}

/** Only one flavor on a host (removed from Nova in Ussuri): the first server's decides. */
export class TypeAffinityFilter implements HostFilter {
  readonly name = "TypeAffinityFilter";

  passes(host: HostState, { flavor, flavorsOn }: SchedulingRequest): boolean {
    for (const id of flavorsOn(host.host)) if (id !== flavor.id) return false;
    return true;
  }
}
