import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

/** Not a host where this server was tried before. (Always in force here; Nova had a filter for it until Ussuri.) */
export class RetryFilter implements HostFilter {
  readonly name = "RetryFilter";
  readonly oncePerRequest = true;

  passes(host: HostState, { ignoreHosts }: SchedulingRequest): boolean {
    return !ignoreHosts.has(host.host);
  }
}
