// Hosts and requests for the scheduler's own tests.

import type {
  ComputeNodeRow,
  FlavorSnapshot,
  InstanceRow,
  RequestSpec,
} from "../compute/scheduling/public.ts";
import { Config } from "../config/config.ts";
import { adminContext } from "../core/context.ts";
import { schedulerSection } from "./config.ts";
import type { FilterSettings } from "./filters/filter.ts";
import { HostState } from "./host-state.ts";
import type { SchedulingRequest } from "./request.ts";

export function schedulerSettings(changes: Record<string, string> = {}): FilterSettings {
  const config = new Config({ sections: [schedulerSection], env: {}, rc: null, overrides: changes });
  return { ...config.values(schedulerSection), DEFAULT_AVAILABILITY_ZONE: "nova" };
}

export interface TestHost extends Partial<ComputeNodeRow> {
  up?: boolean;
  disabled?: boolean;
  /** Metadata of aggregates the host is in. */
  aggregates?: Record<string, string>[];
}

export function testHost(name: string, changes: TestHost = {}): HostState {
  const { up = true, disabled = false, aggregates = [], ...columns } = changes;
  const row = {
    uuid: `uuid-of-${name}`,
    host: name,
    hypervisor_hostname: name,
    vcpus: 8,
    vcpus_used: 0,
    memory_mb: 16_384,
    free_ram_mb: 16_384,
    local_gb: 100,
    free_disk_gb: 100,
    local_gb_used: 0,
    disk_available_least: null,
    running_vms: 0,
    current_workload: 0,
    hypervisor_type: "QEMU",
    hypervisor_version: 7_002_000,
    host_ip: "10.0.0.1",
    supported_instances: JSON.stringify([["x86_64", "qemu", "hvm"]]),
    cpu_info: JSON.stringify({ arch: "x86_64", features: ["aes", "avx2"], topology: { cores: 4 } }),
    metrics: "[]",
    stats: "{}",
    cpu_allocation_ratio: 16,
    ram_allocation_ratio: 1.5,
    disk_allocation_ratio: 1,
    ...columns,
  } as unknown as ComputeNodeRow;
  const service = {
    id: 1,
    uuid: "s",
    host: name,
    binary: "nova-compute",
    disabled,
    disabledReason: null,
    forcedDown: false,
    lastSeenUpMs: 0,
  };
  const facts = aggregates.map((metadata, i) => ({
    id: i,
    uuid: `a${i}`,
    name: `a${i}`,
    hosts: [name],
    metadata,
  }));
  return new HostState(row, service, up, facts);
}

export interface TestRequest extends Partial<Omit<SchedulingRequest, "spec" | "flavor">> {
  spec?: Partial<RequestSpec>;
  flavor?: Partial<FlavorSnapshot>;
}

export function testRequest(changes: TestRequest = {}): SchedulingRequest {
  const { spec, flavor, ...rest } = changes;
  return {
    context: adminContext("req-1"),
    instanceUuid: "11111111-2222-3333-4444-555555555555",
    projectId: "p1",
    resources: { VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 },
    ignoreHosts: new Set(),
    targetHost: null,
    targetNode: null,
    force: false,
    group: null,
    currentHost: null,
    hostsOf: () => new Set(),
    flavorsOn: () => new Set(),
    index: 0,
    purpose: "build",
    instance: { uuid: "11111111-2222-3333-4444-555555555555", launch_index: 0 } as InstanceRow,
    ...rest,
    flavor: {
      id: 1,
      flavorid: "1",
      name: "m1.tiny",
      memory_mb: 512,
      vcpus: 1,
      root_gb: 1,
      ephemeral_gb: 0,
      swap: 0,
      rxtx_factor: 1,
      disabled: false,
      is_public: true,
      description: null,
      extra_specs: {},
      ...flavor,
    },
    spec: {
      hints: {},
      availabilityZone: null,
      forceHost: null,
      forceNode: null,
      requestedHost: null,
      requestedNode: null,
      count: 1,
      networks: "none",
      securityGroups: [],
      bootsFromVolume: false,
      imageProperties: {},
      imageId: null,
      minRamMb: 0,
      minDiskGb: 0,
      remoteAddress: null,
      ...spec,
    },
  };
}
