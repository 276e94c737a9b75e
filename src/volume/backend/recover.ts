// What a new start finds unfinished. Whatever a message still waits for goes on by itself; this is for the rest: states
// that no message will ever end, because somebody emptied a queue or wrote into the database. Authority: cinder/volume/
// manager.py (init_host, _do_cleanup) of Zed.

import { adminContext } from "../../core/context.ts";
import type { SnapshotRow, VolumeRow } from "../tables.ts";
import { backupTopic, SCHEDULER_TOPIC, volumeTopic } from "../topics.ts";
import type { Backend } from "./backend.ts";

/** Which messages end a state. */
const VOLUME_MESSAGES: Readonly<Record<string, readonly string[]>> = {
  creating: ["create_volume", "restore_backup"],
  downloading: ["create_volume", "reimage"],
  deleting: ["delete_volume", "delete_group"],
  unmanaging: ["delete_volume"],
  extending: ["extend_volume"],
  uploading: ["copy_volume_to_image"],
  retyping: ["retype"],
  reverting: ["revert_to_snapshot"],
  managing: ["manage_existing"],
};

const SNAPSHOT_MESSAGES: Readonly<Record<string, readonly string[]>> = {
  creating: ["create_snapshot", "manage_existing_snapshot", "create_group_snapshot"],
  deleting: ["delete_snapshot", "delete_volume", "delete_group_snapshot"],
  unmanaging: ["delete_snapshot"],
};

/** What messages are about. */
const IDS = ["volumeId", "snapshotId", "groupId", "groupSnapshotId"];

export function recover(backend: Backend): void {
  const { cinder } = backend;
  cinder.transaction(() => {
    const awaited = messagesUnderWay(backend);
    const isAwaited = (methods: readonly string[], ...ids: (string | null)[]) =>
      methods.some((method) => ids.some((id) => awaited.has(`${method} ${id}`)));
    for (const volume of cinder.store.volumes.onBackend(backend.host, ...Object.keys(VOLUME_MESSAGES))) {
      if (!isAwaited(VOLUME_MESSAGES[volume.status] ?? [], volume.id, volume.group_id))
        settle(backend, volume);
    }
    for (const { id, status, volume_id } of cinder.store.backups.withSnapshot()) {
      if (status === "creating" || backend.volume(volume_id) === null) continue;
      const args = { backupId: id };
      const { bus } = cinder.context;
      bus.cast(requestOf(cinder), volumeTopic(backend.host), "release_backup_device", args);
    }
    for (const volume of cinder.store.volumes.migratingFrom(backend.host)) {
      if (!isAwaited(["migrate_volume", "retype"], volume.id)) settleMigration(backend, volume);
    }
    for (const snapshot of cinder.store.snapshots.onBackend(
      backend.host,
      ...Object.keys(SNAPSHOT_MESSAGES),
    )) {
      const methods = SNAPSHOT_MESSAGES[snapshot.status] ?? [];
      if (!isAwaited(methods, snapshot.id, snapshot.volume_id, snapshot.group_snapshot_id)) {
        settleSnapshot(backend, snapshot);
      }
    }
  });
}

/** `METHOD ID` of every message that waits with the scheduler or here. */
function messagesUnderWay({ cinder, host }: Backend): Set<string> {
  const { bus } = cinder.context;
  const states = [...Object.values(VOLUME_MESSAGES), ...Object.values(SNAPSHOT_MESSAGES)];
  const methods = new Set(["migrate_volume", ...states.flat()]);
  const found = new Set<string>();
  for (const method of methods) {
    for (const topic of [SCHEDULER_TOPIC, volumeTopic(host), backupTopic("")]) {
      for (const args of bus.waiting(topic, method) as Record<string, unknown>[]) {
        for (const id of IDS.map((name) => args[name])) if (id) found.add(`${method} ${id}`);
      }
    }
  }
  return found;
}

function settle({ cinder }: Backend, volume: VolumeRow): void {
  const { volumes } = cinder.store;
  const before = volume.previous_status ?? (volume.attach_status === "attached" ? "in-use" : "available");
  cinder.log.warning(null, `volume ${volume.id}: nobody goes on with ${volume.status}`);
  switch (volume.status) {
    case "deleting":
    case "unmanaging": {
      const args = { volumeId: volume.id, cascade: false, unmanageOnly: volume.status === "unmanaging" };
      cinder.context.bus.cast(requestOf(cinder), volumeTopic(volume.host ?? ""), "delete_volume", args);
      return;
    }
    case "uploading":
    case "retyping":
      volumes.update(volume.id, { status: before });
      return;
    case "extending":
      volumes.update(volume.id, { status: "error_extending" });
      return;
    case "managing":
      volumes.update(volume.id, { status: "error_managing" });
      return;
    default:
      volumes.update(volume.id, { status: "error" });
  }
}

function settleMigration({ cinder }: Backend, volume: VolumeRow): void {
  cinder.log.warning(null, `volume ${volume.id}: nobody goes on with its migration`);
  cinder.store.volumes.update(volume.id, {
    migration_status: "error",
    ...(volume.status === "maintenance" ? { status: volume.previous_status ?? "available" } : {}),
  });
}

function settleSnapshot({ cinder }: Backend, snapshot: SnapshotRow): void {
  cinder.log.warning(null, `snapshot ${snapshot.id}: nobody goes on with ${snapshot.status}`);
  if (snapshot.status === "creating") {
    cinder.store.snapshots.update(snapshot.id, { status: "error" });
    return;
  }
  const volume = cinder.store.volumes.get(snapshot.volume_id);
  const args = { snapshotId: snapshot.id, unmanageOnly: snapshot.status === "unmanaging" };
  cinder.context.bus.cast(requestOf(cinder), volumeTopic(volume?.host ?? ""), "delete_snapshot", args);
}

function requestOf(cinder: Backend["cinder"]) {
  return adminContext(cinder.context.ids.requestId());
}
