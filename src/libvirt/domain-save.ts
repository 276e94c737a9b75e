// A domain's memory and disks put aside: save, managed save, core dumps, snapshots. What writes a domain's memory takes as
// long as the disk needs, so these calls have no timeout of their own.

import type { Rpc } from "./host.ts";
import * as p from "./procedures.gen.ts";
import type { CallOptions } from "./rpc.ts";

const unlimited: CallOptions = { timeoutMs: 0 };

export function domainSaveCalls(rpc: Rpc) {
  return {
    /** Stops it and writes its memory to a file of the host. dxml replaces the configuration kept in the file. */
    async domainSaveFlags(
      dom: p.Domain,
      to: string,
      dxml: string | null = null,
      flags = 0,
      options = unlimited,
    ): Promise<void> {
      await rpc.call(p.domainSaveFlags, { dom, to, dxml, flags }, options);
    },

    async domainRestoreFlags(
      from: string,
      dxml: string | null = null,
      flags = 0,
      options = unlimited,
    ): Promise<void> {
      await rpc.call(p.domainRestoreFlags, { from, dxml, flags }, options);
    },

    /** Stops it; its next start goes on from there. flags: virDomainSaveRestoreFlags. */
    async domainManagedSave(dom: p.Domain, flags = 0, options = unlimited): Promise<void> {
      await rpc.call(p.domainManagedSave, { dom, flags }, options);
    },

    async domainHasManagedSaveImage(dom: p.Domain, flags = 0, options?: CallOptions): Promise<boolean> {
      return (await rpc.call(p.domainHasManagedSaveImage, { dom, flags }, options)).result !== 0;
    },

    /** Its next start is a fresh one. */
    async domainManagedSaveRemove(dom: p.Domain, flags = 0, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainManagedSaveRemove, { dom, flags }, options);
    },

    /** dumpformat: virDomainCoreDumpFormat; flags: virDomainCoreDumpFlags. */
    async domainCoreDumpWithFormat(
      dom: p.Domain,
      to: string,
      dumpformat: number,
      flags = 0,
      options = unlimited,
    ): Promise<void> {
      await rpc.call(p.domainCoreDumpWithFormat, { dom, to, dumpformat, flags }, options);
    },

    /** flags: virDomainSnapshotCreateFlags; with …_DISK_ONLY the disks' overlays are named in the XML. */
    async domainSnapshotCreateXML(
      dom: p.Domain,
      xml: string,
      flags = 0,
      options = unlimited,
    ): Promise<p.DomainSnapshot> {
      return (await rpc.call(p.domainSnapshotCreateXML, { dom, xmlDesc: xml, flags }, options)).snap;
    },

    /** Throws LibvirtError VIR_ERR_NO_DOMAIN_SNAPSHOT. */
    async domainSnapshotLookupByName(
      dom: p.Domain,
      name: string,
      flags = 0,
      options?: CallOptions,
    ): Promise<p.DomainSnapshot> {
      return (await rpc.call(p.domainSnapshotLookupByName, { dom, name, flags }, options)).snap;
    },

    /** flags: virDomainSnapshotListFlags. */
    async domainListAllSnapshots(
      dom: p.Domain,
      flags = 0,
      options?: CallOptions,
    ): Promise<readonly p.DomainSnapshot[]> {
      return (await rpc.call(p.domainListAllSnapshots, { dom, needResults: 1, flags }, options)).snapshots;
    },

    async domainSnapshotGetXMLDesc(
      snap: p.DomainSnapshot,
      flags = 0,
      options?: CallOptions,
    ): Promise<string> {
      return (await rpc.call(p.domainSnapshotGetXMLDesc, { snap, flags }, options)).xml;
    },

    /** flags: virDomainSnapshotRevertFlags. */
    async domainRevertToSnapshot(snap: p.DomainSnapshot, flags = 0, options = unlimited): Promise<void> {
      await rpc.call(p.domainRevertToSnapshot, { snap, flags }, options);
    },

    /** flags: virDomainSnapshotDeleteFlags. */
    async domainSnapshotDelete(snap: p.DomainSnapshot, flags = 0, options = unlimited): Promise<void> {
      await rpc.call(p.domainSnapshotDelete, { snap, flags }, options);
    },
  };
}
