// Images from servers: createImage, createBackup with rotation, and the image a shelved server leaves behind.
// Authority: nova/compute/manager.py (snapshot_instance, backup_instance, _rotate_backups) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { CloudError, messageOf, NotFound } from "../../core/errors.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { TaskState } from "../states.ts";
import { computeTopic } from "../topics.ts";
import type { Compute } from "./compute.ts";
import { guestRef } from "./guest-spec.ts";
import type { InstanceArgs } from "./power.ts";
import type { TaskOptions, TaskRun } from "./task.ts";

export interface SnapshotArgs extends InstanceArgs {
  imageId: string;
}

export interface BackupArgs extends SnapshotArgs {
  backupType: string;
  /** How many are kept. */
  rotation: number;
}

/** The tasks of a snapshot as they follow each other; a shelving has its own names for them. */
export interface UploadTasks {
  pending: TaskState;
  uploading: TaskState;
}

const SNAPSHOT_TASKS: UploadTasks = { pending: "image_pending_upload", uploading: "image_uploading" };

/** Copies the root disk into the image, which is queued. A repeat after a crash begins the upload anew. */
export async function uploadSnapshot(
  run: TaskRun<SnapshotArgs>,
  tasks: UploadTasks,
  expected: readonly TaskState[],
): Promise<void> {
  const { compute, context, args, host, instance } = run;
  const image = compute.images.show(context, args.imageId);
  if (image.status === "active") return;
  run.save({ task_state: tasks.pending }, { expected });
  const snapshot = await host.driver.snapshot(
    guestRef(instance),
    image.diskFormat === "qcow2" ? "qcow2" : "raw",
  );
  try {
    run.save({ task_state: tasks.uploading });
    await compute.images.upload(context, args.imageId, snapshot.data);
  } finally {
    await snapshot.dispose();
  }
}

const DURING: readonly TaskState[] = [
  "image_snapshot",
  "image_snapshot_pending",
  "image_backup",
  "image_pending_upload",
  "image_uploading",
];

async function snapshotWork(run: TaskRun<SnapshotArgs>): Promise<void> {
  await uploadSnapshot(run, SNAPSHOT_TASKS, DURING);
  run.save({ task_state: null });
}

/** The half-made image goes; the server is as it was. */
export function snapshotFailed(run: TaskRun<SnapshotArgs>): void {
  removeImage(run.compute, run.context, run.args.imageId);
  run.compute.store.updateInstance(run.instance.uuid, { task_state: null }, run.compute.now());
}

/** Nobody will fill it any more. One that was filled stays. */
export function abandonImage(compute: Compute, context: RequestContext, args: SnapshotArgs): void {
  try {
    if (compute.images.show(context, args.imageId).status === "active") return;
  } catch (error) {
    if (error instanceof NotFound) return;
    throw error;
  }
  removeImage(compute, context, args.imageId);
}

export function removeImage(
  compute: Pick<Compute, "images" | "log">,
  context: RequestContext,
  imageId: string,
): void {
  try {
    compute.images.delete(context, imageId);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    compute.log.warning(context, `Error while trying to clean up image ${imageId}: ${messageOf(error)}`);
  }
}

/**
 * The image that a shelved server was to be made from again goes once that has been done, or never will be. What names it
 * is kept until it is gone, so that a repeat after a crash finds it.
 */
export function removeShelvedImage(
  compute: Pick<Compute, "store" | "images" | "log">,
  context: RequestContext,
  instanceUuid: string,
): void {
  const imageId = compute.store.systemMetadataOf(instanceUuid)["shelved_image_id"];
  if (imageId) removeImage(compute, context, imageId);
  compute.store.mergeSystemMetadata(instanceUuid, {
    shelved_at: null,
    shelved_image_id: null,
    shelved_host: null,
  });
}

/**
 * When the service starts: an image is queued before its server is told to fill it, in another database. Where a crash
 * came between, nobody was told of the image and nobody ever will fill it.
 */
export function dropOrphanedImages(compute: Compute, context: RequestContext): void {
  const promised = new Set(
    compute.store.waitingMessages([], computeTopic("")).map((args) => (args as { imageId?: string }).imageId),
  );
  for (const { id, properties } of compute.images.list(context, { statuses: ["queued"] })) {
    const { image_type: type, image_location: location, instance_uuid: uuid } = properties;
    const ours = location === "snapshot" && (type === "snapshot" || type === "backup");
    if (!ours || promised.has(id) || !compute.store.instances.first({ uuid: uuid ?? "" })) continue;
    compute.log.info(context, `[instance: ${uuid}] image ${id} was begun before a crash; it is removed`);
    removeImage(compute, context, id);
  }
}

export const snapshotTask: TaskOptions<SnapshotArgs> = {
  event: "compute_snapshot_instance",
  during: DURING,
  work: snapshotWork,
  failed: snapshotFailed,
  abandoned: abandonImage,
};

export const backupTask: TaskOptions<BackupArgs> = {
  event: "compute_backup_instance",
  during: DURING,
  async work(run) {
    await uploadSnapshot(run, SNAPSHOT_TASKS, DURING);
    rotateBackups(run);
    run.save({ task_state: null });
  },
  failed: snapshotFailed,
  abandoned: abandonImage,
};

/** Only the newest `rotation` backups of this server and type stay. */
function rotateBackups(run: TaskRun<BackupArgs>): void {
  const { compute, context, args, instance } = run;
  const backups = compute.images
    .list(context)
    .filter((image: ImageInfo) => {
      const p = image.properties;
      return (
        p["image_type"] === "backup" &&
        p["backup_type"] === args.backupType &&
        p["instance_uuid"] === instance.uuid &&
        image.status !== "deleted"
      );
    })
    .sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1));
  for (const image of backups.slice(args.rotation)) removeImage(compute, context, image.id);
}
