import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { FilterSettings, HostFilter } from "./filter.ts";

/** Hosts of the zone that was asked for; a host in no zone is in the default one. */
export class AvailabilityZoneFilter implements HostFilter {
  readonly name = "AvailabilityZoneFilter";
  readonly oncePerRequest = true;
  #defaultZone: string;

  constructor(settings: FilterSettings) {
    this.#defaultZone = settings.DEFAULT_AVAILABILITY_ZONE;
  }

  applies({ spec }: SchedulingRequest): boolean {
    return Boolean(spec.availabilityZone);
  }

  passes(host: HostState, { spec }: SchedulingRequest): boolean {
    if (!spec.availabilityZone) return true;
    const zones = host.aggregateMetadata.get("availability_zone");
    return zones ? zones.has(spec.availabilityZone) : spec.availabilityZone === this.#defaultZone;
  }
}
