// What the rules for servers, the compute hosts and the scheduler ask of the rest of the compute service: flavors, key
// pairs, quotas, the service table, aggregates and server groups. The classes in their own files implement these.

import type { RequestContext } from "../core/context.ts";
import type { FlavorSnapshot } from "./tables.ts";

export interface FlavorSource {
  /** By `flavorid`. Null when there is none, or it is private and the caller's project has no access. */
  find(context: RequestContext, flavorId: string): FlavorSnapshot | null;
}

export interface KeypairFacts {
  name: string;
  publicKey: string;
  fingerprint: string;
  /** `ssh`, `x509` */
  type: string;
}

export interface KeypairSource {
  find(userId: string, name: string): KeypairFacts | null;
}

export interface QuotaGate {
  /**
   * How many servers of this flavor the project may have more, from `min` to `max`.
   * @throws OverQuota (TooManyInstances) when it is fewer than `min`
   */
  checkInstances(
    context: RequestContext,
    flavor: { vcpus: number; memory_mb: number },
    min: number,
    max: number,
  ): number;
  /** For a resize: how much more is wanted; negative amounts are ignored. @throws OverQuota (TooManyInstances) */
  checkDeltas(context: RequestContext, deltas: { instances?: number; cores?: number; ram?: number }): void;
  /** The limit in force for a project: `metadata_items`, `injected_files`, `server_group_members`; -1: none. */
  limit(projectId: string | null, resource: string): number;
}

export interface ServiceRecord {
  id: number;
  uuid: string;
  host: string;
  binary: string;
  disabled: boolean;
  disabledReason: string | null;
  forcedDown: boolean;
  lastSeenUpMs: number | null;
}

export interface ServiceDirectory {
  /** How often services report (nova.conf: report_interval). */
  readonly reportIntervalMs: number;
  /** Makes or finds the rows, alive from now on. Returns them in the order of `hosts`. One transaction. */
  register(binary: string, topic: string, hosts: readonly string[]): ServiceRecord[];
  /** They are alive: one statement for all of them. */
  heartbeat(binary: string, hosts: readonly string[]): void;
  find(binary: string, host: string): ServiceRecord | null;
  list(binary?: string): ServiceRecord[];
  /** Another object whenever a record came, went or was changed other than by its sign of life. */
  version(): object;
  /** Another number whenever any of them gave a sign of life. */
  beats(): number;
  /** When it will be taken for dead, ms, if nothing is heard of it and it is not forced down. */
  upUntil(service: ServiceRecord): number;
  /** Heard of within `service_down_time`, and not forced down; at `nowMs` when many are asked about at once. */
  isUp(service: ServiceRecord, nowMs?: number): boolean;
  setDisabled(id: number, disabled: boolean, reason: string | null): void;
}

export interface AggregateFacts {
  id: number;
  uuid: string;
  name: string;
  hosts: readonly string[];
  metadata: Readonly<Record<string, string>>;
}

export interface ZoneSource {
  /** The zone a compute host is in; the default zone when no aggregate says otherwise. Fast. */
  zoneOf(host: string): string;
  /** Zones with a host that is up and enabled. */
  available(): string[];
  aggregates(): readonly AggregateFacts[];
  aggregatesOf(host: string): readonly AggregateFacts[];
}

export interface GroupFacts {
  id: number;
  uuid: string;
  projectId: string;
  name: string;
  /** `affinity`, `anti-affinity`, `soft-affinity`, `soft-anti-affinity` */
  policy: string;
  rules: Readonly<Record<string, number>>;
  /** Instance uuids. */
  members: readonly string[];
}

export interface GroupSource {
  /** Null when there is none, or it is another project's and the caller is no administrator. */
  find(context: RequestContext, uuid: string): GroupFacts | null;
  ofInstance(instanceUuid: string): GroupFacts | null;
  ofInstances(instanceUuids: readonly string[]): Map<string, string>;
  /** @throws OverQuota when the group would have too many members */
  addMember(context: RequestContext, groupUuid: string, instanceUuid: string): void;
  removeMember(instanceUuid: string): void;
}

export interface Periphery {
  flavors: FlavorSource;
  keypairs: KeypairSource;
  quotas: QuotaGate;
  services: ServiceDirectory;
  zones: ZoneSource;
  groups: GroupSource;
}
