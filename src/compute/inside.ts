// What the rest of the cloud gets of the compute service: `public.ts`, kept.

import { elevated } from "../core/context.ts";
import type { CopyVolumeArgs } from "./manager/devices.ts";
import type { MoveVolumeArgs } from "./manager/move-volume.ts";
import type { Nova } from "./nova.ts";
import type { ComputePublic, InstanceInfo } from "./public.ts";
import { handleEvent } from "./servers/external-events.ts";
import { COMPUTE_BINARY } from "./services-table.ts";
import type { InstanceRow } from "./tables.ts";
import { computeTopic } from "./topics.ts";

/** For a copy of a whole volume. */
const COPY_SECONDS = 24 * 3600;

function infoOf(row: InstanceRow): InstanceInfo {
  return {
    uuid: row.uuid,
    name: row.name,
    displayName: row.display_name ?? "",
    hostname: row.hostname ?? "",
    projectId: row.project_id ?? "",
    userId: row.user_id ?? "",
    host: row.host,
    availabilityZone: row.availability_zone,
    vmState: row.vm_state ?? "",
    taskState: row.task_state,
  };
}

export function computeInside(nova: Nova): ComputePublic {
  return {
    instance(uuid) {
      const row = nova.store.instance(uuid);
      return row && infoOf(row);
    },
    instances(uuids) {
      return nova.store.instances.listIn("uuid", uuids, "AND deleted = 0").map(infoOf);
    },
    hosts() {
      return nova.services.list(COMPUTE_BINARY).map((service) => service.host);
    },
    externalEvent(context, event) {
      const row = nova.store.instance(event.serverUuid);
      if (!row?.host) return;
      handleEvent(nova, elevated(context), row, {
        name: event.name,
        serverUuid: event.serverUuid,
        tag: event.tag ?? null,
      });
    },
    async copyVolume(context, { serverUuid, ...copy }) {
      const row = nova.store.instance(serverUuid);
      if (!row?.host) return false;
      const args: CopyVolumeArgs = { instanceUuid: serverUuid, ...copy };
      const { bus } = nova.context;
      return bus.call<boolean>(elevated(context), computeTopic(row.host), "copy_volume", args, COPY_SECONDS);
    },
    async moveVolume(context, { serverUuid, ...move }) {
      const row = nova.store.instance(serverUuid);
      if (!row?.host) return false;
      const args: MoveVolumeArgs = { instanceUuid: serverUuid, ...move };
      const { bus } = nova.context;
      return bus.call<boolean>(elevated(context), computeTopic(row.host), "move_volume", args, COPY_SECONDS);
    },
  };
}
