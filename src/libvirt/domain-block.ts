// A domain's disks: sizes, statistics, limits, and the jobs that copy them while it runs. A disk is named by its target
// (`vda`) or the path of its source.

import { VIR_TYPED_PARAM_STRING_OKAY } from "./constants.gen.ts";
import type { Rpc } from "./host.ts";
import * as p from "./procedures.gen.ts";
import type { CallOptions } from "./rpc.ts";
import { exactNumber, readTypedParams, type TypedParams } from "./typed-params.ts";

const unlimited: CallOptions = { timeoutMs: 0 };

export interface BlockStats {
  /** -1 for what the hypervisor does not count. */
  readonly rdReq: number;
  readonly rdBytes: number;
  readonly wrReq: number;
  readonly wrBytes: number;
  readonly errs: number;
}

/** Bytes. */
export interface BlockInfo {
  /** As the guest sees it. */
  readonly capacity: number;
  /** Highest byte in use. */
  readonly allocation: number;
  /** What it takes on the host. */
  readonly physical: number;
}

export interface BlockJobInfo {
  /** virDomainBlockJobType. */
  readonly type: number;
  /** MiB/s, or bytes/s with VIR_DOMAIN_BLOCK_JOB_INFO_BANDWIDTH_BYTES; 0 is no limit. */
  readonly bandwidth: number;
  /** Progress from 0 to end, in the job's own units. A mirror at its end goes on until it is aborted or pivoted. */
  readonly cur: number;
  readonly end: number;
}

