// Snapshots, as users handle them. Authority: cinder/volume/api.py of Zed; the rules of the reported states are those of
// cinder/api/contrib/snapshot_actions.py.

import { Invalid } from "../core/errors.ts";
import { type Caller, enforce, targetOf } from "./access.ts";
import type { Cinder } from "./cinder.ts";
import { InvalidSnapshot, InvalidVolume, SnapshotMetadataNotFound } from "./errors.ts";
import { checkMetadata } from "./metadata-rules.ts";
import { migrationAllows } from "./states.ts";
import type { Pairs } from "./store/pairs.ts";
import type { SnapshotRow, VolumeRow } from "./tables.ts";
import { SCHEDULER_TOPIC, volumeTopic } from "./topics.ts";
import { refuseFrozen } from "./volumes/frozen.ts";

export interface SnapshotRequest {
  name: string | null;
  description: string | null;
  metadata: Record<string, string>;
  /** Also of a volume in use. */
  force: boolean;
}

/** In state `creating`. @throws InvalidVolume, a QuotaError */
export function createSnapshot(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  request: SnapshotRequest,
): SnapshotRow {
  refuseFrozen(cinder, volume.host);
  const { context } = caller;
  const row = cinder.transaction(() => {
    const made = insertSnapshot(cinder, caller, volume, request);
    cinder.context.bus.cast(context, SCHEDULER_TOPIC, "create_snapshot", { snapshotId: made.id });
    return made;
  });
  cinder.log.info(
    context,
    `Snapshot create request issued successfully: snapshot ${row.id} of volume ${volume.id}`,
  );
  return row;
}

/** Checked, counted, written down. Within a transaction. */
export function insertSnapshot(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  request: SnapshotRequest & { groupSnapshotId?: string },
): SnapshotRow {
  enforce(caller, "volume:create_snapshot", targetOf(volume));
  checkVolume(volume);
  checkMetadata(request.metadata);
  const states = request.force ? ["available", "in-use"] : ["available"];
  if (request.groupSnapshotId === undefined && !states.includes(volume.status)) {
    throw new InvalidVolume(
      `Volume ${volume.id} status must be ${states.join(", ")}, but current status is: ${volume.status}.`,
    );
  }
  const { context } = caller;
  const projectId = context.projectId ?? "";
  const { quotas } = cinder;
  quotas.check(projectId, quotas.snapshotDeltas(volume.volume_type_id, 1, volume.size), {
    resource: "snapshots",
    sizeGb: volume.size,
  });
  const row = cinder.store.snapshots.insert(
    {
      id: cinder.newId(),
      volume_id: volume.id,
      group_snapshot_id: request.groupSnapshotId ?? null,
      user_id: context.userId,
      project_id: projectId,
      status: "creating",
      progress: "0%",
      volume_size: volume.size,
      display_name: request.name,
      display_description: request.description,
      volume_type_id: volume.volume_type_id,
      // As the volume's data is kept now.
      provider_location: volume.provider_location,
    },
    request.metadata,
  );
  quotas.note(projectId);
  return row;
}

function checkVolume(volume: VolumeRow): void {
  if (volume.host === null) {
    throw new InvalidVolume(
      "The snapshot cannot be created because volume has not been scheduled to any host.",
    );
  }
  if (volume.status === "maintenance") {
    throw new InvalidVolume("The snapshot cannot be created when the volume is in maintenance mode.");
  }
  if (!migrationAllows(volume.migration_status)) {
    throw new InvalidVolume("Snapshot cannot be created while volume is migrating.");
  }
  if (volume.status === "error") {
    throw new InvalidVolume("The snapshot cannot be created when the volume is in error status.");
  }
}

export function updateSnapshot(
  cinder: Cinder,
  caller: Caller,
  snapshot: SnapshotRow,
  changes: { name?: string | null; description?: string | null },
): SnapshotRow {
  enforce(caller, "volume:update_snapshot", targetOf(snapshot));
  const { name, description } = changes;
  const row = cinder.store.snapshots.update(snapshot.id, {
    ...(name === undefined ? {} : { display_name: name }),
    ...(description === undefined ? {} : { display_description: description }),
  });
  return row ?? snapshot;
}

