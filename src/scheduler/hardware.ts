// What of a flavor and an image asks for particular hardware: NUMA cells, pinned CPUs, huge pages, PCI devices; and
// what a host has of it. Authority: nova/virt/hardware.py (numa_get_constraints), nova/pci/request.py of Zed.

import type { HostState } from "./host-state.ts";
import type { SchedulingRequest } from "./request.ts";

/** By a flavor's extra spec; an image's property has `hw_` and underscores. */
function wanted({ flavor, spec }: SchedulingRequest, name: string): string | undefined {
  return flavor.extra_specs[`hw:${name}`] ?? spec.imageProperties[`hw_${name.replaceAll(".", "_")}`];
}

/** Number of NUMA cells the server is to have; 0 when it has no topology. */
export function numaCellsWanted(request: SchedulingRequest): number {
  const nodes = Number(wanted(request, "numa_nodes") ?? 0);
  if (nodes > 0) return nodes;
  const policy = wanted(request, "cpu_policy");
  const pinned = policy === "dedicated" || policy === "mixed";
  return pinned || wanted(request, "mem_page_size") !== undefined ? 1 : 0;
}

export const wantsThreads = (request: SchedulingRequest) =>
  wanted(request, "cpu_policy") === "dedicated" && wanted(request, "cpu_thread_policy") === "require";

export interface NumaCell {
  cpus: number;
  memoryMb: number;
  cpuUsage: number;
  memoryUsageMb: number;
  threads: boolean;
}

/** Of `compute_nodes.numa_topology`, Nova's serialised NUMATopology. Null when the host reports none. */
export function numaCells({ row }: HostState): NumaCell[] | null {
  if (!row.numa_topology) return null;
  try {
    const whole = dataOf(JSON.parse(row.numa_topology));
    const cells = whole["cells"];
    if (!Array.isArray(cells) || cells.length === 0) return null;
    return cells.map((entry) => {
      const cell = dataOf(entry);
      const count = (name: string) => (Array.isArray(cell[name]) ? cell[name].length : 0);
      return {
        cpus: Math.max(count("cpuset"), count("pcpuset")),
        memoryMb: Number(cell["memory"] ?? 0),
        cpuUsage: Number(cell["cpu_usage"] ?? 0),
        memoryUsageMb: Number(cell["memory_usage"] ?? 0),
        threads: Array.isArray(cell["siblings"]) && cell["siblings"].some((set) => set?.length > 1),
      };
    });
  } catch {
    return null; // not Nova's form: as good as none
  }
}

function dataOf(entry: unknown): Record<string, unknown> {
  const whole = (entry ?? {}) as Record<string, unknown>;
  return (whole["nova_object.data"] as Record<string, unknown> | undefined) ?? whole;
}

/** `pci_passthrough:alias` of the flavor: `a1:2,a2:1`. Empty when it asks for no device. */
export const pciAliases = ({ flavor }: SchedulingRequest) =>
  flavor.extra_specs["pci_passthrough:alias"] ?? "";
