import type { PoolState } from "../pools.ts";
import type { PlacementRequest } from "../request.ts";
import type { BackendFilter } from "./filter.ts";

export class AvailabilityZoneFilter implements BackendFilter {
  readonly name = "AvailabilityZoneFilter";

  passes({ service }: PoolState, { zones }: PlacementRequest): boolean {
    return zones.length === 0 || zones.includes(service.availability_zone);
  }
}
