// Creating servers: everything is checked, then the rows and the message that builds them are written together.
// Authority: nova/compute/api.py (create, _create_instance, _provision_instances) of Zed.

import type { RequestContext } from "../../core/context.ts";
import type { Nova } from "../nova.ts";
import type { InstanceRow } from "../tables.ts";
import { type BuildInstances, type BuildOrder, CONDUCTOR_TOPIC } from "../topics.ts";

import { type CreateServers, makePlan } from "./create-plan.ts";
import { insertServer } from "./create-rows.ts";

/** The rows of the new servers, and the id of the request. */
export async function createServers(
  nova: Nova,
  context: RequestContext,
  request: CreateServers,
): Promise<{ instances: InstanceRow[]; reservationId: string }> {
  const plan = makePlan(nova, context, request);
  const { flavor } = plan;
  const count = nova.quotas.checkInstances(context, flavor, request.minCount, request.maxCount);
  if (request.networks !== "none") {
    nova.network.validateRequest(context, request.networks, request.securityGroups, count);
  }
  const order: BuildOrder = {
    adminPassword: request.adminPassword,
    injectedFiles: request.files,
    networks: request.networks,
    securityGroups: request.securityGroups,
  };
  const reserve = plan.disks.some((disk) => disk.volumeId !== null);
  const instances = nova.store.db.transaction(() => {
    const made = Array.from({ length: count }, (_, i) => insertServer(nova, context, plan, i, count));
    if (!reserve) castBuild(nova, context, made, order);
    return made;
  });
  if (reserve) reserveVolumes(nova, context, instances, order);
  return { instances, reservationId: plan.reservationId };
}

function castBuild(
  nova: Nova,
  context: RequestContext,
  instances: readonly InstanceRow[],
  order: BuildOrder,
): void {
  const message: BuildInstances = { instanceUuids: instances.map(({ uuid }) => uuid), order, retry: null };
  nova.context.bus.cast(context, CONDUCTOR_TOPIC, "build_instances", message);
}

/**
 * Volumes are reserved after the rows stand and before the build is cast, so that a crash leaves no reservation that
 * nobody knows of. A volume that is taken meanwhile takes the whole request back.
 */
function reserveVolumes(
  nova: Nova,
  context: RequestContext,
  instances: readonly InstanceRow[],
  order: BuildOrder,
): void {
  const reserved: { rowId: number; attachmentId: string }[] = [];
  try {
    for (const { uuid } of instances) {
      for (const row of nova.store.blockDevicesOf(uuid)) {
        if (row.source_type !== "volume" || !row.volume_id) continue;
        const { attachmentId } = nova.volumes.createAttachment(context, row.volume_id, uuid);
        reserved.push({ rowId: row.id, attachmentId });
      }
    }
  } catch (error) {
    for (const { attachmentId } of reserved) void nova.volumes.deleteAttachment(context, attachmentId);
    forgetServers(nova, instances);
    throw error;
  }
  nova.store.db.transaction(() => {
    for (const { rowId, attachmentId } of reserved) {
      nova.store.blockDevices.update({ id: rowId }, { attachment_id: attachmentId });
    }
    castBuild(nova, context, instances, order);
  });
}

/** Servers that were never answered for leave no trace. */
function forgetServers(nova: Nova, instances: readonly InstanceRow[]): void {
  const { store } = nova;
  store.db.transaction(() => {
    for (const { id, uuid } of instances) {
      store.instances.delete({ id });
      store.extra.delete({ instance_uuid: uuid });
      store.metadata.delete({ instance_uuid: uuid });
      store.systemMetadata.delete({ instance_uuid: uuid });
      store.blockDevices.delete({ instance_uuid: uuid });
      store.requestSpecs.delete({ instance_uuid: uuid });
      store.actions.delete({ instance_uuid: uuid });
      store.tags.delete({ resource_id: uuid });
      nova.groups.removeMember(uuid);
    }
  });
}
