// What is to be placed: one server, its flavor, and everything the user and the circumstances demand of the host.

import type { FlavorSnapshot, GroupFacts, InstanceRow, RequestSpec } from "../compute/scheduling/public.ts";
import type { RequestContext } from "../core/context.ts";
import type { Resources } from "../placement/public.ts";

export interface SchedulingRequest {
  context: RequestContext;
  instanceUuid: string;
  projectId: string;
  flavor: FlavorSnapshot;
  resources: Resources;
  spec: RequestSpec;
  /** Hosts that were tried, or must not be taken. */
  ignoreHosts: ReadonlySet<string>;
  /** Only these; with `force` no filter is asked. */
  targetHost: string | null;
  targetNode: string | null;
  force: boolean;
  /** The server's group and how many members each host holds. */
  group: { facts: GroupFacts; members: ReadonlyMap<string, number> } | null;
  /** The host the server is on, for moves. */
  currentHost: string | null;
  /** Hosts of other servers, for the hints that name them. */
  hostsOf(instanceUuids: readonly string[]): ReadonlySet<string>;
  /** The flavors (`instance_types.id`) of the servers on a host. */
  flavorsOn(host: string): ReadonlySet<number>;
  /** Which of a multiple request this is, from 0. */
  index: number;
  /** What it is placed for; a server that is taken over or unshelved is built again. */
  purpose: "build" | "resize" | "live-migration";
  /** Its row, for those who want to see more of it. */
  instance: InstanceRow;
}

/** A hint that is a string or a list of them. */
export function hintList(request: SchedulingRequest, name: string): string[] {
  const value = request.spec.hints[name];
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

export function hintText(request: SchedulingRequest, name: string): string | null {
  return hintList(request, name)[0] ?? null;
}
