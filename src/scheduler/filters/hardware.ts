import { numaCells, numaCellsWanted, pciAliases, wantsThreads } from "../hardware.ts";
import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";
import type { HostFilter } from "./filter.ts";

/**
 * A server with a NUMA topology fits into as many cells of the host, the overcommit ratios allowed for. A host that
 * reports no topology takes none. Authority: nova/scheduler/filters/numa_topology_filter.py of Zed.
 */
export class NUMATopologyFilter implements HostFilter {
  readonly name = "NUMATopologyFilter";

  passes(host: HostState, request: SchedulingRequest): boolean {
    const cells = numaCells(host);
    if (cells && wantsThreads(request) && !cells.some(({ threads }) => threads)) return false;
    const wanted = numaCellsWanted(request);
    if (wanted === 0) return true;
    if (!cells) return false;
    const { vcpus, memory_mb } = request.flavor;
    const [cpus, memoryMb] = [Math.ceil(vcpus / wanted), Math.ceil(memory_mb / wanted)];
    const fitting = cells.filter(
      (cell) =>
        cpus <= cell.cpus &&
        memoryMb <= cell.memoryMb &&
        cell.cpuUsage + cpus <= cell.cpus * host.cpuRatio &&
        cell.memoryUsageMb + memoryMb <= cell.memoryMb * host.ramRatio,
    );
    return fitting.length >= wanted;
  }
}

/** No compute driver here passes devices through, so no host has the ones that a flavor asks for. */
export class PciPassthroughFilter implements HostFilter {
  readonly name = "PciPassthroughFilter";

  passes(_host: HostState, request: SchedulingRequest): boolean {
    return pciAliases(request) === "";
  }
}
