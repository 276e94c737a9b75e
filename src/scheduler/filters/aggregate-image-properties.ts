import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

/** A host whose aggregate has a key that the image has too takes only images with one of the aggregate's values. */
export class AggregateImagePropertiesIsolation implements HostFilter {
  readonly name = "AggregateImagePropertiesIsolation";
  readonly oncePerRequest = true;

  passes(host: HostState, { spec }: SchedulingRequest): boolean {
    for (const [key, values] of host.aggregateMetadata) {
      const property = spec.imageProperties[key];
      if (property && !values.has(property)) return false;
    }
    return true;
  }
}