export function domainBlockCalls(rpc: Rpc) {
  return {
    async domainBlockStats(dom: p.Domain, path: string, options?: CallOptions): Promise<BlockStats> {
      const stats = await rpc.call(p.domainBlockStats, { dom, path }, options);
      return {
        rdReq: exactNumber(stats.rdReq, "rdReq"),
        rdBytes: exactNumber(stats.rdBytes, "rdBytes"),
        wrReq: exactNumber(stats.wrReq, "wrReq"),
        wrBytes: exactNumber(stats.wrBytes, "wrBytes"),
        errs: exactNumber(stats.errs, "errs"),
      };
    },

    /** VIR_DOMAIN_BLOCK_STATS_…: requests, bytes, and times in nanoseconds. */
    async domainBlockStatsFlags(
      dom: p.Domain,
      path: string,
      flags = 0,
      options?: CallOptions,
    ): Promise<TypedParams> {
      const args = { dom, path, flags: (flags | VIR_TYPED_PARAM_STRING_OKAY) >>> 0 };
      const { nparams } = await rpc.call(p.domainBlockStatsFlags, { ...args, nparams: 0 }, options);
      const { params } = await rpc.call(p.domainBlockStatsFlags, { ...args, nparams }, options);
      return readTypedParams(params);
    },

    async domainGetBlockInfo(
      dom: p.Domain,
      path: string,
      flags = 0,
      options?: CallOptions,
    ): Promise<BlockInfo> {
      const { capacity, allocation, physical } = await rpc.call(
        p.domainGetBlockInfo,
        { dom, path, flags },
        options,
      );
      return {
        capacity: exactNumber(capacity, "capacity"),
        allocation: exactNumber(allocation, "allocation"),
        physical: exactNumber(physical, "physical"),
      };
    },

    /** Which disks have failed: target → virDomainDiskErrorCode. */
    async domainGetDiskErrors(dom: p.Domain, options?: CallOptions): Promise<ReadonlyMap<string, number>> {
      // REMOTE_DOMAIN_DISK_ERRORS_MAX; with 0 the server would only count.
      const { errors } = await rpc.call(p.domainGetDiskErrors, { dom, maxerrors: 256, flags: 0 }, options);
      return new Map(errors.map(({ disk, error }) => [disk, error]));
    },

    /** size: KiB, or bytes with VIR_DOMAIN_BLOCK_RESIZE_BYTES. */
    async domainBlockResize(
      dom: p.Domain,
      disk: string,
      size: number,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainBlockResize, { dom, disk, size: BigInt(size), flags }, options);
    },

    /** At most 4 MiB at a time. */
    async domainBlockPeek(
      dom: p.Domain,
      path: string,
      offset: number,
      size: number,
      options?: CallOptions,
    ): Promise<Uint8Array> {
      const args = { dom, path, offset: BigInt(offset), size, flags: 0 };
      return (await rpc.call(p.domainBlockPeek, args, options)).buffer;
    },

    /** Mirrors a disk to `destxml` (`<disk>`). flags: virDomainBlockCopyFlags; params: VIR_DOMAIN_BLOCK_COPY_…. */
    async domainBlockCopy(
      dom: p.Domain,
      path: string,
      destxml: string,
      params: readonly p.TypedParam[] = [],
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainBlockCopy, { dom, path, destxml, params, flags }, options);
    },

    /** Pulls from, or with VIR_DOMAIN_BLOCK_REBASE_COPY mirrors to, `base`. bandwidth: MiB/s, 0 is no limit. */
    async domainBlockRebase(
      dom: p.Domain,
      path: string,
      base: string | null,
      bandwidth = 0,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainBlockRebase, { dom, path, base, bandwidth: BigInt(bandwidth), flags }, options);
    },

    /** Pulls everything from the backing chain into the disk. bandwidth: MiB/s, 0 is no limit. */
    async domainBlockPull(
      dom: p.Domain,
      path: string,
      bandwidth = 0,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainBlockPull, { dom, path, bandwidth: BigInt(bandwidth), flags }, options);
    },

    /** Merges `top` (null: the active layer) down into `base` (null: the one below). flags: virDomainBlockCommitFlags. */
    async domainBlockCommit(
      dom: p.Domain,
      disk: string,
      base: string | null,
      top: string | null,
      bandwidth = 0,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(
        p.domainBlockCommit,
        { dom, disk, base, top, bandwidth: BigInt(bandwidth), flags },
        options,
      );
    },

    /** Null when no job is active on the disk. */
    async domainGetBlockJobInfo(
      dom: p.Domain,
      path: string,
      flags = 0,
      options?: CallOptions,
    ): Promise<BlockJobInfo | null> {
      const job = await rpc.call(p.domainGetBlockJobInfo, { dom, path, flags }, options);
      if (job.found === 0) return null;
      return {
        type: job.type,
        bandwidth: exactNumber(job.bandwidth, "bandwidth"),
        cur: exactNumber(job.cur, "cur"),
        end: exactNumber(job.end, "end"),
      };
    },

    /** Ends the job, with VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT on the copy; waits until QEMU has done so, unless …_ASYNC. */
    async domainBlockJobAbort(dom: p.Domain, path: string, flags = 0, options = unlimited): Promise<void> {
      await rpc.call(p.domainBlockJobAbort, { dom, path, flags }, options);
    },

    async domainBlockJobSetSpeed(
      dom: p.Domain,
      path: string,
      bandwidth: number,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainBlockJobSetSpeed, { dom, path, bandwidth: BigInt(bandwidth), flags }, options);
    },

    /** VIR_DOMAIN_BLOCK_IOTUNE_…: bytes/s and requests/s. */
    async domainGetBlockIoTune(
      dom: p.Domain,
      disk: string,
      flags = 0,
      options?: CallOptions,
    ): Promise<TypedParams> {
      const args = { dom, disk, flags: (flags | VIR_TYPED_PARAM_STRING_OKAY) >>> 0 };
      const { nparams } = await rpc.call(p.domainGetBlockIoTune, { ...args, nparams: 0 }, options);
      const { params } = await rpc.call(p.domainGetBlockIoTune, { ...args, nparams }, options);
      return readTypedParams(params);
    },

    async domainSetBlockIoTune(
      dom: p.Domain,
      disk: string,
      params: readonly p.TypedParam[],
      flags: number,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSetBlockIoTune, { dom, disk, params, flags }, options);
    },

    /** The event `blockThreshold` comes once when the guest writes beyond this many bytes. dev: `vda[1]`. */
    async domainSetBlockThreshold(
      dom: p.Domain,
      dev: string,
      threshold: number,
      flags = 0,
      options?: CallOptions,
    ): Promise<void> {
      await rpc.call(p.domainSetBlockThreshold, { dom, dev, threshold: BigInt(threshold), flags }, options);
    },
  };
}
