// The life of an image. Authority: `Image.valid_state_targets` in glance/domain/__init__.py of Zed.

export type ImageStatus =
  | "queued"
  | "saving"
  | "uploading"
  | "importing"
  | "active"
  | "deactivated"
  | "killed"
  | "pending_delete"
  | "deleted";

export type Visibility = "public" | "private" | "shared" | "community";
export const VISIBILITIES: readonly Visibility[] = ["community", "public", "private", "shared"];

export type MemberStatus = "pending" | "accepted" | "rejected";
export const MEMBER_STATUSES: readonly MemberStatus[] = ["pending", "accepted", "rejected"];

export type TaskStatus = "pending" | "processing" | "success" | "failure";

const MOVES: Record<ImageStatus, readonly ImageStatus[]> = {
  queued: ["saving", "uploading", "importing", "active", "deleted"],
  saving: ["active", "killed", "deleted", "queued"],
  uploading: ["importing", "queued", "deleted"],
  importing: ["active", "deleted", "queued"],
  active: ["pending_delete", "deleted", "deactivated"],
  killed: ["deleted"],
  pending_delete: ["deleted", "active"],
  deleted: [],
  deactivated: ["active", "deleted"],
};

export function mayBecome(from: ImageStatus, to: ImageStatus): boolean {
  return MOVES[from]?.includes(to) ?? false;
}
