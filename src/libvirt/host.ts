// Calls about the connection and the host: versions, capabilities, CPUs, memory. Names and units are libvirt's
// (https://libvirt.org/html/libvirt-libvirt-host.html); an absent flags argument is 0.

import { VIR_NODE_CPU_STATS_ALL_CPUS, VIR_NODE_MEMORY_STATS_ALL_CELLS } from "./constants.gen.ts";
import * as p from "./procedures.gen.ts";
import type { CallOptions, RpcClient } from "./rpc.ts";
import { exactNumber } from "./typed-params.ts";

/** What the call files need of a connection. */
export type Rpc = Pick<RpcClient, "call" | "openStream">;

export interface NodeInfo {
  /** `x86_64`. */
  readonly model: string;
  /** KiB. */
  readonly memory: number;
  /** Active CPUs (threads). */
  readonly cpus: number;
  /** 0 when unknown. */
  readonly mhz: number;
  /** NUMA cells; 1 also when the topology is unusual, and then sockets × cores × threads is not cpus. */
  readonly nodes: number;
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
}

export interface DomainCapabilitiesQuery {
  /** All default to the hypervisor's choice. */
  readonly emulatorbin?: string | null;
  /** `x86_64`. */
  readonly arch?: string | null;
  /** `q35`. */
  readonly machine?: string | null;
  /** `kvm`, `qemu`. */
  readonly virttype?: string | null;
}

/** Bit n of the map is CPU n: byte n / 8, lowest bit first (VIR_CPU_USED in libvirt-domain.h). */
export function cpuNumbers(map: Uint8Array): number[] {
  const cpus: number[] = [];
  for (let cpu = 0; cpu < map.length * 8; cpu += 1) {
    if (((map[cpu >> 3] ?? 0) >> (cpu & 7)) & 1) cpus.push(cpu);
  }
  return cpus;
}

