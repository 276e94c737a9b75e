import type { HostState } from "../host-state.ts";
import type { FilterSettings, HostFilter } from "./filter.ts";

/** Hosts with fewer servers than `max_instances_per_host`. */
export class NumInstancesFilter implements HostFilter {
  readonly name: string = "NumInstancesFilter";
  protected readonly most: number;

  constructor(settings: FilterSettings) {
    this.most = settings.MAX_INSTANCES_PER_HOST;
  }

  passes(host: HostState): boolean {
    return host.numInstances < this.most;
  }
}

/** The same; an aggregate may set another number. */
export class AggregateNumInstancesFilter extends NumInstancesFilter {
  override readonly name = "AggregateNumInstancesFilter";

  override passes(host: HostState): boolean {
    return host.numInstances < host.aggregateNumber("max_instances_per_host", this.most);
  }
}

/** Hosts with fewer servers that have a task than `max_io_ops_per_host`. */
export class IoOpsFilter implements HostFilter {
  readonly name: string = "IoOpsFilter";
  protected readonly most: number;

  constructor(settings: FilterSettings) {
    this.most = settings.MAX_IO_OPS_PER_HOST;
  }

  passes(host: HostState): boolean {
    return host.numIoOps < this.most;
  }
}

export class AggregateIoOpsFilter extends IoOpsFilter {
  override readonly name = "AggregateIoOpsFilter";

  override passes(host: HostState): boolean {
    return host.numIoOps < host.aggregateNumber("max_io_ops_per_host", this.most);
  }
}
