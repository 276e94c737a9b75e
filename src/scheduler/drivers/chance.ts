// The two simple schedulers of Folsom: any host that is up, and the one with the fewest CPUs in use.

import { NoValidHost } from "../../compute/scheduling/public.ts";
import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { SchedulerDriver } from "./driver.ts";

function hostsUp(request: SchedulingRequest, hosts: readonly HostState[]): HostState[] {
  const { spec } = request;
  const up = hosts.filter((host) => host.alive);
  if (up.length === 0) throw new NoValidHost("Is the appropriate service running?");
  const zone = spec.availabilityZone;
  const inZone = zone
    ? up.filter((host) => host.aggregateMetadata.get("availability_zone")?.has(zone) ?? zone === "nova")
    : up;
  if (inZone.length === 0) throw new NoValidHost("Could not find another compute");
  return inZone;
}

export class ChanceScheduler implements SchedulerDriver {
  readonly name = "chance_scheduler";
  #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  select(request: SchedulingRequest, hosts: readonly HostState[]): HostState[] {
    const up = hostsUp(request, hosts);
    for (let i = up.length - 1; i > 0; i--) {
      const j = Math.floor(this.#random() * (i + 1));
      [up[i], up[j]] = [up[j]!, up[i]!];
    }
    return up;
  }
}

export class SimpleScheduler implements SchedulerDriver {
  readonly name = "simple_scheduler";

  select(request: SchedulingRequest, hosts: readonly HostState[]): HostState[] {
    return hostsUp(request, hosts).sort((a, b) => a.vcpusUsed - b.vcpusUsed);
  }
}
