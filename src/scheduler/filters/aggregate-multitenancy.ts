import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

/** A host in an aggregate with `filter_tenant_id` takes only those projects' servers. */
export class AggregateMultiTenancyIsolation implements HostFilter {
  readonly name = "AggregateMultiTenancyIsolation";
  readonly oncePerRequest = true;

  passes(host: HostState, request: SchedulingRequest): boolean {
    const projects = host.aggregateMetadata.get("filter_tenant_id");
    return !projects || projects.has(request.projectId);
  }
}
