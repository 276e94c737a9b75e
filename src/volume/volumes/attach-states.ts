// The state of a volume whose attachments change. Authority: cinder/db/sqlalchemy/api.py (volume_attached, volume_detached).

import type { Cinder } from "../cinder.ts";
import type { AttachmentRow } from "../tables.ts";

/** The attachment is made (`attached`) or on its way, and so is its volume. Within a transaction. */
export function noteAttached(
  cinder: Cinder,
  attachment: AttachmentRow,
  facts: { hostName: string | null; mountpoint: string | null; mode: string; complete: boolean },
): void {
  const attachStatus = facts.complete ? "attached" : "attaching";
  cinder.store.volumes.updateAttachment(attachment.id, {
    mountpoint: facts.mountpoint,
    attach_status: attachStatus,
    attached_host: facts.hostName,
    attach_time: cinder.store.volumes.attachments.now(),
    attach_mode: facts.mode,
  });
  cinder.store.volumes.update(attachment.volume_id, {
    status: facts.complete ? "in-use" : "attaching",
    attach_status: attachStatus,
  });
  cinder.store.volumes.noteAttachments(attachment.volume_id);
}

/** Ends an attachment; the volume's states follow from those that are left. Idempotent. */
export function endAttachment(cinder: Cinder, volumeId: string, attachmentId: string): void {
  cinder.transaction(() => {
    cinder.store.volumes.removeAttachment(attachmentId);
    settleAfterDetach(cinder, volumeId);
  });
}

/** The volume's states follow from the attachments that are left (cinder/db, volume_detached). */
export function settleAfterDetach(cinder: Cinder, volumeId: string): void {
  const volume = cinder.store.volumes.get(volumeId);
  if (!volume) return;
  const left = cinder.store.volumes.attachmentsOf(volumeId).map(({ attach_status }) => attach_status);
  const [status, attachStatus] = statusesOf(left);
  const { migration_status: migration } = volume;
  const idle =
    (migration === null && volume.status !== "uploading") || ["success", "error"].includes(migration ?? "");
  cinder.store.volumes.update(volumeId, {
    attach_status: attachStatus,
    ...(attachStatus !== "detached" || idle ? { status } : {}),
  });
  cinder.store.volumes.adminMetadata.remove(volumeId, "attached_mode");
  cinder.store.volumes.noteAttachments(volumeId);
}

/** Most telling first (cinder/db/sqlalchemy/api.py, ATTACH_STATUS_MAP). */
function statusesOf(attachments: readonly string[]): [status: string, attachStatus: string] {
  if (attachments.includes("attached")) return ["in-use", "attached"];
  if (attachments.includes("attaching")) return ["attaching", "attaching"];
  if (attachments.includes("detaching")) return ["detaching", "detaching"];
  if (attachments.includes("reserved")) return ["reserved", "reserved"];
  return ["available", "detached"];
}
