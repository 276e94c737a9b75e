// States that no message will ever end, because somebody emptied a queue or wrote into the database; see `backend/
// recover.ts`. Authority: cinder/backup/manager.py (_cleanup_one_backup) of Zed.

import { adminContext } from "../../core/context.ts";
import { releaseSource } from "../backups/states.ts";
import type { Cinder } from "../cinder.ts";
import type { BackupRow } from "../tables-backups.ts";
import { type BackupArgs, backupTopic, type CreateVolumeSpec, SCHEDULER_TOPIC } from "../topics.ts";

const METHODS = ["create_backup", "restore_backup", "delete_backup", "import_record"];

export function recover(cinder: Cinder, host: string): void {
  cinder.transaction(() => {
    const awaited = backupsUnderWay(cinder);
    for (const backup of cinder.store.backups.inStatus("creating", "restoring", "deleting")) {
      if (!awaited.has(backup.id)) settle(cinder, host, backup);
    }
  });
}

/** Ids of the backups some message is about. */
function backupsUnderWay(cinder: Cinder): Set<string> {
  const { bus } = cinder.context;
  const found = new Set<string>();
  for (const method of METHODS) {
    for (const topic of [SCHEDULER_TOPIC, backupTopic("")]) {
      for (const { backupId } of bus.waiting(topic, method) as BackupArgs[]) found.add(backupId);
    }
  }
  for (const topic of [SCHEDULER_TOPIC, "cinder-volume."]) {
    for (const { backup } of bus.waiting(topic, "create_volume") as CreateVolumeSpec[]) {
      if (backup) found.add(backup.id);
    }
  }
  return found;
}

function settle(cinder: Cinder, host: string, backup: BackupRow): void {
  const { store, log, context } = cinder;
  log.warning(null, `backup ${backup.id}: nobody goes on with ${backup.status}`);
  switch (backup.status) {
    case "creating":
      releaseSource(cinder, backup, "error_backing-up");
      store.backups.fail(backup.id, ["creating"], "incomplete backup reset on manager restart");
      return;
    case "restoring":
      store.volumes.updateFrom(backup.restore_volume_id ?? "", ["restoring-backup"], {
        status: "error_restoring",
      });
      store.volumes.updateFrom(backup.restore_volume_id ?? "", ["creating"], { status: "error" });
      store.backups.update(backup.id, { status: "available" });
      return;
    default: {
      const args: BackupArgs = { backupId: backup.id };
      context.bus.cast(adminContext(context.ids.requestId()), backupTopic(host), "delete_backup", args);
    }
  }
}
