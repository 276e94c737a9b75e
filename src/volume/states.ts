// The states of volumes, snapshots and the rest. Authority: cinder/objects/fields.py and cinder/volume/api.py of Zed.

/** What an administrator may reset a volume to. */
export const VOLUME_STATUSES = [
  "creating",
  "available",
  "deleting",
  "error",
  "error_deleting",
  "error_managing",
  "managing",
  "attaching",
  "in-use",
  "detaching",
  "maintenance",
  "restoring-backup",
  "error_restoring",
  "reserved",
  "awaiting-transfer",
  "backing-up",
  "error_backing-up",
  "error_extending",
  "downloading",
  "uploading",
  "retyping",
  "extending",
] as const;

export type VolumeStatus =
  | (typeof VOLUME_STATUSES)[number]
  | "reverting"
  | "unmanaging"
  | "error_unmanaging"
  | "error_managing_deleting";

export const MIGRATION_STATUSES = ["migrating", "error", "success", "completing", "none", "starting"];

export const SNAPSHOT_STATUSES = [
  "error",
  "available",
  "creating",
  "deleting",
  "deleted",
  "updating",
  "error_deleting",
  "unmanaging",
  "backing-up",
  "restoring",
] as const;

export type SnapshotStatus = (typeof SNAPSHOT_STATUSES)[number];

export type AttachStatus =
  | "attached"
  | "attaching"
  | "detached"
  | "reserved"
  | "error_attaching"
  | "error_detaching"
  | "deleted";

export const GROUP_STATUSES = [
  "error",
  "available",
  "creating",
  "deleting",
  "deleted",
  "updating",
  "in-use",
  "error_deleting",
] as const;

export const GROUP_SNAPSHOT_STATUSES = [
  "error",
  "available",
  "creating",
  "deleting",
  "deleted",
  "updating",
  "error_deleting",
] as const;

/** No migration is under way (cinder/volume/api.py, AVAILABLE_MIGRATION_STATUS). */
export function migrationAllows(migrationStatus: string | null): boolean {
  return migrationStatus === null || ["deleting", "error", "success"].includes(migrationStatus);
}

/** What the API shows for states of its own making (cinder/api/v2/views/volumes.py, _get_volume_status). */
export function shownVolumeStatus(status: string): string {
  switch (status) {
    case "managing":
      return "creating";
    case "error_managing":
      return "error";
    case "error_managing_deleting":
      return "deleting";
    default:
      return status;
  }
}