export function deleteSnapshot(
  cinder: Cinder,
  caller: Caller,
  snapshot: SnapshotRow,
  options: { force?: boolean; unmanageOnly?: boolean } = {},
): void {
  const { force = false, unmanageOnly = false } = options;
  enforce(caller, "volume:delete_snapshot", targetOf(snapshot));
  const volume = cinder.store.volumes.get(snapshot.volume_id);
  if (!unmanageOnly) refuseFrozen(cinder, volume?.host ?? null);
  const { context } = caller;
  cinder.transaction(() => {
    const states = force ? [snapshot.status] : ["available", "error"];
    const status = unmanageOnly ? "unmanaging" : "deleting";
    const changed =
      snapshot.group_snapshot_id === null
        ? cinder.store.snapshots.updateFrom(snapshot.id, states, { status })
        : null;
    if (!changed) {
      const must = force ? "" : "status must be available or error and";
      throw new InvalidSnapshot(`Snapshot ${must} must not be part of a group.`);
    }
    if (volume?.host) {
      const args = { snapshotId: snapshot.id, unmanageOnly };
      cinder.context.bus.cast(context, volumeTopic(volume.host), "delete_snapshot", args);
    } else {
      cinder.store.snapshots.remove(snapshot.id);
      cinder.quotas.note(snapshot.project_id);
    }
  });
  cinder.log.info(context, `Snapshot delete request issued successfully: snapshot ${snapshot.id}`);
}

export function snapshotMetadata(cinder: Cinder, caller: Caller, snapshot: SnapshotRow): Pairs {
  enforce(caller, "volume:get_snapshot_metadata", targetOf(snapshot));
  return cinder.store.snapshots.metadata.of(snapshot.id);
}

export function setSnapshotMetadata(
  cinder: Cinder,
  caller: Caller,
  snapshot: SnapshotRow,
  metadata: unknown,
  replace: boolean,
): Pairs {
  enforce(caller, "volume:update_snapshot_metadata", targetOf(snapshot));
  checkMetadata(metadata);
  const pairs = metadata;
  if (replace) cinder.store.snapshots.metadata.replace(snapshot.id, pairs);
  else cinder.transaction(() => cinder.store.snapshots.metadata.set(snapshot.id, pairs));
  return cinder.store.snapshots.metadata.of(snapshot.id);
}

export function deleteSnapshotMetadata(
  cinder: Cinder,
  caller: Caller,
  snapshot: SnapshotRow,
  key: string,
): void {
  if (!Object.hasOwn(snapshotMetadata(cinder, caller, snapshot), key)) {
    throw new SnapshotMetadataNotFound(snapshot.id, key);
  }
  enforce(caller, "volume:delete_snapshot_metadata", targetOf(snapshot));
  cinder.store.snapshots.metadata.remove(snapshot.id, key);
}

/** What a driver elsewhere may report of a snapshot under way. */
const REPORTS: Readonly<Record<string, readonly string[]>> = {
  creating: ["creating", "available", "error"],
  deleting: ["deleting", "error_deleting"],
};

export function reportSnapshotStatus(
  cinder: Cinder,
  caller: Caller,
  snapshot: SnapshotRow,
  status: string,
  progress: string | null,
): void {
  enforce(caller, "snapshot_extension:snapshot_actions:update_snapshot_status", targetOf(snapshot));
  const allowed = REPORTS[snapshot.status];
  if (!allowed) {
    throw new Invalid(`Snapshot status ${snapshot.status} not allowed for update_snapshot_status`);
  }
  if (!allowed.includes(status)) {
    throw new Invalid(
      `Provided snapshot status ${status} not allowed for snapshot with status ${snapshot.status}.`,
    );
  }
  cinder.store.snapshots.update(snapshot.id, { status, ...(progress ? { progress } : {}) });
}

export function resetSnapshotStatus(
  cinder: Cinder,
  caller: Caller,
  snapshot: SnapshotRow,
  status: string,
): void {
  enforce(caller, "volume_extension:snapshot_admin_actions:reset_status", targetOf(snapshot));
  cinder.store.snapshots.update(snapshot.id, { status });
}
