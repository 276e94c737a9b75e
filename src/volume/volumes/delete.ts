// Deleting, forgetting and resetting volumes. Authority: cinder/volume/api.py (delete) and cinder/api/contrib/
// admin_actions.py of Zed.

import { and, isNull, ne } from "drizzle-orm";
import { Invalid } from "../../core/errors.ts";
import { type Caller, enforce, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidVolume } from "../errors.ts";
import { migrationAllows } from "../states.ts";
import type { SnapshotRow, VolumeRow } from "../tables.ts";
import { volumes } from "../tables.ts";
import { volumeTopic } from "../topics.ts";
import { refuseFrozen } from "./frozen.ts";

const DELETABLE = ["available", "error", "error_restoring", "error_extending", "error_managing"];

export interface DeleteOptions {
  /** Snapshots go with it. */
  cascade?: boolean;
  /** Whatever its state. */
  force?: boolean;
  /** The data stays. */
  unmanageOnly?: boolean;
}

/** The volume is `deleting`; a volume that lies nowhere is gone at once. @throws InvalidVolume */
export function deleteVolume(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  { cascade = false, force = false, unmanageOnly = false }: DeleteOptions = {},
): void {
  enforce(caller, "volume:delete", targetOf(volume));
  const { context } = caller;
  if (volume.host === null) {
    cinder.transaction(() => {
      cinder.store.volumes.remove(volume.id);
      cinder.quotas.note(volume.project_id);
    });
    cinder.log.info(context, `Delete volume request issued successfully: volume ${volume.id}`);
    return;
  }
  if (!unmanageOnly) refuseFrozen(cinder, volume.host);
  const { host } = volume;
  cinder.transaction(() => {
    const snapshots = cinder.store.snapshots.ofVolume(volume.id);
    const states = force ? [volume.status] : DELETABLE;
    const status = unmanageOnly
      ? "unmanaging"
      : volume.status === "error_managing"
        ? "error_managing_deleting"
        : "deleting";
    const possible = snapshotsAllow(cinder, caller, volume, snapshots, { cascade, force });
    const changed =
      possible && migrationAllows(volume.migration_status)
        ? cinder.store.volumes.updateFrom(
            volume.id,
            states,
            { status, terminated_at: cinder.store.volumes.rows.now() },
            and(ne(volumes.attach_status, "attached"), isNull(volumes.group_id)),
          )
        : null;
    if (!changed) throw cannotDelete(force);
    for (const snapshot of cascade ? snapshots : []) {
      cinder.store.snapshots.update(snapshot.id, { status: "deleting" });
    }
    cinder.context.bus.cast(context, volumeTopic(host), "delete_volume", {
      volumeId: volume.id,
      cascade,
      unmanageOnly,
    });
  });
  cinder.log.info(context, `Delete volume request issued successfully: volume ${volume.id}`);
}

function snapshotsAllow(
  cinder: Cinder,
  { context }: Caller,
  volume: VolumeRow,
  snapshots: readonly SnapshotRow[],
  { cascade, force }: { cascade: boolean; force: boolean },
): boolean {
  if (!cascade) return snapshots.length === 0;
  const inGroup = snapshots.some(({ group_snapshot_id }) => group_snapshot_id !== null);
  if (force) return !inGroup;
  const others = cinder.store.snapshots.countOfOthers(volume.id, context.projectId) > 0;
  return (
    !inGroup &&
    snapshots.every(({ status }) => ["available", "error", "deleting"].includes(status)) &&
    (context.isAdmin || !others)
  );
}

function cannotDelete(force: boolean): InvalidVolume {
  const states = force ? "" : `status must be ${DELETABLE.join(" or ")} and`;
  return new InvalidVolume(
    `Volume ${states} must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated from snapshots after volume transfer.`,
  );
}

export interface StatusReset {
  status: string | null;
  attachStatus: string | null;
  /** `none` for no migration. */
  migrationStatus: string | null;
}

/** What administrators do when a state is wrong. Nothing happens to the data. */
export function resetStatus(cinder: Cinder, caller: Caller, volume: VolumeRow, wanted: StatusReset): void {
  enforce(caller, "volume_extension:volume_admin_actions:reset_status", targetOf(volume));
  const { status, attachStatus, migrationStatus } = wanted;
  if (status === "deleting") throw new Invalid(`Cannot reset-state to ${status}`);
  cinder.transaction(() => {
    if (status === "in-use" && cinder.store.volumes.attachmentsOf(volume.id).length === 0) {
      throw new Invalid("Cannot reset-state to in-use because volume does not have any attachments.");
    }
    if (attachStatus === "detached") {
      for (const { id } of cinder.store.volumes.attachmentsOf(volume.id)) {
        cinder.store.volumes.removeAttachment(id);
      }
      cinder.store.volumes.adminMetadata.remove(volume.id, "attached_mode");
    }
    cinder.store.volumes.update(volume.id, {
      ...(status === null ? {} : { status }),
      ...(attachStatus === null ? {} : { attach_status: attachStatus }),
      ...(migrationStatus === null
        ? {}
        : { migration_status: migrationStatus === "none" ? null : migrationStatus }),
    });
    cinder.store.volumes.noteAttachments(volume.id);
  });
}
