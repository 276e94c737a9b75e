// Domains: finding, defining, starting, stopping. Names are libvirt's (https://libvirt.org/html/libvirt-libvirt-domain.html);
// an absent flags argument is 0. A Domain is only a name, a UUID and an id: the server finds it by the UUID, and it goes
// stale without notice. Calls on one that is gone throw LibvirtError VIR_ERR_NO_DOMAIN.

import type { Rpc } from "./host.ts";
import * as p from "./procedures.gen.ts";
import type { CallOptions } from "./rpc.ts";

/** Starting waits for QEMU, for disks to be opened and labelled, for hooks. */
const startOptions: CallOptions = { timeoutMs: 300_000 };
/** A graceful destroy waits up to 30 s for QEMU's end, then kills it and waits again (qemu_process.c). */
const stopOptions: CallOptions = { timeoutMs: 120_000 };

export function domainCalls(rpc: Rpc) {
  return {
    /** Throws LibvirtError VIR_ERR_NO_DOMAIN. */
    async domainLookupByUUID(uuid: string, options?: CallOptions): Promise<p.Domain> {
      return (await rpc.call(p.domainLookupByUUID, { uuid }, options)).dom;
    },

    /** Throws LibvirtError VIR_ERR_NO_DOMAIN. */
    async domainLookupByName(name: string, options?: CallOptions): Promise<p.Domain> {
      return (await rpc.call(p.domainLookupByName, { name }, options)).dom;
    },

    /** Only running domains have an id. Throws LibvirtError VIR_ERR_NO_DOMAIN. */
    async domainLookupByID(id: number, options?: CallOptions): Promise<p.Domain> {
      return (await rpc.call(p.domainLookupByID, { id }, options)).dom;
    },

    /** flags: virConnectListAllDomainsFlags; 0 lists all. The protocol's limit is 16,384 domains. */
    async connectListAllDomains(flags = 0, options?: CallOptions): Promise<readonly p.Domain[]> {
      return (await rpc.call(p.connectListAllDomains, { needResults: 1, flags }, options)).domains;
    },

    /** Stores the configuration; replaces the one with the same name and UUID. flags: virDomainDefineFlags. */
    async domainDefineXMLFlags(xml: string, flags = 0, options?: CallOptions): Promise<p.Domain> {
      return (await rpc.call(p.domainDefineXMLFlags, { xml, flags }, options)).dom;
    },

    /** Starts a domain that is not stored: nothing is left of it when it stops. flags: virDomainCreateFlags. */
    async domainCreateXML(xml: string, flags = 0, options = startOptions): Promise<p.Domain> {
      return (await rpc.call(p.domainCreateXML, { xmlDesc: xml, flags }, options)).dom;
    },

    /** Starts a defined domain, from its managed save image if there is one. Answers it with its new id. */
    async domainCreateWithFlags(dom: p.Domain, flags = 0, options = startOptions): Promise<p.Domain> {
      return (await rpc.call(p.domainCreateWithFlags, { dom, flags }, options)).dom;
    },

    /** Ends it at once. VIR_ERR_OPERATION_INVALID when it does not run. flags: virDomainDestroyFlagsValues. */
    async domainDestroyFlags(dom: p.Domain, flags = 0, options = stopOptions): Promise<void> {
      await rpc.call(p.domainDestroyFlags, { dom, flags }, options);
    },

    /** Removes the configuration. flags: virDomainUndefineFlagsValues, without which images and snapshots prevent it. */
    async domainUndefineFlags(dom: p.Domain, flags = 0, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainUndefineFlags, { dom, flags }, options);
    },

    /** Asks the guest; returns at once, and the guest may ignore it. flags: virDomainShutdownFlagValues. */
    async domainShutdownFlags(dom: p.Domain, flags = 0, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainShutdownFlags, { dom, flags }, options);
    },

    /** Asks the guest; returns at once. flags: virDomainRebootFlagValues. */
    async domainReboot(dom: p.Domain, flags = 0, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainReboot, { dom, flags }, options);
    },

    /** As the reset button. */
    async domainReset(dom: p.Domain, flags = 0, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainReset, { dom, flags }, options);
    },

    /** Stops the virtual CPUs; memory stays. */
    async domainSuspend(dom: p.Domain, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainSuspend, { dom }, options);
    },

    async domainResume(dom: p.Domain, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainResume, { dom }, options);
    },

    /** Puts the guest's own power management to sleep. duration must be 0; target: virNodeSuspendTarget. */
    async domainPMSuspendForDuration(
      dom: p.Domain,
      target: number,
      duration = 0n,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainPMSuspendForDuration, { dom, target, duration, flags }, options);
    },

    async domainPMWakeup(dom: p.Domain, flags = 0, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainPMWakeup, { dom, flags }, options);
    },

    async domainInjectNMI(dom: p.Domain, flags = 0, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainInjectNMI, { dom, flags }, options);
    },

    /** VIR_ERR_OPERATION_INVALID unless it is shut off and has no snapshots. */
    async domainRename(dom: p.Domain, newName: string, flags = 0, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainRename, { dom, newName, flags }, options);
    },

    /** Does it start with the host? */
    async domainGetAutostart(dom: p.Domain, options?: CallOptions): Promise<boolean> {
      return (await rpc.call(p.domainGetAutostart, { dom }, options)).autostart !== 0;
    },

    async domainSetAutostart(dom: p.Domain, autostart: boolean, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainSetAutostart, { dom, autostart: autostart ? 1 : 0 }, options);
    },
  };
}
