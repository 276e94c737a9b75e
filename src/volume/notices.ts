// Cinder's notifications about volumes, snapshots and backups. Authority: cinder/volume/volume_utils.py of Zed
// (notify_about_volume_usage and its kin) and their callers in cinder/volume/manager.py and cinder/backup/manager.py.

import type { Delivery, Handler } from "../core/bus.ts";
import type { RequestContext } from "../core/context.ts";
import type { Backend } from "./backend/backend.ts";
import type { Cinder } from "./cinder.ts";
import type { Pairs } from "./store/pairs.ts";
import type { SnapshotRow, VolumeRow } from "./tables.ts";
import type { BackupRow } from "./tables-backups.ts";

type Verb<A> = (backend: Backend, context: RequestContext, args: A, delivery: Delivery) => unknown;

/** States in which what was begun has not come to its end. */
const UNFINISHED = new Set(["creating", "downloading", "deleting", "extending"]);

const failed = (status: string) => status.startsWith("error") || UNFINISHED.has(status);

/** `volume.EVENT.start` before the work, `volume.EVENT.end` when the volume shows that it was done. */
export function tellOfVolume<A extends { volumeId: string }>(event: string, verb: Verb<A>): Verb<A> {
  return async (backend, context, args, delivery) => {
    const before = backend.volume(args.volumeId);
    if (!before) return verb(backend, context, args, delivery);
    const { notify } = backend.cinder.context;
    const host = { publisher: "volume", host: backend.host };
    notify(context, `volume.${event}.start`, () => volumePayload(backend, before), host);
    const result = await verb(backend, context, args, delivery);
    const after = backend.cinder.store.volumes.get(before.id);
    if (event === "delete" ? after : !after || failed(after.status)) return result;
    notify(context, `volume.${event}.end`, () => volumePayload(backend, after ?? before), host);
    return result;
  };
}

/** As `tellOfVolume`, for snapshots. */
export function tellOfSnapshot<A extends { snapshotId: string }>(event: string, verb: Verb<A>): Verb<A> {
  return async (backend, context, args, delivery) => {
    const before = backend.snapshot(args.snapshotId);
    if (!before) return verb(backend, context, args, delivery);
    const { notify } = backend.cinder.context;
    const host = { publisher: "snapshot", host: backend.host };
    const tell = (phase: string, snapshot: SnapshotRow) =>
      notify(
        context,
        `snapshot.${event}.${phase}`,
        () => snapshotPayload(backend, snapshot, before.volume),
        host,
      );
    tell("start", before.snapshot);
    const result = await verb(backend, context, args, delivery);
    const after = backend.cinder.store.snapshots.get(before.snapshot.id);
    if (event === "delete" ? after : !after || failed(after.status)) return result;
    tell("end", after ?? before.snapshot);
    return result;
  };
}

const BACKUP_EVENTS: Readonly<Record<string, string>> = {
  create_backup: "create",
  restore_backup: "restore",
  delete_backup: "delete",
};

/** As `tellOfVolume`, for a message of the backup service. */
export function tellOfBackup(cinder: Cinder, method: string, handler: Handler): Handler {
  const event = BACKUP_EVENTS[method];
  if (!event) return handler;
  const told = async (context: RequestContext, args: { backupId: string }, delivery: Delivery) => {
    const work = () => handler(context, args as never, delivery);
    const { backups } = cinder.store;
    const before = backups.get(args.backupId);
    if (!before) return work();
    const { notify } = cinder.context;
    notify(context, `backup.${event}.start`, () => backupPayload(before));
    const result = await work();
    const after = backups.get(before.id);
    if (event === "delete" ? after : after?.status !== "available") return result;
    notify(context, `backup.${event}.end`, () => backupPayload(after ?? before));
    return result;
  };
  return told as Handler;
}

function backupPayload(backup: BackupRow): object {
  return {
    tenant_id: backup.project_id,
    user_id: backup.user_id,
    availability_zone: backup.availability_zone,
    backup_id: backup.id,
    host: backup.host,
    display_name: backup.display_name,
    created_at: moment(backup.created_at),
    status: backup.status,
    volume_id: backup.volume_id,
    size: backup.size,
    service_metadata: backup.service_metadata,
    service: backup.service,
    fail_reason: backup.fail_reason,
    parent_id: backup.parent_id,
    num_dependent_backups: backup.num_dependent_backups,
    snapshot_id: backup.snapshot_id,
  };
}

function volumePayload({ cinder }: Backend, volume: VolumeRow): object {
  const { volumes } = cinder.store;
  const imageMetadata = volumes.imageMetadata.of(volume.id);
  const now = cinder.store.volumes.rows.now();
  return {
    tenant_id: volume.project_id,
    host: volume.host,
    user_id: volume.user_id,
    availability_zone: volume.availability_zone,
    volume_id: volume.id,
    volume_type: volume.volume_type_id,
    display_name: volume.display_name,
    launched_at: moment(volume.launched_at ?? now),
    created_at: moment(volume.created_at ?? now),
    status: volume.status === "error_managing_deleting" ? "deleting" : volume.status,
    snapshot_id: volume.snapshot_id,
    size: volume.size,
    replication_status: volume.replication_status,
    replication_extended_status: null,
    replication_driver_data: null,
    metadata: pairs(volumes.metadata.of(volume.id)),
    // What it is connected by may hold passwords.
    volume_attachment: volumes
      .attachmentsOf(volume.id)
      .map(({ connection_info: _, connector: __, ...row }) => row),
    ...(Object.keys(imageMetadata).length === 0 ? {} : { glance_metadata: pairs(imageMetadata) }),
  };
}

function snapshotPayload({ cinder }: Backend, snapshot: SnapshotRow, volume: VolumeRow): object {
  return {
    tenant_id: snapshot.project_id,
    user_id: snapshot.user_id,
    availability_zone: volume.availability_zone,
    volume_id: snapshot.volume_id,
    volume_size: snapshot.volume_size,
    snapshot_id: snapshot.id,
    display_name: snapshot.display_name,
    created_at: moment(snapshot.created_at),
    status: snapshot.status,
    deleted: snapshot.deleted ? "True" : "",
    metadata: JSON.stringify(cinder.store.snapshots.metadata.of(snapshot.id)),
  };
}

const pairs = (of: Pairs) => Object.entries(of).map(([key, value]) => ({ key, value }));

/** Python's isoformat() of a moment in UTC. */
function moment(text: string | null): string {
  return text === null ? "" : `${text.slice(0, 19).replace(" ", "T")}+00:00`;
}
