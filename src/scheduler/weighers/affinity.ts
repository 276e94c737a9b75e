// Server groups with a soft policy: together, or apart, as far as it can be done.

import type { FilterSettings } from "../filters/filter.ts";
import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostWeigher } from "./weigher.ts";

function membersOn(host: HostState, { group }: SchedulingRequest, policy: string): number {
  return group?.facts.policy === policy ? (group.members.get(host.host) ?? 0) : 0;
}

export class ServerGroupSoftAffinityWeigher implements HostWeigher {
  readonly name = "ServerGroupSoftAffinityWeigher";
  readonly multiplierKey = "soft_affinity_weight_multiplier";
  readonly multiplier: number;

  constructor(settings: FilterSettings) {
    this.multiplier = settings.SOFT_AFFINITY_WEIGHT_MULTIPLIER;
  }

  applies({ group }: SchedulingRequest): boolean {
    return group?.facts.policy === "soft-affinity";
  }

  weigh(host: HostState, request: SchedulingRequest): number {
    return membersOn(host, request, "soft-affinity");
  }
}

export class ServerGroupSoftAntiAffinityWeigher implements HostWeigher {
  readonly name = "ServerGroupSoftAntiAffinityWeigher";
  readonly multiplierKey = "soft_anti_affinity_weight_multiplier";
  readonly multiplier: number;

  constructor(settings: FilterSettings) {
    this.multiplier = settings.SOFT_ANTI_AFFINITY_WEIGHT_MULTIPLIER;
  }

  applies({ group }: SchedulingRequest): boolean {
    return group?.facts.policy === "soft-anti-affinity";
  }

  weigh(host: HostState, request: SchedulingRequest): number {
    return -membersOn(host, request, "soft-anti-affinity");
  }
}
