// What a domain is and does: state, XML, metadata, statistics.

import { VIR_TYPED_PARAM_STRING_OKAY } from "./constants.gen.ts";
import type { Rpc } from "./host.ts";
import * as p from "./procedures.gen.ts";
import type { CallOptions } from "./rpc.ts";
import { exactNumber, readTypedParams, type TypedParams } from "./typed-params.ts";

export interface DomainInfo {
  /** virDomainState. */
  readonly state: number;
  /** KiB. */
  readonly maxMem: number;
  /** KiB now. */
  readonly memory: number;
  readonly nrVirtCpu: number;
  /** Nanoseconds of CPU time; passes 2^53 after 104 CPU days. */
  readonly cpuTime: bigint;
}

export interface DomainInterfaceStats {
  /** Bytes and packets as the guest sees them; -1 for what the hypervisor does not count. */
  readonly rxBytes: number;
  readonly rxPackets: number;
  readonly rxErrs: number;
  readonly rxDrop: number;
  readonly txBytes: number;
  readonly txPackets: number;
  readonly txErrs: number;
  readonly txDrop: number;
}

export interface DomainStatsRecord {
  readonly dom: p.Domain;
  /** `state.state`, `cpu.time` (ns), `balloon.current` (KiB), `block.0.rd.bytes`, `net.0.tx.pkts` ... */
  readonly params: TypedParams;
}

export function domainInfoCalls(rpc: Rpc) {
  return {
    /** state: virDomainState; reason: the virDomain…Reason of that state. */
    async domainGetState(
      dom: p.Domain,
      flags = 0,
      options?: CallOptions,
    ): Promise<{ readonly state: number; readonly reason: number }> {
      return await rpc.call(p.domainGetState, { dom, flags }, options);
    },

    async domainGetInfo(dom: p.Domain, options?: CallOptions): Promise<DomainInfo> {
      const info = await rpc.call(p.domainGetInfo, { dom }, options);
      return {
        ...info,
        maxMem: exactNumber(info.maxMem, "maxMem"),
        memory: exactNumber(info.memory, "memory"),
      };
    },

    /** Is the monitor busy? state: virDomainControlState; stateTime: milliseconds. */
    async domainGetControlInfo(
      dom: p.Domain,
      flags = 0,
      options?: CallOptions,
    ): Promise<{ readonly state: number; readonly details: number; readonly stateTime: bigint }> {
      return await rpc.call(p.domainGetControlInfo, { dom, flags }, options);
    },

    /** flags: virDomainXMLFlags; 0 is the running configuration if it runs. */
    async domainGetXMLDesc(dom: p.Domain, flags = 0, options?: CallOptions): Promise<string> {
      return (await rpc.call(p.domainGetXMLDesc, { dom, flags }, options)).xml;
    },

    /** `hvm`. */
    async domainGetOSType(dom: p.Domain, options?: CallOptions): Promise<string> {
      return (await rpc.call(p.domainGetOSType, { dom }, options)).type;
    },

    async domainIsActive(dom: p.Domain, options?: CallOptions): Promise<boolean> {
      return (await rpc.call(p.domainIsActive, { dom }, options)).active !== 0;
    },

    async domainIsPersistent(dom: p.Domain, options?: CallOptions): Promise<boolean> {
      return (await rpc.call(p.domainIsPersistent, { dom }, options)).persistent !== 0;
    },

    /** Has the stored configuration changed since it was started? */
    async domainIsUpdated(dom: p.Domain, options?: CallOptions): Promise<boolean> {
      return (await rpc.call(p.domainIsUpdated, { dom }, options)).updated !== 0;
    },

    /** Why it is tainted, what of it is deprecated. */
    async domainGetMessages(dom: p.Domain, flags = 0, options?: CallOptions): Promise<readonly string[]> {
      return (await rpc.call(p.domainGetMessages, { dom, flags }, options)).msgs;
    },

    /**
     * type: virDomainMetadataType. metadata null removes it; key (the XML prefix) and uri only for
     * VIR_DOMAIN_METADATA_ELEMENT. flags: virDomainModificationImpact.
     */
    async domainSetMetadata(
      dom: p.Domain,
      type: number,
      metadata: string | null,
      key: string | null = null,
      uri: string | null = null,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSetMetadata, { dom, type, metadata, key, uri, flags }, options);
    },

    /** VIR_ERR_NO_DOMAIN_METADATA when there is none. */
    async domainGetMetadata(
      dom: p.Domain,
      type: number,
      uri: string | null = null,
      flags = 0,
      options?: CallOptions,
    ): Promise<string> {
      return (await rpc.call(p.domainGetMetadata, { dom, type, uri, flags }, options)).metadata;
    },

    /**
     * Statistics of many domains at once; no domains means all. stats: virDomainStatsTypes, 0 all of them;
     * flags: virConnectGetAllDomainStatsFlags.
     */
    async connectGetAllDomainStats(
      doms: readonly p.Domain[] = [],
      stats = 0,
      flags = 0,
      options?: CallOptions,
    ): Promise<readonly DomainStatsRecord[]> {
      const { retStats } = await rpc.call(p.connectGetAllDomainStats, { doms, stats, flags }, options);
      return retStats.map(({ dom, params }) => ({ dom, params: readTypedParams(params) }));
    },

    /** device: the tap's name, or the MAC address. */
    async domainInterfaceStats(
      dom: p.Domain,
      device: string,
      options?: CallOptions,
    ): Promise<DomainInterfaceStats> {
      const stats = await rpc.call(p.domainInterfaceStats, { dom, device }, options);
      return {
        rxBytes: exactNumber(stats.rxBytes, "rxBytes"),
        rxPackets: exactNumber(stats.rxPackets, "rxPackets"),
        rxErrs: exactNumber(stats.rxErrs, "rxErrs"),
        rxDrop: exactNumber(stats.rxDrop, "rxDrop"),
        txBytes: exactNumber(stats.txBytes, "txBytes"),
        txPackets: exactNumber(stats.txPackets, "txPackets"),
        txErrs: exactNumber(stats.txErrs, "txErrs"),
        txDrop: exactNumber(stats.txDrop, "txDrop"),
      };
    },

    /** By virDomainMemoryStatTags; sizes in KiB. What the balloon driver does not know is absent. */
    async domainMemoryStats(dom: p.Domain, options?: CallOptions): Promise<ReadonlyMap<number, number>> {
      // There are 13 tags in libvirt 9.0; room for what later releases add.
      const { stats } = await rpc.call(p.domainMemoryStats, { dom, maxStats: 64, flags: 0 }, options);
      return new Map(stats.map(({ tag, val }) => [tag, exactNumber(val, `memory statistic ${tag}`)]));
    },

    /** How often the balloon driver reports, in seconds; 0 stops it. */
    async domainSetMemoryStatsPeriod(
      dom: p.Domain,
      period: number,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSetMemoryStatsPeriod, { dom, period, flags }, options);
    },

    /** Of all its CPUs together, in nanoseconds: `cpu_time`, `user_time`, `system_time`. */
    async domainGetCPUStats(dom: p.Domain, options?: CallOptions): Promise<TypedParams> {
      const args = { dom, startCpu: -1, ncpus: 1, flags: VIR_TYPED_PARAM_STRING_OKAY };
      const { nparams } = await rpc.call(p.domainGetCPUStats, { ...args, nparams: 0 }, options);
      const { params } = await rpc.call(p.domainGetCPUStats, { ...args, nparams }, options);
      return readTypedParams(params);
    },
  };
}
