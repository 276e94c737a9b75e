// The queues of the block storage services, what is sent on them, and how hosts are spelt: `HOST@BACKEND#POOL`
// (cinder/volume/volume_utils.py, extract_host).

export const SCHEDULER_TOPIC = "cinder-scheduler";
export const SCHEDULER_BINARY = "cinder-scheduler";
export const VOLUME_BINARY = "cinder-volume";
export const API_BINARY = "cinder-api";
export const BACKUP_BINARY = "cinder-backup";

/** The queue of the backup service of a host. */
export function backupTopic(host: string): string {
  return `cinder-backup.${host}`;
}

/** @param host with or without a pool */
export function volumeTopic(host: string): string {
  return `cinder-volume.${backendOf(host)}`;
}

/** `HOST@BACKEND` of `HOST@BACKEND#POOL`. */
export function backendOf(host: string): string {
  return host.split("#", 1)[0]!;
}

/** `HOST` of `HOST@BACKEND#POOL`. */
export function machineOf(host: string): string {
  return host.split("#", 1)[0]!.split("@", 1)[0]!;
}

/** `POOL`, or null. */
export function poolOf(host: string): string | null {
  const mark = host.indexOf("#");
  return mark < 0 ? null : host.slice(mark + 1);
}

/** What the scheduler is asked to find a place for. */
export interface CreateVolumeSpec {
  volumeId: string;
  /** Where the volume comes from; at most one is set. */
  imageId: string | null;
  snapshotId: string | null;
  sourceVolumeId: string | null;
  /** The back end it must lie on: its source's. */
  resourceBackend: string | null;
  availabilityZones: string[];
  hints: Record<string, unknown>;
  /** The backup its data come from, once there is an empty volume. */
  backup?: { id: string; shown: "creating" | "restoring-backup" } | null;
  /** Pools whose driver failed to make it. */
  tried?: string[];
}

export interface VolumeArgs {
  volumeId: string;
}

export interface DeleteVolumeArgs extends VolumeArgs {
  cascade: boolean;
  unmanageOnly: boolean;
}

export interface ExtendArgs extends VolumeArgs {
  newSizeGb: number;
  reservations: string[];
}

export interface RetypeArgs extends VolumeArgs {
  newTypeId: string;
  migrationPolicy: "never" | "on-demand";
  reservations: string[];
}

export interface RetypeOnBackendArgs extends RetypeArgs {
  /** `HOST@BACKEND#POOL` the scheduler chose. */
  host: string;
  /** Of the copy, should the data have to be copied. */
  dataId: string;
}

export interface MigrateArgs extends VolumeArgs {
  host: string;
}

export interface MigrateOnBackendArgs extends MigrateArgs {
  /** Of the copy. */
  dataId: string;
}

/** Data that a volume has left. */
export interface DeleteDataArgs extends VolumeArgs {
  dataId: string;
  sizeGb: number;
  format: string | null;
  multiattach: boolean;
}

export interface SnapshotArgs {
  snapshotId: string;
}

export interface DeleteSnapshotArgs extends SnapshotArgs {
  unmanageOnly: boolean;
}

export interface RevertArgs extends VolumeArgs {
  snapshotId: string;
}

export interface ManageArgs extends VolumeArgs {
  ref: Record<string, unknown> | string;
}

export interface ManageSnapshotArgs extends SnapshotArgs {
  ref: Record<string, unknown> | string;
}

export interface UploadArgs extends VolumeArgs {
  imageId: string;
}

export interface ReimageArgs extends VolumeArgs {
  imageId: string;
}

export interface AttachArgs extends VolumeArgs {
  instanceUuid: string | null;
  hostName: string | null;
  mountpoint: string;
  mode: string;
}

export interface DetachArgs extends VolumeArgs {
  attachmentId: string | null;
}

export type Connector = Record<string, unknown>;

export interface ConnectArgs extends VolumeArgs {
  connector: Connector;
  attachmentId: string | null;
  /** The compute service of this cloud asks: it reads the files and devices themselves. */
  local?: boolean;
}

export interface GroupArgs {
  groupId: string;
}

export interface UpdateGroupArgs extends GroupArgs {
  addVolumes: string[];
  removeVolumes: string[];
}

export interface GroupSnapshotArgs {
  groupSnapshotId: string;
}

export interface BackupArgs {
  backupId: string;
}

export interface RestoreArgs extends BackupArgs {
  volumeId: string;
}

export interface ImportArgs extends BackupArgs {
  service: string;
  record: Record<string, unknown>;
}

/** Where a back end has a volume's bytes for a backup; null for a simulated volume, which has none. */
export interface BackupDevice {
  path: string | null;
  sizeBytes: number;
}
