// The Compute API: hosts and the services on them, for administrators.

import { compute } from "./compute-api.ts";

/** Hypervisors tell their use up to 2.87. */
const WITH_USE = { "openstack-api-version": "compute 2.87" };

export interface Hypervisor {
  id: string;
  name: string;
  type: string;
  state: string;
  status: string;
  vcpus: number;
  vcpusUsed: number;
  memoryMb: number;
  memoryMbUsed: number;
  localGb: number;
  localGbUsed: number;
  runningVms: number;
}

interface WireHypervisor {
  id: string;
  hypervisor_hostname: string;
  hypervisor_type: string;
  state: string;
  status: string;
  vcpus: number;
  vcpus_used: number;
  memory_mb: number;
  memory_mb_used: number;
  local_gb: number;
  local_gb_used: number;
  running_vms: number;
}

export async function listHypervisors(signal?: AbortSignal): Promise<Hypervisor[]> {
  const found: WireHypervisor[] = [];
  for (let marker: string | undefined; ; ) {
    const { hypervisors, hypervisors_links } = await compute<{
      hypervisors: WireHypervisor[];
      hypervisors_links?: unknown[];
    }>("/os-hypervisors/detail", { headers: WITH_USE, query: { marker }, signal });
    found.push(...hypervisors);
    marker = hypervisors.at(-1)?.id;
    if (!hypervisors_links || marker === undefined) break;
  }
  return found.map((one) => ({
    id: one.id,
    name: one.hypervisor_hostname,
    type: one.hypervisor_type,
    state: one.state,
    status: one.status,
    vcpus: one.vcpus,
    vcpusUsed: one.vcpus_used,
    memoryMb: one.memory_mb,
    memoryMbUsed: one.memory_mb_used,
    localGb: one.local_gb,
    localGbUsed: one.local_gb_used,
    runningVms: one.running_vms,
  }));
}

export interface ComputeService {
  id: string;
  binary: string;
  host: string;
  zone: string;
  status: string;
  state: string;
  updatedAt: string | null;
  disabledReason: string | null;
}

export async function listComputeServices(signal?: AbortSignal): Promise<ComputeService[]> {
  const { services } = await compute<{
    services: (Omit<ComputeService, "updatedAt" | "disabledReason"> & {
      updated_at: string | null;
      disabled_reason: string | null;
    })[];
  }>("/os-services", { signal });
  return services.map(({ updated_at, disabled_reason, ...rest }) => ({
    ...rest,
    updatedAt: updated_at,
    disabledReason: disabled_reason,
  }));
}
