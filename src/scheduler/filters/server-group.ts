import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

/** Policy `affinity`: where the group already is; anywhere for its first server. */
export class ServerGroupAffinityFilter implements HostFilter {
  readonly name = "ServerGroupAffinityFilter";

  applies({ group }: SchedulingRequest): boolean {
    return group?.facts.policy === "affinity";
  }

  passes(host: HostState, { group }: SchedulingRequest): boolean {
    if (group?.facts.policy !== "affinity" || group.members.size === 0) return true;
    return group.members.has(host.host);
  }
}

/** Policy `anti-affinity`: at most `max_server_per_host` (one, unless the group has that rule) on a host. */
export class ServerGroupAntiAffinityFilter implements HostFilter {
  readonly name = "ServerGroupAntiAffinityFilter";

  applies({ group }: SchedulingRequest): boolean {
    return group?.facts.policy === "anti-affinity";
  }

  passes(host: HostState, { group, currentHost }: SchedulingRequest): boolean {
    if (group?.facts.policy !== "anti-affinity" || currentHost === host.host) return true;
    const most = Number(group.facts.rules["max_server_per_host"] ?? 1);
    return (group.members.get(host.host) ?? 0) < most;
  }
}
