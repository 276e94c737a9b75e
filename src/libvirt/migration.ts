// Moving a running domain to another host, and the job that this (or saving, or dumping) is meanwhile.
// https://libvirt.org/migration.html. The parameters are VIR_MIGRATE_PARAM_…, the flags virDomainMigrateFlags.

import { VIR_MIGRATE_PEER2PEER } from "./constants.gen.ts";
import type { Rpc } from "./host.ts";
import * as p from "./procedures.gen.ts";
import type { CallOptions } from "./rpc.ts";
import { exactNumber, readTypedParams, type TypedParams } from "./typed-params.ts";

const unlimited: CallOptions = { timeoutMs: 0 };
const noCookie = new Uint8Array(0);

type Params = readonly p.TypedParam[];

export interface JobInfo {
  /** virDomainJobType. */
  readonly type: number;
  /** Milliseconds. */
  readonly timeElapsed: number;
  /** Milliseconds; only for VIR_DOMAIN_JOB_BOUNDED. */
  readonly timeRemaining: number;
  /** Bytes; data is memory and files together. */
  readonly dataTotal: number;
  readonly dataProcessed: number;
  readonly dataRemaining: number;
  readonly memTotal: number;
  readonly memProcessed: number;
  readonly memRemaining: number;
  readonly fileTotal: number;
  readonly fileProcessed: number;
  readonly fileRemaining: number;
}

export function migrationCalls(rpc: Rpc) {
  return {
    /**
     * The source's daemon does everything, talking to the other one at `dconnuri`. Resolves when the domain runs there.
     * Its progress: domainGetJobStats, on this connection or another.
     */
    async domainMigrateToURI3(
      dom: p.Domain,
      dconnuri: string,
      params: Params,
      flags: number,
      options = unlimited,
    ): Promise<void> {
      const args = {
        dom,
        dconnuri,
        params,
        cookieIn: noCookie,
        flags: (flags | VIR_MIGRATE_PEER2PEER) >>> 0,
      };
      await rpc.call(p.domainMigratePerform3Params, args, options);
    },

    // The five steps of a migration that the client leads; libvirt's virDomainMigrateVersion3Full says in which order and
    // what to do when one fails.

    /** 1, source. The XML is what prepare needs as VIR_MIGRATE_PARAM_DEST_XML. */
    async domainMigrateBegin3Params(
      dom: p.Domain,
      params: Params,
      flags: number,
      options?: CallOptions,
    ): Promise<{ readonly cookieOut: Uint8Array; readonly xml: string }> {
      return await rpc.call(p.domainMigrateBegin3Params, { dom, params, flags }, options);
    },

    /** 2, destination. uriOut is where perform has to send to; null leaves it to VIR_MIGRATE_PARAM_URI. */
    async domainMigratePrepare3Params(
      params: Params,
      cookieIn: Uint8Array,
      flags: number,
      options = unlimited,
    ): Promise<{ readonly cookieOut: Uint8Array; readonly uriOut: string | null }> {
      return await rpc.call(p.domainMigratePrepare3Params, { params, cookieIn, flags }, options);
    },

    /** 3, source: takes as long as the copy. */
    async domainMigratePerform3Params(
      dom: p.Domain,
      dconnuri: string | null,
      params: Params,
      cookieIn: Uint8Array,
      flags: number,
      options = unlimited,
    ): Promise<{ readonly cookieOut: Uint8Array }> {
      return await rpc.call(
        p.domainMigratePerform3Params,
        { dom, dconnuri, params, cookieIn, flags },
        options,
      );
    },

    /** 4, destination: starts it there, or with `cancelled` removes it. */
    async domainMigrateFinish3Params(
      params: Params,
      cookieIn: Uint8Array,
      flags: number,
      cancelled: boolean,
      options = unlimited,
    ): Promise<{ readonly dom: p.Domain; readonly cookieOut: Uint8Array }> {
      const args = { params, cookieIn, flags, cancelled: cancelled ? 1 : 0 };
      return await rpc.call(p.domainMigrateFinish3Params, args, options);
    },

    /** 5, source: removes it here, or with `cancelled` lets it go on. */
    async domainMigrateConfirm3Params(
      dom: p.Domain,
      params: Params,
      cookieIn: Uint8Array,
      flags: number,
      cancelled: boolean,
      options = unlimited,
    ): Promise<void> {
      const args = { dom, params, cookieIn, flags, cancelled: cancelled ? 1 : 0 };
      await rpc.call(p.domainMigrateConfirm3Params, args, options);
    },

    /** Milliseconds for which the guest may stand still at the end. */
    async domainMigrateSetMaxDowntime(
      dom: p.Domain,
      downtime: number,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainMigrateSetMaxDowntime, { dom, downtime: BigInt(downtime), flags }, options);
    },

    /** MiB/s. */
    async domainMigrateSetMaxSpeed(
      dom: p.Domain,
      bandwidth: number,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainMigrateSetMaxSpeed, { dom, bandwidth: BigInt(bandwidth), flags }, options);
    },

    /** MiB/s; a bigint since "no limit" is near 2^53. */
    async domainMigrateGetMaxSpeed(dom: p.Domain, flags = 0, options?: CallOptions): Promise<bigint> {
      return (await rpc.call(p.domainMigrateGetMaxSpeed, { dom, flags }, options)).bandwidth;
    },

    /** Only during a migration with VIR_MIGRATE_POSTCOPY. */
    async domainMigrateStartPostCopy(dom: p.Domain, flags = 0, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainMigrateStartPostCopy, { dom, flags }, options);
    },

    async domainGetJobInfo(dom: p.Domain, options?: CallOptions): Promise<JobInfo> {
      const { type, ...sizes } = await rpc.call(p.domainGetJobInfo, { dom }, options);
      const exact = Object.entries(sizes).map(([name, value]) => [name, exactNumber(value, name)]);
      return { type, ...Object.fromEntries(exact) };
    },

    /** params: VIR_DOMAIN_JOB_…. flags: virDomainGetJobStatsFlags. */
    async domainGetJobStats(
      dom: p.Domain,
      flags = 0,
      options?: CallOptions,
    ): Promise<{ readonly type: number; readonly params: TypedParams }> {
      const { type, params } = await rpc.call(p.domainGetJobStats, { dom, flags }, options);
      return { type, params: readTypedParams(params) };
    },

    /** VIR_ERR_OPERATION_INVALID when no job is active. */
    async domainAbortJob(dom: p.Domain, options?: CallOptions): Promise<void> {
      await rpc.call(p.domainAbortJob, { dom }, options);
    },
  };
}
