// Calls that ask the guest's own agent (qemu-guest-agent), or QEMU itself. Without an answering agent they throw LibvirtError
// VIR_ERR_AGENT_UNRESPONSIVE, or VIR_ERR_ARGUMENT_UNSUPPORTED when the domain has no channel for one.

import type { Rpc } from "./host.ts";
import * as p from "./procedures.gen.ts";
import type { CallOptions } from "./rpc.ts";
import { readTypedParams, type TypedParams } from "./typed-params.ts";

/** Freezing waits for the guest to write out everything. */
const unlimited: CallOptions = { timeoutMs: 0 };

export function guestCalls(rpc: Rpc) {
  return {
    /** Freezes the file systems (all when none are named); answers how many. */
    async domainFSFreeze(
      dom: p.Domain,
      mountpoints: readonly string[] = [],
      flags = 0,
      options = unlimited,
    ): Promise<number> {
      return (await rpc.call(p.domainFSFreeze, { dom, mountpoints, flags }, options)).filesystems;
    },

    async domainFSThaw(
      dom: p.Domain,
      mountpoints: readonly string[] = [],
      flags = 0,
      options = unlimited,
    ): Promise<number> {
      return (await rpc.call(p.domainFSThaw, { dom, mountpoints, flags }, options)).filesystems;
    },

    /** minimum: bytes of the smallest range that is worth it. */
    async domainFSTrim(
      dom: p.Domain,
      mountPoint: string | null = null,
      minimum = 0,
      flags = 0,
      options = unlimited,
    ): Promise<void> {
      await rpc.call(p.domainFSTrim, { dom, mountPoint, minimum: BigInt(minimum), flags }, options);
    },

    async domainGetFSInfo(
      dom: p.Domain,
      flags = 0,
      options?: CallOptions,
    ): Promise<readonly p.DomainFSInfo[]> {
      return (await rpc.call(p.domainGetFSInfo, { dom, flags }, options)).info;
    },

    /** The guest's clock: seconds since 1970 and nanoseconds. */
    async domainGetTime(
      dom: p.Domain,
      flags = 0,
      options?: CallOptions,
    ): Promise<{ readonly seconds: bigint; readonly nseconds: number }> {
      return await rpc.call(p.domainGetTime, { dom, flags }, options);
    },

    /** flags: virDomainSetTimeFlags; with …_SYNC the time is taken from the guest's hardware clock. */
    async domainSetTime(
      dom: p.Domain,
      seconds: bigint,
      nseconds = 0,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSetTime, { dom, seconds, nseconds, flags }, options);
    },

    /** flags: virDomainSetUserPasswordFlags. */
    async domainSetUserPassword(
      dom: p.Domain,
      user: string,
      password: string,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSetUserPassword, { dom, user, password, flags }, options);
    },

    /** source: virDomainInterfaceAddressesSource; the leases and the ARP table need no agent. */
    async domainInterfaceAddresses(
      dom: p.Domain,
      source: number,
      flags = 0,
      options?: CallOptions,
    ): Promise<readonly p.DomainInterface[]> {
      return (await rpc.call(p.domainInterfaceAddresses, { dom, source, flags }, options)).ifaces;
    },

    /** types: virDomainGuestInfoTypes, 0 all. `os.name`, `hostname`, `fs.0.mountpoint` ... */
    async domainGetGuestInfo(
      dom: p.Domain,
      types = 0,
      flags = 0,
      options?: CallOptions,
    ): Promise<TypedParams> {
      return readTypedParams((await rpc.call(p.domainGetGuestInfo, { dom, types, flags }, options)).params);
    },

    async domainGetHostname(dom: p.Domain, flags = 0, options?: CallOptions): Promise<string> {
      return (await rpc.call(p.domainGetHostname, { dom, flags }, options)).hostname;
    },

    /** Seconds to wait for the agent in all calls, or -2 for ever, -1 libvirt's default of 5, 0 not at all. */
    async domainAgentSetResponseTimeout(
      dom: p.Domain,
      timeout: number,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainAgentSetResponseTimeout, { dom, timeout, flags }, options);
    },

    /** cmd and the answer are JSON. timeout: as in domainAgentSetResponseTimeout. Taints the domain. */
    async domainQemuAgentCommand(
      dom: p.Domain,
      cmd: string,
      timeout = -1,
      flags = 0,
      options = unlimited,
    ): Promise<string | null> {
      return (await rpc.call(p.qemuDomainAgentCommand, { dom, cmd, timeout, flags }, options)).result;
    },

    /** QMP, or HMP with VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP. Taints the domain: libvirt cannot know what was done. */
    async domainQemuMonitorCommand(
      dom: p.Domain,
      cmd: string,
      flags = 0,
      options?: CallOptions,
    ): Promise<string> {
      return (await rpc.call(p.qemuDomainMonitorCommand, { dom, cmd, flags }, options)).result;
    },
  };
}