export function hostCalls(rpc: Rpc) {
  return {
    /** The driver's name: `QEMU`. */
    async connectGetType(options?: CallOptions): Promise<string> {
      return (await rpc.call(p.connectGetType, undefined, options)).type;
    },

    /** The hypervisor's version: major × 1,000,000 + minor × 1,000 + release. */
    async connectGetVersion(options?: CallOptions): Promise<number> {
      return exactNumber(
        (await rpc.call(p.connectGetVersion, undefined, options)).hvVer,
        "hypervisor version",
      );
    },

    /** The daemon's libvirt, in the same form: 9.0.0 is 9000000. */
    async connectGetLibVersion(options?: CallOptions): Promise<number> {
      return exactNumber(
        (await rpc.call(p.connectGetLibVersion, undefined, options)).libVer,
        "libvirt version",
      );
    },

    async connectGetHostname(options?: CallOptions): Promise<string> {
      return (await rpc.call(p.connectGetHostname, undefined, options)).hostname;
    },

    /** The URI as the daemon sees it: `qemu:///system`. */
    async connectGetURI(options?: CallOptions): Promise<string> {
      return (await rpc.call(p.connectGetURI, undefined, options)).uri;
    },

    /** `<capabilities>` XML: host CPU, NUMA topology, guest architectures. */
    async connectGetCapabilities(options?: CallOptions): Promise<string> {
      return (await rpc.call(p.connectGetCapabilities, undefined, options)).capabilities;
    },

    /** `<domainCapabilities>` XML. VIR_ERR_INVALID_ARG when the host has no such emulator. */
    async connectGetDomainCapabilities(
      query: DomainCapabilitiesQuery = {},
      flags = 0,
      options?: CallOptions,
    ): Promise<string> {
      const { emulatorbin = null, arch = null, machine = null, virttype = null } = query;
      const args = { emulatorbin, arch, machine, virttype, flags };
      return (await rpc.call(p.connectGetDomainCapabilities, args, options)).capabilities;
    },

    /** The most virtual CPUs a domain of this type (`kvm`, `qemu`) can have. */
    async connectGetMaxVcpus(type: string | null = null, options?: CallOptions): Promise<number> {
      return (await rpc.call(p.connectGetMaxVcpus, { type }, options)).maxVcpus;
    },

    /** `feature` is a virDrvFeature. */
    async connectSupportsFeature(feature: number, options?: CallOptions): Promise<boolean> {
      return (await rpc.call(p.connectSupportsFeature, { feature }, options)).supported !== 0;
    },

    async connectIsSecure(options?: CallOptions): Promise<boolean> {
      return (await rpc.call(p.connectIsSecure, undefined, options)).secure !== 0;
    },

    /** SMBIOS data as `<sysinfo>` XML. */
    async connectGetSysinfo(flags = 0, options?: CallOptions): Promise<string> {
      return (await rpc.call(p.connectGetSysinfo, { flags }, options)).sysinfo;
    },

    /** virCPUCompareResult: is the host's CPU at least the one in the `<cpu>` XML? */
    async connectCompareCPU(xml: string, flags = 0, options?: CallOptions): Promise<number> {
      return (await rpc.call(p.connectCompareCPU, { xml, flags }, options)).result;
    },

    /** virCPUCompareResult for what a hypervisor can offer on this host. */
    async connectCompareHypervisorCPU(
      query: DomainCapabilitiesQuery,
      xmlCPU: string,
      flags = 0,
      options?: CallOptions,
    ): Promise<number> {
      const { emulatorbin: emulator = null, arch = null, machine = null, virttype = null } = query;
      const args = { emulator, arch, machine, virttype, xmlCPU, flags };
      return (await rpc.call(p.connectCompareHypervisorCPU, args, options)).result;
    },

    /** The `<cpu>` XML that all the given ones have in common. */
    async connectBaselineCPU(xmlCPUs: readonly string[], flags = 0, options?: CallOptions): Promise<string> {
      return (await rpc.call(p.connectBaselineCPU, { xmlCPUs, flags }, options)).cpu;
    },

    async connectBaselineHypervisorCPU(
      query: DomainCapabilitiesQuery,
      xmlCPUs: readonly string[],
      flags = 0,
      options?: CallOptions,
    ): Promise<string> {
      const { emulatorbin: emulator = null, arch = null, machine = null, virttype = null } = query;
      const args = { emulator, arch, machine, virttype, xmlCPUs, flags };
      return (await rpc.call(p.connectBaselineHypervisorCPU, args, options)).cpu;
    },

    async connectGetCPUModelNames(
      arch: string,
      flags = 0,
      options?: CallOptions,
    ): Promise<readonly string[]> {
      return (await rpc.call(p.connectGetCPUModelNames, { arch, needResults: 1, flags }, options)).models;
    },

    async nodeGetInfo(options?: CallOptions): Promise<NodeInfo> {
      const info = await rpc.call(p.nodeGetInfo, undefined, options);
      return { ...info, memory: exactNumber(info.memory, "memory") };
    },

    /** KiB by name: `total`, `free`, `buffers`, `cached`. `cell` is a NUMA cell, by default all. */
    async nodeGetMemoryStats(
      cell = VIR_NODE_MEMORY_STATS_ALL_CELLS,
      flags = 0,
      options?: CallOptions,
    ): Promise<ReadonlyMap<string, number>> {
      const { nparams } = await rpc.call(p.nodeGetMemoryStats, { nparams: 0, cellNum: cell, flags }, options);
      const { params } = await rpc.call(p.nodeGetMemoryStats, { nparams, cellNum: cell, flags }, options);
      return new Map(params.map(({ field, value }) => [field, exactNumber(value, field)]));
    },

    /** Nanoseconds since boot by name: `kernel`, `user`, `idle`, `iowait`. `cpu` defaults to the sum of all. */
    async nodeGetCPUStats(
      cpu = VIR_NODE_CPU_STATS_ALL_CPUS,
      flags = 0,
      options?: CallOptions,
    ): Promise<ReadonlyMap<string, bigint>> {
      const { nparams } = await rpc.call(p.nodeGetCPUStats, { cpuNum: cpu, nparams: 0, flags }, options);
      const { params } = await rpc.call(p.nodeGetCPUStats, { cpuNum: cpu, nparams, flags }, options);
      return new Map(params.map(({ field, value }) => [field, value]));
    },

    /** How many CPUs the host has, and which of them are online. */
    async nodeGetCPUMap(options?: CallOptions): Promise<{ present: number; online: readonly number[] }> {
      const { ret, cpumap } = await rpc.call(
        p.nodeGetCPUMap,
        { needMap: 1, needOnline: 1, flags: 0 },
        options,
      );
      return { present: ret, online: cpuNumbers(cpumap) };
    },

    /** Bytes. */
    async nodeGetFreeMemory(options?: CallOptions): Promise<number> {
      return exactNumber((await rpc.call(p.nodeGetFreeMemory, undefined, options)).freeMem, "free memory");
    },

    /** Bytes for each NUMA cell from `startCell` on. */
    async nodeGetCellsFreeMemory(
      startCell: number,
      maxcells: number,
      options?: CallOptions,
    ): Promise<readonly number[]> {
      const { cells } = await rpc.call(p.nodeGetCellsFreeMemory, { startCell, maxcells }, options);
      return cells.map((bytes) => exactNumber(bytes, "free memory of a cell"));
    },
  };
}
