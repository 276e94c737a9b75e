// What a host has and what of it is taken: the compute_nodes row, and the provider in the placement service.
// Authority: nova/compute/resource_tracker.py, nova/virt/libvirt/driver.py (update_provider_tree) of Zed.

import { adminContext } from "../../core/context.ts";
import type { Inventory } from "../../placement/public.ts";
import type { HostResources } from "../drivers/driver.ts";
import type { Compute, Host } from "./compute.ts";

/**
 * Brings the used amounts of a host's row up to date with the servers it holds now.
 * @param build how a build there has ended: failures in a row count against the host in the scheduler
 */
export function reportUsage(
  compute: UsageReporter,
  host: { name: string },
  build?: "failed" | "succeeded",
): void {
  const node = compute.nodes.ofHost(host.name);
  if (!node) return;
  const { settings, store } = compute;
  const used = store.usageOfHost(host.name);
  const memoryUsed = used.memory_mb + settings.RESERVED_HOST_MEMORY_MB;
  const failures = build === "succeeded" ? 0 : failedBuilds(node.stats) + (build === "failed" ? 1 : 0);
  const diskUsed = used.disk_gb + Math.ceil(settings.RESERVED_HOST_DISK_MB / 1024);
  const changes = {
    vcpus_used: used.vcpus,
    memory_mb_used: memoryUsed,
    local_gb_used: diskUsed,
    free_ram_mb: node.memory_mb - memoryUsed,
    free_disk_gb: node.local_gb - diskUsed,
    running_vms: used.total,
    current_workload: used.busy,
    stats: JSON.stringify({
      failed_builds: String(failures),
      num_instances: String(used.total),
      io_workload: String(used.busy),
    }),
  };
  compute.nodes.update(node, changes, compute.now());
}

function failedBuilds(stats: string | null): number {
  return Number(/"failed_builds":\s*"?(\d+)/.exec(stats ?? "")?.[1] ?? 0);
}

/** The parts of a Compute that are needed to keep the books; the scheduler has them too. */
export type UsageReporter = Pick<Compute, "nodes" | "store" | "now"> & {
  settings: Pick<Compute["settings"], "RESERVED_HOST_MEMORY_MB" | "RESERVED_HOST_DISK_MB">;
};

/** The row of a host that starts, or whose resources are looked at again. Returns the node's uuid. */
export function reportNode(
  compute: Compute,
  hostName: string,
  serviceId: number,
  resources: HostResources,
): string {
  const { settings, nodes } = compute;
  const facts = {
    hypervisor_hostname: resources.hypervisorHostname,
    service_id: serviceId,
    vcpus: resources.vcpus,
    memory_mb: resources.memoryMb,
    local_gb: resources.localGb,
    hypervisor_type: resources.hypervisorType,
    hypervisor_version: resources.hypervisorVersion,
    cpu_info: JSON.stringify(resources.cpuInfo),
    disk_available_least: resources.localGbFree,
    host_ip: resources.hostIp,
    supported_instances: JSON.stringify(resources.supportedInstances),
    metrics: "[]",
    cpu_allocation_ratio: settings.CPU_ALLOCATION_RATIO,
    ram_allocation_ratio: settings.RAM_ALLOCATION_RATIO,
    disk_allocation_ratio: settings.DISK_ALLOCATION_RATIO,
    ...(settings.DISCOVER_HOSTS_IN_CELLS_INTERVAL === 0 ? { mapped: 1 } : {}),
  };
  const node = nodes.ofHost(hostName);
  if (node) return nodes.update(node, facts, compute.now()).uuid;
  const memoryUsed = settings.RESERVED_HOST_MEMORY_MB;
  return nodes.insert({
    ...facts,
    uuid: compute.context.ids.uuid(),
    host: hostName,
    created_at: compute.now(),
    updated_at: compute.now(),
    vcpus_used: 0,
    memory_mb_used: memoryUsed,
    local_gb_used: 0,
    free_ram_mb: resources.memoryMb - memoryUsed,
    free_disk_gb: resources.localGb,
    running_vms: 0,
    current_workload: 0,
    stats: JSON.stringify({ failed_builds: "0", num_instances: "0", io_workload: "0" }),
  }).uuid;
}

/** The host's inventories in the placement service. Does nothing while that is stopped: the next round does. */
export function reportProvider(compute: Compute, host: Pick<Host, "nodeUuid" | "resources">): void {
  const { placement } = compute;
  if (!placement) return;
  placement.ensureProvider(adminContext(compute.context.ids.requestId()), {
    uuid: host.nodeUuid,
    name: host.resources.hypervisorHostname,
    inventories: inventoriesOf(compute, host.resources),
    traits: ["COMPUTE_NODE", ...host.resources.traits],
  });
}

function inventoriesOf(compute: Compute, resources: HostResources): Record<string, Inventory> {
  const { settings } = compute;
  const inventory = (total: number, reserved: number, allocationRatio: number): Inventory => ({
    total,
    reserved: Math.min(reserved, total),
    minUnit: 1,
    maxUnit: total,
    stepSize: 1,
    allocationRatio,
  });
  return {
    VCPU: inventory(resources.vcpus, settings.RESERVED_HOST_CPUS, settings.CPU_ALLOCATION_RATIO),
    MEMORY_MB: inventory(resources.memoryMb, settings.RESERVED_HOST_MEMORY_MB, settings.RAM_ALLOCATION_RATIO),
    DISK_GB: inventory(
      resources.localGb,
      Math.ceil(settings.RESERVED_HOST_DISK_MB / 1024),
      settings.DISK_ALLOCATION_RATIO,
    ),
  };
}
