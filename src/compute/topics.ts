// Every message between the services of the compute project: topic, method, arguments. Messages name servers by their
// uuid only; who handles one reads the row.

import type { NetworkRequest } from "../network/public.ts";

export const CONDUCTOR_TOPIC = "conductor";
export const SCHEDULER_TOPIC = "scheduler";
const COMPUTE_PREFIX = "compute.";

export function computeTopic(host: string): string {
  return COMPUTE_PREFIX + host;
}

export function hostOfTopic(topic: string): string {
  return topic.slice(COMPUTE_PREFIX.length);
}

/** What one request to create servers asked for beyond the rows. Travels from API to host. */
export interface BuildOrder {
  adminPassword: string | null;
  injectedFiles: { path: string; contents: string }[];
  networks: NetworkRequest;
  securityGroups: string[];
}

/** Which hosts were tried for a server, and why the last one failed. */
export interface Retry {
  attempts: number;
  hosts: string[];
  reason: string | null;
}

/** What the scheduler is asked about: kept in `request_specs`, so that later moves honour it too. */
export interface RequestSpec {
  /** From `os:scheduler_hints`. Values are strings or lists of strings. */
  hints: Record<string, unknown>;
  availabilityZone: string | null;
  /** `zone:host:node` of an administrator: filters are not asked. */
  forceHost: string | null;
  forceNode: string | null;
  /** 2.74: filters are asked. */
  requestedHost: string | null;
  requestedNode: string | null;
  /** Number of servers in the request. */
  count: number;
  networks: NetworkRequest;
  securityGroups: string[];
  bootsFromVolume: boolean;
  /** GB of local disk that is wanted: root, ephemeral and swap. */
  imageProperties: Record<string, string>;
  imageId: string | null;
  minRamMb: number;
  minDiskGb: number;
  /** Where the request came from; the schedulers of the courses look at it. */
  remoteAddress: string | null;
}

/** conductor: servers that were just created, or are to be tried again. */
export interface BuildInstances {
  instanceUuids: string[];
  order: BuildOrder;
  retry: Retry | null;
}

/** scheduler: the same, to be given hosts; casts `build_and_run_instance`, or sets ERROR. */
export interface ScheduleBuild extends BuildInstances {}

/** compute.HOST */
export interface BuildAndRun {
  instanceUuid: string;
  order: BuildOrder;
  retry: Retry | null;
}

/** scheduler, as a call: hosts for a move of an existing server. */
export interface SelectDestination {
  instanceUuid: string;
  /** The flavor it is to have there. */
  flavorId: "cur" | "new";
  /** Not these. */
  ignoreHosts: string[];
  /** Only this one; `force` skips the filters. */
  targetHost: string | null;
  force: boolean;
  /** Who holds the allocation at the destination. */
  consumerUuid: string;
}

/** conductor: every one of these hosts is to have these images before a server needs them. */
export interface CacheImages {
  hosts: string[];
  imageIds: string[];
}

/** What became of an image on a host. Authority: nova/compute/manager.py (cache_images) of Zed. */
export type ImageCaching = "cached" | "existing" | "unsupported" | "error";

export interface Destination {
  host: string;
  node: string;
}
