// What a scheduler plugin sees of hosts, requests and callers (`src/plugins/contract.d.ts`).

import type { FlavorSnapshot } from "../compute/scheduling/public.ts";
import type { RequestContext } from "../core/context.ts";
import type {
  FilterProperties,
  HostFacts,
  InstanceType,
  PlacementRequest,
  RequestSpec,
  SchedulerContext,
} from "../plugins/contract.d.ts";
import type { HostState } from "./host-state.ts";
import type { SchedulingRequest } from "./request.ts";

const known = new WeakMap<HostState, HostFacts>();

/** The same object as long as the host is unchanged: a plugin's thread gets it once. */
export function hostFacts(state: HostState): HostFacts {
  const made = known.get(state);
  if (made) return made;
  const facts: HostFacts = {
    host: state.host,
    nodename: state.node,
    up: state.alive,
    disabled: state.service?.disabled ?? true,
    host_ip: state.row.host_ip,
    hypervisor_type: state.row.hypervisor_type,
    vcpus_total: state.vcpusTotal,
    vcpus_used: state.vcpusUsed,
    total_usable_ram_mb: state.totalRamMb,
    free_ram_mb: state.freeRamMb,
    total_usable_disk_gb: state.row.local_gb,
    free_disk_mb: state.freeDiskMb,
    num_instances: state.numInstances,
    num_io_ops: state.numIoOps,
    cpu_allocation_ratio: state.cpuRatio,
    ram_allocation_ratio: state.ramRatio,
    disk_allocation_ratio: state.diskRatio,
    aggregate_metadata: Object.fromEntries(
      [...state.aggregateMetadata].map(([key, values]) => [key, [...values]]),
    ),
  };
  known.set(state, facts);
  return facts;
}

export const items = (hosts: readonly HostState[]) =>
  hosts.map((state): [string, HostFacts] => [state.host, hostFacts(state)]);

export function contextFacts(
  context: RequestContext,
  spec: { remoteAddress: string | null },
): SchedulerContext {
  const { requestId, userId, userName, projectId, projectName, roles, isAdmin } = context;
  const remoteAddress = context.remoteAddress ?? spec.remoteAddress ?? "127.0.0.1";
  return { requestId, userId, userName, projectId, projectName, roles, isAdmin, remoteAddress };
}

export function instanceType(flavor: FlavorSnapshot): InstanceType {
  const { id, flavorid, name, memory_mb, vcpus, root_gb, ephemeral_gb, swap, extra_specs } = flavor;
  return { id, flavorid, name, memory_mb, vcpus, root_gb, ephemeral_gb, swap, extra_specs };
}

export function instanceProperties({ instance, projectId }: SchedulingRequest) {
  const { uuid, display_name, user_id, launch_index, host } = instance;
  const { memory_mb, vcpus, root_gb, ephemeral_gb, image_ref, availability_zone, hostname } = instance;
  return {
    ...{
      uuid,
      display_name,
      hostname,
      project_id: projectId,
      user_id,
      launch_index: launch_index ?? 0,
      host,
    },
    ...{ memory_mb, vcpus, root_gb, ephemeral_gb, image_ref, availability_zone },
  };
}

/** Of servers that are placed together; they differ in nothing but their number. */
export function requestSpec(requests: readonly [SchedulingRequest, ...SchedulingRequest[]]): RequestSpec {
  const [first] = requests;
  const { spec, flavor } = first;
  return {
    instance_uuids: requests.map(({ instanceUuid }) => instanceUuid),
    num_instances: requests.length,
    instance_type: instanceType(flavor),
    instance_properties: instanceProperties(first),
    image: {
      id: spec.imageId,
      properties: spec.imageProperties,
      min_ram: spec.minRamMb,
      min_disk: spec.minDiskGb,
    },
    security_group: spec.securityGroups,
  };
}

export function filterProperties(
  { spec, ignoreHosts }: SchedulingRequest,
  retry: { attempts: number; hosts: string[] } | null,
): FilterProperties {
  return {
    scheduler_hints: spec.hints,
    availability_zone: spec.availabilityZone,
    ignore_hosts: [...ignoreHosts],
    retry: retry && { num_attempts: retry.attempts, hosts: retry.hosts },
  };
}

export function placementRequest(request: SchedulingRequest): PlacementRequest {
  return {
    context: contextFacts(request.context, request.spec),
    requestSpec: requestSpec([request]),
    filterProperties: filterProperties(request, null),
  };
}
