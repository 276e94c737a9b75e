// The contract of what chooses hosts. `filter_scheduler` is the default; plugins may bring others.

import type { BuildOrder, Retry } from "../../compute/scheduling/public.ts";
import type { Logger } from "../../core/log.ts";
import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";

export type Placement = { host: HostState; launchIndex: number | null } | { error: unknown };

export interface SchedulerDriver {
  /** As in the configuration: `filter_scheduler`. */
  readonly name: string;
  /**
   * The hosts on which this server may be put, the best first. `hosts` have room for it, are known to the cloud, and
   * are not ruled out by earlier attempts; whether their service is up is this method's business.
   * Nothing at all, or a throw, means that there is none: a throw's message becomes the server's fault.
   */
  select(
    request: SchedulingRequest,
    hosts: readonly HostState[],
    log: Logger,
  ): Iterable<HostState> | Promise<Iterable<HostState>>;
  /**
   * In place of `select` for new servers: all those of one request at once. By uuid: where it goes, or why nowhere.
   * @throws for a fault that concerns them all
   */
  place?(
    requests: readonly [SchedulingRequest, ...SchedulingRequest[]],
    hosts: readonly HostState[],
    order: { order: BuildOrder; retry: Retry | null },
  ): Promise<ReadonlyMap<string, Placement>>;
}
