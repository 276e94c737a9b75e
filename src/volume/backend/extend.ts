// Volumes grow. Authority: cinder/volume/manager.py (extend_volume) of Zed.

import { computePublic } from "../../compute/public.ts";
import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import type { VolumeRow } from "../tables.ts";
import type { ExtendArgs } from "../topics.ts";
import type { Backend } from "./backend.ts";

export async function extendVolume(
  backend: Backend,
  context: RequestContext,
  { volumeId, newSizeGb, reservations }: ExtendArgs,
  delivery: Delivery,
): Promise<void> {
  const volume = backend.volume(volumeId);
  if (volume?.status !== "extending") return;
  const { cinder } = backend;
  const release = () => {
    cinder.quotas.release(reservations);
    cinder.quotas.note(volume.project_id);
  };
  await backend.attempt(
    context,
    delivery,
    `Volume ${volumeId}: extend to ${newSizeGb} GB`,
    async () => {
      const data = backend.driverVolume(volume);
      await backend.driver.extend(data, newSizeGb);
      await backend.exports?.grown(data.dataId);
      const attachments = cinder.store.volumes.attachmentsOf(volumeId);
      cinder.transaction(() => {
        const status = attachments.length > 0 ? "in-use" : "available";
        cinder.store.volumes.updateFrom(volumeId, ["extending"], { size: newSizeGb, status });
        release();
      });
      for (const { instance_uuid } of attachments) tellGuest(backend, context, volume, instance_uuid);
      cinder.log.info(context, `Extended volume ${volumeId} to ${newSizeGb} GB successfully.`);
    },
    () => {
      cinder.store.volumes.update(volumeId, { status: "error_extending" });
      backend.tellOfVolume(context, volume, "extendVolume", "driverFailedExtend");
      release();
    },
  );
}

function tellGuest(
  { cinder }: Backend,
  context: RequestContext,
  volume: VolumeRow,
  serverUuid: string | null,
): void {
  const { peers, endpoints } = cinder.context;
  if (serverUuid === null || endpoints.base("n-api") === null) return;
  try {
    peers.get(computePublic).externalEvent(context, { name: "volume-extended", serverUuid, tag: volume.id });
  } catch (error) {
    // The guest learns of it with its next start.
    cinder.log.warning(
      context,
      `volume ${volume.id} has grown, but server ${serverUuid} could not be told: ${messageOf(error)}`,
    );
  }
}
