// What a back end does on which message. The first group answers a call; the second works off durable messages.

import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { tellOfSnapshot, tellOfVolume } from "../notices.ts";
import type { Backend } from "./backend.ts";
import * as backups from "./backups.ts";
import * as connect from "./connect.ts";
import { createVolume } from "./create.ts";
import { deleteSnapshot, deleteVolume } from "./delete.ts";
import { extendVolume } from "./extend.ts";
import * as groups from "./groups.ts";
import * as manage from "./manage.ts";
import { type BackendFinder, deleteData, migrateVolume, retype } from "./move.ts";
import { capabilities } from "./report.ts";
import { createSnapshot, revertToSnapshot } from "./snapshots.ts";
import { copyVolumeToImage, reimage } from "./upload.ts";

type Verb<A> = (backend: Backend, context: RequestContext, args: A, delivery: Delivery) => unknown;
type Move<A> = (
  backend: Backend,
  find: BackendFinder,
  context: RequestContext,
  args: A,
  delivery: Delivery,
) => unknown;

export function handlersOf(backend: Backend, find: BackendFinder) {
  const on =
    <A>(verb: Verb<A>) =>
    (context: RequestContext, args: A, delivery: Delivery) =>
      verb(backend, context, args, delivery);
  const moving =
    <A>(verb: Move<A>) =>
    (context: RequestContext, args: A, delivery: Delivery) =>
      verb(backend, find, context, args, delivery);
  return {
    attach_volume: on(tellOfVolume("attach", connect.attachVolume)),
    detach_volume: on(tellOfVolume("detach", connect.detachVolume)),
    initialize_connection: on(connect.initializeConnection),
    terminate_connection: on(connect.terminateConnection),
    attachment_update: on(connect.updateAttachment),
    attachment_delete: on(connect.deleteAttachment),
    backup_device: on(backups.backupDevice),
    release_backup_device: on(backups.releaseBackupDevice),
    write_backup: on(backups.writeBackup),
    get_capabilities: () => capabilities(backend),
    get_manageable_volumes: () => manage.manageableVolumes(backend),
    get_manageable_snapshots: () => manage.manageableSnapshots(backend),

    create_volume: on(tellOfVolume("create", createVolume)),
    delete_volume: on(tellOfVolume("delete", deleteVolume)),
    extend_volume: on(tellOfVolume("resize", extendVolume)),
    create_snapshot: on(tellOfSnapshot("create", createSnapshot)),
    delete_snapshot: on(tellOfSnapshot("delete", deleteSnapshot)),
    revert_to_snapshot: on(tellOfVolume("revert", revertToSnapshot)),
    copy_volume_to_image: on(copyVolumeToImage),
    reimage: on(reimage),
    retype: moving(retype),
    migrate_volume: moving(migrateVolume),
    delete_data: on(deleteData),
    manage_existing: on(manage.manageExisting),
    manage_existing_snapshot: on(manage.manageExistingSnapshot),
    create_group: on(groups.createGroup),
    update_group: on(groups.updateGroup),
    delete_group: on(groups.deleteGroup),
    create_group_snapshot: on(groups.createGroupSnapshot),
    delete_group_snapshot: on(groups.deleteGroupSnapshot),
  };
}
