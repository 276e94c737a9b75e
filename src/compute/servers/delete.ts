// Deleting servers. Authority: nova/compute/api.py (_delete, _local_delete) of Zed.

import { elevated, type RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import { consumerOf, releaseMigration } from "../manager/allocations.ts";
import { closeMigration, HOLDING, removeInstance } from "../manager/delete.ts";
import { removeShelvedImage } from "../manager/images.ts";
import { usesNetworks } from "../manager/networks.ts";
import type { Nova } from "../nova.ts";
import { checkAllowed } from "../states.ts";
import type { BlockDeviceRow, InstanceRow } from "../tables.ts";
import { accept, asOwner, checkLock, checkRequest, hostIsUp } from "./access.ts";

const DELETING = ["deleting", "soft-deleting"];

/** `force` ends servers that were only to be set aside (reclaim_instance_interval). */
export async function deleteServer(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  options: { force: boolean },
): Promise<void> {
  checkLock(context, instance);
  const soft = nova.settings.RECLAIM_INSTANCE_INTERVAL > 0 && !options.force && instance.launched_at !== null;
  if (soft) checkAllowed(instance, "softDelete");
  if (!hostIsUp(nova, instance.host)) return deleteHere(nova, context, instance);
  if (DELETING.includes(instance.task_state ?? "")) return; // on its way
  accept(nova, context, instance, {
    action: "delete",
    task: soft ? "soft-deleting" : "deleting",
    changes: soft ? { deleted_at: nova.now() } : { progress: 0 },
    method: soft ? "soft_delete_instance" : "terminate_instance",
    also: () => nova.groups.removeMember(instance.uuid),
  });
}

/**
 * A server that is on no host, or on one that does not answer: the API gives everything back itself. What runs on the
 * silent host is removed when that comes back.
 */
async function deleteHere(nova: Nova, context: RequestContext, instance: InstanceRow): Promise<void> {
  const admin = elevated(context);
  accept(nova, context, instance, { action: "delete", task: "deleting" });
  if (usesNetworks(nova, instance.uuid)) await nova.network.deallocateForInstance(admin, instance.uuid);
  for (const row of nova.store.blockDevicesOf(instance.uuid))
    await releaseVolume(nova, context, instance, row);
  nova.placement?.allocate(admin, consumerOf(instance), {});
  for (const migration of nova.store.migrationsOf(instance.uuid, HOLDING)) {
    releaseMigration(nova, context, instance, migration);
    closeMigration(nova, migration);
  }
  const { store, images } = nova;
  removeShelvedImage({ store, images, log: nova.context.log }, context, instance.uuid);
  nova.groups.removeMember(instance.uuid);
  removeInstance(nova, instance, { cleaned: instance.host === null });
  const event = nova.actions.beginEvent(context, instance.uuid, "compute_terminate_instance", null);
  nova.actions.endEvent(event);
}

async function releaseVolume(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  row: BlockDeviceRow,
): Promise<void> {
  if (row.destination_type !== "volume" || !row.volume_id) return;
  try {
    const attachmentId =
      row.attachment_id ??
      nova.volumes.show(context, row.volume_id).attachments.find((a) => a.instanceUuid === instance.uuid)
        ?.attachmentId;
    if (attachmentId) await nova.volumes.deleteAttachment(context, attachmentId);
    if (row.delete_on_termination) nova.volumes.delete(context, row.volume_id);
  } catch (error) {
    nova.context.log.warning(
      context,
      `[instance: ${instance.uuid}] Ignoring volume cleanup failure due to ${messageOf(error)}`,
    );
  }
}

/** Brings back what was deleted softly. */
export function restoreServer(nova: Nova, context: RequestContext, instance: InstanceRow): void {
  checkRequest(context, instance, "restore");
  const flavor = nova.store.flavorsOf(instance.uuid)?.cur;
  if (flavor) nova.quotas.checkInstances(asOwner(context, instance), flavor, 1, 1);
  accept(nova, context, instance, {
    action: "restore",
    task: "restoring",
    changes: { deleted_at: null },
    method: "restore_instance",
  });
}
