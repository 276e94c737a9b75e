// What other services may ask the block storage service.

import type { RequestContext } from "../core/context.ts";
import { peerKey } from "../core/peers.ts";

export interface VolumeInfo {
  id: string;
  name: string | null;
  description: string | null;
  /** `creating`, `available`, `reserved`, `attaching`, `in-use`, `detaching`, `error`, ... */
  status: string;
  sizeGb: number;
  bootable: boolean;
  multiattach: boolean;
  readonly: boolean;
  availabilityZone: string;
  projectId: string;
  /** Its type's name. */
  volumeType: string | null;
  snapshotId: string | null;
  metadata: Record<string, string>;
  createdAtMs: number;
  /** What Glance said of the image it was made from. */
  imageMetadata: Record<string, string>;
  attachments: {
    attachmentId: string;
    instanceUuid: string | null;
    mountpoint: string | null;
    /** `rw`, `ro`; not known before the host is connected. */
    mode?: string | null;
  }[];
}

export interface SnapshotInfo {
  id: string;
  name: string | null;
  description: string | null;
  volumeId: string;
  status: string;
  sizeGb: number;
  createdAtMs: number;
}

export interface NewVolume {
  /**
   * Chosen by the caller, so that a request a crash cut short can be repeated: the volume that has this id already is
   * the answer. Absent: made up.
   */
  id?: string;
  sizeGb: number;
  name?: string | null;
  description?: string | null;
  imageId?: string;
  snapshotId?: string;
  sourceVolumeId?: string;
  volumeType?: string | null;
  availabilityZone?: string | null;
  metadata?: Record<string, string>;
}

/** How a compute host reaches the volume's data on this machine. */
export interface ConnectionInfo {
  /** `none`: simulated, there is no data. */
  kind: "file" | "block" | "none";
  path: string;
  format: "raw" | "qcow2";
  readonly: boolean;
  /** Shown to the guest as the disk's serial number: the volume id. */
  serial: string;
  /** Several guests may have it at a time. */
  multiattach?: boolean;
}

/** A volume the caller may not see does not exist. The attachment calls follow Cinder's attachments API (3.27, 3.44). */
export interface VolumePublic {
  /** @throws VolumeNotFound */
  show(context: RequestContext, id: string): VolumeInfo;
  /** The project's, newest first. */
  list(context: RequestContext): VolumeInfo[];
  /** The project's, newest first. */
  listSnapshots(context: RequestContext): SnapshotInfo[];
  /** @throws SnapshotNotFound */
  showSnapshot(context: RequestContext, id: string): SnapshotInfo;
  /** Answers with status `creating`; watch `show` for `available` or `error`. */
  create(context: RequestContext, volume: NewVolume): VolumeInfo;
  delete(context: RequestContext, id: string): void;
  createSnapshot(
    context: RequestContext,
    volumeId: string,
    options: { name: string; description?: string; force: boolean },
  ): SnapshotInfo;
  deleteSnapshot(context: RequestContext, id: string): void;
  /** Reserves the volume for a server. @throws Invalid when it is not available */
  createAttachment(context: RequestContext, volumeId: string, instanceUuid: string): { attachmentId: string };
  /** Makes the data reachable from `host`; the volume is `attaching`. */
  connectAttachment(
    context: RequestContext,
    attachmentId: string,
    connector: { host: string; mountpoint: string },
  ): Promise<ConnectionInfo>;
  /** The guest has it: `in-use`. */
  completeAttachment(context: RequestContext, attachmentId: string): void;
  /** Ends the attachment, whatever its state; the volume becomes available when it was the last. Idempotent. */
  deleteAttachment(context: RequestContext, attachmentId: string): Promise<void>;
  /** `in-use` → `detaching`. @throws Invalid */
  beginDetaching(context: RequestContext, volumeId: string): void;
  /** The detaching failed: back to `in-use`. */
  rollDetaching(context: RequestContext, volumeId: string): void;
}

export const volumePublic = peerKey<VolumePublic>("c-api");
