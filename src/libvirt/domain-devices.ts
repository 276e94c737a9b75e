// Changing a domain's hardware: devices, virtual CPUs, memory, limits. flags are virDomainModificationImpact
// (VIR_DOMAIN_AFFECT_LIVE, …_CONFIG) unless said otherwise.

import { VIR_TYPED_PARAM_STRING_OKAY } from "./constants.gen.ts";
import { cpuNumbers, type Rpc } from "./host.ts";
import * as p from "./procedures.gen.ts";
import type { CallOptions } from "./rpc.ts";
import { exactNumber, readTypedParams, type TypedParams } from "./typed-params.ts";

export interface VcpuInfo {
  readonly number: number;
  /** virVcpuState. */
  readonly state: number;
  /** Nanoseconds. */
  readonly cpuTime: bigint;
  /** The host's CPU it runs on, or -1. */
  readonly cpu: number;
  /** The host's CPUs it may run on. */
  readonly affinity: readonly number[];
}

/** REMOTE_DOMAIN_SCHEDULER_PARAMETERS_MAX. */
const schedulerParametersMax = 16;

export function domainDeviceCalls(rpc: Rpc) {
  return {
    async domainAttachDeviceFlags(
      dom: p.Domain,
      xml: string,
      flags: number,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainAttachDeviceFlags, { dom, xml, flags }, options);
    },

    /** On a running domain the guest has to agree: it is only gone with the event `deviceRemoved`. */
    async domainDetachDeviceFlags(
      dom: p.Domain,
      xml: string,
      flags: number,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainDetachDeviceFlags, { dom, xml, flags }, options);
    },

    /** As domainDetachDeviceFlags, by the alias in the XML (`net0`). */
    async domainDetachDeviceAlias(
      dom: p.Domain,
      alias: string,
      flags: number,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainDetachDeviceAlias, { dom, alias, flags }, options);
    },

    /** flags: virDomainDeviceModifyFlags. */
    async domainUpdateDeviceFlags(
      dom: p.Domain,
      xml: string,
      flags: number,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainUpdateDeviceFlags, { dom, xml, flags }, options);
    },

    /** Of a running domain, at most `maxVcpus`. `hostCpus`: how many CPUs the affinity covers. */
    async domainGetVcpus(
      dom: p.Domain,
      maxVcpus: number,
      hostCpus: number,
      options?: CallOptions,
    ): Promise<readonly VcpuInfo[]> {
      const maplen = Math.ceil(hostCpus / 8);
      const { info, cpumaps } = await rpc.call(p.domainGetVcpus, { dom, maxinfo: maxVcpus, maplen }, options);
      return info.map((vcpu, i) => ({
        ...vcpu,
        affinity: cpuNumbers(cpumaps.subarray(i * maplen, (i + 1) * maplen)),
      }));
    },

    /** flags: virDomainVcpuFlags. */
    async domainGetVcpusFlags(dom: p.Domain, flags = 0, options?: CallOptions): Promise<number> {
      return (await rpc.call(p.domainGetVcpusFlags, { dom, flags }, options)).num;
    },

    /** flags: virDomainVcpuFlags. */
    async domainSetVcpusFlags(
      dom: p.Domain,
      nvcpus: number,
      flags: number,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSetVcpusFlags, { dom, nvcpus, flags }, options);
    },

    /** Of a running domain: as many as it can have. */
    async domainGetMaxVcpus(dom: p.Domain, options?: CallOptions): Promise<number> {
      return (await rpc.call(p.domainGetMaxVcpus, { dom }, options)).num;
    },

    /** cpumap: bit n is the host's CPU n, lowest bit first. */
    async domainPinVcpuFlags(
      dom: p.Domain,
      vcpu: number,
      cpumap: Uint8Array,
      flags: number,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainPinVcpuFlags, { dom, vcpu, cpumap, flags }, options);
    },

    /** KiB. */
    async domainGetMaxMemory(dom: p.Domain, options?: CallOptions): Promise<number> {
      return exactNumber((await rpc.call(p.domainGetMaxMemory, { dom }, options)).memory, "memory");
    },

    /** memory: KiB. flags: virDomainMemoryModFlags. */
    async domainSetMemoryFlags(
      dom: p.Domain,
      memory: number,
      flags: number,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSetMemoryFlags, { dom, memory: BigInt(memory), flags }, options);
    },

    /** VIR_DOMAIN_SCHEDULER_…: CPU shares, quota and period (microseconds). */
    async domainGetSchedulerParametersFlags(
      dom: p.Domain,
      flags = 0,
      options?: CallOptions,
    ): Promise<TypedParams> {
      const args = {
        dom,
        nparams: schedulerParametersMax,
        flags: (flags | VIR_TYPED_PARAM_STRING_OKAY) >>> 0,
      };
      return readTypedParams((await rpc.call(p.domainGetSchedulerParametersFlags, args, options)).params);
    },

    async domainSetSchedulerParametersFlags(
      dom: p.Domain,
      params: readonly p.TypedParam[],
      flags: number,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSetSchedulerParametersFlags, { dom, params, flags }, options);
    },

    /** VIR_DOMAIN_BANDWIDTH_…: KiB/s. device: the tap's name, or the MAC address. */
    async domainSetInterfaceParameters(
      dom: p.Domain,
      device: string,
      params: readonly p.TypedParam[],
      flags: number,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSetInterfaceParameters, { dom, device, params, flags }, options);
    },
  };
}
