// A compute host as the scheduler sees it: its resources, what of them is taken, its service, its aggregates.
// Authority: nova/scheduler/host_manager.py (HostState) of Zed.

import type { AggregateFacts, ComputeNodeRow, ServiceRecord } from "../compute/scheduling/public.ts";

export class HostState {
  readonly host: string;
  readonly node: string;
  /** The compute node's, and the resource provider's. */
  readonly uuid: string;
  readonly service: ServiceRecord | null;
  readonly up: boolean;
  readonly aggregates: readonly AggregateFacts[];
  readonly row: ComputeNodeRow;
  #failedBuilds: number | null = null;
  #stats: Record<string, unknown> | null = null;
  #capabilities: Record<string, unknown> | null = null;
  #metadata: Map<string, Set<string>> | null = null;

  constructor(
    row: ComputeNodeRow,
    service: ServiceRecord | null,
    up: boolean,
    aggregates: readonly AggregateFacts[],
  ) {
    this.row = row;
    this.host = row.host;
    this.node = row.hypervisor_hostname;
    this.uuid = row.uuid;
    this.service = service;
    this.up = up;
    this.aggregates = aggregates;
  }

  /** Its service may be given servers: enabled, and heard of lately. */
  get alive(): boolean {
    return this.up && this.service?.disabled === false;
  }

  get freeRamMb(): number {
    return this.row.free_ram_mb ?? this.row.memory_mb;
  }

  get totalRamMb(): number {
    return this.row.memory_mb;
  }

  /** The lesser of what is not given out and what the file system has left. */
  get freeDiskMb(): number {
    const least = this.row.disk_available_least;
    const free = this.row.free_disk_gb ?? this.row.local_gb;
    return (least !== null && least < free ? least : free) * 1024;
  }

  get totalDiskMb(): number {
    return this.row.local_gb * 1024;
  }

  get vcpusTotal(): number {
    return this.row.vcpus;
  }

  get vcpusUsed(): number {
    return this.row.vcpus_used;
  }

  get cpuRatio(): number {
    return this.row.cpu_allocation_ratio || 16;
  }

  get ramRatio(): number {
    return this.row.ram_allocation_ratio || 1.5;
  }

  get diskRatio(): number {
    return this.row.disk_allocation_ratio || 1;
  }

  get numInstances(): number {
    return this.row.running_vms ?? 0;
  }

  get numIoOps(): number {
    return this.row.current_workload ?? 0;
  }

  get failedBuilds(): number {
    // Asked of every host for every decision; the rest of the statistics hardly ever.
    this.#failedBuilds ??= Number(/"failed_builds":\s*"?(\d+)/.exec(this.row.stats ?? "")?.[1] ?? 0);
    return this.#failedBuilds;
  }

  get stats(): Record<string, unknown> {
    this.#stats ??= parseObject(this.row.stats);
    return this.#stats;
  }

  /** `[["x86_64", "qemu", "hvm"]]` */
  get supportedInstances(): string[][] {
    return (this.capabilities["supported_instances"] as string[][] | null) ?? [];
  }

  get metrics(): { name: string; value: number }[] {
    return (this.capabilities["metrics"] as { name: string; value: number }[] | null) ?? [];
  }

  /** Everything by the names that flavors' extra specs and the `query` hint use: `free_ram_mb`, `cpu_info`, ... */
  get capabilities(): Record<string, unknown> {
    this.#capabilities ??= {
      host: this.host,
      nodename: this.node,
      hypervisor_hostname: this.node,
      uuid: this.uuid,
      total_usable_ram_mb: this.totalRamMb,
      total_usable_disk_gb: this.row.local_gb,
      free_ram_mb: this.freeRamMb,
      free_disk_mb: this.freeDiskMb,
      disk_mb_used: this.row.local_gb_used * 1024,
      vcpus_total: this.vcpusTotal,
      vcpus_used: this.vcpusUsed,
      num_instances: this.numInstances,
      num_io_ops: this.numIoOps,
      failed_builds: this.failedBuilds,
      host_ip: this.row.host_ip,
      hypervisor_type: this.row.hypervisor_type,
      hypervisor_version: this.row.hypervisor_version,
      cpu_info: parseJson(this.row.cpu_info),
      supported_instances: parseJson(this.row.supported_instances),
      metrics: parseJson(this.row.metrics),
      ram_allocation_ratio: this.ramRatio,
      cpu_allocation_ratio: this.cpuRatio,
      disk_allocation_ratio: this.diskRatio,
      stats: this.stats,
    };
    return this.#capabilities;
  }

  /** Metadata of all its aggregates: key → every value, lists separated by commas taken apart. */
  get aggregateMetadata(): ReadonlyMap<string, ReadonlySet<string>> {
    if (this.#metadata) return this.#metadata;
    const all = new Map<string, Set<string>>();
    for (const aggregate of this.aggregates) {
      for (const [key, value] of Object.entries(aggregate.metadata)) {
        const values = all.get(key) ?? new Set();
        for (const part of value.split(",")) values.add(part.trim());
        all.set(key, values);
      }
    }
    this.#metadata = all;
    return all;
  }

  /** The smallest number that an aggregate sets, or the default (`validate_num_values`). */
  aggregateNumber(key: string, fallback: number): number {
    if (this.aggregates.length === 0) return fallback;
    const numbers = this.aggregates
      .map((aggregate) => aggregate.metadata[key])
      .filter((value) => value !== undefined)
      .map(Number)
      .filter((n) => !Number.isNaN(n));
    return numbers.length === 0 ? fallback : Math.min(...numbers);
  }

  /** As Nova prints it in its log. */
  toString(): string {
    return `(${this.host}, ${this.node}) ram: ${this.freeRamMb}MB disk: ${this.freeDiskMb}MB io_ops: ${this.numIoOps} instances: ${this.numInstances}`;
  }
}

function parseJson(text: string | null): unknown {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function parseObject(text: string | null): Record<string, unknown> {
  const value = parseJson(text);
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
