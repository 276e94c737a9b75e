import type { HostState } from "../host-state.ts";
import type { HostFilter } from "./filter.ts";

/** Hosts whose nova-compute is enabled and has been heard of lately. */
export class ComputeFilter implements HostFilter {
  readonly name = "ComputeFilter";
  readonly oncePerRequest = true;

  passes(host: HostState): boolean {
    return host.service !== null && !host.service.disabled && host.up;
  }
}
